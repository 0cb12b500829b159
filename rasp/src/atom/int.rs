//! Integers of any size: the arithmetic that always has a result, exact comparison with floats, and correctly rounded division.
//!
//! Small ones stay in a machine word; what overflows is carried out again on big ones. Knows no limits: its callers estimate sizes first.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive as _, Signed as _, ToPrimitive as _, Zero as _};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// An integer of any size; small ones are stored in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Int {
    /// One that fits.
    Small(i64),
    /// One that does not; never one that does.
    Big(Arc<BigInt>),
}

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        Int::Small(value)
    }
}

impl From<BigInt> for Int {
    fn from(value: BigInt) -> Self {
        value.to_i64().map_or_else(|| Int::Big(Arc::new(value)), Int::Small)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int::Small(value) => value.fmt(f),
            Int::Big(value) => value.fmt(f),
        }
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Int::Small(left), Int::Small(right)) => left.cmp(right),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl Int {
    /// The whole part of a float; `None` for infinities and NaN.
    pub(crate) fn from_f64(value: f64) -> Option<Int> {
        /// The least power of two above every small integer.
        const END: f64 = -(i64::MIN as f64);
        if (-END..END).contains(&value) { Some(Int::Small(value as i64)) } else { BigInt::from_f64(value).map(Int::from) }
    }

    /// The value, if it fits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        match self {
            Int::Small(value) => Some(*value),
            Int::Big(_) => None,
        }
    }

    /// The nearest double, the even one of two; `None` if it would be infinite.
    pub(crate) fn to_f64(&self) -> Option<f64> {
        match self {
            Int::Small(value) => Some(*value as f64),
            Int::Big(value) => value.to_f64().filter(|float| float.is_finite()),
        }
    }

    /// Bits of the magnitude: 0 has none, 1 has 1, 255 has 8.
    pub(crate) fn bits(&self) -> u64 {
        match self {
            Int::Small(value) => u64::from(u64::BITS - value.unsigned_abs().leading_zeros()),
            Int::Big(value) => value.bits(),
        }
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Int::Small(value) => *value < 0,
            Int::Big(value) => value.is_negative(),
        }
    }

    /// Compares with a float without rounding the integer; `None` if the float is NaN.
    pub(crate) fn partial_cmp_f64(&self, float: f64) -> Option<Ordering> {
        match Int::from_f64(float) {
            // The whole part has lost a fraction, which decides a tie.
            Some(whole) if *self == whole => 0.0.partial_cmp(&float.fract()),
            Some(whole) => Some(self.cmp(&whole)),
            None => 0.0.partial_cmp(&float),
        }
    }

    pub(crate) fn add(&self, other: &Int) -> Int {
        self.combine(other, i64::checked_add, |left, right| left + right)
    }

    pub(crate) fn subtract(&self, other: &Int) -> Int {
        self.combine(other, i64::checked_sub, |left, right| left - right)
    }

    pub(crate) fn multiply(&self, other: &Int) -> Int {
        self.combine(other, i64::checked_mul, |left, right| left * right)
    }

    /// To a power of at least 0; `0^0` is 1.
    pub(crate) fn power(&self, exponent: u32) -> Int {
        match self {
            Int::Small(value) => value.checked_pow(exponent).map_or_else(|| BigInt::from(*value).pow(exponent).into(), Int::Small),
            Int::Big(value) => value.pow(exponent).into(),
        }
    }

    pub(crate) fn negate(&self) -> Int {
        Int::Small(0).subtract(self)
    }

    /// What is left of a division rounded towards minus infinity, so with the divisor's sign; `None` if the divisor is 0.
    pub(crate) fn remainder(&self, divisor: &Int) -> Option<Int> {
        (*divisor != Int::Small(0)).then(|| {
            let small = |left: i64, right: i64| left.checked_rem(right).map(|_| left.mod_floor(&right));
            self.combine(divisor, small, Integer::mod_floor)
        })
    }

    /// The double nearest to the exact quotient, the even one of two; infinite if it is too large, NaN if the divisor is 0.
    pub(crate) fn divide(&self, divisor: &Int) -> f64 {
        /// Up to here doubles hold every integer, so that the processor's division rounds correctly.
        const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
        match (self, divisor) {
            (_, Int::Small(0)) => f64::NAN,
            (Int::Small(left), Int::Small(right)) if left.unsigned_abs() <= EXACT && right.unsigned_abs() <= EXACT => {
                *left as f64 / *right as f64
            }
            _ => divide_exactly(&self.big(), &divisor.big()),
        }
    }

    fn big(&self) -> Cow<'_, BigInt> {
        match self {
            Int::Small(value) => Cow::Owned(BigInt::from(*value)),
            Int::Big(value) => Cow::Borrowed(value),
        }
    }

    fn combine(&self, other: &Int, small: fn(i64, i64) -> Option<i64>, big: fn(&BigInt, &BigInt) -> BigInt) -> Int {
        let in_place = self.to_i64().zip(other.to_i64()).and_then(|(left, right)| small(left, right));
        in_place.map_or_else(|| big(&self.big(), &other.big()).into(), Int::Small)
    }
}

