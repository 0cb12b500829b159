//! A pool of workers on this machine, each with one run at a time.
//!
//! While there are runs for all workers, each run has one thread; when runs get fewer than workers, those that are left share the threads.
//! Long runs start first, so that the last ones end together. No result depends on the order, nor on the threads of a run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use report::RunStatus;
use transformer::Device;

use crate::error::Error;
use crate::progress::Board;
use crate::run::{self, Context, Done};
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
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// Where progress is shown.
    pub board: &'a Board,
}

impl Pool<'_> {
    /// Executes runs; returns those that ended, in the order in which they did. Runs that the user stopped are not among them.
    pub fn execute(&self, runs: &[Run]) -> Vec<Ended> {
        let mut longest_first = runs.to_vec();
        longest_first.sort_by_key(|run| std::cmp::Reverse(self.sweep.cells[run.cell].work()));
        let queue = Mutex::new(VecDeque::from(longest_first));
        let ended = Mutex::new(Vec::new());
        let running = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(runs.len()) {
                scope.spawn(|| {
                    while let Some(run) = self.next(&queue) {
                        running.fetch_add(1, Ordering::Relaxed);
                        let end = self.execute_one(run, &|| self.workers / running.load(Ordering::Relaxed).max(1));
                        running.fetch_sub(1, Ordering::Relaxed);
                        lock(&ended).extend(end);
                    }
                });
            }
        });
        ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, queue: &Mutex<VecDeque<Run>>) -> Option<Run> {
        if self.stop.load(Ordering::Relaxed) { None } else { lock(queue).pop_front() }
    }

    /// `None` where the user stopped the run. `threads` tells how many threads the run may use now.
    fn execute_one(&self, run: Run, threads: &(dyn Fn() -> usize + Sync)) -> Option<Ended> {
        let cell = &self.sweep.cells[run.cell];
        let line = self.board.begin(cell, run.seeds);
        let started = Instant::now();
        let context = Context {
            sweep: &self.sweep.config.sweep,
            folder: self.folder,
            device: self.device,
            stop: self.stop,
            progress: &|progress| line.tell(progress),
            threads,
        };
        // A panic inside a device must not take the other runs with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| run::execute(cell, run.seeds, &context)));
        let failure = match outcome {
            Ok(Ok(None)) => {
                line.abandon();
                return None;
            }
            Ok(Ok(Some(done))) => {
                let fallback = self.device.falls_back(&cell.model());
                line.end(&in_words(&done, fallback), started.elapsed());
                return Some(Ended { run, failure: None });
            }
            Ok(Err(error)) => in_one_line(&error),
            Err(panic) => panic_message(panic.as_ref()),
        };
        line.end(&format!("failed: {failure}"), started.elapsed());
        Some(Ended { run, failure: Some(failure) })
    }
}

/// `fallback` says that plain burn computed what the device's fused passes do not.
fn in_words(done: &Done, fallback: bool) -> String {
    let end = match &done.status {
        RunStatus::Diverged { step } => format!("diverged at step {step}"),
        RunStatus::TimedOut { step } => format!("timed out at step {step}"),
        _ if done.stopped_early => format!("learned after {} steps", done.steps),
        _ => format!("trained for {} steps", done.steps),
    };
    let waited = 100.0 * done.secs_waiting / done.secs_train.max(f64::MIN_POSITIVE);
    let real = 100.0 * done.real_tokens_share;
    let plainly = if fallback { " by plain burn (the fused passes do not compute such a model)" } else { "" };
    format!(
        "{end} at {:.0} tokens/s{plainly}, {real:.0} % of them real, {waited:.1} % of the time waiting for examples",
        done.tokens_per_sec
    )
}

fn in_one_line(error: &Error) -> String {
    error.to_string().replace('\n', "; ")
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the device failed: {}", text.unwrap_or("no reason given"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Workers catch their panics, so a poisoned lock still guards a whole value.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
