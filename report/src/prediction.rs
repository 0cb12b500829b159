//! What was predicted of a sweep's cells before they were trained: curves of exact match, and the shortest program that was found.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ReportError;
use crate::record::{Metric, Split};
use crate::statistics::binomial::Interval;
use crate::table::finish_csv;

/// Everything that was predicted of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellPredictions {
    /// Identity of the cell.
    pub cell: String,
    /// Name of the task.
    pub task: String,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// What a search for the shortest programs came to; `None` where none was made, as `silent` says.
    pub shortest: Option<ShortestProgram>,
    /// The curves, in the order of [`Predictor::ALL`].
    pub curves: Vec<PredictedCurve>,
    /// The predictors that say nothing of this cell, and why.
    pub silent: Vec<(Predictor, String)>,
}

/// A predictor that answers prompts, and so gives a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predictor {
    /// The shortest program that agrees with the task at its training lengths; of several, the one of the fewest bits.
    ShortestProgram,
    /// All of the shortest, each with weight 2^-bits.
    ShortestMixture,
    /// The polynomial of least degree that agrees with the task at its training lengths (Abbe et al. 2023).
    MinimumDegree,
}

impl Predictor {
    /// Every predictor, in the order of tables.
    pub const ALL: [Self; 3] = [Self::ShortestProgram, Self::ShortestMixture, Self::MinimumDegree];

    /// Its name in `predictions.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortestProgram => "shortest_program",
            Self::ShortestMixture => "shortest_mixture",
            Self::MinimumDegree => "minimum_degree",
        }
    }
}

impl fmt::Display for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ShortestProgram => "shortest program that agrees in training",
            Self::ShortestMixture => "mixture of all shortest, by 2^-bits",
            Self::MinimumDegree => "minimum-degree interpolator",
        })
    }
}

/// A predicted curve of exact match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictedCurve {
    /// Who predicts.
    pub predictor: Predictor,
    /// One point an evaluated length, ascending.
    pub points: Vec<PredictedPoint>,
}

/// Predicted exact match at one evaluated length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PredictedPoint {
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Share of examples that the predictor answers rightly; of a mixture, the weighted mean of its programs' shares.
    pub exact_match: f64,
    /// Examples behind it.
    pub examples: u64,
    /// The exact 95 % interval, where it is a share of one predictor's answers.
    pub interval: Option<Interval>,
}

/// What a search for the shortest programs that agree with a cell's task at its training lengths came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShortestProgram {
    /// No program of fewer core operations agrees at the training lengths.
    pub none_below: usize,
    /// Core operations of the shortest program that is known to agree: found, or the task's own; `None` where neither is.
    pub operations: Option<usize>,
    /// Whether the search found it; else it is the task's own.
    pub found: bool,
    /// Its source text.
    pub source: Option<String>,
    /// How many programs of its size the search found to agree at the training lengths.
    pub agreeing: u64,
    /// Of the mixture's programs, how many were run, and the share of the weight that they have.
    pub mixture: Option<(usize, f64)>,
    /// What was searched, in words.
    pub space: String,
}

impl ShortestProgram {
    /// Whether no shorter program agrees: the known length is the proven bound.
    pub fn is_settled(&self) -> bool {
        self.operations == Some(self.none_below)
    }
}

/// One row of `predictions.csv`.
#[derive(Serialize)]
struct Row<'a> {
    sweep: &'a str,
    cell: &'a str,
    task: &'a str,
    predictor: &'a str,
    len_train_max: usize,
    len_eval: usize,
    split: Split,
    metric: Metric,
    value: f64,
    examples: u64,
    low: Option<f64>,
    high: Option<f64>,
}

const HEADER: [&str; 12] =
    ["sweep", "cell", "task", "predictor", "len_train_max", "len_eval", "split", "metric", "value", "examples", "low", "high"];

/// Every predicted curve as the text of `predictions.csv`, whose columns are those of `results.csv` where they mean the same.
///
/// # Errors
/// [`ReportError::WriteCsv`] when the CSV writer refuses a row.
pub fn write_predictions_csv(sweep: &str, predictions: &[CellPredictions]) -> Result<String, ReportError> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(HEADER).map_err(ReportError::WriteCsv)?;
    for of_cell in predictions {
        for curve in &of_cell.curves {
            for point in &curve.points {
                let row = Row {
                    sweep,
                    cell: &of_cell.cell,
                    task: &of_cell.task,
                    predictor: curve.predictor.as_str(),
                    len_train_max: of_cell.len_train_max,
                    len_eval: point.len_eval,
                    split: point.split,
                    metric: Metric::ExactMatch,
                    value: point.exact_match,
                    examples: point.examples,
                    low: point.interval.map(|interval| interval.low),
                    high: point.interval.map(|interval| interval.high),
                };
                writer.serialize(row).map_err(ReportError::WriteCsv)?;
            }
        }
    }
    finish_csv(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_cell_a_predictor_and_a_length() {
        let point = |len_eval, split, exact_match| PredictedPoint { len_eval, split, exact_match, examples: 200, interval: None };
        let predictions = CellPredictions {
            cell: "sort-0a1b".into(),
            task: "sort".into(),
            len_train_max: 20,
            shortest: None,
            curves: vec![PredictedCurve {
                predictor: Predictor::ShortestProgram,
                points: vec![point(20, Split::In, 1.0), point(40, Split::Out, 0.5)],
            }],
            silent: Vec::new(),
        };
        insta::assert_snapshot!(write_predictions_csv("demo", &[predictions]).unwrap(), @r"
        sweep,cell,task,predictor,len_train_max,len_eval,split,metric,value,examples,low,high
        demo,sort-0a1b,sort,shortest_program,20,20,in,exact_match,1.0,200,,
        demo,sort-0a1b,sort,shortest_program,20,40,out,exact_match,0.5,200,,
        ");
    }
}
