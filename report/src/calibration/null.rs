//! What a measure of calibration gives for a calibrated model: the noise that a value must rise above.

use rand::{Rng, RngExt};
use serde::Serialize;

use super::confidences::Confidences;
use crate::statistics::quantile;

/// A measure's values when every confidence is true.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NullBand {
    /// Their mean.
    pub mean: f64,
    /// Their 95 % quantile: noise alone exceeds it one time in twenty.
    pub high: f64,
}

/// Draws every outcome anew, right with the probability that the confidence states, and measures, `draws` times; `None` without draws.
///
/// The confidences stay as they are, so the band belongs to this model at this length. A bootstrap of the measure itself would not do: with few
/// examples every measure is biased upwards, and resampling adds the bias once more.
pub fn null_band(
    confidences: &Confidences,
    measure: impl Fn(&Confidences) -> f64,
    draws: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Option<NullBand> {
    let mut resample = confidences.clone();
    let mut values = Vec::with_capacity(draws);
    for _ in 0..draws {
        resample.set_outcomes(|confidence| rng.random::<f64>() < confidence);
        values.push(measure(&resample));
    }
    let high = quantile(&values, 0.95)?;
    Some(NullBand { mean: values.iter().sum::<f64>() / draws as f64, high })
}
