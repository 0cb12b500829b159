//! Elementwise operations.
//!
//! Each is one loop without a branch, so that the compiler makes it work on several positions at once. Faults are only noticed there;
//! the culprit is looked for afterwards.

use super::columns::Inputs;
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Map, NodeId};
use crate::rasp_l::operation::{self, Arithmetic, ArithmeticFault};
use std::ops::Range;

/// Writes the operation's results at the positions, or finds the first position where it has none.
pub(super) fn evaluate(map: Map, inputs: Inputs<'_>, positions: Range<usize>, out: &mut [i32]) -> Result<(), (usize, ArithmeticFault)> {
    let get = |id| inputs.get(id, positions.clone());
    let out = &mut out[positions.clone()];
    match map {
        Map::Arithmetic(operation, left, right) => arithmetic(operation, get(left), get(right), out)
            .or_else(|Stray| locate(get(left).iter().zip(get(right)).map(|(&left, &right)| operation.apply(left as i16, right as i16))))
            .map_err(|(offset, cause)| (positions.start + offset, cause))?,
        Map::Negate(input) => checked(get(input), get(input), out, |input, _| -input)
            .or_else(|Stray| locate(get(input).iter().map(|&input| operation::negate(input as i16))))
            .map_err(|(offset, cause)| (positions.start + offset, cause))?,
        Map::Successor(input) => unary(get(input), out, |index| index + 1),
        Map::Predecessor(input) => unary(get(input), out, |index| index - 1),
        Map::Compare(comparison, left, right) => compare(comparison, get(left), get(right), out),
        Map::Not(input) => unary(get(input), out, |truth| truth ^ 1),
        Map::And(left, right) => binary(get(left), get(right), out, |left, right| left & right),
        Map::Or(left, right) => binary(get(left), get(right), out, |left, right| left | right),
        Map::Where { condition, yes, no } => {
            for ((out, &condition), (&yes, &no)) in out.iter_mut().zip(get(condition)).zip(get(yes).iter().zip(get(no))) {
                *out = if condition == 0 { no } else { yes };
            }
        }
    }
    Ok(())
}

/// Writes an index moved by some steps.
pub(super) fn shift(index: NodeId, steps: i32, inputs: Inputs<'_>, positions: Range<usize>, out: &mut [i32]) {
    unary(inputs.get(index, positions.clone()), &mut out[positions], |index| index + steps);
}

/// Somewhere an operand or a result is no int8.
struct Stray;

fn arithmetic(operation: Arithmetic, left: &[i32], right: &[i32], out: &mut [i32]) -> Result<(), Stray> {
    match operation {
        Arithmetic::Add => checked(left, right, out, |left, right| left + right),
        Arithmetic::Subtract => checked(left, right, out, |left, right| left - right),
        Arithmetic::Multiply => checked(left, right, out, |left, right| left * right),
        Arithmetic::Remainder => checked(left, right, out, remainder),
    }
}

/// The remainder with the divisor's sign; no int8 if the divisor is zero.
///
/// Division of floats, unlike that of integers, is done several at once. It is exact here: operands are below 2^16, so a quotient that is no
/// integer is too far from one to be rounded to it.
fn remainder(left: i32, right: i32) -> i32 {
    let quotient = (left as f32 / right as f32) as i32;
    let remainder = left - quotient.wrapping_mul(right);
    let turned = if remainder != 0 && (remainder ^ right) < 0 { remainder + right } else { remainder };
    if right == 0 { i32::MAX / 2 } else { turned }
}

/// The operation everywhere, and whether all operands and results are int8: their distances from -128, put together bit by bit, fit into 8 bits.
fn checked(left: &[i32], right: &[i32], out: &mut [i32], operation: impl Fn(i32, i32) -> i32) -> Result<(), Stray> {
    let mut distances = 0;
    for (out, (&left, &right)) in out.iter_mut().zip(left.iter().zip(right)) {
        *out = operation(left, right);
        distances |= (left + 128) | (right + 128) | (*out + 128);
    }
    if distances & !0xff == 0 { Ok(()) } else { Err(Stray) }
}

fn locate(results: impl Iterator<Item = Result<i16, ArithmeticFault>>) -> Result<(), (usize, ArithmeticFault)> {
    results.enumerate().try_for_each(|(offset, result)| result.map(drop).map_err(|cause| (offset, cause)))
}

fn unary(input: &[i32], out: &mut [i32], operation: impl Fn(i32) -> i32) {
    for (out, &input) in out.iter_mut().zip(input) {
        *out = operation(input);
    }
}

fn binary(left: &[i32], right: &[i32], out: &mut [i32], operation: impl Fn(i32, i32) -> i32) {
    for (out, (&left, &right)) in out.iter_mut().zip(left.iter().zip(right)) {
        *out = operation(left, right);
    }
}

fn compare(comparison: Comparison, left: &[i32], right: &[i32], out: &mut [i32]) {
    match comparison {
        Comparison::Equal => binary(left, right, out, |left, right| i32::from(left == right)),
        Comparison::NotEqual => binary(left, right, out, |left, right| i32::from(left != right)),
        Comparison::Less => binary(left, right, out, |left, right| i32::from(left < right)),
        Comparison::LessOrEqual => binary(left, right, out, |left, right| i32::from(left <= right)),
        Comparison::Greater => binary(left, right, out, |left, right| i32::from(left > right)),
        Comparison::GreaterOrEqual => binary(left, right, out, |left, right| i32::from(left >= right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_on_many_positions_is_that_on_one() {
        let values: Vec<i32> = (-140..140).chain([-999, 999, i32::from(i16::MIN), i32::from(i16::MAX)]).collect();
        for operation in [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Remainder] {
            for &left in &values {
                for &right in &values {
                    let mut out = [0];
                    let found = arithmetic(operation, &[left], &[right], &mut out).ok().map(|()| out[0] as i16);
                    assert_eq!(found, operation.apply(left as i16, right as i16).ok(), "{left} {} {right}", operation.symbol());
                }
            }
        }
    }
}
