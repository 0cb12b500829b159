//! Easy and hard sets: the same runs on each distribution of their task.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::setting::{RecordsByRun, Setting};
use crate::evidence::Evidence;
use crate::record::{Metric, Split};
use crate::statistics::binomial::Share;
use crate::statistics::median;
use crate::statistics::reach::{MedianRatio, area_beyond, median_ratio};

/// The fitted runs of a setting on one distribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OnDistribution {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// Cells that the runs are of.
    pub cells: usize,
    /// Name of the distribution.
    pub distribution: String,
    /// Whether verdicts rest on it.
    pub counts: bool,
    /// Runs that fitted, by the distribution that verdicts rest on.
    pub runs: usize,
    /// In-distribution successes and examples, pooled over runs and lengths.
    pub inside: Share,
    /// Median reach ratio, no further than the horizon.
    pub reach_ratio: Option<MedianRatio>,
    /// Median of the mean exact match at out-of-distribution lengths up to the horizon.
    pub area_beyond: Option<f64>,
}

/// Rows of the settings whose task was measured on several distributions, the one that counts first.
pub(crate) fn on_distributions(
    evidence: &Evidence,
    settings: &[Setting<'_>],
    records: &RecordsByRun<'_>,
    horizon: f64,
) -> Vec<OnDistribution> {
    let mut of_task: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in &evidence.records {
        of_task.entry(&record.task).or_default().insert(&record.distribution);
    }
    let mut rows = Vec::new();
    for setting in settings {
        let Some(first) = setting.fitted().next() else { continue };
        let several = of_task.get(setting.task.task.as_str()).filter(|names| names.len() > 1);
        let mut names: Vec<&str> = several.into_iter().flatten().copied().collect();
        names.sort_by_key(|name| *name != first.outcome.distribution);
        rows.extend(names.into_iter().filter_map(|name| row(setting, name, records, (horizon, evidence.sweep.reach_tau))));
    }
    rows
}

fn row(setting: &Setting<'_>, distribution: &str, records: &RecordsByRun<'_>, (horizon, tau): (f64, f64)) -> Option<OnDistribution> {
    let of_run = |run| records.of(run, distribution, Metric::ExactMatch).filter(|record| setting.is_within(record.len_eval, horizon));
    let inside: Share = setting
        .fitted()
        .flat_map(of_run)
        .filter(|record| record.split == Split::In)
        .map(|record| Share::from_rate(record.value, record.examples))
        .sum();
    let curve = |run| of_run(run).map(|record| (record.len_eval, record.value)).collect::<Vec<_>>();
    let beyond = |run| {
        let beyond = of_run(run).filter(|record| record.split == Split::Out);
        area_beyond(&beyond.map(|record| (record.len_eval, record.value)).collect::<Vec<_>>())
    };
    let areas: Vec<f64> = setting.fitted().filter_map(beyond).collect();
    let runs = setting.fitted().filter(|run| of_run(run).next().is_some()).count();
    (runs > 0).then(|| OnDistribution {
        task: setting.task.task.clone(),
        len_train_max: setting.len_train_max,
        distribution: distribution.to_owned(),
        counts: setting.fitted().any(|run| run.outcome.distribution == distribution),
        cells: setting.cells(),
        runs,
        inside,
        reach_ratio: median_ratio(setting.fitted().map(curve), tau, setting.len_train_max),
        area_beyond: median(&areas),
    })
}
