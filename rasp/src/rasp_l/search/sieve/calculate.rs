//! The new line as an operand of arithmetic.

use super::position::{Position, by_turns};
use super::{Candidate, Sieve};
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::search::line::Kind;
use crate::rasp_l::search::space::Operations;
use crate::rasp_l::search::words::byte;

/// The most positions at which calculations are looked up; few new lines meet others.
const LOOKED_UP: usize = 8;
const VALUES: usize = 256;
/// The new line among the slots of a calculation; the last slots of a large state share its bits, which lets more pass.
const ITSELF: u32 = 15;

/// What calculations with the new line give, by its value at a position.
#[derive(Debug)]
pub(super) struct Calculations {
    operations: Operations,
    /// Targets take turns, since what makes a target at one position often makes it at others.
    pub(super) positions: Vec<Position>,
    /// At how many of them calculations are looked up.
    pub(super) looked_up: usize,
    /// For each of these, its target's number.
    targets: Vec<usize>,
    /// `[targets][VALUES]`: where in `with` the calculations with a slot of this value are, and 0 before they are made.
    places: Vec<usize>,
    /// `[pairs of a target and a slot's value][VALUES]`: four operations in two orders. The first has none, for slots that are no tokens.
    with: Vec<[u8; VALUES]>,
    /// `[slots][looked_up]`: where in `with`.
    slots: Vec<[usize; LOOKED_UP]>,
    /// `[slots][looked_up][VALUES]`: the calculations of the new line with itself and each slot below. Made when a state needs them, and so seldom: the
    /// newest slot is not among them.
    below: Vec<u128>,
    /// For how many slots these are made.
    made: usize,
}

impl Calculations {
    pub(super) fn new(operations: &Operations, positions: &[Position]) -> Self {
        let positions = by_turns(positions);
        let looked_up = positions.len().min(LOOKED_UP);
        let mut distinct: Vec<i8> = positions[..looked_up].iter().map(|position| position.target).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let of_values = |position: &Position| {
            let target = position.target;
            (0..=u8::MAX).map(move |value| u128::from(with_itself(operations, value.cast_signed(), target)) << (8 * ITSELF))
        };
        Calculations {
            operations: operations.clone(),
            looked_up,
            targets: positions[..looked_up].iter().map(|position| distinct.partition_point(|&target| target < position.target)).collect(),
            places: vec![0; distinct.len() * VALUES],
            with: vec![[0; VALUES]],
            slots: Vec::new(),
            below: positions[..looked_up].iter().flat_map(of_values).collect(),
            made: 1,
            positions,
        }
    }

    /// Adds a slot, of these values if it is a token.
    pub(super) fn push(&mut self, words: Option<&[u64]>) {
        let mut places = [0; LOOKED_UP];
        if let Some(words) = words {
            for (number, place) in places.iter_mut().enumerate().take(self.looked_up) {
                let (value, target) = (byte(words, self.positions[number].lane), self.positions[number].target);
                let known = &mut self.places[self.targets[number] * VALUES + usize::from(value.cast_unsigned())];
                if *known == 0 {
                    *known = self.with.len();
                    self.with.push(std::array::from_fn(|own| with_slot(&self.operations, own as i8, value, target)));
                }
                *place = *known;
            }
        }
        self.slots.push(places);
    }

    pub(super) fn pop(&mut self) {
        self.slots.pop();
        self.made = self.made.min(self.slots.len() + 1);
    }

    /// Makes ready for last lines of the present state.
    pub(super) fn begin(&mut self) {
        let size = self.looked_up * VALUES;
        while self.made < self.slots.len() {
            let slot = self.made - 1;
            self.below.resize((slot + 2) * size, 0);
            let (before, after) = self.below.split_at_mut((slot + 1) * size);
            let (before, after) = (before[slot * size..].chunks_exact(VALUES), after.chunks_exact_mut(VALUES));
            for ((before, after), &place) in before.zip(after).zip(&self.slots[slot]) {
                for ((after, &before), &bits) in after.iter_mut().zip(before).zip(&self.with[place]) {
                    *after = before | u128::from(bits) << shift(slot);
                }
            }
            self.made += 1;
        }
    }

