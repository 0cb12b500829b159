//! A plan under way: the columns so far, and what each attention operation remembers.

use super::Fault;
use super::attention::{Attend, Chunk, Operation};
use super::columns::Columns;
use super::demand::Answers;
use super::map;
use super::plan::{Action, Plan};
use crate::rasp_l::graph::{Graph, Kind, Node, NodeId, Type};
use crate::rasp_l::value::{SelectorMatrix, Sequence, Value};

/// The values of one plan on the input so far.
#[derive(Debug)]
pub(crate) struct State {
    columns: Columns,
    memories: Vec<Box<dyn Attend>>,
    len: usize,
    /// A run that has failed has no values until it starts anew.
    fault: Option<Fault>,
}

impl State {
    pub(crate) fn new(plan: &Plan) -> Self {
        State { columns: Columns::default(), memories: plan.operations().iter().map(Operation::start).collect(), len: 0, fault: None }
    }

    /// How many positions there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What went wrong, if anything did.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Puts tokens after the input so far. Nothing of what was computed is computed again.
    pub(crate) fn extend(&mut self, plan: &Plan, tokens: &[i8]) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if tokens.is_empty() {
            return Ok(());
        }
        let start = self.len;
        let end = start + tokens.len();
        self.columns.reserve(plan, end);
        self.len = end;
        for (cell, &token) in self.columns.input_mut()[start..end].iter_mut().zip(tokens) {
            *cell = i32::from(token);
        }
        for step in plan.steps() {
            let (inputs, out) = self.columns.split(plan, step.column);
            let answered = match step.answers {
                Answers::All => start,
                Answers::Last => end - 1,
            };
            match step.action {
                Action::Map(map) => {
                    if let Err((position, cause)) = map::evaluate(map, inputs, answered..end, out) {
                        let fault = Fault { node: step.node, position, cause };
                        self.fault = Some(fault.clone());
                        return Err(fault);
                    }
                }
                Action::Move { index, steps } => map::shift(index, steps, inputs, answered..end, out),
                Action::Attend(operation) => self.memories[operation].extend(inputs, Chunk { start, answered, end }, out),
            }
        }
        Ok(())
    }

    /// Back to no input.
    pub(crate) fn reset(&mut self, plan: &Plan) {
        if self.len > 0 {
            let inputs = self.columns.all(plan);
            for memory in &mut self.memories {
                memory.reset(inputs, self.len);
            }
        }
        self.len = 0;
        self.fault = None;
    }

    /// The node's value at the last position; there is one.
    pub(crate) fn last(&self, plan: &Plan, node: NodeId) -> i32 {
        self.columns.all(plan).get(node, self.len - 1..self.len)[0]
    }

    /// The whole value of the node that the plan is for.
    pub(crate) fn value(&self, plan: &Plan, graph: &Graph, wanted: NodeId) -> Value {
        match graph.ty(wanted) {
            Type::Selector => Value::Selector(self.matrix(plan, graph, wanted)),
            Type::Sequence(kind) => Value::Sequence(self.sequence(plan, wanted, kind)),
        }
    }

    /// The values of a node that is evaluated everywhere, and holds values of this kind.
    pub(crate) fn sequence(&self, plan: &Plan, node: NodeId, kind: Kind) -> Sequence {
        let cells = self.columns.all(plan).get(node, 0..self.len).iter();
        match kind {
            Kind::Token => Sequence::Tokens(cells.map(|&cell| cell as i16).collect()),
            Kind::Index(_) => Sequence::Indices(cells.copied().collect()),
            Kind::Boolean => Sequence::Booleans(cells.map(|&cell| cell != 0).collect()),
        }
    }

    /// Which positions each position selects: no position sees a later one.
    fn matrix(&self, plan: &Plan, graph: &Graph, selector: NodeId) -> SelectorMatrix {
        let Node::Select { key, query, comparison } = graph.node(selector) else {
            unreachable!("{selector:?} is a selector");
        };
        let inputs = self.columns.all(plan);
        let keys = inputs.get(key, 0..self.len);
        let row = |(position, query): (usize, &i32)| {
            keys.iter().enumerate().map(|(earlier, key)| earlier <= position && comparison.holds(key, query)).collect()
        };
        SelectorMatrix::new(inputs.get(query, 0..self.len).iter().enumerate().map(row).collect())
    }
}
