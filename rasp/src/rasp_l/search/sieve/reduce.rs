//! The new line as what is reduced.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::position::selections;
use super::words::{byte, compare, compare_word};
use super::{Candidate, FIRST_PREFIX, Sieve, is_possible};

/// Selectors in order, with where to go on when the first or second position rules one out.
#[derive(Debug, Default)]
pub(super) struct List {
    selectors: Vec<u32>,
    after_first: Vec<u32>,
    after_second: Vec<u32>,
}

impl Sieve {
    /// Which reductions of the new line over a set of places give the target.
    #[inline(always)]
    fn own_reductions(&self, candidate: &Candidate<'_>, number: usize, set: u32) -> u64 {
        if number < self.first {
            return self.own_sets[(number << FIRST_PREFIX) + set as usize] & candidate.prospects;
        }
        let position = &self.positions[number];
        position.reductions(position.against(candidate.words, self.width), candidate.words, set) & candidate.prospects
    }

    /// As what is reduced, by a selector that the state has.
    pub(super) fn could_be_reduced(&mut self, candidate: &Candidate<'_>) -> bool {
        let list = self.list(candidate.required);
        let (list, count) = (&self.lists[list].1, self.positions.len());
        let set = |selector: u32, number: usize| self.sets[selector as usize * count + number];
        let mut place = 0;
        while let Some(&selector) = list.selectors.get(place) {
            let first = self.own_reductions(candidate, 0, set(selector, 0));
            if !is_possible(first) {
                place = list.after_first[place] as usize;
                continue;
            }
            let end = list.after_second[place] as usize;
            let second = if count > 1 { first & self.own_reductions(candidate, 1, set(selector, 1)) } else { first };
            if is_possible(second) {
                for &selector in &list.selectors[place..end] {
                    let mut alive = second;
                    for number in 2..count {
                        alive &= self.own_reductions(candidate, number, set(selector, number));
                        if !is_possible(alive) {
                            break;
                        }
                    }
                    if is_possible(alive) {
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
    pub(super) fn could_reduce_itself(&self, candidate: &Candidate<'_>) -> bool {
        let slots = self.kinds.len();
        let partners = (0..=slots).filter(|&partner| partner == slots || self.kinds[partner] == candidate.kind);
        for partner in partners {
            let is_itself = partner == slots;
            if candidate.required & !(u32::from(!is_itself) << partner) != 0 {
                continue;
            }
            let other = if is_itself { candidate.words } else { &self.values[partner * self.words..][..self.words] };
            if self.reduces(candidate, candidate.words, other) || !is_itself && self.reduces(candidate, other, candidate.words) {
                return true;
            }
        }
        false
    }

    /// Whether the new line, reduced by some selector of this key and query, gives the target at each position.
    fn reduces(&self, candidate: &Candidate<'_>, key: &[u64], query: &[u64]) -> bool {
        let mut alive = [0; 6];
        for &comparison in &self.space.operations.select {
            alive[comparison as usize] = candidate.prospects;
        }
        for (number, position) in self.positions.iter().enumerate() {
            let value = byte(query, position.lane);
            let (equal, less) = if number < self.first {
                compare_word(key[position.word], value)
            } else {
                compare(&key[position.word..], self.width, value)
            };
            let sets = selections(equal, less, position.prefix);
            let mut any = false;
            for (alive, set) in alive.iter_mut().zip(sets) {
                if is_possible(*alive) {
                    *alive &= self.own_reductions(candidate, number, set);
                    any |= is_possible(*alive);
                }
            }
            if !any {
                return false;
            }
        }
        true
    }
}
