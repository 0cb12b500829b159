//! The graph on one input: one sequence per node, inputs first.
//!
//! Everything that the wanted node depends on is evaluated at every position, both branches of a conditional too, as a Transformer would;
//! so a fault in a branch that is not taken is still a fault. Knows no names.

mod aggregate;
mod map;
mod select;

use crate::rasp_l::graph::{Constant, Graph, Node, NodeId};
use crate::rasp_l::operation::ArithmeticFault;
use crate::rasp_l::value::{Sequence, Value};
use crate::span::Location;
use select::Selection;
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
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) node: NodeId,
    pub(crate) position: usize,
    pub(crate) cause: ArithmeticFault,
}

/// Evaluates `needed`, which is what its last node depends on, and gives that node's value.
pub(crate) fn evaluate(graph: &Graph, needed: &[NodeId], tokens: &[i8]) -> Result<Value, Fault> {
    let mut values = Values { graph, sequences: vec![None; graph.len()], len: tokens.len() };
    for &id in needed {
        let sequence = match graph.node(id) {
            Node::Tokens => Sequence::Tokens(tokens.iter().copied().map(i16::from).collect()),
            Node::Indices => Sequence::Indices((0..tokens.len() as i32).collect()),
            Node::Constant(constant) => fill(constant, tokens.len()),
            Node::Map(map) => map::evaluate(map, &values).map_err(|(position, cause)| Fault { node: id, position, cause })?,
            Node::Select { .. } => continue,
            Node::Aggregate { selector, value, default, reduction } => {
                aggregate::aggregate(&values.selection(selector), values.get(value), default, reduction)
            }
            Node::Width { selector } => aggregate::width(&values.selection(selector)),
        };
        values.sequences[id.idx()] = Some(sequence);
    }
    let wanted = *needed.last().expect("a node depends on itself");
    Ok(match values.sequences[wanted.idx()].take() {
        Some(sequence) => Value::Sequence(sequence),
        None => Value::Selector(values.selection(wanted).matrix()),
    })
}

fn fill(constant: Constant, len: usize) -> Sequence {
    match constant {
        Constant::Token(value) => Sequence::Tokens(vec![value; len]),
        Constant::Index(value) => Sequence::Indices(vec![value; len]),
        Constant::Boolean(value) => Sequence::Booleans(vec![value; len]),
    }
}

/// The sequences so far. Asking for one that is not there, or is of another kind, is a bug in the elaborator.
struct Values<'g> {
    graph: &'g Graph,
    sequences: Vec<Option<Sequence>>,
    len: usize,
}

impl Values<'_> {
    fn get(&self, id: NodeId) -> &Sequence {
        self.sequences[id.idx()].as_ref().expect("inputs are evaluated before the nodes that read them")
    }

    fn tokens(&self, id: NodeId) -> &[i16] {
        match self.get(id) {
            Sequence::Tokens(tokens) => tokens,
            other => unreachable!("the elaborator checked that {other:?} is tokens"),
        }
    }

    fn indices(&self, id: NodeId) -> &[i32] {
        match self.get(id) {
            Sequence::Indices(indices) => indices,
            other => unreachable!("the elaborator checked that {other:?} is indices"),
        }
    }

    fn booleans(&self, id: NodeId) -> &[bool] {
        match self.get(id) {
            Sequence::Booleans(booleans) => booleans,
            other => unreachable!("the elaborator checked that {other:?} is booleans"),
        }
    }

    fn selection(&self, id: NodeId) -> Selection<'_> {
        match self.graph.node(id) {
            Node::Select { key, query, comparison } => Selection { key: self.get(key), query: self.get(query), comparison, len: self.len },
            other => unreachable!("the elaborator checked that {other:?} is a selector"),
        }
    }
}
