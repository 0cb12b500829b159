//! What the new line itself comes to over sets of places.
//!
//! In a byte each: the reductions that give the target, three bits, and the defaults with which they do, four bits. A byte for each comparison of a
//! selector makes a word.

use super::position::{Against, Position};
use super::{Candidate, DEFAULTS, FIRST_PREFIX, Kernels, REDUCTIONS};

const SETS: usize = 1 << FIRST_PREFIX;
pub(super) const SMALL_REDUCTIONS: u8 = 0b0000_0111;
pub(super) const SMALL_DEFAULTS: u8 = 0b0111_1000;

/// The new line at each position, in order, made when a position is first asked for: most new lines are ruled out at the first.
#[derive(Debug)]
pub(super) struct Own {
    kernels: Kernels,
    /// Words of a sequence.
    width: usize,
    /// At how many positions the present new line is made.
    made: usize,
    /// `[short][SETS]`
    sets: Vec<[u8; SETS]>,
    /// Where the new line equals, exceeds and falls below the target of each position made.
    against: Vec<Against>,
}

impl Own {
    /// `short` positions have short prefixes and come first.
    pub(super) fn new(short: usize, width: usize) -> Self {
        Own { kernels: Kernels::new(), width, made: 0, sets: vec![[0; SETS]; short], against: Vec::new() }
    }

    /// Begins with another new line.
    pub(super) fn clear(&mut self) {
        self.made = 0;
        self.against.clear();
    }

    /// Which reductions over a set of places give the target of a position.
    #[inline]
    pub(super) fn reductions(&mut self, candidate: &Candidate<'_>, positions: &[Position], number: usize, set: u32) -> u8 {
        if number < self.sets.len() {
            self.sets_of(candidate, positions, number)[set as usize]
        } else {
            self.make(candidate, positions, number);
            small(positions[number].reductions(self.against[number], candidate.words, set))
        }
    }

    /// As [`reductions`](Self::reductions), for every set of the places of a short prefix.
    #[inline]
    pub(super) fn sets_of(&mut self, candidate: &Candidate<'_>, positions: &[Position], number: usize) -> &[u8; SETS] {
        if self.made <= number {
            self.make(candidate, positions, number);
        }
        &self.sets[number]
    }

    fn make(&mut self, candidate: &Candidate<'_>, positions: &[Position], number: usize) {
        while self.made <= number {
            let position = &positions[self.made];
            let against = position.against(candidate.words, self.width);
            self.against.push(against);
            if let Some(sets) = self.sets.get_mut(self.made) {
                self.kernels.run(
                    #[inline(always)]
                    || {
                        let mut sums = [0; SETS];
                        position.sum_sets(candidate.words, &mut sums);
                        position.reductions_of_sets(against, &sums, |set, bits| sets[set] = bits as u8 | SMALL_DEFAULTS);
                        sets[0] = if position.default == 0 { 0 } else { SMALL_REDUCTIONS | small(position.default) };
                    },
                );
            }
            self.made += 1;
        }
    }
}

/// The reductions of one value and the defaults, in a byte.
#[inline]
pub(super) fn small(bits: u64) -> u8 {
    (bits & REDUCTIONS) as u8 | ((bits & DEFAULTS) >> 57) as u8
}

/// Whether some reduction is left, and a default for it.
#[inline]
pub(super) fn is_possible(bits: u8) -> bool {
    bits & SMALL_REDUCTIONS != 0 && bits & SMALL_DEFAULTS != 0
}

/// As [`is_possible`], of any byte of a word.
#[inline]
pub(super) fn any_is_possible(bytes: u64) -> bool {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    // What is not zero in seven bits carries into the eighth.
    let is_some = |mask: u8| (bytes & u64::from_le_bytes([mask; 8])) + LOW;
    is_some(SMALL_REDUCTIONS) & is_some(SMALL_DEFAULTS) & !LOW != 0
}
