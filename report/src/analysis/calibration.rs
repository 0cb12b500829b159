//! Does confidence fail with accuracy as length grows, or does a model fail without a word?

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use super::run::{CurvePoint, RunKey, RunSummary};
use super::setting::{RecordsByRun, Setting};
use crate::calibration::{CalibrationRecord, GeneralizationGap, GroupError, Measure, Multicalibration};
use crate::evidence::Evidence;
use crate::record::{Metric, Split};
use crate::statistics::median;

/// Failure is announced where confidence lost at least this share of what accuracy lost.
pub const ANNOUNCED: f64 = 0.75;
/// Failure is silent where confidence lost at most this share of what accuracy lost.
pub const SILENT: f64 = 0.25;
/// Fewer lost right answers than this, as a share, are no failure to announce.
const LOSS_MIN: f64 = 0.05;
/// Calibration of the fitted runs of a setting, by length; medians over runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// Cells that the runs are of.
    pub cells: usize,
    /// Runs that fitted.
    pub runs: usize,
    /// One point an evaluated length, ascending.
    pub points: Vec<CalibrationPoint>,
    /// The pool of all in-distribution lengths.
    pub inside: Vec<MeasuredCalibration>,
    /// The pool of all out-of-distribution lengths, in which opposite errors of lengths may cancel.
    pub beyond: Vec<MeasuredCalibration>,
    /// Share of the accuracy lost beyond the training lengths that confidence lost too; `None` where too little was lost.
    pub announced: Option<f64>,
    /// The same in a word.
    pub failure: Failure,
    /// Multicalibration with the evaluated lengths as groups.
    pub over_lengths: Option<Multicalibration>,
}

/// Whether a model says that it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No length beyond training was evaluated.
    NotTested,
    /// It loses little accuracy beyond the training lengths.
    None,
    /// Confidence falls with accuracy.
    Announced,
    /// Confidence falls by a part of what accuracy does.
    Partly,
    /// Confidence stays.
    Silent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotTested => "not tested",
            Self::None => "does not fail",
            Self::Announced => "announced",
            Self::Partly => "partly announced",
            Self::Silent => "silent",
        })
    }
}

/// Calibration at one evaluated length; medians over runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationPoint {
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Exact match.
    pub exact_match: f64,
    /// Mean confidence in whole answers.
    pub confidence: f64,
    /// Every measure.
    pub measures: Vec<MeasuredCalibration>,
    /// Distance from the training lengths (Carrell et al. 2022); `None` inside.
    pub gap: Option<GeneralizationGap>,
}

impl CalibrationPoint {
    /// The headline.
    pub fn smooth_ece(&self) -> Option<&MeasuredCalibration> {
        headline(&self.measures)
    }
}

/// A measure with its noise; medians over runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeasuredCalibration {
    /// Which.
    pub measure: Measure,
    /// Its value.
    pub value: f64,
    /// Its mean, were the confidences true.
    pub null_mean: f64,
    /// Its 95 % quantile, were the confidences true.
    pub null_high: f64,
    /// Examples of a run.
    pub examples: u64,
}

impl MeasuredCalibration {
    fn of(record: &CalibrationRecord) -> Self {
        let CalibrationRecord { measure, value, null_mean, null_high, examples, .. } = *record;
        Self { measure, value, null_mean, null_high, examples }
    }

    /// What is left above the noise.
    pub fn above_noise(&self) -> f64 {
        (self.value - self.null_mean).max(0.0)
    }
}

/// One row a setting with a fitted run whose calibration was measured.
pub(crate) fn calibrate(evidence: &Evidence, settings: &[Setting<'_>], records: &RecordsByRun<'_>) -> Vec<Calibration> {
    let mut by_run: HashMap<RunKey<'_>, Vec<&CalibrationRecord>> = HashMap::new();
    for record in &evidence.calibration {
        by_run.entry((&record.cell, record.seed_init, record.seed_data)).or_default().push(record);
    }
    let records_of = |run: &RunSummary| -> Vec<&CalibrationRecord> {
        let of_run = by_run.get(&(run.outcome.cell.as_str(), run.outcome.seed_init, run.outcome.seed_data)).into_iter().flatten();
        of_run.copied().filter(|record| record.distribution == run.outcome.distribution).collect()
    };
    let one = |setting: &Setting<'_>| {
        let runs: Vec<(&RunSummary, Vec<&CalibrationRecord>)> =
            setting.fitted().map(|run| (run, records_of(run))).filter(|(_, records)| !records.is_empty()).collect();
        (!runs.is_empty()).then(|| of_setting(setting, &runs, records))
    };
    settings.iter().filter_map(one).collect()
}

