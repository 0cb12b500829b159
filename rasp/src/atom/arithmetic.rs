//! The elementwise operations on atoms, with Python's results. Knows no positions: the caller says where a fault happened.

use super::equality::compare;
use super::number::{Number, float_power, float_remainder};
use super::{Atom, Int};
use crate::fault::Fault;
use crate::flow::{BinaryMap, UnaryMap};

/// How large one atom may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtomLimits {
    /// Bits of an integer's magnitude.
    pub(crate) max_bits: u64,
    /// Bytes of a text.
    pub(crate) max_text: usize,
}

impl Default for AtomLimits {
    fn default() -> Self {
        AtomLimits { max_bits: 1 << 20, max_text: 1 << 24 }
    }
}

impl AtomLimits {
    pub(super) fn allow_bits(self, bits: u64) -> Result<(), Fault> {
        if bits <= self.max_bits {
            return Ok(());
        }
        Err(Fault::limit(format!(
            "an integer of {bits} bits or more, above the limit of {} bits: use floats, which round, or smaller numbers",
            self.max_bits
        )))
    }

    fn allow_text(self, bytes: Option<usize>) -> Result<(), Fault> {
        if bytes.is_some_and(|bytes| bytes <= self.max_text) {
            return Ok(());
        }
        Err(Fault::limit(format!("a text longer than the limit of {} bytes: join or repeat less", self.max_text)))
    }
}

/// The operation on one atom.
///
/// # Errors
/// Arithmetic faults: a sign or rounding of text, rounding of an infinity or NaN.
pub(crate) fn unary(op: UnaryMap, atom: &Atom) -> Result<Atom, Fault> {
    let verb = match op {
        UnaryMap::Not => return Ok(Atom::Bool(!atom.truth())),
        UnaryMap::Indicator => return Ok(Atom::int(i64::from(atom.truth()))),
        UnaryMap::Negate => "negate",
        UnaryMap::Plus => "take `+` of",
        UnaryMap::Round => "round",
    };
    match (op, Number::of(atom)) {
        (UnaryMap::Negate, Some(Number::Int(value))) => Ok(Atom::Int(value.negate())),
        (UnaryMap::Negate, Some(Number::Float(value))) => Ok(Atom::Float(-value)),
        (UnaryMap::Plus, Some(Number::Float(value))) => Ok(Atom::Float(value)),
        (_, Some(Number::Float(value))) => Int::from_f64(value.round_ties_even()).map(Atom::Int).ok_or_else(|| {
            Fault::arithmetic(format!("cannot round {}: no integer is near it, so see to it that the value is finite", atom.described()))
        }),
        (_, Some(Number::Int(value))) => Ok(Atom::Int(value)),
        (_, None) => Err(Fault::arithmetic(format!("cannot {verb} {}: {NUMBERS}", atom.described()))),
    }
}

/// The operation on two atoms.
///
/// # Errors
/// Arithmetic faults: a division by 0, a float out of range, text where it has no meaning. A language fault: a power that is complex.
/// A limit fault, before anything large is calculated.
pub(crate) fn binary(op: BinaryMap, left: &Atom, right: &Atom, limits: &AtomLimits) -> Result<Atom, Fault> {
    type OnInts = fn(&Int, &Int, &AtomLimits) -> Result<Atom, Fault>;
    type OnFloats = fn(f64, f64) -> Result<f64, Fault>;
    let (on_ints, on_floats): (OnInts, OnFloats) = match op {
        BinaryMap::Compare(comparison) => return compare(comparison, left, right).map(Atom::Bool),
        BinaryMap::And => return Ok(Atom::Bool(left.truth() && right.truth())),
        BinaryMap::Or => return Ok(Atom::Bool(left.truth() || right.truth())),
        BinaryMap::Power => (int_power, float_power),
        BinaryMap::Multiply => (int_multiply, |left, right| Ok(left * right)),
        BinaryMap::Divide => (int_divide, |left, right| Ok(left / nonzero(left, right)?)),
        BinaryMap::Remainder => (int_remainder, |left, right| Ok(float_remainder(left, nonzero(left, right)?))),
        BinaryMap::Add => (|left, right, limits| int_within(left.add(right), limits), |left, right| Ok(left + right)),
        BinaryMap::Subtract => (|left, right, limits| int_within(left.subtract(right), limits), |left, right| Ok(left - right)),
    };
    match (Number::of(left), Number::of(right)) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => on_ints(&left, &right, limits),
        (Some(left), Some(right)) => on_floats(left.to_f64()?, right.to_f64()?).map(Atom::Float),
        _ => with_text(op, left, right, limits),
    }
}

