//! What is to be done for one node of a graph, settled once: which nodes get a column, and the steps that fill them, in the graph's order.

use super::attention::{Form, Operation, cell};
use super::chains::Chains;
use super::columns::INPUT;
use super::demand::{Answers, Demand};
use crate::rasp_l::graph::{Graph, Map, Node, NodeId};

/// The work for one wanted node. Nothing of it changes from one input to the next.
#[derive(Debug)]
pub(crate) struct Plan {
    steps: Vec<Step>,
    /// For each node of the graph its column, [`NO_COLUMN`] for those that have none.
    columns: Vec<u32>,
    column_count: usize,
    fixed: Vec<(usize, Fixed)>,
    operations: Vec<Operation>,
}

const NO_COLUMN: u32 = u32::MAX;

/// A column that does not depend on the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fixed {
    Constant(i32),
    Position { offset: i32 },
}

/// One node's values at the new positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) node: NodeId,
    pub(super) column: usize,
    pub(super) answers: Answers,
    pub(super) action: Action,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Map(Map),
    /// An index moved by several steps at once.
    Move {
        index: NodeId,
        steps: i32,
    },
    /// The attention operation of this number.
    Attend(usize),
}

impl Plan {
    /// The plan for a node of which everything, or only the last position of each chunk, is wanted.
    pub(crate) fn new(graph: &Graph, wanted: NodeId, answers: Answers) -> Self {
        let chains = Chains::new(graph);
        let demand = Demand::new(&chains, wanted, answers);
        let mut plan = Plan {
            steps: Vec::new(),
            columns: vec![NO_COLUMN; graph.len()],
            column_count: INPUT + 1,
            fixed: Vec::new(),
            operations: Vec::new(),
        };
        for (id, answers) in demand.iter() {
            plan.add(&chains, id, answers);
        }
        plan
    }

    fn add(&mut self, chains: &Chains<'_>, node: NodeId, answers: Answers) {
        let mut column = self.column_count;
        let action = match chains.graph.node(node) {
            Node::Select { .. } => return,
            Node::Tokens => {
                column = INPUT;
                None
            }
            Node::Constant(constant) => {
                self.fixed.push((column, Fixed::Constant(cell(constant))));
                None
            }
            _ if let Some(offset) = chains.position(node) => {
                self.fixed.push((column, Fixed::Position { offset }));
                None
            }
            Node::Indices => unreachable!("indices are positions"),
            Node::Map(Map::Successor(_) | Map::Predecessor(_)) => {
                let (index, steps) = chains.root(node);
                Some(Action::Move { index, steps })
            }
            Node::Map(map) => Some(Action::Map(map)),
            Node::Aggregate { selector, value, default, reduction } => {
                let form = Form::of(chains, selector);
                Some(self.attend(Operation { form, value: Some(value), default: cell(default), reduction: Some(reduction) }))
            }
            Node::Width { selector } => {
                Some(self.attend(Operation { form: Form::of(chains, selector), value: None, default: 0, reduction: None }))
            }
        };
        self.columns[node.idx()] = column as u32;
        self.column_count = self.column_count.max(column + 1);
        self.steps.extend(action.map(|action| Step { node, column, answers, action }));
    }

    fn attend(&mut self, operation: Operation) -> Action {
        self.operations.push(operation);
        Action::Attend(self.operations.len() - 1)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The attention operations.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub(super) fn column_count(&self) -> usize {
        self.column_count
    }

    /// The column of a node that the plan evaluates.
    pub(super) fn column(&self, node: NodeId) -> usize {
        self.columns[node.idx()] as usize
    }

    /// The columns that do not depend on the input.
    pub(super) fn fixed(&self) -> &[(usize, Fixed)] {
        &self.fixed
    }
}
