//! Which of two bits is the more frequent.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "binary-majority",
    version: 1,
    summary: "the more frequent of two bits",
    format: "1 0 1 sep => 1 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("binary_majority.rasp", include_str!("../programs/binary_majority.rasp"))),
    make: |alphabet| Arc::new(BinaryMajority::new(alphabet)),
};

/// The more frequent of two bits.
///
/// Length is bits. Length 3: prompt `1 0 1 sep`, answer `1 eos`.
///
/// The bits are independent and fair, drawn again until there is no tie. Source: Huang et al. 2025,
/// <https://arxiv.org/abs/2410.02140>.
#[derive(Debug)]
pub struct BinaryMajority {
    vocabulary: Vocabulary,
}

impl BinaryMajority {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet) }
    }
}

impl Task for BinaryMajority {
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
        loop {
            let mut prompt = random::bits(rng, length);
            if let Some(majority) = majority(&prompt) {
                prompt.push(SEP);
                return Ok(Example { prompt, answer: vec![majority, EOS] });
            }
        }
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let majority = majority(data_before_sep(self, prompt)?);
        majority.map(|bit| vec![bit, EOS]).ok_or_else(|| not_a_prompt(self, prompt))
    }
}

/// The more frequent bit, unless there is a tie.
fn majority(bits: &[i8]) -> Option<i8> {
    let ones = bits.iter().filter(|&&bit| bit == 1).count();
    match ones.cmp(&(bits.len() - ones)) {
        Ordering::Greater => Some(1),
        Ordering::Less => Some(0),
        Ordering::Equal => None,
    }
}
