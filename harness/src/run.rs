//! One run: a cell and its seeds, trained and evaluated in a directory of its own.
//!
//! A run is a function of its cell and seeds: every random number comes from a stream named by a seed and a purpose, and nothing reads the
//! clock but the figures of speed in `metrics.jsonl` and `DONE.json`.

mod calibration;
mod directory;
mod drawing;
mod evaluation;
mod memory;
mod metrics;
mod training;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use report::{RunOutcome, RunStatus};
use serde::{Deserialize, Serialize};
use tasks::random::stream;
use transformer::{Device, Trainer};

use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;
use crate::lease::Lease;

pub use memory::way_out as memory_way_out;

use evaluation::{Evaluation, Named};

pub use directory::{How, Measured, RunDirectory, remove_unfinished, write_json, write_whole};
pub use metrics::{MetricsLine, read_metrics};

/// What `DONE.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// How the run ended.
    pub status: RunStatus,
    /// Training steps taken.
    pub steps: u64,
    /// Training time, in seconds.
    pub secs_train: f64,
    /// Training speed, in tokens per second, padding not counted.
    pub tokens_per_sec: f64,
    /// Share of the tokens computed in training that were real, not padding.
    pub real_tokens_share: f64,
    /// Of the training time, seconds spent waiting for examples, which another thread draws ahead.
    pub secs_waiting: f64,
    /// Trained numbers of the model.
    pub parameters: u64,
    /// Whether training stopped before its last step because the task was learned.
    pub stopped_early: bool,
    /// When it was done, by the clock of its machine.
    #[serde(default)]
    pub ended: String,
}

impl Done {
    /// The run as the report knows it, but for its steps to fit, which depend on where the report sets the gate.
    pub fn outcome(self, cell: &Cell, seeds: SeedPair) -> RunOutcome {
        RunOutcome {
            cell: cell.id.to_string(),
            task: cell.config.task.clone(),
            seed_init: seeds.init,
            seed_data: seeds.data,
            len_train_max: cell.config.train.lengths,
            distribution: cell.config.evaluate.distribution().to_owned(),
            status: self.status,
            steps: self.steps,
            secs_train: self.secs_train,
            tokens_per_sec: self.tokens_per_sec,
            parameters: self.parameters,
            stopped_early: self.stopped_early,
            steps_to_fit: None,
        }
    }
}

/// How far a run is, told after each step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps taken.
    pub step: usize,
    /// Steps at most.
    pub steps: usize,
    /// The last measured in-distribution exact match.
    pub exact_match: Option<f64>,
}

/// What a run needs beside its cell and seeds.
pub struct Context<'a> {
    /// Name of the sweep, for the records.
    pub sweep: &'a str,
    /// The sweep's folder.
    pub folder: &'a Path,
    /// The device.
    pub device: &'a Device,
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// The lease of each run.
    pub leases: &'a [Arc<Lease>],
    /// Time between two savings of the training state, which are made at looks.
    pub save_every: Duration,
    /// Told after each step, for each run by its place among those side by side.
    pub progress: &'a (dyn Fn(usize, Progress) + Sync),
    /// How many runs, or bundles of runs side by side, go on at a time.
    pub at_once: usize,
    /// How many threads a run may ever use.
    pub threads_at_most: usize,
    /// How many threads the next step may use.
    pub threads: &'a (dyn Fn() -> usize + Sync),
}

impl Context<'_> {
    /// Whether the runs are to end now: the user wants it, or another process has taken one of them over.
    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.leases.iter().any(|lease| lease.is_lost())
    }
}

/// The time, as in 2026-01-31T12:00:00Z.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// Trains runs side by side, evaluates each, and marks it done. Their cells differ in learning rate at most ([`Cell::goes_beside`]). Of a run that the user stopped before
/// its end, or that another process has taken over, `None` is returned.
///
/// # Errors
/// Where a directory holds something else or cannot be written. Divergence is a result, not an error.
pub fn execute(runs: &[(&Cell, SeedPair)], context: &Context) -> Result<Vec<Option<Done>>, Error> {
    let Some(&(cell, _)) = runs.first() else { return Ok(Vec::new()) };
    let runs: Vec<(&Cell, SeedPair, RunDirectory)> =
        runs.iter().map(|&(cell, seeds)| (cell, seeds, RunDirectory::new(context.folder, cell, seeds))).collect();
    for ((cell, seeds, directory), lease) in runs.iter().zip(context.leases) {
        let how = How { side_by_side: runs.len(), threads_at_most: context.threads_at_most };
        directory.begin(cell, *seeds, context.device, how, lease)?;
    }
    memory::check(cell, runs.len(), context.at_once, context.device)?;
    let mut rngs: Vec<_> = runs.iter().map(|(_, seeds, _)| stream(seeds.init, "init", 0)).collect();
    let mut trainer = Trainer::side_by_side(&cell.model(), &cell.optimizer(), cell.loss_on(), &mut rngs, context.device)?;
    let mut ended: Vec<Option<Done>> = vec![None; runs.len()];
    training::train(&runs, &mut trainer, context, &mut |replica, model, mut done, checkpoints| {
        let (cell, seeds, directory) = &runs[replica];
        let mut measured = Measured { checkpoints, ..Measured::default() };
        if !matches!(done.status, RunStatus::Diverged { .. }) {
            let named = Named { cell, seeds: *seeds, sweep: context.sweep };
            let evaluation = evaluation::evaluate(&named, done.steps, &cell.evaluated(model.clone()), context)?;
            if evaluation.examples.iter().all(|example| example.log_confidence.is_finite()) {
                let calibration = calibration::calibrate(&named, &evaluation.examples)?;
                let Evaluation { records, examples, mistakes, last } = evaluation;
                // Time may have run out at a checkpoint.
                measured.checkpoints.retain(|record| record.step < done.steps);
                measured.checkpoints.extend(last);
                measured = Measured { records, calibration, examples, mistakes, ..measured };
            } else {
                // The last update was too much, and no loss has seen it.
                done.status = RunStatus::Diverged { step: done.steps };
            }
        }
        let lease = &context.leases[replica];
        match directory.save_model(model, lease).and_then(|()| directory.finish(&measured, &done, lease)) {
            // Whoever has it now will finish it.
            Err(Error::LeaseLost { .. }) => return Ok(()),
            finished => finished?,
        }
        ended[replica] = Some(done);
        Ok(())
    })?;
    Ok(ended)
}
