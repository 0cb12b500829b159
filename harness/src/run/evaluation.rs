//! Fresh examples at each evaluated length, scored and counted.

use report::statistics::binomial::Share;
use report::{Metric, Record, Split};
use tasks::random::{Rng, stream};
use transformer::{Score, Sequence, Transformer, score};

use super::Context;
use super::drawing::sequence;
use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;

/// Records of every evaluated length, ascending. A random offset of positions belongs to training alone.
pub(super) fn evaluate(cell: &Cell, seeds: SeedPair, model: &Transformer, context: &Context) -> Result<Vec<Record>, Error> {
    let evaluate = &cell.config.evaluate;
    let mut sequences: Vec<Sequence> = Vec::with_capacity(cell.len_eval.len() * evaluate.examples);
    for &length in &cell.len_eval {
        let purpose = format!("eval/{length}");
        for index in 0..evaluate.examples {
            // An example of its own stream depends on no other.
            let rng = &mut stream(seeds.data, &purpose, index as u64);
            let example = cell.task.sample_as(evaluate.distribution(), length, rng)?;
            sequences.push(sequence(cell, &example, |tokens, answer_start| {
                let (prompt, answer) = tokens.split_at(answer_start);
                cell.at_evaluation(prompt, answer.len(), rng.next_u64())
            })?);
        }
    }
    // All lengths at once.
    let scores = score(model, &sequences, context.device)?;
    let mut records = Vec::new();
    for (&length, scores) in cell.len_eval.iter().zip(scores.chunks(evaluate.examples)) {
        records.extend(measured(scores).map(|(metric, value, interval)| Record {
            sweep: context.sweep.to_owned(),
            cell: cell.id.to_string(),
            task: cell.config.task.clone(),
            seed_init: seeds.init,
            seed_data: seeds.data,
            len_train_max: cell.config.train.lengths,
            len_eval: length,
            split: if cell.config.train.trains_on(length) { Split::In } else { Split::Out },
            metric,
            value,
            examples: scores.len() as u64,
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
        }));
    }
    Ok(records)
}

type Measured = (Metric, f64, Option<(f64, f64)>);

fn measured(scores: &[Score]) -> impl Iterator<Item = Measured> {
    let examples = scores.len() as u64;
    let exact = scores.iter().filter(|score| score.exact).count() as u64;
    let tokens = scores.iter().map(|score| score.tokens).sum::<usize>() as f64;
    let right = scores.iter().map(|score| score.tokens_right).sum::<usize>() as f64;
    let loss = scores.iter().map(|score| score.loss).sum::<f64>();
    let share = Share { successes: exact, examples };
    let interval = share.interval().map(|interval| (interval.low, interval.high));
    [
        (Metric::ExactMatch, exact as f64 / examples as f64, interval),
        // Tokens of one answer are not independent, so a binomial interval would claim too much.
        (Metric::TokenAccuracy, right / tokens, None),
        (Metric::Loss, loss / tokens, None),
    ]
    .into_iter()
}
