//! The RASP languages: programs that a Transformer could carry out, evaluated, scheduled into layers, drawn and measured.
//!
//! The `rasp` dialect is the language of Weiss, Goldberg and Yahav 2021, <https://arxiv.org/abs/2106.06981>, with the values of its reference
//! interpreter: a [`Program`] is a file, carried out once and evaluated on many inputs; a [`Session`] takes statements line by line. The typed
//! dialect of Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>, is [`rasp_l`]. Pure: no files, terminal, clock or environment.
//!
//! ```
//! use rasp::{Input, Program, Value, rasp_l};
//!
//! let program = Program::parse("reverse.rasp", "reverse = aggregate(select(indices, length - 1 - indices, ==), tokens);")?;
//! let Value::Sequence(letters) = program.evaluate("reverse", &Input::text("abc").expect("not empty"))? else { unreachable!() };
//! assert_eq!(letters.to_string(), "[c, b, a] (strings)");
//! assert_eq!(program.layers("reverse")?.depth(), 2);
//!
//! // Sorting in RASP-L, one token at a time: the smallest token above the current one, or `eos` if there is none.
//! let sort = rasp_l::Program::parse(
//!     "sort.rasp",
//!     "#lang rasp-l
//!      sep = -1; eos = -2;
//!      next = aggregate_min(select(tokens, tokens, >), tokens, eos);",
//! )?;
//! let answer = sort.generate(&sort.read_tokens("4 12 3 sep")?, -2, 10)?;
//! assert_eq!(answer, [3, 4, 12, -2]);
//! assert_eq!(sort.length().core_operations, 1);
//!
//! let problems = Program::parse("typo.rasp", "next = tokns + 1;").unwrap_err();
//! assert!(problems.to_string().contains("did you mean `tokens`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The pipeline of `rasp`: `parse` (text to syntax tree, in either dialect) -> `interpret` (names, functions, loops and lists are gone) -> [`Flow`] ->
//! `evaluate`, [`Layers`], [`draw`]. Beside it [`format`](format()) lays a program of either dialect out.

// The random programs of the tests, which unit tests share, name the crate as a user of it does.
#[cfg(test)]
extern crate self as rasp;

mod atom;
mod comparison;
mod diagnostic;
mod dialect;
pub mod draw;
mod environment;
mod evaluate;
mod example;
mod fault;
mod flow;
mod format;
mod input;
mod interpret;
mod layers;
mod limits;
mod nesting;
mod object;
mod parse;
mod program;
mod reader;
mod sequence;
mod session;
mod source;
mod span;
mod syntax;
mod transcript;
mod trial;
mod words;

pub mod rasp_l;

pub use atom::{Atom, Int};
pub use comparison::Comparison;
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use dialect::{Dialect, dialect};
pub use draw::Drawing;
pub use evaluate::{Plan, PlanError, Value};
pub use example::Tested;
pub use fault::{Fault, FaultClass};
pub use flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Reading, Table, UnaryMap};
pub use format::format;
pub use input::Input;
pub use interpret::{Files, NoFiles};
pub use layers::Layers;
pub use limits::Limits;
pub use program::{EvaluationError, Program, check_syntax};
pub use sequence::{SelectorMatrix, Sequence, SequenceKind};
pub use session::{Reply, Session};
pub use span::{Location, Span};
pub use transcript::{Output, Style};
