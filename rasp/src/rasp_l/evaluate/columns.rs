//! The values of a run: one column per node that has values, one cell per position.
//!
//! Tokens, indices and booleans (0 and 1) are all kept as `i32`, so that one loop serves them all. Columns lie one after another in the graph's
//! order, so that everything an operation reads lies before what it writes.

use super::plan::{Fixed, Plan};
use crate::rasp_l::graph::NodeId;
use std::ops::Range;

/// The column of the input, which is there whether a node reads it or not.
pub(super) const INPUT: usize = 0;

/// All columns, with room for `stride` positions each.
#[derive(Debug, Default)]
pub(super) struct Columns {
    cells: Vec<i32>,
    stride: usize,
}

impl Columns {
    /// Makes room for `len` positions. What depends on the position alone is written here, once, and not again when the run starts anew.
    pub(super) fn reserve(&mut self, plan: &Plan, len: usize) {
        if len <= self.stride {
            return;
        }
        let mut stride = len.max(2 * self.stride).next_multiple_of(16);
        if stride.is_multiple_of(256) {
            // Columns a multiple of a kilobyte apart would crowd into the same few lines of the cache.
            stride += 16;
        }
        let mut cells = vec![0; stride * plan.column_count()];
        if self.stride > 0 {
            for (new, old) in cells.chunks_exact_mut(stride).zip(self.cells.chunks_exact(self.stride)) {
                new[..self.stride].copy_from_slice(old);
            }
        }
        for &(column, fixed) in plan.fixed() {
            let cells = &mut cells[column * stride..][..stride];
            match fixed {
                Fixed::Constant(value) => cells.fill(value),
                Fixed::Position { offset } => cells.iter_mut().zip(offset..).for_each(|(cell, value)| *cell = value),
            }
        }
        *self = Columns { cells, stride };
    }

    /// The cells of the input.
    pub(super) fn input_mut(&mut self) -> &mut [i32] {
        &mut self.cells[INPUT * self.stride..][..self.stride]
    }

    /// What may be read where `column` is written, and the cells to write.
    pub(super) fn split<'c>(&'c mut self, plan: &'c Plan, column: usize) -> (Inputs<'c>, &'c mut [i32]) {
        let (before, rest) = self.cells.split_at_mut(column * self.stride);
        (Inputs { cells: before, stride: self.stride, plan }, &mut rest[..self.stride])
    }

    /// Everything, to read.
    pub(super) fn all<'c>(&'c self, plan: &'c Plan) -> Inputs<'c> {
        Inputs { cells: &self.cells, stride: self.stride, plan }
    }
}

/// Columns to read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'c> {
    cells: &'c [i32],
    stride: usize,
    plan: &'c Plan,
}

impl<'c> Inputs<'c> {
    /// The node's values at some positions.
    pub(super) fn get(&self, node: NodeId, positions: Range<usize>) -> &'c [i32] {
        &self.cells[self.plan.column(node) * self.stride..][positions]
    }

    /// The values that an attention operation reduces. To count positions none is needed, and the input does for them.
    pub(super) fn values(&self, node: Option<NodeId>, positions: Range<usize>) -> &'c [i32] {
        let column = node.map_or(INPUT, |node| self.plan.column(node));
        &self.cells[column * self.stride..][positions]
    }
}
