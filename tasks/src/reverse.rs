//! Reversing, of distinct tokens and of tokens that repeat. The generator is that of copying, in `copy.rs`.

use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::copy::{CopyTask, Tokens, Write};
use crate::coupling::{Counted, Coupling};
use crate::vocabulary::EOS;

pub(crate) static UNIQUE: Entry = Entry {
    name: "reverse-unique",
    version: 1,
    summary: "the same tokens backwards; no token comes twice",
    format: "7 3 9 sep => 9 3 7 eos",
    unit: "tokens to reverse",
    alphabet_default: 100,
    alphabet_bounds: Some(1..=ALPHABET_MAX),
    program: Some(("reverse_unique.rasp", include_str!("../programs/reverse_unique.rasp"))),
    make: Some(|alphabet| CopyTask::shared(&UNIQUE, Tokens::Distinct, alphabet, REVERSE)),
};

pub(crate) static REPEAT: Entry = Entry {
    name: "reverse-repeat",
    version: 1,
    summary: "the same tokens backwards; tokens repeat",
    format: "0 0 1 0 sep => 0 1 0 0 eos",
    unit: "tokens to reverse",
    alphabet_default: 2,
    // With one token, reversing would be counting.
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: None,
    make: Some(|alphabet| CopyTask::shared(&REPEAT, Tokens::Repeated, alphabet, REVERSE)),
};

const REVERSE: Write =
    Write { answer: reverse, coupling: Some(Coupling { prompt: Counted::FromFirst, answer: Counted::FromLast, tokens: 1 }) };

fn reverse(data: &[i8]) -> Vec<i8> {
    data.iter().rev().copied().chain([EOS]).collect()
}
