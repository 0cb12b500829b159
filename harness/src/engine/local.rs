//! A pool of workers on this machine, each with one run at a time, which it takes by a lease: other processes, here or elsewhere, may be working on the same sweep.
//!
//! While there are runs for all workers, each run has one thread; when runs get fewer than workers, those that are left share the threads.
//! Where it was asked for, runs that differ only in their seeds and learning rates are trained side by side, as one. Long runs start first, so that the last ones end together. No result depends on the order, nor on the threads of a run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use report::RunStatus;
use transformer::Device;

use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;
use crate::lease::{Claim, Lease, Leases};
use crate::progress::{Board, Line};
use crate::run::{self, Context, Done, RunDirectory, memory_way_out};
use crate::sweep::{Run, Sweep, SweepFolder};

/// How long a worker without a run waits before it asks again for those that others hold.
const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A pool for the runs of one sweep.
pub struct Pool<'a> {
    /// The sweep.
    pub sweep: &'a Sweep,
    /// The sweep's folder.
    pub folder: &'a SweepFolder,
    /// The folder's leases.
    pub leases: &'a Leases,
    /// The device, shared by all workers.
    pub device: &'a Device,
    /// Threads, and runs at a time.
    pub workers: usize,
    /// Runs that are trained side by side, at most.
    pub side_by_side: usize,
    /// Time between two savings of a training state.
    pub save_every: Duration,
    /// Whether to wait for runs that others are doing, and do them where those die; otherwise runs are left to others whose beats have been seen.
    pub until_all_ended: bool,
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// Where progress is shown.
    pub board: &'a Board,
}

/// Runs that are trained side by side, each with its lease.
type Bundle = Vec<(Run, Arc<Lease>)>;

/// What is left to do.
#[derive(Default)]
struct Left {
    queue: VecDeque<Vec<Run>>,
    /// Runs that others hold, and that are asked for again.
    held: Vec<Run>,
    /// Runs that failed here.
    failed: usize,
    /// Set where the disk is full: what is begun then would only fail.
    is_full: bool,
}

/// How runs side by side ended.
struct End {
    /// Runs that failed.
    failed: usize,
    /// Whether one failed for want of room on the disk.
    is_full: bool,
    /// Runs that came to nothing: stopped, or taken over by another process.
    again: Vec<Run>,
}

