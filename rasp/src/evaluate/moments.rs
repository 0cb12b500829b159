//! What a formula selects in each row, summed: how many positions, their places, and their values. In O(n log n), without a matrix.
//!
//! Of each product, equalities divide the positions into classes, and at most one order sorts them. Without an order a row is a class; with
//! one it is those of a class that come before a bound, so a sweep in that order meets each row when its class has the sum that it wants.

use super::dimension::{self, Classes, NO_CLASS, Ranks};
use super::formula::{Formula, Pair, Product, Relation};
use crate::flow::NodeId;
use crate::sequence::Sequence;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// Something that can be summed over positions, products being subtracted again.
pub(super) trait Total: Copy + Default {
    /// Whether a sum depends on the order of its terms, and so must be taken in the order of the positions.
    const IS_ORDERED: bool;

    fn plus(self, other: Self) -> Self;

    fn times(self, factor: i64) -> Self;
}

/// Wraps around: the sum of all products is that of some positions, so it fits even where a single product's multiple does not.
impl Total for i64 {
    const IS_ORDERED: bool = false;

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn times(self, factor: i64) -> Self {
        self.wrapping_mul(factor)
    }
}

impl Total for f64 {
    const IS_ORDERED: bool = true;

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn times(self, factor: i64) -> Self {
        self * factor as f64
    }
}

/// What an aggregation wants to know of the positions that a row selects.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment<W> {
    /// How many they are.
    pub(super) count: i64,
    /// The sum of their places; of a single one, its place.
    pub(super) place: i64,
    /// The sum of their values.
    pub(super) value: W,
}

impl<W: Total> Total for Moment<W> {
    const IS_ORDERED: bool = W::IS_ORDERED;

    fn plus(self, other: Self) -> Self {
        Moment { count: self.count.plus(other.count), place: self.place.plus(other.place), value: self.value.plus(other.value) }
    }

    fn times(self, factor: i64) -> Self {
        Moment { count: self.count.times(factor), place: self.place.times(factor), value: self.value.times(factor) }
    }
}

/// For every row the sum of `weight` over the positions that the formula selects; `None` where this way of summing does not apply: two orders
/// in one product, values without an order, or floats whose sum would be taken in another order than that of the positions.
pub(super) fn sums<'s, T: Total>(
    formula: &Formula,
    sequence: &impl Fn(NodeId) -> &'s Sequence,
    len: usize,
    weight: impl Fn(usize) -> T,
) -> Option<Vec<T>> {
    let is_single = formula.terms.len() == 1 && formula.terms.values().all(|&factor| factor == 1);
    // Orders that no product asks for any more would be asked for in the reference.
    let have_order = formula.orders.iter().all(|pair| dimension::has_order(sequence(pair.key), sequence(pair.query)));
    if !have_order || (T::IS_ORDERED && !is_single) {
        return None;
    }
    let mut dimensions = Dimensions::default();
    let mut sums = vec![T::default(); len];
    for (product, &factor) in &formula.terms {
        if let Some((pinned, &place)) = product.keys().find_map(|pair| formula.pinned.get_key_value(pair))
            && product[pinned] == Relation::Equal
        {
            // What is selected is one position or nothing, and a row only asks the other relations about it.
            if let Some(place) = usize::try_from(place).ok().filter(|&place| place < len) {
                let selects = dimensions.at(place, product, *pinned, sequence)?;
                for row in (0..len).filter(|&row| selects(row)) {
                    sums[row] = sums[row].plus(weight(place).times(factor));
                }
            }
            continue;
        }
        let (classes, order) = dimensions.of(product, sequence)?;
        let classes = classes.map_or(Division::Whole, Division::Classes);
        match order {
            None => add_classes(&classes, &mut sums, factor, &weight),
            Some((ranks, relation)) => add_beginnings(&classes, ranks, relation, &mut sums, factor, &weight)?,
        }
    }
    Some(sums)
}

/// How many positions the formula selects in each row; `None` as for [`sums`].
pub(super) fn widths<'s>(formula: &Formula, sequence: &impl Fn(NodeId) -> &'s Sequence, len: usize) -> Option<Vec<i64>> {
    sums(formula, sequence, len, |_| 1)
}

/// Classes and ranks, each made once however many products ask for it.
#[derive(Default)]
struct Dimensions {
    classes: FxHashMap<Pair, Classes>,
    ranks: FxHashMap<Pair, Ranks>,
    joint: Option<Classes>,
}

