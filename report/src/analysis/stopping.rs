//! Are failures failures to stop? What wrong answers beyond the training lengths lack.
//!
//! Cheng 2025, <https://hdl.handle.net/1773/53677>, found that some tasks fail to generalize only because models do not stop where they must.

use serde::Serialize;

use super::setting::{RecordsByRun, Setting};
use crate::number;
use crate::record::{Metric, Record, Split};
use crate::statistics::binomial::Share;
use crate::statistics::reach::{MedianRatio, median_ratio};

/// How the fitted runs of a setting fail at out-of-distribution lengths up to the horizon, pooled over runs and lengths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stopping {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// Cells that the runs are of.
    pub cells: usize,
    /// Runs that fitted.
    pub runs: usize,
    /// Right answers.
    pub exact: Share,
    /// Right answers where the model is told how long they are: an oracle's help.
    pub exact_with_length: Share,
    /// Answers that end too soon.
    pub premature: Share,
    /// Answers that miss their end.
    pub missing: Share,
    /// Median reach ratio, no further than the horizon.
    pub reach_ratio: Option<MedianRatio>,
    /// The same where the model is told how long answers are.
    pub reach_ratio_with_length: Option<MedianRatio>,
}

impl Stopping {
    /// Of the wrong answers, those that are right when told the length.
    pub fn only_stopping(&self) -> Share {
        let told = self.exact_with_length.successes.saturating_sub(self.exact.successes);
        Share { successes: told, examples: self.exact.examples - self.exact.successes }
    }
}

/// One row a setting that has a fitted run with out-of-distribution records.
pub(crate) fn stopping(settings: &[Setting<'_>], records: &RecordsByRun<'_>, horizon: f64, tau: f64) -> Vec<Stopping> {
    let one = |setting: &Setting<'_>| {
        let of = |metric: Metric| {
            let all = setting.fitted().flat_map(|run| records.of(run, &run.outcome.distribution, metric));
            let beyond = all.filter(|record| record.split == Split::Out && setting.is_within(record.len_eval, horizon));
            beyond.map(share_of).sum::<Share>()
        };
        let ratio = |metric: Metric| {
            let curve = |run| {
                let of_run =
                    records.of(run, &run.outcome.distribution, metric).filter(|record| setting.is_within(record.len_eval, horizon));
                of_run.map(|record| (record.len_eval, record.value)).collect::<Vec<_>>()
            };
            median_ratio(setting.fitted().map(curve), tau, setting.len_train_max)
        };
        let exact = of(Metric::ExactMatch);
        let exact_with_length = of(Metric::ExactMatchWithLength);
        (exact.examples > 0 && exact_with_length.examples == exact.examples).then(|| Stopping {
            task: setting.task.task.clone(),
            len_train_max: setting.len_train_max,
            cells: setting.cells(),
            runs: setting.fitted().count(),
            exact,
            exact_with_length,
            premature: of(Metric::PrematureEnd),
            missing: of(Metric::MissingEnd),
            reach_ratio: ratio(Metric::ExactMatch),
            reach_ratio_with_length: ratio(Metric::ExactMatchWithLength),
        })
    };
    settings.iter().filter_map(one).collect()
}

/// A setting of which at least this share of the wrong answers is right when told the length fails by stopping.
const MOSTLY: f64 = 0.5;

/// Which settings fail by stopping, in a sentence; `None` where nothing was measured.
pub(crate) fn sentence(stopping: &[Stopping]) -> Option<String> {
    let wrong: Share = stopping.iter().map(Stopping::only_stopping).sum();
    let rate = wrong.rate()?;
    let mostly = stopping.iter().filter(|of| of.only_stopping().rate().is_some_and(|rate| rate >= MOSTLY));
    let mostly: Vec<String> = mostly.map(|of| format!("{} trained to {}", of.task, of.len_train_max)).collect();
    let of = if mostly.is_empty() { "no task".to_owned() } else { number::list(&mostly) };
    Some(format!(
        "of the wrong answers beyond the training lengths, {:.0} % are right when the model is told how long they are; half or more for {of}",
        100.0 * rate
    ))
}

fn share_of(record: &Record) -> Share {
    Share::from_rate(record.value, record.examples)
}
