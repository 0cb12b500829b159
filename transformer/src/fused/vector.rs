//! Numbers many at a time: loops over slices, and the exponential.

use std::any::TypeId;

use pulp::{Scalar128b, Simd};

/// `a * b + c`, rounded once where the machine does that in one instruction.
#[inline(always)]
pub(super) fn multiply_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
    // Without such an instruction pulp calls the C library for each number.
    if TypeId::of::<S>() == TypeId::of::<Scalar128b>() { simd.add_f32s(simd.mul_f32s(a, b), c) } else { simd.mul_add_e_f32s(a, b, c) }
}

/// A vector of up to that many numbers; zero where there are fewer.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, numbers: &[f32]) -> S::f32s {
    match S::as_simd_f32s(numbers).0.first() {
        Some(vector) => *vector,
        None => simd.partial_load_f32s(numbers),
    }
}

/// Writes as many numbers of a vector as there is room for.
#[inline(always)]
pub(super) fn store<S: Simd>(simd: S, numbers: &mut [f32], vector: S::f32s) {
    match S::as_mut_simd_f32s(numbers).0.first_mut() {
        Some(place) => *place = vector,
        None => simd.partial_store_f32s(numbers, vector),
    }
}

/// Replaces each number by a function of it.
///
/// Here and below the function is called in one place, so that the compiler inlines it: left alone it would be compiled without the
/// instructions.
#[inline(always)]
pub(super) fn map<S: Simd>(simd: S, numbers: &mut [f32], f: impl Fn(S::f32s) -> S::f32s) {
    for numbers in numbers.chunks_mut(S::F32_LANES) {
        let vector = f(load(simd, numbers));
        store(simd, numbers, vector);
    }
}

/// Replaces each number by a function of it and of the number at the same place in `other`, which is as long.
#[inline(always)]
pub(super) fn map_with<S: Simd>(simd: S, numbers: &mut [f32], other: &[f32], f: impl Fn(S::f32s, S::f32s) -> S::f32s) {
    for (numbers, other) in numbers.chunks_mut(S::F32_LANES).zip(other.chunks(S::F32_LANES)) {
        let vector = f(load(simd, numbers), load(simd, other));
        store(simd, numbers, vector);
    }
}

/// The sum of a function of each number. In the last vector, lanes beyond the numbers count as 0, before `f`.
#[inline(always)]
pub(super) fn sum<S: Simd>(simd: S, numbers: &[f32], f: impl Fn(S::f32s) -> S::f32s) -> f32 {
    let mut total = simd.splat_f32s(0.0);
    for numbers in numbers.chunks(S::F32_LANES) {
        total = simd.add_f32s(total, f(load(simd, numbers)));
    }
    simd.reduce_sum_f32s(total)
}

/// The sum of products of two slices of the same length.
#[inline(always)]
pub(super) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let mut total = simd.splat_f32s(0.0);
    for (a, b) in a.chunks(S::F32_LANES).zip(b.chunks(S::F32_LANES)) {
        total = multiply_add(simd, load(simd, a), load(simd, b), total);
    }
    simd.reduce_sum_f32s(total)
}

/// The largest number.
#[inline(always)]
pub(super) fn max<S: Simd>(simd: S, numbers: &[f32]) -> f32 {
    let (whole, rest) = S::as_simd_f32s(numbers);
    let mut largest = simd.splat_f32s(f32::NEG_INFINITY);
    for vector in whole {
        largest = simd.max_f32s(largest, *vector);
    }
    rest.iter().fold(simd.reduce_max_f32s(largest), |a, b| a.max(*b))
}

/// `e^x` to within 2 units of the last place for -87 <= x <= 88; below -87 it is `e^-87`, about 10^-38, and above 88 `e^88`.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2`; a polynomial gives `e^r`, and `2^n` is made in the bits of the exponent.
#[inline(always)]
#[expect(clippy::excessive_precision, reason = "the constants are rounded once, here")]
pub(super) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let constant = |number: f32| simd.splat_f32s(number);
    let x = simd.max_f32s(simd.min_f32s(x, constant(88.0)), constant(-87.0));
    // Adding 1.5 x 2^23 rounds to a whole number, which then stands in the low bits.
    let shifted = multiply_add(simd, x, constant(std::f32::consts::LOG2_E), constant(12_582_912.0));
    let n = simd.sub_f32s(shifted, constant(12_582_912.0));
    // ln 2 in two parts, so that n times the first is exact.
    let r = multiply_add(simd, n, constant(-0.693_359_375), x);
    let r = multiply_add(simd, n, constant(2.121_944_400e-4), r);
    // Taylor's series, its last terms bent to the interval (Cephes `expf`, <https://www.netlib.org/cephes/>).
    let mut series = constant(1.987_569_150_0e-4);
    for coefficient in [1.398_199_950_7e-3, 8.333_451_907_3e-3, 4.166_579_589_4e-2, 1.666_666_545_9e-1, 5.000_000_120_1e-1] {
        series = multiply_add(simd, series, r, constant(coefficient));
    }
    let e_r = simd.add_f32s(multiply_add(simd, simd.mul_f32s(r, r), series, r), constant(1.0));
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(e_r), exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::instructions::Instructions;
    use pulp::WithSimd;

    struct Exp<'a>(&'a mut [f32]);

    impl WithSimd for Exp<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            map(simd, self.0, |x| exp(simd, x));
        }
    }

    #[test]
    fn the_exponential_is_right_to_the_last_places() {
        for instructions in Instructions::available() {
            let inputs: Vec<f32> = (-8_700..=8_800).map(|i| i as f32 / 100.0).collect();
            let mut outputs = inputs.clone();
            instructions.run(Exp(&mut outputs));
            for (x, y) in inputs.iter().zip(outputs) {
                let right = f64::from(*x).exp();
                assert!((f64::from(y) / right - 1.0).abs() < 2.0 * f64::from(f32::EPSILON), "{}: exp({x}) = {y}", instructions.name());
            }
        }
    }

    #[test]
    fn beyond_its_range_the_exponential_stays_finite() {
        for instructions in Instructions::available() {
            let mut numbers = [f32::NEG_INFINITY, -1e30, 1e30, f32::INFINITY];
            instructions.run(Exp(&mut numbers));
            assert!(numbers[..2].iter().all(|&y| (0.0..1e-37).contains(&y)));
            assert!(numbers[2..].iter().all(|&y| y.is_finite() && y > 1e38));
        }
    }
}
