//! One pair of sequences to compare, a key and a query, turned into small numbers: classes of equal values, and ranks in their order.

use crate::sequence::{Column, Sequence, is_exact};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
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

/// Two columns that can be compared with each other value by value.
enum Comparable<'c> {
    Ints(Values<'c, i64>, Values<'c, i64>),
    Floats(Vec<f64>, Vec<f64>),
    Texts(&'c [SmolStr], &'c [SmolStr]),
    /// Text beside numbers: never equal, and without an order.
    Never,
}

/// Borrowed where the column has them, made where it has not.
enum Values<'c, T> {
    Borrowed(&'c [T]),
    Made(Vec<T>),
}

impl<T> std::ops::Deref for Values<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Values::Borrowed(values) => values,
            Values::Made(values) => values,
        }
    }
}

/// The classes of equal values; `None` where equality is not that of small numbers (NaN, integers beyond 2^53 beside floats).
pub(super) fn classes(key: &Sequence, query: &Sequence) -> Option<Classes> {
    Some(match comparable(key, query)? {
        Comparable::Ints(key, query) => match dense_range(&key) {
            Some((lowest, size)) => {
                let place =
                    |value: i64| value.checked_sub(lowest).and_then(|place| usize::try_from(place).ok()).filter(|&place| place < size);
                dense_classes(&key, &query, size, |&value| place(value))
            }
            None => hashed_classes(key.iter().copied(), query.iter().copied()),
        },
        Comparable::Floats(key, query) => hashed_classes(key.into_iter().map(float_key), query.into_iter().map(float_key)),
        Comparable::Texts(key, query) => {
            // One character each, from an alphabet of the first pages of Unicode, is by far the most frequent.
            if key.iter().all(|text| letter(text).is_some()) {
                dense_classes(key, query, LETTERS, letter)
            } else {
                hashed_classes(key.iter(), query.iter())
            }
        }
        Comparable::Never => Classes { key: vec![0; key.len()], query: vec![NO_CLASS; query.len()], count: 1 },
    })
}

/// The ranks of values in order; `None` where not all of them have one.
pub(super) fn ranks(key: &Sequence, query: &Sequence) -> Option<Ranks> {
    match comparable(key, query)? {
        Comparable::Ints(key, query) => Some(match dense_range(&key) {
            Some((lowest, size)) => dense_ranks(&key, &query, lowest, size),
            None => sorted_ranks(&key, &query, Ord::cmp),
        }),
        Comparable::Floats(key, query) => Some(sorted_ranks(&key, &query, f64::total_cmp)),
        Comparable::Texts(key, query) => Some(sorted_ranks(key, query, |left, right| left.as_str().cmp(right.as_str()))),
        Comparable::Never => None,
    }
}

impl Ranks {
    /// Equal values have equal ranks.
    pub(super) fn classes(&self) -> Classes {
        let class = |(&less, &less_or_equal): (&u32, &u32)| if less < less_or_equal { less } else { NO_CLASS };
        Classes { key: self.key.clone(), query: self.less.iter().zip(&self.less_or_equal).map(class).collect(), count: self.count }
    }
}

/// Whether [`ranks`] has a result.
pub(super) fn has_order(key: &Sequence, query: &Sequence) -> bool {
    let is_plain = |sequence: &Sequence| matches!(sequence.column(), Column::Ints(_) | Column::Bools(_));
    let is_text = |sequence: &Sequence| matches!(sequence.column(), Column::Texts(_));
    (is_plain(key) && is_plain(query))
        || (is_text(key) && is_text(query))
        || (!is_text(key) && !is_text(query) && floats(key).is_some() && floats(query).is_some())
}

fn comparable<'c>(key: &'c Sequence, query: &'c Sequence) -> Option<Comparable<'c>> {
    if let (Some(key), Some(query)) = (ints(key), ints(query)) {
        return Some(Comparable::Ints(key, query));
    }
    match (key.column(), query.column()) {
        (Column::Texts(key), Column::Texts(query)) => Some(Comparable::Texts(key, query)),
        (Column::Texts(_), _) | (_, Column::Texts(_)) => Some(Comparable::Never),
        _ => Some(Comparable::Floats(floats(key)?, floats(query)?)),
    }
}

fn ints(sequence: &Sequence) -> Option<Values<'_, i64>> {
    match sequence.column() {
        Column::Ints(values) => Some(Values::Borrowed(values)),
        Column::Bools(values) => Some(Values::Made(values.iter().copied().map(i64::from).collect())),
        _ => None,
    }
}

