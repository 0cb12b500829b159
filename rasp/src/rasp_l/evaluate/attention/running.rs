//! Attention to a selection that only grows: one summary is all the memory.

use super::form::Scope;
use super::{Attend, Chunk};
use crate::rasp_l::evaluate::columns::Inputs;
use crate::rasp_l::evaluate::reduce::Reduce;
use crate::rasp_l::graph::NodeId;

/// The summary of what was selected so far.
#[derive(Debug)]
pub(super) struct Running<R: Reduce> {
    scope: Scope,
    value: Option<NodeId>,
    default: i32,
    summary: R::Summary,
}

impl<R: Reduce> Running<R> {
    pub(super) fn new(scope: Scope, value: Option<NodeId>, default: i32) -> Self {
        Running { scope, value, default, summary: R::NOTHING }
    }
}

impl<R: Reduce> Attend for Running<R> {
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]) {
        let default = self.default;
        let mut summary = self.summary;
        let mut add = |value| {
            summary = R::add(summary, value);
            summary
        };
        let values = |positions| inputs.values(self.value, positions);
        let out = &mut out[chunk.answered()];
        match self.scope {
            Scope::All { delay } => {
                let seen = |position: usize| position.saturating_sub(delay);
                for &value in values(seen(chunk.start)..seen(chunk.answered)) {
                    add(value);
                }
                let early = delay.clamp(chunk.answered, chunk.end) - chunk.answered;
                out[..early].fill(R::answer(R::NOTHING, default));
                for (out, &value) in out[early..].iter_mut().zip(values(seen(chunk.answered)..seen(chunk.end))) {
                    *out = R::answer(add(value), default);
                }
            }
            Scope::Keys(key, band) => {
                let mut add_if = |key, value| {
                    let with = R::add(summary, value);
                    summary = if band.contains(key) { with } else { summary };
                    summary
                };
                for (&key, &value) in inputs.get(key, chunk.unanswered()).iter().zip(values(chunk.unanswered())) {
                    add_if(key, value);
                }
                for ((out, &key), &value) in out.iter_mut().zip(inputs.get(key, chunk.answered())).zip(values(chunk.answered())) {
                    *out = R::answer(add_if(key, value), default);
                }
            }
            Scope::Queries(query, band) => {
                for &value in values(chunk.unanswered()) {
                    add(value);
                }
                for ((out, &query), &value) in out.iter_mut().zip(inputs.get(query, chunk.answered())).zip(values(chunk.answered())) {
                    let all = add(value);
                    *out = R::answer(if band.contains(query) { all } else { R::NOTHING }, default);
                }
            }
        }
        self.summary = summary;
    }

    fn reset(&mut self, _: Inputs<'_>, _: usize) {
        self.summary = R::NOTHING;
    }
}
