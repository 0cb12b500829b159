//! Does confidence fail with accuracy as length grows, or does a model fail without a word?

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use rand::Rng;
use serde::Serialize;

use super::run::{RunKey, RunSummary};
use super::setting::{RecordsByRun, Setting};
use crate::calibration::{CalibrationRecord, Confidences, Measure, ReliabilityPoint, reliability, reliability_band, smooth_ece};
use crate::evidence::Evidence;
use crate::example::ExampleRecord;
use crate::number;
use crate::record::{Metric, Record, Split};
use crate::statistics::binomial::Interval;
use crate::statistics::median;

/// Failure is announced where confidence lost at least this share of what accuracy lost.
pub const ANNOUNCED: f64 = 0.75;
/// Failure is silent where confidence lost at most this share of what accuracy lost.
pub const SILENT: f64 = 0.25;
/// Fewer lost right answers than this, as a share, are no failure to announce.
const LOSS_MIN: f64 = 0.05;
/// Points of a reliability diagram.
const POINTS: usize = 41;
/// Resamples behind its bands.
const RESAMPLES: usize = 100;

/// Calibration of the fitted runs of a setting, by length; medians over runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
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
    /// Multicalibration over the evaluated lengths.
    pub over_lengths: Option<OverLengths>,
}

/// Whether a model says that it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
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
    /// Distance of the SmoothECE above its noise from that of the in-distribution pool (Carrell et al. 2022); `None` inside.
    pub calibration_gap: Option<f64>,
    /// Distance of the error from that of the in-distribution lengths; `None` inside.
    pub error_gap: Option<f64>,
}

impl CalibrationPoint {
    /// The headline.
    pub fn smooth_ece(&self) -> Option<&MeasuredCalibration> {
        self.measures.iter().find(|measured| measured.measure == Measure::SmoothEce)
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
    /// What is left above the noise.
    pub fn above_noise(&self) -> f64 {
        (self.value - self.null_mean).max(0.0)
    }
}

/// Multicalibration with the evaluated lengths as groups (Błasiok et al. 2023); medians over runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverLengths {
    /// The largest smooth calibration error of a length, times its share of the examples.
    pub weighted_max: f64,
    /// The largest smooth calibration error of a length.
    pub max: f64,
    /// The mean over lengths.
    pub mean: f64,
    /// The largest distance of mean confidence and accuracy of a length, times its share of the examples.
    pub multiaccuracy: f64,
}

/// One row a setting with a fitted run whose calibration was measured.
pub(crate) fn calibrate(evidence: &Evidence, settings: &[Setting<'_>], records: &RecordsByRun<'_>) -> Vec<Calibration> {
    let mut by_run: HashMap<RunKey<'_>, Vec<&CalibrationRecord>> = HashMap::new();
    for record in &evidence.calibration {
        by_run.entry((&record.cell, record.seed_init, record.seed_data)).or_default().push(record);
    }
    let of_run = |run: &RunSummary| -> Vec<&CalibrationRecord> {
        let of_run = by_run.get(&(run.outcome.cell.as_str(), run.outcome.seed_init, run.outcome.seed_data)).into_iter().flatten();
        of_run.copied().filter(|record| record.distribution == run.outcome.distribution).collect()
    };
    let one = |setting: &Setting<'_>| {
        let runs: Vec<(&RunSummary, Vec<&CalibrationRecord>)> =
            setting.fitted().map(|run| (run, of_run(run))).filter(|(_, records)| !records.is_empty()).collect();
        (!runs.is_empty()).then(|| of_setting(setting, &runs, records))
    };
    settings.iter().filter_map(one).collect()
}

type Runs<'r, 'e> = [(&'r RunSummary, Vec<&'e CalibrationRecord>)];

