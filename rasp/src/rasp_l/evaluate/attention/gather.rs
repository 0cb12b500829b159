//! Attention to at most one position: no memory is needed, since the values are all there.

use super::{Attend, Chunk};
use crate::rasp_l::evaluate::columns::Inputs;
use crate::rasp_l::evaluate::reduce::Reduce;
use crate::rasp_l::graph::NodeId;
use std::marker::PhantomData;

/// The value so far to the left.
#[derive(Debug)]
pub(super) struct Shift<R> {
    distance: usize,
    value: Option<NodeId>,
    default: i32,
    reduction: PhantomData<R>,
}

impl<R: Reduce> Shift<R> {
    pub(super) fn new(distance: usize, value: Option<NodeId>, default: i32) -> Self {
        Shift { distance, value, default, reduction: PhantomData }
    }
}

impl<R: Reduce> Attend for Shift<R> {
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]) {
        let first = self.distance.clamp(chunk.answered, chunk.end);
        out[chunk.answered..first].fill(R::answer(R::NOTHING, self.default));
        if first < chunk.end {
            let values = inputs.values(self.value, first - self.distance..chunk.end - self.distance);
            for (out, &value) in out[first..chunk.end].iter_mut().zip(values) {
                *out = only::<R>(value, self.default);
            }
        }
    }

    fn reset(&mut self, _: Inputs<'_>, _: usize) {}
}

/// The value at the position that the query points to.
#[derive(Debug)]
pub(super) struct Gather<R> {
    query: NodeId,
    offset: i32,
    value: Option<NodeId>,
    default: i32,
    reduction: PhantomData<R>,
}

impl<R: Reduce> Gather<R> {
    pub(super) fn new(query: NodeId, offset: i32, value: Option<NodeId>, default: i32) -> Self {
        Gather { query, offset, value, default, reduction: PhantomData }
    }
}

impl<R: Reduce> Attend for Gather<R> {
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]) {
        let values = inputs.values(self.value, 0..chunk.end);
        let nothing = R::answer(R::NOTHING, self.default);
        let queries = inputs.get(self.query, chunk.answered());
        for ((position, out), &query) in chunk.answered().zip(&mut out[chunk.answered()]).zip(queries) {
            let source = query.wrapping_sub(self.offset) as u32 as usize;
            *out = match values.get(source) {
                Some(&value) if source <= position => only::<R>(value, self.default),
                _ => nothing,
            };
        }
    }

    fn reset(&mut self, _: Inputs<'_>, _: usize) {}
}

fn only<R: Reduce>(value: i32, default: i32) -> i32 {
    R::answer(R::add(R::NOTHING, value), default)
}
