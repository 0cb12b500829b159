//! Aggregations that differ by their defaults alone, ruled out together.
//!
//! They are the same wherever something is selected. At the other places, the gaps, each has its default. So as operands and queries all are one where the
//! scored position is no gap. As keys, all gaps compare alike with a query; and with a constant, one default compares
//! so at every position, so that one stands for all that are less, or greater.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

mod key;

use super::position::{Position, Prospects};
use super::{DEFAULTS_TOGETHER, FIRST, Left, Sieve, WORDS_MAX, as_words};
use crate::rasp_l::search::kernel::Chunk;
use crate::rasp_l::search::line::Kind;
use crate::rasp_l::search::view::Unfilled;
use crate::rasp_l::search::words::{byte, compare};
pub(super) use key::Alike;

/// The places up to a first position at which a selector selects nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    places: u32,
    /// See [`Position::weight`].
    weight: usize,
}

/// Aggregations but for their defaults.
struct Candidates<'c> {
    words: &'c [u64],
    /// All ones in the bytes of the gaps.
    unselected: &'c [u64],
    /// `[first]`
    gaps: [Gap; FIRST],
    /// Slots that must be read beside.
    required: u32,
}

impl Candidates<'_> {
    /// The value at a lane, or that it is the default.
    #[inline(always)]
    fn at(&self, lane: usize) -> Option<i8> {
        (byte(self.unselected, lane) == 0).then(|| byte(self.words, lane))
    }
}

impl Sieve {
    /// Adds where a selector selects nothing.
    pub(super) fn add_gaps(&mut self, unselected: &[Chunk]) {
        let mut room = [0; WORDS_MAX];
        let words = as_words(unselected, &mut room);
        for position in &self.positions[..self.first] {
            let (places, _) = compare(&words[position.word..], self.width, -1);
            self.gaps.push(Gap { places: places & position.prefix, weight: position.weight(words[position.word]) });
        }
    }

    /// Whether [`left_with_defaults`](Self::left_with_defaults) is for these defaults.
    pub(in crate::rasp_l::search) fn looks_at_together(kind: Kind, defaults: &[i8]) -> bool {
        kind == Kind::Token && (2..=DEFAULTS_TOGETHER).contains(&defaults.len())
    }

    /// The defaults with which some last operation could agree that reads this aggregation and all slots of `required`.
    pub(in crate::rasp_l::search) fn left_with_defaults(&mut self, aggregation: &Unfilled<'_>, required: u32) -> Left {
        let (mut words, mut unselected) = ([0; WORDS_MAX], [0; WORDS_MAX]);
        let mut gaps = [Gap::default(); FIRST];
        gaps[..self.first].copy_from_slice(&self.gaps[aggregation.selector * self.first..][..self.first]);
        let words = as_words(aggregation.reduced, &mut words);
        let candidates = Candidates { words, unselected: as_words(aggregation.unselected, &mut unselected), gaps, required };
        let start = self.start(Kind::Token, required);
        let otherwise = if self.some_could_be_chosen(&candidates) {
            (1 << aggregation.defaults.len()) - 1
        } else {
            self.could_calculate_with(&candidates)
                | self.could_be_key_with(&candidates, start)
                | self.could_be_both_with(&candidates, start)
                | self.could_be_query_with(&candidates, start)
        };
        Left { otherwise, prospects: self.prospects_with(&candidates) }
    }

    /// For each default, which reductions of the values could be each target, and with which defaults of a last operation.
    fn prospects_with(&self, candidates: &Candidates<'_>) -> [u64; DEFAULTS_TOGETHER] {
        let mut alive = u64::MAX;
        for eight in &self.eights {
            alive &= self.kernels.run(
                #[inline(always)]
                || eight.prospects_by_default(candidates.words, candidates.unselected),
            );
            if alive == 0 {
                return [0; DEFAULTS_TOGETHER];
            }
        }
        for position in &self.long {
            let (gap, _) = compare(&candidates.unselected[position.word..], self.width, -1);
            alive &= position.prospects_by_default(position.against(candidates.words, self.width), gap & position.prefix);
            if alive == 0 {
                return [0; DEFAULTS_TOGETHER];
            }
        }
        alive.to_le_bytes().map(|byte| Prospects::of_byte(byte).bits(self.reductions))
    }

    /// The defaults, of those that are looked at together, of which something holds.
    fn defaults_where(&self, mut holds: impl FnMut(usize, i8) -> bool) -> u32 {
        let defaults = self.space.constants.iter().take(DEFAULTS_TOGETHER).enumerate();
        defaults.fold(0, |defaults, (number, &default)| defaults | u32::from(holds(number, default)) << number)
    }

    fn could_calculate_with(&self, candidates: &Candidates<'_>) -> u32 {
        let required = candidates.required;
        let alive = self.calculations.with_required(required, |lane| candidates.at(lane));
        let with = |default| self.calculations.with_required(required, |lane| candidates.at(lane).is_none().then_some(default));
        if alive == 0 { 0 } else { self.defaults_where(|_, default| alive & with(default) != 0) }
    }

    /// As a branch of a conditional, with some default.
    fn some_could_be_chosen(&self, candidates: &Candidates<'_>) -> bool {
        let is_target = |position: &Position| candidates.at(position.lane).map_or(position.default != 0, |value| value == position.target);
        self.some_branch(candidates.required, is_target)
    }

    fn could_be_query_with(&mut self, candidates: &Candidates<'_>, start: usize) -> u32 {
        if self.starts[start].keys.is_empty() {
            return 0;
        }
        let mut alive = std::mem::take(&mut self.alive);
        alive.clear();
        alive.extend_from_slice(&self.starts[start].as_query);
        let mut defaults = 0;
        if self.narrow_as_query(start, |lane| candidates.at(lane), &mut alive) {
            let len = alive.len();
            for number in 0..self.space.constants.len().min(DEFAULTS_TOGETHER) {
                let default = self.space.constants[number];
                alive.extend_from_within(..len);
                let is_left = self.narrow_as_query(start, |lane| candidates.at(lane).is_none().then_some(default), &mut alive[len..]);
                defaults |= u32::from(is_left) << number;
                alive.truncate(len);
            }
        }
        self.alive = alive;
        defaults
    }
}
