//! Elementwise operations.

use super::Values;
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Map, NodeId};
use crate::rasp_l::operation::{self, ArithmeticFault};
use crate::rasp_l::value::Sequence;

/// The operation at every position, or the first position where it has no value.
pub(super) fn evaluate(map: Map, values: &Values<'_>) -> Result<Sequence, (usize, ArithmeticFault)> {
    Ok(match map {
        Map::Arithmetic(arithmetic, left, right) => {
            let pairs = values.tokens(left).iter().zip(values.tokens(right));
            Sequence::Tokens(located(pairs.map(|(&left, &right)| arithmetic.apply(left, right)))?)
        }
        Map::Negate(input) => Sequence::Tokens(located(values.tokens(input).iter().map(|&token| operation::negate(token)))?),
        Map::Successor(input) => Sequence::Indices(values.indices(input).iter().map(|index| index + 1).collect()),
        Map::Predecessor(input) => Sequence::Indices(values.indices(input).iter().map(|index| index - 1).collect()),
        Map::Compare(comparison, left, right) => Sequence::Booleans(match (values.get(left), values.get(right)) {
            (Sequence::Tokens(left), Sequence::Tokens(right)) => compare(comparison, left, right),
            (Sequence::Indices(left), Sequence::Indices(right)) => compare(comparison, left, right),
            (Sequence::Booleans(left), Sequence::Booleans(right)) => compare(comparison, left, right),
            other => unreachable!("the elaborator checked that {other:?} are of one kind"),
        }),
        Map::Not(input) => Sequence::Booleans(values.booleans(input).iter().map(|value| !value).collect()),
        Map::And(left, right) => both(values, left, right, |left, right| left && right),
        Map::Or(left, right) => both(values, left, right, |left, right| left || right),
        Map::Where { condition, yes, no } => {
            let condition = values.booleans(condition);
            match (values.get(yes), values.get(no)) {
                (Sequence::Tokens(yes), Sequence::Tokens(no)) => Sequence::Tokens(choose(condition, yes, no)),
                (Sequence::Booleans(yes), Sequence::Booleans(no)) => Sequence::Booleans(choose(condition, yes, no)),
                other => unreachable!("the elaborator checked that {other:?} are tokens or booleans"),
            }
        }
    })
}

fn located(results: impl Iterator<Item = Result<i16, ArithmeticFault>>) -> Result<Vec<i16>, (usize, ArithmeticFault)> {
    results.enumerate().map(|(position, result)| result.map_err(|cause| (position, cause))).collect()
}

fn compare<T: Ord>(comparison: Comparison, left: &[T], right: &[T]) -> Vec<bool> {
    left.iter().zip(right).map(|(left, right)| comparison.holds(left, right)).collect()
}

fn both(values: &Values<'_>, left: NodeId, right: NodeId, join: impl Fn(bool, bool) -> bool) -> Sequence {
    let pairs = values.booleans(left).iter().zip(values.booleans(right));
    Sequence::Booleans(pairs.map(|(&left, &right)| join(left, right)).collect())
}

fn choose<T: Copy>(condition: &[bool], yes: &[T], no: &[T]) -> Vec<T> {
    condition.iter().zip(yes.iter().zip(no)).map(|(&condition, (&yes, &no))| if condition { yes } else { no }).collect()
}
