//! One pair of sequences to compare, a key and a query, turned into small numbers: classes of equal values, and ranks in their order.

use crate::atom::Atom;
use crate::sequence::{Column, EXACT, Sequence, SequenceKind, is_exact};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::Hash;

/// Which values are equal.
#[derive(Debug)]
pub(super) struct Classes {
    /// The class of each key.
    pub(super) key: Vec<u32>,
    /// The class of each query; [`NO_CLASS`] where no key is equal to it.
    pub(super) query: Vec<u32>,
    /// How many classes there are.
    pub(super) count: usize,
}

/// The class of a query that no key is equal to.
pub(super) const NO_CLASS: u32 = u32::MAX;

/// How values are ordered: a key is below a query iff its rank is below the query's bound.
#[derive(Debug)]
pub(super) struct Ranks {
    /// The rank of each key among the different values of the keys.
    pub(super) key: Vec<u32>,
    /// For each query, how many different values of the keys are less than it.
    pub(super) less: Vec<u32>,
    /// For each query, how many are less than or equal to it.
    pub(super) less_or_equal: Vec<u32>,
    /// How many different values the keys have.
    pub(super) count: usize,
}

impl Classes {
    /// The classes of values that are equal in both ways.
    pub(super) fn join(&self, other: &Classes) -> Classes {
        // Both together as one number, which a table or a hash makes small again.
        let together = |(&left, &right): (&u32, &u32)| i64::from(left) * other.count as i64 + i64::from(right);
        let key: Vec<i64> = self.key.iter().zip(&other.key).map(together).collect();
        let query: Vec<i64> = (self.query.iter().zip(&other.query))
            .map(|pair| if *pair.0 == NO_CLASS || *pair.1 == NO_CLASS { -1 } else { together(pair) })
            .collect();
        classes_of_ints(&key, Some(&query))
    }
}

/// Two columns that can be compared with each other value by value; the second one is left out where it is the first.
enum Comparable<'c> {
    Ints(Cow<'c, [i64]>, Option<Cow<'c, [i64]>>),
    Floats(Vec<f64>, Option<Vec<f64>>),
    Texts(&'c [SmolStr], Option<&'c [SmolStr]>),
    /// Text beside numbers: never equal, and without an order.
    Never,
}

/// The classes of equal values; `None` where equality is not that of small numbers (NaN, integers beyond 2^53 beside floats).
pub(super) fn classes(key: &Sequence, query: &Sequence) -> Option<Classes> {
    Some(match comparable(key, query)? {
        Comparable::Ints(key, query) => classes_of_ints(&key, query.as_deref()),
        Comparable::Floats(key, query) => {
            hashed_classes(key.iter().map(|value| value.to_bits()), query.map(|query| query.into_iter().map(f64::to_bits)))
        }
        Comparable::Texts(key, query) => hashed_classes(key.iter(), query.map(|query| query.iter())),
        Comparable::Never => Classes { key: vec![0; key.len()], query: vec![NO_CLASS; query.len()], count: 1 },
    })
}

/// The ranks of values in order; `None` where not all of them have one.
pub(super) fn ranks(key: &Sequence, query: &Sequence) -> Option<Ranks> {
    match comparable(key, query)? {
        Comparable::Ints(key, query) => Some(match dense_range(&key) {
            Some((lowest, size)) => dense_ranks(&key, query.as_deref(), lowest, size),
            None => sorted_ranks(&key, query.as_deref(), Ord::cmp),
        }),
        Comparable::Floats(key, query) => Some(sorted_ranks(&key, query.as_deref(), f64::total_cmp)),
        Comparable::Texts(key, query) => Some(sorted_ranks(key, query, |left, right| left.as_str().cmp(right.as_str()))),
        Comparable::Never => None,
    }
}

/// Whether all values of the one have an order with all of the other.
pub(super) fn has_order(key: &Sequence, query: &Sequence) -> bool {
    let has_nan = |sequence: &Sequence| match sequence.column() {
        Column::Floats(values) | Column::Numbers(values, _) => values.iter().any(|value| value.is_nan()),
        Column::Atoms(values, _) => values.iter().any(|value| matches!(value, Atom::Float(value) if value.is_nan())),
        Column::Bools(_) | Column::Ints(_) | Column::Texts(_) => false,
    };
    can_be_ordered(key, query) && !has_nan(key) && !has_nan(query)
}

/// Whether asking for the order is no fault; since no sequence mixes text and numbers, it is one in all cells or in none.
pub(super) fn can_be_ordered(key: &Sequence, query: &Sequence) -> bool {
    (key.kind() == SequenceKind::Text) == (query.kind() == SequenceKind::Text)
}

