//! What a formula selects in each row, summed: how many positions, their places, and their values. In O(n log n), without a matrix.
//!
//! Of each product, equalities divide the positions into classes, and at most one order sorts each class; then a row is a class, or the
//! beginning of one, and a table of running sums has its answer.

use super::dimension::{self, Classes, NO_CLASS, Ranks};
use super::formula::{Formula, Pair, Product, Relation};
use crate::flow::NodeId;
use crate::sequence::Sequence;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// Sums over the selected positions of every row.
#[derive(Debug)]
pub(super) struct Moments<W> {
    /// How many positions are selected.
    pub(super) count: Vec<i64>,
    /// The sum of their places; where one is selected, its place.
    pub(super) place: Vec<i64>,
    /// The sum of their values.
    pub(super) value: Vec<W>,
}

/// A value that can be summed.
pub(super) trait Weight: Copy + Default + std::ops::Add<Output = Self> {
    /// Times a whole number.
    fn times(self, factor: i64) -> Self;
    /// Whether a sum depends on the order of its terms, and so must be taken in the order of the positions.
    const IS_ORDERED: bool;
}

impl Weight for i64 {
    fn times(self, factor: i64) -> Self {
        self * factor
    }

    const IS_ORDERED: bool = false;
}

impl Weight for f64 {
    fn times(self, factor: i64) -> Self {
        self * factor as f64
    }

    const IS_ORDERED: bool = true;
}

/// The sums of `weights` over what the formula selects; `None` where this way of summing does not apply: two orders in one product, values
/// without an order, or floats whose sum would be taken in another order than that of the positions.
pub(super) fn moments<'s, W: Weight>(
    formula: &Formula,
    sequence: &impl Fn(NodeId) -> &'s Sequence,
    len: usize,
    weights: &[W],
) -> Option<Moments<W>> {
    let mut dimensions = Dimensions::default();
    for &pair in &formula.orders {
        dimensions.rank(pair, sequence)?;
    }
    let mut sums = Moments { count: vec![0; len], place: vec![0; len], value: vec![W::default(); len] };
    let is_single = formula.terms.len() == 1 && formula.terms.values().all(|&factor| factor == 1);
    if W::IS_ORDERED && !is_single {
        return None;
    }
    for (product, &factor) in &formula.terms {
        if let Some((pinned, &place)) = product.iter().find_map(|(pair, _)| formula.pinned.get_key_value(pair))
            && product[pinned] == Relation::Equal
        {
            // What is selected is one position or nothing, and a row only asks the other relations about it.
            if let Some(place) = usize::try_from(place).ok().filter(|&place| place < len) {
                let selects = dimensions.at(place, product, *pinned, sequence)?;
                for row in (0..len).filter(|&row| selects(row)) {
                    sums.add(row, (1, place as i64, weights[place]), factor);
                }
            }
            continue;
        }
        let (classes, bound) = dimensions.of(product, sequence)?;
        match (classes, bound) {
            (classes, None) => add_classes(classes, factor, weights, &mut sums),
            (classes, Some((ranks, relation))) => add_beginnings(classes, ranks, relation, factor, weights, &mut sums)?,
        }
    }
    Some(sums)
}

/// How many positions the formula selects in each row; `None` as for [`moments`].
pub(super) fn widths<'s>(formula: &Formula, sequence: &impl Fn(NodeId) -> &'s Sequence, len: usize) -> Option<Vec<i64>> {
    // One product of equalities, such as that of a histogram, needs nothing but a count for each class.
    if let Some((product, 1)) = formula.terms.first_key_value().map(|(product, &factor)| (product, factor))
        && formula.terms.len() == 1
        && has_orders(formula, sequence)
    {
        let mut dimensions = Dimensions::default();
        if let (Some(classes), None) = dimensions.of(product, sequence)? {
            let mut counts = vec![0_i64; classes.count];
            for &class in &classes.key {
                counts[class as usize] += 1;
            }
            return Some(classes.query.iter().map(|&class| if class == NO_CLASS { 0 } else { counts[class as usize] }).collect());
        }
    }
    moments(formula, sequence, len, &vec![0_i64; len]).map(|sums| sums.count)
}