/// The double nearest to `dividend / divisor`, which is not 0.
///
/// A quotient of integers with more bits than a double holds, its lowest bit set if anything was left over, rounds as the exact one does.
fn divide_exactly(dividend: &BigInt, divisor: &BigInt) -> f64 {
    const MANTISSA_BITS: i64 = f64::MANTISSA_DIGITS as i64;
    /// Doubles are whole multiples of 2 to this power.
    const LEAST_EXPONENT: i64 = f64::MIN_EXP as i64 - MANTISSA_BITS;
    let sign = if dividend.is_negative() == divisor.is_negative() { 1.0 } else { -1.0 };
    let (dividend, divisor) = (dividend.magnitude(), divisor.magnitude());
    // The quotient is above 2^(magnitude - 1) and below 2^(magnitude + 1).
    let magnitude = dividend.bits() as i64 - divisor.bits() as i64;
    if dividend.is_zero() || magnitude < LEAST_EXPONENT - 2 {
        return sign * 0.0;
    }
    if magnitude > i64::from(f64::MAX_EXP) {
        return sign * f64::INFINITY;
    }
    // In units of 2^scale the quotient has two to four bits more than the double will keep.
    let scale = (magnitude - MANTISSA_BITS).max(LEAST_EXPONENT) - 3;
    let (quotient, rest) =
        if scale >= 0 { dividend.div_rem(&(divisor << scale as u64)) } else { (dividend << scale.unsigned_abs()).div_rem(divisor) };
    let quotient = quotient.to_u64().unwrap_or(u64::MAX) | u64::from(!rest.is_zero());
    let excess = (i64::from(u64::BITS - quotient.leading_zeros()) - MANTISSA_BITS).max(LEAST_EXPONENT - scale) as u32;
    let half = 1u64 << (excess - 1);
    let kept = quotient >> excess;
    let discarded = quotient & ((1 << excess) - 1);
    let rounds_up = discarded > half || (discarded == half && kept % 2 == 1);
    // Both factors are exact, and so is their product, unless it overflows to infinity as it should.
    sign * (kept + u64::from(rounds_up)) as f64 * power_of_two(scale + i64::from(excess))
}

