//! The more frequent of two bits.
//!
//! Length is bits. Length 3: prompt `1 0 1 sep`, answer `1 eos`.
//!
//! The bits are independent and fair, drawn again until there is no tie. Source: Huang et al. 2025,
//! <https://arxiv.org/abs/2410.02140>.

use std::cmp::Ordering;

use super::BitTask;
use crate::catalogue::Entry;
use crate::random;

pub(crate) static ENTRY: Entry = Entry {
    name: "binary-majority",
    version: 1,
    summary: "the more frequent of two bits",
    format: "1 0 1 sep => 1 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("binary_majority.rasp", include_str!("../../programs/binary_majority.rasp"))),
    make: Some(|_| BitTask::shared(&ENTRY, random::bits, majority)),
};

/// The more frequent bit, unless there is a tie.
pub(crate) fn majority(bits: &[i8]) -> Option<i8> {
    let ones = bits.iter().filter(|&&bit| bit == 1).count();
    match ones.cmp(&(bits.len() - ones)) {
        Ordering::Greater => Some(1),
        Ordering::Less => Some(0),
        Ordering::Equal => None,
    }
}
