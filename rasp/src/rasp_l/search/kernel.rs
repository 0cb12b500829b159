//! Operations on lanes: many positions of many sequences at once.
//!
//! A lane is one position of one sequence; [`LANES`] of them are a chunk. Every loop here runs over whole chunks, so that the compiler makes vector
//! instructions of it; [`Kernels`] picks the widest that the machine has. Results do not depend on which: all of this is arithmetic on integers, and
//! the one division is exact (see [`Kernels::reduce`]). Knows nothing of programs.

#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use crate::comparison::Comparison;
use crate::rasp_l::operation::Arithmetic;
use pulp::{Arch, Simd, WithSimd};

/// Lanes in a chunk.
pub(super) const LANES: usize = 64;
/// One value a lane.
pub(super) type Chunk = [i8; LANES];
/// Eight bits a lane; as a condition, all ones or none.
pub(super) type Bits = [u8; LANES];

/// What the selected values of each lane come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduced {
    /// The largest; -128 where nothing is selected.
    pub(super) max: Chunk,
    /// The smallest; 127 where nothing is selected.
    pub(super) min: Chunk,
    /// The mean, truncated toward zero; 0 where nothing is selected.
    pub(super) mean: Chunk,
}

/// The operations, compiled for the vector instructions of this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernels {
    arch: Arch,
}

/// A function that is called by `FnMut`: to call one that changes nothing by `FnOnce` takes a function between, which is not always inlined.
struct Inlined<F>(F);

impl<T, F: FnMut() -> T> WithSimd for Inlined<F> {
    type Output = T;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> T {
        (self.0)()
    }
}

impl Kernels {
    /// The widest instructions that this machine has.
    pub(super) fn new() -> Self {
        Kernels { arch: Arch::new() }
    }

    /// Calls a function that is compiled for these instructions as far as it is inlined.
    #[inline(always)]
    pub(super) fn run<T>(self, function: impl FnMut() -> T) -> T {
        self.arch.dispatch(Inlined(function))
    }

    /// These instructions, for what needs to know them: see [`vectors`](super::vectors).
    #[inline(always)]
    pub(super) fn arch(self) -> Arch {
        self.arch
    }

    /// `left OP right` where `valid`, else 0; whether no valid lane leaves int8 or divides by zero.
    #[inline]
    pub(super) fn arithmetic(self, operation: Arithmetic, left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk) -> bool {
        self.run(
            #[inline(always)]
            || match operation {
                Arithmetic::Add => exact(left, right, valid, out, |left, right| left + right),
                Arithmetic::Subtract => exact(left, right, valid, out, |left, right| left - right),
                Arithmetic::Multiply => exact(left, right, valid, out, |left, right| left * right),
                Arithmetic::Remainder => remainder(left, right, valid, out),
            },
        )
    }

    /// `left COMPARISON right` as 1 or 0 where `valid`, else 0.
    #[inline]
    pub(super) fn compare(self, comparison: Comparison, left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk) {
        self.run(
            #[inline(always)]
            || match comparison {
                Comparison::Equal => binary(left, right, valid, out, |left, right| i8::from(left == right)),
                Comparison::NotEqual => binary(left, right, valid, out, |left, right| i8::from(left != right)),
                Comparison::Less => binary(left, right, valid, out, |left, right| i8::from(left < right)),
                Comparison::LessOrEqual => binary(left, right, valid, out, |left, right| i8::from(left <= right)),
                Comparison::Greater => binary(left, right, valid, out, |left, right| i8::from(left > right)),
                Comparison::GreaterOrEqual => binary(left, right, valid, out, |left, right| i8::from(left >= right)),
            },
        );
    }

    /// Any operation on two int8 values that stays within int8, where `valid`, else 0.
    #[inline]
    pub(super) fn map(self, left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk, operation: impl Fn(i8, i8) -> i8) {
        self.run(
            #[inline(always)]
            || binary(left, right, valid, out, &operation),
        );
    }

    /// `yes` where `condition` is 1, else `no`.
    #[inline]
    pub(super) fn choose(self, condition: &Chunk, yes: &Chunk, no: &Chunk, out: &mut Chunk) {
        self.run(
            #[inline(always)]
            || {
                for lane in 0..LANES {
                    out[lane] = if condition[lane] != 0 { yes[lane] } else { no[lane] };
                }
            },
        );
    }

