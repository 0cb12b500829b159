//! A pool of workers on this machine, each with one run at a time.
//!
//! While there are runs for all workers, each run has one thread; when runs get fewer than workers, those that are left share the threads.
//! Where it was asked for, runs that differ only in their seeds and learning rates are trained side by side, as one. Long runs start first, so that the last ones end together. No result depends on the order, nor on the threads of a run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use report::RunStatus;
use transformer::Device;

use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;
use crate::progress::{Board, Line};
use crate::run::{self, Context, Done, RunDirectory, memory_way_out};
use crate::sweep::{Run, Sweep};

/// How one run of the pool ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The run.
    pub run: Run,
    /// Why it failed; `None` where it is done.
    pub failure: Option<String>,
}

/// A pool for the runs of one sweep.
pub struct Pool<'a> {
    /// The sweep.
    pub sweep: &'a Sweep,
    /// The sweep's folder.
    pub folder: &'a Path,
    /// The device, shared by all workers.
    pub device: &'a Device,
    /// Threads, and runs at a time.
    pub workers: usize,
    /// Runs that are trained side by side, at most.
    pub side_by_side: usize,
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// Where progress is shown.
    pub board: &'a Board,
}

impl Pool<'_> {
    /// Executes runs; returns those that ended, in the order in which they did. Runs that the user stopped are not among them.
    pub fn execute(&self, runs: &[Run]) -> Vec<Ended> {
        let mut longest_first = self.bundles(runs);
        longest_first.sort_by_key(|bundle| std::cmp::Reverse(bundle.len() * self.sweep.cells[bundle[0].cell].work()));
        let count = longest_first.len();
        let queue = Mutex::new(VecDeque::from(longest_first));
        let ended = Mutex::new(Vec::new());
        let running = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(count) {
                scope.spawn(|| {
                    while let Some(bundle) = self.next(&queue) {
                        running.fetch_add(1, Ordering::Relaxed);
                        let end = self
                            .execute_bundle(&bundle, self.workers.min(count), &|| self.workers / running.load(Ordering::Relaxed).max(1));
                        running.fetch_sub(1, Ordering::Relaxed);
                        lock(&ended).extend(end);
                    }
                });
            }
        });
        ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs that are trained side by side: of one cell, and none that is to go on from where it was interrupted, which others are not.
    fn bundles(&self, runs: &[Run]) -> Vec<Vec<Run>> {
        let begins = |run: &Run| RunDirectory::new(self.folder, &self.sweep.cells[run.cell], run.seeds).training_state().is_none();
        let (fresh, interrupted): (Vec<Run>, Vec<Run>) = runs.iter().partition(|run| begins(run));
        let cell = |run: &Run| &self.sweep.cells[run.cell];
        let of_cells = fresh.chunk_by(|one, other| one.cell == other.cell || cell(one).goes_beside(cell(other)));
        let bundles = of_cells.flat_map(|cell| cell.chunks(self.side_by_side)).map(<[Run]>::to_vec);
        bundles.chain(interrupted.into_iter().map(|run| vec![run])).collect()
    }

    fn next(&self, queue: &Mutex<VecDeque<Vec<Run>>>) -> Option<Vec<Run>> {
        if self.stop.load(Ordering::Relaxed) { None } else { lock(queue).pop_front() }
    }

    /// Those that ended of runs side by side. `threads` tells how many threads they may use now.
    fn execute_bundle(&self, bundle: &[Run], at_once: usize, threads: &(dyn Fn() -> usize + Sync)) -> Vec<Ended> {
        let runs: Vec<(&Cell, SeedPair)> = bundle.iter().map(|run| (&self.sweep.cells[run.cell], run.seeds)).collect();
        let (cell, _) = runs[0];
        let lines: Vec<Line<'_>> = runs.iter().map(|&(cell, seeds)| self.board.begin(cell, seeds)).collect();
        let started = Instant::now();
        let context = Context {
            sweep: &self.sweep.config.sweep,
            folder: self.folder,
            device: self.device,
            stop: self.stop,
            progress: &|run, progress| lines[run].tell(progress),
            at_once,
            threads,
        };
        // A panic inside a device must not take the other runs with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| run::execute(&runs, &context)));
        let failure = match outcome {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(in_one_line(&error)),
            Err(panic) => Err(panic_message(panic.as_ref(), cell, bundle.len())),
        };
        // What was done before the others failed is done.
        let done = |&(cell, seeds): &(&Cell, SeedPair)| RunDirectory::new(self.folder, cell, seeds).done(cell, seeds).ok().flatten();
        let of_each: Vec<Result<Option<Done>, String>> = match failure {
            Ok(done) => done.into_iter().map(Ok).collect(),
            Err(failure) => runs.iter().map(|run| done(run).map(Some).ok_or_else(|| failure.clone())).collect(),
        };
        let end = |((&run, line), outcome): ((&Run, Line<'_>), Result<Option<Done>, String>)| match outcome {
            Ok(None) => {
                line.abandon();
                None
            }
            Ok(Some(done)) => {
                let fallback = self.device.falls_back(&cell.model()) && bundle.len() == 1;
                line.end(&in_words(&done, fallback, bundle.len()), started.elapsed());
                Some(Ended { run, failure: None })
            }
            Err(failure) => {
                line.end(&format!("failed: {failure}"), started.elapsed());
                Some(Ended { run, failure: Some(failure) })
            }
        };
        bundle.iter().zip(lines).zip(of_each).filter_map(end).collect()
    }
}

