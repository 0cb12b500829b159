//! Whether the number of ones is odd, after a scratchpad that holds the last digit of that number.

use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, not_a_prompt};
use crate::vocabulary::{COMMA, EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "parity-mod10",
    version: 1,
    summary: "the number of ones modulo 10, and whether it is odd",
    format: "0 0 1 1 0 sep => 2 comma 0 eos",
    unit: "bits",
    alphabet_default: 10,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| Arc::new(ParityMod10 { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS), ("comma", COMMA)], 10) })),
};

/// The number of ones modulo 10, and whether it is odd.
///
/// Length is bits. Length 5: prompt `0 0 1 1 0 sep`, answer `2 comma 0 eos`.
///
/// The bits are independent and fair. No RASP-L program is known, which makes it a control: Zhou et al. 2023,
/// <https://arxiv.org/abs/2310.16028>, find that models fit this scratchpad slower than `parity-hints` and do not generalize.
#[derive(Debug)]
pub struct ParityMod10 {
    vocabulary: Vocabulary,
}

impl Task for ParityMod10 {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        length + 5
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = random::bits(rng, length);
        let answer = ones_and_parity(&prompt);
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        match prompt {
            [bits @ .., SEP] if !bits.is_empty() && bits.iter().all(|bit| matches!(bit, 0 | 1)) => Ok(ones_and_parity(bits)),
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

fn ones_and_parity(bits: &[i8]) -> Vec<i8> {
    let ones = bits.iter().filter(|&&bit| bit == 1).count();
    vec![(ones % 10) as i8, COMMA, (ones % 2) as i8, EOS]
}
