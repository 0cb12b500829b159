//! Equal computations found: the same operation on the same inputs is the same node, inputs first.

use crate::atom::{Atom, Int};
use crate::flow::{Flow, Map, Node, NodeId, Operand};
use rustc_hash::FxHashMap;

/// For each needed node the first node that computes the same; other entries mean nothing.
///
/// Only structure counts: `a + b` and `b + a` stay apart, and so do the atoms 1, 1.0 and True.
pub(super) fn representatives(flow: &Flow, needed: &[NodeId]) -> Vec<NodeId> {
    let Some(last) = needed.last() else { return Vec::new() };
    let mut merged = vec![*last; last.idx() + 1];
    let mut first_of: FxHashMap<String, NodeId> = FxHashMap::default();
    for &id in needed {
        // Unlike equality, the debug form tells all atoms apart, as a computation does.
        let operation = format!("{:?}", rewired(flow.node(id), |input| merged[input.idx()]));
        merged[id.idx()] = *first_of.entry(operation).or_insert(id);
    }
    merged
}

/// The same operation on other inputs, the default of an aggregation spelled out.
pub(super) fn rewired(node: &Node, to: impl Fn(NodeId) -> NodeId) -> Node {
    let operand = |operand: &Operand| match operand {
        Operand::Node(id) => Operand::Node(to(*id)),
        Operand::Atom(atom) => Operand::Atom(atom.clone()),
    };
    match node {
        Node::Tokens(_) | Node::Indices | Node::Constant(_) => node.clone(),
        Node::Map(map) => Node::Map(match map {
            Map::Unary(op, input) => Map::Unary(*op, to(*input)),
            Map::Binary(op, left, right) => Map::Binary(*op, operand(left), operand(right)),
            Map::Where { condition, yes, no } => Map::Where { condition: to(*condition), yes: to(*yes), no: to(*no) },
            Map::In(input, atoms) => Map::In(to(*input), atoms.clone()),
            Map::Lookup(table, input) => Map::Lookup(table.clone(), to(*input)),
        }),
        Node::Select { key, query, comparison } => Node::Select { key: to(*key), query: to(*query), comparison: *comparison },
        Node::NotSelector(part) => Node::NotSelector(to(*part)),
        Node::AndSelectors(left, right) => Node::AndSelectors(to(*left), to(*right)),
        Node::OrSelectors(left, right) => Node::OrSelectors(to(*left), to(*right)),
        Node::Aggregate { selector, value, default } => Node::Aggregate {
            selector: to(*selector),
            value: to(*value),
            default: Some(default.clone().unwrap_or(Atom::Int(Int::Small(0)))),
        },
    }
}
