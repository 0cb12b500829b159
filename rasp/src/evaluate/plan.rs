//! A part of a flow made ready for many inputs: equal nodes merged, and what the standard library spells out recognized.

use super::formula::Formula;
use super::moments::widths;
use super::rows::{Rows, ones};
use super::{Memo, Value, evaluate_sequence};
use crate::atom::Atom;
use crate::comparison::Comparison;
use crate::fault::Fault;
use crate::flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, UnaryMap};
use crate::input::Input;
use crate::sequence::{Column, Sequence};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// S-ops and selectors to evaluate on inputs. Cheap to clone, and to be shared between threads.
#[derive(Clone, Debug)]
pub struct Plan {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The nodes needed, equal ones merged.
    flow: Flow,
    /// How each of them is evaluated.
    steps: Vec<Step>,
    outputs: Vec<NodeId>,
    /// The outputs and what they depend on as they were: a fault is that of the first node in the order of the session.
    original: Flow,
    /// The session's ids of the nodes of `original`.
    ids: Vec<NodeId>,
    original_outputs: Vec<NodeId>,
}

#[derive(Debug)]
enum Step {
    /// Nobody reads it, or it is a selector, which its readers evaluate.
    Skip,
    /// As the node says; with the formula of the selector that it reads.
    Sequence(Option<Formula>),
    /// How many positions the selector selects, whatever way the program counts them.
    Width(NodeId, Option<Formula>),
}

/// A node that has no value on an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    node: NodeId,
    fault: Fault,
}

impl PlanError {
    /// The node, in the flow that the plan was made of.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Why it has no value.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

impl Plan {
    /// Makes `outputs` ready.
    pub fn new(flow: &Flow, outputs: &[NodeId]) -> Self {
        let ids = flow.needed_for(outputs);
        let (original, original_outputs) = copy(flow, &ids, outputs, false);
        let (merged, outputs) = copy(flow, &ids, outputs, true);
        let steps = steps(&merged, &outputs);
        let inner = Inner { flow: merged, steps, outputs, original, ids, original_outputs };
        Plan { inner: Arc::new(inner) }
    }

    /// The outputs' values on an input.
    ///
    /// # Errors
    /// The first node without a value, in the order in which the nodes were made.
    pub fn evaluate(&self, input: &Input) -> Result<Vec<Value>, PlanError> {
        self.inner.evaluate(input).map_err(|fault| self.first_fault(input, fault))
    }

    #[cfg(test)]
    pub(super) fn has_width(&self) -> bool {
        self.inner.steps.iter().any(|step| matches!(step, Step::Width(..)))
    }

