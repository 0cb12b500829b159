//! Runs that differ in their seeds, or in what else a sweep varies, but not in their task and training lengths.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::run::{RunKey, RunSummary};
use crate::evidence::{Evidence, TaskInfo};
use crate::record::{Metric, Record};

/// The runs of one task with one longest training length.
#[derive(Debug, Clone)]
pub(crate) struct Setting<'a> {
    pub(crate) task: &'a TaskInfo,
    pub(crate) len_train_max: usize,
    pub(crate) runs: Vec<&'a RunSummary>,
}

impl<'a> Setting<'a> {
    /// How many cells its runs are of: 1 unless the sweep varies something else.
    pub(crate) fn cells(&self) -> usize {
        self.runs.iter().map(|run| run.outcome.cell.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// Whether a length lies no further than a multiple of the training lengths.
    pub(crate) fn is_within(&self, len: usize, horizon: f64) -> bool {
        len as f64 <= horizon * self.len_train_max as f64 + 1e-9
    }

    /// Those that count for verdicts.
    pub(crate) fn fitted(&self) -> impl Iterator<Item = &'a RunSummary> {
        self.runs.iter().copied().filter(|run| run.fitted())
    }
}

/// Every setting, by task in the order of the evidence, then by longest training length.
pub(crate) fn settings<'a>(evidence: &'a Evidence, runs: &'a [RunSummary]) -> Vec<Setting<'a>> {
    let mut of_task: HashMap<&str, BTreeMap<usize, Vec<&RunSummary>>> = HashMap::new();
    for run in runs {
        of_task.entry(&run.outcome.task).or_default().entry(run.outcome.len_train_max).or_default().push(run);
    }
    let of_each = evidence.tasks.iter().flat_map(|task| {
        let by_len = of_task.remove(task.task.as_str()).unwrap_or_default();
        by_len.into_iter().map(move |(len_train_max, runs)| Setting { task, len_train_max, runs })
    });
    of_each.collect()
}

/// Records by run, and what a run's table says.
pub(crate) struct RecordsByRun<'a>(HashMap<RunKey<'a>, Vec<&'a Record>>);

impl<'a> RecordsByRun<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let mut by_run: HashMap<RunKey<'a>, Vec<&'a Record>> = HashMap::new();
        for record in &evidence.records {
            by_run.entry((&record.cell, record.seed_init, record.seed_data)).or_default().push(record);
        }
        Self(by_run)
    }

    /// A run's records of one metric on one distribution.
    pub(crate) fn of<'s>(&'s self, run: &'s RunSummary, distribution: &'s str, metric: Metric) -> impl Iterator<Item = &'s Record> + 's {
        let of_run = self.0.get(&(run.outcome.cell.as_str(), run.outcome.seed_init, run.outcome.seed_data));
        of_run.into_iter().flatten().copied().filter(move |record| record.metric == metric && record.distribution == distribution)
    }
}
