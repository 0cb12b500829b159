//! Summaries by key.
//!
//! Keys are dense as a rule: tokens are int8, indices go from 0 to the length of the input. So there is a window of keys with a cell for each,
//! which grows with the keys that come. A key far from the others (a default of -999, a position moved by thousands) does not stretch it: the window
//! is at most [`SPARE`] cells and [`SPARE_PER_POSITION`] for each position, and what falls outside is kept in a short sorted list.

use std::ops::Range;

/// How many keys a window may span however short the input is.
const SPARE: i64 = 512;
/// And how many more for each position of the input.
const SPARE_PER_POSITION: i64 = 16;
/// A window begins and ends at multiples of this.
pub(super) const BLOCK: usize = 16;

/// A summary for each key; for almost all, the summary of nothing.
#[derive(Debug)]
pub(super) struct Table<S> {
    nothing: S,
    /// The key of the first cell.
    base: i32,
    cells: Vec<S>,
    /// The keys outside the window, ascending.
    far: Vec<(i32, S)>,
}

impl<S: Copy> Table<S> {
    pub(super) fn new(nothing: S) -> Self {
        Table { nothing, base: 0, cells: Vec::new(), far: Vec::new() }
    }

    /// The cell of the key, if it is in the window; otherwise a number beyond the cells.
    #[inline]
    pub(super) fn slot(&self, key: i32) -> usize {
        key.wrapping_sub(self.base) as u32 as usize
    }

    #[inline]
    pub(super) fn cells(&self) -> &[S] {
        &self.cells
    }

    #[inline]
    pub(super) fn cells_mut(&mut self) -> &mut [S] {
        &mut self.cells
    }

    /// The keys outside the window, ascending.
    pub(super) fn far(&self) -> &[(i32, S)] {
        &self.far
    }

    /// How many cells of the window have keys below the bound.
    #[inline]
    pub(super) fn cells_below(&self, bound: i32) -> usize {
        (i64::from(bound) - i64::from(self.base)).clamp(0, self.cells.len() as i64) as usize
    }

    #[inline]
    pub(super) fn get(&self, key: i32) -> S {
        self.cells.get(self.slot(key)).copied().unwrap_or_else(|| self.get_far(key))
    }

    #[inline]
    pub(super) fn update(&mut self, key: i32, positions: usize, change: impl FnOnce(S) -> S) {
        if self.slot(key) >= self.cells.len() {
            self.make_room(key, positions);
        }
        let slot = self.slot(key);
        match self.cells.get_mut(slot) {
            Some(cell) => *cell = change(*cell),
            None => self.update_far(key, change),
        }
    }

    /// Empties the table, which holds nothing but these keys.
    pub(super) fn clear(&mut self, keys: &[i32]) {
        if keys.len() < self.cells.len() / 8 {
            for &key in keys {
                let slot = self.slot(key);
                if let Some(cell) = self.cells.get_mut(slot) {
                    *cell = self.nothing;
                }
            }
        } else {
            self.cells.fill(self.nothing);
        }
        self.far.clear();
    }

    fn get_far(&self, key: i32) -> S {
        self.far.binary_search_by_key(&key, |&(key, _)| key).map_or(self.nothing, |idx| self.far[idx].1)
    }

    #[cold]
    fn update_far(&mut self, key: i32, change: impl FnOnce(S) -> S) {
        let idx = self.far.binary_search_by_key(&key, |&(key, _)| key).unwrap_or_else(|idx| {
            self.far.insert(idx, (key, self.nothing));
            idx
        });
        self.far[idx].1 = change(self.far[idx].1);
    }

    /// Widens the window to the key, unless that is far away for so few positions.
    #[cold]
    fn make_room(&mut self, key: i32, positions: usize) {
        let block = BLOCK as i64;
        let key = i64::from(key);
        let old = match self.cells.len() as i64 {
            0 => key..key,
            len => i64::from(self.base)..i64::from(self.base) + len,
        };
        let most = SPARE + SPARE_PER_POSITION * positions as i64;
        let wanted = old.start.min(key)..old.end.max(key + 1);
        if wanted.end - wanted.start > most {
            return;
        }
        // At least doubled, so that growing costs little in all.
        let spare = (2 * (old.end - old.start)).min(most) - (wanted.end - wanted.start);
        let Range { mut start, mut end } = wanted;
        if key < old.start {
            start -= spare.max(0);
        } else {
            end += spare.max(0);
        }
        start = start.div_euclid(block) * block;
        end = (end + block - 1).div_euclid(block) * block;
        let mut cells = vec![self.nothing; (end - start) as usize];
        if !self.cells.is_empty() {
            cells[(old.start - start) as usize..][..self.cells.len()].copy_from_slice(&self.cells);
        }
        self.far.retain(|&(key, summary)| {
            let is_inside = (start..end).contains(&i64::from(key));
            if is_inside {
                cells[(i64::from(key) - start) as usize] = summary;
            }
            !is_inside
        });
        self.base = start as i32;
        self.cells = cells;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn near_and_far_keys_keep_their_summaries() {
        let mut table = Table::new(0);
        let mut expected = BTreeMap::new();
        let keys = (0..3_000).map(|idx: i32| match idx % 5 {
            0 => -999,
            1 => idx,
            2 => 1_000_000 + idx / 100,
            3 => -idx * 3,
            _ => 7,
        });
        for (idx, key) in keys.enumerate() {
            table.update(key, idx + 1, |count| count + 1);
            *expected.entry(key).or_insert(0) += 1;
            assert_eq!(table.get(key), expected[&key]);
        }
        for key in -10_000..10_000 {
            assert_eq!(table.get(key), expected.get(&key).copied().unwrap_or(0), "{key}");
        }
        assert_eq!(table.far().len(), 30, "only the keys near a million are far");
        table.clear(&[]);
        assert!(table.far().is_empty());
    }

    #[test]
    fn a_far_key_costs_little_memory() {
        let mut table = Table::new(0);
        for key in [1_000_000, 0, -30_000, 1, 2] {
            table.update(key, 5, |count| count + 1);
        }
        assert!(table.cells().len() <= 1_000);
        assert!([1_000_000, 0, -30_000, 1, 2].into_iter().all(|key| table.get(key) == 1));
    }
}
