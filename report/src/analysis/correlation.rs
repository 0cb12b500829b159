//! Does program length predict generalization? Rank correlations over tasks.

use std::collections::HashMap;

use rand::Rng;
use serde::Serialize;

use super::partial::{Partial, partials};
use super::run::RunSummary;
use crate::evidence::{Evidence, TaskInfo};
use crate::primary::{Outcome, PrimaryAnalysis, Scope};
use crate::statistics::binomial::Interval;
use crate::statistics::median;
use crate::statistics::permutation::{permutation_kendall, permutation_spearman};
use crate::statistics::rank::{kendall_tau_b, spearman};
use crate::statistics::reach::at_least;
use crate::statistics::resample::{MIN_PAIRS_FOR_INTERVAL, RankBootstrap, bootstrap_nested};

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
    /// Of these, the tasks whose median reach is at the horizon, where they tie though they may differ beyond; 0 for other outcomes.
    pub at_horizon: usize,
    /// Spearman's rho; negative when shorter programs go with more generalization.
    pub rho: Option<f64>,
    /// Bootstrap percentile interval of rho, 95 %: tasks drawn again, and runs within each.
    pub interval: Option<Interval>,
    /// Two-sided permutation p-value of rho.
    pub p_value: Option<f64>,
    /// Kendall's tau-b, of the same sign.
    pub tau_b: Option<f64>,
    /// Bootstrap percentile interval of tau-b, 95 %, from the same resamples.
    pub tau_b_interval: Option<Interval>,
    /// Two-sided permutation p-value of tau-b.
    pub tau_b_p_value: Option<f64>,
    /// Bootstrap resamples behind the intervals.
    pub resamples_used: usize,
    /// Bootstrap resamples left out because their correlation is undefined.
    pub resamples_dropped: usize,
    /// Whether every permutation was tried.
    pub p_exact: bool,
    /// rho with each confounder held fixed, and with all of them.
    pub partials: Vec<Partial>,
    /// Why rho, or its interval, is missing.
    pub note: Option<String>,
}

/// A task that counts, as a correlation sees it.
pub(crate) struct Pair<'a> {
    pub(crate) task: &'a TaskInfo,
    /// Its runs that fitted.
    pub(crate) fitted: &'a [&'a RunSummary],
    /// Program length; infinite where no program is known.
    pub(crate) length: f64,
    /// The outcome of each run that has one.
    pub(crate) of_runs: Vec<f64>,
    /// Their median.
    pub(crate) outcome: f64,
}

/// Every measure with every outcome over both sets of tasks: the primary measure first, the others as the programs name them.
pub(crate) fn correlate(evidence: &Evidence, runs: &[RunSummary], horizon: f64, rng: &mut (impl Rng + ?Sized)) -> Vec<Correlation> {
    let mut fitted: HashMap<&str, Vec<&RunSummary>> = HashMap::new();
    for run in runs.iter().filter(|run| run.fitted()) {
        fitted.entry(&run.outcome.task).or_default().push(run);
    }
    let mut correlations = Vec::new();
    for outcome in Outcome::ALL {
        for measure in measures(evidence) {
            for scope in Scope::ALL {
                let analysis = PrimaryAnalysis { measure: measure.clone(), outcome, scope };
                let pairs = pairs(evidence, &fitted, horizon, &analysis);
                let primary = analysis == evidence.sweep.primary;
                correlations.push(Correlation { primary, ..correlate_pairs(analysis, &pairs, horizon, rng) });
            }
        }
    }
    correlations
}

/// Names of measures in the order of the tables.
pub(crate) fn measures(evidence: &Evidence) -> Vec<String> {
    let mut names = vec![evidence.sweep.primary.measure.clone()];
    for program in evidence.tasks.iter().filter_map(|task| task.program.as_ref()) {
        for (name, _) in &program.measures {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn pairs<'a>(
    evidence: &'a Evidence,
    fitted: &'a HashMap<&str, Vec<&'a RunSummary>>,
    horizon: f64,
    analysis: &PrimaryAnalysis,
) -> Vec<Pair<'a>> {
    let pair = |task: &'a TaskInfo| {
        let length = match (&task.program, analysis.scope) {
            (Some(program), _) => program.measure(&analysis.measure)?,
            (None, Scope::AllTasks) => f64::INFINITY,
            (None, Scope::ProgramsOnly) => return None,
        };
        let fitted = fitted.get(task.task.as_str())?;
        let of_runs: Vec<f64> = fitted.iter().filter_map(|run| run.outcome_value(analysis.outcome, horizon)).collect();
        Some(Pair { task, fitted, length, outcome: median(&of_runs)?, of_runs })
    };
    evidence.tasks.iter().filter_map(pair).collect()
}

fn correlate_pairs(analysis: PrimaryAnalysis, pairs: &[Pair<'_>], horizon: f64, rng: &mut (impl Rng + ?Sized)) -> Correlation {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|pair| (pair.length, pair.outcome)).unzip();
    let of_runs: Vec<Vec<f64>> = pairs.iter().map(|pair| pair.of_runs.clone()).collect();
    let rho = spearman(&x, &y);
    let bootstrap = if rho.is_some() { bootstrap_nested(&x, &of_runs, RESAMPLES, rng) } else { RankBootstrap::default() };
    let permutation = permutation_spearman(&x, &y, PERMUTATIONS, rng);
    let at_horizon = match analysis.outcome {
        Outcome::ReachRatio => y.iter().filter(|reached| at_least(**reached, horizon)).count(),
        Outcome::AreaBeyond | Outcome::ExactMatchAtTwice => 0,
    };
    Correlation {
        measure: analysis.measure,
        outcome: analysis.outcome,
        scope: analysis.scope,
        primary: false,
        tasks: pairs.len(),
        at_horizon,
        rho,
        interval: bootstrap.rho.interval,
        p_value: permutation.map(|permutation| permutation.p_value),
        tau_b: kendall_tau_b(&x, &y),
        tau_b_interval: bootstrap.tau_b.interval,
        tau_b_p_value: permutation_kendall(&x, &y, PERMUTATIONS, rng).map(|permutation| permutation.p_value),
        resamples_used: bootstrap.rho.used,
        resamples_dropped: bootstrap.rho.dropped,
        p_exact: permutation.is_some_and(|permutation| permutation.exact),
        partials: partials(pairs, rng),
        note: note(&x, &y, rho, bootstrap.rho.interval),
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
    use crate::evidence::Role;

    fn task() -> TaskInfo {
        TaskInfo {
            task: "sort".into(),
            summary: String::new(),
            format: String::new(),
            unit: String::new(),
            alphabet: 10,
            answer_tokens: None,
            program: None,
            role: Role::Control,
            model: String::new(),
        }
    }

    fn correlate(pairs: &[(f64, f64)]) -> Correlation {
        let task = task();
        let pair = |&(length, outcome)| Pair { task: &task, fitted: &[], length, of_runs: vec![outcome; 3], outcome };
        let pairs: Vec<Pair<'_>> = pairs.iter().map(pair).collect();
        correlate_pairs(PrimaryAnalysis::default(), &pairs, 3.0, &mut ChaCha8Rng::seed_from_u64(0))
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
        assert_eq!((found.tau_b_p_value, found.tau_b_interval), (found.p_value, found.interval));
        assert_eq!(found.at_horizon, 1);
        assert!(found.resamples_dropped > 0, "all five draws of one task have no correlation");
        assert_eq!(found.resamples_used + found.resamples_dropped, RESAMPLES);
    }
}
