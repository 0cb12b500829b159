//! Warnings: what was seen, why it matters, what to do.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::correlation::measures;
use super::run::{RunSummary, horizon};
use super::verdict::{FAR_RATIO, Verdict, VerdictStatus};
use crate::evidence::{Evidence, RunStatus};
use crate::number::{list, plural, short};
use crate::record::{Metric, Record, Split};
use crate::statistics::fit::Fit;

/// Fewest seeds of a cell with which a spread can be seen.
const SEEDS_WANTED: usize = 3;

/// Every warning that the evidence calls for, the gravest first.
pub(crate) fn collect(evidence: &Evidence, runs: &[RunSummary], verdicts: &[Verdict]) -> Vec<String> {
    let found = [
        unfinished(runs),
        not_fitted(evidence, runs),
        tasks_without_fit(verdicts),
        unmeasured(evidence),
        few_seeds(runs),
        censored(runs, verdicts),
        unequal_horizons(runs),
        no_length_beyond(runs),
        strangers(evidence),
        duplicates(evidence),
        twins(evidence),
    ];
    found.into_iter().flatten().collect()
}

fn unfinished(runs: &[RunSummary]) -> Option<String> {
    let count = |wanted: fn(&RunStatus) -> bool| runs.iter().filter(|run| wanted(&run.outcome.status)).count();
    let kinds = [
        (count(|status| matches!(status, RunStatus::Diverged { .. })), "diverged"),
        (count(|status| matches!(status, RunStatus::TimedOut { .. })), "timed out"),
        (count(|status| matches!(status, RunStatus::Failed { .. })), "failed"),
        (count(|status| matches!(status, RunStatus::Missing)), "missing"),
    ];
    let parts: Vec<String> = kinds.iter().filter(|(n, _)| *n > 0).map(|(number, kind)| format!("{number} {kind}")).collect();
    (!parts.is_empty()).then(|| {
        format!(
            "of {}, {}; verdicts rest on the others (see the list of runs, then run the sweep again: finished runs are kept)",
            plural(runs.len(), "run"),
            list(&parts)
        )
    })
}

fn not_fitted(evidence: &Evidence, runs: &[RunSummary]) -> Option<String> {
    let finished = runs.iter().filter(|run| run.finished()).count();
    let below = runs.iter().filter(|run| run.fit == Fit::NotFitted).count();
    let unjudged = runs.iter().filter(|run| run.finished() && run.fit == Fit::Unknown).count();
    if unjudged > 0 {
        return Some(format!(
            "{unjudged} of {} have no record inside their training lengths, so whether they fitted is unknown \
             (evaluate in-distribution lengths too)",
            plural(finished, "finished run")
        ));
    }
    (below > 0).then(|| {
        format!(
            "{below} of {} did not fit (in-distribution exact match below {}); they say nothing about generalization and are \
             kept out of verdicts (train longer, or try another learning rate)",
            plural(finished, "finished run"),
            evidence.sweep.fit_gate
        )
    })
}

fn tasks_without_fit(verdicts: &[Verdict]) -> Option<String> {
    let names: Vec<&str> = verdicts.iter().filter(|v| v.runs_fitted == 0).map(|v| v.task.as_str()).collect();
    (!names.is_empty())
        .then(|| format!("no run of {} fitted; correlations leave {} out", list(&names), if names.len() == 1 { "it" } else { "them" }))
}

fn unmeasured(evidence: &Evidence) -> Option<String> {
    let primary = &evidence.sweep.primary.measure;
    let mut programs = evidence.tasks.iter().filter_map(|task| task.program.as_ref()).peekable();
    programs.peek()?;
    if programs.any(|program| program.measure(primary).is_some()) {
        return None;
    }
    let others: Vec<String> = measures(evidence).into_iter().filter(|name| name != primary).collect();
    Some(format!("no program has the primary measure {primary} (choose one of: {})", others.join(", ")))
}

fn few_seeds(runs: &[RunSummary]) -> Option<String> {
    let mut seeds: BTreeMap<&str, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for run in runs {
        seeds.entry(&run.outcome.cell).or_default().insert((run.outcome.seed_init, run.outcome.seed_data));
    }
    let counts: Vec<usize> = seeds.values().map(BTreeSet::len).filter(|count| *count < SEEDS_WANTED).collect();
    let fewest = counts.iter().min()?;
    let most = counts.iter().max()?;
    let range = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    Some(format!(
        "{} of {} {} {range} seed{}; intervals need at least {SEEDS_WANTED} (add seeds: [0, 1, 2])",
        counts.len(),
        plural(seeds.len(), "cell"),
        if counts.len() == 1 { "has" } else { "have" },
        if *most == 1 { "" } else { "s" },
    ))
}