fn int_within(value: Int, limits: &AtomLimits) -> Result<Atom, Fault> {
    limits.allow_bits(value.bits())?;
    Ok(Atom::Int(value))
}

fn int_multiply(left: &Int, right: &Int, limits: &AtomLimits) -> Result<Atom, Fault> {
    // The product has this many bits, or one less.
    limits.allow_bits((left.bits() + right.bits()).saturating_sub(1))?;
    int_within(left.multiply(right), limits)
}

fn int_divide(left: &Int, right: &Int, _: &AtomLimits) -> Result<Atom, Fault> {
    if *right == Int::Small(0) {
        return Err(division_by_zero(&Atom::Int(left.clone()), &Atom::Int(right.clone())));
    }
    let quotient = left.divide(right);
    if quotient.is_infinite() {
        return Err(Fault::arithmetic(format!(
            "a quotient of integers of {} and {} bits is too large for a float, which ends below 2^1024: divide smaller numbers",
            left.bits(),
            right.bits()
        )));
    }
    Ok(Atom::Float(quotient))
}

fn int_remainder(left: &Int, right: &Int, _: &AtomLimits) -> Result<Atom, Fault> {
    left.remainder(right).map(Atom::Int).ok_or_else(|| division_by_zero(&Atom::Int(left.clone()), &Atom::Int(right.clone())))
}

fn int_power(base: &Int, exponent: &Int, limits: &AtomLimits) -> Result<Atom, Fault> {
    if exponent.is_negative() {
        let (base, exponent) = (Number::Int(base.clone()), Number::Int(exponent.clone()));
        return float_power(base.to_f64()?, exponent.to_f64()?).map(Atom::Float);
    }
    // Powers of -1, 0 and 1 stay small whatever the exponent; only whether it is 0, odd or even matters.
    if base.bits() <= 1 {
        let odd = exponent.remainder(&Int::Small(2)) == Some(Int::Small(1));
        let same = if odd { 1 } else { 2 };
        return Ok(Atom::Int(base.power(if *exponent == Int::Small(0) { 0 } else { same })));
    }
    let exponent = exponent.to_i64().and_then(|exponent| u32::try_from(exponent).ok()).unwrap_or(u32::MAX);
    limits.allow_bits(((base.bits() - 1).saturating_mul(u64::from(exponent))).saturating_add(1))?;
    int_within(base.power(exponent), limits)
}

fn nonzero(dividend: f64, divisor: f64) -> Result<f64, Fault> {
    if divisor == 0.0 { Err(division_by_zero(&Atom::Float(dividend), &Atom::Float(divisor))) } else { Ok(divisor) }
}

fn division_by_zero(dividend: &Atom, divisor: &Atom) -> Fault {
    Fault::arithmetic(format!(
        "cannot divide {} by {}: change the divisor itself, as in `x / (y + indicator(y == 0))`, since `if` on a sequence evaluates both sides",
        dividend.described(),
        divisor.to_python_str()
    ))
}

const NUMBERS: &str = "read the tokens as numbers with tokens_int or tokens_float";

fn with_text(op: BinaryMap, left: &Atom, right: &Atom, limits: &AtomLimits) -> Result<Atom, Fault> {
    match (op, left, right) {
        (BinaryMap::Add, Atom::Text(left), Atom::Text(right)) => {
            limits.allow_text(left.len().checked_add(right.len()))?;
            return Ok(Atom::text(&format!("{left}{right}")));
        }
        (BinaryMap::Multiply, Atom::Text(text), times) | (BinaryMap::Multiply, times, Atom::Text(text)) => {
            if let Some(Number::Int(times)) = Number::of(times) {
                return repeat(text, &times, limits);
            }
        }
        _ => {}
    }
    let (first, second) = (left.described(), right.described());
    Err(Fault::arithmetic(match op {
        BinaryMap::Power => format!("cannot raise {first} to the power {second}: {NUMBERS}"),
        BinaryMap::Multiply => format!("cannot multiply {first} by {second}: text can only be repeated, by an integer; {NUMBERS}"),
        BinaryMap::Divide => format!("cannot divide {first} by {second}: {NUMBERS}"),
        BinaryMap::Remainder if matches!(left, Atom::Text(_)) => {
            format!(
                "cannot apply `%` to {first} and {second}: Python's formatting of text is not supported here; join text with `+`, or {NUMBERS}"
            )
        }
        BinaryMap::Remainder => format!("cannot take the remainder of {first} by {second}: {NUMBERS}"),
        BinaryMap::Subtract => format!("cannot subtract {second} from {first}: {NUMBERS}"),
        _ => format!("cannot add {first} and {second}: {NUMBERS}, or all as text with tokens_str"),
    }))
}

