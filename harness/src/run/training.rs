//! The training loop: draw, step, and now and then look at in-distribution exact match.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use report::RunStatus;
use serde::{Deserialize, Serialize};
use tasks::random::stream;
use transformer::{ModelError, Sequence, Trainer, score};

use super::directory::RunDirectory;
use super::{Context, Done, Progress, drawing};
use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;

/// Examples of the look at in-distribution exact match.
const CHECK_EXAMPLES: usize = 256;

/// One line of `metrics.jsonl`.
#[derive(Debug, Serialize)]
struct MetricsLine {
    /// Steps taken.
    step: usize,
    /// Training loss of the last step, in nats per predicted token.
    loss: f32,
    /// Learning rate of the last step.
    lr: f64,
    /// In-distribution exact match, on 256 examples that are not trained on.
    exact_match: f64,
    /// Training speed since the last line, in tokens per second, padding not counted.
    tokens_per_sec: f64,
    /// Share of the tokens computed so far that were real, not padding.
    real_tokens_share: f64,
    /// Seconds spent so far waiting for examples.
    secs_waiting: f64,
    /// Seconds since the start, looks included.
    secs: f64,
}

/// Time between two savings of the training state, which are made at looks.
const SAVED_EVERY: Duration = Duration::from_secs(30);

/// Batches drawn ahead of the step that trains on them.
const DRAWN_AHEAD: usize = 4;

/// Trains to the last step, to an early stop or to divergence. Returns `None` where the user stopped the run.
pub(super) fn train(
    cell: &Cell,
    seeds: SeedPair,
    trainer: &mut Trainer,
    directory: &RunDirectory,
    context: &Context,
) -> Result<Option<Done>, Error> {
    let start = match directory.training_state() {
        Some(path) => State::resume(trainer, &path)?,
        None => State::default(),
    };
    let (sender, batches) = sync_channel(DRAWN_AHEAD);
    let first = start.step;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for step in first..cell.config.train.steps {
                // The other end is gone where training has ended early.
                if sender.send(drawing::batch(cell, &mut stream(seeds.data, "data", step as u64))).is_err() {
                    return;
                }
            }
        });
        train_on(batches, start, cell, seeds, trainer, directory, context)
    })
}

/// Takes a step on each batch.
fn train_on(
    batches: Receiver<Result<Vec<Sequence>, Error>>,
    start: State,
    cell: &Cell,
    seeds: SeedPair,
    trainer: &mut Trainer,
    directory: &RunDirectory,
    context: &Context,
) -> Result<Option<Done>, Error> {
    let cfg = &cell.config.train;
    let schedule = cell.schedule();
    let rng = &mut stream(seeds.data, "check", 0);
    let checked: Vec<Sequence> = drawing::examples(cell, CHECK_EXAMPLES, rng, |tokens, answer_start, random| {
        cell.at_evaluation(&tokens[..answer_start], tokens.len() - answer_start, random)
    })?;
    let mut metrics = Metrics::open(directory, &start)?;
    let mut exact_match = start.exact_match;
    let mut last_saved = Instant::now();
    let mut status = RunStatus::Done;
    let mut steps_taken = cfg.steps;
    let mut stopped_early = false;

    for (step, (batch, secs_waiting)) in (start.step..).zip(timed(batches)) {
        let batch = batch?;
        if context.stop.load(Ordering::Relaxed) {
            if step > start.step {
                metrics.state(step, exact_match).save(trainer, directory)?;
            }
            return Ok(None);
        }
        if cfg.minutes_at_most.is_some_and(|minutes| metrics.secs() > 60.0 * minutes) {
            (status, steps_taken) = (RunStatus::TimedOut { step: step as u64 }, step);
            break;
        }
        let started = Instant::now();
        trainer.set_threads((context.threads)());
        let loss = trainer.step(&batch, schedule.rate(step))?;
        let last = step + 1 == cfg.steps;
        let look = last || (step + 1) % cfg.check_steps == 0;
        let tokens_computed = loss.tokens_computed();
        // Reading the loss waits for the device, so it is read only when it is looked at.
        let loss = look.then(|| loss.value());
        metrics.trained(&batch, tokens_computed, started.elapsed().as_secs_f64(), secs_waiting);
        if let Some(loss) = loss {
            if !loss.is_finite() {
                (status, steps_taken) = (RunStatus::Diverged { step: step as u64 + 1 }, step + 1);
                break;
            }
            let before = exact_match;
            let scores = score(&trainer.model(), &checked, context.device)?;
            let now = scores.iter().filter(|score| score.exact).count() as f64 / scores.len() as f64;
            exact_match = Some(now);
            metrics.write(step + 1, loss, schedule.rate(step), now)?;
            if !last && now >= cfg.stop_at && before.is_some_and(|before: f64| before >= cfg.stop_at) {
                (stopped_early, steps_taken) = (true, step + 1);
                break;
            }
            if !last && last_saved.elapsed() >= SAVED_EVERY {
                metrics.state(step + 1, exact_match).save(trainer, directory)?;
                last_saved = Instant::now();
            }
        }
        (context.progress)(Progress { step: step + 1, steps: cfg.steps, exact_match });
    }
    let Speed { secs, secs_waiting, tokens, tokens_computed } = metrics.speed;
    Ok(Some(Done {
        status,
        steps: steps_taken as u64,
        secs_train: secs,
        tokens_per_sec: tokens as f64 / secs.max(f64::MIN_POSITIVE),
        real_tokens_share: tokens as f64 / tokens_computed.max(1) as f64,
        secs_waiting,
        parameters: trainer.model().parameters() as u64,
        stopped_early,
    }))
}

