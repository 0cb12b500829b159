//! Attention to the keys below, above or other than the query: a tree of summaries.

use super::{Attend, Chunk};
use crate::comparison::Comparison;
use crate::rasp_l::evaluate::columns::Inputs;
use crate::rasp_l::evaluate::reduce::Reduce;
use crate::rasp_l::evaluate::tree::Tree;
use crate::rasp_l::graph::NodeId;
use std::ops::Range;

/// The summaries of the values under each key and under blocks of keys.
#[derive(Debug)]
pub(super) struct Ordered<R: Reduce> {
    key: NodeId,
    query: NodeId,
    comparison: Comparison,
    value: Option<NodeId>,
    default: i32,
    tree: Tree<R>,
}

impl<R: Reduce> Ordered<R> {
    pub(super) fn new(key: NodeId, query: NodeId, comparison: Comparison, value: Option<NodeId>, default: i32) -> Self {
        Ordered { key, query, comparison, value, default, tree: Tree::new() }
    }

    fn ask(&self, query: i32) -> R::Summary {
        match self.comparison {
            Comparison::Less => self.tree.below(query),
            Comparison::LessOrEqual => self.tree.below(query + 1),
            Comparison::Greater => self.tree.from(query + 1),
            Comparison::GreaterOrEqual => self.tree.from(query),
            Comparison::NotEqual => R::merge(self.tree.below(query), self.tree.from(query + 1)),
            Comparison::Equal => unreachable!("equal keys are found in a table"),
        }
    }
}

impl<R: Reduce> Attend for Ordered<R> {
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]) {
        let entries = |positions: Range<usize>| inputs.get(self.key, positions.clone()).iter().zip(inputs.values(self.value, positions));
        for (&key, &value) in entries(chunk.unanswered()) {
            self.tree.add(key, value, chunk.end);
        }
        let queries = inputs.get(self.query, chunk.answered());
        for ((out, &query), (&key, &value)) in out[chunk.answered()].iter_mut().zip(queries).zip(entries(chunk.answered())) {
            self.tree.add(key, value, chunk.end);
            *out = R::answer(self.ask(query), self.default);
        }
    }

    fn reset(&mut self, inputs: Inputs<'_>, len: usize) {
        self.tree.clear(inputs.get(self.key, 0..len));
    }
}
