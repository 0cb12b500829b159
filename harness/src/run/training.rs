//! The training loop: draw, step, and now and then look at in-distribution exact match.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use report::RunStatus;
use serde::Serialize;
use tasks::random::{ChaCha8Rng, Rng, below, stream};
use transformer::{Placement, Sequence, Trainer, score};

use super::directory::RunDirectory;
use super::{Context, Done, Progress, sequence};
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
    let (sender, batches) = sync_channel(DRAWN_AHEAD);
    let positions = cell.model().positions;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for step in 0..cell.config.train.steps {
                let rng = &mut stream(seeds.data, "data", step as u64);
                let placement = |tokens: &[u32], random: u64| positions.in_training(tokens, random);
                // The other end is gone where training has ended early.
                if sender.send(draw(cell, cell.config.train.batch, placement, rng)).is_err() {
                    return;
                }
            }
        });
        train_on(batches, cell, seeds, trainer, directory, context)
    })
}

/// Takes a step on each batch.
fn train_on(
    batches: Receiver<Result<Vec<Sequence>, Error>>,
    cell: &Cell,
    seeds: SeedPair,
    trainer: &mut Trainer,
    directory: &RunDirectory,
    context: &Context,
) -> Result<Option<Done>, Error> {
    let cfg = &cell.config.train;
    let schedule = cell.schedule();
    let positions = cell.model().positions;
    let placement = |tokens: &[u32], random: u64| positions.at_evaluation(tokens.len(), random);
    let checked: Vec<Sequence> = draw(cell, CHECK_EXAMPLES, placement, &mut stream(seeds.data, "check", 0))?;
    let mut metrics = Metrics::create(directory)?;
    let mut exact_match = None;
    let mut status = RunStatus::Done;
    let mut steps_taken = cfg.steps;
    let mut stopped_early = false;

    for (step, batch) in timed(batches).enumerate() {
        let (batch, secs_waiting) = batch;
        let batch = batch?;
        if context.stop.load(Ordering::Relaxed) {
            return Ok(None);
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

/// Fresh examples, their lengths uniform over the training lengths, each standing where its tokens and a random number say. One number
/// for each example whatever the scheme, so that all schemes are trained on the same examples.
fn draw(cell: &Cell, count: usize, placement: impl Fn(&[u32], u64) -> Placement, rng: &mut ChaCha8Rng) -> Result<Vec<Sequence>, Error> {
    let train = &cell.config.train;
    let shortest = train.len_train_min();
    (0..count)
        .map(|_| {
            let length = shortest + below(rng, train.lengths - shortest + 1);
            let example = cell.task.sample_as(train.distribution(), length, rng)?;
            sequence(cell, &example, |tokens| placement(tokens, rng.next_u64()))
        })
        .collect()
}

/// What training has taken so far.
#[derive(Debug, Clone, Copy, Default)]
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
    started: Instant,
    speed: Speed,
    at_last_line: Speed,
}

impl<'d> Metrics<'d> {
    fn create(directory: &'d RunDirectory) -> Result<Self, Error> {
        let path = directory.metrics();
        let file = File::create(&path).map_err(Error::file(&path, "create"))?;
        let speed = Speed::default();
        Ok(Self { directory, lines: BufWriter::new(file), started: Instant::now(), speed, at_last_line: speed })
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
            secs: self.started.elapsed().as_secs_f64(),
        };
        self.at_last_line = now;
        let written = serde_json::to_writer(&mut self.lines, &line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.lines.write_all(b"\n"))
            .and_then(|()| self.lines.flush());
        written.map_err(Error::file(&self.directory.metrics(), "write"))
    }
}
