//! The training loop: draw, step, and now and then look at in-distribution exact match.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use report::{CheckpointRecord, RunStatus};
use serde::{Deserialize, Serialize};
use tasks::random::stream;
use transformer::{ModelError, Schedule, Sequence, StepLoss, Trainer, Transformer, score};

use super::directory::{RunDirectory, write_whole};
use super::evaluation::{CheckpointExamples, Named};
use super::metrics::MetricsLine;
use super::{Context, Done, Progress, drawing, now};
use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;
use crate::lease::Lease;

/// Examples of the look at in-distribution exact match.
const CHECK_EXAMPLES: usize = 256;

/// Takes a run that has ended, by its place among those side by side.
type Finish<'f> = dyn FnMut(usize, &Transformer, Done, Vec<CheckpointRecord>) -> Result<(), Error> + 'f;

/// Batches drawn ahead of the step that trains on them.
const DRAWN_AHEAD: usize = 4;

/// Trains runs side by side, which differ only in their seeds and learning rates, each to the last step, to an early stop, to divergence or to the end of its time.
/// `finish` takes the model of each as it ends, what it came to, and how it was at its checkpoints; it is not called for runs that the user stopped before their end.
pub(super) fn train(
    runs: &[(&Cell, SeedPair, RunDirectory)],
    trainer: &mut Trainer,
    context: &Context,
    finish: &mut Finish<'_>,
) -> Result<(), Error> {
    let start = match runs {
        [(_, _, directory)] => directory.training_state().map_or(Ok(State::default()), |path| State::resume(trainer, &path))?,
        _ => State::default(),
    };
    std::thread::scope(|scope| {
        // Each run's examples are drawn by a thread of its own, ahead of the step that trains on them.
        let batches = runs.iter().map(|&(cell, seeds, _)| {
            let (sender, batches) = sync_channel(DRAWN_AHEAD);
            scope.spawn(move || {
                for step in start.step..cell.config.train.steps {
                    // The other end is gone where training has ended early.
                    if sender.send(drawing::batch(cell, &mut stream(seeds.data, "data", step as u64))).is_err() {
                        return;
                    }
                }
            });
            batches
        });
        let batches: Vec<Receiver<Result<Vec<Sequence>, Error>>> = batches.collect();
        let in_training = runs.iter().zip(context.leases).map(|((cell, seeds, directory), lease)| {
            lease.check()?;
            InTraining::new(cell, *seeds, directory, &start)
        });
        let runs = in_training.collect::<Result<_, _>>()?;
        Training { runs, context, finish }.run(start.step, &batches, trainer)
    })
}

/// Runs that are trained side by side.
struct Training<'t> {
    runs: Vec<InTraining<'t>>,
    context: &'t Context<'t>,
    finish: &'t mut Finish<'t>,
}

/// What belongs to one run alone.
struct InTraining<'d> {
    cell: &'d Cell,
    seeds: SeedPair,
    schedule: Schedule,
    directory: &'d RunDirectory,
    /// Examples of the look at in-distribution exact match.
    checked: Vec<Sequence>,
    /// Drawn at the first checkpoint.
    checkpoint_examples: Option<CheckpointExamples>,
    checkpoints: Vec<CheckpointRecord>,
    metrics: Metrics<'d>,
    exact_match: Option<f64>,
    /// It has ended, and its model goes on only beside the others'.
    ended: bool,
}

impl<'d> InTraining<'d> {
    fn new(cell: &'d Cell, seeds: SeedPair, directory: &'d RunDirectory, start: &State) -> Result<Self, Error> {
        let rng = &mut stream(seeds.data, "check", 0);
        let checked = drawing::examples(cell, CHECK_EXAMPLES, rng, |tokens, answer_start, random| {
            cell.at_evaluation(&tokens[..answer_start], tokens.len() - answer_start, random)
        })?;
        Ok(Self {
            cell,
            seeds,
            schedule: cell.schedule(),
            directory,
            checked,
            checkpoint_examples: None,
            checkpoints: start.checkpoints.clone(),
            metrics: Metrics::open(directory, start)?,
            exact_match: start.exact_match,
            ended: false,
        })
    }

