//! Whether the number of ones is odd, without a scratchpad.
//!
//! Length is bits. Length 3: prompt `0 1 1 sep`, answer `0 eos`.
//!
//! The bits are independent and fair. No RASP-L program is known, which makes it a control.
//! Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>.

use super::BitTask;
use crate::catalogue::Entry;
use crate::random;

pub(crate) static ENTRY: Entry = Entry {
    name: "parity",
    version: 1,
    summary: "whether the number of ones is odd",
    format: "0 1 1 sep => 0 eos",
    unit: "bits",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| BitTask::shared(&ENTRY, random::bits, |bits| Some(parity(bits)))),
};

fn parity(bits: &[i8]) -> i8 {
    bits.iter().fold(0, |parity, bit| parity ^ bit)
}
