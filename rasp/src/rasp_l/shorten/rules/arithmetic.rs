//! Numbers: int8, and a result that is none is a fault. What is added is either known to fit, or a number that was there.

use super::{conditional, plain};
use crate::rasp_l::operation::Arithmetic::{Add, Multiply, Remainder, Subtract};
use crate::rasp_l::shorten::known::Equalities;
use crate::rasp_l::shorten::rule::Provided::{Fits, Negates};
use crate::rasp_l::shorten::rule::{New, Provided, Rule};
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::Language;

const RULES: &[(&str, &str)] = &[
    ("a + b", "b + a"),
    ("a * b", "b * a"),
    ("a + 0", "a"),
    ("a - 0", "a"),
    ("a * 1", "a"),
    ("a * -1", "-a"),
    ("-a", "a * -1"),
    ("0 - a", "-a"),
    ("--a", "a"),
    ("a - a", "0"),
    ("a + a", "a * 2"),
    ("a * 2", "a + a"),
    ("a + -b", "a - b"),
    ("a - -b", "a + b"),
    ("-(a - b)", "b - a"),
    ("a + b - b", "a"),
    ("a - b + b", "a"),
    ("a - (a - b)", "b"),
    ("a + (b - a)", "b"),
    ("a - (a + b)", "-b"),
    ("a % b % b", "a % b"),
    ("(a + c) % c", "a % c"),
    ("(a - c) % c", "a % c"),
    ("a * c % c", "0"),
];

const CONDITIONAL: &[(&str, &str, &[Provided])] = &[
    ("a + b + c", "a + (b + c)", &[Fits(Add, "b", "c")]),
    ("a + b - c", "a + (b - c)", &[Fits(Subtract, "b", "c")]),
    ("a - b + c", "a + (c - b)", &[Fits(Subtract, "c", "b")]),
    ("a - b - c", "a - (b + c)", &[Fits(Add, "b", "c")]),
    ("a - (b + c)", "a - b - c", &[Fits(Subtract, "a", "b")]),
    ("a - (b - c)", "a - b + c", &[Fits(Subtract, "a", "b")]),
    ("a + (b + c)", "a + b + c", &[Fits(Add, "a", "b")]),
    ("a - b", "a + -b", &[Negates("b"), Provided::Constant("b")]),
    ("a * b * c", "a * (b * c)", &[Fits(Multiply, "b", "c")]),
    ("a * b + a * c", "a * (b + c)", &[Fits(Add, "b", "c")]),
    ("a * b - a * c", "a * (b - c)", &[Fits(Subtract, "b", "c")]),
    ("-a - b", "-(a + b)", &[Fits(Add, "a", "b")]),
    ("(a + b % c) % c", "(a + b) % c", &[Fits(Add, "a", "b")]),
    ("(a - b % c) % c", "(a - b) % c", &[Fits(Subtract, "a", "b")]),
    ("(a % c - b) % c", "(a - b) % c", &[Fits(Subtract, "a", "b")]),
    ("(a % c * b) % c", "a * b % c", &[Fits(Multiply, "a", "b")]),
];

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = plain(RULES);
    rules.extend(conditional(CONDITIONAL));
    rules.push(Rule::function("a % b = a where a is from 0 on and below b", remainder_of_less));
    rules
}

fn remainder_of_less(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Arithmetic(Remainder), [left, right]) = (term.operation, term.children()) else { return Vec::new() };
    let (dividend, divisor) = (graph[*left].data, graph[*right].data);
    let is_itself = dividend.low >= 0 && dividend.high < divisor.low || dividend.high <= 0 && dividend.low > divisor.high;
    if is_itself { vec![New::Class(*left)] } else { Vec::new() }
}