/// `fallback` says that plain burn computed what the device's fused passes do not.
fn in_words(done: &Done, fallback: bool, side_by_side: usize) -> String {
    let end = match &done.status {
        RunStatus::Diverged { step } => format!("diverged at step {step}"),
        RunStatus::TimedOut { step } => format!("timed out at step {step}"),
        _ if done.stopped_early => format!("learned after {} steps", done.steps),
        _ => format!("trained for {} steps", done.steps),
    };
    let waited = 100.0 * done.secs_waiting / done.secs_train.max(f64::MIN_POSITIVE);
    let real = 100.0 * done.real_tokens_share;
    let plainly = match side_by_side {
        1 if fallback => " by plain burn (the fused passes do not compute such a model)".to_owned(),
        1 => String::new(),
        all => format!(", {all} runs side by side"),
    };
    format!(
        "{end} at {:.0} tokens/s{plainly}, {real:.0} % of them real, {waited:.1} % of the time waiting for examples",
        done.tokens_per_sec
    )
}

fn in_one_line(error: &Error) -> String {
    error.to_string().replace('\n', "; ")
}

fn panic_message(panic: &(dyn std::any::Any + Send), cell: &Cell, side_by_side: usize) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("no reason given").replace('\n', "; ");
    // Devices have no one way to say it.
    let lower = text.to_lowercase();
    let is_memory = ["memory", "alloc"].iter().any(|word| lower.contains(word));
    let way_out = if is_memory { format!(": {}", memory_way_out(cell, side_by_side)) } else { String::new() };
    format!("the device failed: {text}{way_out}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Workers catch their panics, so a poisoned lock still guards a whole value.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CellConfig;

    #[test]
    fn a_device_without_memory_names_what_to_lower() {
        let cell = Cell::new(CellConfig { task: "sort".to_owned(), ..CellConfig::default() }, "flex").unwrap();
        let message = |text: &str| panic_message(&text.to_owned(), &cell, 4);
        assert_eq!(
            message("Out of memory:\nno buffer of 3 GB"),
            "the device failed: Out of memory:; no buffer of 3 GB: lower --side-by-side (4), train.batch (64), train.lengths (20), model.layers (2) or model.width (64)"
        );
        assert_eq!(message("lost"), "the device failed: lost");
    }
}