/// Whether everything that is to be ordered has an order.
fn has_orders<'s>(formula: &Formula, sequence: &impl Fn(NodeId) -> &'s Sequence) -> bool {
    formula.orders.iter().all(|pair| dimension::has_order(sequence(pair.key), sequence(pair.query)))
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
            [first, rest @ ..] => {
                let mut joint = join(&self.classes[first], &self.classes[&rest[0]]);
                for pair in &rest[1..] {
                    joint = join(&joint, &self.classes[pair]);
                }
                Some(joint)
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

/// The classes of values that are equal in both ways.
fn join(left: &Classes, right: &Classes) -> Classes {
    let size = left.count * right.count;
    if size > 4 * left.key.len() + 64 {
        return hashed_join(left, right);
    }
    // Few enough pairs for a table.
    let width = right.count;
    let place = |left: u32, right: u32| left as usize * width + right as usize;
    let mut table = vec![NO_CLASS; size];
    let mut count = 0;
    let mut key = Vec::with_capacity(left.key.len());
    for (&left, &right) in left.key.iter().zip(&right.key) {
        let class = &mut table[place(left, right)];
        if *class == NO_CLASS {
            *class = count;
            count += 1;
        }
        key.push(*class);
    }
    let query = |(&left, &right): (&u32, &u32)| if left == NO_CLASS || right == NO_CLASS { NO_CLASS } else { table[place(left, right)] };
    Classes { key, query: left.query.iter().zip(&right.query).map(query).collect(), count: count as usize }
}

fn hashed_join(left: &Classes, right: &Classes) -> Classes {
    let mut table: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    table.reserve(left.key.len());
    let mut key = Vec::with_capacity(left.key.len());
    for pair in left.key.iter().copied().zip(right.key.iter().copied()) {
        let next = table.len() as u32;
        key.push(*table.entry(pair).or_insert(next));
    }
    let pairs = left.query.iter().copied().zip(right.query.iter().copied());
    Classes { key, query: pairs.map(|pair| table.get(&pair).copied().unwrap_or(NO_CLASS)).collect(), count: table.len() }
}

/// Every row selects a whole class; all positions, if there are no classes.
fn add_classes<W: Weight>(classes: Option<&Classes>, factor: i64, weights: &[W], sums: &mut Moments<W>) {
    let count = classes.map_or(1, |classes| classes.count);
    let mut totals = vec![(0_i64, 0_i64, W::default()); count];
    for (position, &weight) in weights.iter().enumerate() {
        let total = &mut totals[classes.map_or(0, |classes| classes.key[position]) as usize];
        *total = (total.0 + 1, total.1 + position as i64, total.2 + weight);
    }
    for row in 0..weights.len() {
        let class = classes.map_or(0, |classes| classes.query[row]);
        if class != NO_CLASS {
            sums.add(row, totals[class as usize], factor);
        }
    }
}

/// Every row selects the beginning of a class, or of all positions, in the order of the ranks; `None` if the weights must be summed in the
/// order of the positions and that is another.
fn add_beginnings<W: Weight>(
    classes: Option<&Classes>,
    ranks: &Ranks,
    relation: Relation,
    factor: i64,
    weights: &[W],
    sums: &mut Moments<W>,
) -> Option<()> {
    let len = weights.len();
    // Positions by class, and in each class by rank; equal ranks stay in the order of the positions.
    let by_rank = counting_sort((0..len as u32).collect(), ranks.count, |position| ranks.key[position as usize]);
    let (sorted, starts) = match classes {
        None => (by_rank, vec![0, len as u32]),
        Some(classes) => {
            let mut starts = vec![0_u32; classes.count + 1];
            for &class in &classes.key {
                starts[class as usize + 1] += 1;
            }
            for class in 0..classes.count {
                starts[class + 1] += starts[class];
            }
            (counting_sort(by_rank, classes.count, |position| classes.key[position as usize]), starts)
        }
    };
    // Running sums, begun anew with each class.
    let mut running = Vec::with_capacity(len);
    let mut sorted_ranks = Vec::with_capacity(len);
    for class in starts.windows(2) {
        let members = &sorted[class[0] as usize..class[1] as usize];
        if W::IS_ORDERED && !members.is_sorted() {
            return None;
        }
        let mut total = (0_i64, 0_i64, W::default());
        for &position in members {
            total = (total.0 + 1, total.1 + i64::from(position), total.2 + weights[position as usize]);
            running.push(total);
            sorted_ranks.push(ranks.key[position as usize]);
        }
    }
    let bounds = if relation == Relation::Less { &ranks.less } else { &ranks.less_or_equal };
    for (row, &bound) in bounds.iter().enumerate() {
        let class = classes.map_or(0, |classes| classes.query[row]);
        if class == NO_CLASS {
            continue;
        }
        let (start, end) = (starts[class as usize] as usize, starts[class as usize + 1] as usize);
        let selected = sorted_ranks[start..end].partition_point(|&rank| rank < bound);
        if selected > 0 {
            sums.add(row, running[start + selected - 1], factor);
        }
    }
    Some(())
}

/// Sorts by a small number, and keeps the order of what is equal.
fn counting_sort(positions: Vec<u32>, keys: usize, key: impl Fn(u32) -> u32) -> Vec<u32> {
    if positions.is_sorted_by_key(|&position| key(position)) {
        return positions;
    }
    let mut starts = vec![0_u32; keys + 1];
    for &position in &positions {
        starts[key(position) as usize + 1] += 1;
    }
    for idx in 0..keys {
        starts[idx + 1] += starts[idx];
    }
    let mut sorted = vec![0; positions.len()];
    for position in positions {
        let start = &mut starts[key(position) as usize];
        sorted[*start as usize] = position;
        *start += 1;
    }
    sorted
}

impl<W: Weight> Moments<W> {
    fn add(&mut self, row: usize, (count, place, value): (i64, i64, W), factor: i64) {
        self.count[row] += factor * count;
        self.place[row] += factor * place;
        self.value[row] = self.value[row] + value.times(factor);
    }
}
