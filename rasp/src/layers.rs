//! Which attention layer each part of an s-op falls into, each as early as can be, and how many heads every layer needs.
//!
//! Knows how the nodes of a [`Flow`] depend on each other, not what they compute.

mod merge;
#[cfg(test)]
pub(crate) mod programs;

use crate::flow::{Flow, Node, NodeId};

/// The attention layers of an s-op, as scheduled by the reference interpreter.
///
/// - The tokens, the indices and constants are there before the first layer.
/// - Elementwise operations are free: they happen in the feed-forward part of the last layer that they depend on.
/// - A selector stands one layer above its keys and queries; a combination of selectors stands where the last of its parts does.
/// - An aggregation stands one layer above its values, and no lower than its selector.
/// - A head is a selector together with a layer: all aggregations of one layer that read the same selector share one head, and a
///   selector that is read in two layers is a head in both.
///
/// Layer `i`, counted from 1, is at index `i - 1` unless said otherwise. All lists are in the order of creation.
///
/// Source: Weiss, Goldberg and Yahav 2021, <https://arxiv.org/abs/2106.06981>; details as scheduled by their reference
/// interpreter, <https://github.com/tech-srl/RASP>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// For each layer the selectors read in it. Where the output is itself a selector, it is a head of its own layer.
    pub heads: Vec<Vec<NodeId>>,
    /// For each layer the number of its heads after merging: equal selectors of equal inputs, however often written, are one.
    pub merged_heads: Vec<usize>,
    /// For each layer the aggregations that its heads carry out.
    pub aggregates: Vec<Vec<NodeId>>,
    /// The elementwise operations before the first layer at index 0, and those after layer `i` at index `i`.
    pub elementwise: Vec<Vec<NodeId>>,
}

impl Layers {
    /// Schedules everything that `output` depends on.
    pub fn of(flow: &Flow, output: NodeId) -> Layers {
        let needed = flow.needed_for(&[output]);
        let depths = depths(flow, &needed);
        let depth = depths[output.idx()];
        let mut heads = vec![Vec::new(); depth];
        let mut aggregates = vec![Vec::new(); depth];
        let mut elementwise = vec![Vec::new(); depth + 1];
        for &id in &needed {
            match flow.node(id) {
                Node::Map(_) => elementwise[depths[id.idx()]].push(id),
                Node::Aggregate { selector, .. } => {
                    aggregates[depths[id.idx()] - 1].push(id);
                    heads[depths[id.idx()] - 1].push(*selector);
                }
                _ => {}
            }
        }
        if flow.node(output).is_selector() {
            heads[depth - 1].push(output);
        }
        let merged = merge::representatives(flow, &needed);
        let merged_heads = heads.iter().map(|layer| sorted(layer.iter().map(|id| merged[id.idx()]).collect()).len()).collect();
        let heads = heads.into_iter().map(sorted).collect();
        Layers { heads, merged_heads, aggregates, elementwise }
    }

    /// The number of attention layers.
    pub fn depth(&self) -> usize {
        self.heads.len()
    }
}

/// For each needed node the number of layers that it must wait for, itself included.
fn depths(flow: &Flow, needed: &[NodeId]) -> Vec<usize> {
    let mut depths = vec![0; needed.last().map_or(0, |last| last.idx() + 1)];
    for &id in needed {
        let node = flow.node(id);
        let below = node.inputs().map(|input| depths[input.idx()]).max().unwrap_or(0);
        depths[id.idx()] = match node {
            Node::Select { .. } => below + 1,
            Node::Aggregate { selector, value, .. } => depths[selector.idx()].max(depths[value.idx()] + 1),
            _ => below,
        };
    }
    depths
}

