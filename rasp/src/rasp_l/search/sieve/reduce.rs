//! The new line as what is reduced.

use super::position::selections;
use super::words::{byte, compare, compare_word};
use super::{Candidate, SLOTS_MAX, Sieve, own};
use crate::rasp_l::search::line::Slot;

/// The most pairs of a key and a query of which the new line is one or both.
const PAIRS: usize = 2 * SLOTS_MAX + 1;

/// Selectors in order, with where to go on when the first or second position rules one out.
#[derive(Debug, Default)]
pub(super) struct List {
    selectors: Vec<u32>,
    after_first: Vec<u32>,
    after_second: Vec<u32>,
}

impl Sieve {
    /// As what is reduced, by a selector that the state has.
    pub(super) fn could_be_reduced(&mut self, candidate: &Candidate<'_>) -> bool {
        let list = self.list(candidate.required);
        let Self { lists, own, positions, sets, .. } = self;
        let (list, count) = (&lists[list].1, positions.len());
        let mut reductions =
            |selector: u32, number: usize| own.reductions(candidate, positions, number, sets[selector as usize * count + number]);
        let prospects = own::small(candidate.prospects);
        let mut place = 0;
        while let Some(&selector) = list.selectors.get(place) {
            let first = prospects & reductions(selector, 0);
            if !own::is_possible(first) {
                place = list.after_first[place] as usize;
                continue;
            }
            let end = list.after_second[place] as usize;
            let second = if count > 1 { first & reductions(selector, 1) } else { first };
            if own::is_possible(second) {
                for &selector in &list.selectors[place..end] {
                    let mut alive = second;
                    for number in 2..count {
                        alive &= reductions(selector, number);
                        if !own::is_possible(alive) {
                            break;
                        }
                    }
                    if own::is_possible(alive) {
                        return true;
                    }
                }
            }
            place = end;
        }
        false
    }

    /// The list of the selectors that read all slots of `required`, without those for which no default is right wherever they select nothing.
    fn list(&mut self, required: u32) -> usize {
        if let Some(known) = self.lists.iter().position(|(other, _)| *other == required) {
            return known;
        }
        let count = self.positions.len();
        let key = |selector: &u32| {
            let sets = &self.sets[*selector as usize * count..][..count];
            (sets[0], sets.get(1).copied().unwrap_or(0))
        };
        let is_hopeful = |&selector: &u32| required & !self.reads[selector as usize] == 0 && self.defaults[selector as usize] != 0;
        let mut selectors: Vec<u32> = (0..self.reads.len() as u32).filter(is_hopeful).collect();
        selectors.sort_unstable_by_key(key);
        let len = selectors.len();
        let mut list = List { after_first: vec![len as u32; len], after_second: vec![len as u32; len], selectors };
        for place in (0..len.saturating_sub(1)).rev() {
            let (here, next) = (key(&list.selectors[place]), key(&list.selectors[place + 1]));
            list.after_first[place] = if here.0 == next.0 { list.after_first[place + 1] } else { place as u32 + 1 };
            list.after_second[place] = if here == next { list.after_second[place + 1] } else { place as u32 + 1 };
        }
        self.lists.push((required, list));
        self.lists.len() - 1
    }

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
        pairs[..len].iter().zip(alive).any(|(&pair, alive)| self.reduces(candidate, pair, alive))
    }

    /// Whether what is alive with a pair of a key and a query after short prefixes gives the targets of the other positions too.
    fn reduces(&mut self, candidate: &Candidate<'_>, (key, query): (Slot, Slot), alive: u64) -> bool {
        let mut alive = alive.to_le_bytes();
        let of_slot = |slot: Slot| &self.values[usize::from(slot) * self.words..];
        let (key, query) = (of_slot(key), of_slot(query));
        for (number, position) in self.positions.iter().enumerate().skip(self.short) {
            let (equal, less) = compare(&key[position.word..], position.prefix_len.div_ceil(8), byte(query, position.lane));
            let sets = selections(equal, less, position.prefix);
            let mut any = false;
            for (alive, set) in alive.iter_mut().zip(sets) {
                if own::is_possible(*alive) {
                    *alive &= self.own.reductions(candidate, &self.positions, number, set);
                    any |= own::is_possible(*alive);
                }
            }
            if !any {
                return false;
            }
        }
        true
    }
}