    fn save(&self, step: usize, replica: usize, trainer: &Trainer, lease: &Lease) -> Result<(), Error> {
        let mut state = self.metrics.state(step, self.exact_match);
        state.checkpoints.clone_from(&self.checkpoints);
        state.save(trainer, replica, self.directory, lease)
    }

    /// Whether a look after so many steps is the first one after another of the run's checkpoints, which lie at equal distances.
    fn is_checkpoint(&self, step: usize) -> bool {
        let train = &self.cell.config.train;
        let passed = |step: usize| step * self.cell.config.evaluate.checkpoints / train.steps;
        passed(step) > passed(step.saturating_sub(train.check_steps))
    }
}

impl Training<'_> {
    /// Takes a step on each batch.
    fn run(mut self, first: usize, batches: &[Receiver<Result<Vec<Sequence>, Error>>], trainer: &mut Trainer) -> Result<(), Error> {
        // What the runs have in common.
        let train = &self.runs[0].cell.config.train;
        let mut last_saved = Instant::now();
        // Not yet looked at.
        let mut last_losses: Option<StepLoss> = None;
        for step in first..train.steps {
            let waiting = Instant::now();
            let drawn: Vec<Vec<Sequence>> = batches.iter().map_while(|batches| batches.recv().ok()).collect::<Result<_, _>>()?;
            let secs_waiting = waiting.elapsed().as_secs_f64();
            if self.context.stops() {
                if step > first {
                    self.save(step, trainer)?;
                }
                return Ok(());
            }
            let out_of_time = |run: &InTraining| train.minutes_at_most.is_some_and(|minutes| run.metrics.secs() > 60.0 * minutes);
            if self.runs.iter().any(out_of_time) {
                let losses = last_losses.map(StepLoss::values).unwrap_or_default();
                for replica in 0..self.runs.len() {
                    let is_finite = losses.get(replica).is_none_or(|loss| loss.is_finite());
                    let step_taken = step as u64;
                    let status =
                        if is_finite { RunStatus::TimedOut { step: step_taken } } else { RunStatus::Diverged { step: step_taken } };
                    self.end(replica, status, step, trainer)?;
                }
                return Ok(());
            }
            let started = Instant::now();
            trainer.set_threads((self.context.threads)());
            let of_each: Vec<&[Sequence]> = drawn.iter().map(Vec::as_slice).collect();
            let rates: Vec<f64> = self.runs.iter().map(|run| run.schedule.rate(step)).collect();
            let losses = trainer.step_side_by_side(&of_each, &rates)?;
            let last = step + 1 == train.steps;
            let look = last || (step + 1) % train.check_steps == 0;
            let tokens_computed = losses.tokens_computed() / self.runs.len();
            // Reading losses waits for the device, so they are read only when they are looked at.
            let losses = if look {
                last_losses = None;
                losses.values()
            } else {
                last_losses = Some(losses);
                Vec::new()
            };
            for (run, batch) in self.runs.iter_mut().zip(&drawn).filter(|(run, _)| !run.ended) {
                run.metrics.trained(batch, tokens_computed, started.elapsed().as_secs_f64(), secs_waiting);
            }
            for (replica, loss) in losses.into_iter().enumerate() {
                self.look(replica, step + 1, loss, trainer)?;
            }
            if self.runs.iter().all(|run| run.ended) {
                return Ok(());
            }
            if look && last_saved.elapsed() >= self.context.save_every {
                self.save(step + 1, trainer)?;
                last_saved = Instant::now();
            }
            for (replica, run) in self.runs.iter().enumerate().filter(|(_, run)| !run.ended) {
                (self.context.progress)(replica, Progress { step: step + 1, steps: train.steps, exact_match: run.exact_match });
            }
        }
        Ok(())
    }

    /// Looks at a run after a step, and ends it where there is a reason to.
    fn look(&mut self, replica: usize, step: usize, loss: f32, trainer: &Trainer) -> Result<(), Error> {
        let run = &mut self.runs[replica];
        let train = &run.cell.config.train;
        if run.ended {
            return Ok(());
        }
        if !loss.is_finite() {
            return self.end(replica, RunStatus::Diverged { step: step as u64 }, step, trainer);
        }
        let model = trainer.model_of(replica);
        let scores = score(&model, &run.checked, self.context.device)?;
        let now = scores.iter().filter(|score| score.exact).count() as f64 / scores.len() as f64;
        let before = run.exact_match.replace(now);
        run.metrics.write(step, loss, run.schedule.rate(step - 1), now)?;
        let is_learned = now >= train.stop_at && before.is_some_and(|before| before >= train.stop_at);
        if is_learned || step == train.steps {
            return self.end(replica, RunStatus::Done, step, trainer);
        }
        if run.is_checkpoint(step) {
            let named = Named { cell: run.cell, seeds: run.seeds, sweep: self.context.sweep };
            let examples = match run.checkpoint_examples.take() {
                Some(examples) => examples,
                None => CheckpointExamples::draw(run.cell, run.seeds)?,
            };
            run.checkpoints.extend(examples.measure(&named, step as u64, &run.cell.evaluated(model), self.context)?);
            run.checkpoint_examples = Some(examples);
        }
        Ok(())
    }

    fn end(&mut self, replica: usize, status: RunStatus, step: usize, trainer: &Trainer) -> Result<(), Error> {
        let run = &mut self.runs[replica];
        if std::mem::replace(&mut run.ended, true) {
            return Ok(());
        }
        let Speed { secs, secs_waiting, tokens, tokens_computed } = run.metrics.speed;
        let model = trainer.model_of(replica);
        let done = Done {
            stopped_early: status == RunStatus::Done && step < run.cell.config.train.steps,
            status,
            steps: step as u64,
            secs_train: secs,
            tokens_per_sec: tokens as f64 / secs.max(f64::MIN_POSITIVE),
            real_tokens_share: tokens as f64 / tokens_computed.max(1) as f64,
            secs_waiting,
            parameters: model.parameters() as u64,
            ended: now(),
        };
        let checkpoints = std::mem::take(&mut run.checkpoints);
        (self.finish)(replica, &model, done, checkpoints)
    }

    /// Keeps the training state of each run that has not ended.
    fn save(&self, step: usize, trainer: &Trainer) -> Result<(), Error> {
        let mut left = self.runs.iter().enumerate().filter(|(_, run)| !run.ended);
        left.try_for_each(|(replica, run)| match run.save(step, replica, trainer, &self.context.leases[replica]) {
            // Whoever has it now goes on from the last state.
            Err(Error::LeaseLost { .. }) => Ok(()),
            saved => saved,
        })
    }
}