    /// The calculations of a new line with any slot or itself that give the target at each position where `at` knows its value.
    #[inline]
    pub(super) fn with_any(&self, at: impl Fn(usize) -> Option<i8>) -> u128 {
        let newest = self.slots.len() - 1;
        let below = self.below[newest * self.looked_up * VALUES..].chunks_exact(VALUES);
        let (mut alive, mut with_newest) = (u128::MAX, u8::MAX);
        for ((position, below), &place) in self.positions[..self.looked_up].iter().zip(below).zip(&self.slots[newest]) {
            let Some(value) = at(position.lane) else { continue };
            let value = usize::from(value.cast_unsigned());
            alive &= below[value];
            with_newest &= self.with[place][value];
            if alive == 0 && with_newest == 0 {
                return 0;
            }
        }
        alive | u128::from(with_newest) << shift(newest)
    }

    /// As [`with_any`](Self::with_any), of those that read all of these slots.
    #[inline]
    pub(super) fn with_required(&self, required: u32, at: impl Fn(usize) -> Option<i8>) -> u128 {
        match required.count_ones() {
            0 => self.with_any(at),
            1 => self.with_one(required.trailing_zeros() as usize, at),
            _ => 0,
        }
    }

    /// As [`with_any`](Self::with_any), with this slot alone.
    #[inline]
    pub(super) fn with_one(&self, slot: usize, at: impl Fn(usize) -> Option<i8>) -> u128 {
        let mut alive = u8::MAX;
        for (position, &place) in self.positions[..self.looked_up].iter().zip(&self.slots[slot]) {
            let Some(value) = at(position.lane) else { continue };
            alive &= self.with[place][usize::from(value.cast_unsigned())];
            if alive == 0 {
                return 0;
            }
        }
        u128::from(alive) << shift(slot)
    }
}

impl Sieve {
    /// As an operand of arithmetic.
    pub(super) fn could_calculate(&self, candidate: &Candidate<'_>) -> bool {
        let mut alive = self.calculations.with_required(candidate.required, |lane| Some(byte(candidate.words, lane)));
        // What is left is rare enough to be looked at one position after another.
        for position in &self.calculations.positions[self.calculations.looked_up..] {
            if alive == 0 {
                return false;
            }
            alive &= self.calculations_of(position, byte(candidate.words, position.lane));
        }
        alive != 0
    }

    /// The calculations that make a position's target of a value of the new line: eight bits for each slot, and for itself.
    pub(super) fn calculations_of(&self, position: &Position, value: i8) -> u128 {
        let operations = &self.space.operations;
        let mut bits = u128::from(with_itself(operations, value, position.target)) << (8 * ITSELF);
        for slot in (0..self.kinds.len()).filter(|&slot| self.kinds[slot] == Kind::Token) {
            let other = byte(&self.values[slot * self.words..], position.lane);
            bits |= u128::from(with_slot(operations, value, other, position.target)) << shift(slot);
        }
        bits
    }
}

/// Where the bits of a slot are.
pub(super) fn shift(slot: usize) -> u32 {
    8 * (slot as u32).min(ITSELF)
}

/// The calculations with a slot of another value that make the target: four operations in two orders.
fn with_slot(operations: &Operations, own: i8, other: i8, target: i8) -> u8 {
    let (own, other, target) = (i16::from(own), i16::from(other), i16::from(target));
    operations.arithmetic.iter().fold(0, |bits, &operation| {
        let both = u8::from(gives(operation, own, other, target)) | u8::from(gives(operation, other, own, target)) << 1;
        bits | both << (2 * operation as u32)
    })
}

/// The calculations of the new line with itself, or alone.
fn with_itself(operations: &Operations, own: i8, target: i8) -> u8 {
    let negated = operations.negate && -i16::from(own) == i16::from(target);
    with_slot(operations, own, own, target) | u8::from(negated) << 1
}

fn gives(operation: Arithmetic, left: i16, right: i16, target: i16) -> bool {
    match operation {
        Arithmetic::Add => left + right == target,
        Arithmetic::Subtract => left - right == target,
        Arithmetic::Multiply => left * right == target,
        Arithmetic::Remainder => right != 0 && (left % right + right) % right == target,
    }
}
