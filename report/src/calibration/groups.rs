//! Calibration within groups, such as lengths: a pool can look calibrated because its groups err in opposite directions.
//!
//! Source: multicalibration as in Błasiok et al. 2023, <https://arxiv.org/abs/2304.09424>.

use serde::Serialize;

use super::confidences::Confidences;
use super::lipschitz::smooth_calibration_error;

/// The smooth calibration error within groups, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Multicalibration {
    /// The largest error of a group times its share of all examples: small groups count little, as in the definition.
    pub weighted_max: f64,
    /// The largest error of a group, whatever its size.
    pub max: f64,
    /// The mean error of the groups, each counted once.
    pub mean: f64,
    /// Multiaccuracy: the largest absolute sum of a group's residuals over the number of all examples.
    pub multiaccuracy: f64,
}

/// The calibration of each group by itself; `None` without groups.
///
/// Groups are taken not to overlap: their examples are counted once each.
pub fn multicalibration(groups: &[Confidences]) -> Option<Multicalibration> {
    let all: usize = groups.iter().map(Confidences::len).sum();
    let shares: Vec<f64> = groups.iter().map(|group| group.len() as f64 / all as f64).collect();
    let errors: Vec<f64> = groups.iter().map(smooth_calibration_error).collect();
    let biases = groups.iter().map(|group| (group.accuracy() - group.mean_confidence()).abs());
    Some(Multicalibration {
        weighted_max: largest(errors.iter().zip(&shares).map(|(error, share)| error * share))?,
        max: largest(errors.iter().copied())?,
        mean: errors.iter().sum::<f64>() / groups.len() as f64,
        multiaccuracy: largest(biases.zip(&shares).map(|(bias, share)| bias * share))?,
    })
}

fn largest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(f64::max)
}
