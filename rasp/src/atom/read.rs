//! Reading the items of an input as tokens, as Python's `str`, `int`, `float` and `bool` would.

use super::arithmetic::AtomLimits;
use super::number::Number;
use super::{Atom, Int};
use crate::fault::Fault;
use crate::flow::Reading;
use crate::input::Item;
use num_bigint::BigInt;

/// One item of an input as a token.
///
/// # Errors
/// A language fault for an item unchanged that is no atom; arithmetic faults for what is no number where one is wanted; a limit fault
/// for an integer beyond the default limit.
pub(crate) fn read(reading: Reading, item: &Item) -> Result<Atom, Fault> {
    match (reading, item) {
        (Reading::AsIs, Item::Atom(atom)) | (Reading::Text, Item::Atom(atom @ Atom::Text(_))) => Ok(atom.clone()),
        (Reading::AsIs, Item::Other { text, type_name, .. }) => Err(Fault::language(format!(
            "tokens_asis met {}, a value of type {type_name}, which no sequence can hold: give atoms, or read the tokens with tokens_str",
            Atom::Text(text.clone()).described()
        ))),
        (Reading::Text, Item::Atom(atom)) => Ok(Atom::text(&atom.to_python_str())),
        (Reading::Text, Item::Other { text, .. }) => Ok(Atom::Text(text.clone())),
        (Reading::Bool, Item::Atom(atom)) => Ok(Atom::Bool(atom.truth())),
        (Reading::Bool, Item::Other { truth, .. }) => Ok(Atom::Bool(*truth)),
        (Reading::Int, Item::Atom(atom)) => read_int(atom),
        (Reading::Float, Item::Atom(atom)) => read_float(atom),
        (Reading::Int | Reading::Float, Item::Other { type_name, .. }) => Err(Fault::arithmetic(format!(
            "cannot read a value of type {type_name} as a number: give numbers, or read the tokens with tokens_str"
        ))),
    }
}

/// Python's `int`: floats lose their fraction, text is a whole number in decimal.
fn read_int(atom: &Atom) -> Result<Atom, Fault> {
    match atom {
        Atom::Bool(value) => Ok(Atom::int(i64::from(*value))),
        Atom::Int(_) => Ok(atom.clone()),
        Atom::Float(value) => Int::from_f64(*value).map(Atom::Int).ok_or_else(|| {
            Fault::arithmetic(format!("tokens_int cannot read {}: it has no whole part, so read it with tokens_float", atom.described()))
        }),
        Atom::Text(text) => parse_int(text)?.map(Atom::Int).ok_or_else(|| {
            let digits = "give digits, or read the tokens with tokens_str";
            let way_out = parse_float(text).map_or(digits, |_| "read the tokens with tokens_float");
            Fault::arithmetic(format!("tokens_int cannot read {} as an integer: {way_out}", atom.described()))
        }),
    }
}

/// Python's `float`.
fn read_float(atom: &Atom) -> Result<Atom, Fault> {
    match atom {
        Atom::Bool(value) => Ok(Atom::Float(f64::from(u8::from(*value)))),
        Atom::Int(value) => Number::Int(value.clone()).to_f64().map(Atom::Float),
        Atom::Float(_) => Ok(atom.clone()),
        Atom::Text(text) => parse_float(text).map(Atom::Float).ok_or_else(|| {
            Fault::arithmetic(format!(
                "tokens_float cannot read {} as a number: give numbers such as 1.5, or read the tokens with tokens_str",
                atom.described()
            ))
        }),
    }
}

/// A whole number with an optional sign, white space around it, and single underscores between its digits.
fn parse_int(text: &str) -> Result<Option<Int>, Fault> {
    /// Each decimal digit is more than 3 bits.
    const BITS_OF_A_DIGIT: u64 = 3;
    let Some(digits) = without_underscores(text.trim()) else { return Ok(None) };
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let significant = unsigned.trim_start_matches('0').len() as u64;
    let limits = AtomLimits::default();
    limits.allow_bits(significant.saturating_sub(1) * BITS_OF_A_DIGIT)?;
    let Ok(value) = digits.parse::<BigInt>() else { return Ok(None) };
    limits.allow_bits(value.bits())?;
    Ok(Some(value.into()))
}

/// A number as Python writes floats, with white space around it and single underscores between digits.
fn parse_float(text: &str) -> Option<f64> {
    // Rust reads the same numbers and names, underscores aside.
    without_underscores(text.trim())?.parse().ok()
}