impl Pool<'_> {
    /// Executes runs until all are done or failed, here or elsewhere, or the user stops; returns how many failed here.
    ///
    /// # Errors
    /// Where leases cannot be read or written. What a run fails of is kept in the sweep's folder.
    pub fn execute(&self, runs: &[Run]) -> Result<usize, Error> {
        let mut longest_first = self.bundles(runs);
        let work = |bundle: &Vec<Run>| bundle.len() as f64 * self.sweep.cells[bundle[0].cell].work();
        longest_first.sort_by(|one, other| work(other).total_cmp(&work(one)));
        let count = longest_first.len();
        let left = Mutex::new(Left { queue: VecDeque::from(longest_first), ..Left::default() });
        let running = AtomicUsize::new(0);
        self.leases.beating(|| {
            std::thread::scope(|scope| {
                let workers: Vec<_> = (0..self.workers.min(count)).map(|_| scope.spawn(|| self.work(&left, &running, count))).collect();
                let join = |worker: ScopedJoinHandle<'_, _>| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                workers.into_iter().map(join).collect::<Result<Vec<()>, Error>>()
            })
        })?;
        Ok(lock(&left).failed)
    }

    /// What one worker does.
    fn work(&self, left: &Mutex<Left>, running: &AtomicUsize, count: usize) -> Result<(), Error> {
        while let Some(bundle) = self.next(left)? {
            running.fetch_add(1, Ordering::Relaxed);
            let end = self.execute_bundle(&bundle, self.workers.min(count), &|| self.workers / running.load(Ordering::Relaxed).max(1));
            running.fetch_sub(1, Ordering::Relaxed);
            let mut left = lock(left);
            left.failed += end.failed;
            left.is_full |= end.is_full;
            for (_, lease) in bundle {
                self.leases.give_back(&lease);
            }
            // What another process took over, and what was stopped beside it, is asked for again.
            left.held.extend(end.again);
        }
        Ok(())
    }

    /// Runs that are trained side by side: of one cell, and none that is to go on from where it was interrupted, which others are not.
    fn bundles(&self, runs: &[Run]) -> Vec<Vec<Run>> {
        if self.side_by_side == 1 {
            return runs.iter().map(|&run| vec![run]).collect();
        }
        let begins = |run: &Run| self.folder.directory(self.sweep, *run).training_state().is_none();
        let (fresh, interrupted): (Vec<Run>, Vec<Run>) = runs.iter().partition(|run| begins(run));
        let cell = |run: &Run| &self.sweep.cells[run.cell];
        let of_cells = fresh.chunk_by(|one, other| one.cell == other.cell || cell(one).goes_beside(cell(other)));
        let bundles = of_cells.flat_map(|cell| cell.chunks(self.side_by_side)).map(<[Run]>::to_vec);
        bundles.chain(interrupted.into_iter().map(|run| vec![run])).collect()
    }

    /// The next runs for a worker, with their leases; `None` where there are none for it.
    fn next(&self, left: &Mutex<Left>) -> Result<Option<Bundle>, Error> {
        while !self.stop.load(Ordering::Relaxed) && !lock(left).is_full {
            let Some(runs) = lock(left).queue.pop_front() else {
                // Others' runs, of which there may be news.
                let held = std::mem::take(&mut lock(left).held);
                let mut asked = held.into_iter();
                let mut bundle = Bundle::new();
                while bundle.is_empty()
                    && let Some(run) = asked.next()
                {
                    self.claim(run, left, &mut bundle)?;
                }
                lock(left).held.extend(asked);
                if !bundle.is_empty() {
                    return Ok(Some(bundle));
                }
                if lock(left).held.is_empty() {
                    return Ok(None);
                }
                std::thread::sleep(ASKED_AGAIN_AFTER);
                continue;
            };
            let mut bundle = Bundle::new();
            for &run in &runs {
                if let Err(error) = self.claim(run, left, &mut bundle) {
                    for (_, lease) in &bundle {
                        self.leases.give_back(lease);
                    }
                    return Err(error);
                }
            }
            // Another process may have begun one of them and left a state, with which it goes on alone.
            let (interrupted, bundle) = if bundle.len() > 1 {
                bundle.into_iter().partition(|(run, _)| self.folder.directory(self.sweep, *run).training_state().is_some())
            } else {
                (Bundle::new(), bundle)
            };
            for (run, lease) in interrupted {
                self.leases.give_back(&lease);
                lock(left).queue.push_back(vec![run]);
            }
            if !bundle.is_empty() {
                return Ok(Some(bundle));
            }
        }
        Ok(None)
    }

    /// Adds a run to a bundle, unless it has ended elsewhere, or another process is doing it.
    fn claim(&self, run: Run, left: &Mutex<Left>, bundle: &mut Bundle) -> Result<(), Error> {
        let name = self.sweep.name(run);
        let cell = &self.sweep.cells[run.cell];
        let has_ended = || -> Result<bool, Error> {
            Ok(self.folder.failure(&name).is_some() || self.folder.directory(self.sweep, run).done(cell, run.seeds)?.is_some())
        };
        if has_ended()? {
            self.board.ended_elsewhere(cell);
            return Ok(());
        }
        match self.leases.claim(&name.file_name())? {
            // It may have ended just before.
            Claim::Mine(lease) if has_ended()? => {
                self.leases.give_back(&lease);
                self.board.ended_elsewhere(cell);
            }
            Claim::Mine(lease) => bundle.push((run, lease)),
            Claim::Held { beats } if self.until_all_ended || !beats => lock(left).held.push(run),
            Claim::Held { .. } => {}
        }
        Ok(())
    }

    /// Executes runs side by side. `threads` tells how many threads they may use now.
    fn execute_bundle(&self, bundle: &[(Run, Arc<Lease>)], at_once: usize, threads: &(dyn Fn() -> usize + Sync)) -> End {
        let runs: Vec<(&Cell, SeedPair)> = bundle.iter().map(|(run, _)| (&self.sweep.cells[run.cell], run.seeds)).collect();
        let leases: Vec<Arc<Lease>> = bundle.iter().map(|(_, lease)| Arc::clone(lease)).collect();
        let (cell, _) = runs[0];
        let lines: Vec<Line<'_>> = runs.iter().map(|&(cell, seeds)| self.board.begin(cell, seeds)).collect();
        let started = Instant::now();
        let context = Context {
            sweep: &self.sweep.config.sweep,
            folder: self.folder.path(),
            device: self.device,
            stop: self.stop,
            leases: &leases,
            save_every: self.save_every,
            progress: &|run, progress| {
                lines[run].tell(progress);
                leases[run].tell(progress.step as u64, progress.steps as u64);
            },
            at_once,
            threads_at_most: self.workers,
            threads,
        };
        // A panic inside a device must not take the other runs with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| run::execute(&runs, &context)));
        let is_full = matches!(&outcome, Ok(Err(error)) if error.is_full());
        let failure = match outcome {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(in_one_line(&error)),
            Err(panic) => Err(panic_message(panic.as_ref(), cell, bundle.len())),
        };
        // What was done before the others failed is done.
        let done = |&(cell, seeds): &(&Cell, SeedPair)| RunDirectory::new(self.folder.path(), cell, seeds).done(cell, seeds).ok().flatten();
        let of_each: Vec<Result<Option<Done>, String>> = match failure {
            Ok(done) => done.into_iter().map(Ok).collect(),
            Err(failure) => runs.iter().map(|run| done(run).map(Some).ok_or_else(|| failure.clone())).collect(),
        };
        let mut end = End { failed: 0, is_full, again: Vec::new() };
        for (((run, lease), line), outcome) in bundle.iter().zip(lines).zip(of_each) {
            match outcome {
                // Another process does it now, and whatever went wrong here may have been its doing.
                Err(_) if lease.check().is_err() => {
                    line.abandon();
                    end.again.push(*run);
                }
                Ok(None) => {
                    line.abandon();
                    end.again.push(*run);
                }
                Ok(Some(done)) => {
                    let fallback = self.device.falls_back(&cell.model()) && bundle.len() == 1;
                    line.end(&in_words(&done, fallback, bundle.len()), started.elapsed());
                }
                Err(failure) => {
                    end.failed += 1;
                    line.end(&format!("failed: {failure}"), started.elapsed());
                    if let Err(error) = self.folder.set_failure(&self.sweep.name(*run), &failure) {
                        self.board.say(&format!("that cannot be kept: {error}"));
                    }
                }
            }
        }
        end
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
