//! One run, judged on its own: its curve, whether it fitted, how far it reaches.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::evidence::{Evidence, RunOutcome, RunStatus};
use crate::primary::Outcome;
use crate::record::{Metric, Record, Split};
use crate::statistics::binomial::{Interval, Share};
use crate::statistics::fit::{Fit, fit};
use crate::statistics::reach::{Reach, area_beyond, reach};

/// Every reach is also told at these, so that a reader sees what hangs on the sweep's own tau.
pub const TAUS: [f64; 3] = [0.9, 0.95, 0.99];

/// A run and what its records say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSummary {
    /// What the run is known by, and how it ended.
    pub outcome: RunOutcome,
    /// Exact match by evaluated length, ascending, each length once; kept for runs that did not finish too.
    pub curve: Vec<CurvePoint>,
    /// Successes and examples pooled over every evaluated length inside the training lengths.
    pub in_distribution: Share,
    /// Whether the run learned its training lengths; [`Fit::Unknown`] unless it finished.
    pub fit: Fit,
    /// How far the run is right; `None` unless it fitted.
    pub reach: Option<Reach>,
    /// Reach over the longest training length; `None` unless the run fitted.
    pub reach_ratio: Option<f64>,
    /// Reach at the sweep's tau and at each of [`TAUS`], tau ascending; empty unless the run fitted.
    pub reach_at: Vec<ReachAt>,
    /// Mean exact match over the out-of-distribution lengths up to the horizon; `None` unless the run fitted and such lengths were
    /// evaluated.
    pub area_beyond: Option<f64>,
}

/// Reach at one tau.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReachAt {
    /// Lowest exact match that counts as right.
    pub tau: f64,
    /// How far the run is right by it.
    pub reach: Reach,
}

/// The largest multiple of its longest training length to which every run that fitted was evaluated.
///
/// Tasks are compared up to here and no further: beyond it a task would rank higher only because it was tested further.
/// `None` where no run fitted.
pub(crate) fn horizon(runs: &[RunSummary]) -> Option<f64> {
    runs.iter().filter(|run| run.fitted()).filter_map(RunSummary::tested_to).min_by(f64::total_cmp)
}

impl RunSummary {
    /// The largest evaluated length over the longest training length.
    pub fn tested_to(&self) -> Option<f64> {
        let largest = self.curve.last()?.len_eval;
        (self.outcome.len_train_max > 0).then(|| largest as f64 / self.outcome.len_train_max as f64)
    }

    /// An outcome of the run, with none of what lies beyond the horizon; `None` unless it fitted and was evaluated where the outcome looks.
    pub fn outcome_value(&self, outcome: Outcome, horizon: f64) -> Option<f64> {
        match outcome {
            Outcome::ReachRatio => self.reach_ratio.map(|ratio| ratio.min(horizon)),
            Outcome::AreaBeyond => self.area_beyond,
            Outcome::ExactMatchAtTwice if self.fitted() => {
                let twice = 2 * self.outcome.len_train_max;
                Some(self.beyond(horizon).min_by_key(|point| (point.len_eval.abs_diff(twice), Reverse(point.len_eval)))?.exact_match)
            }
            Outcome::ExactMatchAtTwice => None,
        }
    }

    /// What was evaluated beyond the training lengths, up to the horizon.
    fn beyond(&self, horizon: f64) -> impl Iterator<Item = &CurvePoint> {
        let furthest = horizon * self.outcome.len_train_max as f64 + 1e-9;
        self.curve.iter().filter(move |point| point.split == Split::Out && point.len_eval as f64 <= furthest)
    }

    /// Whether the run counts for verdicts.
    pub fn fitted(&self) -> bool {
        self.fit == Fit::Fitted
    }

    /// Whether the run was trained and evaluated.
    pub fn finished(&self) -> bool {
        self.outcome.status == RunStatus::Done
    }

    /// Both seeds, initial weights first: `0/1`.
    pub fn seeds(&self) -> String {
        format!("{}/{}", self.outcome.seed_init, self.outcome.seed_data)
    }

    /// The run's fate in words: `fitted`, `did not fit`, or how it ended.
    pub fn fate(&self) -> String {
        match (&self.outcome.status, self.fit) {
            (RunStatus::Done, Fit::Fitted) => "fitted".to_owned(),
            (RunStatus::Done, Fit::NotFitted) => "did not fit".to_owned(),
            (RunStatus::Done, Fit::Unknown) => "done, without in-distribution records".to_owned(),
            (status, _) => status.to_string(),
        }
    }

