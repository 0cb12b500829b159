//! The flow on an input: one value per node, inputs first, no node more than once.
//!
//! A session evaluates node after node of its growing flow with a [`Memo`]; a program is evaluated on many inputs with a [`Plan`], which has
//! merged what is equal and recognized what has a shorter way. Both use the same operations. Knows no syntax.

mod aggregate;
mod dimension;
mod formula;
mod map;
mod moments;
mod plan;
mod rows;

#[cfg(test)]
mod tests;

pub use plan::{Plan, PlanError};

use crate::atom::{self, Atom};
use crate::comparison::Comparison;
use crate::fault::Fault;
use crate::flow::{Flow, Node, NodeId, Reading};
use crate::input::{Input, Item};
use crate::sequence::{Column, SelectorMatrix, Sequence};
use formula::Formula;
use rows::Rows;
use smol_str::SmolStr;

/// What a node gives on an input.
#[derive(Clone, Debug)]
pub enum Value {
    /// An s-op's values.
    Sequence(Sequence),
    /// What a selector selects.
    Selector(SelectorMatrix),
}

/// The values of a growing flow on one input.
#[derive(Debug)]
pub(crate) struct Memo {
    input: Input,
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
enum Slot {
    Empty,
    Sequence(Sequence),
    /// A selector whose cells all have an answer.
    Selector,
    /// No value, because of this node.
    Fault(NodeId, Fault),
}

impl Memo {
    pub(crate) fn new(input: Input) -> Self {
        Memo { input, slots: Vec::new() }
    }

