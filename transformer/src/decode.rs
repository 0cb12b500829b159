//! Greedy decoding: token by token, always the most likely one.

use crate::device::Device;
use crate::error::ModelError;
use crate::fused;
use crate::model::Transformer;
use crate::position::Placement;

/// What to continue, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The tokens that are given.
    pub tokens: Vec<u32>,
    /// Where they stand, and what is written after them.
    pub placement: Placement,
    /// The token that ends an answer.
    pub end: u32,
    /// When the answer ends.
    pub stop: Stop,
}

/// When an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Where the model writes the end token, or after so many tokens.
    AtEnd {
        /// Tokens at most, end token included.
        at_most: usize,
    },
    /// After so many tokens, of which the last is the end token and no other is: an oracle tells the model how long the answer is, so that
    /// what is wrong is not only where it stops.
    AtLength {
        /// Tokens, end token included.
        tokens: usize,
    },
}

impl Stop {
    fn tokens_at_most(self) -> usize {
        match self {
            Self::AtEnd { at_most } => at_most,
            Self::AtLength { tokens } => tokens,
        }
    }
}

/// The most likely continuation of each prompt. The device `flex` decodes them together and keeps keys and values; others read each
/// prefix again.
///
/// # Errors
/// [`ModelError::EmptySequence`] for a prompt without tokens; [`ModelError::TokenBeyondVocabulary`]; [`ModelError::PositionBeyondTable`] and
/// [`ModelError::TooFewPositions`] where prompt and longest answer may have more tokens than the model, or the placement, has positions.
pub fn decode(model: &Transformer, prompts: &[Prompt], device: &Device) -> Result<Vec<Vec<u32>>, ModelError> {
    for prompt in prompts {
        // The last token that is written is not read.
        let read_more = prompt.stop.tokens_at_most().saturating_sub(1);
        model.check(&prompt.tokens, &prompt.placement, read_more)?;
    }
    match device.fused(model.config()) {
        Some(instructions) => Ok(fused::decode(instructions, model, prompts)),
        None => prompts.iter().map(|prompt| decode_plainly(model, prompt)).collect(),
    }
}

/// The definition: the whole prefix is read for each token.
fn decode_plainly(model: &Transformer, prompt: &Prompt) -> Result<Vec<u32>, ModelError> {
    let mut writing = Writing::new(prompt);
    while !writing.is_done() {
        let read = [&prompt.tokens[..], &writing.answer].concat();
        writing.write(model.logits_of(&read, &prompt.placement)?.last().ok_or(ModelError::EmptySequence)?);
    }
    Ok(writing.into_answer())
}

/// An answer that is being written.
pub(crate) struct Writing {
    end: u32,
    stop: Stop,
    answer: Vec<u32>,
}

impl Writing {
    pub(crate) fn new(prompt: &Prompt) -> Self {
        let mut writing = Self { end: prompt.end, stop: prompt.stop, answer: Vec::new() };
        writing.end_where_told();
        writing
    }

    pub(crate) fn is_done(&self) -> bool {
        self.answer.len() >= self.stop.tokens_at_most() || self.answer.last() == Some(&self.end)
    }

    /// Chooses a token by its logits; the first of equals, as `argmax` does. Writes nothing more where the answer is done.
    pub(crate) fn write(&mut self, logits: &[f32]) {
        if self.is_done() {
            return;
        }
        let may_end = matches!(self.stop, Stop::AtEnd { .. });
        let choices = logits.iter().enumerate().filter(|(id, _)| may_end || *id != self.end as usize);
        let best = choices.reduce(|best, next| if next.1 > best.1 { next } else { best });
        self.answer.push(best.map_or(self.end, |(id, _)| id as u32));
        self.end_where_told();
    }

    /// With the length told, the end token needs no choosing.
    fn end_where_told(&mut self) {
        if let Stop::AtLength { tokens } = self.stop
            && self.answer.len() + 1 == tokens
        {
            self.answer.push(self.end);
        }
    }

    /// The last token written.
    pub(crate) fn last(&self) -> u32 {
        self.answer.last().copied().unwrap_or(self.end)
    }

    pub(crate) fn into_answer(self) -> Vec<u32> {
        self.answer
    }
}
