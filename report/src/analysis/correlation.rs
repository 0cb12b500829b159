//! Does program length predict generalization? Rank correlations over tasks.

use std::fmt;

use rand::Rng;
use serde::Serialize;

use super::verdict::Verdict;
use crate::evidence::{Evidence, TaskInfo};
use crate::statistics::binomial::Interval;
use crate::statistics::rank::{kendall_tau_b, spearman};
use crate::statistics::resample::{MIN_PAIRS_FOR_INTERVAL, bootstrap_spearman, permutation_spearman};

/// Bootstrap resamples behind every interval.
pub const RESAMPLES: usize = 5_000;
/// Random permutations behind every p-value that is not exact.
pub const PERMUTATIONS: u64 = 10_000;

/// One measure of program length against one outcome, over one set of tasks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Correlation {
    /// Name of the measure.
    pub measure: String,
    /// What it is held against.
    pub outcome: Outcome,
    /// Over which tasks.
    pub scope: Scope,
    /// Whether this is the analysis declared before the sweep.
    pub primary: bool,
    /// Tasks that count: those with a run that fitted and, for [`Scope::ProgramsOnly`], a known program.
    pub tasks: usize,
    /// Spearman's rho; negative when shorter programs go with more generalization.
    pub rho: Option<f64>,
    /// Kendall's tau-b, of the same sign.
    pub tau_b: Option<f64>,
    /// Bootstrap percentile interval of rho, 95 %.
    pub interval: Option<Interval>,
    /// Bootstrap resamples behind the interval.
    pub resamples_used: usize,
    /// Bootstrap resamples left out because their correlation is undefined.
    pub resamples_dropped: usize,
    /// Two-sided permutation p-value of rho.
    pub p_value: Option<f64>,
    /// Whether every permutation was tried.
    pub p_exact: bool,
    /// Why rho, or its interval, is missing.
    pub note: Option<String>,
}

/// What program length is held against, per task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Median over fitted runs of reach over the longest training length, no further than the horizon.
    ReachRatio,
    /// Median over fitted runs of the mean exact match at out-of-distribution lengths up to the horizon.
    AreaBeyond,
}

impl Outcome {
    /// Every outcome, the primary one first.
    pub const ALL: [Self; 2] = [Self::ReachRatio, Self::AreaBeyond];

    /// The outcome of a task. A reach beyond the horizon counts as the horizon: not every task was tested further.
    fn of(self, verdict: &Verdict, horizon: f64) -> Option<f64> {
        match self {
            Self::ReachRatio => verdict.reach.map(|reach| reach.ratio.min(horizon)),
            Self::AreaBeyond => verdict.area_beyond,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReachRatio => "median reach ratio",
            Self::AreaBeyond => "mean out-of-distribution exact match",
        })
    }
}

/// The tasks of a correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every task with a run that fitted; tasks without a known program rank after every program, tied.
    AllTasks,
    /// Only those with a known program.
    ProgramsOnly,
}

impl Scope {
    /// Both scopes, the primary one first.
    pub const ALL: [Self; 2] = [Self::AllTasks, Self::ProgramsOnly];
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllTasks => "all tasks",
            Self::ProgramsOnly => "programs only",
        })
    }
}

/// Every measure with every outcome over both sets of tasks: the primary measure first, the others as the programs name them.
pub(crate) fn correlate(evidence: &Evidence, verdicts: &[Verdict], horizon: f64, rng: &mut (impl Rng + ?Sized)) -> Vec<Correlation> {
    let mut correlations = Vec::new();
    for outcome in Outcome::ALL {
        for measure in measures(evidence) {
            for scope in Scope::ALL {
                let pairs = pairs(evidence, verdicts, horizon, &measure, outcome, scope);
                let mut correlation = correlate_pairs(&pairs, rng);
                correlation.primary =
                    measure == evidence.sweep.primary_measure && outcome == Outcome::ReachRatio && scope == Scope::AllTasks;
                correlations.push(Correlation { measure: measure.clone(), outcome, scope, ..correlation });
            }
        }
    }
    correlations
}

