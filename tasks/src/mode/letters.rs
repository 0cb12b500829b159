//! The commonest of 26 letters, which need not be more than half of them: `majority-26`.

use super::{Counts, Mode};
use crate::catalogue::{ALPHABET_MAX, Entry};
use crate::random::{self, ChaCha8Rng};

pub(crate) static ENTRY: Entry = Entry {
    name: "majority-26",
    version: 1,
    summary: "the commonest of 26 letters; none is as common",
    format: "7 3 7 25 sep => 7 eos",
    unit: "letters",
    alphabet_default: 26,
    alphabet_bounds: Some(2..=ALPHABET_MAX),
    program: Some(("mode.rasp", include_str!("../../programs/mode.rasp"))),
    make: Some(|alphabet| Mode::shared(&ENTRY, alphabet, draw)),
};

/// Letters drawn uniformly with replacement, all of them again until one is commoner than every other; and that one.
fn draw(rng: &mut ChaCha8Rng, alphabet: usize, length: usize) -> (Vec<i8>, i8) {
    loop {
        let letters = random::repeated(rng, alphabet, length);
        if let [commonest] = Counts::of(&letters).commonest()[..] {
            return (letters, commonest);
        }
    }
}
