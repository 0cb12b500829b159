//! Choices that an aggregation makes by itself: a selector whose keys are the same everywhere selects all positions so far or none, so that
//! its default is what is chosen where the query is not as it should be.

use super::part::{Aggregation, inputs};
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Constant, Reduction};
use crate::rasp_l::shorten::known::{Equalities, Sort};
use crate::rasp_l::shorten::rule::{New, Rule};
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::{Id, Language};

pub(super) fn rules() -> Vec<Rule> {
    [
        ("a choice by whether anything is selected is the default", choice_by_default as fn(&Equalities, &Term) -> Vec<New>),
        ("a choice between constants is an aggregation of all or of none", choice_between_constants),
        ("a choice between what all positions have and a constant is an aggregation of all or of none", choice_of_all),
        ("what all positions have and another truth value are an aggregation of all or of none", connection_of_all),
        ("a choice between two aggregations that differ in their queries is a choice of queries", choice_of_queries),
    ]
    .into_iter()
    .map(|(name, find)| Rule::function(name, find))
    .collect()
}

/// Whether each row has all positions up to its own or none.
pub(super) fn is_all_or_none(graph: &Equalities, selector: Id) -> bool {
    let is_fixed = |term: &Term| matches!(term.operation, Operation::Select(_)) && graph[term.children()[0]].data.constant().is_some();
    graph[selector].data.rows.is_all() || graph[selector].iter().any(is_fixed)
}

/// Selects all where the condition has the truth value, else none.
fn all_where(condition: Id, value: bool) -> New {
    New::Of(Operation::Select(Comparison::Equal), vec![New::constant(Constant::Boolean(value)), New::Class(condition)])
}

/// `5 if anything is selected else 3` is an aggregation of 5 with the default 3.
fn choice_by_default(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Where, &[condition, yes, no]) = (term.operation, term.children()) else { return Vec::new() };
    let (Some(yes), Some(no)) = (graph[yes].data.constant(), graph[no].data.constant()) else { return Vec::new() };
    let mut found = Vec::new();
    for it in Aggregation::in_class(graph, condition) {
        let (Some(Constant::Boolean(value)), Constant::Boolean(default)) = (graph[it.value].data.constant(), it.default) else { continue };
        let chosen = |truth| if truth { yes } else { no };
        found.push(it.with(Reduction::Max, chosen(default), New::constant(chosen(value))));
    }
    found
}

fn choice_between_constants(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Where, &[condition, yes, no]) = (term.operation, term.children()) else { return Vec::new() };
    let (Some(_), Some(default)) = (graph[yes].data.constant(), graph[no].data.constant()) else { return Vec::new() };
    vec![New::Of(Operation::Aggregate(Reduction::Max, default), vec![all_where(condition, true), New::Class(yes)])]
}

/// The aggregations of a class over all positions so far.
fn over_all(graph: &Equalities, class: Id) -> impl Iterator<Item = Aggregation> {
    Aggregation::in_class(graph, class).filter(|it| graph[it.selector].data.rows.is_all())
}

fn choice_of_all(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Where, &[condition, yes, no]) = (term.operation, term.children()) else { return Vec::new() };
    let mut found = Vec::new();
    for (chosen, other, value) in [(yes, no, true), (no, yes, false)] {
        let Some(default) = graph[other].data.constant() else { continue };
        found.extend(
            over_all(graph, chosen)
                .map(|it| New::Of(Operation::Aggregate(it.reduction, default), vec![all_where(condition, value), New::Class(it.value)])),
        );
    }
    found
}

/// `and` is false where the one operand is, whatever the other; `or` is true where it is.
fn connection_of_all(graph: &Equalities, term: &Term) -> Vec<New> {
    let (is_and, &[left, right]) = (term.operation == Operation::And, term.children()) else { return Vec::new() };
    if !is_and && term.operation != Operation::Or {
        return Vec::new();
    }
    let connected = |it: Aggregation| {
        let operation = Operation::Aggregate(it.reduction, Constant::Boolean(!is_and));
        New::Of(operation, vec![all_where(right, is_and), New::Class(it.value)])
    };
    over_all(graph, left).map(connected).collect()
}

fn choice_of_queries(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Where, &[condition, yes, no]) = (term.operation, term.children()) else { return Vec::new() };
    let selects = |it: &Aggregation| {
        let selector = it.selector;
        Comparison::ALL.into_iter().flat_map(move |by| inputs(graph, selector, Operation::Select(by)).map(move |pair| (by, pair)))
    };
    let mut found = Vec::new();
    for one in Aggregation::in_class(graph, yes) {
        for other in Aggregation::in_class(graph, no) {
            let alike =
                one.reduction == other.reduction && one.default == other.default && graph.find(one.value) == graph.find(other.value);
            if !alike || graph.find(one.selector) == graph.find(other.selector) {
                continue;
            }
            for (by, first) in selects(&one) {
                for (_, second) in
                    selects(&other).filter(|(other_by, second)| *other_by == by && graph.find(first[0]) == graph.find(second[0]))
                {
                    // A choice is between tokens or truth values.
                    if graph[first[1]].data.sort == Sort::Index {
                        continue;
                    }
                    let query = New::Of(Operation::Where, vec![New::Class(condition), New::Class(first[1]), New::Class(second[1])]);
                    let selector = New::Of(Operation::Select(by), vec![New::Class(first[0]), query]);
                    found.push(New::Of(Operation::Aggregate(one.reduction, one.default), vec![selector, New::Class(one.value)]));
                }
            }
        }
    }
    found
}