type Place<'d> = (Option<&'d Classes>, Option<(&'d Ranks, Relation)>);

impl Dimensions {
    /// Whether each row selects a position by the relations of a product other than `known`.
    fn at<'s>(
        &mut self,
        place: usize,
        product: &Product,
        known: Pair,
        sequence: &impl Fn(NodeId) -> &'s Sequence,
    ) -> Option<impl Fn(usize) -> bool + '_> {
        let others: Vec<(Pair, Relation)> =
            product.iter().map(|(&pair, &relation)| (pair, relation)).filter(|(pair, _)| *pair != known).collect();
        for &(pair, relation) in &others {
            if relation == Relation::Equal { self.classify(pair, sequence)? } else { self.rank(pair, sequence)? }
        }
        Some(move |row: usize| {
            others.iter().all(|(pair, relation)| match relation {
                Relation::Equal => self.classes[pair].key[place] == self.classes[pair].query[row],
                Relation::Less => self.ranks[pair].key[place] < self.ranks[pair].less[row],
                Relation::LessOrEqual => self.ranks[pair].key[place] < self.ranks[pair].less_or_equal[row],
            })
        })
    }

    /// Finds the classes of a pair, if they are not known; `None` if equality is not that of small numbers.
    fn classify<'s>(&mut self, pair: Pair, sequence: &impl Fn(NodeId) -> &'s Sequence) -> Option<()> {
        if !self.classes.contains_key(&pair) {
            let classes = match self.ranks.get(&pair) {
                Some(ranks) => ranks.classes(),
                None => dimension::classes(sequence(pair.key), sequence(pair.query))?,
            };
            self.classes.insert(pair, classes);
        }
        Some(())
    }

    /// Ranks a pair, if it is not; `None` if its values have no order.
    fn rank<'s>(&mut self, pair: Pair, sequence: &impl Fn(NodeId) -> &'s Sequence) -> Option<()> {
        if let Entry::Vacant(place) = self.ranks.entry(pair) {
            place.insert(dimension::ranks(sequence(pair.key), sequence(pair.query))?);
        }
        Some(())
    }

    /// The classes of a product's equalities together, if it has any, and the ranks of its order, if it has one.
    fn of<'s>(&mut self, product: &Product, sequence: &impl Fn(NodeId) -> &'s Sequence) -> Option<Place<'_>> {
        let mut equalities = Vec::new();
        let mut order = None;
        for (&pair, &relation) in product {
            if relation == Relation::Equal {
                self.classify(pair, sequence)?;
                equalities.push(pair);
            } else {
                if order.replace((pair, relation)).is_some() {
                    return None;
                }
                self.rank(pair, sequence)?;
            }
        }
        self.joint = match &equalities[..] {
            [] | [_] => None,
            [first, second, rest @ ..] => {
                let both = self.classes[first].join(&self.classes[second]);
                Some(rest.iter().fold(both, |joint, pair| joint.join(&self.classes[pair])))
            }
        };
        let classes = match &equalities[..] {
            [] => None,
            [only] => self.classes.get(only),
            _ => self.joint.as_ref(),
        };
        Some((classes, order.and_then(|(pair, relation)| Some((self.ranks.get(&pair)?, relation)))))
    }
}

/// How a product's equalities divide the positions.
enum Division<'d> {
    /// There are none.
    Whole,
    Classes(&'d Classes),
}

impl Division<'_> {
    fn count(&self) -> usize {
        match self {
            Division::Whole => 1,
            Division::Classes(classes) => classes.count,
        }
    }

    fn of_key(&self, position: usize) -> usize {
        match self {
            Division::Whole => 0,
            Division::Classes(classes) => classes.key[position] as usize,
        }
    }

    fn of_query(&self, row: usize) -> Option<usize> {
        match self {
            Division::Whole => Some(0),
            Division::Classes(classes) => Some(classes.query[row]).filter(|&class| class != NO_CLASS).map(|class| class as usize),
        }
    }
}

/// Every row selects a whole class.
fn add_classes<T: Total>(division: &Division<'_>, sums: &mut [T], factor: i64, weight: &impl Fn(usize) -> T) {
    let mut totals = vec![T::default(); division.count()];
    for position in 0..sums.len() {
        let total = &mut totals[division.of_key(position)];
        *total = total.plus(weight(position));
    }
    for (row, sum) in sums.iter_mut().enumerate() {
        if let Some(class) = division.of_query(row) {
            *sum = sum.plus(totals[class].times(factor));
        }
    }
}

/// Every row selects those of a class that are before its bound; `None` if they must be summed in the order of the positions and that is
/// another.
fn add_beginnings<T: Total>(
    division: &Division<'_>,
    ranks: &Ranks,
    relation: Relation,
    sums: &mut [T],
    factor: i64,
    weight: &impl Fn(usize) -> T,
) -> Option<()> {
    let bounds = if relation == Relation::Less { &ranks.less } else { &ranks.less_or_equal };
    let mut positions = sorted_by(&ranks.key, ranks.count).into_iter().map(|position| position as usize).peekable();
    let mut totals = vec![T::default(); division.count()];
    let mut latest = vec![0; if T::IS_ORDERED { totals.len() } else { 0 }];
    for row in sorted_by(bounds, ranks.count + 1) {
        let row = row as usize;
        while let Some(position) = positions.next_if(|&position| ranks.key[position] < bounds[row]) {
            let class = division.of_key(position);
            if T::IS_ORDERED && std::mem::replace(&mut latest[class], position) > position {
                return None;
            }
            totals[class] = totals[class].plus(weight(position));
        }
        if let Some(class) = division.of_query(row) {
            sums[row] = sums[row].plus(totals[class].times(factor));
        }
    }
    Some(())
}

/// The places of `keys`, all below `end`, in the order of the keys; what is equal stays in its order.
fn sorted_by(keys: &[u32], end: usize) -> Vec<u32> {
    if keys.is_sorted() {
        return (0..keys.len() as u32).collect();
    }
    let mut starts = vec![0_u32; end + 1];
    for &key in keys {
        starts[key as usize + 1] += 1;
    }
    for key in 0..end {
        starts[key + 1] += starts[key];
    }
    let mut sorted = vec![0; keys.len()];
    for (place, &key) in keys.iter().enumerate() {
        let start = &mut starts[key as usize];
        sorted[*start as usize] = place as u32;
        *start += 1;
    }
    sorted
}
