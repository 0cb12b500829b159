//! Layer normalization (Ba et al. 2016, <https://arxiv.org/abs/1607.06450>), forward and backward.

use pulp::{Simd, WithSimd};

use super::vector::{load, multiply_add, store, sum};

/// As in burn's `LayerNormConfig`.
pub(super) const EPSILON: f32 = 1e-5;

/// Mean and inverse deviation of a row, which the backward pass needs again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowStatistics {
    mean: f32,
    inverse_deviation: f32,
}

/// `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, row by row.
///
/// # Shapes
/// - `x`, `y`: `[rows, D]`; `gamma`, `beta`: `[D]`; `statistics`: `[rows]`, written
pub(super) struct LayerNorm<'a> {
    pub(super) x: &'a [f32],
    pub(super) gamma: &'a [f32],
    pub(super) beta: &'a [f32],
    pub(super) y: &'a mut [f32],
    pub(super) statistics: &'a mut [RowStatistics],
}

impl WithSimd for LayerNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { x, gamma, beta, y, statistics } = self;
        let width = gamma.len();
        for ((x, y), statistics) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)).zip(statistics) {
            let row = normalization(simd, x);
            *statistics = row;
            let (mean, scale) = (simd.splat_f32s(row.mean), simd.splat_f32s(row.inverse_deviation));
            let lanes = S::F32_LANES;
            for (((y, x), gamma), beta) in y.chunks_mut(lanes).zip(x.chunks(lanes)).zip(gamma.chunks(lanes)).zip(beta.chunks(lanes)) {
                let normalized = simd.mul_f32s(simd.sub_f32s(load(simd, x), mean), scale);
                store(simd, y, multiply_add(simd, normalized, load(simd, gamma), load(simd, beta)));
            }
        }
    }
}

#[inline(always)]
fn normalization<S: Simd>(simd: S, x: &[f32]) -> RowStatistics {
    let width = x.len() as f32;
    let mean = sum(simd, x, |x| x) / width;
    let center = simd.splat_f32s(mean);
    let squares = sum(simd, x, |x| {
        let deviation = simd.sub_f32s(x, center);
        simd.mul_f32s(deviation, deviation)
    });
    // The lanes beyond the row counted as 0, so each added the square of the mean.
    let missing = (x.len().next_multiple_of(S::F32_LANES) - x.len()) as f32;
    let variance = (squares - missing * mean * mean).max(0.0) / width;
    RowStatistics { mean, inverse_deviation: 1.0 / (variance + EPSILON).sqrt() }
}

/// The gradient of [`LayerNorm`]: that of `x` is added to `d_x`, those of `gamma` and `beta` to `d_gamma` and `d_beta`.
///
/// # Shapes
/// - `x`, `d_y`, `d_x`: `[rows, D]`; `gamma`, `d_gamma`, `d_beta`: `[D]`; `statistics`: `[rows]`
pub(super) struct LayerNormBackward<'a> {
    pub(super) x: &'a [f32],
    pub(super) gamma: &'a [f32],
    pub(super) statistics: &'a [RowStatistics],
    /// Overwritten.
    pub(super) d_y: &'a mut [f32],
    pub(super) d_x: &'a mut [f32],
    pub(super) d_gamma: &'a mut [f32],
    pub(super) d_beta: &'a mut [f32],
    /// Scratch of D numbers.
    pub(super) normalized: &'a mut [f32],
}

