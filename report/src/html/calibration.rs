//! Calibration as rows of text.

use super::failures::trained_to;
use super::rows::Measured;
use crate::analysis::{Calibration, CalibrationPoint, Failure, MeasuredCalibration};
use crate::calibration::Measure;
use crate::number::{self, dash};
use crate::record::Split;

/// A task and training length.
pub(super) struct CalibrationRow {
    pub(super) task: String,
    pub(super) trained_to: String,
    pub(super) runs: usize,
    pub(super) failure: String,
    pub(super) tone: &'static str,
    pub(super) announced: String,
    pub(super) inside: Measured,
    pub(super) beyond: Measured,
    /// Largest over lengths, and their mean.
    pub(super) over_lengths: Measured,
    pub(super) lens: Vec<LengthRow>,
}

/// One evaluated length.
pub(super) struct LengthRow {
    pub(super) len_eval: usize,
    pub(super) inside: bool,
    pub(super) exact_match: String,
    pub(super) confidence: String,
    /// In the order of [`Measure::ALL`].
    pub(super) measures: Vec<Measured>,
    pub(super) gaps: String,
}

impl CalibrationRow {
    pub(super) fn new(of: &Calibration) -> Self {
        let headline = |pool: &[MeasuredCalibration]| pool.iter().find(|measured| measured.measure == Measure::SmoothEce).copied();
        Self {
            task: of.task.clone(),
            trained_to: trained_to(of.len_train_max, of.cells),
            runs: of.runs,
            failure: of.failure.to_string(),
            tone: match of.failure {
                Failure::NotTested | Failure::None => "silent",
                Failure::Announced => "good",
                Failure::Partly => "middling",
                Failure::Silent => "bad",
            },
            announced: of.announced.map_or_else(dash, number::short),
            inside: with_noise(headline(&of.inside)),
            beyond: with_noise(headline(&of.beyond)),
            over_lengths: of.over_lengths.map_or_else(Measured::nothing, |over| Measured {
                value: number::share(over.weighted_max),
                behind: vec![
                    format!("max {}", number::share(over.max)),
                    format!("mean {}", number::share(over.mean)),
                    format!("multiaccuracy {}", number::share(over.multiaccuracy)),
                ],
                below: false,
            }),
            lens: of.points.iter().map(LengthRow::new).collect(),
        }
    }
}

impl LengthRow {
    fn new(point: &CalibrationPoint) -> Self {
        let of = |measure: Measure| with_noise(point.measures.iter().find(|measured| measured.measure == measure).copied());
        Self {
            len_eval: point.len_eval,
            inside: point.split == Split::In,
            exact_match: number::share(point.exact_match),
            confidence: number::share(point.confidence),
            measures: Measure::ALL.into_iter().map(of).collect(),
            gaps: point.gap.map_or_else(dash, |gap| format!("{} / {}", number::share(gap.calibration), number::share(gap.error))),
        }
    }
}

/// A value and the most that noise alone would give; coloured where it is more.
fn with_noise(measured: Option<MeasuredCalibration>) -> Measured {
    measured.map_or_else(Measured::nothing, |measured| Measured {
        value: number::share(measured.value),
        behind: vec![format!("noise {}", number::share(measured.null_high))],
        below: measured.value > measured.null_high,
    })
}
