//! What the slots of a state come to over sets of places: the tables.
//!
//! For every set where prefixes are short enough; at the shortest, for every way in which the places can compare with a query.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::position::{ORDER_SETS, selections};
use super::{DEFAULTS, ORDERS, REDUCTIONS, Row, SETS, Sieve, TABULATED};
use crate::rasp_l::search::line::Slot;
use crate::rasp_l::search::words::{broadcast, compare};

impl Sieve {
    /// The next table: the last one, and the bits of the slot.
    pub(super) fn tabulate(&mut self, slot: Slot, table: usize) {
        let (size, wide) = (self.positions.len() * SETS, self.wide_places[self.first]);
        self.tables.resize(self.tables.len().max((table + 2) * size), 0);
        self.wide_tables.resize(self.wide_tables.len().max((table + 2) * wide), 0);
        let words = &self.values[usize::from(slot) * self.words..];
        for (number, position) in self.positions.iter().enumerate() {
            let (tables, before, after) = if position.prefix_len <= TABULATED {
                (&mut self.tables, table * size + number * SETS, (table + 1) * size + number * SETS)
            } else if number < self.first {
                (&mut self.wide_tables, table * wide + self.wide_places[number], (table + 1) * wide + self.wide_places[number])
            } else {
                continue;
            };
            let (before_all, after_all) = tables.split_at_mut(after);
            let against = self.against[usize::from(slot) * self.positions.len() + number];
            let sets = 1 << position.prefix_len;
            let sums = &mut self.sums[..sets];
            let (before, after) = (&before_all[before..][..sets], &mut after_all[..sets]);
            let reductions = self.reductions;
            self.kernels.run(
                #[inline(always)]
                || {
                    position.sum_sets(words, sums);
                    position.reductions_of_sets(against, sums, |set, bits| {
                        after[set] = before[set] | (bits & reductions) << (3 * slot) | DEFAULTS;
                    });
                    after[0] = before[0] | if position.default == 0 { 0 } else { reductions << (3 * slot) | position.default };
                },
            );
        }
    }

    /// What the present table has for each set of places of a first position.
    #[inline(always)]
    pub(super) fn sets_of(&self, number: usize) -> &[u64] {
        let table = self.table();
        if self.positions[number].prefix_len <= TABULATED {
            &self.tables[(table * self.positions.len() + number) * SETS..][..SETS]
        } else {
            let sets = &self.wide_tables[table * self.wide_places[self.first]..];
            &sets[self.wide_places[number]..self.wide_places[number + 1]]
        }
    }

    /// Makes the orders of the present table.
    pub(super) fn order(&mut self) {
        let table = self.table();
        let size = self.short * ORDERS;
        if self.orders.len() < (table + 1) * size {
            self.orders.resize((table + 1) * size, [0; 8]);
        }
        self.orders_of.resize(self.orders_of.len().max(table + 1), 0);
        if self.orders_of[table] == self.table_made[table] {
            return;
        }
        self.orders_of[table] = self.table_made[table];
        for number in 0..self.short {
            let position = &self.positions[number];
            let sets = &self.tables[(table * self.positions.len() + number) * SETS..][..SETS];
            let orders = 3_usize.pow(position.prefix_len as u32);
            for (order, &(equal, less)) in ORDER_SETS.iter().enumerate().take(orders) {
                let selected = selections(u32::from(equal), u32::from(less), position.prefix);
                let row = &mut self.orders[table * size + number * ORDERS + order];
                for &comparison in &self.space.operations.select {
                    row[comparison as usize] = sets[selected[comparison as usize] as usize];
                }
            }
        }
    }

    /// For each way in which the places of a short prefix compare with a query, and each comparison, what the table has for the places selected.
    #[inline(always)]
    pub(super) fn rows(&self, number: usize) -> &[Row] {
        &self.orders[(self.table() * self.short + number) * ORDERS..][..ORDERS]
    }

    /// What the table has at a first position for the places that each comparison with a query selects.
    #[inline(always)]
    pub(super) fn row(&self, number: usize, key: &[u64], query: i8) -> Row {
        let position = &self.positions[number];
        if number < self.short {
            self.rows(number)[position.order(key[position.word], broadcast(query))]
        } else {
            let (equal, less) = compare(&key[position.word..], position.prefix_len.div_ceil(8), query);
            row_of(self.sets_of(number), selections(equal, less, position.prefix))
        }
    }

    /// What the table would hold for a set of more places, of the slots that have bits here.
    pub(super) fn reductions_of_slots(&self, number: usize, set: u32, mut left: u64) -> u64 {
        let position = &self.positions[number];
        let mut bits = 0;
        left &= !DEFAULTS;
        while left != 0 {
            let slot = left.trailing_zeros() as usize / 3;
            left &= !(REDUCTIONS << (3 * slot));
            let reductions = position.reductions(self.against[slot * self.positions.len() + number], self.words_of(slot), set);
            bits |= (reductions & self.reductions) << (3 * slot) | reductions & DEFAULTS;
        }
        bits
    }
}

/// What a table has for the places that each comparison selects.
#[inline(always)]
pub(super) fn row_of(sets: &[u64], selected: [u32; 6]) -> Row {
    let mut row = [0; 8];
    for (row, set) in row.iter_mut().zip(selected) {
        *row = sets[set as usize];
    }
    row
}
