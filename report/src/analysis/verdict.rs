//! One task, judged over its runs that fitted.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::run::{RunSummary, taus};
use crate::evidence::{Evidence, Role, SweepInfo, TaskInfo};
use crate::number;
use crate::statistics::binomial::Share;
use crate::statistics::median;
use crate::statistics::reach::{Reach, at_least};

/// A task generalizes from this median reach ratio on; its exact match is also shown at this multiple of the training length.
pub const FAR_RATIO: f64 = 2.0;
/// A task does not generalize up to this median reach ratio.
pub const NEAR_RATIO: f64 = 1.0;

/// What a sweep says of one task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Name of the task.
    pub task: String,
    /// Why the task is in the sweep.
    pub role: Role,
    /// Whether a program is known.
    pub has_program: bool,
    /// The primary measure of that program.
    pub program_length: Option<f64>,
    /// The profile of RASP-L that the program needs.
    pub program_profile: Option<String>,
    /// Longest training lengths of the task's cells, ascending.
    pub len_train_max: Vec<usize>,
    /// Runs that the sweep asks for.
    pub runs_attempted: usize,
    /// Runs that finished.
    pub runs_finished: usize,
    /// Runs that finished and fitted: all below rests on these.
    pub runs_fitted: usize,
    /// In-distribution successes and examples, pooled over the runs that finished.
    pub in_distribution: Share,
    /// Median reach over the runs that fitted.
    pub reach: Option<MedianReach>,
    /// Reach of each run that fitted.
    pub reaches: Vec<SeedReach>,
    /// Median reach at the sweep's tau and at each of [`super::run::TAUS`], and the verdict that it would give; tau ascending.
    pub reach_at: Vec<MedianReachAt>,
    /// Exact match far beyond the training lengths.
    pub far: Option<FarExactMatch>,
    /// Median over the runs that fitted of the mean exact match at out-of-distribution lengths.
    pub area_beyond: Option<f64>,
    /// The verdict in a word.
    pub status: VerdictStatus,
}

impl Verdict {
    /// Whether the verdict would be another one at another tau of [`super::run::TAUS`].
    pub fn hangs_on_tau(&self) -> bool {
        self.reach_at.iter().any(|at| at.status != self.status)
    }

    /// The primary measure in words: a number, `none known`, or `not measured`; with the profile where that is not the strict one.
    pub fn program_length_words(&self) -> String {
        match (self.program_length, self.has_program) {
            (Some(length), _) => match self.program_profile.as_deref() {
                None | Some("strict") => number::short(length),
                Some(profile) => format!("{} ({profile})", number::short(length)),
            },
            (None, false) => "none known".to_owned(),
            (None, true) => "not measured".to_owned(),
        }
    }
}

/// The middle of several reaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MedianReach {
    /// Median reach, in the task's unit.
    pub len: f64,
    /// Median of reach over the longest training length.
    pub ratio: f64,
    /// Whether the middle is a run that was right at every evaluated length, so that the median is a lower bound.
    pub censored: bool,
}

/// The middle of several reaches at one tau.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MedianReachAt {
    /// Lowest exact match that counts as right.
    pub tau: f64,
    /// The middle.
    pub reach: MedianReach,
    /// The verdict by it.
    pub status: VerdictStatus,
}

/// The reach of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SeedReach {
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// Longest training length.
    pub len_train_max: usize,
    /// Reach, in the task's unit.
    pub len: usize,
    /// Reach over the longest training length.
    pub ratio: f64,
    /// Whether `len` is the largest evaluated length.
    pub censored: bool,
}

/// Exact match at the evaluated length nearest to [`FAR_RATIO`] times the longest training length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FarExactMatch {
    /// The evaluated lengths, one per training length.
    pub lens: Vec<usize>,
    /// Successes and examples pooled over the runs that fitted.
    pub share: Share,
}

