//! Blocks of equal length, one for each letter: membership.
//!
//! The letters are numbered from the last: `b` is 0 and `a` 1, or `c` is 0, `b` 1 and `a` 2; so that a word and its separator
//! never rise. Length is letters of each kind.
//!
//! - `anbn`, length 2, `a a b b`: prompt `1 1 0 0 sep`, answer `1 eos`.
//! - `anbncn`, length 2, `a a b b c c`: prompt `2 2 1 1 0 0 sep`, answer `1 eos`.
//!
//! A length has one member; other words are drawn as [`MembershipTask`] says, with the member's number of letters. The
//! lookalike has its blocks in the right order: half of the time the places where one ends and the next begins are uniform,
//! otherwise each is the member's or one to the left or to the right of it, equally likely.
//!
//! Source: the languages of Bhattamishra et al. 2020, <https://arxiv.org/abs/2009.11264>, and Huang et al. 2025,
//! <https://arxiv.org/abs/2410.02140>, who predict each next letter instead.

use super::{Language, MembershipTask};
use crate::catalogue::Entry;
use crate::random::{ChaCha8Rng, below};

pub(crate) static ANBN: Entry = Entry {
    name: "anbn",
    version: 1,
    summary: "whether it is ones and then as many zeros",
    format: "1 1 0 0 sep => 1 eos",
    unit: "letters of each kind",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("anbn.rasp", include_str!("../../programs/anbn.rasp"))),
    make: Some(|_| MembershipTask::shared(language::<2>(&ANBN))),
};

pub(crate) static ANBNCN: Entry = Entry {
    name: "anbncn",
    version: 1,
    summary: "whether it is twos, then as many ones, then as many zeros",
    format: "2 2 1 1 0 0 sep => 1 eos",
    unit: "letters of each kind",
    alphabet_default: 3,
    alphabet_bounds: None,
    program: Some(("anbncn.rasp", include_str!("../../programs/anbncn.rasp"))),
    make: Some(|_| MembershipTask::shared(language::<3>(&ANBNCN))),
};

fn language<const BLOCKS: usize>(entry: &'static Entry) -> Language {
    Language {
        entry,
        letters_per_unit: BLOCKS,
        contains: |word| word == blocks::<BLOCKS>(&equal_ends::<BLOCKS>(word.len())),
        member: |_, letters| Some(blocks::<BLOCKS>(&equal_ends::<BLOCKS>(letters))),
        outside_from: 1,
        lookalike: Some(unequal::<BLOCKS>),
    }
}

/// Where each of the blocks ends when they are equally long.
fn equal_ends<const BLOCKS: usize>(letters: usize) -> [usize; BLOCKS] {
    std::array::from_fn(|block| letters * (block + 1) / BLOCKS)
}

/// The blocks that end there, of the largest letter first.
fn blocks<const BLOCKS: usize>(ends: &[usize; BLOCKS]) -> Vec<i8> {
    let mut word = Vec::with_capacity(ends[BLOCKS - 1] + 1);
    for (block, &end) in ends.iter().enumerate() {
        word.resize(end, (BLOCKS - 1 - block) as i8);
    }
    word
}

fn unequal<const BLOCKS: usize>(rng: &mut ChaCha8Rng, letters: usize) -> Vec<i8> {
    let anywhere = below(rng, 2) == 0;
    let mut ends = equal_ends::<BLOCKS>(letters);
    for end in &mut ends[..BLOCKS - 1] {
        *end = if anywhere { below(rng, letters + 1) } else { *end + below(rng, 3) - 1 };
    }
    ends.sort_unstable();
    blocks(&ends)
}
