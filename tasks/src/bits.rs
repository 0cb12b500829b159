//! Tasks that ask one question of a row of bits, each one file below. What those share whose answer is one bit stands here.

pub(crate) mod conjunction;
pub(crate) mod conjunction_fixed;
pub(crate) mod majority;
pub(crate) mod parity;
pub(crate) mod parity_hints;
pub(crate) mod parity_mod10;

use std::fmt;
use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::ChaCha8Rng;
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

/// One question of a row of bits: the prompt is the bits and `sep`, the answer one bit and `eos`. Length is bits.
pub struct BitTask {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    draw: fn(&mut ChaCha8Rng, usize) -> Vec<i8>,
    decide: fn(&[i8]) -> Option<i8>,
}

impl BitTask {
    /// A task that draws bits with `draw`, again and again until `decide` knows their answer.
    pub(crate) fn shared(
        entry: &'static Entry,
        draw: fn(&mut ChaCha8Rng, usize) -> Vec<i8>,
        decide: fn(&[i8]) -> Option<i8>,
    ) -> Arc<dyn Task> {
        let vocabulary = Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], entry.alphabet_default);
        Arc::new(Self { entry, vocabulary, draw, decide })
    }
}

impl fmt::Debug for BitTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BitTask").field(&self.entry.name).finish()
    }
}

impl Task for BitTask {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        length + 3
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        loop {
            let mut prompt = (self.draw)(rng, length);
            if let Some(bit) = (self.decide)(&prompt) {
                prompt.push(SEP);
                return Ok(Example { prompt, answer: vec![bit, EOS] });
            }
        }
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let bit = (self.decide)(data_before_sep(self, prompt)?);
        bit.map(|bit| vec![bit, EOS]).ok_or_else(|| not_a_prompt(self, prompt))
    }
}
