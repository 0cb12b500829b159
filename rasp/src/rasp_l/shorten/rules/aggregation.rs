//! Aggregations: what can be done before or after one, and what need not be done.

use super::part::{Aggregation, inputs, unary};
use super::switch::is_all_or_none;
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Constant, Reduction};
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::shorten::known::{Equalities, Sort, fits, number, reversed};
use crate::rasp_l::shorten::rule::{New, Rule};
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::Language;

pub(super) fn rules() -> Vec<Rule> {
    [
        ("a default that is never used is 0", unused_default as fn(&Equalities, &Term) -> Vec<New>),
        ("what only the own position gives is the value there", own_value),
        ("the largest so far of the largest so far is that", running),
        ("equal values have one mean, which is the largest and the smallest", equal_values),
        ("not any is all not", negation_inside),
        ("all not is not any", negation_outside),
        ("the negative of the largest is the smallest negative", negative_inside),
        ("the smallest negative is the negative of the largest", negative_outside),
        ("a constant is added after aggregating", addition_outside),
        ("a constant is added before aggregating", addition_inside),
        ("an index moves after aggregating", step_outside),
        ("an index moves before aggregating", step_inside),
        ("the largest is above a constant if any value is", comparison_inside),
        ("of two constants the largest is the larger if any is", choice_outside),
    ]
    .into_iter()
    .map(|(name, find)| Rule::function(name, find))
    .collect()
}

fn unused_default(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term).filter(|it| graph[it.selector].data.rows.has_own()) else { return Vec::new() };
    let plain = match it.default {
        Constant::Token(_) => Constant::Token(0),
        Constant::Index(_) => Constant::Index(0),
        Constant::Boolean(_) => Constant::Boolean(false),
    };
    vec![it.with(it.reduction, plain, New::Class(it.value))]
}

fn own_value(graph: &Equalities, term: &Term) -> Vec<New> {
    let rows = |it: &Aggregation| graph[it.selector].data.rows;
    match Aggregation::of(term).filter(|it| rows(it).is_own()) {
        Some(it) => vec![New::Class(it.value)],
        None => Vec::new(),
    }
}

/// Over all positions so far, or none of them, and over any that have the own one.
fn running(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(outer) = Aggregation::of(term).filter(|it| it.reduction != Reduction::Mean) else { return Vec::new() };
    let mut found = Vec::new();
    for inner in Aggregation::in_class(graph, outer.value).filter(|inner| inner.reduction == outer.reduction) {
        let (outside, inside) = (graph[outer.selector].data.rows, graph[inner.selector].data.rows);
        if outside.has_own() && inside.is_all() {
            found.push(New::Class(outer.value));
        }
        if is_all_or_none(graph, outer.selector) && inside.has_own() {
            found.push(outer.with(outer.reduction, outer.default, New::Class(inner.value)));
        }
    }
    found
}

/// Where every selected value is the same: the key itself is aggregated where it equals the query, or a constant is.
fn equal_values(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term) else { return Vec::new() };
    let mut found = Vec::new();
    let value = graph[it.value].data;
    let mut is_equal = value.constant().is_some();
    for pair in inputs(graph, it.selector, Operation::Select(Comparison::Equal)) {
        if graph.find(pair[0]) == graph.find(it.value) {
            is_equal = true;
            if graph[it.selector].data.rows.has_own() {
                found.push(New::Class(pair[1]));
            }
        }
    }
    if is_equal && it.reduction != Reduction::Max {
        found.push(it.with(Reduction::Max, it.default, New::Class(it.value)));
    }
    found
}

fn negation_inside(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Not, &[input]) = (term.operation, term.children()) else { return Vec::new() };
    let turned = |it: Aggregation| match (reversed(it.reduction), it.default) {
        (Some(reduction), Constant::Boolean(default)) => {
            Some(it.with(reduction, Constant::Boolean(!default), unary(Operation::Not, New::Class(it.value))))
        }
        _ => None,
    };
    Aggregation::in_class(graph, input).filter_map(turned).collect()
}

fn negation_outside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term) else { return Vec::new() };
    let (Some(reduction), Constant::Boolean(default)) = (reversed(it.reduction), it.default) else { return Vec::new() };
    let negated = inputs(graph, it.value, Operation::Not);
    negated.map(|input| unary(Operation::Not, it.with(reduction, Constant::Boolean(!default), New::Class(input[0])))).collect()
}

/// The negative of a default and the reduction of negatives; a mean is truncated toward zero on either side of it.
fn negative(it: &Aggregation) -> Option<(Reduction, Constant)> {
    match it.default {
        Constant::Token(default @ -127..=127) => Some((reversed(it.reduction).unwrap_or(it.reduction), Constant::Token(-default))),
        _ => None,
    }
}

fn negative_inside(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Negate, &[input]) = (term.operation, term.children()) else { return Vec::new() };
    let turned = |it: Aggregation| {
        let value = graph[it.value].data;
        let (reduction, default) = negative(&it).filter(|_| value.is_int8() && value.low > -128)?;
        Some(it.with(reduction, default, unary(Operation::Negate, New::Class(it.value))))
    };
    Aggregation::in_class(graph, input).filter_map(turned).collect()
}

fn negative_outside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some((it, (reduction, default))) = Aggregation::of(term).and_then(|it| Some((it, negative(&it)?))) else { return Vec::new() };
    let negated = inputs(graph, it.value, Operation::Negate);
    negated.map(|input| unary(Operation::Negate, it.with(reduction, default, New::Class(input[0])))).collect()
}

