//! A selector as a signed sum of conjunctions of comparisons.
//!
//! With a truth value as 0 or 1: `not a` is `1 - a`, `a and b` is `ab`, `a or b` is `a + b - ab`, `!=` is `1 - (==)`, `>` is `1 - (<=)`.
//! What is left are products of `==`, `<` and `<=`, and the number of positions that a sum selects is the sum of what its products select.
//! So a selector that is built of others costs what its products cost, and no matrix is needed. Knows no values.

use crate::atom::{self, Atom};
use crate::comparison::Comparison;
use crate::flow::{Flow, Node, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// More products than this are not worth it.
const MOST_TERMS: usize = 16;

/// `key COMPARISON query`, of two sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) key: NodeId,
    pub(super) query: NodeId,
}

/// What is asked of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
}

/// A product: all of these relations hold.
pub(super) type Product = BTreeMap<Pair, Relation>;

/// Products, each times a whole number that is not 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Formula {
    pub(super) terms: BTreeMap<Product, i64>,
    /// Pairs whose order the selector asks for, in a product or in none: without an order they are a fault all the same.
    pub(super) orders: BTreeSet<Pair>,
    /// Pairs that are equal at one position only: the indices and a constant, which is that position.
    pub(super) pinned: BTreeMap<Pair, i64>,
}

impl Formula {
    /// The selector `id`; `None` if it has too many products.
    pub(super) fn of(flow: &Flow, id: NodeId) -> Option<Formula> {
        // Selectors are often shared, and may lie deep inside one another: each is done once, inputs first.
        let mut done: BTreeMap<NodeId, Formula> = BTreeMap::new();
        for node in flow.selectors_of(id) {
            let formula = match *flow.node(node) {
                Node::Select { key, query, comparison } => match (flow.node(key), flow.node(query)) {
                    (Node::Constant(key), Node::Constant(query)) => {
                        if atom::compare(comparison, key, query).ok()? {
                            Formula::one()
                        } else {
                            Formula::default()
                        }
                    }
                    (Node::Indices, Node::Constant(Atom::Int(place))) => {
                        let mut formula = Formula::comparison(Pair { key, query }, comparison);
                        formula.pinned.extend(place.to_i64().map(|place| (Pair { key, query }, place)));
                        formula
                    }
                    _ => Formula::comparison(Pair { key, query }, comparison),
                },
                Node::NotSelector(inner) => Formula::one().plus(done.get(&inner)?, -1),
                Node::AndSelectors(left, right) => done.get(&left)?.times(done.get(&right)?)?,
                Node::OrSelectors(left, right) => {
                    let (left, right) = (done.get(&left)?, done.get(&right)?);
                    left.clone().plus(right, 1).plus(&left.times(right)?, -1)
                }
                _ => continue,
            };
            if formula.terms.len() <= MOST_TERMS {
                done.insert(node, formula);
            }
        }
        done.remove(&id)
    }

    /// Whether every row selects every position.
    pub(super) fn is_everything(&self) -> bool {
        self.terms == Formula::one().terms && self.orders.is_empty()
    }

    fn one() -> Self {
        Formula { terms: BTreeMap::from([(Product::new(), 1)]), ..Formula::default() }
    }

    fn comparison(pair: Pair, comparison: Comparison) -> Self {
        let (relation, holds) = match comparison {
            Comparison::Equal => (Relation::Equal, true),
            Comparison::NotEqual => (Relation::Equal, false),
            Comparison::Less => (Relation::Less, true),
            Comparison::GreaterOrEqual => (Relation::Less, false),
            Comparison::LessOrEqual => (Relation::LessOrEqual, true),
            Comparison::Greater => (Relation::LessOrEqual, false),
        };
        let orders = if relation == Relation::Equal { BTreeSet::new() } else { BTreeSet::from([pair]) };
        let relation = Formula { terms: BTreeMap::from([(Product::from([(pair, relation)]), 1)]), orders, ..Formula::default() };
        if holds { relation } else { Formula::one().plus(&relation, -1) }
    }

    fn plus(mut self, other: &Formula, sign: i64) -> Self {
        for (product, count) in &other.terms {
            *self.terms.entry(product.clone()).or_default() += sign * count;
        }
        self.terms.retain(|_, count| *count != 0);
        self.orders.extend(&other.orders);
        self.pinned.extend(&other.pinned);
        self
    }

    fn times(&self, other: &Formula) -> Option<Self> {
        if self.terms.len() * other.terms.len() > MOST_TERMS * MOST_TERMS {
            return None;
        }
        let mut product = Formula { orders: self.orders.union(&other.orders).copied().collect(), ..Formula::default() };
        product.pinned.extend(self.pinned.iter().chain(&other.pinned));
        for (left, left_count) in &self.terms {
            for (right, right_count) in &other.terms {
                if let Some(both) = conjunction(left, right) {
                    *product.terms.entry(both).or_default() += left_count * right_count;
                }
            }
        }
        product.terms.retain(|_, count| *count != 0);
        Some(product)
    }
}

/// Both products; `None` if they exclude each other.
fn conjunction(left: &Product, right: &Product) -> Option<Product> {
    let mut both = left.clone();
    for (pair, relation) in right {
        let together = match (both.get(pair), relation) {
            (Some(Relation::Equal), Relation::Less) | (Some(Relation::Less), Relation::Equal) => return None,
            // The other relation is part of `<=`.
            (Some(known @ (Relation::Equal | Relation::Less)), _) => *known,
            (_, relation) => *relation,
        };
        both.insert(*pair, together);
    }
    Some(both)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Naming, Reading};

    #[test]
    fn the_order_of_a_sort_is_two_products() {
        let mut flow = Flow::default();
        let mut add = |node| flow.add(node, "x", Naming::Derived);
        let (tokens, indices) = (add(Node::Tokens(Reading::Text)), add(Node::Indices));
        let mut select = |key, comparison| add(Node::Select { key, query: key, comparison });
        let (less, equal, earlier) =
            (select(tokens, Comparison::Less), select(tokens, Comparison::Equal), select(indices, Comparison::Less));
        let tie = add(Node::AndSelectors(equal, earlier));
        let before = add(Node::OrSelectors(less, tie));
        assert_eq!(Formula::of(&flow, before).unwrap().terms.values().copied().collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn what_always_or_never_holds_is_known() {
        let mut flow = Flow::default();
        let mut add = |node| flow.add(node, "x", Naming::Derived);
        let one = add(Node::Constant(Atom::int(1)));
        let less = add(Node::Select { key: one, query: one, comparison: Comparison::Less });
        let at_least = add(Node::Select { key: one, query: one, comparison: Comparison::GreaterOrEqual });
        let (never, always) = (add(Node::AndSelectors(less, at_least)), add(Node::OrSelectors(less, at_least)));
        assert_eq!(Formula::of(&flow, never).unwrap(), Formula::default());
        assert_eq!(Formula::of(&flow, always).unwrap(), Formula::one());
    }

    #[test]
    fn what_has_too_many_products_is_left_to_the_rows() {
        let mut flow = Flow::default();
        let key = flow.add(Node::Indices, "x", Naming::Derived);
        let mut selector = None;
        for value in 0..10 {
            let query = flow.add(Node::Constant(Atom::int(value)), "x", Naming::Derived);
            let select = flow.add(Node::Select { key, query, comparison: Comparison::Equal }, "x", Naming::Derived);
            selector = Some(selector.map_or(select, |before| flow.add(Node::OrSelectors(before, select), "x", Naming::Derived)));
        }
        assert_eq!(Formula::of(&flow, selector.unwrap()), None);
    }
}
