//! The RASP-L language: programs that a Transformer could carry out, and how long they are.
//!
//! A program is text; [`Program::parse`] makes a graph of it, which can be evaluated on tokens, run autoregressively, and measured.
//! Pure: no files, terminal, clock or environment.
//!
//! ```
//! use rasp::Program;
//!
//! // Sorting, one token at a time: the smallest token above the current one, or `eos` if there is none.
//! let sort = Program::parse(
//!     "sort.rasp",
//!     "#lang rasp-l
//!      sep = -1; eos = -2;
//!      next = aggregate_min(select(tokens, tokens, >), tokens, eos);",
//! )?;
//!
//! let prompt = sort.read_tokens("4 12 3 sep")?;
//! let answer = sort.generate(&prompt, -2, 10)?;
//! let words: Vec<String> = answer.iter().map(|&token| sort.show_token(token)).collect();
//! assert_eq!(words, ["3", "4", "12", "eos"]);
//! assert_eq!(sort.length().core_operations, 1);
//!
//! let problems = Program::parse("typo.rasp", "#lang rasp-l\nnext = tokns + 1;").unwrap_err();
//! assert!(problems.to_string().contains("did you mean `tokens`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The pipeline: `parse` (text to syntax tree) -> `elaborate` (names, functions and types are settled) -> [`Graph`] -> `evaluate`,
//! [`ProgramLength`], [`Layers`].

mod diagnostic;
mod dialect;
mod elaborate;
mod evaluate;
mod generate;
mod graph;
mod layers;
mod length;
mod operation;
mod parse;
mod program;
mod span;
mod symbol;
mod syntax;
mod value;

pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use evaluate::EvaluationError;
pub use graph::{Constant, Graph, Kind, Map, Node, NodeId, Reduction, Type};
pub use layers::Layers;
pub use length::ProgramLength;
pub use operation::{Arithmetic, Comparison};
pub use program::Program;
pub use span::{Location, Span};
pub use symbol::InputError;
pub use value::{SelectorMatrix, Sequence, Value};
