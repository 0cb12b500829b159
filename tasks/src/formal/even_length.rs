//! Whether the length is even.

use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static ENTRY: Entry = Entry {
    name: "aa-star",
    version: 1,
    summary: "whether there are evenly many tokens, whatever they are: (aa)*",
    format: "1 0 0 1 sep => 1 eos",
    unit: "tokens",
    alphabet_default: 2,
    alphabet_bounds: Some(1..=ALPHABET_MAX),
    program: None,
    make: Some(|alphabet| Arc::new(EvenLength::new(alphabet))),
};

/// Whether there are evenly many tokens: the language `(aa)*`, where `a` is any token.
///
/// Length is tokens. Length 3: prompt `1 0 0 sep`, answer `0 eos`.
///
/// The tokens are drawn uniformly with replacement; they say nothing. The answer depends on the length alone, so no length
/// has both answers. With `alphabet: 1` this is `(aa)*` to the letter, and each length has one example: a share of right
/// answers is then 0 or 1, however many examples it is said to be of. The two tokens of the default make examples differ, and
/// the question no easier.
///
/// An argument, not a machine-checked proof, that no RASP-L program gives the answer at every length, nor the length modulo another number: where all tokens are alike every
/// value is constant from some position on, and every index is constant or a constant distance from its own position: by
/// induction over the operations, since a selector of such keys and queries selects all, none, or a window of what is alike,
/// besides finitely many positions whose weight in a mean only falls. So in the end even and odd lengths look the same.
///
/// Source: Huang et al. 2025, <https://arxiv.org/abs/2410.02140>, who predict where the word may end instead.
#[derive(Debug)]
pub struct EvenLength {
    vocabulary: Vocabulary,
    alphabet: usize,
}

impl EvenLength {
    fn new(alphabet: usize) -> Self {
        // The answers are tokens too.
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet.max(2)), alphabet }
    }
}

impl Task for EvenLength {
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
        let mut prompt = random::repeated(rng, self.alphabet, length);
        prompt.push(SEP);
        Ok(Example { prompt, answer: answer(length) })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let data = data_before_sep(self, prompt)?;
        let known = data.iter().all(|&token| (token as usize) < self.alphabet);
        if known { Ok(answer(data.len())) } else { Err(not_a_prompt(self, prompt)) }
    }
}

fn answer(length: usize) -> Vec<i8> {
    vec![i8::from(length.is_multiple_of(2)), EOS]
}