/// A default moved by a token, if that is an int8 too.
fn moved(default: Constant, by: i32) -> Option<Constant> {
    match default {
        Constant::Token(token) => {
            i8::try_from(token).ok().and_then(|_| i8::try_from(i32::from(token) + by).ok()).map(|token| Constant::Token(token.into()))
        }
        _ => None,
    }
}

fn addition_outside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term).filter(|it| it.reduction != Reduction::Mean) else { return Vec::new() };
    let mut found = Vec::new();
    for sum in inputs(graph, it.value, Operation::Arithmetic(Arithmetic::Add)) {
        if let Some(Constant::Token(by)) = graph[sum[1]].data.constant()
            && let Some(default) = moved(it.default, -i32::from(by))
        {
            let inner = it.with(it.reduction, default, New::Class(sum[0]));
            found.push(New::Of(Operation::Arithmetic(Arithmetic::Add), vec![inner, New::Class(sum[1])]));
        }
    }
    found
}

fn addition_inside(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Arithmetic(Arithmetic::Add), &[left, right]) = (term.operation, term.children()) else { return Vec::new() };
    let Some(Constant::Token(by)) = graph[right].data.constant() else { return Vec::new() };
    let inside = |it: Aggregation| {
        let default = moved(it.default, by.into())?;
        let sum = New::Of(Operation::Arithmetic(Arithmetic::Add), vec![New::Class(it.value), New::Class(right)]);
        fits(Arithmetic::Add, &graph[it.value].data, &graph[right].data).then(|| it.with(it.reduction, default, sum))
    };
    Aggregation::in_class(graph, left).filter(|it| it.reduction != Reduction::Mean).filter_map(inside).collect()
}

const STEPS: [(Operation, i32); 2] = [(Operation::Successor, 1), (Operation::Predecessor, -1)];

/// The default of indices that moves by `step` to `default`, or any if it is not used; it is -1 or 0.
fn index_default(graph: &Equalities, it: &Aggregation, step: i32) -> Option<Constant> {
    match it.default {
        Constant::Index(_) if graph[it.selector].data.rows.has_own() => Some(Constant::Index(0)),
        Constant::Index(index) if matches!((index, step), (0, -1) | (-1, 1)) => Some(Constant::Index(index + step)),
        _ => None,
    }
}

fn step_outside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term) else { return Vec::new() };
    let mut found = Vec::new();
    for (operation, step) in STEPS {
        let Some(default) = index_default(graph, &it, -step) else { continue };
        found
            .extend(inputs(graph, it.value, operation).map(|input| unary(operation, it.with(it.reduction, default, New::Class(input[0])))));
    }
    found
}

fn step_inside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(&(operation, step)) = STEPS.iter().find(|(operation, _)| *operation == term.operation) else { return Vec::new() };
    let inside = |it: Aggregation| {
        let default = index_default(graph, &it, step)?;
        Some(it.with(it.reduction, default, unary(operation, New::Class(it.value))))
    };
    Aggregation::in_class(graph, term.children()[0]).filter_map(inside).collect()
}

/// An ordered comparison with a constant; it may make a choice between constants a truth value.
fn comparison_inside(graph: &Equalities, term: &Term) -> Vec<New> {
    let (Operation::Compare(by), &[left, right]) = (term.operation, term.children()) else { return Vec::new() };
    let Some(constant) = graph[right].data.constant().filter(|_| graph[left].data.sort == Sort::Token) else { return Vec::new() };
    let is_upward = match by {
        Comparison::Greater | Comparison::GreaterOrEqual => true,
        Comparison::Less | Comparison::LessOrEqual => false,
        Comparison::Equal | Comparison::NotEqual => return Vec::new(),
    };
    let inside = |it: Aggregation| {
        let reduction = if is_upward { Some(it.reduction) } else { reversed(it.reduction) };
        let default = Constant::Boolean(by.holds(&number(it.default), &number(constant)));
        let compared = New::Of(Operation::Compare(by), vec![New::Class(it.value), New::Class(right)]);
        reduction.map(|reduction| it.with(reduction, default, compared))
    };
    Aggregation::in_class(graph, left).filter(|it| it.reduction != Reduction::Mean).filter_map(inside).collect()
}

/// A choice between two constants, of which the default is one if it is used.
fn choice_outside(graph: &Equalities, term: &Term) -> Vec<New> {
    let Some(it) = Aggregation::of(term).filter(|it| it.reduction != Reduction::Mean) else { return Vec::new() };
    let mut found = Vec::new();
    for choice in inputs(graph, it.value, Operation::Where) {
        let (Some(yes), Some(no)) = (graph[choice[1]].data.constant(), graph[choice[2]].data.constant()) else { continue };
        let default = match it.default {
            _ if graph[it.selector].data.rows.has_own() => false,
            default if default == yes => true,
            default if default == no => false,
            _ => continue,
        };
        let is_upward = number(yes) > number(no);
        if let Some(reduction) = if is_upward { Some(it.reduction) } else { reversed(it.reduction) } {
            let condition = it.with(reduction, Constant::Boolean(default), New::Class(choice[0]));
            found.push(New::Of(Operation::Where, vec![condition, New::Class(choice[1]), New::Class(choice[2])]));
        }
    }
    found
}
