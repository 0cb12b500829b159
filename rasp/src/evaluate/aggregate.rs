//! Aggregation: of each row the one selected value, the mean of several, or the default.
//!
//! As in the reference, one selected value stays what it is, and several are summed from left to right and divided, so they give a float.

use super::dimension;
use super::formula::Formula;
use super::moments::{Moment, Total, sums};
use super::rows::{Rows, ones};
use crate::atom::{self, Atom, AtomLimits};
use crate::fault::Fault;
use crate::flow::{BinaryMap, Flow, NodeId};
use crate::sequence::{Column, EXACT, Sequence, SequenceKind, is_exact};

/// What a row makes of the values.
#[derive(Clone, Copy)]
enum Row {
    Default,
    /// The value at this position.
    Value(usize),
    Mean(f64),
}

/// The aggregation of `value` over a selector.
///
/// # Errors
/// An arithmetic fault where several values are selected that are no numbers; a language fault where the results are text and numbers; the
/// faults of the selector.
pub(super) fn aggregate<'s>(
    flow: &Flow,
    selector: NodeId,
    formula: Option<&Formula>,
    value: &Sequence,
    default: Option<&Atom>,
    sequence: &impl Fn(NodeId) -> &'s Sequence,
) -> Result<Sequence, Fault> {
    let summed = formula.and_then(|formula| sum(formula, value, sequence)).transpose()?;
    let rows = match summed {
        Some(rows) => rows,
        None => row_by_row(Rows::new(flow, selector, sequence, value.len()), value)?,
    };
    let zero = Atom::int(0);
    assemble(&rows, value, default.unwrap_or(&zero))
}

/// The rows by running sums; `None` where they do not apply.
fn sum<'s>(formula: &Formula, value: &Sequence, sequence: &impl Fn(NodeId) -> &'s Sequence) -> Option<Result<Vec<Row>, Fault>> {
    match Weights::of(value)? {
        Weights::None => {
            let sums = moments(formula, sequence, &vec![0_i64; value.len()])?;
            if sums.iter().any(|sum| sum.count > 1) {
                return Some(Err(no_numbers(value)));
            }
            Some(Ok(rows(&sums, |_| 0.0)))
        }
        Weights::Whole(weights, unit) => Some(Ok(rows(&moments(formula, sequence, &weights)?, |total| total as f64 * unit))),
        Weights::Ordered(weights) => Some(Ok(rows(&moments(formula, sequence, weights)?, |total| total))),
    }
}

fn moments<'s, W: Total>(formula: &Formula, sequence: &impl Fn(NodeId) -> &'s Sequence, weights: &[W]) -> Option<Vec<Moment<W>>> {
    let moment = |position: usize| Moment { count: 1, place: position as i64, value: weights[position] };
    sums(formula, sequence, weights.len(), moment)
}

fn rows<W: Total>(sums: &[Moment<W>], total: impl Fn(W) -> f64) -> Vec<Row> {
    let row = |sum: &Moment<W>| match sum.count {
        0 => Row::Default,
        1 => Row::Value(sum.place as usize),
        count => Row::Mean(total(sum.value) / count as f64),
    };
    sums.iter().map(row).collect()
}

/// How values are summed exactly as the reference sums them.
enum Weights<'v> {
    /// They are no numbers, and must not be summed.
    None,
    /// Whole multiples of a unit, of which no sum is rounded, whatever the order.
    Whole(Vec<i64>, f64),
    /// Floats whose sum is rounded: the order counts.
    Ordered(&'v [f64]),
}

impl Weights<'_> {
    fn of(value: &Sequence) -> Option<Weights<'_>> {
        let len = value.len() as f64;
        match value.column() {
            Column::Bools(_) | Column::Texts(_) => Some(Weights::None),
            Column::Ints(values) => {
                let largest = values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0);
                (largest as f64 * len < (1_u64 << 62) as f64).then(|| Weights::Whole(values.to_vec(), 1.0))
            }
            Column::Floats(values) => Some(whole(values).unwrap_or(Weights::Ordered(values))),
            // Integers among floats are added exactly, and so they are as floats while they are small.
            Column::Numbers(values, _) => whole(values).or_else(|| {
                let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                (largest * len < EXACT as f64).then_some(Weights::Ordered(values))
            }),
            // Booleans among integers, mostly: small enough, they are added exactly even if there are floats.
            Column::Atoms(..) => {
                let values = dimension::whole_numbers(value)?;
                let largest = values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0);
                (largest as f64 * len < EXACT as f64).then(|| Weights::Whole(values.into_owned(), 1.0))
            }
        }
    }
}

/// The floats as multiples of a power of two, if all sums of them are floats.
fn whole(values: &[f64]) -> Option<Weights<'static>> {
    for bits in [0, 20, 40] {
        let unit = f64::from(-bits).exp2();
        let largest = EXACT as f64 / values.len() as f64;
        let scaled: Option<Vec<i64>> = values
            .iter()
            .map(|value| {
                let scaled = value / unit;
                (scaled.abs() < largest && scaled.fract() == 0.0).then_some(scaled as i64)
            })
            .collect();
        if let Some(scaled) = scaled {
            return Some(Weights::Whole(scaled, unit));
        }
    }
    None
}

