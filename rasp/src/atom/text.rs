//! How atoms are written: as Python's `str` and `repr` do, as an element of a printed sequence, and in messages.

use super::Atom;
use std::fmt::Write as _;

/// A message shows at most this many characters of a text,
const TEXT_SHOWN: usize = 30;
/// and no integer of more bits than this.
const BITS_SHOWN: u64 = 128;

impl Atom {
    /// As Python's `str` writes it: text unchanged. Integers of any size are written in full.
    pub(crate) fn to_python_str(&self) -> String {
        match self {
            Atom::Bool(true) => "True".to_owned(),
            Atom::Bool(false) => "False".to_owned(),
            Atom::Int(value) => value.to_string(),
            Atom::Float(value) => float_repr(*value),
            Atom::Text(text) => text.to_string(),
        }
    }

    /// As Python's `repr` writes it: text between quotes, with escapes.
    pub(crate) fn python_repr(&self) -> String {
        match self {
            Atom::Text(text) => {
                let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
                escaped(text.chars(), quote)
            }
            _ => self.to_python_str(),
        }
    }

    /// As a printed sequence shows it: floats rounded to 3 decimals, booleans as `T` and `F`, text as it is.
    pub(crate) fn rounded(&self) -> String {
        match self {
            Atom::Bool(true) => "T".to_owned(),
            Atom::Bool(false) => "F".to_owned(),
            Atom::Float(value) => float_repr(rounded_to_thousandths(*value)),
            _ => self.to_python_str(),
        }
    }

    /// As Python's `str` writes it, text between double quotes without escapes.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Atom::Text(text) => format!("\"{text}\""),
            _ => self.to_python_str(),
        }
    }

    /// The kind and the value, short and on one line, as messages name it: `the integer 1`.
    pub(crate) fn described(&self) -> String {
        match self {
            Atom::Bool(_) => format!("the boolean {}", self.to_python_str()),
            Atom::Int(value) if value.bits() > BITS_SHOWN => format!("an integer of {} bits", value.bits()),
            Atom::Int(value) => format!("the integer {value}"),
            Atom::Float(value) => format!("the float {}", float_repr(*value)),
            Atom::Text(text) => match text.char_indices().nth(TEXT_SHOWN) {
                Some((end, _)) => format!("the text that begins {}", escaped(text[..end].chars(), '"')),
                None => format!("the text {}", escaped(text.chars(), '"')),
            },
        }
    }
}

/// The shortest decimal that reads back as the same float, with an exponent below 1e-4 and from 1e16 on.
///
/// Of several so short it is the nearest to the float, and of two so near the even one; there Rust's own shortest form takes the larger.
fn float_repr(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "nan".to_owned() } else { value.to_string() };
    }
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let places = (decimals as i32 - exponent).max(1) as usize;
        return format!("{value:.places$}");
    }
    let nearest = format!("{value:.decimals$e}");
    // Below a power of two floats are twice as dense, and the nearest decimal may belong to the next one.
    let (nearest, _) = nearest.split_once('e').filter(|_| nearest.parse() == Ok(value)).unwrap_or((mantissa, ""));
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{nearest}e{sign}{:02}", exponent.abs())
}

/// Python's `round(value, 3)`: the exact decimal expansion is rounded, ties to even, and read back.
fn rounded_to_thousandths(value: f64) -> f64 {
    format!("{value:.3}").parse().unwrap_or(value)
}

fn escaped(characters: impl Iterator<Item = char>, quote: char) -> String {
    let mut out = String::from(quote);
    for character in characters {
        match (character, u32::from(character)) {
            ('\t', _) => out.push_str("\\t"),
            ('\n', _) => out.push_str("\\n"),
            ('\r', _) => out.push_str("\\r"),
            ('\\', _) => out.push_str("\\\\"),
            _ if character == quote => out.extend(['\\', quote]),
            _ if is_printable(character) => out.push(character),
            // Writing to a string cannot fail.
            (_, code @ ..=0xff) => _ = write!(out, "\\x{code:02x}"),
            (_, code @ ..=0xffff) => _ = write!(out, "\\u{code:04x}"),
            (_, code) => _ = write!(out, "\\U{code:08x}"),
        }
    }
    out.push(quote);
    out
}

/// Rust's rule for escapes, which names the same Unicode categories as Python's.
fn is_printable(character: char) -> bool {
    // A combining character is escaped at the start of a text only, and it is printable.
    let mut text = String::from("a");
    text.push(character);
    character == '\'' || character == '"' || text.escape_debug().nth(1) == Some(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (2_075_672_167_649_318.0 + 0.25, "2075672167649318.2"),
            (2f64.powi(-25), "2.9802322387695312e-08"),
            (2f64.powi(-44), "5.684341886080802e-14"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.234_567_890_123_456_7e19, "1.2345678901234567e+19"),
            (1e22, "1e+22"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(Atom::Float(value).to_python_str(), text);
        }
    }

    #[test]
    fn elements_of_a_sequence_are_rounded_to_three_decimals() {
        for (value, text) in [
            (0.0001, "0.0"),
            (-0.0001, "-0.0"),
            (2.0 / 3.0, "0.667"),
            (2.0, "2.0"),
            (0.0625, "0.062"),
            (0.1875, "0.188"),
            (1.0005, "1.0"),
            (2.0015, "2.002"),
            (1e16, "1e+16"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(Atom::Float(value).rounded(), text);
        }
        assert_eq!(Atom::Bool(true).rounded(), "T");
        assert_eq!(Atom::text("a'b").rounded(), "a'b");
    }

    #[test]
    fn text_is_quoted_and_escaped_as_python_does() {
        for (text, repr) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "'it\\'s \"so\"'"),
            ("\"", "'\"'"),
            ("\\\n\t\r\0\x1b\x7f", "'\\\\\\n\\t\\r\\x00\\x1b\\x7f'"),
            ("é§\u{a0}\u{ad}", "'é§\\xa0\\xad'"),
            ("e\u{301}", "'e\u{301}'"),
            ("\u{200b}\u{2028}\u{3000}\u{e000}", "'\\u200b\\u2028\\u3000\\ue000'"),
            ("😀\u{e0001}", "'😀\\U000e0001'"),
        ] {
            assert_eq!(Atom::text(text).python_repr(), repr);
        }
        assert_eq!(Atom::text("a\"b").quoted(), "\"a\"b\"");
        assert_eq!(Atom::Bool(true).quoted(), "True");
    }

    #[test]
    fn messages_show_no_value_at_length() {
        assert_eq!(Atom::Int((BigInt::from(1) << 5000u32).into()).described(), "an integer of 5001 bits");
        assert_eq!(Atom::text(&"ab".repeat(20)).described(), "the text that begins \"ababababababababababababababab\"");
        assert_eq!(Atom::text("a\n\"").described(), "the text \"a\\n\\\"\"");
    }

    proptest! {
        #[test]
        fn floats_read_back_as_themselves(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            prop_assert_eq!(float_repr(value).parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
