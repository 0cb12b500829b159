//! Programs on which a rule can be tried: its old side with random operands, or for a rule that is a function texts that it knows.

use crate::rasp_l::shorten::rule::Rule;
use crate::rasp_l::{Profile, Program};

const TOKENS: [&str; 16] = [
    "tokens",
    "tokens",
    "tokens % 3",
    "tokens % 10 * 2",
    "tokens + 1",
    "-tokens",
    "3 - tokens",
    "(5 if tokens > 1 else 2)",
    "shift_right(tokens, 1, 1)",
    "aggregate(select(tokens, tokens, <=), tokens % 5)",
    "0",
    "1",
    "2",
    "-3",
    "127",
    "-128",
];
const CONSTANTS: [&str; 8] = ["0", "1", "2", "3", "-2", "5", "127", "-128"];
const BOOLEANS: [&str; 8] = [
    "(tokens > 1)",
    "(tokens == 2)",
    "(tokens % 3 < 1)",
    "(indices == lasts(tokens, 1, -1))",
    "has_seen(tokens, 1)",
    "(not tokens == 0)",
    "True",
    "False",
];
const POSITIONS: [&str; 5] = ["indices", "(indices + 1)", "(indices - 1)", "lasts(tokens, 1, -1)", "firsts(tokens, tokens, 0)"];
const WIDTHS: [&str; 3] = [
    "selector_width(select(tokens, tokens, ==))",
    "(selector_width(select(tokens, tokens, ==)) + 1)",
    "aggregate_max(select(True, True, ==), selector_width(select(tokens, tokens, ==)), -1)",
];
const SELECTORS: [&str; 9] = [
    "select(tokens, tokens, ==)",
    "select(tokens, tokens, <)",
    "select(tokens, 1, ==)",
    "select(0, tokens, >)",
    "select(indices, indices, <=)",
    "select(indices, indices, ==)",
    "select(indices + 1, indices, ==)",
    "select(indices, indices - 1, <=)",
    "select(True, True, ==)",
];

/// The texts of the rules that are functions, with the letters of the others, `R` for a reduction and `D` for a default.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("a % b = a where a is from 0 on and below b", &["(a % 3) % 5", "-(a % 3) % -5", "(a % b) % 7"]),
    (
        "a comparison with a constant, or with the smallest or largest value, is another one too",
        &[
            "a < d",
            "d <= a",
            "a % 3 >= 2",
            "select(a, d, >)",
            "select(d, a % 3, <=)",
            "p == True",
            "select(p, False, !=)",
            "select(True, p, <)",
        ],
    ),
    (
        "a selector that selects all up to its position, only that, or nothing is one of three",
        &[
            "select(i, i, <=)",
            "select(indices, i, <)",
            "select(indices + 1, indices, <=)",
            "select(indices, indices, ==)",
            "select(indices + 1, indices + 1, >)",
            "select(0, d, <)",
        ],
    ),
    ("a default that is never used is 0", &["R(select(a, a, ==), b, D)", "R(select(indices, indices, <=), p, True)"]),
    (
        "what only the own position gives is the value there",
        &["R(select(indices, indices, ==), a, D)", "aggregate_max(select(i, i, ==), indices)"],
    ),
    (
        "the largest so far of the largest so far is that",
        &[
            "aggregate_max(s, aggregate_max(select(True, True, ==), a))",
            "aggregate_min(select(indices, indices, <=), aggregate_min(s, a, D))",
            "aggregate_min(select(a, a, >=), aggregate_min(select(True, True, ==), p))",
            "aggregate_max(select(d, a, <), aggregate_max(select(b, b, <=), a), D)",
        ],
    ),
    (
        "equal values have one mean, which is the largest and the smallest",
        &["R(select(a, a, ==), a, D)", "R(select(a, b, ==), a, D)", "R(s, d, D)", "aggregate_min(select(i, i, ==), i)"],
    ),
    ("not any is all not", &["not aggregate_max(s, p, True)", "not aggregate_min(s, p)"]),
    ("all not is not any", &["aggregate_min(s, not p)", "aggregate_max(s, not p, True)"]),
    ("the negative of the largest is the smallest negative", &["-R(s, a % 7, D)", "-R(s, a, D)"]),
    ("the smallest negative is the negative of the largest", &["R(s, -a, D)", "R(s, -(a % 9), D)"]),
    ("a constant is added after aggregating", &["aggregate_max(s, a + d, D)", "aggregate_min(s, a % 9 + 3, D)"]),
    ("a constant is added before aggregating", &["aggregate_max(s, a % 9, D) + d", "aggregate_min(s, a, D) + 1"]),
    (
        "an index moves after aggregating",
        &["aggregate_max(s, i + 1, 0)", "aggregate_min(select(a, a, ==), i - 1)", "aggregate_min(s, i - 1, -1)"],
    ),
    (
        "an index moves before aggregating",
        &["aggregate_max(s, i, -1) + 1", "aggregate_min(select(a, a, ==), i) - 1", "aggregate_min(s, i, 0) - 1"],
    ),
    (
        "the largest is above a constant if any value is",
        &["aggregate_max(s, a, D) > d", "aggregate_min(s, a, D) <= d", "aggregate_max(s, a, D) < 2"],
    ),
    (
        "of two constants the largest is the larger if any is",
        &["aggregate_max(s, 3 if p else 1, 1)", "aggregate_min(s, 3 if p else 1, 3)", "aggregate_min(select(a, a, ==), 5 if p else 7, D)"],
    ),
    (
        "a choice between constants is an aggregation of all or of none",
        &["3 if p else d", "d if tokens == 1 else -2", "False if p else True"],
    ),
    (
        "a choice between what all positions have and a constant is an aggregation of all or of none",
        &["R(select(True, True, ==), a) if p else d", "d if p else R(select(indices, indices, <=), a)", "maximum(q) if p else False"],
    ),
    (
        "what all positions have and another truth value are an aggregation of all or of none",
        &["maximum(p) and q", "minimum(p) and q", "maximum(p) or q", "minimum(p) or q"],
    ),
    (
        "a choice between two aggregations that differ in their queries is a choice of queries",
        &[
            "R(select(a, b, <), a, D) if p else R(select(a, tokens, <), a, D)",
            "aggregate_max(select(p, q, ==), i) == i if p else aggregate_min(select(q, p, <), r) if q else aggregate_min(select(q, r, <), r)",
        ],
    ),
    (
        "a choice by whether anything is selected is the default",
        &["a if aggregate_max(s, True) else d", "1 if aggregate_min(s, False, True) else 0", "2 if aggregate_max(s, True, False) else d"],
    ),
];

