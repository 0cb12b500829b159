//! The seven languages of Tomita 1982: membership.
//!
//! Length is bits. `tomita-4`, length 4: prompt `1 0 0 1 sep`, answer `1 eos`; words are drawn as [`MembershipTask`] says.
//!
//! | task | members | lengths without members | lengths of members alone | RASP-L |
//! |---|---|---|---|---|
//! | `tomita-1` | `1*` | | | 2 operations; the language of `boolean-and` |
//! | `tomita-2` | `(10)*` | odd | | 5 operations |
//! | `tomita-3` | no odd run of ones with an odd run of zeros right behind it | | 1 | no program: on `1...1 0` it would count modulo 2 |
//! | `tomita-4` | no `000` | | 1, 2 | 5 operations |
//! | `tomita-5` | evenly many zeros and evenly many ones | odd | | no program: on `1...1` it would count modulo 2 |
//! | `tomita-6` | as many zeros as ones, modulo 3 | 1 | | no program: on `1...1` it would count modulo 3 |
//! | `tomita-7` | `0*1*0*1*` | | 1, 2, 3 | 4 operations |
//!
//! That no RASP-L program counts modulo a number is shown at [`EvenLength`](crate::EvenLength).
//!
//! There are two readings of the third. This one is that of Bhattamishra et al. 2020 and Huang et al. 2025; in that of Weiss
//! et al. 2018 (<https://arxiv.org/abs/1711.09576>) the odd run of zeros may also come later.
//!
//! The lookalike of `tomita-2` has alternating bits and begins with either; the others have none.
//!
//! Source: Tomita 1982, Dynamic construction of finite-state automata from examples using hill-climbing; as a test of
//! Transformers Bhattamishra et al. 2020, <https://arxiv.org/abs/2009.11264>, and Huang et al. 2025,
//! <https://arxiv.org/abs/2410.02140>, who predict each next bit instead.

use super::automaton::Automaton;
use super::{Language, MembershipTask};
use crate::catalogue::Entry;
use crate::random::{ChaCha8Rng, below};

// In each, a state that is named last and leads only to itself is that of words that cannot be mended.

/// States: only ones.
static ONES: Automaton = Automaton { next: &[[1, 0], [1, 1]], accepting: &[0] };
/// States: expects a 1, expects a 0.
static PAIRS: Automaton = Automaton { next: &[[2, 1], [0, 2], [2, 2]], accepting: &[0] };
/// States: within zeros or an even run of ones; an odd run of ones; behind one, an odd run of zeros; an even run of zeros.
static ODD_RUNS: Automaton = Automaton { next: &[[0, 1], [2, 0], [3, 4], [2, 1], [4, 4]], accepting: &[0, 1, 3] };
/// States: how many zeros the word ends with.
static NO_THREE_ZEROS: Automaton = Automaton { next: &[[1, 0], [2, 0], [3, 0], [3, 3]], accepting: &[0, 1, 2] };
/// States: zeros odd counts 1, ones odd counts 2.
static EVEN_BOTH: Automaton = Automaton { next: &[[1, 2], [0, 3], [3, 0], [2, 1]], accepting: &[0] };
/// States: zeros less ones, modulo 3.
static MODULO_THREE: Automaton = Automaton { next: &[[1, 2], [2, 0], [0, 1]], accepting: &[0] };
/// States: which of the four blocks.
static FOUR_BLOCKS: Automaton = Automaton { next: &[[0, 1], [2, 1], [2, 3], [4, 3], [4, 4]], accepting: &[0, 1, 2, 3] };

/// The entry and the language of each, which differ in little.
macro_rules! tomita {
    ($entry:ident, $name:literal, $summary:literal, $format:literal, $program:expr, $automaton:ident, $outside_from:literal, $lookalike:expr) => {
        pub(crate) static $entry: Entry = Entry {
            name: $name,
            version: 1,
            summary: $summary,
            format: $format,
            unit: "bits",
            alphabet_default: 2,
            alphabet_bounds: None,
            program: $program,
            make: Some(|_| {
                MembershipTask::shared(Language {
                    entry: &$entry,
                    letters_per_unit: 1,
                    contains: |word| $automaton.accepts(word),
                    member: |rng, letters| $automaton.member(rng, letters),
                    outside_from: $outside_from,
                    lookalike: $lookalike,
                })
            }),
        };
    };
}

macro_rules! program {
    ($file:literal) => {
        Some(($file, include_str!(concat!("../../programs/", $file))))
    };
}

tomita!(TOMITA_1, "tomita-1", "whether it is all ones: 1*", "1 1 1 sep => 1 eos", program!("tomita_1.rasp"), ONES, 1, None);
tomita!(
    TOMITA_2,
    "tomita-2",
    "whether it is pairs of 1 and 0: (10)*",
    "1 0 1 0 sep => 1 eos",
    program!("tomita_2.rasp"),
    PAIRS,
    1,
    Some(alternating)
);
tomita!(
    TOMITA_3,
    "tomita-3",
    "whether no odd run of ones has an odd run of zeros right behind it",
    "0 1 0 0 sep => 1 eos",
    None,
    ODD_RUNS,
    2,
    None
);
tomita!(
    TOMITA_4,
    "tomita-4",
    "whether there are no three zeros in a row",
    "1 0 0 1 sep => 1 eos",
    program!("tomita_4.rasp"),
    NO_THREE_ZEROS,
    3,
    None
);
tomita!(TOMITA_5, "tomita-5", "whether zeros and ones are both even in number", "1 0 0 1 sep => 1 eos", None, EVEN_BOTH, 1, None);
tomita!(TOMITA_6, "tomita-6", "whether there are as many zeros as ones, modulo 3", "1 1 0 1 1 sep => 1 eos", None, MODULO_THREE, 1, None);
tomita!(
    TOMITA_7,
    "tomita-7",
    "whether it is zeros, ones, zeros, ones: 0*1*0*1*",
    "0 1 1 0 sep => 1 eos",
    program!("tomita_7.rasp"),
    FOUR_BLOCKS,
    4,
    None
);

fn alternating(rng: &mut ChaCha8Rng, letters: usize) -> Vec<i8> {
    let first = below(rng, 2);
    let mut word = Vec::with_capacity(letters + 1);
    word.extend((0..letters).map(|pos| ((first + pos) % 2) as i8));
    word
}
