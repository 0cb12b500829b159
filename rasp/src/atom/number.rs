//! The numbers among the atoms, booleans counting as integers, and what floats do in Python where IEEE leaves a choice.

use super::{Atom, Int};
use crate::fault::Fault;

/// An atom that can be calculated with.
#[derive(Clone)]
pub(super) enum Number {
    Int(Int),
    Float(f64),
}

impl Number {
    /// `None` for text.
    pub(super) fn of(atom: &Atom) -> Option<Number> {
        match atom {
            Atom::Bool(value) => Some(Number::Int(Int::Small(i64::from(*value)))),
            Atom::Int(value) => Some(Number::Int(value.clone())),
            Atom::Float(value) => Some(Number::Float(*value)),
            Atom::Text(_) => None,
        }
    }

    /// The nearest float.
    ///
    /// # Errors
    /// An arithmetic fault for an integer beyond all floats.
    pub(super) fn to_f64(&self) -> Result<f64, Fault> {
        match self {
            Number::Int(value) => value.to_f64().ok_or_else(|| too_large(value)),
            Number::Float(value) => Ok(*value),
        }
    }
}

fn too_large(value: &Int) -> Fault {
    Fault::arithmetic(format!(
        "an integer of {} bits is too large for a float, which ends below 2^1024: keep the calculation in integers, or divide earlier",
        value.bits()
    ))
}

/// The remainder with the divisor's sign, zeros included; the divisor is not 0.
pub(super) fn float_remainder(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        0f64.copysign(right)
    } else if (rest < 0.0) == (right < 0.0) || rest.is_nan() {
        rest
    } else {
        rest + right
    }
}

/// `base` to the power `exponent`.
///
/// # Errors
/// Arithmetic faults for a negative power of 0 and for a finite power beyond all floats; a language fault for a fractional power of
/// a negative number, which Python answers with a complex number, and those are no atoms.
pub(super) fn float_power(base: f64, exponent: f64) -> Result<f64, Fault> {
    let power = base.powf(exponent);
    if !(base.is_finite() && exponent.is_finite()) || power.is_finite() {
        return Ok(power);
    }
    let shown = format!("{} ^ {}", Atom::Float(base).to_python_str(), Atom::Float(exponent).to_python_str());
    Err(if base == 0.0 {
        Fault::arithmetic(format!(
            "{shown} has no value, a division by 0: make the base differ from 0 everywhere, or the exponent at least 0"
        ))
    } else if power.is_nan() {
        Fault::language(format!("{shown} is a complex number, an illegal value: make the base at least 0, or the exponent whole"))
    } else {
        Fault::arithmetic(format!("{shown} is too large for a float, which ends below 2^1024: whole numbers have no such end"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultClass;

    #[test]
    fn a_remainder_has_the_sign_of_the_divisor() {
        let infinity = f64::INFINITY;
        for (left, right, remainder) in
            [(-1.0, 3.0, 2.0), (1.0, -3.0, -2.0), (-6.0, 3.0, 0.0), (6.0, -3.0, -0.0), (-1.0, infinity, infinity), (1.0, infinity, 1.0)]
        {
            assert_eq!(float_remainder(left, right).to_bits(), f64::to_bits(remainder), "{left} % {right}");
        }
        assert!(float_remainder(infinity, 1.0).is_nan());
    }

    #[test]
    fn powers_without_a_real_value_are_faults() {
        assert_eq!(float_power(0.0, -1.0).unwrap_err().class(), FaultClass::Arithmetic);
        assert_eq!(float_power(-8.0, 0.5).unwrap_err().class(), FaultClass::Language);
        assert_eq!(float_power(10.0, 400.0).unwrap_err().class(), FaultClass::Arithmetic);
        assert_eq!(float_power(0.0, f64::NEG_INFINITY), Ok(f64::INFINITY));
        assert_eq!(float_power(10.0, -400.0), Ok(0.0));
        assert_eq!(float_power(f64::NEG_INFINITY, 0.5), Ok(f64::INFINITY));
        assert_eq!(float_power(f64::NAN, 0.0), Ok(1.0));
    }
}
