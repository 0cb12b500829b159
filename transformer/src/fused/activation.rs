//! What stands between the two matrices of a block's hidden layer, with its derivative.

use pulp::{Simd, WithSimd};

use super::vector::{exp, load, multiply_add, store};

/// Exact GELU, `x Phi(x)` with the normal distribution function (Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>).
///
/// # Shapes
/// - `x`: any, replaced by the derivative at `x`; `y`: as `x`, becomes the value
pub(super) struct Gelu<'a> {
    pub(super) x: &'a mut [f32],
    pub(super) y: &'a mut [f32],
}

impl WithSimd for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, y) in self.x.chunks_mut(S::F32_LANES).zip(self.y.chunks_mut(S::F32_LANES)) {
            let (value, derivative) = gelu(simd, load(simd, x));
            store(simd, y, value);
            store(simd, x, derivative);
        }
    }
}

/// Value and derivative from one exponential, `e^(-x^2 / 2)`, which stands in both.
///
/// The tail of the normal distribution is that exponential times a polynomial in `1 / (1 + p |x|)`, to an absolute 7.5e-8:
/// Abramowitz and Stegun 1964, formula 26.2.17.
#[inline(always)]
#[expect(clippy::excessive_precision, reason = "as published")]
fn gelu<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let constant = |number: f32| simd.splat_f32s(number);
    let size = simd.abs_f32s(x);
    let t = simd.div_f32s(constant(1.0), multiply_add(simd, size, constant(0.231_641_9), constant(1.0)));
    let density = exp(simd, simd.mul_f32s(simd.mul_f32s(x, x), constant(-0.5)));
    let density = simd.mul_f32s(density, constant(0.398_942_280_401_432_7));
    let mut series = constant(1.330_274_429);
    for coefficient in [-1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530] {
        series = multiply_add(simd, series, t, constant(coefficient));
    }
    let tail = simd.mul_f32s(density, simd.mul_f32s(series, t));
    // Phi(x) is 1 - tail for x >= 0, and the tail itself below.
    let negative = simd.less_than_f32s(x, constant(0.0));
    let phi = simd.select_f32s(negative, tail, simd.sub_f32s(constant(1.0), tail));
    (simd.mul_f32s(x, phi), multiply_add(simd, x, density, phi))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::instructions::Instructions;

    /// The normal distribution function by its series, `1/2 + density(x) (x + x^3 / 3 + x^5 / 15 + ...)`.
    fn phi(x: f64) -> f64 {
        let (mut term, mut sum) = (x, 0.0);
        for k in 1..200 {
            sum += term;
            term *= x * x / f64::from(2 * k + 1);
        }
        0.5 + density(x) * sum
    }

    fn density(x: f64) -> f64 {
        (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn gelu_and_its_derivative_are_right_to_a_millionth() {
        for instructions in Instructions::available() {
            let inputs: Vec<f32> = (-613..=613).map(|i| i as f32 / 100.0).collect();
            let (mut slope, mut value) = (inputs.clone(), vec![0.0; inputs.len()]);
            instructions.run(Gelu { x: &mut slope, y: &mut value });
            for ((x, value), slope) in inputs.iter().map(|&x| f64::from(x)).zip(value).zip(slope) {
                assert!((f64::from(value) - x * phi(x)).abs() < 1e-6, "{}: gelu({x}) = {value}", instructions.name());
                assert!((f64::from(slope) - phi(x) - x * density(x)).abs() < 1e-6, "{}: gelu'({x}) = {slope}", instructions.name());
            }
        }
    }
}
