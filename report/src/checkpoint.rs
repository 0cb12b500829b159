//! Exact match by length while a run is trained: out-of-distribution accuracy is known to peak and erode.

use serde::{Deserialize, Serialize};

use crate::record::Split;
use crate::table::{Row, check_share};

/// One row of `checkpoints.csv`: one run, one training step, one evaluated length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// Name of the sweep.
    pub sweep: String,
    /// Identity of the cell.
    pub cell: String,
    /// Name of the task.
    pub task: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// Training steps taken.
    pub step: u64,
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Share of examples whose whole greedy answer is right: the first of those that the end of the run is measured on.
    pub exact_match: f64,
    /// Examples behind it.
    pub examples: u64,
}

impl Row for CheckpointRecord {
    const COLUMNS: &'static [&'static str] =
        &["sweep", "cell", "task", "seed_init", "seed_data", "len_train_max", "step", "len_eval", "split", "exact_match", "examples"];

    fn check(&self) -> Result<(), String> {
        check_share("exact_match", self.exact_match)
    }
}
