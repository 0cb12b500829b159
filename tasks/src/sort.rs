//! Sorting, of distinct tokens and of tokens that repeat. The generator of the second is that of copying, in `copy.rs`.

use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::copy::{CopyTask, Tokens, Write};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static UNIQUE: Entry = Entry {
    name: "sort",
    version: 1,
    summary: "distinct tokens in increasing order",
    format: "4 12 3 sep => 3 4 12 eos",
    unit: "tokens to sort",
    alphabet_default: 100,
    alphabet_bounds: Some(1..=ALPHABET_MAX),
    program: Some(("sort.rasp", include_str!("../programs/sort.rasp"))),
    make: Some(|alphabet| Arc::new(Sort::new(alphabet))),
};

pub(crate) static REPEAT: Entry = Entry {
    name: "sort-repeat",
    version: 1,
    summary: "the tokens in increasing order; tokens repeat",
    format: "4 1 4 0 sep => 0 1 4 4 eos",
    unit: "tokens to sort",
    // Few enough that tokens repeat in most prompts of four or more.
    alphabet_default: 10,
    // With one token, sorting would be counting.
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: Some(("sort_repeat.rasp", include_str!("../programs/sort_repeat.rasp"))),
    make: Some(|alphabet| CopyTask::shared(&REPEAT, Tokens::Repeated, alphabet, Write { answer: not_decreasing, coupling: None })),
};

/// Distinct tokens in increasing order.
///
/// Length is tokens to sort. Length 3: prompt `4 12 3 sep`, answer `3 4 12 eos`.
///
/// The tokens are drawn uniformly without replacement, in uniform order; so the alphabet, 100 unless told, is the largest
/// length. Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>.
#[derive(Debug)]
pub struct Sort {
    vocabulary: Vocabulary,
    alphabet: usize,
}

impl Sort {
    fn new(alphabet: usize) -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet), alphabet }
    }
}

impl Task for Sort {
    fn entry(&self) -> &'static Entry {
        &UNIQUE
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn length_limit(&self) -> Option<usize> {
        Some(self.alphabet)
    }

    fn tokens_max(&self, length: usize) -> usize {
        2 * length + 2
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = random::distinct(rng, self.alphabet, length);
        let answer = increasing(set_of(&prompt));
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let data = data_before_sep(self, prompt)?;
        let set = set_of(data);
        if set.count_ones() as usize == data.len() { Ok(increasing(set)) } else { Err(not_a_prompt(self, prompt)) }
    }
}

/// The data tokens as bits: there are at most 120.
fn set_of(data: &[i8]) -> u128 {
    data.iter().fold(0, |set, token| set | 1 << token)
}

/// The tokens of a set in increasing order, and the end token.
fn increasing(mut set: u128) -> Vec<i8> {
    let mut answer = Vec::with_capacity(set.count_ones() as usize + 1);
    while set != 0 {
        answer.push(set.trailing_zeros() as i8);
        set &= set - 1;
    }
    answer.push(EOS);
    answer
}

/// The tokens, each as often as it comes, in order, and the end token.
fn not_decreasing(data: &[i8]) -> Vec<i8> {
    let mut answer = Vec::with_capacity(data.len() + 1);
    answer.extend_from_slice(data);
    answer.sort_unstable();
    answer.push(EOS);
    answer
}
