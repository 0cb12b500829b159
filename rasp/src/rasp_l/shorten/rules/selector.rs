//! Selectors, which cost nothing beside their keys and queries.

use super::{conditional, plain};
use crate::comparison::Comparison;
use crate::rasp_l::shorten::known::Equalities;
use crate::rasp_l::shorten::rule::{New, Provided, Rule};
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::Language;

const RULES: &[(&str, &str)] = &[
    ("select(not p, q, ==)", "select(p, q, !=)"),
    ("select(not p, q, !=)", "select(p, q, ==)"),
    ("select(p, not q, ==)", "select(p, q, !=)"),
    ("select(p, not q, !=)", "select(p, q, ==)"),
    ("i + 1 - 1", "i"),
    ("i - 1 + 1", "i"),
];

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = plain(RULES);
    for by in Comparison::ALL {
        let (op, mirrored, negated, both) = (by.symbol(), by.mirrored(), by.negated(), by.mirrored().negated());
        let fixed = |name| [Provided::Constant(name)];
        let select = |key: &str, query: &str, by: Comparison| format!("select({key}, {query}, {})", by.symbol());
        // A truth value that compares with a constant is asked for: the selector itself compares.
        rules.extend(conditional(&[
            (&format!("select(x {op} y, True, ==)"), &select("x", "y", by), &fixed("y")),
            (&format!("select(x {op} y, False, ==)"), &select("x", "y", negated), &fixed("y")),
            (&format!("select(x {op} y, True, ==)"), &select("y", "x", mirrored), &fixed("x")),
            (&format!("select(True, x {op} y, ==)"), &select("y", "x", mirrored), &fixed("y")),
            (&format!("select(False, x {op} y, ==)"), &select("y", "x", both), &fixed("y")),
            (&format!("select(True, x {op} y, ==)"), &select("x", "y", by), &fixed("x")),
        ]));
    }
    rules.push(Rule::function("a selector that selects all up to its position, only that, or nothing is one of three", plainest));
    rules
}

fn plainest(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Select(_), [key, query]) = (term.operation, term.children()) else { return Vec::new() };
    let class = graph.lookup(Term::new(term.operation, &[*key, *query]));
    let Some(rows) = class.map(|class| graph[class].data.rows) else { return Vec::new() };
    let by = match rows {
        _ if rows.is_all() => Comparison::LessOrEqual,
        _ if rows.is_empty() => Comparison::Greater,
        _ if rows.is_own() => Comparison::Equal,
        _ => return Vec::new(),
    };
    let indices = New::Of(Operation::Indices, Vec::new());
    vec![New::Of(Operation::Select(by), vec![indices.clone(), indices])]
}
