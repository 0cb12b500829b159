//! Elementwise operations: one loop over numbers where the columns allow it, and atom by atom otherwise.
//!
//! A loop that meets a value it cannot handle, or one that is a fault, gives up; then the atoms say what is wrong, and where first.

use crate::atom::{self, Atom, AtomLimits};
use crate::comparison::Comparison;
use crate::fault::Fault;
use crate::flow::{BinaryMap, Map, NodeId, Operand, Table, UnaryMap};
use crate::sequence::{Column, EXACT, Sequence, is_exact};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::sync::Arc;

/// The values of an elementwise operation at `len` positions.
///
/// # Errors
/// The fault of the first position that has one, or that the results are of types that one sequence cannot hold.
pub(super) fn map<'s>(map: &Map, sequence: &impl Fn(NodeId) -> &'s Sequence, len: usize) -> Result<Sequence, Fault> {
    match map {
        Map::Unary(op, operand) => unary(*op, sequence(*operand)),
        Map::Binary(op, left, right) => {
            let view = |operand: &Operand| match operand {
                Operand::Node(id) => View::Column(sequence(*id)),
                Operand::Atom(atom) => View::Atom(atom.clone()),
            };
            binary(*op, &view(left), &view(right), len)
        }
        Map::Where { condition, yes, no } => choose(sequence(*condition), sequence(*yes), sequence(*no)),
        Map::In(operand, list) => Ok(is_in(sequence(*operand), list)),
        Map::Lookup(table, index) => look_up(table, sequence(*index)),
    }
}

/// An operand: a value per position, or one for all.
enum View<'s> {
    Column(&'s Sequence),
    Atom(Atom),
}

impl View<'_> {
    fn get(&self, position: usize) -> Atom {
        match self {
            View::Column(sequence) => sequence.get(position),
            View::Atom(atom) => atom.clone(),
        }
    }
}

fn unary(op: UnaryMap, operand: &Sequence) -> Result<Sequence, Fault> {
    let fast = match (op, operand.column()) {
        (UnaryMap::Not, _) => truths(operand).map(|truths| Column::Bools(truths.iter().map(|truth| !truth).collect())),
        (UnaryMap::Indicator, _) => truths(operand).map(|truths| Column::Ints(truths.iter().map(|&truth| i64::from(truth)).collect())),
        (UnaryMap::Negate, Column::Ints(values)) => {
            values.iter().map(|value| value.checked_neg()).collect::<Option<Arc<[i64]>>>().map(Column::Ints)
        }
        (UnaryMap::Negate, Column::Floats(values)) => Some(Column::Floats(values.iter().map(|value| -value).collect())),
        (UnaryMap::Plus | UnaryMap::Round, Column::Ints(values)) => Some(Column::Ints(Arc::clone(values))),
        (UnaryMap::Plus, Column::Floats(values)) => Some(Column::Floats(Arc::clone(values))),
        (UnaryMap::Round, Column::Floats(values) | Column::Numbers(values, _)) => {
            let round = |&value: &f64| (value.abs() < EXACT as f64).then(|| value.round_ties_even() as i64);
            values.iter().map(round).collect::<Option<Arc<[i64]>>>().map(Column::Ints)
        }
        _ => None,
    };
    match fast {
        Some(column) => Ok(Sequence::new(column)),
        None => each(operand.len(), |position| atom::unary(op, &operand.get(position))),
    }
}

fn each(len: usize, value: impl FnMut(usize) -> Result<Atom, Fault>) -> Result<Sequence, Fault> {
    Sequence::from_atoms((0..len).map(value).collect::<Result<_, _>>()?)
}

/// The truth of each value, where that is one loop.
fn truths(sequence: &Sequence) -> Option<Vec<bool>> {
    match sequence.column() {
        Column::Bools(values) => Some(values.to_vec()),
        Column::Ints(values) => Some(values.iter().map(|&value| value != 0).collect()),
        Column::Floats(values) | Column::Numbers(values, _) => Some(values.iter().map(|&value| value != 0.0).collect()),
        Column::Texts(values) => Some(values.iter().map(|value| !value.is_empty()).collect()),
        Column::Atoms(..) => None,
    }
}