fn censored(runs: &[RunSummary], verdicts: &[Verdict]) -> Option<String> {
    let fitted = runs.iter().filter(|run| run.fitted()).count();
    let right = runs.iter().filter(|run| run.reach.is_some_and(|reach| reach.censored)).count();
    let short: Vec<&str> = verdicts.iter().filter(|v| v.status == VerdictStatus::NotTestedFarEnough).map(|v| v.task.as_str()).collect();
    if right == 0 {
        return None;
    }
    let undecided =
        if short.is_empty() { String::new() } else { format!(" to {FAR_RATIO} times the training length for {}", list(&short)) };
    Some(format!(
        "{right} of {} {} right at every evaluated length, so the reach is only a lower bound (evaluate longer lengths{undecided})",
        plural(fitted, "fitted run"),
        if right == 1 { "is" } else { "are" },
    ))
}

fn unequal_horizons(runs: &[RunSummary]) -> Option<String> {
    let horizon = horizon(runs)?;
    let furthest = runs.iter().filter(|run| run.fitted()).filter_map(RunSummary::tested_to).max_by(f64::total_cmp)?;
    (furthest > horizon + 1e-9).then(|| {
        format!(
            "tasks were tested to {} to {} times their training lengths; correlations look no further than {} times, which all \
             were tested to (evaluate every task to the same multiple)",
            short(horizon),
            short(furthest),
            short(horizon)
        )
    })
}

fn no_length_beyond(runs: &[RunSummary]) -> Option<String> {
    let evaluated: Vec<&RunSummary> = runs.iter().filter(|run| run.finished() && !run.curve.is_empty()).collect();
    let inside = evaluated.iter().filter(|run| run.curve.iter().all(|point| point.split == Split::In)).collect::<Vec<_>>();
    let names: BTreeSet<&str> = inside.iter().map(|run| run.outcome.task.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        format!("no length beyond training was evaluated for {}; nothing can be said of generalization (add test lengths)", list(&names))
    })
}

fn strangers(evidence: &Evidence) -> Option<String> {
    let known: HashSet<_> = evidence.runs.iter().map(|run| (run.cell.as_str(), run.seed_init, run.seed_data)).collect();
    let unknown = evidence.records.iter().filter(|record| !known.contains(&run_key(record))).count();
    let tasks: HashSet<&str> = evidence.tasks.iter().map(|task| task.task.as_str()).collect();
    let homeless: BTreeSet<&str> = evidence.runs.iter().map(|run| run.task.as_str()).filter(|task| !tasks.contains(task)).collect();
    if unknown > 0 {
        return Some(format!(
            "{} of runs that the sweep does not ask for {} left out (report with the configuration that made them)",
            plural(unknown, "record"),
            if unknown == 1 { "is" } else { "are" }
        ));
    }
    (!homeless.is_empty()).then(|| {
        let names: Vec<&str> = homeless.into_iter().collect();
        format!("runs of {} belong to no task of the sweep and get no verdict (list the task)", list(&names))
    })
}

fn duplicates(evidence: &Evidence) -> Option<String> {
    let mut seen = HashSet::new();
    let again = evidence
        .records
        .iter()
        .filter(|record| !seen.insert((run_key(record), &record.distribution, record.len_eval, record.metric)))
        .count();
    (again > 0).then(|| {
        format!(
            "{} repeat a run, distribution, length and metric; the first of each stands (check what wrote them)",
            plural(again, "record")
        )
    })
}

/// Losses of a run, bit for bit, by distribution and evaluated length.
type Losses<'a> = BTreeMap<(&'a str, usize), u64>;

/// Runs of one cell with different seeds whose losses agree bit for bit: a seed that is not used, as published tables have had.
fn twins(evidence: &Evidence) -> Option<String> {
    let mut losses: BTreeMap<(&str, u64, u64), Losses<'_>> = BTreeMap::new();
    for record in evidence.records.iter().filter(|record| record.metric == Metric::Loss && record.value > 0.0) {
        losses.entry(run_key(record)).or_default().insert((&record.distribution, record.len_eval), record.value.to_bits());
    }
    let mut cells: HashMap<_, usize> = HashMap::new();
    for ((cell, ..), by_len) in losses {
        *cells.entry((cell, by_len)).or_default() += 1;
    }
    let same: usize = cells.values().filter(|runs| **runs > 1).sum();
    (same > 0).then(|| {
        format!("{same} runs have the same losses as another seed of their cell; seeds that change nothing are one seed (check the seeds)")
    })
}

fn run_key(record: &Record) -> (&str, u64, u64) {
    (&record.cell, record.seed_init, record.seed_data)
}
