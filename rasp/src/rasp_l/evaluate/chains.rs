//! Chains of single steps: `indices + 3` is three nodes, one on top of another, and nobody need go through them one by one.

use crate::rasp_l::graph::{Graph, Map, Node, NodeId};

/// For each node of a graph, the index that it is some steps away from.
#[derive(Debug)]
pub(super) struct Chains<'g> {
    pub(super) graph: &'g Graph,
    roots: Vec<(NodeId, i32)>,
}

impl<'g> Chains<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        let mut roots: Vec<(NodeId, i32)> = Vec::with_capacity(graph.len());
        for (id, node) in graph.nodes() {
            roots.push(match *node {
                Node::Map(Map::Successor(input)) => (roots[input.idx()].0, roots[input.idx()].1 + 1),
                Node::Map(Map::Predecessor(input)) => (roots[input.idx()].0, roots[input.idx()].1 - 1),
                _ => (id, 0),
            });
        }
        Chains { graph, roots }
    }

    /// The first index of the chain that ends with this node, and how far it is to the node; the node itself if it is no step.
    pub(super) fn root(&self, node: NodeId) -> (NodeId, i32) {
        self.roots[node.idx()]
    }

    /// How far the node is to the right of the position, if it is nothing but a position moved.
    pub(super) fn position(&self, node: NodeId) -> Option<i32> {
        let (root, steps) = self.root(node);
        (self.graph.node(root) == Node::Indices).then_some(steps)
    }
}