fn binary(op: BinaryMap, left: &View<'_>, right: &View<'_>, len: usize) -> Result<Sequence, Fault> {
    let fast = match op {
        BinaryMap::And | BinaryMap::Or => connect(op, left, right, len),
        _ => texts(op, left, right, len).or_else(|| ints(op, left, right, len)).or_else(|| numbers(op, left, right, len)),
    };
    if let Some(column) = fast {
        return Ok(Sequence::new(column));
    }
    let limits = AtomLimits::default();
    each(len, |position| atom::binary(op, &left.get(position), &right.get(position), &limits))
}

fn connect(op: BinaryMap, left: &View<'_>, right: &View<'_>, len: usize) -> Option<Column> {
    let side = |view: &View<'_>| match view {
        View::Column(sequence) => truths(sequence),
        View::Atom(atom) => Some(vec![atom.truth(); len]),
    };
    let (left, right) = (side(left)?, side(right)?);
    let both = left.iter().zip(&right);
    Some(Column::Bools(if op == BinaryMap::And {
        both.map(|(left, right)| left & right).collect()
    } else {
        both.map(|(left, right)| left | right).collect()
    }))
}

/// An operand of one kind, for a loop over two.
enum Side<'v, T: Clone> {
    Each(Cow<'v, [T]>),
    All(T),
}

impl<T: Clone> Side<'_, T> {
    /// The operation at every position, or `None` if one has no result.
    fn zip<R>(&self, other: &Side<'_, T>, len: usize, apply: impl Fn(&T, &T) -> Option<R>) -> Option<Arc<[R]>> {
        let values: Option<Vec<R>> = match (self, other) {
            (Side::Each(left), Side::Each(right)) => left.iter().zip(right.iter()).map(|(left, right)| apply(left, right)).collect(),
            (Side::Each(left), Side::All(right)) => left.iter().map(|left| apply(left, right)).collect(),
            (Side::All(left), Side::Each(right)) => right.iter().map(|right| apply(left, right)).collect(),
            (Side::All(left), Side::All(right)) => (0..len).map(|_| apply(left, right)).collect(),
        };
        values.map(Arc::from)
    }
}

fn texts(op: BinaryMap, left: &View<'_>, right: &View<'_>, len: usize) -> Option<Column> {
    /// A text can grow beyond every limit only by being joined with itself, which takes more than this.
    const SHORT: usize = 1 << 16;
    fn side<'v>(view: &'v View<'_>) -> Option<Side<'v, SmolStr>> {
        match view {
            View::Column(sequence) => match sequence.column() {
                Column::Texts(values) => Some(Side::Each(values.as_ref().into())),
                _ => None,
            },
            View::Atom(Atom::Text(text)) => Some(Side::All(SmolStr::new(text))),
            View::Atom(_) => None,
        }
    }
    let (left, right) = (side(left)?, side(right)?);
    match op {
        BinaryMap::Compare(comparison) => {
            left.zip(&right, len, |left, right| Some(comparison.holds(&left.as_str(), &right.as_str()))).map(Column::Bools)
        }
        BinaryMap::Add => left
            .zip(&right, len, |left, right| {
                (left.len() + right.len() < SHORT).then(|| [left.as_str(), right.as_str()].into_iter().collect())
            })
            .map(Column::Texts),
        _ => None,
    }
}

