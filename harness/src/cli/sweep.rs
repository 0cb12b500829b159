//! `run`, `work` and `report`.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use report::CellPredictions;

use super::{Engine, PoolArgs, RunArgs, SweepArgs, WorkArgs};
use crate::config;
use crate::engine::WorkerOptions;
use crate::engine::local::Pool;
use crate::engine::slurm::Slurm;
use crate::error::Error;
use crate::evidence;
use crate::lease::{Lease, Leases, Terms};
use crate::prediction;
use crate::printer::Printer;
use crate::progress::Board;
use crate::sweep::{Run, Sweep, SweepFolder};

/// Two signals within this time are one: `timeout` and some terminals send two.
const ONE_SIGNAL: Duration = Duration::from_secs(1);

/// Reads, checks and expands a sweep file.
pub(super) fn load(args: &SweepArgs) -> Result<Sweep, Error> {
    let text = fs::read_to_string(&args.file).map_err(Error::file(&args.file, "read"))?;
    Sweep::expand(config::read(&args.file.display().to_string(), &text, &args.overrides)?)
}

/// The folder of a sweep's results where none is named.
pub(super) fn default_folder(sweep: &Sweep) -> PathBuf {
    PathBuf::from("runs").join(&sweep.config.sweep)
}

pub(super) fn report(path: &Path, printer: Printer) -> Result<(), Error> {
    let (folder, sweep) = SweepFolder::open(path)?;
    let stop = stop_on_signal()?;
    let leases = folder.leases(Terms::default())?;
    let done = sweep.runs.len() - folder.left(&sweep)?.len();
    let predictions = predict(&sweep, &folder, &leases, (cores(), done), &stop, printer)?;
    judge(&sweep, &folder, &leases, predictions, None, printer).map(|_| ())
}

pub(super) fn run(args: &RunArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(&args.sweep)?;
    if args.engine == Engine::Slurm && sweep.config.is_auto() {
        let message =
            "--engine slurm needs the name of a device: `auto` is what this machine has, not what the nodes have; add --set device=NAME";
        return Err(Error::Usage(message.to_owned()));
    }
    let folder = SweepFolder::claim(&args.out.clone().unwrap_or_else(|| default_folder(&sweep)), &sweep)?;
    let left = folder.left(&sweep)?;
    let before = sweep.runs.len() - left.len();
    if before > 0 {
        printer.note(&format!("{before} of {} runs are done already and are kept", sweep.runs.len()));
    }
    // Whoever asks again wants them tried again.
    folder.forget_failures()?;
    let stop = stop_on_signal()?;
    let leases = folder.leases(args.pool.terms())?;
    let predictions = predict(&sweep, &folder, &leases, (args.pool.workers(), before), &stop, printer)?;
    let started = Instant::now();
    // What is done is reported, whatever else went wrong.
    let mut trained = Ok(());
    match args.engine {
        Engine::Local => trained = train(&sweep, &folder, &leases, &left, &args.pool, (true, &stop)).map(|_| ()),
        Engine::Slurm if left.is_empty() => {}
        Engine::Slurm => {
            let PoolArgs { workers, side_by_side, save_every, stale_after } = args.pool;
            let slurm = Slurm {
                folder: &folder,
                name: &sweep.config.sweep,
                jobs: usize::from(args.slurm.jobs),
                sbatch: &args.slurm.sbatch,
                detach: args.slurm.detach,
                workers: WorkerOptions { workers, side_by_side, save_every, stale_after },
                stop: &stop,
                printer,
            };
            if !slurm.execute(&left)? {
                return Ok(());
            }
        }
    }
    let done = judge(&sweep, &folder, &leases, predictions, Some(started.elapsed()), printer)
        .map_err(|error| Error::AfterRuns(Box::new(error)))?;
    trained.map_err(|error| Error::AfterRuns(Box::new(error)))?;
    let all = sweep.runs.len();
    match done {
        _ if done == all => Ok(()),
        done if stop.load(Ordering::Relaxed) => Err(Error::Interrupted { done, all }),
        done => Err(Error::RunsFailed { failed: all - done, all }),
    }
}

