//! Numbers whose zeros are certain: each real number beside its remainder modulo a prime.

use std::iter::Sum;
use std::ops::{Add, Div, Mul, Sub};

/// A Mersenne prime of 61 bits, so that products fit 128.
const PRIME: u64 = (1 << 61) - 1;

/// A rational number: rounded, and exactly modulo [`PRIME`].
///
/// A rank, a degree or a tie hangs on whether a number is 0, which rounding cannot say and the remainder can: what is 0 has the remainder
/// 0, and what is not has it only where the prime divides its numerator, for numbers not made for it once in 2^61. Sizes are
/// rounded, and a number known to be 0 is rounded to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    rounded: f64,
    remainder: u64,
}

impl Number {
    pub(super) const ZERO: Self = Self { rounded: 0.0, remainder: 0 };
    pub(super) const ONE: Self = Self { rounded: 1.0, remainder: 1 };
    pub(super) const MINUS_ONE: Self = Self { rounded: -1.0, remainder: PRIME - 1 };

    fn new(rounded: f64, remainder: u64) -> Self {
        Self { rounded: if remainder == 0 { 0.0 } else { rounded }, remainder }
    }

    /// Whether it is 0.
    pub(super) fn is_zero(self) -> bool {
        self.remainder == 0
    }

    /// The nearest float, but for the rounding of the operations before.
    pub(super) fn rounded(self) -> f64 {
        self.rounded
    }

    /// The sum of products.
    pub(super) fn dot(one: &[Self], other: &[Self]) -> Self {
        // Many of the factors are 0, and nothing is as fast as not to multiply.
        one.iter().zip(other).filter(|(one, other)| !one.is_zero() && !other.is_zero()).map(|(&one, &other)| one * other).sum()
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self::new(integer as f64, i128::from(integer).rem_euclid(i128::from(PRIME)) as u64)
    }
}

impl Add for Number {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.rounded + other.rounded, reduce(self.remainder + other.remainder))
    }
}

impl Sub for Number {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.rounded - other.rounded, reduce(self.remainder + PRIME - other.remainder))
    }
}

impl Mul for Number {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.rounded * other.rounded, multiply(self.remainder, other.remainder))
    }
}

impl Div for Number {
    type Output = Self;

    /// The divisor is not 0.
    fn div(self, other: Self) -> Self {
        Self::new(self.rounded / other.rounded, multiply(self.remainder, inverse(other.remainder)))
    }
}

impl Sum for Number {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Add::add)
    }
}

/// The remainder of a number below twice the prime.
fn reduce(number: u64) -> u64 {
    if number >= PRIME { number - PRIME } else { number }
}

fn multiply(one: u64, other: u64) -> u64 {
    // 2^61 is 1 modulo the prime, so the high bits are added to the low ones.
    let product = u128::from(one) * u128::from(other);
    reduce((product as u64 & PRIME) + (product >> 61) as u64)
}

/// Fermat: the power of two less than the prime.
fn inverse(remainder: u64) -> u64 {
    let (mut power, mut square, mut exponent) = (1, remainder, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = multiply(power, square);
        }
        square = multiply(square, square);
        exponent >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_zero_is_zero_although_floats_are_not() {
        let [one, three, ten] = [1, 3, 10].map(Number::from);
        let tenth = one / ten;
        assert!((tenth + tenth + tenth - three / ten).is_zero());
        assert!(!(tenth + tenth - three / ten).is_zero());
    }

    #[test]
    fn negative_numbers_and_products_near_the_prime_are_reduced() {
        assert_eq!(Number::from(-1), Number::MINUS_ONE);
        assert_eq!(Number::MINUS_ONE * Number::MINUS_ONE, Number::ONE);
        assert!((Number::from(i64::MIN) - Number::from(i64::MIN)).is_zero());
        assert!(Number::from(PRIME as i64).is_zero(), "the one blind spot: the prime itself");
    }
}
