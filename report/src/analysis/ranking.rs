//! Which predictor orders cells best? Every measure of program length, and every predicted curve, against what was measured.
//!
//! The unit is the cell, a task with its training lengths; intervals draw whole tasks, since the cells of one task are not independent.

use std::collections::HashMap;

use rand::Rng;
use serde::Serialize;

use super::correlation::{RESAMPLES, measures};
use super::run::RunSummary;
use crate::evidence::{Evidence, TaskInfo};
use crate::number::words;
use crate::prediction::{CellPredictions, PredictedPoint, Predictor};
use crate::record::Split;
use crate::statistics::binomial::Interval;
use crate::statistics::median;
use crate::statistics::rank::spearman;
use crate::statistics::reach::{area_beyond, reach};
use crate::statistics::resample::{MIN_PAIRS_FOR_INTERVAL, bootstrap_clusters, bootstrap_clusters_spearman};

/// One predictor, and how well it orders cells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// The predictor, in words.
    pub predictor: String,
    /// Cells with a run that fitted of which it says something.
    pub cells: usize,
    /// Their tasks.
    pub tasks: usize,
    /// How it orders cells by their median reach ratio, no further than the horizon.
    pub reach: RankAgreement,
    /// How it orders them by their median of the mean exact match at out-of-distribution lengths up to the horizon.
    pub area: RankAgreement,
    /// Of a predicted curve, the mean distance from the median measured exact match at those lengths, over cells: 0 is perfect, 1 as wrong as can be.
    pub error: Option<f64>,
    /// Its bootstrap percentile interval, 95 %.
    pub error_interval: Option<Interval>,
}

/// Spearman's rho between what is predicted and what is measured, positive where the predictor orders cells rightly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankAgreement {
    /// The correlation.
    pub rho: Option<f64>,
    /// Its bootstrap percentile interval over tasks, 95 %.
    pub interval: Option<Interval>,
    /// Why one of them is missing.
    pub note: Option<String>,
}

/// A cell with a run that fitted.
struct Unit<'a> {
    cell: &'a str,
    task: &'a TaskInfo,
    len_train_max: usize,
    reach_ratio: f64,
    area: Option<f64>,
    /// Median exact match at out-of-distribution lengths up to the horizon.
    beyond: Vec<(usize, f64)>,
}

/// What a predictor says of a cell: more means further.
struct Said {
    reach: Option<f64>,
    area: Option<f64>,
    error: Option<f64>,
}

/// Every predictor, the best at ordering reach first; those of which that is unknown last.
pub(crate) fn rank(evidence: &Evidence, runs: &[RunSummary], horizon: f64, rng: &mut (impl Rng + ?Sized)) -> Vec<Ranking> {
    let units = units(evidence, runs, horizon);
    let predictions: HashMap<&str, &CellPredictions> =
        evidence.predictions.iter().map(|of_cell| (of_cell.cell.as_str(), of_cell)).collect();
    let of_cell = |unit: &Unit| predictions.get(unit.cell).copied();
    let mut rankings = Vec::new();
    let mut add = |predictor: String, say: &dyn Fn(&Unit) -> Option<Said>| {
        let said: Vec<Option<Said>> = units.iter().map(say).collect();
        rankings.push(rank_one(predictor, &units, &said, rng));
    };
    for measure in measures(evidence) {
        add(format!("{} of the task's program", words(&measure)), &|unit| match &unit.task.program {
            Some(program) => program.measure(&measure).map(shorter_is_further),
            None => Some(shorter_is_further(f64::INFINITY)),
        });
    }
    if evidence.predictions.iter().any(|predictions| predictions.shortest.is_some()) {
        add("core operations of the shortest program".to_owned(), &|unit| {
            let operations = of_cell(unit)?.shortest.as_ref()?.operations;
            Some(shorter_is_further(operations.map_or(f64::INFINITY, |operations| operations as f64)))
        });
    }
    for predictor in Predictor::ALL {
        let curve = |predictions: &CellPredictions| predictions.curves.iter().any(|curve| curve.predictor == predictor);
        if evidence.predictions.iter().any(curve) {
            add(format!("curve of the {predictor}"), &|unit| {
                let curve = of_cell(unit)?.curves.iter().find(|curve| curve.predictor == predictor)?;
                Some(said_by_curve(&curve.points, unit, horizon, evidence.sweep.reach_tau))
            });
        }
    }
    rankings.sort_by(|one, other| other.reach.rho.unwrap_or(-2.0).total_cmp(&one.reach.rho.unwrap_or(-2.0)));
    rankings
}