    /// `value` where `count` is not 0, else `default` where `valid`, else 0.
    #[inline]
    pub(super) fn fill(self, value: &Chunk, count: &Chunk, default: i8, valid: &Bits, out: &mut Chunk) {
        self.run(
            #[inline(always)]
            || {
                for lane in 0..LANES {
                    // By masks: a choice between the two is compiled to one between their addresses.
                    let on = -i8::from(count[lane] != 0);
                    out[lane] = (value[lane] & on | default & !on) & valid[lane].cast_signed();
                }
            },
        );
    }

    /// Eight places of a selector for each of six comparisons, in the order of [`Comparison::ALL`]: bit `place` of a lane is set where `causal` allows the
    /// place and `keys[place] COMPARISON query`.
    #[inline]
    pub(super) fn select<'k>(self, keys: impl Fn(usize) -> &'k Chunk, query: &Chunk, causal: &Bits) -> [Bits; 6] {
        self.run(
            #[inline(always)]
            || {
                let mut equal = [0; LANES];
                let mut less = [0; LANES];
                for place in 0..8 {
                    let (key, bit) = (keys(place), 1_u8 << place);
                    for lane in 0..LANES {
                        equal[lane] |= if key[lane] == query[lane] { bit } else { 0 };
                        less[lane] |= if key[lane] < query[lane] { bit } else { 0 };
                    }
                }
                let mut selected = [[0; LANES]; 6];
                for lane in 0..LANES {
                    let (causal, equal, less) = (causal[lane], equal[lane], less[lane]);
                    selected[0][lane] = causal & equal;
                    selected[1][lane] = causal & !equal;
                    selected[2][lane] = causal & less;
                    selected[3][lane] = causal & (less | equal);
                    selected[4][lane] = causal & !(less | equal);
                    selected[5][lane] = causal & !less;
                }
                selected
            },
        )
    }

    /// How many of up to 32 places are selected, `selected(byte)` having a bit for each of eight.
    #[inline]
    pub(super) fn count<'v>(self, bytes: usize, selected: impl Fn(usize) -> &'v Bits) -> Chunk {
        self.run(
            #[inline(always)]
            || {
                let mut count = [0; LANES];
                for byte in 0..bytes {
                    for (count, bits) in count.iter_mut().zip(selected(byte)) {
                        *count += bits.count_ones() as i8;
                    }
                }
                count
            },
        )
    }

    /// Reduces up to 32 places. `values(place)` is what stands there, for each lane; `selected(place / 8)` has a bit for each of eight places. The mean takes
    /// how many are selected, and is 0 without.
    ///
    /// The mean is a quotient of two integers of at most 13 bits, computed in f32: where it is no integer it is at least 1/32 from one, so rounding cannot
    /// carry it over, and truncation gives what it gives for the exact quotient.
    #[inline]
    pub(super) fn reduce<'v>(
        self,
        places: usize,
        count: Option<&Chunk>,
        selected: impl Fn(usize) -> &'v Bits,
        values: impl Fn(usize) -> &'v Chunk,
    ) -> Reduced {
        self.run(
            #[inline(always)]
            || {
                let (mut max, mut min, mut mean) = ([i8::MIN; LANES], [i8::MAX; LANES], [0; LANES]);
                let mut sum = [0_i16; LANES];
                for place in 0..places {
                    let (selected, value, bit) = (selected(place / 8), values(place), 1_u8 << (place % 8));
                    for lane in 0..LANES {
                        // What is not selected is what changes nothing.
                        let on = selected[lane] & bit != 0;
                        max[lane] = max[lane].max(if on { value[lane] } else { i8::MIN });
                        min[lane] = min[lane].min(if on { value[lane] } else { i8::MAX });
                    }
                    if count.is_some() {
                        for lane in 0..LANES {
                            sum[lane] += if selected[lane] & bit != 0 { i16::from(value[lane]) } else { 0 };
                        }
                    }
                }
                if let Some(count) = count {
                    for ((mean, &sum), &count) in mean.iter_mut().zip(&sum).zip(count) {
                        *mean = whole((f32::from(sum) / f32::from(count.max(1))).trunc());
                    }
                }
                Reduced { max, min, mean }
            },
        )
    }
}

#[inline(always)]
fn exact(left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk, operation: impl Fn(i16, i16) -> i16) -> bool {
    let mut astray = 0_u8;
    for lane in 0..LANES {
        let result = operation(i16::from(left[lane]), i16::from(right[lane]));
        out[lane] = result as i8 & valid[lane].cast_signed();
        astray |= u8::from(result != i16::from(result as i8)) & valid[lane];
    }
    astray == 0
}

