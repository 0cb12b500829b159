//! Comparisons of two values at one position, and those of a selector, whose sides keep their places: a key is read at the position attended
//! to, a query at the one that attends.

use super::{conditional, plain};
use crate::comparison::Comparison;
use crate::rasp_l::graph::Constant;
use crate::rasp_l::operation::Arithmetic::{Add, Subtract};
use crate::rasp_l::shorten::known::{Equalities, Sort};
use crate::rasp_l::shorten::rule::Provided::{Constant as Fixed, Fits, Positive};
use crate::rasp_l::shorten::rule::{New, Provided, Rule};
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::Language;

/// What is done to both sides: the sides, those to put for them, and whether the comparison is turned around.
const BOTH_SIDES: &[(&str, &str, &str, &str, bool)] = &[
    ("(not p)", "(not q)", "p", "q", true),
    ("-a", "-b", "a", "b", true),
    ("i + 1", "j + 1", "i", "j", false),
    ("i - 1", "j - 1", "i", "j", false),
    ("i + 1", "j", "i", "j - 1", false),
    ("i - 1", "j", "i", "j + 1", false),
    ("i", "j + 1", "i - 1", "j", false),
    ("i", "j - 1", "i + 1", "j", false),
];

/// The same where a number that is the same everywhere goes from one side to the other.
const MOVED: &[(&str, &str, &str, &str, &[Provided])] = &[
    ("a + c", "b", "a", "b - c", &[Fixed("c"), Fits(Subtract, "b", "c")]),
    ("a - c", "b", "a", "b + c", &[Fixed("c"), Fits(Add, "b", "c")]),
    ("a", "b + c", "a - c", "b", &[Fixed("c"), Fits(Subtract, "a", "c")]),
    ("a", "b - c", "a + c", "b", &[Fixed("c"), Fits(Add, "a", "c")]),
];

/// A step that makes a comparison strict, or is what makes it so.
const STEPS: &[(&str, &str, Comparison, Comparison)] = &[
    ("i + 1", "j", Comparison::Greater, Comparison::GreaterOrEqual),
    ("i + 1", "j", Comparison::LessOrEqual, Comparison::Less),
    ("i - 1", "j", Comparison::Less, Comparison::LessOrEqual),
    ("i - 1", "j", Comparison::GreaterOrEqual, Comparison::Greater),
    ("i", "j + 1", Comparison::Less, Comparison::LessOrEqual),
    ("i", "j + 1", Comparison::GreaterOrEqual, Comparison::Greater),
    ("i", "j - 1", Comparison::Greater, Comparison::GreaterOrEqual),
    ("i", "j - 1", Comparison::LessOrEqual, Comparison::Less),
];

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    let compare = |left: &str, right: &str, by: Comparison| format!("{left} {} {right}", by.symbol());
    let select = |left: &str, right: &str, by: Comparison| format!("select({left}, {right}, {})", by.symbol());
    for by in Comparison::ALL {
        let op = by.symbol();
        rules.extend(plain(&[
            (&compare("x", "y", by), &compare("y", "x", by.mirrored())),
            (&format!("a - b {op} 0"), &format!("a {op} b")),
            (&format!("a + b {op} b"), &format!("a {op} 0")),
            (&format!("a - b {op} a"), &format!("0 {op} b")),
            (&format!("a + c {op} b + c"), &format!("a {op} b")),
            (&format!("a - c {op} b - c"), &format!("a {op} b")),
            (&format!("c - a {op} c - b"), &format!("b {op} a")),
        ]));
        // What is added to keys and queries is read at two positions, so that it must be one number.
        rules.extend(conditional(&[
            (&select("a + c", "b + c", by), &select("a", "b", by), &[Fixed("c")]),
            (&select("a - c", "b - c", by), &select("a", "b", by), &[Fixed("c")]),
            (&select("a * c", "b * c", by), &select("a", "b", by), &[Positive("c")]),
            (&compare("a * c", "b * c", by), &compare("a", "b", by), &[Positive("c")]),
        ]));
        for (left, right, new_left, new_right, turned) in BOTH_SIDES {
            let new = if *turned { by.mirrored() } else { by };
            rules.extend(plain(&[
                (&compare(left, right, by), &compare(new_left, new_right, new)),
                (&select(left, right, by), &select(new_left, new_right, new)),
            ]));
        }
        for (left, right, new_left, new_right, provided) in MOVED {
            rules.extend(conditional(&[
                (&compare(left, right, by), &compare(new_left, new_right, by), provided),
                (&select(left, right, by), &select(new_left, new_right, by), provided),
            ]));
        }
    }
    for &(left, right, by, new) in STEPS {
        let tokens = |text: &str| text.replace('i', "a").replace('j', "b");
        for (left, right) in [(left.to_owned(), right.to_owned()), (tokens(left), tokens(right))] {
            let bare = |text: &str| text.trim_end_matches(" + 1").trim_end_matches(" - 1").to_owned();
            rules.extend(plain(&[
                (&compare(&left, &right, by), &compare(&bare(&left), &bare(&right), new)),
                (&select(&left, &right, by), &select(&bare(&left), &bare(&right), new)),
            ]));
        }
    }
    rules.push(Rule::function("a comparison with a constant, or with the smallest or largest value, is another one too", neighbours));
    rules
}