fn units<'a>(evidence: &'a Evidence, runs: &'a [RunSummary], horizon: f64) -> Vec<Unit<'a>> {
    let mut cells: Vec<&str> = Vec::new();
    let mut fitted: HashMap<&str, Vec<&RunSummary>> = HashMap::new();
    for run in runs.iter().filter(|run| run.fitted()) {
        let cell = run.outcome.cell.as_str();
        let of_cell = fitted.entry(cell).or_default();
        if of_cell.is_empty() {
            cells.push(cell);
        }
        of_cell.push(run);
    }
    let unit = |cell: &'a str| {
        let fitted = &fitted[cell];
        let first = fitted.first()?;
        let len_train_max = first.outcome.len_train_max;
        let ratios: Vec<f64> = fitted.iter().filter_map(|run| run.reach_ratio).collect();
        let areas: Vec<f64> = fitted.iter().filter_map(|run| run.area_beyond).collect();
        let beyond = first.curve.iter().filter(|point| point.split == Split::Out && is_within(point.len_eval, len_train_max, horizon));
        let median_at = |len: usize| {
            let all: Vec<f64> =
                fitted.iter().flat_map(|run| &run.curve).filter(|point| point.len_eval == len).map(|p| p.exact_match).collect();
            Some((len, median(&all)?))
        };
        Some(Unit {
            cell,
            task: evidence.tasks.iter().find(|task| task.task == first.outcome.task)?,
            len_train_max,
            reach_ratio: median(&ratios)?.min(horizon),
            area: median(&areas),
            beyond: beyond.filter_map(|point| median_at(point.len_eval)).collect(),
        })
    };
    cells.into_iter().filter_map(unit).collect()
}

fn is_within(len: usize, len_train_max: usize, horizon: f64) -> bool {
    len as f64 <= horizon * len_train_max as f64 + 1e-9
}

fn shorter_is_further(length: f64) -> Said {
    Said { reach: Some(-length), area: Some(-length), error: None }
}

fn said_by_curve(points: &[PredictedPoint], unit: &Unit, horizon: f64, tau: f64) -> Said {
    let all: Vec<(usize, f64)> = points.iter().map(|point| (point.len_eval, point.exact_match)).collect();
    let is_beyond = |point: &&PredictedPoint| point.split == Split::Out && is_within(point.len_eval, unit.len_train_max, horizon);
    let beyond: Vec<(usize, f64)> = points.iter().filter(is_beyond).map(|point| (point.len_eval, point.exact_match)).collect();
    let predicted_at = |len: usize| beyond.iter().find(|(other, _)| *other == len).map(|(_, value)| *value);
    let gaps: Vec<f64> = unit.beyond.iter().filter_map(|&(len, measured)| Some((predicted_at(len)? - measured).abs())).collect();
    Said {
        reach: reach(&all, tau).and_then(|reach| reach.ratio(unit.len_train_max)).map(|ratio| ratio.min(horizon)),
        area: area_beyond(&beyond),
        error: mean(&gaps),
    }
}

fn rank_one(predictor: String, units: &[Unit], said: &[Option<Said>], rng: &mut (impl Rng + ?Sized)) -> Ranking {
    let both: Vec<(&Unit, &Said)> = units.iter().zip(said).filter_map(|(unit, said)| Some((unit, said.as_ref()?))).collect();
    let reach = agreement(both.iter().filter_map(|(unit, said)| Some((*unit, said.reach?, unit.reach_ratio))).collect(), rng);
    let area = agreement(both.iter().filter_map(|(unit, said)| Some((*unit, said.area?, unit.area?))).collect(), rng);
    let (of, errors): (Vec<&Unit>, Vec<f64>) = both.iter().filter_map(|(unit, said)| Some((*unit, said.error?))).unzip();
    let of_drawn = |times: &[u32]| {
        let drawn: f64 = times.iter().map(|&times| f64::from(times)).sum();
        let sum: f64 = errors.iter().zip(times).map(|(error, &times)| f64::from(times) * error).sum();
        (drawn > 0.0).then(|| sum / drawn)
    };
    let error_interval = bootstrap_clusters(&by_task(&of), of_drawn, RESAMPLES, rng).interval;
    let of_both: Vec<&Unit> = both.iter().map(|(unit, _)| *unit).collect();
    Ranking { predictor, cells: both.len(), tasks: by_task(&of_both).len(), reach, area, error: mean(&errors), error_interval }
}

fn agreement(triples: Vec<(&Unit, f64, f64)>, rng: &mut (impl Rng + ?Sized)) -> RankAgreement {
    let units: Vec<&Unit> = triples.iter().map(|(unit, ..)| *unit).collect();
    let (predicted, measured): (Vec<f64>, Vec<f64>) = triples.into_iter().map(|(_, predicted, measured)| (predicted, measured)).unzip();
    let constant = |values: &[f64]| values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq());
    let clusters = by_task(&units);
    let Some(rho) = spearman(&predicted, &measured) else {
        let note = match units.len() {
            0 => "says nothing of any cell",
            1 => "one cell only",
            _ if constant(&predicted) => "predicts the same for all cells",
            _ if constant(&measured) => "all cells came out the same",
            _ => "a value is not a number",
        };
        return RankAgreement { rho: None, interval: None, note: Some(note.to_owned()) };
    };
    let interval = bootstrap_clusters_spearman(&predicted, &measured, &clusters, RESAMPLES, rng).interval;
    let note = match interval {
        Some(_) => None,
        None if clusters.len() < MIN_PAIRS_FOR_INTERVAL => Some(format!("no interval: fewer than {MIN_PAIRS_FOR_INTERVAL} tasks")),
        None => Some("no interval: most resamples have the same value on one side".to_owned()),
    };
    RankAgreement { rho: Some(rho), interval, note }
}

/// The places of the units of each task.
fn by_task(units: &[&Unit]) -> Vec<Vec<usize>> {
    let mut clusters: Vec<(&str, Vec<usize>)> = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        match clusters.iter_mut().find(|(task, _)| *task == unit.task.task) {
            Some((_, places)) => places.push(place),
            None => clusters.push((&unit.task.task, vec![place])),
        }
    }
    clusters.into_iter().map(|(_, places)| places).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
