//! The commonest token, after a scratchpad that counts each token.

use std::fmt;
use std::sync::Arc;

use super::{ALPHABET, Counts, SYMBOLS, draw};
use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::error::TaskError;
use crate::random::ChaCha8Rng;
use crate::task::{Example, Task, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static SORTED: Entry = Entry {
    name: "mode-scratchpad-sorted",
    version: 1,
    summary: "the commonest token, after the counts of all by increasing count",
    format: "0 1 1 2 1 0 2 1 sep => x2 0 x2 2 x4 1 1 eos",
    unit: "tokens before the separator",
    alphabet_default: ALPHABET,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| ModeScratchpad::shared(&SORTED, by_count)),
};

pub(crate) static ORDERED: Entry = Entry {
    name: "mode-scratchpad-ordered",
    version: 1,
    summary: "the commonest token, after the counts of all by first appearance",
    format: "0 1 1 2 1 0 2 1 sep => 0 x2 1 x4 2 x2 1 eos",
    unit: "tokens before the separator",
    alphabet_default: ALPHABET,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| ModeScratchpad::shared(&ORDERED, by_appearance)),
};

/// The longest prompt: counts are tokens of their own, after the alphabet, and all tokens may be alike.
const LENGTH_MAX: usize = ALPHABET_MAX - ALPHABET;

/// The commonest token, after a scratchpad: `mode-scratchpad-sorted` and `mode-scratchpad-ordered`.
///
/// Length is tokens before the separator. Length 8: prompt `0 1 1 2 1 0 2 1 sep`;
/// - `mode-scratchpad-sorted`: answer `x2 0 x2 2 x4 1 1 eos`, each count before its token, by increasing count, equal counts by
///   increasing token;
/// - `mode-scratchpad-ordered`: answer `0 x2 1 x4 2 x2 1 eos`, each token before its count, by first appearance.
///
/// A count is one token: `x1` is token 52, after the alphabet `0` to `51`, and `x68`, the largest, is 119. So the largest length is
/// 68. The prompts are drawn as those of `mode`. No RASP-L program is known, which makes both controls: Zhou et al. 2023,
/// <https://arxiv.org/abs/2310.16028>, find both worse than no scratchpad, and hold that they have no short program. They do not
/// say how equal counts are ordered.
pub struct ModeScratchpad {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    scratchpad: fn(&[i8], &Counts) -> Vec<i8>,
}

impl ModeScratchpad {
    fn shared(entry: &'static Entry, scratchpad: fn(&[i8], &Counts) -> Vec<i8>) -> Arc<dyn Task> {
        let symbols = (0..ALPHABET as i8).map(|token| (token.to_string(), token));
        let counts = (1..=LENGTH_MAX).map(|count| (format!("x{count}"), count_token(count)));
        let vocabulary = Vocabulary::with_tokens(&[("sep", SEP), ("eos", EOS)], symbols.chain(counts));
        Arc::new(Self { entry, vocabulary, scratchpad })
    }

    /// The scratchpad, the commonest token and the end.
    fn write(&self, data: &[i8], counts: &Counts, commonest: i8) -> Vec<i8> {
        let mut answer = (self.scratchpad)(data, counts);
        answer.extend([commonest, EOS]);
        answer
    }
}

impl fmt::Debug for ModeScratchpad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ModeScratchpad").field(&self.entry.name).finish()
    }
}

impl Task for ModeScratchpad {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn length_limit(&self) -> Option<usize> {
        Some(LENGTH_MAX)
    }

    fn tokens_max(&self, length: usize) -> usize {
        (length + 1) + (2 * length.min(SYMBOLS) + 2)
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let (mut prompt, commonest) = draw(rng, ALPHABET, length);
        let answer = self.write(&prompt, &Counts::of(&prompt), commonest);
        prompt.push(SEP);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let is_symbol = |token: &i8| (0..ALPHABET as i8).contains(token);
        match prompt {
            [data @ .., SEP] if data.len() <= LENGTH_MAX && data.iter().all(is_symbol) => {
                let counts = Counts::of(data);
                match counts.commonest()[..] {
                    [commonest] => Ok(self.write(data, &counts, commonest)),
                    _ => Err(not_a_prompt(self, prompt)),
                }
            }
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

fn by_count(_: &[i8], counts: &Counts) -> Vec<i8> {
    let mut seen: Vec<(i8, usize)> = counts.seen().collect();
    // Stable: equal counts stay in the order of their tokens.
    seen.sort_by_key(|&(_, count)| count);
    seen.iter().flat_map(|&(token, count)| [count_token(count), token]).collect()
}

fn by_appearance(data: &[i8], counts: &Counts) -> Vec<i8> {
    let mut written = 0_u128;
    let mut scratchpad = Vec::with_capacity(2 * SYMBOLS + 2);
    for &token in data {
        if written & 1 << token == 0 {
            written |= 1 << token;
            scratchpad.extend([token, count_token(counts.of_token(token))]);
        }
    }
    scratchpad
}

/// The token of a count, 1 to [`LENGTH_MAX`].
fn count_token(count: usize) -> i8 {
    (ALPHABET + count - 1) as i8
}
