//! What became of each evaluated example: how sure the model was, whether it was right, and of some wrong answers what they were.

use serde::{Deserialize, Serialize};

use crate::table::Row;

/// One row of a run's `examples.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExampleRecord {
    /// The distribution that it was drawn from.
    pub distribution: String,
    /// Its length, in the task's unit.
    pub len_eval: usize,
    /// Its place among those of its distribution and length: with the data seed, it is drawn again from this.
    pub index: usize,
    /// The greedy answer is right, end token included.
    pub right: bool,
    /// It is right where the model is told how long the answer is.
    pub right_with_length: bool,
    /// Where the greedy answer ended.
    pub ending: Ending,
    /// Tokens of the right answer, end token included.
    pub tokens: usize,
    /// Logarithm of the probability that the model gave its own greedy answer, as far as the right answer is long, in nats. Of a sure model it is
    /// small and yet not 0, where a probability would be 1.
    pub log_confidence: f32,
}

/// Where a greedy answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Where the right answer does.
    InPlace,
    /// Sooner.
    Premature,
    /// Not there, if at all: it was cut off.
    Missing,
}

impl Row for ExampleRecord {
    const COLUMNS: &'static [&'static str] =
        &["distribution", "len_eval", "index", "right", "right_with_length", "ending", "tokens", "log_confidence"];

    fn check(&self) -> Result<(), String> {
        // A tenth of a thousandth more than sure is rounding.
        if self.log_confidence <= 1e-4 { Ok(()) } else { Err(format!("log_confidence must be at most 0, not {}", self.log_confidence)) }
    }
}

impl ExampleRecord {
    /// How sure the model was, a probability.
    pub fn confidence(&self) -> f64 {
        f64::from(self.log_confidence).exp().clamp(0.0, 1.0)
    }
}

/// A wrong answer, as people read it: one row of a run's `mistakes.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// The distribution of the example.
    pub distribution: String,
    /// Its length, in the task's unit.
    pub len_eval: usize,
    /// Its place among those of its distribution and length.
    pub index: usize,
    /// What was asked.
    pub prompt: String,
    /// What is right.
    pub answer: String,
    /// What the model wrote, as far as the right answer is long.
    pub written: String,
    /// How sure the model was of it, a probability.
    pub confidence: f64,
}

impl Row for Mistake {
    const COLUMNS: &'static [&'static str] = &["distribution", "len_eval", "index", "prompt", "answer", "written", "confidence"];
}