/// One loop over integers that fit; `None` where one does not, or a value is no integer.
fn ints(op: BinaryMap, left: &View<'_>, right: &View<'_>, len: usize) -> Option<Column> {
    fn side<'v>(view: &'v View<'_>) -> Option<Side<'v, i64>> {
        match view {
            View::Column(sequence) => match sequence.column() {
                Column::Ints(values) => Some(Side::Each(values.as_ref().into())),
                Column::Bools(values) => Some(Side::Each(values.iter().map(|&value| i64::from(value)).collect())),
                _ => None,
            },
            View::Atom(Atom::Int(value)) => value.to_i64().map(Side::All),
            View::Atom(Atom::Bool(value)) => Some(Side::All(i64::from(*value))),
            View::Atom(_) => None,
        }
    }
    let (left, right) = (side(left)?, side(right)?);
    match op {
        BinaryMap::Add => left.zip(&right, len, |left, right| left.checked_add(*right)).map(Column::Ints),
        BinaryMap::Subtract => left.zip(&right, len, |left, right| left.checked_sub(*right)).map(Column::Ints),
        BinaryMap::Multiply => left.zip(&right, len, |left, right| left.checked_mul(*right)).map(Column::Ints),
        BinaryMap::Remainder => {
            left.zip(&right, len, |&left, &right| (right != 0 && right != -1).then(|| remainder(left, right))).map(Column::Ints)
        }
        // Both are floats without loss, so the quotient is rounded once, as in Python.
        BinaryMap::Divide => left
            .zip(&right, len, |&left, &right| (right != 0 && is_exact(left) && is_exact(right)).then(|| left as f64 / right as f64))
            .map(Column::Floats),
        BinaryMap::Compare(comparison) => left.zip(&right, len, |left, right| Some(comparison.holds(left, right))).map(Column::Bools),
        BinaryMap::Power | BinaryMap::And | BinaryMap::Or => None,
    }
}

/// With the sign of the divisor, as in Python.
fn remainder(left: i64, right: i64) -> i64 {
    let rest = left % right;
    if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
}

/// Floats, with integers below 2^53 among them.
struct Numbers {
    values: Vec<f64>,
    /// Which are integers.
    whole: Vec<bool>,
}

impl Numbers {
    fn of(view: &View<'_>, len: usize) -> Option<Self> {
        let constant = |value: f64, whole: bool| Some(Numbers { values: vec![value; len], whole: vec![whole; len] });
        let sequence = match view {
            View::Column(sequence) => sequence,
            View::Atom(Atom::Float(value)) => return constant(*value, false),
            View::Atom(Atom::Int(value)) => return constant(value.to_i64().filter(|&value| is_exact(value))? as f64, true),
            View::Atom(_) => return None,
        };
        let (values, whole) = match sequence.column() {
            Column::Floats(values) => (values.to_vec(), vec![false; len]),
            Column::Numbers(values, whole) => (values.to_vec(), whole.to_vec()),
            Column::Ints(values) if values.iter().all(|&value| is_exact(value)) => {
                (values.iter().map(|&value| value as f64).collect(), vec![true; len])
            }
            _ => return None,
        };
        Some(Numbers { values, whole })
    }

    fn column(self) -> Column {
        if self.whole.iter().all(|whole| !whole) {
            Column::Floats(self.values.into())
        } else if self.whole.iter().all(|&whole| whole) {
            Column::Ints(self.values.iter().map(|&value| value as i64).collect())
        } else {
            Column::Numbers(self.values.into(), self.whole.into())
        }
    }
}

/// One loop over floats, with integers below 2^53 among them; `None` where the result at some position needs more care.
fn numbers(op: BinaryMap, left: &View<'_>, right: &View<'_>, len: usize) -> Option<Column> {
    let (left, right) = (Numbers::of(left, len)?, Numbers::of(right, len)?);
    let pairs = || left.values.iter().copied().zip(right.values.iter().copied());
    if let BinaryMap::Compare(comparison) = op {
        return Some(Column::Bools(pairs().map(|(left, right)| holds(comparison, left, right)).collect()));
    }
    let values: Vec<f64> = match op {
        BinaryMap::Add => pairs().map(|(left, right)| left + right).collect(),
        BinaryMap::Subtract => pairs().map(|(left, right)| left - right).collect(),
        BinaryMap::Multiply => pairs().map(|(left, right)| left * right).collect(),
        BinaryMap::Divide if right.values.iter().all(|&right| right != 0.0) => pairs().map(|(left, right)| left / right).collect(),
        _ => return None,
    };
    let mut whole: Vec<bool> = left.whole.iter().zip(&right.whole).map(|(left, right)| left & right).collect();
    if op == BinaryMap::Divide {
        whole.fill(false);
    }
    // An integer has no negative zero.
    let values: Vec<f64> = values.into_iter().zip(&whole).map(|(value, &whole)| if whole { value + 0.0 } else { value }).collect();
    if values.iter().zip(&whole).any(|(value, whole)| *whole && value.abs() >= EXACT as f64) {
        return None;
    }
    Some(Numbers { values, whole }.column())
}

