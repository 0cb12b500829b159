//! Whether calibration is lost beyond the training lengths faster than accuracy is.
//!
//! Source: Carrell et al. 2022, <https://arxiv.org/abs/2210.01964>, who find on held-out examples of the training distribution that the calibration gap stays below the error gap.
//! Longer inputs are another distribution, of which they say nothing: a gap above the line is a finding, not a contradiction.

use serde::Serialize;

use super::confidences::Confidences;
use super::null::NullBand;
use super::smooth::smooth_ece;

/// How far a length is from the training lengths, in calibration and in error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GeneralizationGap {
    /// Absolute difference of the calibration errors, each less its noise.
    pub calibration: f64,
    /// Absolute difference of the shares of wrong examples.
    pub error: f64,
}

impl GeneralizationGap {
    /// Between the training lengths and another length, each given as its calibration error less its noise, and its share of wrong examples.
    pub fn between((train_calibration, train_error): (f64, f64), (calibration, error): (f64, f64)) -> Self {
        Self { calibration: (calibration - train_calibration).abs(), error: (error - train_error).abs() }
    }
}

/// The gaps between the pool of training lengths and another length, each given with the null band of its SmoothECE.
///
/// The calibration error is SmoothECE less the mean of the band, and at least 0: without that, gaps between few examples are gaps between noises.
pub fn generalization_gap(train: (&Confidences, &NullBand), longer: (&Confidences, &NullBand)) -> GeneralizationGap {
    let of = |(confidences, null): (&Confidences, &NullBand)| {
        ((smooth_ece(confidences).value - null.mean).max(0.0), 1.0 - confidences.accuracy())
    };
    GeneralizationGap::between(of(train), of(longer))
}
