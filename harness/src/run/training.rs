//! The training loop: draw, step, and now and then look at in-distribution exact match.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::atomic::Ordering;
use std::time::Instant;

use report::RunStatus;
use serde::Serialize;
use tasks::random::{ChaCha8Rng, below, stream};
use transformer::{Positions, Sequence, Trainer, score};

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
    /// Seconds since the start, looks included.
    secs: f64,
}

/// Trains to the last step, to an early stop or to divergence. Returns `None` where the user stopped the run.
pub(super) fn train(
    cell: &Cell,
    seeds: SeedPair,
    trainer: &mut Trainer,
    directory: &RunDirectory,
    context: &Context,
) -> Result<Option<Done>, Error> {
    let cfg = &cell.config.train;
    let schedule = cell.schedule();
    let checked: Vec<Sequence> = draw(cell, CHECK_EXAMPLES, 0, &mut stream(seeds.data, "check", 0))?;
    let mut metrics = Metrics::create(directory)?;
    let mut exact_match = None;
    let mut status = RunStatus::Done;
    let mut steps_taken = cfg.steps;
    let mut stopped_early = false;

    for step in 0..cfg.steps {
        if context.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let started = Instant::now();
        let rng = &mut stream(seeds.data, "data", step as u64);
        let batch = draw(cell, cfg.batch, offsets(cell), rng)?;
        let loss = trainer.step(&batch, schedule.rate(step))?;
        let last = step + 1 == cfg.steps;
        let look = last || (step + 1) % cfg.check_steps == 0;
        // Reading the loss waits for the device, so it is read only when it is looked at.
        let loss = look.then(|| loss.value());
        metrics.trained(&batch, started);
        if let Some(loss) = loss {
            if !loss.is_finite() {
                (status, steps_taken) = (RunStatus::Diverged { step: step as u64 + 1 }, step + 1);
                break;
            }
            let before = exact_match;
            let scores = score(&trainer.model(), &checked)?;
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
    Ok(Some(Done {
        status,
        steps: steps_taken as u64,
        secs_train: metrics.secs_trained,
        tokens_per_sec: metrics.tokens_trained as f64 / metrics.secs_trained.max(f64::MIN_POSITIVE),
        parameters: trainer.model().parameters() as u64,
        stopped_early,
    }))
}

/// How many position rows training may shift a sequence into; 0 for models without a table.
fn offsets(cell: &Cell) -> usize {
    match cell.model().positions {
        Positions::None => 0,
        Positions::Learned { rows } => rows,
    }
}

/// Fresh examples, their lengths uniform over the training lengths, each shifted by a uniform offset within `rows`.
fn draw(cell: &Cell, count: usize, rows: usize, rng: &mut ChaCha8Rng) -> Result<Vec<Sequence>, Error> {
    let train = &cell.config.train;
    let shortest = train.len_train_min();
    (0..count)
        .map(|_| {
            let length = shortest + below(rng, train.lengths - shortest + 1);
            let example = cell.task.sample_as(train.distribution(), length, rng)?;
            let tokens = example.prompt.len() + example.answer.len();
            let offset = below(rng, rows.saturating_sub(tokens) + 1);
            sequence(cell, &example, offset)
        })
        .collect()
}

/// `metrics.jsonl`, and the speed that it tells.
struct Metrics<'d> {
    directory: &'d RunDirectory,
    lines: BufWriter<File>,
    started: Instant,
    secs_trained: f64,
    tokens_trained: usize,
    at_last_line: (f64, usize),
}

impl<'d> Metrics<'d> {
    fn create(directory: &'d RunDirectory) -> Result<Self, Error> {
        let path = directory.metrics();
        let file = File::create(&path).map_err(Error::file(&path, "create"))?;
        Ok(Self {
            directory,
            lines: BufWriter::new(file),
            started: Instant::now(),
            secs_trained: 0.0,
            tokens_trained: 0,
            at_last_line: (0.0, 0),
        })
    }

    fn trained(&mut self, batch: &[Sequence], started: Instant) {
        self.secs_trained += started.elapsed().as_secs_f64();
        self.tokens_trained += batch.iter().map(|sequence| sequence.tokens.len()).sum::<usize>();
    }

    fn write(&mut self, step: usize, loss: f32, lr: f64, exact_match: f64) -> Result<(), Error> {
        let (secs, tokens) = self.at_last_line;
        let line = MetricsLine {
            step,
            loss,
            lr,
            exact_match,
            tokens_per_sec: (self.tokens_trained - tokens) as f64 / (self.secs_trained - secs).max(f64::MIN_POSITIVE),
            secs: self.started.elapsed().as_secs_f64(),
        };
        self.at_last_line = (self.secs_trained, self.tokens_trained);
        let written = serde_json::to_writer(&mut self.lines, &line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.lines.write_all(b"\n"))
            .and_then(|()| self.lines.flush());
        written.map_err(Error::file(&self.directory.metrics(), "write"))
    }
}
