//! The minimum-degree interpolator of the prompts that the training lengths have.

use report::{PredictedCurve, Predictor};
use tasks::minimum_degree::{MinimumDegree, SeenInputs, boolean};
use tasks::{Example, STANDARD, TaskError};

use super::Examples;
use crate::cell::Cell;

/// The interpolator's curve, or why there is none.
pub(super) fn curve(cell: &Cell, data_seed: u64, examples: &Examples) -> Result<PredictedCurve, String> {
    let train = &cell.config.train;
    if train.distribution() != STANDARD {
        return Err(format!("it is fitted to standard examples, not to {} ones", train.distribution()));
    }
    let task = &*cell.task;
    let fit = || -> Result<MinimumDegree, TaskError> {
        let seen = SeenInputs::draw(task, train.len_train_min()..=train.lengths, data_seed)?;
        MinimumDegree::fit(task.name(), &seen)
    };
    let interpolator = fit().map_err(|error| error.to_string())?;
    let is_right = |example: &Example| -> Result<bool, TaskError> {
        let (bits, answer) = boolean(task, example)?;
        Ok(interpolator.predict(task.name(), bits)?.bit == Some(answer))
    };
    for (.., of_length) in &examples.0 {
        of_length.first().map_or(Ok(true), is_right).map_err(|error| error.to_string())?;
    }
    Ok(examples.curve(Predictor::MinimumDegree, |example| is_right(example).unwrap_or(false)))
}
