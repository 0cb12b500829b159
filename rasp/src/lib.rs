//! The RASP languages: programs that a Transformer could carry out.

mod atom;
mod comparison;
mod diagnostic;
mod dialect;
mod fault;
mod flow;
mod input;
mod span;
mod syntax;

pub mod rasp_l;

pub use atom::{Atom, Int};
pub use comparison::Comparison;
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use fault::{Fault, FaultClass};
pub use flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Reading, Table, UnaryMap};
pub use input::Input;
pub use span::{Location, Span};