#[allow(clippy::float_cmp, reason = "the language compares floats exactly")]
fn holds(comparison: Comparison, left: f64, right: f64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

fn choose(condition: &Sequence, yes: &Sequence, no: &Sequence) -> Result<Sequence, Fault> {
    fn select<T: Clone>(truths: &[bool], yes: &[T], no: &[T]) -> Arc<[T]> {
        truths.iter().zip(yes.iter().zip(no)).map(|(&truth, (yes, no))| if truth { yes.clone() } else { no.clone() }).collect()
    }
    if let Some(truths) = truths(condition) {
        let column = match (yes.column(), no.column()) {
            (Column::Bools(yes), Column::Bools(no)) => Some(Column::Bools(select(&truths, yes, no))),
            (Column::Ints(yes), Column::Ints(no)) => Some(Column::Ints(select(&truths, yes, no))),
            (Column::Floats(yes), Column::Floats(no)) => Some(Column::Floats(select(&truths, yes, no))),
            (Column::Texts(yes), Column::Texts(no)) => Some(Column::Texts(select(&truths, yes, no))),
            _ => Numbers::of(&View::Column(yes), yes.len()).zip(Numbers::of(&View::Column(no), no.len())).map(|(yes, no)| {
                let numbers = Numbers {
                    values: select(&truths, &yes.values, &no.values).to_vec(),
                    whole: select(&truths, &yes.whole, &no.whole).to_vec(),
                };
                numbers.column()
            }),
        };
        if let Some(column) = column {
            return Ok(Sequence::new(column));
        }
    }
    each(condition.len(), |position| Ok(if condition.get(position).truth() { yes.get(position) } else { no.get(position) }))
}

fn is_in(operand: &Sequence, list: &[Atom]) -> Sequence {
    let answers = match operand.column() {
        Column::Texts(values) => {
            let texts: Vec<&str> = list.iter().filter_map(|atom| if let Atom::Text(text) = atom { Some(&**text) } else { None }).collect();
            values.iter().map(|value| texts.contains(&value.as_str())).collect()
        }
        _ => operand.iter().map(|value| list.iter().any(|atom| atom.python_eq(&value))).collect(),
    };
    Sequence::new(Column::Bools(answers))
}

fn look_up(table: &Table, index: &Sequence) -> Result<Sequence, Fault> {
    match table {
        Table::List(list) => each(index.len(), |position| place(list.len(), &index.get(position)).map(|place| list[place].clone())),
        Table::Text(letters) => each(index.len(), |position| {
            let letter = letters[place(letters.len(), &index.get(position))?];
            Ok(Atom::text(letter.encode_utf8(&mut [0; 4])))
        }),
        Table::Dict(entries) => each(index.len(), |position| {
            let key = index.get(position);
            let entry = entries.iter().find(|(other, _)| other.python_eq(&key));
            entry.map(|(_, value)| value.clone()).ok_or_else(|| Fault::language(format!("the dictionary has no key {}", key.quoted())))
        }),
    }
}

/// The place in a list that an index means; negative ones count from the end.
fn place(len: usize, index: &Atom) -> Result<usize, Fault> {
    let place = match index {
        Atom::Bool(value) => Some(i64::from(*value)),
        Atom::Int(value) => value.to_i64(),
        Atom::Float(value) if *value >= len as f64 || -*value > len as f64 => None,
        other => return Err(Fault::arithmetic(format!("a list is indexed with integers, and {} is none", other.quoted()))),
    };
    let from_start = place.and_then(|place| if place < 0 { place.checked_add(len as i64) } else { Some(place) });
    let found = from_start.and_then(|place| usize::try_from(place).ok()).filter(|&place| place < len);
    found.ok_or_else(|| Fault::language(format!("the list has {len} elements, so there is none at {}", index.quoted())))
}