/// A whole number within int8. A cast, which also settles what is beyond, is not made of vector instructions.
#[inline(always)]
fn whole(number: f32) -> i8 {
    // Added to 1.5 * 2^23, it stands in the lowest bits.
    (number + 12_582_912.0).to_bits() as i8
}

/// The remainder with the divisor's sign. As for means, the quotient of two int8 is exact enough in f32 for its floor to be right.
#[inline(always)]
fn remainder(left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk) -> bool {
    let mut astray = 0_u8;
    for lane in 0..LANES {
        let (dividend, divisor) = (f32::from(left[lane]), f32::from(right[lane]));
        let by = if divisor == 0.0 { 1.0 } else { divisor };
        let result = dividend - by * (dividend / by).floor();
        out[lane] = whole(result) & valid[lane].cast_signed();
        astray |= u8::from(right[lane] == 0) & valid[lane];
    }
    astray == 0
}

#[inline(always)]
fn binary(left: &Chunk, right: &Chunk, valid: &Bits, out: &mut Chunk, operation: impl Fn(i8, i8) -> i8) {
    for lane in 0..LANES {
        out[lane] = operation(left[lane], right[lane]) & valid[lane].cast_signed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of int8 values, a chunk at a time.
    fn pairs() -> impl Iterator<Item = (Chunk, Chunk)> {
        (i8::MIN..=i8::MAX).flat_map(|left| {
            (0..4).map(move |quarter| ([left; LANES], std::array::from_fn(|lane| (quarter * 64 + lane as i32 - 128) as i8)))
        })
    }

    #[test]
    fn arithmetic_on_lanes_is_that_on_one_value() {
        let kernels = Kernels::new();
        for operation in [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Remainder] {
            for (left, right) in pairs() {
                for lane in 0..LANES {
                    let mut valid = [0; LANES];
                    valid[lane] = u8::MAX;
                    let mut out = [0; LANES];
                    let fine = kernels.arithmetic(operation, &left, &right, &valid, &mut out);
                    let expected = operation.apply(i16::from(left[lane]), i16::from(right[lane])).ok();
                    assert_eq!(fine.then_some(i16::from(out[lane])), expected, "{} {} {}", left[lane], operation.symbol(), right[lane]);
                }
            }
        }
    }

    #[test]
    fn means_are_truncated_toward_zero_for_every_sum_and_count() {
        let kernels = Kernels::new();
        for count in 1..=32_usize {
            for first in i8::MIN..=i8::MAX {
                for rest in [i8::MIN, -127, -1, 0, 1, 126, i8::MAX] {
                    let chunks: Vec<Chunk> = (0..32).map(|place| [if place == 0 { first } else { rest }; LANES]).collect();
                    let bits: Vec<Bits> = (0..4).map(|byte| [(((1_u64 << count) - 1) >> (8 * byte)) as u8; LANES]).collect();
                    let counted = kernels.count(4, |byte| &bits[byte]);
                    let reduced = kernels.reduce(32, Some(&counted), |byte| &bits[byte], |place| &chunks[place]);
                    let sum = i32::from(first) + i32::from(rest) * (count as i32 - 1);
                    assert_eq!(i32::from(reduced.mean[5]), sum / count as i32);
                    assert_eq!(usize::from(counted[5].cast_unsigned()), count);
                }
            }
        }
    }

    #[test]
    fn a_selector_has_a_bit_where_the_comparison_holds() {
        let keys: Vec<Chunk> = [-128, -3, 0, 0, 1, 5, 126, 127].map(|key| [key; LANES]).into();
        let query: Chunk = std::array::from_fn(|lane| [-128, -3, -2, 0, 1, 4, 127, 3][lane % 8]);
        let causal: Bits = std::array::from_fn(|lane| (0xff_u32 >> (lane / 8)) as u8);
        let selected = Kernels::new().select(|place| &keys[place], &query, &causal);
        for (comparison, selected) in Comparison::ALL.into_iter().zip(selected) {
            for lane in 0..LANES {
                for (place, key) in keys.iter().enumerate() {
                    let expected = causal[lane] >> place & 1 == 1 && comparison.holds(&key[lane], &query[lane]);
                    assert_eq!(selected[lane] >> place & 1 == 1, expected);
                }
            }
        }
    }
}
