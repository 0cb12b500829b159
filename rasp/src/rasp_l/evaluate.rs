//! The graph on one input: one value per node and position, inputs first.
//!
//! Everything that the wanted node depends on is evaluated at every position, both branches of a conditional too, as a Transformer would;
//! so a fault in a branch that is not taken is still a fault. Knows no names.
//!
//! Since no position sees a later one, an input may grow at its end and nothing is computed twice: `Plan` says what is to be done for a node,
//! once per program; `State` does it, chunk by chunk. No matrix is made: each attention operation remembers what later positions may ask of it.

mod attention;
mod chains;
mod columns;
mod demand;
mod map;
mod plan;
mod reduce;
mod run;
mod state;
mod table;
mod tree;

use crate::rasp_l::graph::NodeId;
use crate::rasp_l::operation::ArithmeticFault;
use crate::span::Location;
pub(crate) use demand::Answers;
pub(crate) use plan::Plan;
pub use run::Run;
pub(crate) use run::check;
pub(crate) use state::State;
use thiserror::Error;

/// Why a program has no result on an input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A program needs at least one token.
    #[error("the input is empty: give at least one token")]
    EmptyInput,
    /// A result is not an int8.
    #[error(
        "{location}: `{operation}` is {result} at input position {position}, outside -128..=127: use smaller tokens, or keep them small with `%`"
    )]
    Overflow {
        /// The operation's place in the program.
        location: Location,
        /// The position in the input, from 0.
        position: usize,
        /// With its operands, such as `100 + 100`.
        operation: String,
        /// What it would have been.
        result: i32,
    },
    /// The divisor of `%` is zero.
    #[error("{location}: `{left} % 0` has no value at input position {position}: make the divisor other than 0 at every position")]
    RemainderByZero {
        /// The operation's place in the program.
        location: Location,
        /// The position in the input, from 0.
        position: usize,
        /// What was to be divided.
        left: i16,
    },
    /// A sentinel used as a number.
    #[error(
        "{location}: `{operation}` at input position {position} computes with {sentinel}, which is outside int8 and so stands for no token: \
         choose another value there first, as in `0 if found == {sentinel} else found`"
    )]
    Sentinel {
        /// The operation's place in the program.
        location: Location,
        /// The position in the input, from 0.
        position: usize,
        /// With its operands.
        operation: String,
        /// The sentinel among them.
        sentinel: i16,
    },
    /// The next token would be a sentinel.
    #[error("the next token would be {sentinel}, which is outside -128..=127 and so no token: give the last aggregation an int8 default")]
    NextIsSentinel {
        /// What the program gave.
        sentinel: i16,
    },
    /// The program has no sequence or selector of this name.
    #[error("no sequence or selector is called `{name}`: {way_out}")]
    UnknownName {
        /// As asked for.
        name: String,
        /// What to ask for instead.
        way_out: String,
    },
    /// The output does not give a next token.
    #[error("the program's output is {found}, so it cannot generate: end the program with a sequence of tokens")]
    NotTokens {
        /// What the output is.
        found: crate::rasp_l::graph::Type,
    },
    /// The end token did not come.
    #[error("no end token {end} among {} new tokens: allow more of them, or mend the program", tokens.len())]
    NoEnd {
        /// The token waited for.
        end: i8,
        /// The tokens that came.
        tokens: Vec<i8>,
    },
}

/// A node without a value at a position.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) node: NodeId,
    pub(crate) position: usize,
    pub(crate) cause: ArithmeticFault,
}
