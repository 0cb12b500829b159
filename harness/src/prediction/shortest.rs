//! The shortest programs that agree with a cell's task at its training lengths: one, and the mixture of all.
//!
//! Nothing beyond the training lengths is looked at in choosing them, as nothing is in training.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rasp::rasp_l::search::{Search, Space};
use rasp::rasp_l::{Profile, Program, ShortenLimits, shorten};
use report::{CellPredictions, PredictedCurve, Predictor, ShortestProgram};
use tasks::agreement::{Trials, wrong};
use tasks::shortest::{Candidate, Question, ShortestError, constants, shortest};

use super::Examples;
use crate::cell::Cell;
use crate::config::PredictConfig;
use crate::error::Error;
use crate::search::{Searcher, lock, operations};

/// Examples of each training length that a program must agree with.
const TRAINING_EXAMPLES: usize = 50;
/// The mixture leaves out programs that together have less than this share of the weight.
const NEGLECTED: f64 = 0.01;
/// The most programs that are run for the mixture.
const MIXTURE_MAX: usize = 200;
/// Examples of each length that each of several programs of the mixture is run on.
const MIXTURE_EXAMPLES: usize = 50;

/// Adds what the search came to, and the curves of what it found.
pub(super) fn predict(
    cell: &Cell,
    config: &PredictConfig,
    seed: u64,
    examples: &Examples,
    searcher: &Searcher<'_>,
    predictions: &mut CellPredictions,
) -> Result<(), Error> {
    let train = &cell.config.train;
    let task = &*cell.task;
    let operations = operations(&config.operations).map_err(|message| Error::Usage(format!("predict.operations: {message}")))?;
    let question = Question {
        task,
        train: train.len_train_min()..=train.lengths,
        beyond: Vec::new(),
        space: Space::new(operations, constants(task)),
        size_max: config.max_operations,
        until_general: false,
        further: 0,
        trials: Trials { distribution: train.distribution(), directed: false, count: TRAINING_EXAMPLES, seed },
    };
    let found = match shortest(&question, &mut |made: &Search| searcher.search(made)) {
        Ok(found) => found,
        Err(ShortestError::Stopped(error)) => return Err(error),
        Err(error) => {
            let why = error.to_string();
            predictions.silent.extend([Predictor::ShortestProgram, Predictor::ShortestMixture].map(|predictor| (predictor, why.clone())));
            return Ok(());
        }
    };
    let space = format!(
        "the operations {} and the constants {}, each width a type of its own",
        question.space.operations,
        task.vocabulary().show(&question.space.constants)
    );
    let mut answer =
        ShortestProgram { none_below: found.none_below, operations: None, found: false, source: None, agreeing: 0, mixture: None, space };
    if let Some(consistent) = &found.consistent {
        let candidates = &consistent.candidates;
        answer.operations = Some(consistent.size);
        answer.found = true;
        answer.agreeing = candidates.len() as u64;
        answer.source = candidates.first().map(|candidate| candidate.source.clone());
        let chosen = candidates.first().map(|candidate| curve(examples, &candidate.program));
        let (programs, weight, mixture) = mixture(examples, candidates, chosen.as_ref(), searcher);
        answer.mixture = Some((programs, weight));
        predictions.curves.extend(chosen.into_iter().chain([mixture]));
    } else if let Some(own) = own_program(cell) {
        let operations = own.length().core_operations;
        answer.operations = Some(operations);
        answer.source = Some(own.source().to_owned());
        let silent = [Predictor::ShortestProgram, Predictor::ShortestMixture].map(|predictor| (predictor, beyond_bound(config)));
        if answer.is_settled() && own.profile() == Profile::Strict {
            predictions.curves.push(curve(examples, &own));
            predictions.silent.push((Predictor::ShortestMixture, format!("programs of {operations} operations were not searched")));
        } else {
            predictions.silent.extend(silent);
        }
    } else {
        predictions
            .silent
            .extend([Predictor::ShortestProgram, Predictor::ShortestMixture].map(|predictor| (predictor, beyond_bound(config))));
    }
    predictions.shortest = Some(answer);
    Ok(())
}

fn beyond_bound(config: &PredictConfig) -> String {
    format!("no program of at most {} operations agrees (predict.max_operations goes further)", config.max_operations)
}

/// The task's own program, as short as the rules of the language make it.
fn own_program(cell: &Cell) -> Option<Program> {
    let (file, source) = cell.task.program_source()?;
    let program = Program::parse(file, source).ok()?;
    Some(shorten(&program, &ShortenLimits::default()).program)
}

fn curve(examples: &Examples, program: &Program) -> PredictedCurve {
    examples.curve(Predictor::ShortestProgram, |example| wrong(program, example).is_none())
}

/// The curve of all candidates, each with weight 2^-bits; how many of them were run, and the share of the weight that they have.
fn mixture(
    examples: &Examples,
    candidates: &[Candidate],
    chosen: Option<&PredictedCurve>,
    searcher: &Searcher<'_>,
) -> (usize, f64, PredictedCurve) {
    let bits: Vec<f64> = candidates.iter().map(|candidate| candidate.program.length().bits as f64).collect();
    let least = bits.iter().copied().fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = bits.iter().map(|bits| (least - bits).exp2()).collect();
    let all: f64 = weights.iter().sum();
    let (mut run, mut weight) = (0, 0.0);
    while run < candidates.len().min(MIXTURE_MAX) && weight < (1.0 - NEGLECTED) * all {
        weight += weights[run];
        run += 1;
    }
    if let (1, Some(chosen)) = (run, chosen) {
        return (1, weight / all, PredictedCurve { predictor: Predictor::ShortestMixture, points: chosen.points.clone() });
    }
    let few = Examples(
        examples.0.iter().map(|(length, split, all)| (*length, *split, all[..all.len().min(MIXTURE_EXAMPLES)].to_vec())).collect(),
    );
    let curves: Mutex<Vec<Option<PredictedCurve>>> = Mutex::new(vec![None; run]);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..searcher.workers.min(run) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= run {
                        return;
                    }
                    let one = curve(&few, &candidates[place].program);
                    lock(&curves)[place] = Some(one);
                }
            });
        }
    });
    let mut points = chosen.map(|chosen| chosen.points.clone()).unwrap_or_default();
    let curves = curves.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (place, point) in points.iter_mut().enumerate() {
        let of_program = |(curve, weight): (&Option<PredictedCurve>, &f64)| Some(curve.as_ref()?.points.get(place)?.exact_match * weight);
        let right: f64 = curves.iter().zip(&weights).filter_map(of_program).sum();
        point.exact_match = (right / weight).clamp(0.0, 1.0);
        point.examples = few.0.get(place).map_or(0, |(.., of_length)| of_length.len() as u64);
        point.interval = None;
    }
    (run, weight / all, PredictedCurve { predictor: Predictor::ShortestMixture, points })
}
