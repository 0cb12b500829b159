//! Three majorities in one row of bits.

use std::sync::Arc;

use crate::bits::majority::majority;
use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

const ROWS: usize = 3;

pub(crate) static ENTRY: Entry = Entry {
    name: "interleaved-majority",
    version: 1,
    summary: "the more frequent bit of each of three rows that take turns",
    format: "1 0 1 1 0 0 0 1 1 sep => 1 0 1 eos",
    unit: "bits of each row",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| Arc::new(InterleavedMajority::new())),
};

/// The more frequent bit of each of three rows that take turns.
///
/// Length is bits of each row. Length 3, the rows `1 1 0`, `0 0 1` and `1 0 1`: prompt `1 0 1 1 0 0 0 1 1 sep`,
/// answer `1 0 1 eos`.
///
/// The bits are independent and fair; a row is drawn again until it has no tie. Source: Huang et al. 2025, with period 3,
/// <https://arxiv.org/abs/2410.02140>; their length is the bits of all rows.
///
/// No RASP-L program is known. To tell the rows apart is to count positions modulo 3, which RASP-L can no more than modulo 2:
/// see [`EvenLength`](crate::EvenLength).
#[derive(Debug)]
pub struct InterleavedMajority {
    vocabulary: Vocabulary,
}

impl InterleavedMajority {
    fn new() -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], 2) }
    }
}

impl Task for InterleavedMajority {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        ROWS * length + ROWS + 2
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = vec![0; ROWS * length + 1];
        let mut answer = Vec::with_capacity(ROWS + 1);
        for row in 0..ROWS {
            let (bits, winner) = loop {
                let bits = random::bits(rng, length);
                if let Some(winner) = majority(&bits) {
                    break (bits, winner);
                }
            };
            for (place, bit) in prompt[row..].iter_mut().step_by(ROWS).zip(bits) {
                *place = bit;
            }
            answer.push(winner);
        }
        prompt[ROWS * length] = SEP;
        answer.push(EOS);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let data = data_before_sep(self, prompt)?;
        let row = |row| data.iter().skip(row).step_by(ROWS).copied().collect::<Vec<_>>();
        let answer: Option<Vec<i8>> = (0..ROWS).map(|idx| majority(&row(idx))).chain([Some(EOS)]).collect();
        answer.filter(|_| data.len() % ROWS == 0).ok_or_else(|| not_a_prompt(self, prompt))
    }
}
