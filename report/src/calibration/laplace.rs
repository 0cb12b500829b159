//! The Laplace kernel calibration error: residuals of like confidences should not agree.
//!
//! Source: Błasiok et al. 2022, <https://arxiv.org/abs/2211.16886>.

use serde::Serialize;

use super::confidences::Confidences;

/// The kernel calibration error with the kernel `exp(-|f - g|)`, in two estimates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LaplaceError {
    /// Square root of the mean over all pairs of examples, each with itself too: never negative, and too large where examples are few.
    pub biased: f64,
    /// Mean over pairs of different examples: estimates the square of the error without bias, so it may be negative. `None` with one example.
    pub unbiased_squared: Option<f64>,
}

/// The Laplace kernel calibration error of the examples, in linear time.
pub fn laplace_error(confidences: &Confidences) -> LaplaceError {
    let (mut own, mut between) = (0.0, 0.0);
    // The sum of the residuals so far, each weighted by the kernel at the present confidence.
    let (mut weighted, mut last) = (0.0, 0.0);
    for (confidence, residual) in confidences.residuals() {
        weighted *= (last - confidence).exp();
        own += residual * residual;
        between += 2.0 * residual * weighted;
        weighted += residual;
        last = confidence;
    }
    let examples = confidences.len() as f64;
    LaplaceError {
        biased: (own + between).max(0.0).sqrt() / examples,
        unbiased_squared: (confidences.len() > 1).then(|| between / (examples * (examples - 1.0))),
    }
}
