//! Index hints: tokens that say which place a digit or a bit has. Every example uses a random contiguous slice of one block of
//! hints, so that all hints and their order are learnt from short examples.

use crate::random::{ChaCha8Rng, below};
use crate::vocabulary::Vocabulary;

/// The smallest hint. Below are the digits, and 10, which is no token: so one less than the smallest hint is none either.
pub(crate) const FIRST: i8 = 11;

/// The most hints: the largest is 120, one more is still an int8.
pub(crate) const MOST: usize = 110;

/// The hints where no number is asked for.
pub(crate) const DEFAULT: usize = 100;

/// What an alphabet counts in a task with hints.
pub(crate) const UNIT: &str = "hint tokens";

/// The special tokens, the digits `0..digits` and so many hints, each named by its number.
pub(crate) fn vocabulary(special: &[(&str, i8)], digits: i8, hints: usize) -> Vocabulary {
    let tokens = (0..digits).chain(FIRST..FIRST + hints as i8);
    Vocabulary::with_tokens(special, tokens.map(|token| (token.to_string(), token)))
}

/// The first of `count` successive hints, uniform over all places in a block of `hints`.
pub(crate) fn slice(rng: &mut ChaCha8Rng, hints: usize, count: usize) -> i8 {
    FIRST + below(rng, hints - count + 1) as i8
}

/// Whether the token is one of so many hints.
pub(crate) fn is_hint(token: i8, hints: usize) -> bool {
    (FIRST..FIRST + hints as i8).contains(&token)
}
