//! SmoothECE: the calibration error of confidences smoothed at the one scale that is as large as the error itself.
//!
//! Source: Błasiok and Nakkiran 2023, <https://arxiv.org/abs/2309.12236>.

use serde::Serialize;

use super::confidences::Confidences;
use super::cosine::{CosineSeries, WIDTH_MIN};

/// How near to its fixpoint the width must come.
const TOLERANCE: f64 = 1e-9;
/// More steps than any search needs; it halves the bracket where it does nothing better.
const STEPS_MAX: usize = 100;

/// A calibration error and the scale at which it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SmoothEce {
    /// The error, in `[0, 1]`.
    pub value: f64,
    /// Width of the Gaussian, in units of confidence; equal to the value, and at least 0.001.
    pub width: f64,
}

/// The calibration error at the width that equals it.
///
/// An error at a finer scale than its own size is taken for noise. Exact to within 1e-6, in time linear in the examples.
/// Confidences of exactly 0 or 1 count in full, as the definition says.
pub fn smooth_ece(confidences: &Confidences) -> SmoothEce {
    let residuals = residual_series(confidences);
    let at = |width: f64| SmoothEce { value: residuals.total_variation(width), width };
    let excess = |found: SmoothEce| found.value - found.width;

    // The error never grows with the width, so the excess crosses 0 once.
    let (mut low, mut high) = (at(WIDTH_MIN), at(1.0));
    if excess(low) <= 0.0 {
        return low;
    }
    // False position; the weight of an end that stays is halved, or it could stay for ever.
    let (mut low_weight, mut high_weight) = (1.0, 1.0);
    for _ in 0..STEPS_MAX {
        let (above, below) = (excess(low) * low_weight, excess(high) * high_weight);
        let crossing = (low.width * below - high.width * above) / (below - above);
        let found = at(crossing.clamp(low.width, high.width));
        if excess(found) > 0.0 {
            (low, low_weight, high_weight) = (found, 1.0, high_weight / 2.0);
        } else {
            (high, high_weight, low_weight) = (found, 1.0, low_weight / 2.0);
        }
        if excess(found).abs() <= TOLERANCE {
            break;
        }
    }
    if excess(low) < -excess(high) { low } else { high }
}

/// The calibration error of confidences smoothed by a reflected Gaussian of this width, in units of confidence; widths below 0.001 are taken as 0.001.
pub fn smooth_ece_at(confidences: &Confidences, width: f64) -> f64 {
    residual_series(confidences).total_variation(width.max(WIDTH_MIN))
}

fn residual_series(confidences: &Confidences) -> CosineSeries {
    let share = 1.0 / confidences.len() as f64;
    CosineSeries::new(confidences.residuals().map(|(confidence, residual)| (confidence, residual * share)))
}
