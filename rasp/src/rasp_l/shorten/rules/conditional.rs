//! Choices. Both branches are evaluated everywhere, so that an operation on both may be done after the choice: what is chosen did not fail.

use super::{conditional, plain};
use crate::comparison::Comparison;
use crate::rasp_l::shorten::rule::{Provided, Rule};

const RULES: &[(&str, &str)] = &[
    ("x if True else y", "x"),
    ("x if False else y", "y"),
    ("x if p else x", "x"),
    ("x if not p else y", "y if p else x"),
    ("(x if p else y) if p else z", "x if p else z"),
    ("x if p else y if p else z", "x if p else z"),
    ("x if p else x if q else y", "x if p or q else y"),
    ("x if p or q else y", "x if p else x if q else y"),
    ("(x if q else y) if p else y", "x if p and q else y"),
    ("x if p and q else y", "(x if q else y) if p else y"),
    ("x if p else y if q else x", "y if q > p else x"),
    ("x if p == q else y", "y if p != q else x"),
    ("True if p else q", "p or q"),
    ("p if p else q", "p or q"),
    ("q if p else False", "p and q"),
    ("q if p else p", "p and q"),
    ("False if p else q", "p < q"),
    ("q if p else True", "p <= q"),
    ("q if p else not q", "p == q"),
    ("not q if p else q", "p != q"),
    ("x if x == y else y", "y"),
    ("x if y == x else y", "y"),
    ("x if x != y else y", "x"),
    ("x if y != x else y", "x"),
    ("not q if p else not r", "not (q if p else r)"),
    ("-a if p else -b", "-(a if p else b)"),
    ("a + c if p else b + c", "(a if p else b) + c"),
    ("a - c if p else b - c", "(a if p else b) - c"),
    ("c - a if p else c - b", "c - (a if p else b)"),
    ("a * c if p else b * c", "(a if p else b) * c"),
    ("a % c if p else b % c", "(a if p else b) % c"),
    ("a + b if p else a", "a + (b if p else 0)"),
    ("a if p else a + b", "a + (0 if p else b)"),
    ("a - b if p else a", "a - (b if p else 0)"),
];

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = plain(RULES);
    for comparison in Comparison::ALL {
        let op = comparison.symbol();
        // Comparisons cannot fail, so they may also be done before.
        rules.extend(plain(&[(&format!("a {op} c if p else b {op} c"), &format!("(a if p else b) {op} c"))]));
        let one_constant: &[Provided] = &[Provided::Constant("a"), Provided::Constant("c")];
        for (yes, no) in [("a", "b"), ("b", "a")] {
            let (old, new) = (format!("({yes} if p else {no}) {op} c"), format!("{yes} {op} c if p else {no} {op} c"));
            rules.extend(conditional(&[(&old, &new, one_constant)]));
        }
        let all_constant: &[Provided] = &[Provided::Constant("a"), Provided::Constant("b"), Provided::Constant("c")];
        rules.extend(conditional(&[
            (&format!("select(a if p else b, c, {op})"), &format!("select(a {op} c if p else b {op} c, True, ==)"), all_constant),
            (&format!("select(c, a if p else b, {op})"), &format!("select(True, c {op} a if p else c {op} b, ==)"), all_constant),
        ]));
    }
    rules
}
