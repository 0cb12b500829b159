//! Which attention layer each operation of a program falls into, each as early as can be.
//!
//! Elementwise operations are free: they happen in the feed-forward part of the layer before, or in the embedding.
//! An aggregation or selector width stands one layer above everything that it reads.

use crate::rasp_l::graph::{Graph, NodeId};

/// The attention layers of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// For each layer, first to last, the selectors read in it, in the graph's order. One that is read in two layers is in both.
    pub heads: Vec<Vec<NodeId>>,
}

/// Schedules the nodes `needed` for an output, inputs first.
pub(crate) fn schedule(graph: &Graph, needed: &[NodeId]) -> Layers {
    let mut layers = vec![0_usize; graph.len()];
    let mut heads: Vec<Vec<NodeId>> = Vec::new();
    for &id in needed {
        let node = graph.node(id);
        let below = node.inputs().map(|input| layers[input.idx()]).max().unwrap_or(0);
        layers[id.idx()] = below + usize::from(node.is_attention());
        if node.is_attention() {
            if heads.len() <= below {
                heads.resize(below + 1, Vec::new());
            }
            heads[below].extend(node.inputs().next());
        }
    }
    for layer in &mut heads {
        layer.sort_unstable();
        layer.dedup();
    }
    Layers { heads }
}
