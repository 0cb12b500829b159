//! Greedy decoding, one token at a time.

use crate::error::ModelError;
use crate::model::Transformer;

/// The most likely continuation of `prompt`, token by token, until `end` or until `max_new` tokens have been written.
///
/// The whole prefix is read again for each token; it is the plain definition that the fast measure is checked against.
///
/// # Errors
/// [`ModelError::EmptySequence`], [`ModelError::TokenBeyondVocabulary`] and [`ModelError::PositionBeyondTable`].
pub fn decode_greedily(model: &Transformer, prompt: &[u32], end: u32, max_new: usize) -> Result<Vec<u32>, ModelError> {
    let mut tokens = prompt.to_vec();
    for _ in 0..max_new {
        let logits = model.logits_of(&tokens)?;
        let last = logits.last().ok_or(ModelError::EmptySequence)?;
        // The first of equals, as `argmax` chooses.
        let best = last.iter().enumerate().fold(0, |best, (id, logit)| if *logit > last[best] { id } else { best });
        tokens.push(best as u32);
        if best as u32 == end {
            break;
        }
    }
    Ok(tokens.split_off(prompt.len()))
}