/// Calibration of one run.
struct OfRun {
    points: Vec<CalibrationPoint>,
    inside: Vec<MeasuredCalibration>,
    beyond: Vec<MeasuredCalibration>,
    over_lengths: Option<Multicalibration>,
    lost: Option<Lost>,
}

/// What was lost beyond the training lengths, means over the out-of-distribution lengths of the distances from the in-distribution means.
#[derive(Clone, Copy)]
struct Lost {
    accuracy: f64,
    confidence: f64,
}

fn of_setting(setting: &Setting<'_>, runs: &[(&RunSummary, Vec<&CalibrationRecord>)], records: &RecordsByRun<'_>) -> Calibration {
    let runs: Vec<OfRun> = runs.iter().map(|(run, calibration)| of_run(run, calibration, records)).collect();
    let middle = |of: &dyn Fn(&OfRun) -> Option<f64>| median(&runs.iter().filter_map(of).collect::<Vec<_>>());
    let lost = middle(&|run| Some(run.lost?.accuracy));
    let announced = middle(&|run| run.lost.filter(|lost| lost.accuracy > LOSS_MIN).map(|lost| lost.confidence / lost.accuracy));
    let over = |of: fn(&Multicalibration) -> f64| middle(&|run| run.over_lengths.as_ref().map(of)).unwrap_or_default();
    let failure = match (lost, announced) {
        (None, _) => Failure::NotTested,
        (Some(lost), _) if lost <= LOSS_MIN => Failure::None,
        (_, Some(ANNOUNCED..)) => Failure::Announced,
        (_, Some(..=SILENT)) => Failure::Silent,
        _ => Failure::Partly,
    };
    Calibration {
        task: setting.task.task.clone(),
        len_train_max: setting.len_train_max,
        cells: setting.cells(),
        runs: runs.len(),
        points: median_points(&runs),
        inside: median_measures(&runs.iter().map(|run| &run.inside)),
        beyond: median_measures(&runs.iter().map(|run| &run.beyond)),
        announced: if failure == Failure::None { None } else { announced },
        failure,
        over_lengths: runs.iter().any(|run| run.over_lengths.is_some()).then(|| Multicalibration {
            weighted_max: over(|of| of.weighted_max),
            max: over(|of| of.max),
            mean: over(|of| of.mean),
            multiaccuracy: over(|of| of.multiaccuracy),
        }),
    }
}

