//! The commonest token, of few symbols as in the paper or of many letters (`letters.rs`). With a scratchpad of all counts before the answer:
//! `scratchpad.rs`.

pub(crate) mod letters;
pub(crate) mod scratchpad;

use std::fmt;
use std::sync::Arc;

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

/// The paper's alphabet: the letters, small and large.
pub(crate) const ALPHABET: usize = 52;

/// How many symbols an example is made of.
pub(crate) const SYMBOLS: usize = 5;

pub(crate) static ENTRY: Entry = Entry {
    name: "mode",
    version: 1,
    summary: "the commonest token",
    format: "0 1 1 2 1 0 2 1 sep => 1 eos",
    unit: "tokens before the separator",
    alphabet_default: ALPHABET,
    alphabet_bounds: Some(SYMBOLS..=ALPHABET_MAX),
    program: Some(("mode.rasp", include_str!("../programs/mode.rasp"))),
    make: Some(|alphabet| Mode::shared(&ENTRY, alphabet, draw)),
};

/// The commonest token: `mode` and `majority-26`.
///
/// Length is tokens before the separator. Length 8: prompt `0 1 1 2 1 0 2 1 sep`, answer `1 eos`.
///
/// `mode`: five symbols are drawn uniformly without replacement from an alphabet of 52 unless told, and each token is one of them, uniformly with
/// repetition; so short prompts have fewer symbols. If several symbols are commonest, a uniformly drawn ordered pair of them is chosen,
/// and one token of the first, uniform among its places, is changed to the second, which then is the only commonest one.
/// Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>, who do not say which token is changed.
///
/// `majority-26`: letters are drawn uniformly with replacement from an alphabet of 26 unless told, all of them again until one is commoner than
/// every other. Source: Huang et al. 2025, <https://arxiv.org/abs/2410.02140>.
pub struct Mode {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    alphabet: usize,
    draw: Draw,
}

/// Draws so many tokens of an alphabet with exactly one commonest, and gives that one too.
type Draw = fn(rng: &mut ChaCha8Rng, alphabet: usize, length: usize) -> (Vec<i8>, i8);

impl Mode {
    fn shared(entry: &'static Entry, alphabet: usize, draw: Draw) -> Arc<dyn Task> {
        let vocabulary = Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], alphabet);
        Arc::new(Self { entry, vocabulary, alphabet, draw })
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mode").field(&self.entry.name).finish()
    }
}

impl Task for Mode {
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
        let (mut prompt, commonest) = (self.draw)(rng, self.alphabet, length);
        prompt.push(SEP);
        Ok(Example { prompt, answer: vec![commonest, EOS] })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        match Counts::of(data_before_sep(self, prompt)?).commonest()[..] {
            [commonest] => Ok(vec![commonest, EOS]),
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

/// Tokens with exactly one commonest symbol, and that symbol.
pub(crate) fn draw(rng: &mut ChaCha8Rng, alphabet: usize, length: usize) -> (Vec<i8>, i8) {
    let symbols = random::distinct(rng, alphabet, SYMBOLS);
    let mut data = random::repeated(rng, SYMBOLS, length);
    for token in &mut data {
        *token = symbols[*token as usize];
    }
    let counts = Counts::of(&data);
    let mut tied = counts.commonest();
    if let [commonest] = tied[..] {
        return (data, commonest);
    }
    let loser = tied.swap_remove(random::below(rng, tied.len()));
    let winner = tied[random::below(rng, tied.len())];
    let nth = random::below(rng, counts.of_token(loser));
    if let Some(token) = data.iter_mut().filter(|token| **token == loser).nth(nth) {
        *token = winner;
    }
    (data, winner)
}

/// How often each data token comes.
pub(crate) struct Counts([usize; ALPHABET_MAX]);

impl Counts {
    pub(crate) fn of(data: &[i8]) -> Self {
        let mut counts = [0; ALPHABET_MAX];
        for &token in data {
            counts[token as usize] += 1;
        }
        Self(counts)
    }

    pub(crate) fn of_token(&self, token: i8) -> usize {
        self.0[token as usize]
    }

    /// The tokens that come at all, in increasing order, with their counts.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (i8, usize)> + use<'_> {
        self.0.iter().enumerate().filter(|(_, count)| **count > 0).map(|(token, count)| (token as i8, *count))
    }

    /// The tokens that come most often, one unless there is a tie, in increasing order.
    pub(crate) fn commonest(&self) -> Vec<i8> {
        let most = self.0.iter().copied().max().unwrap_or(0);
        self.seen().filter(|&(_, count)| count == most).map(|(token, _)| token).collect()
    }
}
