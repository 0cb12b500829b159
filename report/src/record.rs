//! Records, the rows of `results.csv`, and their text form. Knows nothing of what the numbers mean.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ReportError;
use crate::table::{Row, check_share, read_table, write_table};

/// One row of `results.csv`: one run, one evaluated length, one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name of the sweep.
    pub sweep: String,
    /// Identity of the cell, a hash of its resolved configuration.
    pub cell: String,
    /// Name of the task.
    pub task: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Whether `len_eval` lies inside or beyond the training lengths.
    pub split: Split,
    /// Which of the task's distributions the examples were drawn from; `standard` is its own.
    pub distribution: String,
    /// What was measured.
    pub metric: Metric,
    /// The measurement: a share in `[0, 1]`, or a loss in nats per token.
    pub value: f64,
    /// Examples behind `value`.
    pub examples: u64,
    /// Lower end of the exact 95 % binomial interval, where the metric is a share of examples.
    pub low: Option<f64>,
    /// Upper end of the same interval.
    pub high: Option<f64>,
}

/// Where an evaluated length lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Inside the training lengths.
    In,
    /// Beyond the training lengths.
    Out,
}

/// What a record measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of examples whose whole greedy answer, end token included, is right.
    ExactMatch,
    /// The same where the model is told how long the answer is: it cannot be wrong in where it stops. An oracle's help, so never a verdict's ground.
    ExactMatchWithLength,
    /// Share of examples whose greedy answer ends before the right one does.
    PrematureEnd,
    /// Share of examples whose greedy answer goes on where the right one ends.
    MissingEnd,
    /// Mean probability that the model gave its own greedy answer, as far as the right answer is long.
    Confidence,
    /// Share of answer tokens that are the most likely one, given the right ones before.
    TokenAccuracy,
    /// Mean cross-entropy of the answer, in nats per token.
    Loss,
}

impl Metric {
    /// The metric's name in `results.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExactMatch => "exact_match",
            Self::ExactMatchWithLength => "exact_match_with_length",
            Self::PrematureEnd => "premature_end",
            Self::MissingEnd => "missing_end",
            Self::Confidence => "confidence",
            Self::TokenAccuracy => "token_accuracy",
            Self::Loss => "loss",
        }
    }

    /// Whether values are shares and so lie in `[0, 1]`.
    pub fn is_share(self) -> bool {
        !matches!(self, Self::Loss)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Row for Record {
    const COLUMNS: &'static [&'static str] = &[
        "sweep",
        "cell",
        "task",
        "seed_init",
        "seed_data",
        "len_train_max",
        "len_eval",
        "split",
        "distribution",
        "metric",
        "value",
        "examples",
        "low",
        "high",
    ];

    fn check(&self) -> Result<(), String> {
        if self.metric.is_share() { check_share(self.metric.as_str(), self.value) } else { Ok(()) }
    }
}

/// Records as the text of `results.csv`.
///
/// # Errors
/// Those of [`write_table`].
pub fn write_csv(records: &[Record]) -> Result<String, ReportError> {
    write_table(records)
}

/// Records from the text of `results.csv`; columns are found by their names, in any order.
///
/// # Errors
/// Those of [`read_table`].
pub fn read_csv(text: &str) -> Result<Vec<Record>, ReportError> {
    read_table(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(value: f64) -> Record {
        Record {
            sweep: "demo".into(),
            cell: "0a1b".into(),
            task: "sort".into(),
            seed_init: 0,
            seed_data: 1,
            len_train_max: 20,
            len_eval: 40,
            split: Split::Out,
            distribution: "standard".into(),
            metric: Metric::ExactMatch,
            value,
            examples: 200,
            low: Some(0.5),
            high: None,
        }
    }

    #[test]
    fn rows_read_as_people_expect() {
        insta::assert_snapshot!(write_csv(&[record(0.995)]).unwrap(), @r"
        sweep,cell,task,seed_init,seed_data,len_train_max,len_eval,split,distribution,metric,value,examples,low,high
        demo,0a1b,sort,0,1,20,40,out,standard,exact_match,0.995,200,0.5,
        ");
    }

    #[test]
    fn no_records_still_write_a_header() {
        let text = write_csv(&[]).unwrap();
        assert!(text.starts_with("sweep,cell,task"), "{text}");
        assert!(read_csv(&text).unwrap().is_empty());
    }

    #[test]
    fn a_bad_row_names_its_line() {
        let good = write_csv(&[record(1.0), record(0.5)]).unwrap();
        let bad = good.replacen("0.5,200", "a lot,200", 1);
        let error = read_csv(&bad).unwrap_err();
        assert!(error.to_string().starts_with("line 3:"), "{error}");
    }

    #[test]
    fn a_missing_column_names_a_line() {
        let error = read_csv("sweep,cell\ndemo,0a1b\n").unwrap_err();
        assert!(error.to_string().starts_with("line 2:"), "{error}");
    }

    #[test]
    fn a_share_above_one_is_refused() {
        let text = write_csv(&[record(1.0), record(1.5)]).unwrap();
        insta::assert_snapshot!(
            read_csv(&text).unwrap_err(),
            @"line 3: exact_match must lie in [0, 1], not 1.5"
        );
    }

    proptest! {
        #[test]
        fn records_survive_writing_and_reading(
            sweep in ".*", cell in "[0-9a-f]{8}", task in "\\PC*", distribution in "\\PC*", seed_init: u64, seed_data: u64,
            len_train_max in 0usize..1000, len_eval in 0usize..1000, out: bool,
            value in 0.0f64..=1.0, loss in proptest::num::f64::NORMAL, examples: u64,
            low in proptest::option::of(0.0f64..=1.0), high in proptest::option::of(0.0f64..=1.0), is_loss: bool,
        ) {
            let split = if out { Split::Out } else { Split::In };
            let (metric, value) = if is_loss { (Metric::Loss, loss) } else { (Metric::ExactMatch, value) };
            let records = vec![Record {
                sweep, cell, task, seed_init, seed_data, len_train_max, len_eval, split, distribution, metric, value, examples, low, high,
            }];
            let text = write_csv(&records).unwrap();
            prop_assert_eq!(read_csv(&text).unwrap(), records);
        }
    }
}
