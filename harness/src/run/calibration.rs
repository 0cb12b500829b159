//! How well a run's confidence in its answers says how often they are right: every measure, at every length, with its noise.

use report::calibration::{CalibrationRecord, Confidences, Measure};
use report::{ExampleRecord, Split};
use tasks::random::stream;

use super::evaluation::Named;
use crate::error::Error;

/// Draws behind each null band.
const DRAWS: usize = 100;

/// Rows for each distribution, at each evaluated length and for the pools of lengths inside and beyond the training lengths.
pub(super) fn calibrate(named: &Named, examples: &[ExampleRecord]) -> Result<Vec<CalibrationRecord>, Error> {
    let mut rows = Vec::new();
    for distribution in named.cell.config.evaluate.distributions() {
        let of_distribution: Vec<&ExampleRecord> = examples.iter().filter(|example| example.distribution == distribution).collect();
        for &length in &named.cell.len_eval {
            let here = |example: &ExampleRecord| example.len_eval == length;
            rows.extend(measured(named, distribution, (Some(length), named.split(length)), &of_distribution, here)?);
        }
        for split in [Split::In, Split::Out] {
            let there = |example: &ExampleRecord| named.split(example.len_eval) == split;
            rows.extend(measured(named, distribution, (None, split), &of_distribution, there)?);
        }
    }
    Ok(rows)
}

fn measured(
    named: &Named,
    distribution: &str,
    (len_eval, split): (Option<usize>, Split),
    examples: &[&ExampleRecord],
    is_meant: impl Fn(&ExampleRecord) -> bool,
) -> Result<Vec<CalibrationRecord>, Error> {
    let meant: Vec<(f64, bool)> =
        examples.iter().filter(|example| is_meant(example)).map(|example| (example.confidence(), example.right)).collect();
    if meant.is_empty() {
        return Ok(Vec::new());
    }
    let confidences = Confidences::new(meant)?;
    let place = len_eval.map_or_else(|| format!("{split:?}"), |length| length.to_string());
    let rng = &mut stream(named.seeds.data, &format!("calibration/{distribution}/{place}"), 0);
    let row = |measure: Measure| {
        let (value, null) = measure.with_null(&confidences, DRAWS, rng)?;
        Some(CalibrationRecord {
            sweep: named.sweep.to_owned(),
            cell: named.cell.id.to_string(),
            task: named.cell.config.task.clone(),
            seed_init: named.seeds.init,
            seed_data: named.seeds.data,
            len_train_max: named.cell.config.train.lengths,
            len_eval,
            split,
            distribution: distribution.to_owned(),
            measure,
            value,
            null_mean: null.mean,
            null_high: null.high,
            examples: confidences.len() as u64,
        })
    };
    Ok(Measure::ALL.into_iter().filter_map(row).collect())
}
