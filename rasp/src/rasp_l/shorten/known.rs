//! What is known of every class of equal terms: its kind, the values that it can have, and which positions a selector selects.
//!
//! All of it holds on the inputs on which the program has a value: there a sum that is in the program is an int8, and a divisor is not 0.

use super::term::{Operation, Term};
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Constant, Reduction};
use crate::rasp_l::operation::Arithmetic;
use egg::{Analysis, DidMerge, EGraph, Id, Language};

/// The graph of equal terms.
pub(super) type Equalities = EGraph<Term, Knowing>;

/// Makes and merges [`Known`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Knowing;

/// The kind of a class. Which width an index counts is the class of the width and need not be known: no rule brings two indices together
/// that were not compared before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Token,
    Boolean,
    Index,
    Selector,
}

/// What is known of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) sort: Sort,
    /// The smallest value that it can have; false is 0. Of a selector 0.
    pub(super) low: i32,
    /// The largest.
    pub(super) high: i32,
    /// Of a position how far behind its own place it is, if that is the same everywhere.
    pub(super) offset: Option<i32>,
    /// Of a selector, which positions up to its own it selects at every position.
    pub(super) rows: Rows,
}

/// What is known of every row of a selector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// Whether it has its own position.
    own: Option<bool>,
    /// Whether it has all positions before its own, or none.
    before: Option<bool>,
}

impl Rows {
    /// Whether every position attends to itself, so that no row is empty.
    pub(super) fn has_own(self) -> bool {
        self.own == Some(true)
    }

    /// Whether every position attends to all up to itself.
    pub(super) fn is_all(self) -> bool {
        self.has_own() && self.before == Some(true)
    }

    /// Whether every position attends to itself alone.
    pub(super) fn is_own(self) -> bool {
        self.has_own() && self.before == Some(false)
    }

    /// Whether no position attends to any.
    pub(super) fn is_empty(self) -> bool {
        self.own == Some(false) && self.before == Some(false)
    }
}

/// Beyond every index that an input can have.
const FAR: i32 = i32::MAX / 4;

impl Known {
    fn within(sort: Sort, low: i32, high: i32) -> Self {
        Known { sort, low, high, offset: None, rows: Rows::default() }
    }

    /// A token between the bounds; where there is none, so that the program never has a value, the bounds stay near.
    fn int8(low: i32, high: i32) -> Self {
        Known::within(Sort::Token, low.clamp(-128, 128), high.clamp(-129, 127))
    }

    fn truth(low: bool, high: bool) -> Self {
        Known::within(Sort::Boolean, low.into(), high.into())
    }

    /// The one value that it has, if it is a token or boolean that can have no other.
    pub(super) fn constant(&self) -> Option<Constant> {
        match self.sort {
            _ if self.low != self.high => None,
            Sort::Token => Some(Constant::Token(self.low as i16)),
            Sort::Boolean => Some(Constant::Boolean(self.low != 0)),
            Sort::Index | Sort::Selector => None,
        }
    }

    /// Whether it can hold no value outside int8.
    pub(super) fn is_int8(&self) -> bool {
        self.low >= -128 && self.high <= 127
    }

    fn and(self, other: Self) -> Self {
        let (mine, others) = (self.rows, other.rows);
        Known {
            sort: self.sort,
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            offset: self.offset.or(other.offset),
            rows: Rows { own: mine.own.or(others.own), before: mine.before.or(others.before) },
        }
    }
}

/// A constant as a number.
pub(super) fn number(constant: Constant) -> i32 {
    match constant {
        Constant::Token(token) => token.into(),
        Constant::Index(index) => index,
        Constant::Boolean(value) => value.into(),
    }
}

impl Analysis<Term> for Knowing {
    type Data = Known;

    fn make(graph: &mut Equalities, term: &Term, _: Id) -> Known {
        let input = |place: usize| graph[term.children()[place]].data;
        match term.operation {
            Operation::Tokens => Known::int8(-128, 127),
            Operation::Indices => Known { offset: Some(0), ..Known::within(Sort::Index, 0, FAR) },
            Operation::Constant(constant) => {
                let value = number(constant);
                let sort = match constant {
                    Constant::Token(_) => Sort::Token,
                    Constant::Index(_) => Sort::Index,
                    Constant::Boolean(_) => Sort::Boolean,
                };
                Known::within(sort, value, value)
            }
            Operation::Arithmetic(arithmetic) => calculated(arithmetic, &input(0), &input(1)),
            Operation::Negate => Known::int8(-input(0).high, -input(0).low),
            Operation::Successor => stepped(input(0), 1),
            Operation::Predecessor => stepped(input(0), -1),
            Operation::Compare(comparison) => {
                let is_one = graph.find(term.children()[0]) == graph.find(term.children()[1]);
                let settled = if is_one { Some(comparison.holds(&0, &0)) } else { settled(comparison, &input(0), &input(1)) };
                Known::truth(settled == Some(true), settled != Some(false))
            }
            Operation::Not => Known::within(Sort::Boolean, 1 - input(0).high, 1 - input(0).low),
            Operation::And => Known::within(Sort::Boolean, input(0).low.min(input(1).low), input(0).high.min(input(1).high)),
            Operation::Or => Known::within(Sort::Boolean, input(0).low.max(input(1).low), input(0).high.max(input(1).high)),
            Operation::Where => match input(0).constant() {
                Some(Constant::Boolean(true)) => input(1),
                Some(_) => input(2),
                None => Known::within(input(1).sort, input(1).low.min(input(2).low), input(1).high.max(input(2).high)),
            },
            Operation::Select(comparison) => {
                let is_one = graph.find(term.children()[0]) == graph.find(term.children()[1]);
                Known { rows: rows(comparison, &input(0), &input(1), is_one), ..Known::within(Sort::Selector, 0, 0) }
            }
            Operation::Aggregate(_, default) => {
                let (rows, value, default) = (input(0).rows, input(1), number(default));
                let (low, high) = match rows {
                    _ if rows.has_own() => (value.low, value.high),
                    _ if rows.is_empty() => (default, default),
                    _ => (value.low.min(default), value.high.max(default)),
                };
                Known::within(value.sort, low, high)
            }
            Operation::Width => Known::within(Sort::Index, input(0).rows.has_own().into(), FAR),
        }
    }