/// 2 to a power that is at least that of the least double.
fn power_of_two(exponent: i64) -> f64 {
    const BIAS: i64 = f64::MAX_EXP as i64 - 1;
    const FRACTION_BITS: i64 = f64::MANTISSA_DIGITS as i64 - 1;
    f64::from_bits(if exponent > -BIAS { ((exponent + BIAS) as u64) << FRACTION_BITS } else { 1 << (exponent + BIAS - 1 + FRACTION_BITS) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big(text: &str) -> BigInt {
        text.parse().unwrap()
    }

    fn any_int() -> impl Strategy<Value = BigInt> {
        (any::<i128>(), 0..128u32, 0..1100u32)
            .prop_map(|(value, right, left)| (BigInt::from(value >> right)) << if left > 900 { left } else { left % 3 })
    }

    #[test]
    fn an_integer_is_big_only_if_it_does_not_fit() {
        assert_eq!(Int::from(big("9223372036854775807")), Int::Small(i64::MAX));
        let above = Int::Small(i64::MAX).add(&Int::Small(1));
        assert_eq!(above, Int::Big(Arc::new(big("9223372036854775808"))));
        assert_eq!(above.subtract(&Int::Small(1)), Int::Small(i64::MAX));
        assert_eq!(above.negate(), Int::Small(i64::MIN));
        assert_eq!(Int::Small(i64::MIN).remainder(&Int::Small(-1)), Some(Int::Small(0)));
        assert_eq!(Int::Small(1).remainder(&Int::Small(0)), None);
    }

    #[test]
    fn integers_compare_with_floats_without_rounding() {
        let odd = Int::Small((1 << 53) + 1);
        assert_eq!(odd.partial_cmp_f64(9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(Int::Small(i64::MAX).partial_cmp_f64(9_223_372_036_854_775_808.0), Some(Ordering::Less));
        assert_eq!(Int::Small(-1).partial_cmp_f64(-1.5), Some(Ordering::Greater));
        assert_eq!(Int::Small(0).partial_cmp_f64(-0.5), Some(Ordering::Greater));
        assert_eq!(Int::Small(0).partial_cmp_f64(0.5), Some(Ordering::Less));
        assert_eq!(Int::Small(0).partial_cmp_f64(-0.0), Some(Ordering::Equal));
        assert_eq!(Int::from(big("1") << 2000u32).partial_cmp_f64(f64::INFINITY), Some(Ordering::Less));
        assert_eq!(Int::Small(0).partial_cmp_f64(f64::NAN), None);
    }

    /// Whether no double is nearer to `dividend / divisor`, decided in integers.
    fn is_nearest(quotient: f64, dividend: &BigInt, divisor: &BigInt) -> bool {
        // Every double is a whole multiple of 2^-1074.
        let in_units = |float: f64| {
            let bits = float.abs().to_bits();
            let (exponent, fraction) = ((bits >> 52) as u32, bits & ((1 << 52) - 1));
            let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
            let units = BigInt::from(mantissa) << exponent.saturating_sub(1);
            if float.is_sign_negative() { -units } else { units }
        };
        let exact = dividend << 1074u32;
        let distance = |units: BigInt| (units * divisor - &exact).abs();
        let own = distance(in_units(quotient));
        let odd = quotient.to_bits() % 2 == 1;
        [quotient.next_up(), quotient.next_down()].into_iter().all(|neighbour| {
            let other = distance(in_units(neighbour));
            own < other || (own == other && !odd)
        })
    }

    proptest! {
        #[test]
        fn division_finds_the_nearest_double(dividend in any_int(), divisor in any_int(), tiny in any::<bool>()) {
            prop_assume!(!divisor.is_zero());
            let divisor = if tiny { divisor << 1000 } else { divisor };
            let quotient = divide_exactly(&dividend, &divisor);
            if quotient.is_finite() {
                prop_assert!(is_nearest(quotient, &dividend, &divisor), "{dividend} / {divisor} is not {quotient:?}");
            } else {
                prop_assert!(dividend.magnitude().clone() >= divisor.magnitude() * ((BigInt::from(1) << 1024u32) - (BigInt::from(1) << 970u32)).magnitude());
            }
        }

        #[test]
        fn small_and_big_arithmetic_agree(left: i64, right: i64, shift in 0..64) {
            let (left, right) = (left >> shift, right >> (shift / 2));
            let (big_left, big_right) = (BigInt::from(left), BigInt::from(right));
            let (left, right) = (Int::Small(left), Int::Small(right));
            prop_assert_eq!(left.add(&right), Int::from(&big_left + &big_right));
            prop_assert_eq!(left.subtract(&right), Int::from(&big_left - &big_right));
            prop_assert_eq!(left.multiply(&right), Int::from(&big_left * &big_right));
            prop_assert_eq!(left.power(3), Int::from(&big_left * &big_left * &big_left));
            prop_assert_eq!(left.bits(), big_left.bits());
            prop_assert_eq!(left.cmp(&right), big_left.cmp(&big_right));
            if !big_right.is_zero() {
                prop_assert_eq!(left.remainder(&right), Some(Int::from(big_left.mod_floor(&big_right))));
                prop_assert_eq!(left.divide(&right).to_bits(), divide_exactly(&big_left, &big_right).to_bits());
            }
        }
    }
}
