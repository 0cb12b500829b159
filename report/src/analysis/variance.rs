//! How much of the spread between runs of a cell belongs to the initial weights, and how much to the order of the data.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::run::RunSummary;
use crate::evidence::Evidence;
use crate::number::plural;
use crate::primary::Outcome;
use crate::statistics::variance::crossed_components;

/// The outcomes whose spread is split.
const OUTCOMES: [Outcome; 2] = [Outcome::AreaBeyond, Outcome::ReachRatio];

/// Variance of an outcome between runs of one cell, by what differs between them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeedVariance {
    /// The task; `None` for all tasks of the sweep together.
    pub task: Option<String>,
    /// Whose variance it is, in the square of its unit.
    pub outcome: Outcome,
    /// Cells that say something: their seeds are crossed, and every run of the cross fitted.
    pub cells: usize,
    /// Runs of these cells.
    pub runs: usize,
    /// The split; `None` without such a cell.
    pub split: Option<Split>,
    /// Why there is no split, or which cells it leaves out.
    pub note: Option<String>,
}

/// Components of variance, and their shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Split {
    /// Between seeds of the initial weights.
    pub init: f64,
    /// Between seeds of the training examples.
    pub data: f64,
    /// What neither seed explains alone: their interaction, and the noise of the evaluation.
    pub rest: f64,
    /// The three as shares of their sum, in this order; `None` where all runs came out alike.
    pub shares: Option<[f64; 3]>,
}

/// A cell's outcomes by both seeds.
enum Cross {
    /// One row for each seed of the initial weights, one column for each seed of the data.
    Whole(Vec<Vec<f64>>),
    /// The seeds are crossed, and runs are missing or did not fit.
    Broken,
    /// Each seed of one kind goes with one of the other.
    Paired,
}

/// Of each outcome: over the whole sweep, then task by task.
pub(crate) fn split(evidence: &Evidence, runs: &[RunSummary], horizon: f64) -> Vec<SeedVariance> {
    let mut variances = Vec::new();
    for outcome in OUTCOMES {
        let crosses = |task: Option<&str>| {
            let mut cells: BTreeMap<&str, Vec<&RunSummary>> = BTreeMap::new();
            for run in runs.iter().filter(|run| task.is_none_or(|task| run.outcome.task == task)) {
                cells.entry(&run.outcome.cell).or_default().push(run);
            }
            cells.into_values().map(|of_cell| cross(&of_cell, outcome, horizon)).collect()
        };
        variances.push(split_one(None, outcome, crosses(None)));
        variances.extend(evidence.tasks.iter().map(|task| split_one(Some(task.task.clone()), outcome, crosses(Some(&task.task)))));
    }
    variances
}

fn cross(of_cell: &[&RunSummary], outcome: Outcome, horizon: f64) -> Cross {
    let seeds = |seed: fn(&RunSummary) -> u64| of_cell.iter().map(|run| seed(run)).collect::<BTreeSet<u64>>();
    let (inits, datas) = (seeds(|run| run.outcome.seed_init), seeds(|run| run.outcome.seed_data));
    let run_of = |init: u64, data: u64| of_cell.iter().find(|run| (run.outcome.seed_init, run.outcome.seed_data) == (init, data));
    let asked_for =
        inits.iter().flat_map(|&init| datas.iter().map(move |&data| (init, data))).filter_map(|(init, data)| run_of(init, data)).count();
    if inits.len() < 2 || datas.len() < 2 || asked_for <= inits.len().max(datas.len()) {
        return Cross::Paired;
    }
    let row = |&init: &u64| datas.iter().map(|&data| run_of(init, data)?.outcome_value(outcome, horizon)).collect();
    inits.iter().map(row).collect::<Option<_>>().map_or(Cross::Broken, Cross::Whole)
}

fn split_one(task: Option<String>, outcome: Outcome, crosses: Vec<Cross>) -> SeedVariance {
    let broken = crosses.iter().filter(|cross| matches!(cross, Cross::Broken)).count();
    let tables: Vec<Vec<Vec<f64>>> =
        crosses.into_iter().filter_map(|cross| if let Cross::Whole(table) = cross { Some(table) } else { None }).collect();
    let split = crossed_components(&tables).map(|found| Split {
        init: found.rows,
        data: found.columns,
        rest: found.rest,
        shares: found.shares().map(|shares| [shares.rows, shares.columns, shares.rest]),
    });
    let note = match (split, broken) {
        (Some(_), 0) => None,
        (None, 0) => Some("seeds are not crossed".to_owned()),
        (_, broken) => Some(format!("{} with a run that is missing or did not fit left out", plural(broken, "crossed cell"))),
    };
    SeedVariance { task, outcome, cells: tables.len(), runs: tables.iter().flatten().map(Vec::len).sum(), split, note }
}
