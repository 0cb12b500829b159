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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::instructions::Instructions;
    use crate::fused::test_support::{assert_close, differences, random, wide};

    fn cross_entropy_slowly(logits: &[f64], targets: &[u32], vocabulary: usize) -> f64 {
        logits
            .chunks(vocabulary)
            .zip(targets)
            .map(|(row, &target)| row.iter().map(|x| x.exp()).sum::<f64>().ln() - row[target as usize])
            .sum()
    }

    #[test]
    fn loss_and_gradient_are_those_of_the_definition() {
        for vocabulary in [1, 2, 15, 16, 17, 64, 103] {
            let targets: Vec<u32> = (0..5).map(|i| (i * 7 % vocabulary) as u32).collect();
            let logits: Vec<f32> = random(vocabulary as u64, 5 * vocabulary).iter().map(|x| 4.0 * x).collect();
            let right = cross_entropy_slowly(&wide(&logits), &targets, vocabulary);
            let scale = 0.25;
            let gradient = differences(&wide(&logits), |logits| f64::from(scale) * cross_entropy_slowly(logits, &targets, vocabulary));
            for instructions in Instructions::available() {
                let mut d_logits = logits.clone();
                let loss = instructions.run(CrossEntropy { logits: &mut d_logits, targets: &targets, vocabulary, scale });
                assert!((loss - right).abs() < 1e-5 * (1.0 + right), "{loss} is not {right}");
                if vocabulary > 1 {
                    assert_close("d_logits", &d_logits, &gradient, 1e-5);
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_is_no_loss() {
        for instructions in Instructions::available() {
            let mut diverged = vec![f32::NAN; 20];
            assert!(instructions.run(CrossEntropy { logits: &mut diverged, targets: &[0], vocabulary: 20, scale: 1.0 }).is_nan());
        }
    }
}