/// Numbers as floats, if that loses nothing; -0 becomes 0.
fn floats(sequence: &Sequence) -> Option<Vec<f64>> {
    match sequence.column() {
        Column::Floats(values) | Column::Numbers(values, _) => {
            values.iter().map(|&value| (!value.is_nan()).then_some(value + 0.0)).collect()
        }
        Column::Bools(values) => Some(values.iter().map(|&value| f64::from(u8::from(value))).collect()),
        Column::Ints(values) => values.iter().map(|&value| is_exact(value).then_some(value as f64)).collect(),
        Column::Texts(_) | Column::Atoms(..) => None,
    }
}

/// Characters of at most two bytes.
const LETTERS: usize = 0x800;

/// The code point of a single character of at most two bytes.
fn letter(text: &SmolStr) -> Option<usize> {
    match *text.as_bytes() {
        [byte] => Some(usize::from(byte)),
        [first @ 0xc0..=0xdf, second] => Some(usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f)),
        _ => None,
    }
}

fn float_key(value: f64) -> u64 {
    value.to_bits()
}

/// The lowest value and the size of the range, if a table of that size is worth it.
fn dense_range(values: &[i64]) -> Option<(i64, usize)> {
    let (lowest, highest) = values.iter().fold((i64::MAX, i64::MIN), |(lowest, highest), &value| (lowest.min(value), highest.max(value)));
    let size = usize::try_from(highest.checked_sub(lowest)?.checked_add(1)?).ok()?;
    (size <= 4 * values.len() + 64).then_some((lowest, size))
}

fn dense_classes<T>(key: &[T], query: &[T], size: usize, place: impl Fn(&T) -> Option<usize>) -> Classes {
    let mut table = vec![NO_CLASS; size];
    let mut count = 0;
    let mut key_classes = Vec::with_capacity(key.len());
    for value in key {
        let slot = place(value).map(|place| &mut table[place]);
        key_classes.push(slot.map_or(NO_CLASS, |slot| {
            if *slot == NO_CLASS {
                *slot = count;
                count += 1;
            }
            *slot
        }));
    }
    let is_same = std::ptr::eq(key, query);
    let query =
        if is_same { key_classes.clone() } else { query.iter().map(|value| place(value).map_or(NO_CLASS, |place| table[place])).collect() };
    Classes { key: key_classes, query, count: count as usize }
}

fn hashed_classes<T: Hash + Eq>(key: impl Iterator<Item = T>, query: impl Iterator<Item = T>) -> Classes {
    let mut table: FxHashMap<T, u32> = FxHashMap::default();
    let key = key
        .map(|value| {
            let next = table.len() as u32;
            *table.entry(value).or_insert(next)
        })
        .collect();
    let query = query.map(|value| table.get(&value).copied().unwrap_or(NO_CLASS)).collect();
    Classes { key, query, count: table.len() }
}

/// Counts which values of a small range there are.
fn dense_ranks(key: &[i64], query: &[i64], lowest: i64, size: usize) -> Ranks {
    // below[v]: how many different keys are less than lowest + v.
    let mut below = vec![0_u32; size + 1];
    for &value in key {
        below[(value - lowest) as usize + 1] = 1;
    }
    for place in 1..=size {
        below[place] += below[place - 1];
    }
    let bound = |value: i128| below[usize::try_from(value.clamp(0, size as i128)).unwrap_or(0)];
    Ranks {
        key: key.iter().map(|&value| below[(value - lowest) as usize]).collect(),
        less: query.iter().map(|&value| bound(i128::from(value) - i128::from(lowest))).collect(),
        less_or_equal: query.iter().map(|&value| bound(i128::from(value) - i128::from(lowest) + 1)).collect(),
        count: below[size] as usize,
    }
}

fn sorted_ranks<T: PartialEq + Clone>(key: &[T], query: &[T], compare: impl Fn(&T, &T) -> std::cmp::Ordering) -> Ranks {
    let mut order: Vec<u32> = (0..key.len() as u32).collect();
    order.sort_unstable_by(|&left, &right| compare(&key[left as usize], &key[right as usize]));
    let mut ranks = vec![0; key.len()];
    let mut values: Vec<T> = Vec::with_capacity(key.len());
    for position in order {
        let value = &key[position as usize];
        if values.last() != Some(value) {
            values.push(value.clone());
        }
        ranks[position as usize] = values.len() as u32 - 1;
    }
    if key == query {
        let less_or_equal = ranks.iter().map(|rank| rank + 1).collect();
        return Ranks { less: ranks.clone(), key: ranks, less_or_equal, count: values.len() };
    }
    let less = |value: &T| values.partition_point(|other| compare(other, value).is_lt()) as u32;
    let less_or_equal = |value: &T| values.partition_point(|other| compare(other, value).is_le()) as u32;
    Ranks {
        key: ranks,
        less: query.iter().map(less).collect(),
        less_or_equal: query.iter().map(less_or_equal).collect(),
        count: values.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atom::{self, Atom};
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