    /// Evaluates a node and what it depends on, and keeps the results.
    ///
    /// # Errors
    /// The fault of the first node that has one, in the order in which they were made.
    pub(crate) fn check(&mut self, flow: &Flow, node: NodeId) -> Result<(), Fault> {
        if self.slots.len() < flow.len() {
            self.slots.resize(flow.len(), Slot::Empty);
        }
        if let Slot::Empty = self.slots[node.idx()] {
            let is_ready = flow.node(node).inputs().all(|input| !matches!(self.slots[input.idx()], Slot::Empty));
            let needed = if is_ready { vec![node] } else { flow.needed_for(&[node]) };
            for id in needed {
                if let Slot::Empty = self.slots[id.idx()] {
                    self.slots[id.idx()] = self.evaluate_node(flow, id);
                }
            }
        }
        match &self.slots[node.idx()] {
            Slot::Fault(_, fault) => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    /// The value of a node.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn evaluate(&mut self, flow: &Flow, node: NodeId) -> Result<Value, Fault> {
        self.check(flow, node)?;
        let sequence = |id: NodeId| self.sequence(id);
        match &self.slots[node.idx()] {
            Slot::Sequence(sequence) => Ok(Value::Sequence(sequence.clone())),
            _ => Rows::new(flow, node, &sequence, self.input.len()).matrix().map(Value::Selector),
        }
    }

    fn sequence(&self, id: NodeId) -> &Sequence {
        match &self.slots[id.idx()] {
            Slot::Sequence(sequence) => sequence,
            other => unreachable!("{other:?} is read as a sequence"),
        }
    }

    fn evaluate_node(&self, flow: &Flow, id: NodeId) -> Slot {
        let node = flow.node(id);
        if node.is_selector() {
            return self.check_selector(flow, id);
        }
        // A selector is asked by the s-op that reads it, so that is where its own fault comes to light.
        let reader = |origin: NodeId| if flow.node(origin).is_selector() { id } else { origin };
        let faults = node.inputs().filter_map(|input| self.fault(input)).map(|(origin, fault)| (reader(origin), fault));
        if let Some((origin, fault)) = faults.min_by_key(|(origin, _)| *origin) {
            return Slot::Fault(origin, fault.clone());
        }
        let formula = match node {
            Node::Aggregate { selector, .. } => Formula::of(flow, *selector),
            _ => None,
        };
        evaluate_sequence(flow, id, formula.as_ref(), &self.input, &|id| self.sequence(id))
            .map_or_else(|fault| Slot::Fault(id, fault), Slot::Sequence)
    }

    fn check_selector(&self, flow: &Flow, id: NodeId) -> Slot {
        let node = flow.node(id);
        // What is made of selectors that always answer always answers.
        if node.inputs().all(|input| matches!(self.slots[input.idx()], Slot::Selector)) {
            return Slot::Selector;
        }
        // The reference asks the parts of a selector that is built of others only where they count, so their faults are not the whole's;
        // those of the sequences that they compare are.
        let parts = flow.selectors_of(id);
        let compared = parts.iter().flat_map(|&part| flow.node(part).inputs()).filter(|&input| !flow.node(input).is_selector());
        if let Some((origin, fault)) = compared.filter_map(|input| self.fault(input)).min_by_key(|(origin, _)| *origin) {
            return Slot::Fault(origin, fault.clone());
        }
        let always_answers = matches!(*node, Node::Select { key, query, comparison }
            if matches!(comparison, Comparison::Equal | Comparison::NotEqual)
                || dimension::can_be_ordered(self.sequence(key), self.sequence(query)));
        if always_answers {
            return Slot::Selector;
        }
        let mut rows = Rows::new(flow, id, &|id| self.sequence(id), self.input.len());
        (0..self.input.len()).find_map(|query| rows.row(query).err()).map_or(Slot::Selector, |fault| Slot::Fault(id, fault))
    }

    /// Why a node has no value, and which node brought that about.
    fn fault(&self, id: NodeId) -> Option<(NodeId, &Fault)> {
        match &self.slots[id.idx()] {
            Slot::Fault(origin, fault) => Some((*origin, fault)),
            _ => None,
        }
    }
}

/// The values of an s-op, whose inputs have been evaluated; `formula` is that of its selector, if it has one.
fn evaluate_sequence<'s>(
    flow: &Flow,
    id: NodeId,
    formula: Option<&Formula>,
    input: &Input,
    sequence: &impl Fn(NodeId) -> &'s Sequence,
) -> Result<Sequence, Fault> {
    let len = input.len();
    match flow.node(id) {
        Node::Tokens(reading) => read(*reading, input),
        Node::Indices => Ok(Sequence::new(Column::Ints((0..len as i64).collect()))),
        Node::Constant(atom) => constant(atom, len),
        Node::Map(map) => map::map(map, sequence, len),
        Node::Aggregate { selector, value, default } => {
            aggregate::aggregate(flow, *selector, formula, sequence(*value), default.as_ref(), sequence)
        }
        other => unreachable!("{other:?} is no sequence"),
    }
}

fn read(reading: Reading, input: &Input) -> Result<Sequence, Fault> {
    // Text read as text is by far the most frequent.
    if matches!(reading, Reading::Text | Reading::AsIs) {
        let text = |item: &Item| match item {
            Item::Atom(Atom::Text(text)) => Some(SmolStr::new(text)),
            _ => None,
        };
        if let Some(texts) = input.items().iter().map(text).collect() {
            return Ok(Sequence::new(Column::Texts(texts)));
        }
    }
    Sequence::from_atoms(input.items().iter().map(|item| atom::read(reading, item)).collect::<Result<_, _>>()?)
}

fn constant(atom: &Atom, len: usize) -> Result<Sequence, Fault> {
    Ok(Sequence::new(match atom {
        Atom::Bool(value) => Column::Bools(vec![*value; len].into()),
        Atom::Float(value) => Column::Floats(vec![*value; len].into()),
        Atom::Text(text) => Column::Texts(vec![SmolStr::new(text); len].into()),
        Atom::Int(value) => match value.to_i64() {
            Some(value) => Column::Ints(vec![value; len].into()),
            None => return Sequence::from_atoms(vec![atom.clone(); len]),
        },
    }))
}
