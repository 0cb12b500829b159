//! The new line as what is reduced, and as key or query of the selector too.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::position::{Against, Position, mean_bounds, selections};
use super::words::{broadcast, byte, compare_word, compare_words};
use super::{Candidate, SLOTS_MAX, Sieve, own};
use crate::rasp_l::search::line::Slot;

/// The most pairs of a key and a query of which the new line is one or both.
const PAIRS: usize = 2 * SLOTS_MAX + 1;
/// Pairs that are looked at together behind the first positions with short prefixes.
pub(super) const TOGETHER: usize = 16;

impl Sieve {
    /// As key or query and as value, at once.
    pub(super) fn could_reduce_itself(&mut self, candidate: &Candidate<'_>) -> bool {
        // The new line is the slot behind the others here.
        let itself = self.kinds.len();
        let reads_all = |partner: usize| candidate.required & !(1 << partner) == 0;
        let (mut pairs, mut len) = ([(0, 0); PAIRS], 0);
        for partner in (0..itself).filter(|&partner| self.kinds[partner] == candidate.kind && reads_all(partner)) {
            pairs[len] = (itself as Slot, partner as Slot);
            pairs[len + 1] = (partner as Slot, itself as Slot);
            len += 2;
        }
        if candidate.required == 0 {
            pairs[len] = (itself as Slot, itself as Slot);
            len += 1;
        }
        self.values.extend_from_slice(candidate.words);
        let passes = len > 0 && self.any_reduces(candidate, &mut pairs[..len]);
        self.values.truncate(itself * self.words);
        passes
    }

    /// Whether the new line, reduced by some selector of one of these keys and queries, gives the target at each position.
    ///
    /// All pairs are looked at together, one position after another, and those that are still possible move to the front.
    fn any_reduces(&mut self, candidate: &Candidate<'_>, pairs: &mut [(Slot, Slot)]) -> bool {
        let prospects = u64::from(own::small(candidate.prospects));
        let all = self.space.operations.select.iter().fold(0, |all, &comparison| all | prospects << (8 * comparison as u32));
        let mut alive = [all; PAIRS];
        let mut len = pairs.len();
        for number in 0..self.short {
            let position = &self.positions[number];
            let sets = self.own.sets_of(candidate, &self.positions, number);
            let mut left = 0;
            for place in 0..len {
                let (key, query) = pairs[place];
                let key_word = self.values[usize::from(key) * self.words + position.word];
                let query_value = byte(&self.values[usize::from(query) * self.words..], position.lane);
                let (equal, less) = compare_word(key_word, query_value);
                let selected = selections(equal, less, position.prefix);
                let row = selected.into_iter().rev().fold(0, |row, set| row << 8 | u64::from(sets[set as usize % sets.len()]));
                let narrowed = alive[place] & row;
                (pairs[left], alive[left]) = ((key, query), narrowed);
                left += usize::from(own::any_is_possible(narrowed));
            }
            len = left;
            if len == 0 {
                return false;
            }
        }
        let (pairs, alive) = (pairs[..len].chunks(TOGETHER), alive[..len].chunks(TOGETHER));
        pairs.zip(alive).any(|(pairs, alive)| self.some_reduces(candidate, pairs, alive))
    }

    /// Whether what is alive with some of a few pairs of a key and a query after the first positions with short prefixes gives the targets of the others too.
    fn some_reduces(&self, candidate: &Candidate<'_>, pairs: &[(Slot, Slot)], alive: &[u64]) -> bool {
        let mut possible = [[0; TOGETHER]; 6];
        for (comparison, possible) in possible.iter_mut().enumerate() {
            for (possible, alive) in possible.iter_mut().zip(alive) {
                *possible = u32::from(alive.to_le_bytes()[comparison]);
            }
        }
        for position in &self.positions[self.short..] {
            let (mut keys, mut queries) = ([0; TOGETHER], [0; TOGETHER]);
            for (word, &(_, query)) in queries.iter_mut().zip(pairs) {
                *word = broadcast(byte(&self.values[usize::from(query) * self.words..], position.lane));
            }
            let mut orders = Orders { equal: [0; TOGETHER], less: [0; TOGETHER] };
            for word in 0..position.prefix_len.div_ceil(8) {
                for (place, &(key, _)) in keys.iter_mut().zip(pairs) {
                    *place = self.values[usize::from(key) * self.words + position.word + word];
                }
                self.kernels.run(
                    #[inline(always)]
                    || orders.add(word, &keys, &queries),
                );
            }
            let any = self.kernels.run(
                #[inline(always)]
                || orders.narrow(position, candidate.words, self.width, &mut possible),
            );
            if !any {
                return false;
            }
        }
        true
    }
}

