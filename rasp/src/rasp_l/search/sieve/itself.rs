//! The new line as what is reduced, and as key or query of the selector too.
//!
//! Eight partners are looked at together, in all comparisons: a set of places for each makes 64 bytes.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::abreast::EIGHTS;
use super::own;
use super::position::places_of;
use super::{Candidate, Sieve};
use crate::rasp_l::search::kernel::{Bits, LANES};
use crate::rasp_l::search::line::Kind;
use crate::rasp_l::search::vectors::{Vectors, Words, bytes_of, with_vectors};
use crate::rasp_l::search::words::{broadcast, byte};

/// The new line as key or query, beside eight slots.
#[derive(Clone, Copy, Debug)]
struct Pairing {
    is_key: bool,
    /// Which eight slots.
    number: usize,
    /// What is possible with each: eight bytes for each comparison.
    alive: Bits,
}

/// The partners of new lines that leave certain slots to be read, with everything possible.
#[derive(Debug)]
pub(super) struct Pairings {
    required: u32,
    eights: Vec<Pairing>,
}

impl Sieve {
    /// As key or query and as value, at once.
    pub(super) fn could_reduce_itself(&mut self, candidate: &Candidate<'_>) -> bool {
        let mut eights = [Pairing { is_key: false, number: 0, alive: [0; LANES] }; 2 * EIGHTS];
        let pairings = self.pairings(candidate.required);
        let len = pairings.eights.len();
        let prospects = own::small(candidate.prospects);
        for (eight, pairing) in eights.iter_mut().zip(&pairings.eights) {
            *eight = Pairing { alive: pairing.alive.map(|alive| alive & prospects), ..*pairing };
        }
        self.any_reduces(candidate.words, &mut eights[..len])
    }

    /// The pairings of tokens.
    fn pairings(&mut self, required: u32) -> &Pairings {
        if let Some(known) = self.pairings.iter().position(|pairings| pairings.required == required) {
            return &self.pairings[known];
        }
        let reads_all = |partner: usize| required & !(1 << partner) == 0;
        let partners = (0..self.kinds.len()).filter(|&slot| self.kinds[slot] == Kind::Token && reads_all(slot));
        let partners = partners.fold(0_u32, |partners, slot| partners | 1 << slot);
        // As key and query at once, it is its own query.
        let queries = partners | if required == 0 { 1 << self.kinds.len() } else { 0 };
        let mut eights = Vec::new();
        for (is_key, partners) in [(true, queries), (false, partners)] {
            for number in (0..EIGHTS).filter(|number| partners >> (8 * number) & 0xff != 0) {
                let mut alive = [0; LANES];
                for &comparison in &self.space.operations.select {
                    for lane in (0..8).filter(|lane| partners >> (8 * number + lane) & 1 == 1) {
                        alive[8 * comparison as usize + lane] = u8::MAX;
                    }
                }
                eights.push(Pairing { is_key, number, alive });
            }
        }
        self.pairings.push(Pairings { required, eights });
        &self.pairings[self.pairings.len() - 1]
    }

    /// Whether the new line, reduced by a selector of itself and some partner, gives the target at each position.
    fn any_reduces(&mut self, words: &[u64], eights: &mut [Pairing]) -> bool {
        let itself = self.kinds.len();
        let Self { kernels, positions, abreast, own, .. } = self;
        with_vectors!(kernels, |vectors| {
            let mut len = eights.len();
            for (number, position) in positions.iter().enumerate() {
                let query = broadcast(byte(words, position.lane));
                let mut left = 0;
                for place in 0..len {
                    let mut eight = eights[place];
                    let queries = if eight.is_key {
                        with_itself(*abreast.queries(number, eight.number), eight.number, itself, query)
                    } else {
                        [query; 8]
                    };
                    let selected = |word: usize| {
                        let keys = if eight.is_key { [words[position.word + word]; 8] } else { *abreast.keys(number, word, eight.number) };
                        bytes_of(&select(vectors.compare(&keys, &queries), places_of(position.prefix, word)))
                    };
                    let reductions = own.reductions(vectors, words, positions, number, selected);
                    if own::narrow(&mut eight.alive, &reductions) {
                        eights[left] = eight;
                        left += 1;
                    }
                }
                len = left;
                if len == 0 {
                    return false;
                }
            }
            true
        })
    }
}

/// The queries of eight slots, the new line's own in its place.
#[inline(always)]
fn with_itself(mut queries: Words, eight: usize, itself: usize, query: u64) -> Words {
    for (lane, queries) in queries.iter_mut().enumerate() {
        *queries = if 8 * eight + lane == itself { query } else { *queries };
    }
    queries
}

/// The places that each comparison selects, a byte for each of eight pairs, from those where their key equals the query and where it is less.
#[inline(always)]
fn select((equal, less): (u64, u64), places: u64) -> Words {
    const ALL: u64 = u64::MAX;
    // As for `selections`; all words alike, so that they are one vector.
    const EQUAL: Words = [ALL, ALL, 0, ALL, ALL, 0, 0, 0];
    const LESS: Words = [0, 0, ALL, ALL, ALL, ALL, 0, 0];
    const OTHERWISE: Words = [0, ALL, 0, 0, ALL, ALL, 0, 0];
    std::array::from_fn(|word| (equal & EQUAL[word] | less & LESS[word]) ^ OTHERWISE[word]).map(|selected| selected & places)
}