/// What is kept, beside weights and moments, so that a run goes on where it was. Random streams are named by step, so they need no state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct State {
    /// Steps taken.
    step: usize,
    /// The last look's in-distribution exact match.
    exact_match: Option<f64>,
    /// The lines of `metrics.jsonl` so far.
    metrics: String,
    /// The run at its checkpoints so far.
    checkpoints: Vec<CheckpointRecord>,
    /// Seconds since the start.
    secs: f64,
    speed: Speed,
    at_last_line: Speed,
}

/// Where it stands in the metadata of the training state.
const STATE: &str = "run";

impl State {
    /// Saves it and the model's, whole or not at all.
    fn save(&self, trainer: &Trainer, replica: usize, directory: &RunDirectory, lease: &Lease) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(std::io::Error::from).map_err(Error::file(&directory.metrics(), "save"))?;
        directory.save_training_state(lease, |path| trainer.save_of(replica, path, HashMap::from([(STATE.to_owned(), text)])))
    }

    /// Takes the trainer back to where a state was saved.
    fn resume(trainer: &mut Trainer, path: &Path) -> Result<Self, Error> {
        let damaged = |reason: String| Error::DamagedResult { path: path.to_owned(), reason };
        let metadata = trainer.resume(path).map_err(|error| match error {
            ModelError::BadCheckpoint { reason, .. } => damaged(reason),
            other => other.into(),
        })?;
        let text = metadata.get(STATE).ok_or_else(|| damaged(format!("its metadata has no `{STATE}`")))?;
        serde_json::from_str(text).map_err(|error| damaged(format!("`{STATE}` of its metadata cannot be read: {error}")))
    }
}