impl WithSimd for LayerNormBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { x, gamma, statistics, d_y, d_x, d_gamma, d_beta, normalized } = self;
        let width = gamma.len();
        for (((x, d_y), d_x), row) in
            x.chunks_exact(width).zip(d_y.chunks_exact_mut(width)).zip(d_x.chunks_exact_mut(width)).zip(statistics)
        {
            let (mean, scale) = (simd.splat_f32s(row.mean), simd.splat_f32s(row.inverse_deviation));
            // From here on d_y is the gradient of the normalized row.
            let mut along = simd.splat_f32s(0.0);
            let mut total = simd.splat_f32s(0.0);
            for start in (0..width).step_by(S::F32_LANES) {
                let lanes = start..(start + S::F32_LANES).min(width);
                let x = simd.mul_f32s(simd.sub_f32s(load(simd, &x[lanes.clone()]), mean), scale);
                store(simd, &mut normalized[lanes.clone()], x);
                let d = load(simd, &d_y[lanes.clone()]);
                let (sums, products) = (&mut d_beta[lanes.clone()], &mut d_gamma[lanes.clone()]);
                let (sum, product) = (simd.add_f32s(load(simd, sums), d), multiply_add(simd, d, x, load(simd, products)));
                store(simd, sums, sum);
                store(simd, products, product);
                let d = simd.mul_f32s(d, load(simd, &gamma[lanes.clone()]));
                store(simd, &mut d_y[lanes], d);
                total = simd.add_f32s(total, d);
                along = multiply_add(simd, d, x, along);
            }
            let mean = simd.splat_f32s(simd.reduce_sum_f32s(total) / width as f32);
            let along = simd.splat_f32s(-simd.reduce_sum_f32s(along) / width as f32);
            for start in (0..width).step_by(S::F32_LANES) {
                let lanes = start..(start + S::F32_LANES).min(width);
                let d = simd.sub_f32s(load(simd, &d_y[lanes.clone()]), mean);
                let d = multiply_add(simd, load(simd, &normalized[lanes.clone()]), along, d);
                let sum = multiply_add(simd, d, scale, load(simd, &d_x[lanes.clone()]));
                store(simd, &mut d_x[lanes], sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::instructions::Instructions;
    use crate::fused::test_support::{assert_close, differences, inner_product, random, wide};

    fn layer_norm_slowly(x: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
        let width = gamma.len();
        x.chunks(width)
            .flat_map(|row| {
                let mean = row.iter().sum::<f64>() / width as f64;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / width as f64;
                row.iter()
                    .zip(gamma.iter().zip(beta))
                    .map(move |(x, (gamma, beta))| gamma * (x - mean) / (variance + f64::from(EPSILON)).sqrt() + beta)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn value_and_gradients_are_those_of_the_definition() {
        for (width, seed) in [(1, 0), (3, 1), (8, 2), (16, 3), (23, 4), (64, 5), (100, 6)] {
            let rows = 4;
            // A mean that is not zero.
            let x: Vec<f32> = random(seed, rows * width).iter().map(|x| x + 1.0).collect();
            let (gamma, beta, d_y) = (random(seed + 10, width), random(seed + 20, width), random(seed + 30, rows * width));
            let (wide_x, wide_gamma, wide_beta) = (wide(&x), wide(&gamma), wide(&beta));
            for instructions in Instructions::available() {
                let mut y = vec![0.0; rows * width];
                let mut statistics = vec![RowStatistics::default(); rows];
                instructions.run(LayerNorm { x: &x, gamma: &gamma, beta: &beta, y: &mut y, statistics: &mut statistics });
                assert_close("y", &y, &layer_norm_slowly(&wide_x, &wide_gamma, &wide_beta), 2e-5);

                let [mut d_x, mut d_gamma, mut d_beta] = [vec![1.0; rows * width], vec![1.0; width], vec![1.0; width]];
                instructions.run(LayerNormBackward {
                    x: &x,
                    gamma: &gamma,
                    statistics: &statistics,
                    d_y: &mut d_y.clone(),
                    d_x: &mut d_x,
                    d_gamma: &mut d_gamma,
                    d_beta: &mut d_beta,
                    normalized: &mut vec![0.0; width],
                });
                // Each is added to the 1 that was there.
                let added = |gradient: Vec<f64>| -> Vec<f64> { gradient.iter().map(|number| number + 1.0).collect() };
                let of_x = differences(&wide_x, |x| inner_product(&layer_norm_slowly(x, &wide_gamma, &wide_beta), &d_y));
                let of_gamma = differences(&wide_gamma, |gamma| inner_product(&layer_norm_slowly(&wide_x, gamma, &wide_beta), &d_y));
                let of_beta = differences(&wide_beta, |beta| inner_product(&layer_norm_slowly(&wide_x, &wide_gamma, beta), &d_y));
                assert_close("d_x", &d_x, &added(of_x), 2e-5);
                assert_close("d_gamma", &d_gamma, &added(of_gamma), 2e-5);
                assert_close("d_beta", &d_beta, &added(of_beta), 2e-5);
            }
        }
    }
}