/// The verdict on a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// Median reach is at least [`FAR_RATIO`] times the longest training length.
    Generalizes,
    /// Median reach lies between the two limits.
    Partly,
    /// Median reach is at most [`NEAR_RATIO`] times the longest training length.
    DoesNotGeneralize,
    /// Right at every evaluated length, none of which is [`FAR_RATIO`] times the longest training length.
    NotTestedFarEnough,
    /// Runs finished and none fitted.
    DidNotFit,
    /// No run finished.
    NoFinishedRun,
}

impl VerdictStatus {
    /// How the verdict is classed, for colour: `good`, `middling`, `bad` or `silent`.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Generalizes => "good",
            Self::Partly | Self::NotTestedFarEnough => "middling",
            Self::DoesNotGeneralize => "bad",
            Self::DidNotFit | Self::NoFinishedRun => "silent",
        }
    }
}

impl fmt::Display for VerdictStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generalizes => "generalizes",
            Self::Partly => "partly",
            Self::DoesNotGeneralize => "does not generalize",
            Self::NotTestedFarEnough => "not tested far enough",
            Self::DidNotFit => "did not fit",
            Self::NoFinishedRun => "no finished run",
        })
    }
}

/// One verdict per task, in the order of the evidence.
pub(crate) fn judge(evidence: &Evidence, runs: &[RunSummary]) -> Vec<Verdict> {
    let judge_one = |task: &TaskInfo| {
        let of_task: Vec<&RunSummary> = runs.iter().filter(|run| run.outcome.task == task.task).collect();
        judge_task(task, &evidence.sweep, &of_task)
    };
    evidence.tasks.iter().map(judge_one).collect()
}

fn judge_task(task: &TaskInfo, sweep: &SweepInfo, runs: &[&RunSummary]) -> Verdict {
    let finished: Vec<&RunSummary> = runs.iter().copied().filter(|run| run.finished()).collect();
    let fitted: Vec<&RunSummary> = finished.iter().copied().filter(|run| run.fitted()).collect();
    let reaches: Vec<SeedReach> = fitted.iter().filter_map(|run| seed_reach(run, run.reach?)).collect();
    let areas: Vec<f64> = fitted.iter().filter_map(|run| run.area_beyond).collect();
    let reach = median_reach(&reaches);
    let status = match reach {
        Some(reach) => status_of(reach),
        None if finished.is_empty() => VerdictStatus::NoFinishedRun,
        None => VerdictStatus::DidNotFit,
    };
    Verdict {
        task: task.task.clone(),
        role: task.role,
        has_program: task.program.is_some(),
        program_length: task.program.as_ref().and_then(|program| program.measure(&sweep.primary.measure)),
        program_profile: task.program.as_ref().map(|program| program.profile.clone()),
        len_train_max: runs.iter().map(|run| run.outcome.len_train_max).collect::<BTreeSet<_>>().into_iter().collect(),
        runs_attempted: runs.len(),
        runs_finished: finished.len(),
        runs_fitted: fitted.len(),
        in_distribution: finished.iter().map(|run| run.in_distribution).sum(),
        reach,
        reaches,
        reach_at: taus(sweep.reach_tau).into_iter().filter_map(|tau| median_reach_at(&fitted, tau)).collect(),
        far: far_exact_match(&fitted),
        area_beyond: median(&areas),
        status,
    }
}

fn median_reach_at(fitted: &[&RunSummary], tau: f64) -> Option<MedianReachAt> {
    let of_run = |run: &&RunSummary| seed_reach(run, run.reach_at.iter().find(|at| at.tau.total_cmp(&tau).is_eq())?.reach);
    let reach = median_reach(&fitted.iter().filter_map(of_run).collect::<Vec<_>>())?;
    Some(MedianReachAt { tau, reach, status: status_of(reach) })
}