/// Names of measures in the order of the tables.
pub(crate) fn measures(evidence: &Evidence) -> Vec<String> {
    let mut names = vec![evidence.sweep.primary_measure.clone()];
    for program in evidence.tasks.iter().filter_map(|task| task.program.as_ref()) {
        for (name, _) in &program.measures {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// (program length, outcome) of each task that counts.
fn pairs(evidence: &Evidence, verdicts: &[Verdict], horizon: f64, measure: &str, outcome: Outcome, scope: Scope) -> Vec<(f64, f64)> {
    let length = |task: &TaskInfo| match (&task.program, scope) {
        (Some(program), _) => program.measure(measure),
        (None, Scope::AllTasks) => Some(f64::INFINITY),
        (None, Scope::ProgramsOnly) => None,
    };
    let both = evidence.tasks.iter().zip(verdicts);
    both.filter_map(|(task, verdict)| length(task).zip(outcome.of(verdict, horizon))).collect()
}

fn correlate_pairs(pairs: &[(f64, f64)], rng: &mut (impl Rng + ?Sized)) -> Correlation {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let rho = spearman(&x, &y);
    let bootstrap = rho.map(|_| bootstrap_spearman(&x, &y, RESAMPLES, rng));
    let permutation = permutation_spearman(&x, &y, PERMUTATIONS, rng);
    let interval = bootstrap.and_then(|bootstrap| bootstrap.interval);
    Correlation {
        measure: String::new(),
        outcome: Outcome::ReachRatio,
        scope: Scope::AllTasks,
        primary: false,
        tasks: pairs.len(),
        rho,
        tau_b: kendall_tau_b(&x, &y),
        interval,
        resamples_used: bootstrap.map_or(0, |bootstrap| bootstrap.used),
        resamples_dropped: bootstrap.map_or(0, |bootstrap| bootstrap.dropped),
        p_value: permutation.map(|permutation| permutation.p_value),
        p_exact: permutation.is_some_and(|permutation| permutation.exact),
        note: note(&x, &y, rho, interval),
    }
}

fn note(x: &[f64], y: &[f64], rho: Option<f64>, interval: Option<Interval>) -> Option<String> {
    let constant = |values: &[f64]| values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq());
    let text = match (x.len(), rho, interval) {
        (_, Some(_), Some(_)) => return None,
        (tasks, Some(_), None) if tasks < MIN_PAIRS_FOR_INTERVAL => {
            return Some(format!("no interval: fewer than {MIN_PAIRS_FOR_INTERVAL} tasks"));
        }
        (_, Some(_), None) => "no interval: most resamples have the same value on one side",
        (0, ..) => "undefined: no task counts",
        (1, ..) => "undefined: one task only",
        _ if constant(x) => "undefined: program length is the same for every task",
        _ if constant(y) => "undefined: the outcome is the same for every task",
        _ => "undefined: a value is not a number",
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn correlate(pairs: &[(f64, f64)]) -> Correlation {
        correlate_pairs(pairs, &mut ChaCha8Rng::seed_from_u64(0))
    }

    #[test]
    fn what_is_undefined_says_why() {
        let notes = [vec![], vec![(1.0, 2.0)], vec![(1.0, 2.0), (1.0, 3.0)], vec![(1.0, 2.0), (2.0, 2.0)], vec![(1.0, 2.0), (2.0, 1.0)]]
            .map(|pairs| correlate(&pairs).note.unwrap());
        insta::assert_snapshot!(notes.join("\n"), @r"
        undefined: no task counts
        undefined: one task only
        undefined: program length is the same for every task
        undefined: the outcome is the same for every task
        no interval: fewer than 4 tasks
        ");
    }

    #[test]
    fn longer_programs_that_reach_less_correlate_negatively() {
        let found = correlate(&[(6.0, 3.0), (9.0, 2.5), (11.0, 2.0), (23.0, 1.5), (f64::INFINITY, 1.0)]);
        assert_eq!((found.rho, found.tau_b, found.tasks), (Some(-1.0), Some(-1.0), 5));
        assert!(found.p_exact && (found.p_value.unwrap() - 2.0 / 120.0).abs() < 1e-12);
        assert!(found.resamples_dropped > 0, "all five draws of one task have no correlation");
        assert_eq!(found.resamples_used + found.resamples_dropped, RESAMPLES);
    }
}
