//! `decode`: what a trained run writes, beside what is right.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use tasks::random::{Rng, stream};
use transformer::{Prompt, Stop, Transformer, decode, open_device};

use crate::cell::Cell;
use crate::config::CellConfig;
use crate::error::Error;
use crate::printer::Printer;

#[derive(Debug, Args)]
pub(super) struct DecodeArgs {
    /// The run's folder, with `config.json` and `checkpoint` in it.
    run: PathBuf,
    /// Length of the examples, in the task's unit [default: the longest training length].
    #[arg(long)]
    length: Option<usize>,
    /// Examples.
    #[arg(long, default_value_t = 5, value_parser = super::rasp::at_least_one)]
    count: usize,
    /// Seed of the examples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Tell the model how long the answer is, so that it can be wrong in what it writes but not in where it stops.
    #[arg(long)]
    oracle_length: bool,
    /// Where to compute.
    #[arg(long, default_value = "flex")]
    device: String,
}

/// What of `config.json` is needed.
#[derive(Deserialize)]
struct Stored {
    config: CellConfig,
}

pub(super) fn decode_run(args: &DecodeArgs, printer: Printer) -> Result<(), Error> {
    let device = open_device(&args.device)?;
    let cell = stored_cell(&args.run, &args.device)?;
    let model = cell.evaluated(Transformer::load(&cell.model(), &weights(&args.run), &device)?);
    let vocabulary = cell.task.vocabulary();
    let length = args.length.unwrap_or(cell.config.train.lengths);
    cell.task.check_length(length)?;

    let mut examples = Vec::with_capacity(args.count);
    let mut prompts = Vec::with_capacity(args.count);
    for index in 0..args.count {
        let rng = &mut stream(args.seed, &format!("decode/{length}"), index as u64);
        let example = cell.task.sample_as(cell.config.evaluate.distribution(), length, rng)?;
        let (tokens, answer) = (vocabulary.encode(&example.prompt)?, vocabulary.encode(&example.answer)?);
        let Some(&end) = answer.last() else { continue };
        let stop = if args.oracle_length {
            Stop::AtLength { tokens: answer.len() }
        } else {
            Stop::AtEnd { at_most: tokens_at_most(&cell, tokens.len(), answer.len()) }
        };
        let at_most = match stop {
            Stop::AtEnd { at_most } => at_most,
            Stop::AtLength { tokens } => tokens,
        };
        let placement = cell.at_evaluation(&tokens, at_most, rng.next_u64());
        prompts.push(Prompt { tokens, placement, end, stop });
        examples.push(example);
    }
    let written = decode(&model, &prompts, &device)?;
    let mut right = 0;
    for (example, written) in examples.iter().zip(&written) {
        let written: Vec<i8> = written.tokens.iter().filter_map(|&id| vocabulary.token(id)).collect();
        let is_right = written == example.answer;
        right += usize::from(is_right);
        let ids: Vec<u32> = example.prompt.iter().chain(&written).filter_map(|&token| vocabulary.id(token)).collect();
        let [prompt, answer, written] = [&example.prompt, &example.answer, &written].map(|tokens| vocabulary.show(tokens));
        if printer.json() {
            printer.value(&json!({ "prompt": prompt, "written": written, "answer": answer, "right": is_right, "ids": ids }))?;
        } else if is_right {
            printer.data(&format!("{prompt} => {written}"))?;
        } else {
            printer.data(&format!("{prompt} => {written}\n    wrong: {answer}"))?;
        }
    }
    printer.note(&format!("{right} of {} right at length {length}", examples.len()));
    Ok(())
}

/// Twice the right answer and some: enough to see a missing end. Never more than the model has positions for, unless the right answer is.
fn tokens_at_most(cell: &Cell, prompt: usize, answer: usize) -> usize {
    let wanted = 2 * answer + 8;
    match cell.model().positions.tokens_at_most() {
        None => wanted,
        // The last token that is written is not read.
        Some(most) => wanted.min((most + 1).saturating_sub(prompt)).max(answer),
    }
}

fn weights(run: &Path) -> PathBuf {
    run.join("checkpoint").join("model.safetensors")
}

fn stored_cell(run: &Path, device: &str) -> Result<Cell, Error> {
    let path = run.join("config.json");
    for needed in [&path, &weights(run)] {
        if !needed.exists() {
            let message =
                format!("{} is not there: give the folder of a run that is done, as in runs/SWEEP/CELL/init0-data0", needed.display());
            return Err(Error::Usage(message));
        }
    }
    let text = fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
    let stored: Stored = serde_json::from_str(&text)
        .map_err(|error| Error::Usage(format!("{}: not the configuration of a run of this version: {error}", path.display())))?;
    Ok(Cell::new(stored.config, device)?)
}