/// The rows one after another, each summed from left to right.
fn row_by_row(mut rows: Rows<'_>, value: &Sequence) -> Result<Vec<Row>, Fault> {
    (0..value.len())
        .map(|query| {
            let selected = rows.row(query)?;
            let count: u32 = selected.iter().map(|word| word.count_ones()).sum();
            Ok(match count {
                0 => Row::Default,
                1 => Row::Value(ones(selected).next().unwrap_or_default()),
                _ => Row::Mean(total(value, ones(selected))? / f64::from(count)),
            })
        })
        .collect()
}

fn total(value: &Sequence, selected: impl Iterator<Item = usize>) -> Result<f64, Fault> {
    match value.column() {
        Column::Ints(values) => Ok(selected.map(|position| i128::from(values[position])).sum::<i128>() as f64),
        Column::Floats(values) => Ok(selected.fold(0.0, |sum, position| sum + values[position])),
        _ if matches!(value.kind(), SequenceKind::Bool | SequenceKind::Text) => Err(no_numbers(value)),
        _ => {
            // Integers are added exactly until the first float.
            let limits = AtomLimits::default();
            let mut values = selected.map(|position| value.get(position));
            let sum = values.try_fold(Atom::int(0), |sum, next| atom::binary(BinaryMap::Add, &sum, &next, &limits))?;
            match atom::binary(BinaryMap::Multiply, &sum, &Atom::Float(1.0), &limits)? {
                Atom::Float(sum) => Ok(sum),
                _ => Ok(f64::NAN),
            }
        }
    }
}

fn no_numbers(value: &Sequence) -> Fault {
    /// A message shows no more values than this.
    const MOST_SHOWN: usize = 12;
    let mut shown: Vec<String> = value.iter().take(MOST_SHOWN).map(|value| value.python_repr()).collect();
    if value.len() > MOST_SHOWN {
        shown.push("...".to_owned());
    }
    let (what, help) = if value.kind() == SequenceKind::Bool {
        ("booleans have", "count them with `indicator(...)`")
    } else {
        ("text has", "let the selector choose one position at most")
    };
    Fault::arithmetic(format!("several positions are selected, and {what} no mean: [{}]", shown.join(", "))).help(help)
}

/// Puts the rows' results into the column that suits them.
fn assemble(rows: &[Row], value: &Sequence, default: &Atom) -> Result<Sequence, Fault> {
    if let Some(column) = gather(rows, value, default).or_else(|| means(rows, value, default)) {
        return Ok(Sequence::new(column));
    }
    let atom = |row: &Row| match *row {
        Row::Default => default.clone(),
        Row::Value(position) => value.get(position),
        Row::Mean(mean) => Atom::Float(mean),
    };
    Sequence::from_atoms(rows.iter().map(atom).collect())
}

/// Every row has one value of the column, or a default of its kind.
fn gather(rows: &[Row], value: &Sequence, default: &Atom) -> Option<Column> {
    fn each<T: Clone>(rows: &[Row], values: &[T], default: Option<&T>) -> Option<std::sync::Arc<[T]>> {
        let one = |row: &Row| match *row {
            Row::Default => default.cloned(),
            Row::Value(position) => Some(values[position].clone()),
            Row::Mean(_) => None,
        };
        // Collecting fails at the first row that does not fit, which is almost always an early one.
        rows.iter().map(one).collect()
    }
    match (value.column(), default) {
        (Column::Bools(values), Atom::Bool(default)) => each(rows, values, Some(default)).map(Column::Bools),
        (Column::Bools(values), _) => each(rows, values, None).map(Column::Bools),
        (Column::Ints(values), Atom::Int(default)) => each(rows, values, default.to_i64().as_ref()).map(Column::Ints),
        (Column::Ints(values), _) => each(rows, values, None).map(Column::Ints),
        (Column::Floats(values), Atom::Float(default)) => each(rows, values, Some(default)).map(Column::Floats),
        (Column::Texts(values), Atom::Text(default)) => each(rows, values, Some(&default.as_ref().into())).map(Column::Texts),
        (Column::Texts(values), _) => each(rows, values, None).map(Column::Texts),
        _ => None,
    }
}

/// Means, perhaps with single integers and floats among them.
fn means(rows: &[Row], value: &Sequence, default: &Atom) -> Option<Column> {
    let default = match default {
        Atom::Float(default) => Some((*default, false)),
        Atom::Int(default) => default.to_i64().filter(|&default| is_exact(default)).map(|default| (default as f64, true)),
        _ => None,
    };
    let at = |position: usize| match value.column() {
        Column::Ints(values) => is_exact(values[position]).then_some((values[position] as f64, true)),
        Column::Floats(values) => Some((values[position], false)),
        Column::Numbers(values, is_int) => Some((values[position], is_int[position])),
        _ => None,
    };
    let mut values = Vec::with_capacity(rows.len());
    let mut is_int = Vec::with_capacity(rows.len());
    for row in rows {
        let (value, whole) = match *row {
            Row::Default => default?,
            Row::Value(position) => at(position)?,
            Row::Mean(mean) => (mean, false),
        };
        values.push(value);
        is_int.push(whole);
    }
    if is_int.iter().all(|&whole| !whole) {
        return Some(Column::Floats(values.into()));
    }
    if is_int.iter().all(|&whole| whole) {
        return Some(Column::Ints(values.iter().map(|&value| value as i64).collect()));
    }
    Some(Column::Numbers(values.into(), is_int.into()))
}