    /// Evaluates everything again as a session would, to find the fault that comes first there.
    fn first_fault(&self, input: &Input, fault: Fault) -> PlanError {
        let inner = &self.inner;
        let mut memo = Memo::new(input.clone());
        for node in inner.original.needed_for(&inner.original_outputs) {
            let is_part = inner.original.node(node).is_selector() && !inner.original_outputs.contains(&node);
            if !is_part && let Err(fault) = memo.check(&inner.original, node) {
                return PlanError { node: inner.ids[node.idx()], fault };
            }
        }
        let last = inner.original_outputs.last().map_or_else(|| unreachable!("a plan has outputs"), |output| inner.ids[output.idx()]);
        PlanError { node: last, fault }
    }
}

impl Inner {
    fn evaluate(&self, input: &Input) -> Result<Vec<Value>, Fault> {
        let len = input.len();
        let mut values: Vec<Option<Sequence>> = vec![None; self.steps.len()];
        for (idx, (id, _)) in self.flow.nodes().enumerate() {
            let sequence = |id: NodeId| values[id.idx()].as_ref().unwrap_or_else(|| unreachable!("inputs come first"));
            let value = match &self.steps[idx] {
                Step::Skip => continue,
                Step::Sequence(formula) => evaluate_sequence(&self.flow, id, formula.as_ref(), input, &sequence)?,
                Step::Width(selector, formula) => {
                    let summed = formula.as_ref().and_then(|formula| widths(formula, &sequence, len));
                    let counts = match summed {
                        Some(counts) => counts,
                        None => count_rows(Rows::new(&self.flow, *selector, &sequence, len), len)?,
                    };
                    Sequence::new(Column::Ints(counts.into()))
                }
            };
            values[idx] = Some(value);
        }
        let sequence = |id: NodeId| values[id.idx()].as_ref().unwrap_or_else(|| unreachable!("everything needed is evaluated"));
        let output = |&id: &NodeId| match &values[id.idx()] {
            Some(value) => Ok(Value::Sequence(value.clone())),
            None => Rows::new(&self.flow, id, &sequence, len).matrix().map(Value::Selector),
        };
        self.outputs.iter().map(output).collect()
    }
}

fn count_rows(mut rows: Rows<'_>, len: usize) -> Result<Vec<i64>, Fault> {
    (0..len).map(|query| rows.row(query).map(|row| ones(row).count() as i64)).collect()
}

/// The nodes of `ids` in a flow of their own; with `merge`, equal operations on equal inputs are one node.
fn copy(flow: &Flow, ids: &[NodeId], outputs: &[NodeId], merge: bool) -> (Flow, Vec<NodeId>) {
    let mut places: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let mut known: FxHashMap<String, NodeId> = FxHashMap::default();
    let mut copied = Flow::default();
    for &id in ids {
        let node = flow.node(id).with_inputs(|input| places[&input]);
        let mut add = |node| copied.add(node, flow.name(id), Naming::Derived);
        let place = if merge { *known.entry(format!("{node:?}")).or_insert_with(|| add(node)) } else { add(node) };
        places.insert(id, place);
    }
    (copied, outputs.iter().map(|output| places[output]).collect())
}

/// How every node is evaluated, if anybody reads it.
fn steps(flow: &Flow, outputs: &[NodeId]) -> Vec<Step> {
    let mut is_read = vec![false; flow.len()];
    for output in outputs {
        mark(flow, *output, &mut is_read);
    }
    let ids: Vec<NodeId> = flow.nodes().map(|(id, _)| id).collect();
    let mut steps = Vec::with_capacity(ids.len());
    for &id in ids.iter().rev() {
        let node = flow.node(id);
        if !is_read[id.idx()] || node.is_selector() {
            steps.push(Step::Skip);
            continue;
        }
        if let Some(selector) = width(flow, id) {
            mark(flow, selector, &mut is_read);
            steps.push(Step::Width(selector, Formula::of(flow, selector)));
            continue;
        }
        for input in node.inputs() {
            mark(flow, input, &mut is_read);
        }
        steps.push(Step::Sequence(match node {
            Node::Aggregate { selector, .. } => Formula::of(flow, *selector),
            _ => None,
        }));
    }
    steps.reverse();
    steps
}

/// Notes that a sequence is read, or the sequences that a selector compares.
fn mark(flow: &Flow, id: NodeId, is_read: &mut [bool]) {
    if flow.node(id).is_selector() {
        for selector in flow.selectors_of(id) {
            if let Node::Select { key, query, .. } = *flow.node(selector) {
                is_read[key.idx()] = true;
                is_read[query.idx()] = true;
            }
        }
    } else {
        is_read[id.idx()] = true;
    }
}

/// The selector whose selected positions a node counts, if it counts as the standard library does.
///
/// `selector_width(s)` is `round((1/aggregate(s or first, indicator(indices == 0)) - 1) + aggregate(s and first, 1, 0))`: of a row that selects
/// `w` positions and the first one besides, the share of the first is the float nearest to `1/w`, whose inverse rounds to `w` as long as
/// `w` is below 2^50. `length` is the same of all positions: `round(1/aggregate(all, indicator(indices == 0)))`.
fn width(flow: &Flow, id: NodeId) -> Option<NodeId> {
    let binary = |operand: &Operand, wanted: BinaryMap| match operand {
        Operand::Node(id) => match flow.node(*id) {
            Node::Map(Map::Binary(op, left, right)) if *op == wanted => Some((left.clone(), right.clone())),
            _ => None,
        },
        Operand::Atom(_) => None,
    };
    let is_int = |operand: &Operand, wanted: i64| matches!(operand, Operand::Atom(Atom::Int(value)) if value.to_i64() == Some(wanted));
    // `1/aggregate(s, indicator(indices == 0))`, of which this is the selector.
    let inverse_share = |operand: &Operand| {
        let (one, share) = binary(operand, BinaryMap::Divide)?;
        let Operand::Node(share) = share else { return None };
        let Node::Aggregate { selector, value, default: None } = flow.node(share) else { return None };
        let Node::Map(Map::Unary(UnaryMap::Indicator, is_first)) = flow.node(*value) else { return None };
        let (indices, zero) = binary(&Operand::Node(*is_first), BinaryMap::Compare(Comparison::Equal))?;
        let Operand::Node(indices) = indices else { return None };
        let is_share = is_int(&one, 1) && is_int(&zero, 0) && matches!(flow.node(indices), Node::Indices);
        is_share.then_some(*selector)
    };
    let Node::Map(Map::Unary(UnaryMap::Round, rounded)) = flow.node(id) else { return None };
    let rounded = Operand::Node(*rounded);
    if let Some(everything) = inverse_share(&rounded) {
        // Every position must select the first one, or the share would be 0.
        let formula = Formula::of(flow, everything)?;
        return formula.is_everything().then_some(everything);
    }
    let (others, is_first_selected) = binary(&rounded, BinaryMap::Add)?;
    let (inverse, one) = binary(&others, BinaryMap::Subtract)?;
    let with_first = inverse_share(&inverse)?;
    let Node::OrSelectors(selector, first) = *flow.node(with_first) else { return None };
    let Operand::Node(is_first_selected) = is_first_selected else { return None };
    let Node::Aggregate { selector: and, value, default: Some(Atom::Int(default)) } = flow.node(is_first_selected) else { return None };
    let Node::AndSelectors(and_selector, and_first) = *flow.node(*and) else { return None };
    let Node::Select { key, query, comparison: Comparison::Equal } = *flow.node(first) else { return None };
    let is_constant = |id: NodeId, wanted: i64| matches!(flow.node(id), Node::Constant(Atom::Int(value)) if value.to_i64() == Some(wanted));
    let is_width = is_int(&one, 1)
        && and_selector == selector
        && and_first == first
        && matches!(flow.node(key), Node::Indices)
        && is_constant(query, 0)
        && is_constant(*value, 1)
        && default.to_i64() == Some(0);
    is_width.then_some(selector)
}
