//! Whether every bit is 1.
//!
//! Length is bits. Length 3: prompt `1 0 1 sep`, answer `0 eos`.
//!
//! With probability one half every bit is 1; otherwise exactly one is 0, at a uniformly random place. Any bits have an
//! answer. Source: Zhou et al. 2023, section 6, <https://arxiv.org/abs/2310.16028>, where there are always 20 bits and never a 0
//! among the last five in training; here the number of bits varies and the 0 may be anywhere: what is held out is length, not place.

use super::BitTask;
use crate::catalogue::Entry;
use crate::random::{ChaCha8Rng, below};

pub(crate) static ENTRY: Entry = Entry {
    name: "boolean-and",
    version: 1,
    summary: "whether every bit is 1",
    format: "1 0 1 sep => 0 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("boolean_and.rasp", include_str!("../../programs/boolean_and.rasp"))),
    make: Some(|_| BitTask::shared(&ENTRY, draw, |bits| Some(conjunction(bits)))),
};

fn draw(rng: &mut ChaCha8Rng, length: usize) -> Vec<i8> {
    let mut bits = Vec::with_capacity(length + 1);
    bits.resize(length, 1);
    let all_ones = below(rng, 2) == 1;
    if !all_ones {
        bits[below(rng, length)] = 0;
    }
    bits
}

/// The smallest bit.
pub(crate) fn conjunction(bits: &[i8]) -> i8 {
    i8::from(!bits.contains(&0))
}