fn sorted(mut ids: Vec<NodeId>) -> Vec<NodeId> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::programs::{self, Program, Sketch};
    use super::*;
    use crate::atom::{Atom, Int};
    use crate::comparison::Comparison;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn heads_per_layer(layers: &Layers) -> Vec<usize> {
        layers.heads.iter().map(Vec::len).collect()
    }

    /// The table of the reference interpreter: program, heads in each layer.
    #[test]
    fn layers_and_heads_are_those_of_the_reference() {
        let table: [(&str, Program, &[usize]); 11] = [
            ("hist_bos", programs::hist_bos, &[1]),
            ("hist", programs::hist, &[2]),
            ("length", programs::length, &[1]),
            ("reverse", programs::reverse, &[1, 1]),
            ("sort_bos", programs::sort_bos, &[1, 1]),
            ("sort", programs::sort, &[2, 1]),
            ("hist2_bos", programs::hist2_bos, &[2, 1]),
            ("double hist", programs::double_hist, &[2, 2]),
            ("dyck1", programs::dyck1, &[1, 1]),
            ("dyck2", programs::dyck2, &[1, 2, 1, 1]),
            ("tokens", Sketch::tokens, &[]),
        ];
        for (name, program, expected) in table {
            let mut sketch = Sketch::default();
            let output = program(&mut sketch);
            let layers = Layers::of(&sketch.flow, output);
            assert_eq!(heads_per_layer(&layers), expected, "{name}");
            assert_eq!(layers.merged_heads, expected, "{name}, merged");
            assert_eq!(layers.depth(), expected.len(), "{name}");
        }
    }

    #[test]
    fn selectors_written_twice_are_two_heads_and_merge_into_one() {
        let mut sketch = Sketch::default();
        let (first, second) = (programs::hist_bos(&mut sketch), programs::hist_bos(&mut sketch));
        let sum = sketch.add(first, second);
        let layers = Layers::of(&sketch.flow, sum);
        assert_eq!((heads_per_layer(&layers), layers.merged_heads), (vec![2], vec![1]));
    }

    #[test]
    fn a_selector_read_in_two_layers_is_a_head_in_both() {
        let mut sketch = Sketch::default();
        let all = sketch.everything();
        let tokens = sketch.tokens();
        let once = sketch.aggregate(all, tokens, "once");
        let twice = sketch.aggregate(all, once, "twice");
        let layers = Layers::of(&sketch.flow, twice);
        assert_eq!(layers.heads, [[all], [all]]);
        assert_eq!(layers.aggregates, [[once], [twice]]);
    }

    #[test]
    fn elementwise_operations_belong_to_the_layer_that_they_wait_for() {
        let mut sketch = Sketch::default();
        let indices = sketch.indices();
        let before = sketch.add(indices, indices);
        let same = sketch.select(indices, before, Comparison::Equal);
        let moved = sketch.aggregate(same, indices, "moved");
        let after = sketch.add(moved, before);
        assert_eq!(Layers::of(&sketch.flow, after).elementwise, [[before], [after]]);
    }

    #[test]
    fn a_selector_as_output_is_a_head_of_its_layer() {
        let mut sketch = Sketch::default();
        let all = sketch.everything();
        assert_eq!(Layers::of(&sketch.flow, all).heads, [[all]]);
    }

    #[test]
    fn atoms_that_only_compare_equal_do_not_merge() {
        let mut sketch = Sketch::default();
        let indices = sketch.indices();
        let ones = [Atom::Int(Int::Small(1)), Atom::Bool(true), Atom::Float(1.0), Atom::text("1"), Atom::Int(Int::Small(1))];
        let at: Vec<NodeId> = ones
            .map(|atom| {
                let one = sketch.constant(atom);
                let at = sketch.select(indices, one, Comparison::Equal);
                sketch.aggregate(at, indices, "at")
            })
            .to_vec();
        let sum = at.into_iter().reduce(|sum, next| sketch.add(sum, next)).unwrap();
        let layers = Layers::of(&sketch.flow, sum);
        assert_eq!((heads_per_layer(&layers), layers.merged_heads), (vec![5], vec![4]));
    }

    /// The definition, by recursion.
    fn depth_by_definition(flow: &Flow, id: NodeId) -> usize {
        let deepest = || flow.node(id).inputs().map(|input| depth_by_definition(flow, input)).max().unwrap_or(0);
        match flow.node(id) {
            Node::Select { .. } => deepest() + 1,
            Node::Aggregate { selector, value, .. } => (depth_by_definition(flow, *value) + 1).max(depth_by_definition(flow, *selector)),
            _ => deepest(),
        }
    }

    /// The whole expression of a node, written out: two nodes are the same computation iff the texts are the same.
    fn written_out(flow: &Flow, id: NodeId) -> String {
        let node = flow.node(id);
        let mut text = format!("{:?}", merge::rewired(node, |_| id)).replace(&format!("{id:?}"), "_");
        for input in node.inputs() {
            text = format!("{text}({})", written_out(flow, input));
        }
        text
    }

    proptest! {
        #[test]
        fn schedules_agree_with_the_definition(steps in programs::random_steps(14)) {
            let (sketch, output) = programs::random(&steps);
            let flow = &sketch.flow;
            let layers = Layers::of(flow, output);
            prop_assert_eq!(layers.depth(), depth_by_definition(flow, output));
            for layer in 1..=layers.depth() {
                let mut heads = BTreeSet::new();
                let mut merged = BTreeSet::new();
                for id in flow.needed_for(&[output]) {
                    let head = match flow.node(id) {
                        Node::Aggregate { selector, .. } => *selector,
                        _ if id == output && flow.node(id).is_selector() => id,
                        _ => continue,
                    };
                    if depth_by_definition(flow, id) == layer {
                        heads.insert(head);
                        merged.insert(written_out(flow, head));
                    }
                }
                prop_assert_eq!(&layers.heads[layer - 1], &heads.into_iter().collect::<Vec<_>>());
                prop_assert_eq!(layers.merged_heads[layer - 1], merged.len());
            }
        }
    }
}
