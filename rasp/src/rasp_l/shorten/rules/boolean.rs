//! Truth values: Boolean algebra, where a comparison of two booleans is one operation more.

use super::plain;
use crate::comparison::Comparison;
use crate::rasp_l::shorten::rule::Rule;

const RULES: &[(&str, &str)] = &[
    ("p and q", "q and p"),
    ("p or q", "q or p"),
    ("(p and q) and r", "p and (q and r)"),
    ("(p or q) or r", "p or (q or r)"),
    ("p and p", "p"),
    ("p or p", "p"),
    ("p and True", "p"),
    ("p or False", "p"),
    ("p and (p or q)", "p"),
    ("p or p and q", "p"),
    ("p and q or p and r", "p and (q or r)"),
    ("(p or q) and (p or r)", "p or q and r"),
    ("not not p", "p"),
    ("not p and not q", "not (p or q)"),
    ("not p or not q", "not (p and q)"),
    ("not (p or q)", "not p and not q"),
    ("not (p and q)", "not p or not q"),
    ("p and not p", "False"),
    ("p or not p", "True"),
    ("p and not q", "p > q"),
    ("p or not q", "p >= q"),
    ("p > q", "p and not q"),
    ("p >= q", "p or not q"),
    ("p and q or not p and not q", "p == q"),
    ("p and not q or q and not p", "p != q"),
    ("p and q or not p and r", "q if p else r"),
    ("p == True", "p"),
    ("p == False", "not p"),
    ("(not p) == q", "p != q"),
    ("(not p) != q", "p == q"),
];

/// Which of less, equal and greater a comparison holds for, as bits.
fn mask(comparison: Comparison) -> u8 {
    [(-1, 1), (0, 2), (1, 4)].into_iter().filter(|(sign, _)| comparison.holds(sign, &0)).map(|(_, bit)| bit).sum()
}

/// What holds just where the bits say.
fn of_mask(bits: u8) -> String {
    match Comparison::ALL.into_iter().find(|&comparison| mask(comparison) == bits) {
        Some(comparison) => format!("x {} y", comparison.symbol()),
        None => if bits == 0 { "False" } else { "True" }.to_owned(),
    }
}

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = plain(RULES);
    for (place, one) in Comparison::ALL.into_iter().enumerate() {
        rules.push(Rule::text(&format!("not x {} y", one.symbol()), &format!("x {} y", one.negated().symbol()), &[]));
        for other in &Comparison::ALL[place + 1..] {
            let pair = |word: &str| format!("x {} y {word} x {} y", one.symbol(), other.symbol());
            rules.push(Rule::text(&pair("and"), &of_mask(mask(one) & mask(*other)), &[]));
            rules.push(Rule::text(&pair("or"), &of_mask(mask(one) | mask(*other)), &[]));
        }
    }
    rules
}