    /// The evaluated length nearest to `len`, the longer one of two.
    pub fn nearest(&self, len: usize) -> Option<&CurvePoint> {
        self.curve.iter().rev().min_by_key(|point| point.len_eval.abs_diff(len))
    }
}

/// Exact match of one run at one evaluated length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Share of examples that were right, as recorded.
    pub exact_match: f64,
    /// The same as counts.
    pub share: Share,
    /// The exact 95 % interval: the recorded one, or computed from the counts.
    pub interval: Option<Interval>,
}

/// What ties a record to its run.
pub(crate) type RunKey<'a> = (&'a str, u64, u64);

/// Judges every run of the evidence, in its order.
pub(crate) fn summarize(evidence: &Evidence) -> Vec<RunSummary> {
    let mut records: HashMap<RunKey<'_>, Vec<&Record>> = HashMap::new();
    for record in evidence.records.iter().filter(|record| record.metric == Metric::ExactMatch) {
        records.entry((&record.cell, record.seed_init, record.seed_data)).or_default().push(record);
    }
    let (gate, tau) = (evidence.sweep.fit_gate, evidence.sweep.reach_tau);
    let summarize_one = |run: &RunOutcome| {
        let RunOutcome { cell, seed_init, seed_data, .. } = run;
        let of_run = records.get(&(cell.as_str(), *seed_init, *seed_data)).into_iter().flatten();
        let that_count: Vec<&Record> = of_run.copied().filter(|record| record.distribution == run.distribution).collect();
        summarize_run(run, &that_count, gate, tau)
    };
    let mut runs: Vec<RunSummary> = evidence.runs.iter().map(summarize_one).collect();
    if let Some(horizon) = horizon(&runs) {
        for run in runs.iter_mut().filter(|run| run.fitted()) {
            let beyond: Vec<(usize, f64)> = run.beyond(horizon).map(|point| (point.len_eval, point.exact_match)).collect();
            run.area_beyond = area_beyond(&beyond);
        }
    }
    runs
}

fn summarize_run(outcome: &RunOutcome, records: &[&Record], gate: f64, tau: f64) -> RunSummary {
    // Of records that say the same thing twice, the first stands; a warning counts the others.
    let mut by_len: BTreeMap<usize, CurvePoint> = BTreeMap::new();
    for record in records {
        by_len.entry(record.len_eval).or_insert_with(|| curve_point(record));
    }
    let curve: Vec<CurvePoint> = by_len.into_values().collect();
    let in_distribution: Share = curve.iter().filter(|p| p.split == Split::In).map(|p| p.share).sum();
    let finished = outcome.status == RunStatus::Done;
    let fit = if finished { fit(in_distribution, gate) } else { Fit::Unknown };
    let pairs: Vec<(usize, f64)> = curve.iter().map(|point| (point.len_eval, point.exact_match)).collect();
    let reach_at = |tau: f64| Some(ReachAt { tau, reach: reach(&pairs, tau)? });
    let fitted = fit == Fit::Fitted;
    let reach = if fitted { reach(&pairs, tau) } else { None };
    RunSummary {
        reach,
        reach_at: if fitted { taus(tau).into_iter().filter_map(reach_at).collect() } else { Vec::new() },
        reach_ratio: reach.and_then(|reach| reach.ratio(outcome.len_train_max)),
        area_beyond: None,
        outcome: outcome.clone(),
        curve,
        in_distribution,
        fit,
    }
}

/// The sweep's tau among [`TAUS`], ascending.
pub(crate) fn taus(tau: f64) -> Vec<f64> {
    let mut taus = TAUS.to_vec();
    taus.push(tau);
    taus.sort_by(f64::total_cmp);
    taus.dedup();
    taus
}

fn curve_point(record: &Record) -> CurvePoint {
    let share = Share::from_rate(record.value, record.examples);
    let recorded = record.low.zip(record.high).map(|(low, high)| Interval { low, high });
    CurvePoint {
        len_eval: record.len_eval,
        split: record.split,
        exact_match: record.value,
        share,
        interval: recorded.or_else(|| share.interval()),
    }
}
