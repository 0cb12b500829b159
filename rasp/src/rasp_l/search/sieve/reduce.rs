//! The new line as what is reduced by a selector of the state.

use super::own;
use super::{Candidate, FIRST, Sieve};
use crate::rasp_l::search::kernel::{Bits, LANES};
use crate::rasp_l::search::vectors::with_vectors;

/// Selectors, 64 abreast.
#[derive(Debug, Default)]
pub(super) struct List {
    selectors: Vec<u32>,
    /// `[up to FIRST positions][words of a sequence][selectors / 64]`: eight places that each selects; none behind the last selector.
    sets: Vec<Bits>,
}

impl Sieve {
    /// As what is reduced, by a selector that the state has.
    pub(super) fn could_be_reduced(&mut self, candidate: &Candidate<'_>) -> bool {
        let list = self.list(candidate.required);
        let Self { kernels, positions, lists, own, width, alive_sets: alive, .. } = self;
        let (words, list) = (candidate.words, &lists[list].1);
        let prospects = own::small(candidate.prospects);
        alive.clear();
        alive.resize(list.selectors.len().div_ceil(LANES), [prospects; LANES]);
        if let Some(last) = alive.last_mut() {
            let len = list.selectors.len() % LANES;
            last[if len == 0 { LANES } else { len }..].fill(0);
        }
        let looked_up = positions.len().min(FIRST);
        let any = with_vectors!(kernels, |vectors| {
            for number in 0..looked_up {
                let mut any = false;
                for place in 0..alive.len() {
                    let sets = |word: usize| list.sets[(number * *width + word) * alive.len() + place];
                    let reductions = own.reductions(vectors, words, positions, number, sets);
                    any |= own::narrow(&mut alive[place], &reductions);
                }
                if !any {
                    return false;
                }
            }
            true
        });
        if !any {
            return false;
        }
        let alive = alive.iter().flatten().zip(&list.selectors).filter(|(alive, _)| own::is_possible(**alive));
        alive.into_iter().any(|(&alive, &selector)| {
            let mut alive = alive;
            positions.iter().enumerate().skip(FIRST).all(|(number, position)| {
                let set = self.sets[selector as usize * positions.len() + number];
                alive &= own::small(position.reductions(position.against(words, *width), words, set));
                own::is_possible(alive)
            })
        })
    }

    /// The list of the selectors that read all slots of `required`, without those for which no default is right wherever they select nothing.
    fn list(&mut self, required: u32) -> usize {
        if let Some(known) = self.lists.iter().position(|(other, _)| *other == required) {
            return known;
        }
        let is_hopeful = |&selector: &u32| required & !self.reads[selector as usize] == 0 && self.defaults[selector as usize] != 0;
        let selectors: Vec<u32> = (0..self.reads.len() as u32).filter(is_hopeful).collect();
        let mut sets = Vec::new();
        for number in 0..self.positions.len().min(FIRST) {
            for word in 0..self.width {
                sets.extend(selectors.chunks(LANES).map(|selectors| {
                    let mut places = [0; LANES];
                    for (places, &selector) in places.iter_mut().zip(selectors) {
                        *places = (self.sets[selector as usize * self.positions.len() + number] >> (8 * word)) as u8;
                    }
                    places
                }));
            }
        }
        self.lists.push((required, List { selectors, sets }));
        self.lists.len() - 1
    }
}
