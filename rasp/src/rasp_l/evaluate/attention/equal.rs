//! Attention to the keys equal to the query: a summary for each key.

use super::{Attend, Chunk};
use crate::rasp_l::evaluate::columns::Inputs;
use crate::rasp_l::evaluate::reduce::Reduce;
use crate::rasp_l::evaluate::table::Table;
use crate::rasp_l::graph::NodeId;
use std::ops::Range;

/// The summary of the values under each key.
#[derive(Debug)]
pub(super) struct Equal<R: Reduce> {
    key: NodeId,
    query: NodeId,
    value: Option<NodeId>,
    default: i32,
    table: Table<R::Summary>,
}

impl<R: Reduce> Equal<R> {
    pub(super) fn new(key: NodeId, query: NodeId, value: Option<NodeId>, default: i32) -> Self {
        Equal { key, query, value, default, table: Table::new(R::NOTHING) }
    }
}

impl<R: Reduce> Attend for Equal<R> {
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]) {
        let entries = |positions: Range<usize>| inputs.get(self.key, positions.clone()).iter().zip(inputs.values(self.value, positions));
        for (&key, &value) in entries(chunk.unanswered()) {
            self.table.update(key, chunk.end, |summary| R::add(summary, value));
        }
        let queries = inputs.get(self.query, chunk.answered());
        for ((out, &query), (&key, &value)) in out[chunk.answered()].iter_mut().zip(queries).zip(entries(chunk.answered())) {
            self.table.update(key, chunk.end, |summary| R::add(summary, value));
            *out = R::answer(self.table.get(query), self.default);
        }
    }

    fn reset(&mut self, inputs: Inputs<'_>, len: usize) {
        self.table.clear(inputs.get(self.key, 0..len));
    }
}
