//! Copying, of distinct tokens and of tokens that repeat: the same question, by other programs.

use std::fmt;
use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::coupling::{Counted, Coupling};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static UNIQUE: Entry = Entry {
    name: "copy-unique",
    version: 1,
    summary: "the same tokens again; no token comes twice",
    format: "7 3 9 sep => 7 3 9 eos",
    unit: "tokens to copy",
    alphabet_default: 100,
    alphabet_bounds: Some(1..=ALPHABET_MAX),
    program: Some(("copy_unique.rasp", include_str!("../programs/copy_unique.rasp"))),
    make: Some(|alphabet| CopyTask::shared(&UNIQUE, Tokens::Distinct, alphabet, COPY)),
};

pub(crate) static REPEAT: Entry = Entry {
    name: "copy-repeat",
    version: 1,
    summary: "the same tokens again; tokens repeat",
    format: "0 0 1 0 sep => 0 0 1 0 eos",
    unit: "tokens to copy",
    alphabet_default: 2,
    // With one token, copying would be counting.
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: Some(("copy_repeat.rasp", include_str!("../programs/copy_repeat.rasp"))),
    make: Some(|alphabet| CopyTask::shared(&REPEAT, Tokens::Repeated, alphabet, COPY)),
};

/// The same tokens again: `copy-unique` and `copy-repeat`; backwards, `reverse-unique` and `reverse-repeat`; and in order, `sort-repeat`.
///
/// Length is tokens to copy, to reverse or to sort.
/// - `copy-unique`, length 3: prompt `7 3 9 sep`, answer `7 3 9 eos`. The tokens are drawn uniformly without replacement; so the
///   alphabet, 100 unless told, is the largest length.
/// - `copy-repeat`, length 4: prompt `0 0 1 0 sep`, answer `0 0 1 0 eos`. The tokens are drawn uniformly with replacement from an
///   alphabet of 2 unless told; every length can be expressed. Zhou et al. 2023 know no RASP-L program for it, and their models do not
///   generalize; there is one, which counts places.
/// - `reverse-unique`, length 3: prompt `7 3 9 sep`, answer `9 3 7 eos`; drawn as `copy-unique`.
/// - `reverse-repeat`, length 4: prompt `0 0 1 0 sep`, answer `0 1 0 0 eos`; drawn as `copy-repeat`. No RASP-L program is known: the
///   place to read from goes down while the place to write to goes up, and indices cannot be subtracted.
/// - `sort-repeat`, length 4: prompt `4 1 4 0 sep`, answer `0 1 4 4 eos`; drawn as `copy-repeat`, but from an alphabet of 10 unless told: of
///   two tokens, sorting would ask only how many there are of each. Sorting of distinct tokens is [`Sort`](crate::Sort).
///
/// Source of copying: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>. They neither reverse nor sort what repeats; the distributions are
/// those of copying.
pub struct CopyTask {
    entry: &'static Entry,
    tokens: Tokens,
    vocabulary: Vocabulary,
    alphabet: usize,
    write: Write,
}

/// What a task of this kind writes: the answer to its data, and how the answer's tokens correspond to these.
#[derive(Clone, Copy)]
pub(crate) struct Write {
    pub(crate) answer: fn(&[i8]) -> Vec<i8>,
    pub(crate) coupling: Option<Coupling>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tokens {
    Distinct,
    Repeated,
}

impl CopyTask {
    /// A task whose answer `write` makes of the data.
    pub(crate) fn shared(entry: &'static Entry, tokens: Tokens, alphabet: usize, write: Write) -> Arc<dyn Task> {
        let vocabulary = Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet);
        Arc::new(Self { entry, tokens, vocabulary, alphabet, write })
    }
}

impl fmt::Debug for CopyTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CopyTask").field(&self.entry.name).finish()
    }
}

impl Task for CopyTask {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn length_limit(&self) -> Option<usize> {
        (self.tokens == Tokens::Distinct).then_some(self.alphabet)
    }

    fn tokens_max(&self, length: usize) -> usize {
        2 * length + 2
    }

    fn coupling(&self) -> Option<Coupling> {
        self.write.coupling
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut prompt = match self.tokens {
            Tokens::Distinct => random::distinct(rng, self.alphabet, length),
            Tokens::Repeated => random::repeated(rng, self.alphabet, length),
        };
        let answer = (self.write.answer)(&prompt);
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let data = data_before_sep(self, prompt)?;
        let allowed = match self.tokens {
            Tokens::Distinct => are_distinct(data),
            Tokens::Repeated => true,
        };
        if allowed { Ok((self.write.answer)(data)) } else { Err(not_a_prompt(self, prompt)) }
    }
}

const COPY: Write = Write { answer: copy, coupling: Some(Coupling { prompt: Counted::FromFirst, answer: Counted::FromFirst, tokens: 1 }) };

fn copy(data: &[i8]) -> Vec<i8> {
    data.iter().copied().chain([EOS]).collect()
}

fn are_distinct(data: &[i8]) -> bool {
    let set = data.iter().fold(0_u128, |set, token| set | 1 << token);
    set.count_ones() as usize == data.len()
}