fn of_setting(setting: &Setting<'_>, runs: &Runs<'_, '_>, records: &RecordsByRun<'_>) -> Calibration {
    let mut lens: BTreeMap<usize, Split> = BTreeMap::new();
    for point in runs.iter().flat_map(|(run, _)| &run.curve) {
        lens.insert(point.len_eval, point.split);
    }
    let metric_at = |metric: Metric, len: usize| {
        let at = |(run, _): &(&RunSummary, _)| value_at(records.of(run, &run.outcome.distribution, metric), len);
        median(&runs.iter().filter_map(at).collect::<Vec<f64>>())
    };
    let inside = medians(runs, |record| record.len_eval.is_none() && record.split == Split::In);
    let beyond = medians(runs, |record| record.len_eval.is_none() && record.split == Split::Out);
    let points: Vec<CalibrationPoint> = lens
        .into_iter()
        .filter_map(|(len_eval, split)| {
            Some(CalibrationPoint {
                len_eval,
                split,
                exact_match: metric_at(Metric::ExactMatch, len_eval)?,
                confidence: metric_at(Metric::Confidence, len_eval)?,
                measures: medians(runs, |record| record.len_eval == Some(len_eval)),
                calibration_gap: None,
                error_gap: None,
            })
        })
        .collect();
    let points = with_gaps(points, &inside);
    let announced = announced(&points);
    Calibration {
        task: setting.task.task.clone(),
        len_train_max: setting.len_train_max,
        runs: runs.len(),
        over_lengths: over_lengths(&points),
        points,
        inside,
        beyond,
        announced,
        failure: announced.map_or(Failure::None, |share| match share {
            ANNOUNCED.. => Failure::Announced,
            ..=SILENT => Failure::Silent,
            _ => Failure::Partly,
        }),
    }
}

fn value_at<'r>(mut records: impl Iterator<Item = &'r Record>, len: usize) -> Option<f64> {
    records.find(|record| record.len_eval == len).map(|record| record.value)
}

/// Each measure's medians over the runs, of the records that are meant.
fn medians(runs: &Runs<'_, '_>, is_meant: impl Fn(&CalibrationRecord) -> bool) -> Vec<MeasuredCalibration> {
    let of_measure = |measure: Measure| {
        let meant: Vec<&CalibrationRecord> =
            runs.iter().flat_map(|(_, records)| records).copied().filter(|record| record.measure == measure && is_meant(record)).collect();
        let of = |value: fn(&CalibrationRecord) -> f64| median(&meant.iter().map(|record| value(record)).collect::<Vec<_>>());
        Some(MeasuredCalibration {
            measure,
            value: of(|record| record.value)?,
            null_mean: of(|record| record.null_mean)?,
            null_high: of(|record| record.null_high)?,
            examples: meant.first()?.examples,
        })
    };
    Measure::ALL.into_iter().filter_map(of_measure).collect()
}

fn mean_inside(points: &[CalibrationPoint], of: fn(&CalibrationPoint) -> f64) -> Option<f64> {
    let inside: Vec<f64> = points.iter().filter(|point| point.split == Split::In).map(of).collect();
    (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64)
}

fn with_gaps(mut points: Vec<CalibrationPoint>, inside: &[MeasuredCalibration]) -> Vec<CalibrationPoint> {
    let error_inside = mean_inside(&points, |point| 1.0 - point.exact_match);
    let calibration_inside = inside.iter().find(|measured| measured.measure == Measure::SmoothEce).map(MeasuredCalibration::above_noise);
    for point in points.iter_mut().filter(|point| point.split == Split::Out) {
        point.error_gap = error_inside.map(|error| (1.0 - point.exact_match - error).abs());
        let here = point.smooth_ece().map(MeasuredCalibration::above_noise);
        point.calibration_gap = here.zip(calibration_inside).map(|(here, inside)| (here - inside).abs());
    }
    points
}

/// Over all out-of-distribution lengths: what confidence lost of its in-distribution mean, over what accuracy lost of its own.
fn announced(points: &[CalibrationPoint]) -> Option<f64> {
    let accuracy = mean_inside(points, |point| point.exact_match)?;
    let confidence = mean_inside(points, |point| point.confidence)?;
    let beyond: Vec<&CalibrationPoint> = points.iter().filter(|point| point.split == Split::Out).collect();
    let lost: f64 = beyond.iter().map(|point| accuracy - point.exact_match).sum();
    let said: f64 = beyond.iter().map(|point| confidence - point.confidence).sum();
    (lost > LOSS_MIN * beyond.len() as f64 && !beyond.is_empty()).then(|| said / lost)
}

fn over_lengths(points: &[CalibrationPoint]) -> Option<OverLengths> {
    let error = |point: &CalibrationPoint| {
        let smooth = point.measures.iter().find(|measured| measured.measure == Measure::SmoothCalibrationError)?;
        Some((smooth.value, (point.exact_match - point.confidence).abs(), smooth.examples as f64))
    };
    let errors: Vec<(f64, f64, f64)> = points.iter().filter_map(error).collect();
    let all: f64 = errors.iter().map(|(.., examples)| examples).sum();
    let largest = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max);
    Some(OverLengths {
        weighted_max: largest(&mut errors.iter().map(|(error, _, examples)| error * examples / all))?,
        max: largest(&mut errors.iter().map(|(error, ..)| *error))?,
        mean: errors.iter().map(|(error, ..)| error).sum::<f64>() / errors.len() as f64,
        multiaccuracy: largest(&mut errors.iter().map(|(_, bias, examples)| bias * examples / all))?,
    })
}