/// How the places before a position compare with the query of each of a few pairs.
struct Orders {
    equal: [u32; TOGETHER],
    less: [u32; TOGETHER],
}

impl Orders {
    /// Adds eight places.
    #[inline(always)]
    fn add(&mut self, word: usize, keys: &[u64; TOGETHER], queries: &[u64; TOGETHER]) {
        for pair in 0..TOGETHER {
            let (equal, less) = compare_words(keys[pair], queries[pair]);
            self.equal[pair] |= equal << (8 * word);
            self.less[pair] |= less << (8 * word);
        }
    }

    /// Takes out of what is possible, for each comparison and pair, what does not reduce the selected places of a value to the target; whether anything is left.
    #[inline(always)]
    fn narrow(&self, position: &Position, words: &[u64], width: usize, possible: &mut [[u32; TOGETHER]; 6]) -> bool {
        let against = position.against(words, width);
        let mut any = [0; TOGETHER];
        let mut selected = [[0; TOGETHER]; 6];
        for pair in 0..TOGETHER {
            for (selected, set) in selected.iter_mut().zip(selections(self.equal[pair], self.less[pair], position.prefix)) {
                selected[pair] = set;
            }
        }
        for (sets, possible) in selected.iter().zip(possible) {
            if possible.iter().fold(0, |all, possible| all | possible) == 0 {
                continue;
            }
            let bits = reductions_together(position, against, words, sets);
            for pair in 0..TOGETHER {
                possible[pair] &= bits[pair];
                let left = possible[pair];
                let is_left = (left & u32::from(own::SMALL_REDUCTIONS) != 0) & (left & u32::from(own::SMALL_DEFAULTS) != 0);
                any[pair] |= u32::from(is_left);
            }
        }
        any.iter().fold(0, |all, any| all | any) != 0
    }
}

/// Which reductions over each of a few sets of places give the target, and with which defaults: as [`Position::reductions`], in a byte of [`own`].
#[expect(clippy::needless_bitwise_bool, reason = "vectors have no branches")]
#[inline(always)]
pub(super) fn reductions_together(position: &Position, against: Against, words: &[u64], sets: &[u32; TOGETHER]) -> [u32; TOGETHER] {
    let (lowest, highest) = mean_bounds(position.target);
    let [lowest, highest] = [lowest, highest].map(|(each, more)| (i32::from(each), i32::from(more)));
    let default = u32::from(own::small(position.default));
    let of_none = if default == 0 { 0 } else { default | u32::from(own::SMALL_REDUCTIONS) };
    let mut sums = [0; TOGETHER];
    for place in 0..position.prefix_len {
        let value = i32::from(byte(words, 8 * position.word + place));
        for (sum, set) in sums.iter_mut().zip(sets) {
            *sum += if set & 1 << place != 0 { value } else { 0 };
        }
    }
    let mut bits = [0; TOGETHER];
    for ((bits, &set), &sum) in bits.iter_mut().zip(sets).zip(&sums) {
        let hit = set & against.equal != 0;
        let max = hit & (set & against.above == 0);
        let min = hit & (set & against.below == 0);
        let size = set.count_ones() as i32;
        let mean = (sum >= lowest.0 * size + lowest.1) & (sum <= highest.0 * size + highest.1);
        let of_some = u32::from(max) | u32::from(min) << 1 | u32::from(mean) << 2 | u32::from(own::SMALL_DEFAULTS);
        *bits = if set == 0 { of_none } else { of_some };
    }
    bits
}
