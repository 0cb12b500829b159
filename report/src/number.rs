//! Numbers as people read them. One place, so that a value looks the same in the terminal, in a figure and on the page.

use crate::statistics::binomial::Interval;

/// A share with three decimals that never rounds up to 1 or down to 0: `0.995`, `>0.999`, `1`.
pub(crate) fn share(value: f64) -> String {
    if value.is_nan() {
        "–".to_owned()
    } else if value >= 1.0 {
        "1".to_owned()
    } else if value <= 0.0 {
        "0".to_owned()
    } else if value > 0.999 {
        ">0.999".to_owned()
    } else if value < 0.001 {
        "<0.001".to_owned()
    } else {
        format!("{value:.3}")
    }
}

/// The ends of an interval of shares: `0.982–0.999`.
pub(crate) fn share_interval(interval: Interval) -> String {
    format!("{}–{}", end(interval.low), end(interval.high))
}

/// An end of an interval: three decimals, four near certainty, so that it is 0 or 1 only where it is.
fn end(value: f64) -> String {
    match value {
        ..=0.0 => "0".to_owned(),
        1.0.. => "1".to_owned(),
        ..0.0001 => "<0.0001".to_owned(),
        0.9999.. => ">0.9999".to_owned(),
        0.001..=0.999 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

/// A correlation with two decimals and a true minus sign: `−0.72`.
pub(crate) fn signed(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    if value < 0.0 && text != "0.00" { format!("−{text}") } else { text }
}

/// The ends of an interval of correlations: `−0.95 to −0.31`.
pub(crate) fn signed_interval(interval: Interval) -> String {
    format!("{} to {}", signed(interval.low), signed(interval.high))
}

/// A p-value with its relation: `= 0.012`, `< 0.001`.
pub(crate) fn p_value(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("= {value:.3}") }
}

/// A number with at most two decimals and no trailing zeros: `3`, `2.5`, `0.33`.
pub(crate) fn short(value: f64) -> String {
    if value.is_infinite() { "∞".to_owned() } else { trim(&format!("{value:.2}")).to_owned() }
}

/// A count with its thousands apart: `12,800`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun: `1 run`, `3 runs`.
pub(crate) fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A time in seconds as people say it: `48 s`, `12 min 5 s`, `3 h 20 min`.
pub(crate) fn secs(value: f64) -> String {
    let whole = value.max(0.0).round() as u64;
    match whole {
        0..60 if value < 10.0 => format!("{} s", trim(&format!("{value:.1}"))),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A value, marked where it is a lower bound: `≥ 60`.
pub(crate) fn bound(value: &str, censored: bool) -> String {
    if censored { format!("≥ {value}") } else { value.to_owned() }
}

/// Lengths in a cell of a table: `10, 20`.
pub(crate) fn lens(lens: &[usize]) -> String {
    if lens.is_empty() { dash() } else { lens.iter().map(usize::to_string).collect::<Vec<_>>().join(", ") }
}

/// What stands where there is no value.
pub(crate) fn dash() -> String {
    "–".to_owned()
}

/// `core_operations` as words.
pub(crate) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Names in a sentence: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_never_round_to_certainty() {
        let shares = [1.0, 0.9999, 0.995, 0.5, 0.0004, 0.0].map(share);
        assert_eq!(shares, ["1", ">0.999", "0.995", "0.500", "<0.001", "0"]);
        assert_eq!(share_interval(Interval { low: 0.981_67, high: 1.0 }), "0.982–1");
        assert_eq!(share_interval(Interval { low: 0.0, high: 0.000_3 }), "0–0.0003");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([-0.724, 0.0, -0.001, 1.0].map(signed), ["−0.72", "0.00", "0.00", "1.00"]);
        assert_eq!([3.0, 2.5, 1.0 / 3.0, f64::INFINITY].map(short), ["3", "2.5", "0.33", "∞"]);
        assert_eq!([7, 999, 1000, 1_234_567].map(count), ["7", "999", "1,000", "1,234,567"]);
        assert_eq!([0.25, 48.0, 725.0, 12_000.0].map(secs), ["0.2 s", "48 s", "12 min 5 s", "3 h 20 min"]);
        assert_eq!([0.0002, 0.0123].map(p_value), ["< 0.001", "= 0.012"]);
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(plural(1, "run"), "1 run");
    }
}
