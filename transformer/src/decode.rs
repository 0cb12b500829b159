//! Greedy decoding: token by token, always the most likely one.

use burn::module::Module;

use crate::batch::{self, Batch, Sequence};
use crate::device::Device;
use crate::error::ModelError;
use crate::fused;
use crate::model::Transformer;
use crate::position::Placement;
use crate::score::{TOKENS_AT_ONCE, log_probability, most_likely};

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

/// What a model writes after a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The tokens, end token included where it came to it.
    pub tokens: Vec<u32>,
    /// How sure the model was of them: the logarithm of the product of the probabilities that it gave to each, in nats. With the length told, probabilities are among the tokens
    /// that it could choose.
    pub log_probability: f64,
}

/// The most likely continuation of each prompt. The device `flex` keeps keys and values; others read each prefix again.
///
/// # Errors
/// [`ModelError::EmptySequence`] for a prompt without tokens; [`ModelError::TokenBeyondVocabulary`]; [`ModelError::PositionBeyondTable`] and
/// [`ModelError::TooFewPositions`] where prompt and longest answer may have more tokens than the model, or the placement, has positions.
pub fn decode(model: &Transformer, prompts: &[Prompt], device: &Device) -> Result<Vec<Written>, ModelError> {
    for prompt in prompts {
        // The last token that is written is not read.
        let read_more = prompt.stop.tokens_at_most().saturating_sub(1);
        model.check(&prompt.tokens, &prompt.placement, read_more)?;
    }
    match device.fused(model.config()) {
        Some(instructions) => Ok(fused::decode(instructions, model, prompts)),
        None => Ok(decode_plainly(&model.valid(), prompts)),
    }
}

/// The definition: the whole prefix is read for each token.
fn decode_plainly(model: &Transformer, prompts: &[Prompt]) -> Vec<Written> {
    let device = model.tokens.val().device();
    let mut answers: Vec<Writing> = prompts.iter().map(Writing::new).collect();
    loop {
        let mut live: Vec<(&Prompt, &mut Writing)> = prompts.iter().zip(&mut answers).filter(|(_, answer)| !answer.is_done()).collect();
        if live.is_empty() {
            return answers.into_iter().map(Writing::into_written).collect();
        }
        live.sort_by_key(|(prompt, answer)| prompt.tokens.len() + answer.tokens.len());
        let longest = live.last().map_or(1, |(prompt, answer)| prompt.tokens.len() + answer.tokens.len());
        for group in live.chunks_mut((TOKENS_AT_ONCE / longest).max(1)) {
            let prefixes: Vec<Sequence> = group.iter().map(|(prompt, answer)| prefix(prompt, &answer.tokens)).collect();
            let logits = Batch::new(&[&prefixes.iter().collect::<Vec<_>>()], Sequence::answered, &device).logits(model); // [1, N, V]
            let [_, _, vocabulary] = logits.dims();
            let logits: Vec<f32> = batch::read(logits);
            for ((_, answer), logits) in group.iter_mut().zip(logits.chunks_exact(vocabulary)) {
                answer.write(logits);
            }
        }
    }
}

/// A prompt and what was written so far, as a sequence whose next token is to be predicted; what stands there is not read.
pub(crate) fn prefix(prompt: &Prompt, written: &[u32]) -> Sequence {
    let tokens = [&prompt.tokens[..], written, &[0]].concat();
    Sequence::example(tokens, prompt.tokens.len() + written.len(), prompt.placement.clone())
}

/// An answer that is being written.
pub(crate) struct Writing {
    end: u32,
    stop: Stop,
    tokens: Vec<u32>,
    log_probability: f64,
}

impl Writing {
    pub(crate) fn new(prompt: &Prompt) -> Self {
        let mut writing = Self { end: prompt.end, stop: prompt.stop, tokens: Vec::new(), log_probability: 0.0 };
        writing.end_where_told();
        writing
    }

    pub(crate) fn is_done(&self) -> bool {
        self.tokens.len() >= self.stop.tokens_at_most() || self.tokens.last() == Some(&self.end)
    }

    /// Chooses a token by its logits; the first of equals, as `argmax` does. Writes nothing more where the answer is done.
    pub(crate) fn write(&mut self, logits: &[f32]) {
        if self.is_done() {
            return;
        }
        let but = matches!(self.stop, Stop::AtLength { .. }).then_some(self.end);
        let token = most_likely(logits, but);
        self.log_probability += log_probability(logits, but, token);
        self.tokens.push(token);
        self.end_where_told();
    }

    /// With the length told, the end token needs no choosing.
    fn end_where_told(&mut self) {
        if let Stop::AtLength { tokens } = self.stop
            && self.tokens.len() + 1 == tokens
        {
            self.tokens.push(self.end);
        }
    }

    /// The last token written.
    pub(crate) fn last(&self) -> u32 {
        self.tokens.last().copied().unwrap_or(self.end)
    }

    pub(crate) fn into_written(self) -> Written {
        Written { tokens: self.tokens, log_probability: self.log_probability }
    }
}