fn comparable<'c>(key: &'c Sequence, query: &'c Sequence) -> Option<Comparable<'c>> {
    let is_same = std::ptr::eq(key, query);
    if !can_be_ordered(key, query) {
        return Some(Comparable::Never);
    }
    if let Some(values) = whole_numbers(key).or_else(|| letters(key)) {
        if is_same {
            return Some(Comparable::Ints(values, None));
        }
        if let Some(others) = whole_numbers(query).or_else(|| letters(query)) {
            return Some(Comparable::Ints(values, Some(others)));
        }
    }
    match (key.column(), query.column()) {
        (Column::Texts(key), Column::Texts(query)) => Some(Comparable::Texts(key, (!is_same).then_some(query))),
        _ => Some(Comparable::Floats(floats(key)?, if is_same { None } else { Some(floats(query)?) })),
    }
}

/// The code points of texts of one character each, whose order is that of the texts.
fn letters(sequence: &Sequence) -> Option<Cow<'_, [i64]>> {
    let letter = |text: &SmolStr| {
        if let [byte @ ..0x80] = text.as_bytes() {
            return Some(i64::from(*byte));
        }
        let mut characters = text.chars();
        characters.next().filter(|_| characters.next().is_none()).map(|letter| i64::from(u32::from(letter)))
    };
    match sequence.column() {
        Column::Texts(values) => values.iter().map(letter).collect::<Option<Vec<i64>>>().map(Cow::Owned),
        _ => None,
    }
}

/// The numbers as integers, booleans as 0 and 1, if that loses nothing.
pub(super) fn whole_numbers(sequence: &Sequence) -> Option<Cow<'_, [i64]>> {
    let whole = |value: f64| (value.fract() == 0.0 && value.abs() < EXACT as f64).then_some(value as i64);
    match sequence.column() {
        Column::Ints(values) => Some(Cow::Borrowed(values)),
        Column::Bools(values) => Some(values.iter().copied().map(i64::from).collect()),
        Column::Floats(values) | Column::Numbers(values, _) => {
            values.iter().copied().map(whole).collect::<Option<Vec<i64>>>().map(Cow::Owned)
        }
        Column::Texts(_) => None,
        Column::Atoms(values, _) => {
            let number = |atom: &Atom| match atom {
                Atom::Bool(value) => Some(i64::from(*value)),
                Atom::Int(value) => value.to_i64(),
                Atom::Float(value) => whole(*value),
                Atom::Text(_) => None,
            };
            values.iter().map(number).collect::<Option<Vec<i64>>>().map(Cow::Owned)
        }
    }
}

/// Numbers as floats, if that loses nothing; -0 becomes 0.
fn floats(sequence: &Sequence) -> Option<Vec<f64>> {
    let float = |value: f64| (!value.is_nan()).then_some(value + 0.0);
    let int = |value: i64| is_exact(value).then_some(value as f64);
    match sequence.column() {
        Column::Floats(values) | Column::Numbers(values, _) => values.iter().copied().map(float).collect(),
        Column::Bools(values) => Some(values.iter().map(|&value| f64::from(u8::from(value))).collect()),
        Column::Ints(values) => values.iter().copied().map(int).collect(),
        Column::Texts(_) => None,
        Column::Atoms(values, _) => {
            let number = |atom: &Atom| match atom {
                Atom::Bool(value) => Some(f64::from(u8::from(*value))),
                Atom::Int(value) => value.to_i64().and_then(int),
                Atom::Float(value) => float(*value),
                Atom::Text(_) => None,
            };
            values.iter().map(number).collect()
        }
    }
}

/// The lowest value and the size of the range, if a table of that size is worth it.
fn dense_range(values: &[i64]) -> Option<(i64, usize)> {
    let (lowest, highest) = values.iter().fold((i64::MAX, i64::MIN), |(lowest, highest), &value| (lowest.min(value), highest.max(value)));
    let size = usize::try_from(highest.checked_sub(lowest)?.checked_add(1)?).ok()?;
    (size <= 8 * values.len() + 256).then_some((lowest, size))
}

fn classes_of_ints(key: &[i64], query: Option<&[i64]>) -> Classes {
    match dense_range(key) {
        Some((lowest, size)) => dense_classes(key, query, lowest, size),
        None => hashed_classes(key.iter().copied(), query.map(|query| query.iter().copied())),
    }
}

fn dense_classes(key: &[i64], query: Option<&[i64]>, lowest: i64, size: usize) -> Classes {
    let mut table = vec![NO_CLASS; size];
    let mut count = 0;
    let class = |&value: &i64| {
        let slot = &mut table[(value - lowest) as usize];
        if *slot == NO_CLASS {
            *slot = count;
            count += 1;
        }
        *slot
    };
    let key: Vec<u32> = key.iter().map(class).collect();
    // What is below the lowest wraps around to far above the highest.
    let known = |value: &i64| table.get(value.wrapping_sub(lowest) as usize).copied().unwrap_or(NO_CLASS);
    let query = query.map_or_else(|| key.clone(), |query| query.iter().map(known).collect());
    Classes { key, query, count: count as usize }
}

