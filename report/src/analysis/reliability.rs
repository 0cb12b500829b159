//! Smooth reliability diagrams: how often answers of each confidence are right, at the training lengths and beyond.

use std::collections::HashMap;

use rand::Rng;
use serde::Serialize;

use super::run::RunSummary;
use crate::calibration::{Confidences, ReliabilityPoint, reliability, reliability_band, smooth_ece};
use crate::evidence::Evidence;
use crate::example::ExampleRecord;
use crate::record::Split;
use crate::statistics::binomial::Interval;

/// Points of a reliability diagram.
const POINTS: usize = 41;
/// Resamples behind its bands.
const RESAMPLES: usize = 100;

/// Smooth reliability diagrams of one run of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// The cell of the run.
    pub cell: String,
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
        let of_evidence = runs.iter().find(|run| (&run.outcome.cell, run.outcome.seed_init, run.outcome.seed_data) == key);
        let Some(run) = of_evidence.filter(|run| run.fitted()) else { continue };
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
            let (task, len_train_max, cell) = (run.outcome.task.clone(), run.outcome.len_train_max, run.outcome.cell.clone());
            diagrams.push(Reliability { task, len_train_max, cell, seeds: run.seeds(), curves });
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