    fn merge(&mut self, known: &mut Known, other: Known) -> DidMerge {
        let before = *known;
        *known = before.and(other);
        DidMerge(*known != before, *known != other)
    }

    fn modify(graph: &mut Equalities, id: Id) {
        if let Some(constant) = graph[id].data.constant() {
            let value = graph.add(Term::constant(constant));
            graph.union(id, value);
        }
    }
}

fn stepped(index: Known, step: i32) -> Known {
    let moved = Known::within(Sort::Index, index.low + step, (index.high + step).min(FAR));
    Known { offset: index.offset.map(|offset| offset + step), ..moved }
}

/// What an operation on such tokens gives, were there no bound to a token; a remainder by zero left out.
fn unbounded(arithmetic: Arithmetic, left: &Known, right: &Known) -> (i32, i32) {
    match arithmetic {
        Arithmetic::Add => (left.low + right.low, left.high + right.high),
        Arithmetic::Subtract => (left.low - right.high, left.high - right.low),
        Arithmetic::Multiply => {
            let products = [left.low * right.low, left.low * right.high, left.high * right.low, left.high * right.high];
            (products.into_iter().fold(i32::MAX, i32::min), products.into_iter().fold(i32::MIN, i32::max))
        }
        Arithmetic::Remainder if right.low > 0 && left.low >= 0 => {
            (if left.high < right.low { left.low } else { 0 }, left.high.min(right.high - 1))
        }
        Arithmetic::Remainder => ((right.low + 1).min(0), (right.high - 1).max(0)),
    }
}

fn calculated(arithmetic: Arithmetic, left: &Known, right: &Known) -> Known {
    let (low, high) = unbounded(arithmetic, left, right);
    Known::int8(low, high)
}

/// Whether the operation has an int8 as its result on any two such values.
pub(super) fn fits(arithmetic: Arithmetic, left: &Known, right: &Known) -> bool {
    let (low, high) = unbounded(arithmetic, left, right);
    let divides = arithmetic != Arithmetic::Remainder || right.low > 0 || right.high < 0;
    left.is_int8() && right.is_int8() && divides && low >= -128 && high <= 127
}

/// Whether the comparison holds everywhere or nowhere.
pub(super) fn settled(comparison: Comparison, left: &Known, right: &Known) -> Option<bool> {
    let ends = |left: i32, right: i32| comparison.holds(&left, &right);
    if let (Some(one), Some(other)) = (left.offset, right.offset) {
        return Some(ends(one, other));
    }
    match comparison {
        Comparison::Equal if left.low == left.high && right.low == right.high && left.low == right.low => Some(true),
        Comparison::Equal => (left.high < right.low || right.high < left.low).then_some(false),
        Comparison::NotEqual => settled(Comparison::Equal, left, right).map(|settled| !settled),
        _ => {
            let (low, high) = (ends(left.low, right.high), ends(left.high, right.low));
            (low == high).then_some(low)
        }
    }
}

fn rows(comparison: Comparison, key: &Known, query: &Known, is_one: bool) -> Rows {
    if let (Some(key), Some(query)) = (key.offset, query.offset) {
        // Position i attends to position j <= i if j - i OP by.
        let by = query - key;
        let (just_before, far_before) = (comparison.holds(&-1, &by), comparison.holds(&-FAR, &by));
        // What is far before and what is just before tell of all between, unless the one place that differs lies between.
        let has_exception = matches!(comparison, Comparison::Equal | Comparison::NotEqual) && by < -1;
        let before = (just_before == far_before && !has_exception).then_some(just_before);
        return Rows { own: Some(comparison.holds(&0, &by)), before };
    }
    match settled(comparison, key, query) {
        Some(settled) => Rows { own: Some(settled), before: Some(settled) },
        None if is_one => Rows { own: Some(comparison.holds(&0, &0)), before: None },
        None => Rows::default(),
    }
}

/// How the reduction is done of values that all stand in another order.
pub(super) fn reversed(reduction: Reduction) -> Option<Reduction> {
    match reduction {
        Reduction::Max => Some(Reduction::Min),
        Reduction::Min => Some(Reduction::Max),
        Reduction::Mean => None,
    }
}
