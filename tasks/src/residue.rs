//! Sums modulo a number, of digits and of steps on a cycle.

use std::fmt;
use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static SUM: Entry = Entry {
    name: "modular-sum",
    version: 1,
    summary: "the sum of the tokens, modulo how many there can be",
    format: "7 0 5 9 sep => 1 eos",
    unit: "tokens to add",
    alphabet_default: 10,
    // Modulo 1 there is nothing to ask.
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: None,
    make: Some(|modulus| Arc::new(ResidueTask::new(&SUM, modulus, (0..modulus).collect()))),
};

pub(crate) static CYCLE: Entry = Entry {
    name: "cycle-navigation",
    version: 1,
    summary: "where steps on a cycle of 5 end: 0 stays, 1 goes on, 2 goes back",
    format: "1 1 0 2 1 sep => 2 eos",
    unit: "steps",
    alphabet_default: 5,
    alphabet_bounds: None,
    program: None,
    make: Some(|modulus| Arc::new(ResidueTask::new(&CYCLE, modulus, vec![0, 1, modulus - 1]))),
};

/// The sum of the tokens modulo a number: `modular-sum` and `cycle-navigation`.
///
/// - `modular-sum`: length is tokens to add. Length 4: prompt `7 0 5 9 sep`, answer `1 eos`. The modulus is the alphabet, 10
///   unless told; 2 is `parity`. Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>, with scratchpads; here
///   without.
/// - `cycle-navigation`: length is steps. Length 5: prompt `1 1 0 2 1 sep`, answer `2 eos`. On a cycle of 5 places, numbered
///   from 0, where one begins, token 0 stays, 1 goes one place on and 2 one place back. Source: Delétang et al. 2023,
///   <https://arxiv.org/abs/2207.02098>.
///
/// The tokens are drawn uniformly with replacement, of the alphabet or of the three steps, and so the answers are uniform or
/// nearly. There is no RASP-L program: on ones alone it would count them modulo a number, see
/// [`EvenLength`](crate::EvenLength).
pub struct ResidueTask {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    modulus: usize,
    /// What each token adds; a prompt has no others.
    summands: Vec<usize>,
}

impl ResidueTask {
    fn new(entry: &'static Entry, modulus: usize, summands: Vec<usize>) -> Self {
        Self { entry, vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], modulus), modulus, summands }
    }

    /// The answer; `None` where a token adds nothing that is known.
    fn sum(&self, data: &[i8]) -> Option<Vec<i8>> {
        let sum: usize = data.iter().map(|&token| self.summands.get(token as usize)).sum::<Option<usize>>()?;
        Some(vec![(sum % self.modulus) as i8, EOS])
    }
}

impl fmt::Debug for ResidueTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResidueTask").field(&self.entry.name).field(&self.modulus).finish()
    }
}

impl Task for ResidueTask {
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
        let mut prompt = random::repeated(rng, self.summands.len(), length);
        prompt.push(SEP);
        let answer = self.answer(&prompt)?;
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        self.sum(data_before_sep(self, prompt)?).ok_or_else(|| not_a_prompt(self, prompt))
    }
}