pub(super) fn work(args: &WorkArgs, printer: Printer) -> Result<(), Error> {
    let (mut folder, mut sweep) = if args.sweep.file.is_dir() {
        if args.out.is_some() || !args.sweep.overrides.is_empty() {
            return Err(Error::Usage("--out and --set belong to a sweep file: a sweep's folder has its own already".to_owned()));
        }
        SweepFolder::open(&args.sweep.file)?
    } else {
        let sweep = load(&args.sweep)?;
        (SweepFolder::claim(&args.out.clone().unwrap_or_else(|| default_folder(&sweep)), &sweep)?, sweep)
    };
    let stop = stop_on_signal()?;
    let leases = folder.leases(args.pool.terms())?;
    let after_runs = |error| Error::AfterRuns(Box::new(error));
    let mut failed = 0;
    if let Some(name) = &args.run {
        let file = args.sweep.file.display().to_string();
        let run = sweep.find(name).ok_or_else(|| Error::NoSuchRun { file, name: name.clone() })?;
        folder.forget_failure(&sweep.name(run))?;
        // Another process may be doing it; whoever asks for one run wants to know how it ends.
        failed = train(&sweep, &folder, &leases, &[run], &args.pool, (true, &stop)).map_err(after_runs)?;
    } else {
        loop {
            let left = folder.left(&sweep)?;
            failed += train(&sweep, &folder, &leases, &left, &args.pool, (false, &stop)).map_err(after_runs)?;
            // The sweep may have grown in the meantime.
            let before = sweep.config.to_yaml();
            (folder, sweep) = SweepFolder::open(folder.path())?;
            if stop.load(Ordering::Relaxed) || sweep.config.to_yaml() == before {
                break;
            }
        }
    }
    let all = sweep.runs.len();
    if failed > 0 {
        return Err(Error::RunsFailed { failed, all });
    }
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted { done: all - folder.left(&sweep)?.len(), all });
    }
    printer.note(&format!("nothing is left to take: rasplab report {}", folder.path().display()));
    Ok(())
}

/// Predicts, while no other process does, with so many workers; so many runs are done already.
fn predict(
    sweep: &Sweep,
    folder: &SweepFolder,
    leases: &Leases,
    (workers, done): (usize, usize),
    stop: &AtomicBool,
    printer: Printer,
) -> Result<Vec<CellPredictions>, Error> {
    let predict = |_: &Lease| prediction::predict(sweep, folder.path(), workers, stop, printer);
    let waits = || printer.note("waiting for another process, which predicts");
    leases.alone("predictions", stop, waits, predict)?.unwrap_or(Err(Error::Interrupted { done, all: sweep.runs.len() }))
}

/// Writes and shows the report of what the folder holds, while no other process does; returns how many runs are done. `took` is added to the time that the sweep has taken.
fn judge(
    sweep: &Sweep,
    folder: &SweepFolder,
    leases: &Leases,
    predictions: Vec<CellPredictions>,
    took: Option<Duration>,
    printer: Printer,
) -> Result<usize, Error> {
    let publish = |lease: &Lease| {
        took.map_or(Ok(()), |took| evidence::add_wall_secs(folder, took.as_secs_f64()))?;
        let evidence = evidence::gather(sweep, folder, predictions)?;
        Ok((evidence::publish(&evidence, folder, lease)?, evidence::done(&evidence).count()))
    };
    // Whoever has stopped the sweep still wants to see it.
    let published: Result<_, Error> = leases
        .alone("report", &AtomicBool::new(false), || printer.note("waiting for another process, which reports"), publish)?
        .unwrap_or(Err(Error::NoResults { dir: folder.path().to_owned() }));
    let (analysis, done) = published?;
    if printer.json() {
        printer.value(&analysis)?;
    } else {
        printer.data(&analysis.to_text())?;
    }
    printer.note(&format!("report: {}", folder.path().join("report.html").display()));
    Ok(done)
}

/// Trains runs; returns how many failed here.
fn train(
    sweep: &Sweep,
    folder: &SweepFolder,
    leases: &Leases,
    left: &[Run],
    args: &PoolArgs,
    (until_all_ended, stop): (bool, &AtomicBool),
) -> Result<usize, Error> {
    if left.is_empty() {
        return Ok(0);
    }
    let device = transformer::open_device(&sweep.config.device)?;
    let work: Vec<f64> = left.iter().map(|run| sweep.cells[run.cell].work()).collect();
    let board = Board::new(&work, std::io::stderr().is_terminal());
    let pool = Pool {
        sweep,
        folder,
        leases,
        device: &device,
        workers: args.workers(),
        side_by_side: usize::from(args.side_by_side),
        save_every: args.save_every,
        until_all_ended,
        stop,
        board: &board,
    };
    let failed = pool.execute(left);
    board.finish();
    failed
}

/// How many threads this machine can run at once.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Ctrl-C and SIGTERM let running steps end, keep what is done, and stop.
pub(super) fn stop_on_signal() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let first = Mutex::new(None::<Instant>);
    let handler = move || {
        flag.store(true, Ordering::Relaxed);
        let first = *first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        // Whoever asks again does not want to wait.
        if first.elapsed() > ONE_SIGNAL {
            std::process::exit(75);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    Ok(stop)
}
