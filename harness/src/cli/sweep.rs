//! `run`, `validate`, `expand` and `report`.

use std::fs;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use report::CellPredictions;
use serde_json::json;

use super::{RunArgs, SweepArgs};
use crate::config;
use crate::engine::local::Pool;
use crate::error::Error;
use crate::evidence;
use crate::prediction;
use crate::printer::Printer;
use crate::progress::Board;
use crate::run::{RunDirectory, write_whole};
use crate::sweep::{Run, Sweep};

fn load(args: &SweepArgs) -> Result<Sweep, Error> {
    let text = fs::read_to_string(&args.file).map_err(Error::file(&args.file, "read"))?;
    Sweep::expand(&config::read(&args.file.display().to_string(), &text, &args.overrides)?)
}

pub(super) fn validate(args: &SweepArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(args)?;
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let (cells, runs) = (plural(sweep.cells.len(), "cell"), plural(sweep.runs.len(), "run"));
    printer.data(&format!("{}: {cells}, {runs}, no problems", args.file.display()))
}

pub(super) fn expand(args: &SweepArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(args)?;
    for run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        if printer.json() {
            printer.value(&json!({ "cell": cell.id, "seeds": run.seeds, "config": cell.config }))?;
        } else {
            printer.data(&format!("{}  init {}  data {}  {}", cell.id, run.seeds.init, run.seeds.data, cell.summary()))?;
        }
    }
    Ok(())
}

pub(super) fn report(folder: &Path, printer: Printer) -> Result<(), Error> {
    let sweep = stored_sweep(folder)?;
    let predictions = prediction::predict(&sweep, folder, cores(), &*stop_on_signal()?, printer)?;
    judge(&sweep, folder, &[], predictions, printer).map(|_| ())
}

pub(super) fn run(args: &RunArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(&args.sweep)?;
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from("runs").join(&sweep.config.sweep));
    claim(&folder, &sweep)?;
    let left = runs_left(&sweep, &folder)?;
    let before = sweep.runs.len() - left.len();
    if before > 0 {
        printer.note(&format!("{before} of {} runs are done already and are kept", sweep.runs.len()));
    }
    let stop = stop_on_signal()?;
    let workers = args.workers.map_or_else(cores, usize::from);
    let predictions = prediction::predict(&sweep, &folder, workers, &stop, printer)?;
    let started = Instant::now();
    let side_by_side = usize::from(args.side_by_side);
    let failures = train(&sweep, &left, &folder, (workers, side_by_side), &stop)?;
    let done = evidence::add_wall_secs(&folder, started.elapsed().as_secs_f64())
        .and_then(|()| judge(&sweep, &folder, &failures, predictions, printer))
        .map_err(|error| Error::AfterRuns(Box::new(error)))?;
    match (failures.len(), sweep.runs.len()) {
        (0, all) if done == all => Ok(()),
        (0, all) => Err(Error::Interrupted { done, all }),
        (failed, all) => Err(Error::RunsFailed { failed, all }),
    }
}

/// Writes and shows the report of what the folder holds; returns how many runs are done.
fn judge(
    sweep: &Sweep,
    folder: &Path,
    failures: &[(usize, String)],
    predictions: Vec<CellPredictions>,
    printer: Printer,
) -> Result<usize, Error> {
    let evidence = evidence::gather(sweep, folder, failures, predictions)?;
    let analysis = evidence::publish(&evidence, folder)?;
    if printer.json() {
        printer.value(&analysis)?;
    } else {
        printer.data(&analysis.to_text())?;
    }
    printer.note(&format!("report: {}", folder.join("report.html").display()));
    Ok(evidence::done(&evidence).count())
}

/// Trains the runs that are left; returns those that failed, by their place in the sweep, with the reason.
fn train(
    sweep: &Sweep,
    left: &[Run],
    folder: &Path,
    (workers, side_by_side): (usize, usize),
    stop: &AtomicBool,
) -> Result<Vec<(usize, String)>, Error> {
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let device = transformer::open_device(&sweep.config.device)?;
    let work: Vec<usize> = left.iter().map(|run| sweep.cells[run.cell].work()).collect();
    let board = Board::new(&work, std::io::stderr().is_terminal());
    let pool = Pool { sweep, folder, device: &device, workers, side_by_side, stop, board: &board };
    let ended = pool.execute(left);
    board.finish();
    let place = |run: Run| sweep.runs.iter().position(|other| *other == run);
    Ok(ended.into_iter().filter_map(|end| Some((place(end.run)?, end.failure?))).collect())
}

/// How many threads this machine can run at once.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Ctrl-C and SIGTERM let running steps end, keep what is done, and stop.
pub(super) fn stop_on_signal() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        // A second signal does not wait.
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(75);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    Ok(stop)
}

/// Creates the folder, or checks that it belongs to this sweep.
fn claim(folder: &Path, sweep: &Sweep) -> Result<(), Error> {
    match stored_sweep_name(folder)? {
        Some(found) if found != sweep.config.sweep => {
            return Err(Error::ForeignSweep { dir: folder.to_owned(), found, wanted: sweep.config.sweep.clone() });
        }
        Some(_) => {}
        None => {
            let mut entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    fs::create_dir_all(folder).map_err(Error::file(folder, "create"))?;
                    fs::read_dir(folder)
                }
                entries => entries,
            }
            .map_err(Error::file(folder, "read"))?;
            if entries.next().is_some() {
                return Err(Error::NotAResultsFolder { dir: folder.to_owned() });
            }
        }
    }
    let path = folder.join("sweep.yaml");
    let text = sweep.config.to_yaml().map_err(std::io::Error::other).map_err(Error::file(&path, "write"))?;
    write_whole(&path, text.as_bytes())
}

fn stored_sweep_name(folder: &Path) -> Result<Option<String>, Error> {
    match stored_sweep(folder) {
        Ok(sweep) => Ok(Some(sweep.config.sweep.clone())),
        Err(Error::NoResults { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The sweep that a folder holds.
fn stored_sweep(folder: &Path) -> Result<Sweep, Error> {
    let path = folder.join("sweep.yaml");
    match fs::read_to_string(&path) {
        Ok(text) => Sweep::expand(&config::read(&path.display().to_string(), &text, &[])?),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::NoResults { dir: folder.to_owned() }),
        Err(error) => Err(Error::file(&path, "read")(error)),
    }
}

fn runs_left(sweep: &Sweep, folder: &Path) -> Result<Vec<Run>, Error> {
    let mut left = Vec::new();
    for &run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        if RunDirectory::new(folder, cell, run.seeds).done(cell, run.seeds)?.is_none() {
            left.push(run);
        }
    }
    Ok(left)
}
