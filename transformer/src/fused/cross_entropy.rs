//! Softmax and cross-entropy of the logits, with their gradient.

use pulp::{Simd, WithSimd};

use super::vector::{exp, map, max, sum};

/// Cross-entropy summed over rows, in nats; each row of logits is replaced by the gradient of `scale` times its cross-entropy.
///
/// # Shapes
/// - `logits`: `[rows, V]`; `targets`: `[rows]`
pub(super) struct CrossEntropy<'a> {
    pub(super) logits: &'a mut [f32],
    pub(super) targets: &'a [u32],
    pub(super) vocabulary: usize,
    pub(super) scale: f32,
}

impl WithSimd for CrossEntropy<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { logits, targets, vocabulary, scale } = self;
        let mut total = 0.0;
        for (row, &target) in logits.chunks_exact_mut(vocabulary).zip(targets) {
            let target = target as usize;
            let largest = max(simd, row);
            let below = row[target] - largest;
            let shift = simd.splat_f32s(largest);
            map(simd, row, |logit| exp(simd, simd.sub_f32s(logit, shift)));
            let exponentials = sum(simd, row, |number| number);
            total += f64::from(exponentials.ln() - below);
            let factor = simd.splat_f32s(scale / exponentials);
            map(simd, row, |number| simd.mul_f32s(number, factor));
            row[target] -= scale;
        }
        total
    }
}

/// The most likely token of a row, the first of equals, and the cross-entropy of `target`, in nats.
pub(super) struct Judge<'a> {
    pub(super) logits: &'a [f32],
    pub(super) target: u32,
}

impl WithSimd for Judge<'_> {
    type Output = (u32, f32);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (u32, f32) {
        let Self { logits, target } = self;
        let largest = max(simd, logits);
        let best = logits.iter().position(|&logit| logit == largest).unwrap_or(0);
        let exponentials: f32 = {
            let (whole, rest) = S::as_simd_f32s(logits);
            let shift = simd.splat_f32s(largest);
            let whole = whole.iter().fold(simd.splat_f32s(0.0), |total, logit| simd.add_f32s(total, exp(simd, simd.sub_f32s(*logit, shift))));
            simd.reduce_sum_f32s(whole) + rest.iter().map(|logit| (logit - largest).exp()).sum::<f32>()
        };
        (best as u32, exponentials.ln() + largest - logits[target as usize])
    }
}
