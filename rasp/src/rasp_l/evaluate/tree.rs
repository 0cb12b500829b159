//! Summaries by key that answer for all keys below or above a bound.

use super::reduce::Reduce;
use super::table::{BLOCK, Table};

/// A table, and above it, for every 16 cells a summary, for every 16 of those another, until there are at most 16.
///
/// With k keys in the window, adding a value costs one step per level, a question at most 16; there are log16 k levels.
#[derive(Debug)]
pub(super) struct Tree<R: Reduce> {
    table: Table<R::Summary>,
    levels: Vec<Vec<R::Summary>>,
}

impl<R: Reduce> Tree<R> {
    pub(super) fn new() -> Self {
        Tree { table: Table::new(R::NOTHING), levels: Vec::new() }
    }

    #[inline]
    pub(super) fn add(&mut self, key: i32, value: i32, positions: usize) {
        let mut slot = self.table.slot(key);
        if let Some(cell) = self.table.cells_mut().get_mut(slot) {
            *cell = R::add(*cell, value);
            for level in &mut self.levels {
                slot /= BLOCK;
                level[slot] = R::add(level[slot], value);
            }
        } else {
            self.add_outside(key, value, positions);
        }
    }

    #[cold]
    fn add_outside(&mut self, key: i32, value: i32, positions: usize) {
        let cell_count = self.table.cells().len();
        self.table.update(key, positions, |summary| R::add(summary, value));
        if self.table.cells().len() != cell_count {
            self.levels.clear();
            let mut below = self.table.cells();
            while below.len() > BLOCK {
                self.levels.push(below.chunks(BLOCK).map(merge::<R>).collect());
                below = self.levels.last().map_or(&[], Vec::as_slice);
            }
        }
    }

    /// The summary of all keys below the bound.
    pub(super) fn below(&self, bound: i32) -> R::Summary {
        let far = self.table.far();
        let mut summary = R::NOTHING;
        if !far.is_empty() {
            summary = far.iter().take_while(|&&(key, _)| key < bound).fold(summary, |sum, &(_, far)| R::merge(sum, far));
        }
        let mut end = self.table.cells_below(bound);
        let mut cells = self.table.cells();
        for level in &self.levels {
            let whole = end / BLOCK;
            summary = R::merge(summary, merge::<R>(&cells[whole * BLOCK..end]));
            (end, cells) = (whole, level);
        }
        R::merge(summary, merge::<R>(&cells[..end]))
    }

    /// The summary of all keys not below the bound.
    pub(super) fn from(&self, bound: i32) -> R::Summary {
        let far = self.table.far();
        let mut summary = R::NOTHING;
        if !far.is_empty() {
            summary = far.iter().skip_while(|&&(key, _)| key < bound).fold(summary, |sum, &(_, far)| R::merge(sum, far));
        }
        let mut start = self.table.cells_below(bound);
        let mut cells = self.table.cells();
        for level in &self.levels {
            let whole = start.div_ceil(BLOCK);
            summary = R::merge(summary, merge::<R>(&cells[start..cells.len().min(whole * BLOCK)]));
            (start, cells) = (whole, level);
        }
        R::merge(summary, merge::<R>(&cells[start..]))
    }

    /// Empties the tree, which holds nothing but these keys.
    pub(super) fn clear(&mut self, keys: &[i32]) {
        let few = keys.len() < self.table.cells().len() / 8;
        for (height, level) in self.levels.iter_mut().enumerate() {
            if few {
                for &key in keys {
                    if let Some(cell) = level.get_mut(self.table.slot(key) >> (4 * (height + 1))) {
                        *cell = R::NOTHING;
                    }
                }
            } else {
                level.fill(R::NOTHING);
            }
        }
        self.table.clear(keys);
    }
}

fn merge<R: Reduce>(summaries: &[R::Summary]) -> R::Summary {
    summaries.iter().fold(R::NOTHING, |sum, &summary| R::merge(sum, summary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::evaluate::reduce::{Count, Max};

    #[test]
    fn bounds_divide_the_keys() {
        let mut counts = Tree::<Count>::new();
        let mut largest = Tree::<Max>::new();
        let keys: Vec<i32> = (0..700).map(|idx| (idx * idx) % 997 - 100).chain([1_000_000, -999_999]).collect();
        for (idx, &key) in keys.iter().enumerate() {
            counts.add(key, 0, idx + 1);
            largest.add(key, key / 2, idx + 1);
        }
        for bound in (-200..1_100).chain([-1_000_000, 999_999, 1_000_001]) {
            let below = keys.iter().filter(|&&key| key < bound).count() as i32;
            assert_eq!((counts.below(bound), counts.from(bound)), (below, keys.len() as i32 - below), "{bound}");
            let top = keys.iter().filter(|&&key| key < bound).map(|key| key / 2).max();
            assert_eq!(largest.below(bound), top.unwrap_or(i32::MIN));
        }
        counts.clear(&keys);
        assert_eq!((counts.below(i32::MAX), counts.from(i32::MIN)), (0, 0));
    }
}
