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

/// What is known of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupError {
    /// Its smooth calibration error.
    pub error: f64,
    /// Its accuracy less its mean confidence.
    pub bias: f64,
    /// Its examples.
    pub examples: u64,
}

impl Multicalibration {
    /// Of groups that are taken not to overlap: their examples are counted once each. `None` without groups.
    pub fn of(groups: &[GroupError]) -> Option<Self> {
        let all: u64 = groups.iter().map(|group| group.examples).sum();
        let share = |group: &GroupError| group.examples as f64 / all as f64;
        Some(Self {
            weighted_max: largest(groups.iter().map(|group| group.error * share(group)))?,
            max: largest(groups.iter().map(|group| group.error))?,
            mean: groups.iter().map(|group| group.error).sum::<f64>() / groups.len() as f64,
            multiaccuracy: largest(groups.iter().map(|group| group.bias.abs() * share(group)))?,
        })
    }
}

/// The calibration of each group by itself; `None` without groups.
pub fn multicalibration(groups: &[Confidences]) -> Option<Multicalibration> {
    let of = |group: &Confidences| GroupError {
        error: smooth_calibration_error(group),
        bias: group.accuracy() - group.mean_confidence(),
        examples: group.len() as u64,
    };
    Multicalibration::of(&groups.iter().map(of).collect::<Vec<_>>())
}

fn largest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(f64::max)
}
