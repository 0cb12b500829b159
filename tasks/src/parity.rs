//! The parity of bits.

use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "parity",
    version: 1,
    summary: "whether the number of ones is odd",
    format: "0 1 1 sep => 0 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: None,
    make: |alphabet| Arc::new(Parity::new(alphabet)),
};

/// Whether the number of ones is odd, without a scratchpad.
///
/// Length is bits. Length 3: prompt `0 1 1 sep`, answer `0 eos`.
///
/// The bits are independent and fair. No RASP-L program is known, which makes it a control.
/// Source: Zhou et al. 2023, section 5, <https://arxiv.org/abs/2310.16028>.
#[derive(Debug)]
pub struct Parity {
    vocabulary: Vocabulary,
}

impl Parity {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet) }
    }
}

impl Task for Parity {
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
        let mut prompt = random::bits(rng, length);
        let parity = parity(&prompt);
        prompt.push(SEP);
        Ok(Example { prompt, answer: vec![parity, EOS] })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        Ok(vec![parity(data_before_sep(self, prompt)?), EOS])
    }
}

fn parity(bits: &[i8]) -> i8 {
    bits.iter().fold(0, |parity, bit| parity ^ bit)
}