/// Smooth reliability diagrams of one run of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// Both seeds of the run.
    pub seeds: String,
    /// One a length, or the pool of in-distribution lengths.
    pub curves: Vec<ReliabilityCurve>,
}

/// A reliability diagram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReliabilityCurve {
    /// What it is of, in words: `trained lengths`, `length 40`.
    pub of: String,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Examples.
    pub examples: usize,
    /// Its SmoothECE, and the width of its smoothing.
    pub smooth_ece: f64,
    /// Accuracy by confidence, with the density of examples.
    pub points: Vec<ReliabilityPoint>,
    /// 95 % bootstrap band at each point.
    pub band: Vec<Option<Interval>>,
}

/// Diagrams of the runs whose examples are in the evidence: the pool of in-distribution lengths, and up to three lengths beyond.
pub(crate) fn diagrams(evidence: &Evidence, runs: &[RunSummary], rng: &mut (impl Rng + ?Sized)) -> Vec<Reliability> {
    let mut diagrams = Vec::new();
    for of_run in &evidence.examples {
        let key = (&of_run.cell, of_run.seed_init, of_run.seed_data);
        let Some(run) = runs.iter().find(|run| (&run.outcome.cell, run.outcome.seed_init, run.outcome.seed_data) == key) else { continue };
        let splits: HashMap<usize, Split> = run.curve.iter().map(|point| (point.len_eval, point.split)).collect();
        let counted: Vec<&ExampleRecord> =
            of_run.examples.iter().filter(|example| example.distribution == run.outcome.distribution).collect();
        let beyond: Vec<usize> = run.curve.iter().filter(|point| point.split == Split::Out).map(|point| point.len_eval).collect();
        let chosen: Vec<usize> = match beyond[..] {
            [] => Vec::new(),
            [first] => vec![first],
            [first, last] => vec![first, last],
            [first, .., last] => vec![first, beyond[beyond.len() / 2], last],
        };
        let mut curves = Vec::new();
        curves.extend(curve(
            "training lengths".to_owned(),
            Split::In,
            &counted,
            |example| splits.get(&example.len_eval) == Some(&Split::In),
            rng,
        ));
        for len in chosen {
            curves.extend(curve(format!("length {len}"), Split::Out, &counted, |example| example.len_eval == len, rng));
        }
        if !curves.is_empty() {
            let (task, len_train_max) = (run.outcome.task.clone(), run.outcome.len_train_max);
            diagrams.push(Reliability { task, len_train_max, seeds: run.seeds(), curves });
        }
    }
    diagrams
}

fn curve(
    of: String,
    split: Split,
    examples: &[&ExampleRecord],
    is_meant: impl Fn(&ExampleRecord) -> bool,
    rng: &mut (impl Rng + ?Sized),
) -> Option<ReliabilityCurve> {
    let meant = examples.iter().filter(|example| is_meant(example)).map(|example| (example.confidence(), example.right));
    let confidences = Confidences::new(meant.collect()).ok()?;
    let found = smooth_ece(&confidences);
    Some(ReliabilityCurve {
        of,
        split,
        examples: confidences.len(),
        smooth_ece: found.value,
        points: reliability(&confidences, found.width, POINTS),
        band: reliability_band(&confidences, found.width, POINTS, RESAMPLES, rng),
    })
}

/// How many settings fail in which way, in a sentence; `None` where calibration was not measured.
pub(crate) fn sentence(calibration: &[Calibration]) -> Option<String> {
    let count = |failure: Failure| calibration.iter().filter(|of| of.failure == failure).count();
    let failing = calibration.len() - count(Failure::None);
    (!calibration.is_empty()).then(|| {
        if failing == 0 {
            return format!(
                "none of {} loses accuracy beyond the training lengths",
                number::plural(calibration.len(), "task and training length")
            );
        }
        format!(
            "of {failing} that lose accuracy beyond the training lengths, {} announced by falling confidence, {} partly, {} silent",
            count(Failure::Announced),
            count(Failure::Partly),
            count(Failure::Silent)
        )
    })
}