fn hashed_classes<T: Hash + Eq>(key: impl Iterator<Item = T>, query: Option<impl Iterator<Item = T>>) -> Classes {
    let mut table: FxHashMap<T, u32> = FxHashMap::default();
    let class = |value: T| {
        let next = table.len() as u32;
        *table.entry(value).or_insert(next)
    };
    let key: Vec<u32> = key.map(class).collect();
    let query = match query {
        Some(query) => query.map(|value| table.get(&value).copied().unwrap_or(NO_CLASS)).collect(),
        None => key.clone(),
    };
    Classes { key, query, count: table.len() }
}

/// Counts which values of a small range there are.
fn dense_ranks(key: &[i64], query: Option<&[i64]>, lowest: i64, size: usize) -> Ranks {
    // below[v]: how many different keys are less than lowest + v.
    let mut below = vec![0_u32; size + 1];
    for &value in key {
        below[(value - lowest) as usize + 1] = 1;
    }
    for place in 1..=size {
        below[place] += below[place - 1];
    }
    let ranks: Vec<u32> = key.iter().map(|&value| below[(value - lowest) as usize]).collect();
    let bound = |value: i64| below[value.clamp(0, size as i64) as usize];
    Ranks::new(ranks, below[size] as usize, query, |&value| {
        let place = value.saturating_sub(lowest);
        (bound(place), bound(place.saturating_add(1)))
    })
}

fn sorted_ranks<T: PartialEq + Clone>(key: &[T], query: Option<&[T]>, compare: impl Fn(&T, &T) -> Ordering) -> Ranks {
    let mut values = key.to_vec();
    values.sort_unstable_by(&compare);
    values.dedup();
    let less = |value: &T| values.partition_point(|other| compare(other, value).is_lt());
    Ranks::new(key.iter().map(|value| less(value) as u32).collect(), values.len(), query, |value| {
        let less = less(value);
        let is_there = values.get(less).is_some_and(|other| other == value);
        (less as u32, less as u32 + u32::from(is_there))
    })
}

impl Ranks {
    /// Equal values have equal ranks.
    pub(super) fn classes(&self) -> Classes {
        let class = |(&less, &less_or_equal): (&u32, &u32)| if less < less_or_equal { less } else { NO_CLASS };
        Classes { key: self.key.clone(), query: self.less.iter().zip(&self.less_or_equal).map(class).collect(), count: self.count }
    }

    /// The ranks of the keys, and for each query how many different keys are less, and how many less or equal.
    fn new<T>(key: Vec<u32>, count: usize, query: Option<&[T]>, bounds: impl Fn(&T) -> (u32, u32)) -> Self {
        let (less, less_or_equal) = match query {
            Some(query) => query.iter().map(bounds).unzip(),
            None => (key.clone(), key.iter().map(|rank| rank + 1).collect()),
        };
        Ranks { key, less, less_or_equal, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atom;
    use crate::comparison::Comparison;
    use proptest::prelude::*;

    fn atoms() -> impl Strategy<Value = Vec<Atom>> {
        let int = prop_oneof![-3..4_i64, any::<i64>()].prop_map(Atom::int);
        let float = prop_oneof![Just(0.5), Just(-0.0), Just(1.0), Just(f64::NAN), Just(f64::INFINITY)].prop_map(Atom::Float);
        let text = "[ab]{0,2}|é".prop_map(|text: String| Atom::text(&text));
        prop_oneof![
            proptest::collection::vec(int.clone(), 6),
            proptest::collection::vec(prop_oneof![int, float, any::<bool>().prop_map(Atom::Bool)], 6),
            proptest::collection::vec(text, 6),
        ]
    }

    proptest! {
        #[test]
        fn classes_and_ranks_compare_as_the_values_do(key in atoms(), query in atoms()) {
            let (keys, queries) = (Sequence::from_atoms(key.clone()).unwrap(), Sequence::from_atoms(query.clone()).unwrap());
            for (i, query) in query.iter().enumerate() {
                for (j, key) in key.iter().enumerate() {
                    if let Some(classes) = classes(&keys, &queries) {
                        prop_assert_eq!(classes.key[j] == classes.query[i], key.python_eq(query));
                    }
                    if let Some(ranks) = ranks(&keys, &queries) {
                        prop_assert_eq!(ranks.key[j] < ranks.less[i], atom::compare(Comparison::Less, key, query).unwrap());
                        prop_assert_eq!(ranks.key[j] < ranks.less_or_equal[i], atom::compare(Comparison::LessOrEqual, key, query).unwrap());
                        prop_assert!((ranks.key[j] as usize) < ranks.count);
                    }
                }
            }
        }
    }
}
