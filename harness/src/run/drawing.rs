//! Training examples as the model reads them: each by itself, or packed into windows.

use std::ops::Range;

use tasks::Example;
use tasks::random::{ChaCha8Rng, Rng, below};
use transformer::{Placement, Sequence};

use crate::cell::Cell;
use crate::config::LossConfig;
use crate::error::Error;

/// The sequences of a training step.
pub(super) fn batch(cell: &Cell, rng: &mut ChaCha8Rng) -> Result<Vec<Sequence>, Error> {
    let count = cell.config.train.batch;
    match cell.config.train.context {
        Some(context) => (0..count).map(|_| window_that_teaches(cell, context, rng)).collect(),
        None => examples(cell, count, rng, |tokens, answer_start, random| cell.in_training(tokens, answer_start, random)),
    }
}

/// Fresh examples, their lengths uniform over the training lengths, each standing where its tokens and a random number say. One number
/// for each example whatever the scheme, so that all schemes are trained on the same examples.
pub(super) fn examples(
    cell: &Cell,
    count: usize,
    rng: &mut ChaCha8Rng,
    placement: impl Fn(&[u32], usize, u64) -> Placement,
) -> Result<Vec<Sequence>, Error> {
    let one = |_| sequence(cell, &example(cell, rng)?, |tokens, answer_start| placement(tokens, answer_start, rng.next_u64()));
    (0..count).map(one).collect()
}

/// A window with something that the loss counts. Of tasks with short answers many windows, where they are not much longer than an example, have no whole prompt and answer.
fn window_that_teaches(cell: &Cell, context: usize, rng: &mut ChaCha8Rng) -> Result<Sequence, Error> {
    loop {
        // One that begins where its first example does has all of that, so there is one to come.
        let window = window(cell, context, rng)?;
        if !window.answers.is_empty() || cell.config.train.loss == LossConfig::All {
            return Ok(window);
        }
    }
}

/// A window of `context` tokens, filled with examples one after another. It begins anywhere in the first one, so that in the course of training an example
/// stands at every place. What came before an example is not hidden from it.
///
/// Source: Zhou et al. 2023, section 4.1 and appendix B, <https://arxiv.org/abs/2310.16028>: contexts are packed, and shifted at random.
fn window(cell: &Cell, context: usize, rng: &mut ChaCha8Rng) -> Result<Sequence, Error> {
    let mut tokens: Vec<u32> = Vec::with_capacity(context);
    let mut answers: Vec<Range<usize>> = Vec::new();
    while tokens.len() < context {
        let (example, answer_start) = encode(cell, &example(cell, rng)?)?;
        let cut = if tokens.is_empty() { below(rng, example.len()) } else { 0 };
        // An answer counts where its whole prompt can be read.
        if cut == 0 {
            answers.push(tokens.len() + answer_start..tokens.len() + example.len());
        }
        tokens.extend_from_slice(&example[cut..]);
    }
    tokens.truncate(context);
    answers.retain(|answer| answer.start < context);
    if let Some(last) = answers.last_mut() {
        last.end = last.end.min(context);
    }
    let placement = cell.in_training(&tokens, 0, rng.next_u64());
    Ok(Sequence { tokens, answers, placement })
}

/// A fresh training example.
fn example(cell: &Cell, rng: &mut ChaCha8Rng) -> Result<Example, Error> {
    let train = &cell.config.train;
    let shortest = train.len_train_min();
    let length = shortest + below(rng, train.lengths - shortest + 1);
    Ok(cell.task.sample_as(train.distribution(), length, rng)?)
}

/// An example as the model reads it, standing where its tokens and the start of its answer say.
pub(super) fn sequence(cell: &Cell, example: &Example, placement: impl FnOnce(&[u32], usize) -> Placement) -> Result<Sequence, Error> {
    let (tokens, answer_start) = encode(cell, example)?;
    let placement = placement(&tokens, answer_start);
    Ok(Sequence::example(tokens, answer_start, placement))
}

/// The ids of an example's prompt and answer, and where the answer starts.
fn encode(cell: &Cell, example: &Example) -> Result<(Vec<u32>, usize), Error> {
    let vocabulary = cell.task.vocabulary();
    let mut tokens = vocabulary.encode(&example.prompt)?;
    let answer_start = tokens.len();
    tokens.extend(vocabulary.encode(&example.answer)?);
    Ok((tokens, answer_start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree::{CellConfig, LengthDraw, TrainConfig};
    use tasks::random::stream;

    fn cell(context: usize) -> Cell {
        let train = TrainConfig { lengths: 6, context: Some(context), batch: 40, ..TrainConfig::default() };
        Cell::new(CellConfig { task: "sort".to_owned(), train, ..CellConfig::default() }, "flex").unwrap()
    }

    /// Most windows of so little more than an example have no whole one; a batch of such would teach nothing.
    #[test]
    fn where_only_answers_count_every_window_has_one() {
        let of = |loss: LossConfig| {
            let train =
                TrainConfig { lengths: 20, context: Some(23), batch: 16, loss, length_draw: LengthDraw::Fixed, ..TrainConfig::default() };
            let cell = Cell::new(CellConfig { task: "mode".to_owned(), train, ..CellConfig::default() }, "flex").unwrap();
            (0..5).flat_map(|step| batch(&cell, &mut stream(0, "data", step)).unwrap()).filter(|window| window.answers.is_empty()).count()
        };
        assert_eq!(of(LossConfig::Answer), 0);
        assert!(of(LossConfig::All) > 40);
    }

    /// A window is whole examples, apart from its ends, and the answers that it marks are theirs.
    #[test]
    fn a_window_is_examples_one_after_another_from_a_random_place() {
        let cell = cell(64);
        let vocabulary = cell.task.vocabulary();
        let mut first_ends = std::collections::BTreeSet::new();
        for step in 0..20 {
            for window in batch(&cell, &mut stream(0, "data", step)).unwrap() {
                assert_eq!(window.tokens.len(), 64);
                let tokens: Vec<i32> = window.tokens.iter().map(|&id| i32::from(vocabulary.token(id).unwrap())).collect();
                let end = tokens[window.answers[0].end - 1];
                let ends: Vec<usize> = (0..64).filter(|&place| tokens[place] == end).collect();
                first_ends.insert(ends[0]);
                let whole = window.answers.iter().filter(|answer| answer.end < 64);
                for answer in whole {
                    assert!(ends.contains(&(answer.end - 1)), "an answer ends with the end token");
                    let (length, begin) = (answer.len() - 1, answer.start - answer.len());
                    let mut sorted = tokens[begin..begin + length].to_vec();
                    sorted.sort_unstable();
                    assert_eq!(tokens[answer.start..answer.end - 1], sorted[..], "{tokens:?}, {answer:?}");
                }
                // Every example that begins in the window has its answer marked, if that begins in it too.
                assert!(ends.len() - window.answers.iter().filter(|answer| ends.contains(&(answer.end - 1))).count() <= 1);
            }
        }
        assert!(first_ends.len() > 10, "windows begin anywhere: {first_ends:?}");
    }
}
