//! Everything that a report rests on: the sweep, its tasks, its runs and their records. Plain data, filled in by the caller.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::calibration::CalibrationRecord;
use crate::checkpoint::CheckpointRecord;
use crate::example::{ExampleRecord, Mistake};
use crate::prediction::CellPredictions;
use crate::primary::PrimaryAnalysis;
use crate::record::Record;

/// All that is known of a sweep, finished or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The sweep and how it was made.
    pub sweep: SweepInfo,
    /// The tasks, in the order in which the report lists them.
    pub tasks: Vec<TaskInfo>,
    /// Every run that the sweep asks for, whether or not it happened.
    pub runs: Vec<RunOutcome>,
    /// Every record of every run.
    pub records: Vec<Record>,
    /// What was predicted of the cells before they were trained; empty where nothing was.
    pub predictions: Vec<CellPredictions>,
    /// Exact match while runs were trained.
    pub checkpoints: Vec<CheckpointRecord>,
    /// How well confidence was calibrated, by length.
    pub calibration: Vec<CalibrationRecord>,
    /// Every evaluated example of some runs, for reliability diagrams: one run a task and training length is enough.
    pub examples: Vec<RunExamples>,
    /// Some wrong answers of some runs.
    pub mistakes: Vec<RunMistake>,
}

/// Every evaluated example of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunExamples {
    /// Identity of the cell.
    pub cell: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// The examples.
    pub examples: Vec<ExampleRecord>,
}

/// A wrong answer, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunMistake {
    /// Identity of the cell.
    pub cell: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// The answer.
    pub mistake: Mistake,
}

/// What a sweep is called, how it judges, and how to repeat it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepInfo {
    /// Name of the sweep.
    pub name: String,
    /// What it asks, in a sentence or two.
    pub description: String,
    /// Lowest pooled in-distribution exact match of a run that fitted, a share.
    pub fit_gate: f64,
    /// Lowest exact match that counts as right for the reach, a share.
    pub reach_tau: f64,
    /// The analysis declared before the sweep: the others are exploratory.
    pub primary: PrimaryAnalysis,
    /// The device that trained, in words.
    pub device: String,
    /// Version of rasplab.
    pub version: String,
    /// The command that repeats the sweep.
    pub command: String,
    /// Wall-clock time of the whole sweep, in seconds.
    pub wall_secs: f64,
    /// What else results may depend on, by name: revision of the code, machine, times. What differs between runs is listed.
    pub provenance: Vec<(String, String)>,
}

/// A task as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// Name of the task.
    pub task: String,
    /// What it asks, in one line.
    pub summary: String,
    /// A worked example of prompt and answer.
    pub format: String,
    /// What a length counts, such as "digits per operand".
    pub unit: String,
    /// Number of data symbols.
    pub alphabet: usize,
    /// Mean tokens of an answer at the longest training length.
    #[serde(default)]
    pub answer_tokens: Option<f64>,
    /// A program that solves it, `None` where none is known.
    pub program: Option<ProgramInfo>,
    /// Why the task is in the sweep.
    pub role: Role,
    /// One line on the model and its training, such as "1 layer, 2 heads, 64 wide, no positions, lr 1e-3".
    pub model: String,
}

/// A program that solves a task, with its named measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgramInfo {
    /// File name, without a directory.
    pub file: String,
    /// Source text.
    pub source: String,
    /// The strictest profile of RASP-L that admits it: `strict`, or `published` where it does what only the paper's listings may.
    pub profile: String,
    /// Measures of program length by name, in the order of the tables.
    pub measures: Vec<(String, f64)>,
}

impl ProgramInfo {
    /// The measure called `name`.
    pub fn measure(&self, name: &str) -> Option<f64> {
        self.measures.iter().find(|(measure, _)| measure == name).map(|(_, value)| *value)
    }
}

/// Why a task is in a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A program is claimed to solve it at every length.
    Solvable,
    /// A negative control: generalization is not expected.
    Control,
}

/// What a run is known by, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunOutcome {
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
    /// The distribution that verdicts rest on; records of others stand beside.
    pub distribution: String,
    /// How it ended.
    pub status: RunStatus,
    /// Training steps taken.
    pub steps: u64,
    /// Training time, in seconds.
    pub secs_train: f64,
    /// Training speed, in tokens per second.
    pub tokens_per_sec: f64,
    /// Trainable numbers of the model.
    pub parameters: u64,
    /// Whether training stopped before its last step because the task was learned.
    pub stopped_early: bool,
    /// Training steps at the first look at which in-distribution exact match reached the gate; `None` where none did, or none was kept.
    #[serde(default)]
    pub steps_to_fit: Option<u64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Trained and evaluated.
    Done,
    /// The loss stopped being a number.
    Diverged {
        /// Training step at which it did.
        step: u64,
    },
    /// Ended by its wall-clock budget, and evaluated as it was then.
    TimedOut {
        /// Training steps taken.
        step: u64,
    },
    /// Stopped by an error.
    Failed {
        /// The error, in one line.
        message: String,
    },
    /// Asked for and not there.
    Missing,
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Diverged { step } => write!(f, "diverged at step {step}"),
            Self::TimedOut { step } => write!(f, "timed out at step {step}"),
            Self::Failed { message } => write!(f, "failed: {message}"),
            Self::Missing => f.write_str("missing"),
        }
    }
}
