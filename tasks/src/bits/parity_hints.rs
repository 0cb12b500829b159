//! Whether the number of ones is odd, with index hints and a scratchpad of running parities.

use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::hints;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, not_a_prompt};
use crate::vocabulary::{EOS, EVEN, ODD, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "parity-hints",
    version: 1,
    summary: "whether the number of ones is odd, with index hints and running parities",
    format: "11 0 12 0 13 1 14 1 15 0 sep => even 13 odd 14 even eos",
    unit: "bits",
    alphabet_default: hints::DEFAULT,
    alphabet_bounds: Some(1..=hints::MOST),
    program: Some(("parity_hints.rasp", include_str!("../../programs/parity_hints.rasp"))),
    make: Some(|hints| Arc::new(ParityHints::new(hints))),
};

/// Whether the number of ones is odd, with index hints and a scratchpad of running parities.
///
/// Length is bits. Length 5: prompt `11 0 12 0 13 1 14 1 15 0 sep`, answer `even 13 odd 14 even eos`; the paper writes `a 0 b 0 c 1
/// d 1 e 0 > + c - d +`. The answer begins with `even`; then come, for each one, its hint and the parity so far. Its last token
/// before `eos` is the parity of all bits.
///
/// The bits are independent and fair. The hints increase by one from left to right, a uniformly drawn slice of a block of 100
/// unless told, which is the largest length. Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>.
#[derive(Debug)]
pub struct ParityHints {
    vocabulary: Vocabulary,
    hints: usize,
}

impl ParityHints {
    fn new(hints: usize) -> Self {
        let special = [("sep", SEP), ("eos", EOS), ("even", EVEN), ("odd", ODD)];
        Self { vocabulary: hints::vocabulary(&special, 2, hints), hints }
    }
}

impl Task for ParityHints {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn alphabet(&self) -> usize {
        self.hints
    }

    fn alphabet_unit(&self) -> &'static str {
        hints::UNIT
    }

    fn length_limit(&self) -> Option<usize> {
        Some(self.hints)
    }

    fn tokens_max(&self, length: usize) -> usize {
        // Every bit may be a one.
        (2 * length + 1) + (2 * length + 2)
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let first = hints::slice(rng, self.hints, length);
        let bits = random::bits(rng, length);
        let mut prompt = Vec::with_capacity(2 * length + 1);
        prompt.extend((first..).zip(&bits).flat_map(|(hint, &bit)| [hint, bit]));
        let answer = running_parities(&prompt);
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        match prompt {
            [data @ .., SEP] if !data.is_empty() && are_hinted_bits(data, self.hints) => Ok(running_parities(data)),
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

/// Whether these are bits, each behind its hint, the hints increasing by one.
fn are_hinted_bits(data: &[i8], hints: usize) -> bool {
    let (pairs, rest) = data.as_chunks::<2>();
    rest.is_empty()
        && pairs.iter().all(|&[hint, bit]| hints::is_hint(hint, hints) && (bit == 0 || bit == 1))
        && pairs.windows(2).all(|two| two[1][0] == two[0][0] + 1)
}

fn running_parities(data: &[i8]) -> Vec<i8> {
    let mut answer = Vec::with_capacity(data.len() + 2);
    let mut parity = EVEN;
    answer.push(parity);
    for pair in data.as_chunks::<2>().0.iter().filter(|[_, bit]| *bit == 1) {
        parity = if parity == EVEN { ODD } else { EVEN };
        answer.extend([pair[0], parity]);
    }
    answer.push(EOS);
    answer
}