fn repeat(text: &str, times: &Int, limits: &AtomLimits) -> Result<Atom, Fault> {
    if times.is_negative() || text.is_empty() {
        return Ok(Atom::text(""));
    }
    let times = times.to_i64().and_then(|times| usize::try_from(times).ok()).unwrap_or(usize::MAX);
    limits.allow_text(text.len().checked_mul(times))?;
    Ok(Atom::text(&text.repeat(times)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultClass;

    fn power_of_two(exponent: i64) -> Atom {
        binary(BinaryMap::Power, &Atom::int(2), &Atom::int(exponent), &AtomLimits::default()).unwrap()
    }

    #[test]
    fn what_would_be_too_large_is_refused_before_it_is_calculated() {
        let limits = AtomLimits::default();
        let huge = power_of_two((1 << 20) - 1);
        let text = Atom::text(&"x".repeat(1 << 24));
        for (op, left, right) in [
            (BinaryMap::Power, Atom::int(2), Atom::int(1 << 20)),
            (BinaryMap::Power, Atom::int(-3), power_of_two(500)),
            (BinaryMap::Power, huge.clone(), huge.clone()),
            (BinaryMap::Multiply, huge.clone(), Atom::int(2)),
            (BinaryMap::Add, huge.clone(), huge.clone()),
            (BinaryMap::Add, text.clone(), Atom::text("y")),
            (BinaryMap::Multiply, text.clone(), Atom::int(2)),
            (BinaryMap::Multiply, Atom::text("y"), huge.clone()),
        ] {
            assert_eq!(binary(op, &left, &right, &limits).unwrap_err().class(), FaultClass::Limit, "{op:?}");
        }
        assert!(binary(BinaryMap::Subtract, &huge, &Atom::int(1), &limits).is_ok());
        assert!(binary(BinaryMap::Multiply, &text, &Atom::int(1), &limits).is_ok());
        assert!(binary(BinaryMap::Power, &Atom::int(-1), &huge, &limits).unwrap().python_eq(&Atom::int(1)));
        assert!(binary(BinaryMap::Multiply, &huge, &Atom::text(""), &limits).unwrap().python_eq(&Atom::text("")));
    }

    #[test]
    fn a_mixture_of_kinds_names_both_and_the_way_out() {
        let fault = |op, left: &Atom, right: &Atom| binary(op, left, right, &AtomLimits::default()).unwrap_err().to_string();
        let (text, one) = (Atom::text("a"), Atom::int(1));
        assert_eq!(
            fault(BinaryMap::Add, &text, &one),
            "cannot add the text \"a\" and the integer 1: read the tokens as numbers with tokens_int or tokens_float, or all as text with tokens_str"
        );
        assert!(fault(BinaryMap::Subtract, &text, &text).starts_with("cannot subtract the text \"a\" from the text \"a\""));
        assert!(fault(BinaryMap::Multiply, &text, &Atom::Float(2.0)).contains("can only be repeated, by an integer"));
        assert!(fault(BinaryMap::Remainder, &text, &one).contains("Python's formatting of text is not supported"));
        assert!(fault(BinaryMap::Remainder, &one, &text).starts_with("cannot take the remainder of the integer 1"));
        assert!(fault(BinaryMap::Divide, &Atom::Float(1.5), &Atom::int(0)).starts_with("cannot divide the float 1.5 by 0.0"));
    }

    #[test]
    fn operations_by_truth_take_any_atoms() {
        let limits = AtomLimits::default();
        let (text, nothing) = (Atom::text("a"), Atom::Float(0.0));
        assert!(matches!(binary(BinaryMap::And, &text, &nothing, &limits), Ok(Atom::Bool(false))));
        assert!(matches!(binary(BinaryMap::Or, &nothing, &text, &limits), Ok(Atom::Bool(true))));
        assert!(matches!(unary(UnaryMap::Not, &text), Ok(Atom::Bool(false))));
        assert!(matches!(unary(UnaryMap::Indicator, &text), Ok(Atom::Int(Int::Small(1)))));
    }
}
