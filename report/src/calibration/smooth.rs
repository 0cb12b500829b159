//! `SmoothECE`: the calibration error of confidences smoothed at the one scale that is as large as the error itself.
//!
//! Source: Błasiok and Nakkiran 2023, <https://arxiv.org/abs/2309.12236>.

use serde::Serialize;

use super::confidences::Confidences;
use super::cosine::{CosineSeries, WIDTH_MIN};

/// How near to its fixpoint the width must come.
const TOLERANCE: f64 = 1e-9;
/// An error that small is below every width.
const NOTHING: f64 = 1e-6;
/// More steps than any search needs.
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
/// An error at a finer scale than its own size is taken for noise. Right to within 1e-6, in time linear in the examples.
/// Confidences of exactly 0 or 1 count in full, as the definition says.
pub fn smooth_ece(confidences: &Confidences) -> SmoothEce {
    let residuals = residual_series(confidences);
    let at = |width: f64| SmoothEce { value: residuals.total_variation(width), width };

    // The error never grows with the width, so it equals the width once.
    let (mut low, mut high) = (at(WIDTH_MIN), at(1.0));
    if low.excess() <= 0.0 {
        return low;
    }
    let (mut above, mut below) = (low.excess(), high.excess());
    let mut last_was_low = None;
    for _ in 0..STEPS_MAX {
        let found = at(low.width * (high.width / low.width).powf(above / (above - below)));
        if (found.value - found.width).abs() <= TOLERANCE {
            return found;
        }
        // False position; an end that stays twice counts half, or it could stay for ever (the Illinois method).
        let is_low = found.excess() > 0.0;
        let stayed = if last_was_low == Some(is_low) { 0.5 } else { 1.0 };
        if is_low {
            (low, above, below) = (found, found.excess(), below * stayed);
        } else {
            (high, below, above) = (found, found.excess(), above * stayed);
        }
        last_was_low = Some(is_low);
    }
    high
}

impl SmoothEce {
    /// How far the value lies above the width, as a ratio's logarithm: in the logarithm of the width this is nearly a straight line.
    fn excess(self) -> f64 {
        (self.value.max(NOTHING) / self.width).ln()
    }
}

/// The calibration error of confidences smoothed by a reflected Gaussian of this width, in units of confidence.
///
/// Widths below 0.001 are taken as 0.001. Right to within 1e-6, below a width of 0.01 to within 1e-5.
pub fn smooth_ece_at(confidences: &Confidences, width: f64) -> f64 {
    residual_series(confidences).total_variation(width.max(WIDTH_MIN))
}

fn residual_series(confidences: &Confidences) -> CosineSeries {
    let share = 1.0 / confidences.len() as f64;
    CosineSeries::new(confidences.residuals().map(|(confidence, residual)| (confidence, residual * share)))
}
