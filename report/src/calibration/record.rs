//! The measures by name, and what a run's `calibration.csv` says of them.

use std::fmt;
use std::num::NonZeroUsize;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    Confidences, NullBand, binned_ece, interval_ce, laplace_error, null_band, recalibrate, smooth_calibration_error, smooth_ece,
    surrogate_interval_ce,
};
use crate::record::Split;
use crate::table::Row;

/// Bins of the binned error, as most papers have them.
const BINS: NonZeroUsize = match NonZeroUsize::new(15) {
    Some(bins) => bins,
    None => NonZeroUsize::MIN,
};

/// Most examples whose interval error is measured: it takes a time quadratic in them, as often as there are draws.
const INTERVAL_CE_AT_MOST: usize = 1000;

/// A measure of calibration; each is 0 for a calibrated model with endless examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// [`smooth_ece`], the headline.
    SmoothEce,
    /// [`smooth_calibration_error`].
    SmoothCalibrationError,
    /// [`laplace_error`], the biased one, which is never negative.
    LaplaceError,
    /// [`surrogate_interval_ce`].
    SurrogateIntervalCe,
    /// [`interval_ce`], of at most 1000 examples.
    IntervalCe,
    /// [`binned_ece`] with 15 bins of equal width.
    BinnedEce,
    /// The gap of [`recalibrate`].
    ProperLossGap,
}

impl Measure {
    /// Every measure, the headline first.
    pub const ALL: [Self; 7] = [
        Self::SmoothEce,
        Self::SmoothCalibrationError,
        Self::LaplaceError,
        Self::SurrogateIntervalCe,
        Self::IntervalCe,
        Self::BinnedEce,
        Self::ProperLossGap,
    ];

    /// Its value; `None` where there are too many examples for it.
    pub fn of(self, confidences: &Confidences) -> Option<f64> {
        Some(match self {
            Self::SmoothEce => smooth_ece(confidences).value,
            Self::SmoothCalibrationError => smooth_calibration_error(confidences),
            Self::LaplaceError => laplace_error(confidences).biased,
            Self::SurrogateIntervalCe => surrogate_interval_ce(confidences),
            Self::IntervalCe if confidences.len() > INTERVAL_CE_AT_MOST => return None,
            Self::IntervalCe => interval_ce(confidences)?,
            Self::BinnedEce => binned_ece(confidences, BINS),
            Self::ProperLossGap => recalibrate(confidences).gap,
        })
    }

    /// Its value with its null band of so many draws.
    pub fn with_null(self, confidences: &Confidences, draws: usize, rng: &mut (impl Rng + ?Sized)) -> Option<(f64, NullBand)> {
        let value = self.of(confidences)?;
        Some((value, null_band(confidences, |drawn| self.of(drawn).unwrap_or_default(), draws, rng)?))
    }

    /// Its name in `calibration.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SmoothEce => "smooth_ece",
            Self::SmoothCalibrationError => "smooth_calibration_error",
            Self::LaplaceError => "laplace_error",
            Self::SurrogateIntervalCe => "surrogate_interval_ce",
            Self::IntervalCe => "interval_ce",
            Self::BinnedEce => "binned_ece",
            Self::ProperLossGap => "proper_loss_gap",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SmoothEce => "SmoothECE",
            Self::SmoothCalibrationError => "smooth calibration error",
            Self::LaplaceError => "Laplace-kernel error",
            Self::SurrogateIntervalCe => "surrogate interval error",
            Self::IntervalCe => "interval error",
            Self::BinnedEce => "ECE in 15 bins",
            Self::ProperLossGap => "proper-loss gap",
        })
    }
}

/// One row of `calibration.csv`: one run, one distribution, one evaluated length or all of them, one measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRecord {
    /// Name of the sweep.
    pub sweep: String,
    /// Identity of the cell.
    pub cell: String,
    /// Name of the task.
    pub task: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// Evaluated length, in the task's unit; empty for the pool of all lengths inside the training lengths, or beyond them.
    pub len_eval: Option<usize>,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// The distribution of the examples.
    pub distribution: String,
    /// The measure, of the confidence in greedy answers, as far as the right ones are long.
    pub measure: Measure,
    /// Its value.
    pub value: f64,
    /// Its mean, were the confidences true.
    pub null_mean: f64,
    /// Its 95 % quantile, were the confidences true: noise alone exceeds it one time in twenty.
    pub null_high: f64,
    /// Examples behind it.
    pub examples: u64,
}

impl Row for CalibrationRecord {
    const COLUMNS: &'static [&'static str] = &[
        "sweep",
        "cell",
        "task",
        "seed_init",
        "seed_data",
        "len_train_max",
        "len_eval",
        "split",
        "distribution",
        "measure",
        "value",
        "null_mean",
        "null_high",
        "examples",
    ];
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn every_measure_is_above_its_noise_for_a_model_that_is_sure_and_wrong() {
        let sure = Confidences::new((0..200).map(|place| (0.9 + f64::from(place) / 4000.0, place % 3 == 0)).collect()).unwrap();
        for measure in Measure::ALL {
            let (value, null) = measure.with_null(&sure, 40, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
            assert!(value > null.high && null.high >= null.mean, "{measure}: {value} is not above {null:?}");
        }
    }

    #[test]
    fn names_are_those_that_are_written() {
        for measure in Measure::ALL {
            assert_eq!(serde_json::to_string(&measure).unwrap(), format!("\"{}\"", measure.as_str()));
        }
    }
}
