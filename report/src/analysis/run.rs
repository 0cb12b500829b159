//! One run, judged on its own: its curve, whether it fitted, how far it reaches.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::evidence::{Evidence, RunOutcome, RunStatus};
use crate::record::{Metric, Record, Split};
use crate::statistics::binomial::{Interval, Share};
use crate::statistics::fit::{Fit, fit};
use crate::statistics::reach::{Reach, area_beyond, reach};

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
    /// Mean exact match over the out-of-distribution lengths up to the horizon; `None` unless the run fitted and such lengths were
    /// evaluated.
    pub area_beyond: Option<f64>,
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
            run.area_beyond = area_within(run, horizon);
        }
    }
    runs
}

fn area_within(run: &RunSummary, horizon: f64) -> Option<f64> {
    let furthest = horizon * run.outcome.len_train_max as f64 + 1e-9;
    let beyond = run.curve.iter().filter(|point| point.split == Split::Out && point.len_eval as f64 <= furthest);
    let pairs: Vec<(usize, f64)> = beyond.map(|point| (point.len_eval, point.exact_match)).collect();
    area_beyond(&pairs)
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
    let reach = if fit == Fit::Fitted { reach(&pairs, tau) } else { None };
    RunSummary {
        reach,
        reach_ratio: reach.and_then(|reach| reach.ratio(outcome.len_train_max)),
        area_beyond: None,
        outcome: outcome.clone(),
        curve,
        in_distribution,
        fit,
    }
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
