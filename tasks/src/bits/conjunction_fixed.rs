//! Whether every one of 20 bits is 1, where what is held out is the place of the 0 and not the length.

use std::sync::Arc;

use super::conjunction::conjunction;
use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{ChaCha8Rng, below};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "boolean-and-fixed",
    version: 1,
    summary: "whether every one of 20 bits is 1",
    format: "1 1 0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 sep => 0 eos",
    unit: "the place of the 0 among 20 bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("boolean_and.rasp", include_str!("../../programs/boolean_and.rasp"))),
    make: Some(|_| Arc::new(ConjunctionFixed { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], 2) })),
};

/// The paper's number of bits.
const BITS: usize = 20;

/// Whether every one of 20 bits is 1.
///
/// Length is the place of the 0, from 1 to 20. Length 3: with probability one half every bit is 1; otherwise the prompt is `1 1 0 1
/// 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 sep`, answer `0 eos`. Any 20 bits have an answer.
///
/// With training lengths 1 to 15, uniform as always, this is the training distribution of Zhou et al. 2023, section 6,
/// <https://arxiv.org/abs/2310.16028>: all ones half of the time, else one 0 uniform among the first 15 bits, and the last five
/// bits always 1; their unseen inputs are lengths 16 to 20. A model that ignores what is constant in training answers 1 there and
/// is right half of the time. Theirs has no separator and no end token.
#[derive(Debug)]
pub struct ConjunctionFixed {
    vocabulary: Vocabulary,
}

impl Task for ConjunctionFixed {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn length_limit(&self) -> Option<usize> {
        Some(BITS)
    }

    fn tokens_max(&self, _: usize) -> usize {
        BITS + 3
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = vec![1; BITS];
        let all_ones = below(rng, 2) == 1;
        if !all_ones {
            prompt[length - 1] = 0;
        }
        let answer = vec![conjunction(&prompt), EOS];
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let bits = data_before_sep(self, prompt)?;
        if bits.len() == BITS { Ok(vec![conjunction(bits), EOS]) } else { Err(not_a_prompt(self, prompt)) }
    }
}