struct Choices<'c>(std::iter::Cycle<std::slice::Iter<'c, u16>>);

impl Choices<'_> {
    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::from(*self.0.next().unwrap()) % list.len()]
    }
}

/// `None` if the operands do not fit: constants that fold to a fault or to the whole, or kinds that cannot be chosen between.
pub(super) fn program(rule: &Rule, choices: &[u16]) -> Option<Program> {
    let mut choices = Choices(choices.iter().cycle());
    let old = match FUNCTIONS.iter().find(|(name, _)| *name == rule.name) {
        Some((_, texts)) => choices.pick(texts),
        None => rule.old_text(),
    };
    let any = match choices.pick(&[0, 1, 2, 3]) {
        0 | 1 => &TOKENS[..],
        2 => &BOOLEANS[..],
        _ => &POSITIONS[..],
    };
    let indices = if choices.pick(&[true, true, false]) { &POSITIONS[..] } else { &WIDTHS[..] };
    // Conditions ask for constants or for values that are small.
    let tokens = choices.pick(&[&TOKENS[..], &TOKENS[..], &CONSTANTS[..]]);
    let mut source = "#lang rasp-l\n".to_owned();
    let mut whole = String::new();
    let mut given = Vec::new();
    for part in letters(old) {
        let operands: &[&str] = match part {
            "a" => &TOKENS,
            "b" | "c" => tokens,
            "d" => &CONSTANTS,
            "p" | "q" | "r" => &BOOLEANS,
            "i" | "j" => indices,
            "s" => &SELECTORS,
            "x" | "y" | "z" => any,
            "R" => &["aggregate", "aggregate_max", "aggregate_min"],
            "D" => &["0", "1", "3", "-128", "127"],
            _ => &[],
        };
        match part {
            _ if operands.is_empty() => whole += part,
            "R" | "D" => whole += choices.pick(operands),
            letter => {
                if !given.contains(&letter) {
                    given.push(letter);
                    // In parentheses, since a mere integer by a name is a symbol.
                    source += &["value_", letter, " = (", choices.pick(operands), ");\n"].concat();
                }
                whole += &["value_", letter].concat();
            }
        }
    }
    source += &if whole.starts_with("select(") { ["selector_width(", &whole, ");"].concat() } else { whole + ";" };
    Program::parse_in(Profile::Strict, "rule.rasp", &source).ok()
}

/// A text's words of one letter, and what is between them.
fn letters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins_word = rest.chars().next()?.is_ascii_alphabetic();
        let len = if begins_word { rest.find(|c| !in_word(c)) } else { rest.find(|c: char| c.is_ascii_alphabetic()) };
        let (part, after) = rest.split_at(len.unwrap_or(rest.len()));
        rest = after;
        Some(part)
    })
}
