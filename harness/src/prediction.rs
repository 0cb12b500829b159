//! What is predicted of a sweep's cells before they are trained: by the shortest programs that agree with the task at the training lengths, and by the
//! minimum-degree interpolator.
//!
//! A prediction is a function of the cell's task, lengths and distributions alone, so cells that differ in their model share one. It is kept in the sweep's
//! folder, under `predictions/`, and made once.

mod minimum_degree;
mod shortest;

use std::collections::HashMap;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use rasp::rasp_l::search::SEARCH_VERSION;
use report::{CellPredictions, PredictedCurve, PredictedPoint, Predictor, Share, Split};
use serde_json::json;
use tasks::Example;
use tasks::random::stream;

use crate::cell::Cell;
use crate::config::PredictConfig;
use crate::error::Error;
use crate::printer::Printer;
use crate::run::write_json;
use crate::search::Searcher;
use crate::sweep::Sweep;

/// Changes when the same cell would be predicted otherwise.
const PROTOCOL: u32 = 1;
/// The most memory of a search, in bytes.
const MEMORY: usize = 512 << 20;

/// Predicts every cell of a sweep, or reads what was predicted before.
///
/// # Errors
/// [`Error::SearchInterrupted`] where the user stops a search; [`Error::File`] where the folder cannot be read or written. A predictor that has nothing to say of a
/// cell is no error: the predictions say why.
pub fn predict(sweep: &Sweep, folder: &Path, workers: usize, stop: &AtomicBool, printer: Printer) -> Result<Vec<CellPredictions>, Error> {
    let config = &sweep.config.predict;
    if !config.shortest && !config.minimum_degree {
        return Ok(Vec::new());
    }
    let folder = folder.join("predictions");
    fs::create_dir_all(&folder).map_err(Error::file(&folder, "create"))?;
    let seed = sweep.config.seeds.pairs().first().map_or(0, |seeds| seeds.data);
    let mut made: HashMap<PathBuf, CellPredictions> = HashMap::new();
    let mut predictions = Vec::new();
    for cell in &sweep.cells {
        let path = folder.join(name(cell, config, seed));
        let of_cell = if let Some(predictions) = made.remove(&path).or_else(|| kept(&path)) {
            predictions
        } else {
            let started = Instant::now();
            let predictions = predict_cell(cell, config, seed, &Room { folder: &folder, workers, stop })?;
            write_json(&path, &predictions)?;
            printer.note(&note(&predictions, started));
            predictions
        };
        let of_cell = CellPredictions { cell: cell.id.to_string(), ..of_cell };
        made.insert(path, of_cell.clone());
        predictions.push(of_cell);
    }
    Ok(predictions)
}

/// What predicting may use.
struct Room<'a> {
    folder: &'a Path,
    workers: usize,
    stop: &'a AtomicBool,
}

fn predict_cell(cell: &Cell, config: &PredictConfig, seed: u64, room: &Room<'_>) -> Result<CellPredictions, Error> {
    let mut predictions = CellPredictions {
        cell: cell.id.to_string(),
        task: cell.config.task.clone(),
        len_train_max: cell.config.train.lengths,
        shortest: None,
        curves: Vec::new(),
        silent: Vec::new(),
    };
    let examples = match Examples::draw(cell, seed) {
        Ok(examples) => examples,
        Err(error) => {
            predictions.silent = Predictor::ALL.map(|predictor| (predictor, error.to_string())).to_vec();
            return Ok(predictions);
        }
    };
    if config.shortest {
        let searcher = Searcher {
            workers: room.workers,
            memory: MEMORY,
            folder: Some(room.folder),
            stop: room.stop,
            terminal: std::io::stderr().is_terminal(),
            symbols: cell.task.vocabulary().symbols().collect(),
        };
        shortest::predict(cell, config, seed, &examples, &searcher, &mut predictions)?;
    }
    if config.minimum_degree {
        match minimum_degree::curve(cell, seed, &examples) {
            Ok(curve) => predictions.curves.push(curve),
            Err(why) => predictions.silent.push((Predictor::MinimumDegree, why)),
        }
    }
    Ok(predictions)
}

/// The examples that runs of one data seed are evaluated on, by length.
struct Examples(Vec<(usize, Split, Vec<Example>)>);

impl Examples {
    fn draw(cell: &Cell, seed: u64) -> Result<Self, tasks::TaskError> {
        let evaluate = &cell.config.evaluate;
        let of_length = |&length: &usize| {
            let split = if cell.config.train.trains_on(length) { Split::In } else { Split::Out };
            let draw =
                |index| cell.task.sample_as(evaluate.distribution(), length, &mut stream(seed, &format!("eval/{length}"), index as u64));
            Ok((length, split, (0..evaluate.examples).map(draw).collect::<Result<Vec<_>, _>>()?))
        };
        cell.len_eval.iter().map(of_length).collect::<Result<_, _>>().map(Self)
    }

    /// The curve of one that answers some examples rightly.
    fn curve(&self, predictor: Predictor, is_right: impl Fn(&Example) -> bool) -> PredictedCurve {
        let point = |(length, split, examples): &(usize, Split, Vec<Example>)| {
            let right = examples.iter().filter(|example| is_right(example)).count();
            let share = Share { successes: right as u64, examples: examples.len() as u64 };
            PredictedPoint {
                len_eval: *length,
                split: *split,
                exact_match: share.rate().unwrap_or(0.0),
                examples: share.examples,
                interval: share.interval(),
            }
        };
        PredictedCurve { predictor, points: self.0.iter().map(point).collect() }
    }
}

/// The file of a cell's predictions, named after all that they depend on.
fn name(cell: &Cell, config: &PredictConfig, seed: u64) -> String {
    let train = &cell.config.train;
    let parts = json!({
        "protocol": PROTOCOL,
        "search": SEARCH_VERSION,
        "predict": config,
        "seed": seed,
        "task": cell.config.task,
        "program": cell.config.program,
        "prompts": cell.config.prompts,
        "alphabet": cell.config.alphabet,
        "task_version": cell.task.version(),
        "own_program": cell.task.program_source(),
        "train": [json!(train.len_train_min()), json!(train.lengths), json!(train.distribution())],
        "evaluate": cell.config.evaluate,
    });
    format!("{}-{}.json", cell.config.task, &blake3::hash(parts.to_string().as_bytes()).to_hex()[..12])
}

/// What is kept; what cannot be understood is made again.
fn kept(path: &Path) -> Option<CellPredictions> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// One line for people who wait.
fn note(predictions: &CellPredictions, started: Instant) -> String {
    let CellPredictions { task, len_train_max, shortest, .. } = predictions;
    let found = match shortest {
        Some(shortest) if shortest.found => {
            let plural = if shortest.none_below == 1 { "" } else { "s" };
            format!("the shortest program that agrees has {} operation{plural}", shortest.none_below)
        }
        Some(shortest) => format!("no program of fewer than {} operations agrees", shortest.none_below),
        None => "no search was made".to_owned(),
    };
    format!("predicted {task}, trained to {len_train_max}: {found}; {:.1} s", started.elapsed().as_secs_f64())
}
