//! The `rasp-l` dialect of Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>: int8 tokens, causal attention, every value typed before it runs.
//!
//! `parse` (text to syntax tree, by the grammar of both dialects) -> `subset` (what RASP-L has not is refused) -> `elaborate` (names, functions and types are settled) -> [`Graph`] -> `evaluate`, `generate`,
//! [`ProgramLength`], [`Layers`].

mod description;
mod discipline;
mod elaborate;
mod evaluate;
mod example;
mod generate;
mod graph;
mod layers;
mod length;
mod library;
mod operation;
mod program;
#[cfg(test)]
#[path = "../tests/support/random_program.rs"]
#[allow(dead_code, reason = "each test file uses a part of what they share")]
mod random_program;
pub mod search;
mod shorten;
mod subset;
mod symbol;
mod value;
mod write;

pub use discipline::Profile;
pub use evaluate::{EvaluationError, Run};
pub use generate::Generation;
pub use graph::{Constant, Graph, IndexKind, Kind, Map, Node, NodeId, Reduction, Type};
pub use layers::Layers;
pub use length::{MEASURES, ProgramLength};
pub use library::LIBRARY;
pub use operation::Arithmetic;
pub use program::Program;
pub use shorten::{ShortenLimits, Shortened, shorten};
pub(crate) use subset::{Lack, parse};
pub use symbol::InputError;
pub use value::{SelectorMatrix, Sequence, Value};
