//! The new line as an operand of arithmetic.

use super::position::Position;
use super::words::byte;
use super::{Candidate, Sieve};
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::search::line::Kind;

impl Sieve {
    /// As an operand of arithmetic.
    pub(super) fn could_calculate(&mut self, candidate: &Candidate<'_>) -> bool {
        let mut alive = Self::calculations(candidate.required);
        for number in 0..self.first {
            if alive == 0 {
                return false;
            }
            let value = byte(candidate.words, self.positions[number].lane);
            let place = number * 256 + usize::from(value.cast_unsigned());
            if self.sum_places[place] == 0 {
                self.sums.push(self.calculations_of(&self.positions[number], value));
                self.sum_places[place] = self.sums.len() as u32;
            }
            alive &= self.sums[self.sum_places[place] as usize - 1];
        }
        // What is left is rare enough to be looked at one position after another.
        for position in &self.positions[self.first..] {
            if alive == 0 {
                return false;
            }
            alive &= self.calculations_of(position, byte(candidate.words, position.lane));
        }
        alive != 0
    }

    /// The calculations that read what is required: for each slot, eight bits.
    fn calculations(required: u32) -> u128 {
        match required.count_ones() {
            0 => u128::MAX,
            1 => 0xff << (8 * required.trailing_zeros().min(ITSELF)),
            _ => 0,
        }
    }

    /// The calculations that make a position's target of a value of the new line: with each slot, four operations in two orders, and with itself.
    fn calculations_of(&self, position: &Position, value: i8) -> u128 {
        let target = i16::from(position.target);
        let own = i16::from(value);
        let mut bits = 0;
        for slot in (0..self.kinds.len()).filter(|&slot| self.kinds[slot] == Kind::Token) {
            let other = i16::from(byte(&self.values[slot * self.words..], position.lane));
            for &operation in &self.space.operations.arithmetic {
                let place = 2 * operation as u32 + 8 * (slot as u32).min(ITSELF);
                bits |= u128::from(gives(operation, own, other, target)) << place;
                bits |= u128::from(gives(operation, other, own, target)) << (place + 1);
            }
        }
        for &operation in &self.space.operations.arithmetic {
            bits |= u128::from(gives(operation, own, own, target)) << (2 * operation as u32 + 8 * ITSELF);
        }
        bits | u128::from(self.space.operations.negate && -own == target) << (1 + 8 * ITSELF)
    }
}

/// The new line among the slots of a calculation; the last slots of a large state share its bits, which lets more pass.
const ITSELF: u32 = 15;

fn gives(operation: Arithmetic, left: i16, right: i16, target: i16) -> bool {
    match operation {
        Arithmetic::Add => left + right == target,
        Arithmetic::Subtract => left - right == target,
        Arithmetic::Multiply => left * right == target,
        Arithmetic::Remainder => right != 0 && (left % right + right) % right == target,
    }
}