fn seed_reach(run: &RunSummary, reach: Reach) -> Option<SeedReach> {
    Some(SeedReach {
        seed_init: run.outcome.seed_init,
        seed_data: run.outcome.seed_data,
        len_train_max: run.outcome.len_train_max,
        len: reach.len,
        ratio: reach.ratio(run.outcome.len_train_max)?,
        censored: reach.censored,
    })
}

fn median_reach(reaches: &[SeedReach]) -> Option<MedianReach> {
    let lens: Vec<f64> = reaches.iter().map(|reach| reach.len as f64).collect();
    let ratios: Vec<f64> = reaches.iter().map(|reach| reach.ratio).collect();
    let mut by_ratio = reaches.to_vec();
    // At equal ratios a censored run reaches at least as far.
    by_ratio.sort_by(|a, b| a.ratio.total_cmp(&b.ratio).then(a.censored.cmp(&b.censored)));
    let middle = by_ratio.len().saturating_sub(1) / 2..=by_ratio.len() / 2;
    let censored = by_ratio.get(middle).is_some_and(|middle| middle.iter().any(|reach| reach.censored));
    Some(MedianReach { len: median(&lens)?, ratio: median(&ratios)?, censored })
}

fn status_of(reach: MedianReach) -> VerdictStatus {
    if at_least(reach.ratio, FAR_RATIO) {
        VerdictStatus::Generalizes
    } else if reach.censored {
        VerdictStatus::NotTestedFarEnough
    } else if at_least(NEAR_RATIO, reach.ratio) {
        VerdictStatus::DoesNotGeneralize
    } else {
        VerdictStatus::Partly
    }
}

fn far_exact_match(fitted: &[&RunSummary]) -> Option<FarExactMatch> {
    let far = |run: &&RunSummary| {
        let point = run.nearest((FAR_RATIO * run.outcome.len_train_max as f64).round() as usize)?;
        // The nearest length may lie inside the training lengths when nothing beyond was evaluated.
        (point.len_eval > run.outcome.len_train_max).then_some((point.len_eval, point.share))
    };
    let points: Vec<(usize, Share)> = fitted.iter().filter_map(far).collect();
    let lens: BTreeSet<usize> = points.iter().map(|(len, _)| *len).collect();
    let share: Share = points.into_iter().map(|(_, share)| share).sum();
    (share.examples > 0).then(|| FarExactMatch { lens: lens.into_iter().collect(), share })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(len: usize, len_train_max: usize, censored: bool) -> SeedReach {
        let ratio = len as f64 / len_train_max as f64;
        SeedReach { seed_init: 0, seed_data: 0, len_train_max, len, ratio, censored }
    }

    #[test]
    fn the_median_is_a_lower_bound_when_its_run_is_censored() {
        let median = |reaches: &[SeedReach]| median_reach(reaches).unwrap();
        assert!(median(&[reach(60, 20, true), reach(60, 20, true), reach(30, 20, false)]).censored);
        assert!(!median(&[reach(60, 20, true), reach(40, 20, false), reach(30, 20, false)]).censored);
        let even = median(&[reach(60, 20, true), reach(40, 20, false)]);
        assert_eq!(even, MedianReach { len: 50.0, ratio: 2.5, censored: true });
        assert_eq!(median_reach(&[]), None);
    }

    #[test]
    fn the_rule_is_the_one_that_the_report_states() {
        let status = |ratio, censored| status_of(MedianReach { len: 0.0, ratio, censored });
        assert_eq!(status(2.0, false), VerdictStatus::Generalizes);
        assert_eq!(status(3.0, true), VerdictStatus::Generalizes);
        assert_eq!(status(1.5, true), VerdictStatus::NotTestedFarEnough);
        assert_eq!(status(1.5, false), VerdictStatus::Partly);
        assert_eq!(status(1.0, false), VerdictStatus::DoesNotGeneralize);
        assert_eq!(status(0.0, false), VerdictStatus::DoesNotGeneralize);
    }
}