/// The text without its underscores; `None` if one does not stand between two digits.
fn without_underscores(text: &str) -> Option<String> {
    let between_digits = |place: usize| {
        let is_digit = |place: Option<usize>| place.and_then(|place| text.as_bytes().get(place)).is_some_and(u8::is_ascii_digit);
        is_digit(place.checked_sub(1)) && is_digit(Some(place + 1))
    };
    text.match_indices('_').all(|(place, _)| between_digits(place)).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultClass;
    use proptest::prelude::*;

    fn repr(reading: Reading, atom: &Atom) -> String {
        read(reading, &Item::Atom(atom.clone())).map_or_else(|fault| format!("{:?}", fault.class()), |atom| atom.python_repr())
    }

    #[test]
    fn text_is_read_as_python_reads_it() {
        // The results of Python 3.11.
        for (text, int, float) in [
            ("\u{85}1", "1", "1.0"),
            ("\u{a0}1\u{3000}", "1", "1.0"),
            ("\u{b}-7\u{c}", "-7", "-7.0"),
            ("\u{1c}1", "Arithmetic", "Arithmetic"),
            ("\u{200b}1", "Arithmetic", "Arithmetic"),
            ("1 _0", "Arithmetic", "Arithmetic"),
            ("1__0", "Arithmetic", "Arithmetic"),
            ("_1", "Arithmetic", "Arithmetic"),
            ("1_", "Arithmetic", "Arithmetic"),
            ("1_0", "10", "10.0"),
            ("- 1", "Arithmetic", "Arithmetic"),
            ("--1", "Arithmetic", "Arithmetic"),
            ("+1", "1", "1.0"),
            ("007", "7", "7.0"),
            ("-0", "0", "-0.0"),
            ("", "Arithmetic", "Arithmetic"),
            ("  ", "Arithmetic", "Arithmetic"),
            ("0x10", "Arithmetic", "Arithmetic"),
            ("1.0", "Arithmetic", "1.0"),
            ("1e3", "Arithmetic", "1000.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890", "1.2345678901234568e+29"),
            (".5", "Arithmetic", "0.5"),
            ("5.", "Arithmetic", "5.0"),
            (".", "Arithmetic", "Arithmetic"),
            ("1.e5", "Arithmetic", "100000.0"),
            ("1_0.0_1e1_0", "Arithmetic", "100100000000.0"),
            ("1._5", "Arithmetic", "Arithmetic"),
            ("1e_5", "Arithmetic", "Arithmetic"),
            ("iNf", "Arithmetic", "inf"),
            ("+Infinity", "Arithmetic", "inf"),
            ("-nan", "Arithmetic", "nan"),
            ("infinit", "Arithmetic", "Arithmetic"),
            ("in_f", "Arithmetic", "Arithmetic"),
            ("1e400", "Arithmetic", "inf"),
            ("1e-400", "Arithmetic", "0.0"),
            ("e5", "Arithmetic", "Arithmetic"),
            ("1e+", "Arithmetic", "Arithmetic"),
            ("+.e3", "Arithmetic", "Arithmetic"),
        ] {
            assert_eq!(
                (repr(Reading::Int, &Atom::text(text)), repr(Reading::Float, &Atom::text(text))),
                (int.into(), float.into()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn atoms_are_read_as_python_reads_them() {
        use Reading::{AsIs, Bool, Float, Int, Text};
        for (reading, atom, result) in [
            (Int, Atom::Float(-1.9), "-1"),
            (Int, Atom::Float(1e20), "100000000000000000000"),
            (Int, Atom::Float(f64::NAN), "Arithmetic"),
            (Int, Atom::Bool(true), "1"),
            (Float, Atom::Bool(true), "1.0"),
            (Float, Atom::Int((BigInt::from(1) << 1024u32).into()), "Arithmetic"),
            (Text, Atom::Bool(true), "'True'"),
            (Text, Atom::Float(1e16), "'1e+16'"),
            (Bool, Atom::text("0"), "True"),
            (Bool, Atom::text(""), "False"),
            (AsIs, Atom::Bool(false), "False"),
        ] {
            assert_eq!(repr(reading, &atom), result, "{reading:?} {atom:?}");
        }
    }

    #[test]
    fn other_items_can_be_read_as_text_or_truth_only() {
        let item = Item::Other { text: "[1]".into(), truth: true, type_name: "list" };
        assert_eq!(read(Reading::Text, &item).unwrap().python_repr(), "'[1]'");
        assert_eq!(read(Reading::Bool, &item).unwrap().python_repr(), "True");
        assert_eq!(read(Reading::AsIs, &item).unwrap_err().class(), FaultClass::Language);
        assert_eq!(read(Reading::Int, &item).unwrap_err().class(), FaultClass::Arithmetic);
    }

    #[test]
    fn an_endless_number_is_refused_before_it_is_read() {
        assert_eq!(repr(Reading::Int, &Atom::text(&"9".repeat(1 << 23))), "Limit");
        assert_eq!(repr(Reading::Int, &Atom::text(&"0".repeat(1 << 23))), "0");
    }

    proptest! {
        #[test]
        fn an_integer_reads_back_as_itself(value: i128) {
            let atom = Atom::Int(BigInt::from(value).into());
            prop_assert_eq!(repr(Reading::Int, &Atom::text(&atom.to_python_str())), value.to_string());
        }
    }
}
