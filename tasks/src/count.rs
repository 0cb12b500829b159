//! Counting up.

use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, is_data, not_a_prompt};
use crate::vocabulary::{EOS, SEP, SOS, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "count",
    version: 1,
    summary: "every number from the first to the second",
    format: "sos 2 5 sep => 2 3 4 5 eos",
    unit: "tokens of the answer before eos",
    alphabet_default: 100,
    alphabet_bounds: Some(1..=ALPHABET_MAX),
    program: Some(("count.rasp", include_str!("../programs/count.rasp"))),
    make: Some(|alphabet| Arc::new(Count::new(alphabet))),
};

/// Every number from the first to the second.
///
/// Length is tokens of the answer before `eos`. Length 4: prompt `sos 2 5 sep`, answer `2 3 4 5 eos`.
///
/// The start is drawn uniformly from those that fit, `0..=alphabet - length`; so the alphabet, 100 unless told, is the largest
/// length. The paper's alphabet is 155, beyond RASP-L's own 8-bit integers; ours ends at 120.
/// Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>.
#[derive(Debug)]
pub struct Count {
    vocabulary: Vocabulary,
    alphabet: usize,
}

impl Count {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS), ("sos", SOS)], alphabet), alphabet }
    }
}

impl Task for Count {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn length_limit(&self) -> Option<usize> {
        Some(self.alphabet)
    }

    fn tokens_max(&self, length: usize) -> usize {
        length + 5
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let start = random::below(rng, self.alphabet - length + 1);
        let (start, end) = (start as i8, (start + length - 1) as i8);
        Ok(Example { prompt: vec![SOS, start, end, SEP], answer: count(start, end) })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        match *prompt {
            [SOS, start, end, SEP] if start <= end && is_data(self, start) && is_data(self, end) => Ok(count(start, end)),
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

fn count(start: i8, end: i8) -> Vec<i8> {
    (start..=end).chain([EOS]).collect()
}
