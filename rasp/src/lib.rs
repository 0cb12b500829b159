//! The RASP languages: programs that a Transformer could carry out.

mod atom;
mod comparison;
mod diagnostic;
mod dialect;
pub mod draw;
mod environment;
mod evaluate;
mod fault;
mod flow;
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
pub use fault::{Fault, FaultClass};
pub use flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Reading, Table, UnaryMap};
pub use input::Input;
pub use interpret::{Files, NoFiles};
pub use layers::Layers;
pub use limits::Limits;
pub use program::{EvaluationError, Program, check_syntax};
pub use sequence::{SelectorMatrix, Sequence, SequenceKind};
pub use session::{Reply, Session};
pub use span::{Location, Span};
pub use transcript::{Output, Style};
