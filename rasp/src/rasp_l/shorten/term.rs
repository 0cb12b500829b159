//! The operations of RASP-L as the terms of an equality graph, and the way there and back.

use crate::comparison::Comparison;
use crate::rasp_l::graph::{Constant, Graph, Map, Node, NodeId, Reduction};
use crate::rasp_l::length::is_operation;
use crate::rasp_l::operation::Arithmetic;
use crate::span::Span;
use egg::{Id, Language};
use std::fmt;

/// An operation without its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Operation {
    Tokens,
    Indices,
    Constant(Constant),
    Arithmetic(Arithmetic),
    Negate,
    Successor,
    Predecessor,
    Compare(Comparison),
    Not,
    And,
    Or,
    Where,
    Select(Comparison),
    Aggregate(Reduction, Constant),
    Width,
}

/// An operation on classes of equal terms, in the order of [`Node::inputs`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) operation: Operation,
    inputs: Vec<Id>,
}

impl Term {
    pub(super) fn new(operation: Operation, inputs: &[Id]) -> Self {
        Term { operation, inputs: inputs.to_vec() }
    }

    pub(super) fn constant(constant: Constant) -> Self {
        Term::new(Operation::Constant(constant), &[])
    }

    /// The term of a node, given the classes of its inputs.
    pub(super) fn of(node: Node, class: impl Fn(NodeId) -> Id) -> Self {
        let operation = match node {
            Node::Tokens => Operation::Tokens,
            Node::Indices => Operation::Indices,
            Node::Constant(constant) => Operation::Constant(constant),
            Node::Select { comparison, .. } => Operation::Select(comparison),
            Node::Aggregate { default, reduction, .. } => Operation::Aggregate(reduction, default),
            Node::Width { .. } => Operation::Width,
            Node::Map(map) => match map {
                Map::Arithmetic(arithmetic, ..) => Operation::Arithmetic(arithmetic),
                Map::Negate(_) => Operation::Negate,
                Map::Successor(_) => Operation::Successor,
                Map::Predecessor(_) => Operation::Predecessor,
                Map::Compare(comparison, ..) => Operation::Compare(comparison),
                Map::Not(_) => Operation::Not,
                Map::And(..) => Operation::And,
                Map::Or(..) => Operation::Or,
                Map::Where { .. } => Operation::Where,
            },
        };
        Term { operation, inputs: node.inputs().map(class).collect() }
    }

    /// The node of the term, given the nodes of its inputs, put into a graph.
    pub(super) fn intern(&self, graph: &mut Graph, node: impl Fn(Id) -> NodeId) -> NodeId {
        let input = |place: usize| node(self.inputs[place]);
        let node = match self.operation {
            Operation::Tokens => Node::Tokens,
            Operation::Indices => Node::Indices,
            Operation::Constant(constant) => Node::Constant(constant),
            Operation::Select(comparison) => Node::Select { key: input(0), query: input(1), comparison },
            Operation::Aggregate(reduction, default) => Node::Aggregate { selector: input(0), value: input(1), default, reduction },
            Operation::Width => Node::Width { selector: input(0) },
            Operation::Arithmetic(arithmetic) => Node::Map(Map::Arithmetic(arithmetic, input(0), input(1))),
            Operation::Negate => Node::Map(Map::Negate(input(0))),
            Operation::Successor => Node::Map(Map::Successor(input(0))),
            Operation::Predecessor => Node::Map(Map::Predecessor(input(0))),
            Operation::Compare(comparison) => Node::Map(Map::Compare(comparison, input(0), input(1))),
            Operation::Not => Node::Map(Map::Not(input(0))),
            Operation::And => Node::Map(Map::And(input(0), input(1))),
            Operation::Or => Node::Map(Map::Or(input(0), input(1))),
            Operation::Where => Node::Map(Map::Where { condition: input(0), yes: input(1), no: input(2) }),
        };
        graph.intern(node, Span::new(0, 0))
    }

    /// Whether it counts as an operation of a program.
    pub(super) fn is_operation(&self) -> bool {
        !matches!(self.operation, Operation::Tokens | Operation::Indices | Operation::Constant(_) | Operation::Select(_))
    }
}

/// Puts what `output` needs into an equality graph by `add`; gives each needed node with its class, inputs first.
pub(super) fn terms(graph: &Graph, output: NodeId, mut add: impl FnMut(Term) -> Id) -> Vec<(NodeId, Id)> {
    let needed = graph.needed_for(output);
    let mut classes = vec![Id::from(0); graph.len()];
    for &id in &needed {
        let node = graph.node(id);
        let term = Term::of(node, |input| classes[input.idx()]);
        debug_assert_eq!(term.is_operation(), is_operation(&node), "both count the same");
        classes[id.idx()] = add(term);
    }
    needed.into_iter().map(|id| (id, classes[id.idx()])).collect()
}

impl Language for Term {
    type Discriminant = Operation;

    fn discriminant(&self) -> Operation {
        self.operation
    }

    fn matches(&self, other: &Self) -> bool {
        self.operation == other.operation
    }

    fn children(&self) -> &[Id] {
        &self.inputs
    }

    fn children_mut(&mut self) -> &mut [Id] {
        &mut self.inputs
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.operation)
    }
}