fn of_run(run: &RunSummary, calibration: &[&CalibrationRecord], records: &RecordsByRun<'_>) -> OfRun {
    let confidences: HashMap<usize, f64> =
        records.of(run, &run.outcome.distribution, Metric::Confidence).map(|record| (record.len_eval, record.value)).collect();
    let measured = |is_meant: &dyn Fn(&CalibrationRecord) -> bool| -> Vec<MeasuredCalibration> {
        let meant = calibration.iter().filter(|record| is_meant(record));
        meant.map(|record| MeasuredCalibration::of(record)).collect()
    };
    let inside = measured(&|record| record.len_eval.is_none() && record.split == Split::In);
    let beyond = measured(&|record| record.len_eval.is_none() && record.split == Split::Out);
    let point = |point: &CurvePoint| {
        Some(CalibrationPoint {
            len_eval: point.len_eval,
            split: point.split,
            exact_match: point.exact_match,
            confidence: *confidences.get(&point.len_eval)?,
            measures: measured(&|record| record.len_eval == Some(point.len_eval)),
            gap: None,
        })
    };
    let mut points: Vec<CalibrationPoint> = run.curve.iter().filter_map(point).collect();
    let mean = |points: &[CalibrationPoint], split: Split, of: fn(&CalibrationPoint) -> f64| {
        let values: Vec<f64> = points.iter().filter(|point| point.split == split).map(of).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let error_inside = mean(&points, Split::In, |point| 1.0 - point.exact_match);
    let calibration_inside = headline(&inside).map(MeasuredCalibration::above_noise);
    for point in points.iter_mut().filter(|point| point.split == Split::Out) {
        let here = headline(&point.measures).map(|measured| (measured.above_noise(), 1.0 - point.exact_match));
        point.gap = calibration_inside.zip(error_inside).zip(here).map(|(inside, here)| GeneralizationGap::between(inside, here));
    }
    let lost = |of: fn(&CalibrationPoint) -> f64| Some(mean(&points, Split::In, of)? - mean(&points, Split::Out, of)?);
    let lost =
        lost(|point| point.exact_match).zip(lost(|point| point.confidence)).map(|(accuracy, confidence)| Lost { accuracy, confidence });
    let group = |point: &CalibrationPoint| {
        let smooth = point.measures.iter().find(|measured| measured.measure == Measure::SmoothCalibrationError)?;
        Some(GroupError { error: smooth.value, bias: point.exact_match - point.confidence, examples: smooth.examples })
    };
    let over_lengths = Multicalibration::of(&points.iter().filter_map(group).collect::<Vec<_>>());
    OfRun { points, inside, beyond, over_lengths, lost }
}

fn headline(measures: &[MeasuredCalibration]) -> Option<&MeasuredCalibration> {
    measures.iter().find(|measured| measured.measure == Measure::SmoothEce)
}

/// Each number of each length: its median over the runs.
fn median_points(runs: &[OfRun]) -> Vec<CalibrationPoint> {
    let mut by_len: BTreeMap<usize, Vec<&CalibrationPoint>> = BTreeMap::new();
    for point in runs.iter().flat_map(|run| &run.points) {
        by_len.entry(point.len_eval).or_default().push(point);
    }
    let of_len = |(len_eval, points): (usize, Vec<&CalibrationPoint>)| {
        let middle =
            |of: &dyn Fn(&CalibrationPoint) -> Option<f64>| median(&points.iter().filter_map(|point| of(point)).collect::<Vec<_>>());
        let gap = middle(&|point| Some(point.gap?.calibration)).zip(middle(&|point| Some(point.gap?.error)));
        Some(CalibrationPoint {
            len_eval,
            split: points.first()?.split,
            exact_match: middle(&|point| Some(point.exact_match))?,
            confidence: middle(&|point| Some(point.confidence))?,
            measures: median_measures(&points.iter().map(|point| &point.measures)),
            gap: gap.map(|(calibration, error)| GeneralizationGap { calibration, error }),
        })
    };
    by_len.into_iter().filter_map(of_len).collect()
}

fn median_measures<'m>(of_runs: &(impl Iterator<Item = &'m Vec<MeasuredCalibration>> + Clone)) -> Vec<MeasuredCalibration> {
    let of_measure = |measure: Measure| {
        let found: Vec<&MeasuredCalibration> = of_runs.clone().flatten().filter(|measured| measured.measure == measure).collect();
        let middle = |of: fn(&MeasuredCalibration) -> f64| median(&found.iter().map(|measured| of(measured)).collect::<Vec<_>>());
        Some(MeasuredCalibration {
            measure,
            value: middle(|measured| measured.value)?,
            null_mean: middle(|measured| measured.null_mean)?,
            null_high: middle(|measured| measured.null_high)?,
            examples: found.first()?.examples,
        })
    };
    Measure::ALL.into_iter().filter_map(of_measure).collect()
}

/// How many settings fail in which way, in a sentence; `None` where calibration was not measured.
pub(crate) fn sentence(calibration: &[Calibration]) -> Option<String> {
    let count = |failure: Failure| calibration.iter().filter(|of| of.failure == failure).count();
    let tested = calibration.len() - count(Failure::NotTested);
    let failing = tested - count(Failure::None);
    let beyond = "more than 0.05 of accuracy beyond the training lengths";
    match (tested, failing) {
        (0, _) => None,
        (_, 0) => Some(format!("no task loses {beyond}")),
        _ => Some(format!(
            "of {} (tasks with their training lengths) that lose {beyond}, {} {} announced by falling confidence, {} partly, {} silent",
            failing,
            count(Failure::Announced),
            if count(Failure::Announced) == 1 { "is" } else { "are" },
            count(Failure::Partly),
            count(Failure::Silent)
        )),
    }
}
