//! Exact match by one teacher-forced pass.
//!
//! Where the task's answer is a function of the prompt, a model's greedy answer is right exactly when, given the right answer's prefix,
//! it predicts each next token: up to the first mistake both read the same tokens, and after it both are wrong. So one parallel pass
//! measures what greedy decoding measures (`tests/greedy.rs` decodes both ways).

use burn::module::Module;

use crate::batch::{self, Batch, Sequence};
use crate::device::Device;
use crate::error::ModelError;
use crate::fused;
use crate::model::Transformer;

/// Tokens (padding included) that go through the model together; keeps the attention of long sequences out of the way of memory.
pub(crate) const TOKENS_AT_ONCE: usize = 4096;

/// How a model did on one example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Every token of the answer is the most likely one, end token included.
    pub exact: bool,
    /// Told how long the answer is, the model would be right: at every place before the last, the right token is the most likely one of those that do not end the
    /// answer. True wherever `exact` is.
    pub exact_with_length: bool,
    /// Tokens of the answer that are the most likely one, given the right ones before.
    pub tokens_right: usize,
    /// Tokens of the answer.
    pub tokens: usize,
    /// Cross-entropy summed over the answer's tokens, in nats. Of an exact answer, the negative logarithm of the model's confidence in it.
    pub loss: f64,
}

impl Score {
    /// Of one sequence, by the logits at each place of its answers in turn, `[V]` each.
    pub(crate) fn of<'l>(sequence: &Sequence, mut logits: impl Iterator<Item = &'l [f32]>) -> Self {
        let mut score = Self { exact: true, exact_with_length: true, tokens_right: 0, tokens: 0, loss: 0.0 };
        for answer in &sequence.answers {
            let last = answer.end - 1;
            for (place, logits) in answer.clone().zip(logits.by_ref()) {
                let target = sequence.tokens[place];
                let is_right = most_likely(logits, None) == target;
                score.exact &= is_right;
                score.exact_with_length &= place == last || most_likely(logits, Some(sequence.tokens[last])) == target;
                score.tokens_right += usize::from(is_right);
                score.tokens += 1;
                score.loss -= log_probability(logits, None, target);
            }
        }
        score
    }
}

/// The token of the largest logit, the first of equals, among all but one.
pub(crate) fn most_likely(logits: &[f32], but: Option<u32>) -> u32 {
    let choices = logits.iter().enumerate().filter(|(id, _)| but != Some(*id as u32));
    choices.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(id, _)| id as u32)
}

/// The logarithm of a token's probability among all tokens but one, in nats. In f64, since in f32 a sure model's probabilities are 1 exactly, and how sure it is is lost.
pub(crate) fn log_probability(logits: &[f32], but: Option<u32>, token: u32) -> f64 {
    let first = most_likely(logits, but);
    let largest = f64::from(logits[first as usize]);
    // Without the largest itself, beside which the others would be lost.
    let others = logits.iter().enumerate().filter(|(id, _)| *id != first as usize && but != Some(*id as u32));
    let others: f64 = others.map(|(_, &logit)| (f64::from(logit) - largest).exp()).sum();
    f64::from(logits[token as usize]) - largest - others.ln_1p()
}

/// Scores each sequence; they may be of any lengths.
///
/// # Errors
/// [`ModelError::EmptySequence`], [`ModelError::TokenBeyondVocabulary`], [`ModelError::PositionBeyondTable`] and
/// [`ModelError::TooFewPositions`].
pub fn score(model: &Transformer, sequences: &[Sequence], device: &Device) -> Result<Vec<Score>, ModelError> {
    batch::check(model, sequences)?;
    if sequences.iter().any(|sequence| sequence.answers.is_empty()) {
        return Err(ModelError::EmptySequence);
    }
    if let Some(instructions) = device.fused(model.config()) {
        return Ok(fused::score(instructions, model, sequences));
    }
    let model = model.valid();
    let mut scores = Vec::with_capacity(sequences.len());
    let longest = sequences.iter().map(|sequence| sequence.tokens.len()).max().unwrap_or(1);
    for group in sequences.chunks((TOKENS_AT_ONCE / longest).max(1)) {
        let group: Vec<&Sequence> = group.iter().collect();
        scores.extend(score_group(&model, &group));
    }
    Ok(scores)
}

fn score_group(model: &Transformer, group: &[&Sequence]) -> Vec<Score> {
    let device = model.tokens.val().device();
    let batch = Batch::new(&[group], Sequence::answered, &device);
    let logits = batch.logits(model); // [1, N, V]
    let [_, _, vocabulary] = logits.dims();
    let logits: Vec<f32> = batch::read(logits);
    let mut logits = logits.chunks_exact(vocabulary);
    group.iter().map(|sequence| Score::of(sequence, logits.by_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Placement;

    #[test]
    fn a_sure_model_is_not_entirely_sure() {
        let logits = [40.0, 0.0, 1.0];
        let wanted = -(((-40.0_f64).exp() + (-39.0_f64).exp()).ln_1p());
        assert!((log_probability(&logits, None, 0) - wanted).abs() < 1e-12 * wanted.abs() && wanted < 0.0);
        assert!((log_probability(&logits, Some(0), 2) - -(-1.0_f64).exp().ln_1p()).abs() < 1e-12);
        assert_eq!(
            (most_likely(&[1.0, 3.0, 3.0], None), most_likely(&[1.0, 3.0, 3.0], Some(1)), most_likely(&[f32::NAN], None)),
            (1, 2, 0)
        );
    }

    #[test]
    fn who_stops_too_soon_is_right_when_told_the_length() {
        // Prompt `3`, answer `2 2 0`, where 0 ends it.
        let sequence = Sequence::example(vec![3, 2, 2, 0], 1, Placement::default());
        let of = |rows: [[f32; 4]; 3]| Score::of(&sequence, rows.iter().map(|row| &row[..]));
        let [says_2, says_0, says_1] = [[0.0, 0.0, 5.0, 0.0], [5.0, 0.0, 4.0, 0.0], [1.0, 5.0, 0.0, 0.0]];
        let premature = of([says_2, says_0, says_0]);
        assert!(!premature.exact && premature.exact_with_length && premature.tokens_right == 2);
        let missing = of([says_2, says_2, says_1]);
        assert!(!missing.exact && missing.exact_with_length, "an oracle ends the answer");
        let wrong = of([says_1, says_2, says_0]);
        assert!(!wrong.exact && !wrong.exact_with_length);
        let right = of([says_2, says_2, says_0]);
        assert!(right.exact && right.exact_with_length && right.loss > 0.0);
    }
}
