//! The conjunction of bits.

use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "boolean-and",
    version: 1,
    summary: "whether every bit is 1",
    format: "1 0 1 sep => 0 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("boolean_and.rasp", include_str!("../programs/boolean_and.rasp"))),
    make: |alphabet| Arc::new(BooleanAnd::new(alphabet)),
};

/// Whether every bit is 1.
///
/// Length is bits. Length 3: prompt `1 0 1 sep`, answer `0 eos`.
///
/// With probability one half every bit is 1; otherwise exactly one is 0, at a uniformly random place. Any bits have an
/// [`answer`](Task::answer). Source: Zhou et al. 2023, section 6, <https://arxiv.org/abs/2310.16028>, where there are always 20
/// bits and never a 0 among the last five in training; here the number of bits varies and the 0 may be anywhere: what is
/// held out is length, not place.
#[derive(Debug)]
pub struct BooleanAnd {
    vocabulary: Vocabulary,
}

impl BooleanAnd {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet) }
    }
}

impl Task for BooleanAnd {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        length + 3
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = vec![1; length + 1];
        prompt[length] = SEP;
        let all_ones = random::below(rng, 2) == 1;
        if !all_ones {
            prompt[random::below(rng, length)] = 0;
        }
        Ok(Example { prompt, answer: vec![i8::from(all_ones), EOS] })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let bits = data_before_sep(self, prompt)?;
        Ok(vec![i8::from(!bits.contains(&0)), EOS])
    }
}