/// What training has taken so far.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Speed {
    /// Steps and waiting; not the looks.
    secs: f64,
    secs_waiting: f64,
    /// Tokens that a step reads: all of a sequence but the last.
    tokens: usize,
    /// Those, and padding.
    tokens_computed: usize,
}

/// `metrics.jsonl`, and the speed that it tells.
struct Metrics<'d> {
    directory: &'d RunDirectory,
    file: File,
    /// The lines written.
    lines: String,
    started: Instant,
    /// Seconds that went by before this process took the run over.
    secs_before: f64,
    speed: Speed,
    at_last_line: Speed,
}

impl<'d> Metrics<'d> {
    /// Goes on where the state was saved. The file is a new one, so that a process which was taken for dead, and is not, writes into the old one, which nobody sees.
    fn open(directory: &'d RunDirectory, start: &State) -> Result<Self, Error> {
        let path = directory.metrics();
        write_whole(&path, start.metrics.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path).map_err(Error::file(&path, "write"))?;
        let (speed, at_last_line) = (start.speed, start.at_last_line);
        Ok(Self { directory, file, lines: start.metrics.clone(), started: Instant::now(), secs_before: start.secs, speed, at_last_line })
    }

    /// Seconds since the start of the run, not counting those between an interruption and its end.
    fn secs(&self) -> f64 {
        self.secs_before + self.started.elapsed().as_secs_f64()
    }

    fn state(&self, step: usize, exact_match: Option<f64>) -> State {
        let (speed, at_last_line) = (self.speed, self.at_last_line);
        State { step, exact_match, metrics: self.lines.clone(), checkpoints: Vec::new(), secs: self.secs(), speed, at_last_line }
    }

    fn trained(&mut self, batch: &[Sequence], tokens_computed: usize, secs_step: f64, secs_waiting: f64) {
        self.speed.secs += secs_step + secs_waiting;
        self.speed.secs_waiting += secs_waiting;
        self.speed.tokens += batch.iter().map(|sequence| sequence.tokens.len() - 1).sum::<usize>();
        self.speed.tokens_computed += tokens_computed;
    }

    fn write(&mut self, step: usize, loss: f32, lr: f64, exact_match: f64) -> Result<(), Error> {
        let (now, before) = (self.speed, self.at_last_line);
        let line = MetricsLine {
            step,
            loss,
            lr,
            exact_match,
            tokens_per_sec: (now.tokens - before.tokens) as f64 / (now.secs - before.secs).max(f64::MIN_POSITIVE),
            real_tokens_share: now.tokens as f64 / now.tokens_computed.max(1) as f64,
            secs_waiting: now.secs_waiting,
            secs: self.secs(),
        };
        self.at_last_line = now;
        let mut text =
            serde_json::to_string(&line).map_err(std::io::Error::from).map_err(Error::file(&self.directory.metrics(), "write"))?;
        text.push('\n');
        self.lines.push_str(&text);
        self.file.write_all(text.as_bytes()).map_err(Error::file(&self.directory.metrics(), "write"))
    }
}
