//! Terms taken apart and put together, for rules that are functions.

use crate::rasp_l::graph::{Constant, Reduction};
use crate::rasp_l::shorten::known::Equalities;
use crate::rasp_l::shorten::rule::New;
use crate::rasp_l::shorten::term::{Operation, Term};
use egg::{Id, Language};

/// An aggregation, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Aggregation {
    pub(super) reduction: Reduction,
    pub(super) default: Constant,
    pub(super) selector: Id,
    pub(super) value: Id,
}

impl Aggregation {
    pub(super) fn of(term: &Term) -> Option<Self> {
        match (term.operation, term.children()) {
            (Operation::Aggregate(reduction, default), &[selector, value]) => Some(Aggregation { reduction, default, selector, value }),
            _ => None,
        }
    }

    /// The aggregations that a class has.
    pub(super) fn in_class(graph: &Equalities, class: Id) -> impl Iterator<Item = Self> + '_ {
        graph[class].iter().filter_map(Aggregation::of)
    }

    pub(super) fn with(self, reduction: Reduction, default: Constant, value: New) -> New {
        New::Of(Operation::Aggregate(reduction, default), vec![New::Class(self.selector), value])
    }
}

/// The inputs of the terms of a class that are this operation.
pub(super) fn inputs(graph: &Equalities, class: Id, operation: Operation) -> impl Iterator<Item = &[Id]> {
    graph[class].iter().filter(move |term| term.operation == operation).map(Language::children)
}

pub(super) fn unary(operation: Operation, input: New) -> New {
    New::Of(operation, vec![input])
}
