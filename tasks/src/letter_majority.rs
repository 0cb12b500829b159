//! The commonest of many letters.

use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "majority-26",
    version: 1,
    summary: "the commonest of 26 letters; none is as common",
    format: "7 3 7 25 sep => 7 eos",
    unit: "letters",
    alphabet_default: 26,
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: Some(("majority_26.rasp", include_str!("../programs/majority_26.rasp"))),
    make: Some(|alphabet| Arc::new(LetterMajority::new(alphabet))),
};

/// The commonest of 26 letters, which need not be more than half of them.
///
/// Length is letters. Length 4: prompt `7 3 7 25 sep`, answer `7 eos`.
///
/// The letters are drawn uniformly with replacement, all of them again until one is commoner than every other. The alphabet
/// is 26 unless told; every length can be expressed. Source: Huang et al. 2025, <https://arxiv.org/abs/2410.02140>.
#[derive(Debug)]
pub struct LetterMajority {
    vocabulary: Vocabulary,
    alphabet: usize,
}

impl LetterMajority {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet), alphabet }
    }
}

impl Task for LetterMajority {
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
            let mut prompt = random::repeated(rng, self.alphabet, length);
            if let Some(letter) = commonest(&prompt) {
                prompt.push(SEP);
                return Ok(Example { prompt, answer: vec![letter, EOS] });
            }
        }
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let letter = commonest(data_before_sep(self, prompt)?);
        letter.map(|letter| vec![letter, EOS]).ok_or_else(|| not_a_prompt(self, prompt))
    }
}

/// The commonest letter, unless there are two.
fn commonest(letters: &[i8]) -> Option<i8> {
    let mut counts = [0_usize; ALPHABET_MAX];
    for &letter in letters {
        counts[letter as usize] += 1;
    }
    let most = *counts.iter().max()?;
    let mut commonest = (0..).zip(counts).filter(|(_, count)| *count == most);
    commonest.next().filter(|_| commonest.next().is_none()).map(|(letter, _)| letter)
}
