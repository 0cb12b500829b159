//! `predict …`: what a predictor says of a task before any training, held against the task at each length.

mod minimum_degree;
mod program;
mod row;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::rasp::{Range, at_least_one, read_range};
use crate::error::Error;
use crate::printer::Printer;

#[derive(Debug, Subcommand)]
pub(super) enum PredictCommand {
    /// The simplest polynomial that fits the inputs seen in training, for tasks of one number of bits.
    ///
    /// Of all functions of the bits that agree with the distinct prompts of the training lengths, the one with the least energy at high degrees
    /// (Abbe et al. 2023), as docs/predictors.md explains. `unseen` counts the examples whose prompt is not among those.
    #[command(after_help = "Example: rasplab predict minimum-degree --task boolean-and-fixed --train-lengths 1..15 --test-lengths 1..20
         rasplab predict minimum-degree --task parity --train-lengths 8 --test-lengths 8 --json")]
    MinimumDegree {
        #[command(flatten)]
        test: TestArgs,
        /// The lengths seen in training, `FROM..TO`, both included.
        #[arg(long, value_name = "FROM..TO", value_parser = read_range)]
        train_lengths: Range,
    },
    /// What a RASP-L program writes, token by token; right is a whole answer, end token included.
    #[command(after_help = "Example: rasplab predict program tasks/programs/sort.rasp --task sort --test-lengths 1..50
         rasplab predict program my_sort.rasp --task sort --test-lengths 10..20 --count 500 --json")]
    Program {
        /// The program, in the `rasp-l` dialect.
        file: PathBuf,
        #[command(flatten)]
        test: TestArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The task's name.
    #[arg(long, value_name = "NAME")]
    task: String,
    /// The task's alphabet, as in `tasks sample`.
    #[arg(long)]
    alphabet: Option<usize>,
    /// Which of the task's distributions to draw from, as `tasks show` lists them.
    #[arg(long, value_name = "NAME", default_value = tasks::STANDARD)]
    distribution: String,
    /// The lengths to predict at, `FROM..TO`, both included.
    #[arg(long, value_name = "FROM..TO", value_parser = read_range)]
    test_lengths: Range,
    /// Examples of each length: those that runs of the same data seed are evaluated on.
    #[arg(long, default_value_t = 200, value_parser = at_least_one)]
    count: usize,
    /// Seed of the examples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub(super) fn predict(command: PredictCommand, printer: Printer) -> Result<(), Error> {
    match command {
        PredictCommand::MinimumDegree { test, train_lengths } => minimum_degree::predict(&test, train_lengths, printer),
        PredictCommand::Program { file, test } => program::predict(&file, &test, printer),
    }
}
