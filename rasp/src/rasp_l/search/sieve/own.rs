//! What the new line itself comes to over sets of places.
//!
//! In a byte each: the reductions that give the target, three bits, and the defaults with which they do, four bits. 64 sets are looked at together, four places
//! at a time: what these come to is looked up.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::position::Position;
use super::{DEFAULTS, REDUCTIONS};
use crate::rasp_l::search::kernel::{Bits, LANES};
use crate::rasp_l::search::layout::TOKENS_MAX;
use crate::rasp_l::search::vectors::Vectors;

pub(super) const SMALL_REDUCTIONS: u8 = 0b0000_0111;
pub(super) const SMALL_DEFAULTS: u8 = 0b0111_1000;
const MEAN: u8 = 0b100;

/// Places whose sets are looked up.
const PART: usize = 4;
const PARTS: usize = TOKENS_MAX / PART;
/// A byte for each set of four places.
type Table = [u8; 1 << PART];
/// How many places each has.
const SIZES: Table = {
    let mut sizes = [0; 1 << PART];
    let mut set = 0_u8;
    while set < 1 << PART {
        sizes[set as usize] = set.count_ones() as u8;
        set += 1;
    }
    sizes
};

/// Some value of a set equals the target, exceeds it or falls below it.
const EQUAL: u8 = 1;
const ABOVE: u8 = 2;
const BELOW: u8 = 4;

/// The new line at each position, in order, made when a position is first asked for: most new lines are ruled out at the first.
#[derive(Debug)]
pub(super) struct Own {
    /// At how many positions the present new line is made.
    made: usize,
    /// `[positions]`
    parts: Vec<[Part; PARTS]>,
}

/// The new line at four places of a position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    /// How the values of each set compare with the target.
    against: Table,
    /// The sum of how much each is beyond the target, modulo 256: see [`Aim`].
    beyond: Table,
}

/// A target, for what is computed of it in bytes.
///
/// A mean, which is truncated, is a target above 0 if the values exceed it by 0 in all or more, but by less than their number; one below 0 likewise, signs turned
/// around; and 0 if they exceed -1 by 1 in all or more, but by less than twice their number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aim {
    target: i8,
    /// What each set comes to but for its mean, by how its values compare with the target.
    outcomes: Table,
}

impl Aim {
    /// The target, and the bits of the default that is the target.
    pub(super) fn new(target: i8, default: u64) -> Self {
        let outcome = |against: u8| match against {
            0 if default == 0 => 0,
            0 => SMALL_REDUCTIONS | small(default),
            _ => {
                let is = |values: u8| against & values != 0;
                u8::from(is(EQUAL) && !is(ABOVE)) | u8::from(is(EQUAL) && !is(BELOW)) << 1 | SMALL_DEFAULTS
            }
        };
        Aim { target, outcomes: std::array::from_fn(|against| outcome(against as u8)) }
    }

    /// How a value compares with the target, and how much it is beyond.
    #[inline(always)]
    fn of_value(self, value: i8) -> (u8, u8) {
        let beyond = match self.target {
            1.. => value.wrapping_sub(self.target),
            0 => value.wrapping_add(1),
            _ => self.target.wrapping_sub(value),
        };
        let against = if value == self.target { EQUAL } else { 0 }
            | if value > self.target { ABOVE } else { 0 }
            | if value < self.target { BELOW } else { 0 };
        (against, beyond.cast_unsigned())
    }

    /// Four places of a value.
    #[inline(always)]
    fn part(self, values: u32) -> Part {
        let mut part = Part::default();
        for (place, value) in values.to_le_bytes().into_iter().enumerate() {
            let (against, beyond) = self.of_value(value.cast_signed());
            for (set, (part_against, part_beyond)) in part.against.iter_mut().zip(&mut part.beyond).enumerate() {
                let with = if set >> place & 1 == 1 { u8::MAX } else { 0 };
                *part_against |= against & with;
                *part_beyond = part_beyond.wrapping_add(beyond & with);
            }
        }
        part
    }
}

impl Own {
    pub(super) fn new(positions: usize) -> Self {
        Own { made: 0, parts: vec![[Part::default(); PARTS]; positions] }
    }

    /// Begins with another new line.
    pub(super) fn clear(&mut self) {
        self.made = 0;
    }

    /// Which reductions over each of 64 sets of places give the target of a position, and with which defaults; `sets` has eight places of each. As sums are modulo
    /// 256, a mean that is far from the target may seem to be it.
    #[inline(always)]
    pub(super) fn reductions(
        &mut self,
        vectors: impl Vectors,
        words: &[u64],
        positions: &[Position],
        number: usize,
        sets: impl Fn(usize) -> Bits,
    ) -> Bits {
        while self.made <= number {
            let position = &positions[self.made];
            for (part, made) in self.parts[self.made].iter_mut().enumerate().take(position.prefix_len.div_ceil(PART)) {
                *made = position.aim.part((words[position.word + part / 2] >> (32 * (part % 2))) as u32);
            }
            self.made += 1;
        }
        let position = &positions[number];
        let (mut against, mut beyond, mut sizes) = ([0; LANES], [0_u8; LANES], [0_u8; LANES]);
        for (word, parts) in self.parts[number].chunks_exact(2).enumerate().take(position.prefix_len.div_ceil(8)) {
            let places = sets(word);
            for (half, part) in parts.iter().enumerate().take((position.prefix_len - 8 * word).div_ceil(PART)) {
                let places = places.map(|places| places >> (PART * half));
                let found = [&part.against, &part.beyond, &SIZES].map(|table| vectors.look_up(table, &places));
                for lane in 0..LANES {
                    against[lane] |= found[0][lane];
                    beyond[lane] = beyond[lane].wrapping_add(found[1][lane]);
                    sizes[lane] += found[2][lane];
                }
            }
        }
        let mut reductions = vectors.look_up(&position.aim.outcomes, &against);
        let is_zero = u8::from(position.target == 0);
        for lane in 0..LANES {
            let is_mean = beyond[lane].wrapping_sub(is_zero) < (sizes[lane] << is_zero).wrapping_sub(is_zero);
            // Of no places, what they come to is said already.
            let mean = if is_mean { MEAN } else { 0 };
            reductions[lane] |= if sizes[lane] == 0 { 0 } else { mean };
        }
        reductions
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

/// Takes out of what is alive what these have not; whether any of it is possible still.
#[inline(always)]
pub(super) fn narrow(alive: &mut Bits, reductions: &Bits) -> bool {
    let mut any = 0;
    for (alive, reductions) in alive.iter_mut().zip(reductions) {
        let left = *alive & reductions;
        *alive = left;
        any |= if left & SMALL_REDUCTIONS == 0 { 0 } else { left & SMALL_DEFAULTS };
    }
    any != 0
}
