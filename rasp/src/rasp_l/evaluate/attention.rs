//! Attention without matrices: each operation keeps a small memory of the positions so far, and answers a new position from it.
//!
//! How it does so depends on its selector alone, and is settled once per program by [`Form`].

mod equal;
mod form;
mod gather;
mod ordered;
mod running;

use super::columns::Inputs;
use super::reduce::{Count, Max, Mean, Min, Reduce};
use crate::rasp_l::graph::{NodeId, Reduction};
pub(super) use form::{Form, cell};
use std::fmt::Debug;
use std::ops::Range;

/// New positions: all are remembered, those from `answered` on are answered too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) start: usize,
    pub(super) answered: usize,
    pub(super) end: usize,
}

impl Chunk {
    fn unanswered(self) -> Range<usize> {
        self.start..self.answered
    }

    fn answered(self) -> Range<usize> {
        self.answered..self.end
    }
}

/// The memory of one attention operation.
pub(super) trait Attend: Debug + Send + Sync {
    /// Remembers the new positions and writes their answers to `out`, each from the positions up to itself.
    fn extend(&mut self, inputs: Inputs<'_>, chunk: Chunk, out: &mut [i32]);

    /// Forgets the `len` positions so far.
    fn reset(&mut self, inputs: Inputs<'_>, len: usize);
}

/// An attention operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) form: Form,
    /// What is reduced; `None` where positions are counted.
    pub(super) value: Option<NodeId>,
    pub(super) default: i32,
    /// How; `None` where positions are counted.
    pub(super) reduction: Option<Reduction>,
}

impl Operation {
    /// A memory of nothing.
    pub(super) fn start(&self) -> Box<dyn Attend> {
        match self.reduction {
            None => self.start_with::<Count>(),
            Some(Reduction::Mean) => self.start_with::<Mean>(),
            Some(Reduction::Max) => self.start_with::<Max>(),
            Some(Reduction::Min) => self.start_with::<Min>(),
        }
    }

    fn start_with<R: Reduce>(&self) -> Box<dyn Attend> {
        let &Operation { form, value, default, .. } = self;
        match form {
            Form::Shift { distance } => Box::new(gather::Shift::<R>::new(distance, value, default)),
            Form::Gather { query, offset } => Box::new(gather::Gather::<R>::new(query, offset, value, default)),
            Form::Running(scope) => Box::new(running::Running::<R>::new(scope, value, default)),
            Form::Equal { key, query } => Box::new(equal::Equal::<R>::new(key, query, value, default)),
            Form::Ordered { key, query, comparison } => Box::new(ordered::Ordered::<R>::new(key, query, comparison, value, default)),
        }
    }
}