/// Each message with the seconds that it was waited for.
fn timed<T>(messages: Receiver<T>) -> impl Iterator<Item = (T, f64)> {
    std::iter::from_fn(move || {
        let started = Instant::now();
        let message = messages.recv().ok()?;
        Some((message, started.elapsed().as_secs_f64()))
    })
}

/// What is kept, beside weights and moments, so that a run goes on where it was. Random streams are named by step, so they need no state.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct State {
    /// Steps taken.
    step: usize,
    /// The last look's in-distribution exact match.
    exact_match: Option<f64>,
    /// How long `metrics.jsonl` was.
    metrics_bytes: u64,
    /// Seconds since the start.
    secs: f64,
    speed: Speed,
    at_last_line: Speed,
}

/// Where it stands in the metadata of the training state.
const STATE: &str = "run";

impl State {
    /// Saves it and the trainer's, whole or not at all.
    fn save(&self, trainer: &Trainer, directory: &RunDirectory) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(std::io::Error::from).map_err(Error::file(&directory.metrics(), "save"))?;
        directory.save_training_state(|path| trainer.save(path, HashMap::from([(STATE.to_owned(), text)])))
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
    lines: BufWriter<File>,
    /// Bytes of the lines written.
    bytes: u64,
    started: Instant,
    /// Seconds that went by before this process took the run over.
    secs_before: f64,
    speed: Speed,
    at_last_line: Speed,
}

impl<'d> Metrics<'d> {
    /// Goes on where the state was saved: lines written since are dropped, since their steps are taken again.
    fn open(directory: &'d RunDirectory, start: &State) -> Result<Self, Error> {
        let path = directory.metrics();
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
            file.set_len(start.metrics_bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let lines = BufWriter::new(open().map_err(Error::file(&path, "write"))?);
        let (speed, at_last_line) = (start.speed, start.at_last_line);
        Ok(Self { directory, lines, bytes: start.metrics_bytes, started: Instant::now(), secs_before: start.secs, speed, at_last_line })
    }

    /// Seconds since the start of the run, not counting those between an interruption and its end.
    fn secs(&self) -> f64 {
        self.secs_before + self.started.elapsed().as_secs_f64()
    }

    fn state(&self, step: usize, exact_match: Option<f64>) -> State {
        let (speed, at_last_line) = (self.speed, self.at_last_line);
        State { step, exact_match, metrics_bytes: self.bytes, secs: self.secs(), speed, at_last_line }
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
        self.bytes += text.len() as u64;
        let written = self.lines.write_all(text.as_bytes()).and_then(|()| self.lines.flush());
        written.map_err(Error::file(&self.directory.metrics(), "write"))
    }
}
