//! The new line as what is reduced by a selector of the state.

use super::{Candidate, Sieve, own};

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
}