/// `x < 6` is `x <= 5`; where `x` is never above 6, it is `x != 6`.
fn neighbours(graph: &Equalities, term: &Term) -> Vec<New> {
    let (comparison, make): (Comparison, fn(Comparison) -> Operation) = match term.operation {
        Operation::Compare(comparison) => (comparison, Operation::Compare),
        Operation::Select(comparison) => (comparison, Operation::Select),
        _ => return Vec::new(),
    };
    let &[left, right] = term.children() else { return Vec::new() };
    let (one, other) = (graph[left].data, graph[right].data);
    let mut found = Vec::new();
    let mut push = |by: Comparison, left: New, right: New| found.push(New::Of(make(by), vec![left, right]));
    let (here, there) = (New::Class(left), New::Class(right));
    for (is_bound, alike) in [
        (one.low >= other.high, [(Comparison::LessOrEqual, Comparison::Equal), (Comparison::Greater, Comparison::NotEqual)]),
        (one.high <= other.low, [(Comparison::GreaterOrEqual, Comparison::Equal), (Comparison::Less, Comparison::NotEqual)]),
    ] {
        for (ordered, equal) in alike.into_iter().filter(|_| is_bound) {
            if comparison == ordered {
                push(equal, here.clone(), there.clone());
            } else if comparison == equal {
                push(ordered, here.clone(), there.clone());
            }
        }
    }
    let strictness = match comparison {
        Comparison::Less => Some((Comparison::LessOrEqual, -1)),
        Comparison::LessOrEqual => Some((Comparison::Less, 1)),
        Comparison::Greater => Some((Comparison::GreaterOrEqual, 1)),
        Comparison::GreaterOrEqual => Some((Comparison::Greater, -1)),
        Comparison::Equal | Comparison::NotEqual => None,
    };
    let next = |constant: Option<Constant>, step: i32| match constant {
        Some(Constant::Token(token)) => {
            i8::try_from(i32::from(token) + step).ok().map(|token| New::constant(Constant::Token(token.into())))
        }
        _ => None,
    };
    if let Some((by, step)) = strictness {
        if let Some(token) = next(other.constant(), step) {
            push(by, here.clone(), token);
        }
        if let Some(token) = next(one.constant(), -step) {
            push(by, token, there.clone());
        }
    }
    if one.sort == Sort::Boolean && matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
        if let Some(Constant::Boolean(value)) = other.constant() {
            push(comparison.negated(), here.clone(), New::constant(Constant::Boolean(!value)));
        }
        if let Some(Constant::Boolean(value)) = one.constant() {
            push(comparison.negated(), New::constant(Constant::Boolean(!value)), there.clone());
        }
    }
    found
}
