//! Exact match by one teacher-forced pass.
//!
//! Where the task's answer is a function of the prompt, a model's greedy answer is right exactly when, given the right answer's prefix,
//! it predicts each next token: up to the first mistake both read the same tokens, and after it both are wrong. So one parallel pass
//! measures what greedy decoding measures (`tests/greedy.rs` decodes both ways).

use burn::module::Module;
use burn::tensor::activation::log_softmax;

use crate::batch::{self, Batch, Sequence};
use crate::device::Device;
use crate::error::ModelError;
use crate::fused;
use crate::model::Transformer;

/// Tokens (padding included) that go through the model together; keeps the attention of long sequences out of the way of memory.
const TOKENS_AT_ONCE: usize = 4096;

/// How a model did on one example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Every token of the answer is the most likely one, end token included.
    pub exact: bool,
    /// Tokens of the answer that are the most likely one, given the right ones before.
    pub tokens_right: usize,
    /// Tokens of the answer.
    pub tokens: usize,
    /// Cross-entropy summed over the answer's tokens, in nats.
    pub loss: f64,
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
    let best: Vec<i32> = batch::read(logits.clone().argmax(2));
    let losses: Vec<f32> = batch::read(log_softmax(logits, 2).gather(2, batch.targets.unsqueeze_dim(2)).neg());
    let mut predicted = best.iter().zip(losses);
    group
        .iter()
        .map(|sequence| {
            let (mut tokens_right, mut tokens, mut loss) = (0, 0, 0.0);
            for (place, (&best, nats)) in sequence.answered().zip(predicted.by_ref()) {
                tokens_right += usize::from(best == sequence.tokens[place] as i32);
                tokens += 1;
                loss += f64::from(nats);
            }
            Score { exact: tokens_right == tokens, tokens_right, tokens, loss }
        })
        .collect()
}
