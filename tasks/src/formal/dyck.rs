//! Well-nested brackets, of one kind and of two kinds that need not nest in one another: membership.
//!
//! Length is pairs of brackets, half the letters, so that every length has members.
//!
//! - `dyck-1`: 1 opens and 0 closes. Length 2, `( ( ) )`: prompt `1 1 0 0 sep`, answer `1 eos`.
//! - `shuffle-dyck-2`: 2 opens what 0 closes, and 3 opens what 1 closes; each kind for itself is well-nested. Length 2,
//!   `( [ ) ]`: prompt `2 3 0 1 sep`, answer `1 eos`.
//!
//! Words are drawn as [`MembershipTask`] says. The lookalike is a uniform member whose letters, but for the first, which
//! opens, and the last, which closes, are in uniform order: as many of each bracket as a member has, and mostly one that
//! closes too early. Members are drawn letter by letter with the exact probability of a uniform one, which reflection gives
//! in closed form.
//!
//! Source: Bhattamishra et al. 2020, <https://arxiv.org/abs/2009.11264>, and Huang et al. 2025,
//! <https://arxiv.org/abs/2410.02140>, who predict each next bracket instead.

use super::{Language, MembershipTask};
use crate::catalogue::Entry;
use crate::random::{self, ChaCha8Rng, below_wide};

pub(crate) static DYCK_1: Entry = Entry {
    name: "dyck-1",
    version: 1,
    summary: "whether brackets are well-nested: 1 opens, 0 closes",
    format: "1 1 0 0 sep => 1 eos",
    unit: "pairs of brackets",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("dyck_1.rasp", include_str!("../../programs/dyck_1.rasp"))),
    make: Some(|_| {
        MembershipTask::shared(Language {
            entry: &DYCK_1,
            letters_per_unit: 2,
            contains: nested::<1>,
            member: |rng, letters| Some(one_kind(rng, letters)),
            outside_from: 1,
            lookalike: Some(|rng, letters| {
                let word = one_kind(rng, letters);
                disordered(rng, word)
            }),
        })
    }),
};

pub(crate) static SHUFFLE_DYCK_2: Entry = Entry {
    name: "shuffle-dyck-2",
    version: 1,
    summary: "whether each of two kinds of brackets is well-nested: 2 opens for 0, 3 for 1",
    format: "2 3 0 1 sep => 1 eos",
    unit: "pairs of brackets",
    alphabet_default: 4,
    alphabet_bounds: None,
    program: Some(("shuffle_dyck_2.rasp", include_str!("../../programs/shuffle_dyck_2.rasp"))),
    make: Some(|_| {
        MembershipTask::shared(Language {
            entry: &SHUFFLE_DYCK_2,
            letters_per_unit: 2,
            contains: nested::<2>,
            member: |rng, letters| Some(two_kinds(rng, letters)),
            outside_from: 1,
            lookalike: Some(|rng, letters| {
                let word = two_kinds(rng, letters);
                disordered(rng, word)
            }),
        })
    }),
};

/// Whether each kind of brackets is well-nested, where `0..KINDS` close and `KINDS..2 * KINDS` open.
fn nested<const KINDS: usize>(word: &[i8]) -> bool {
    let mut open = [0_usize; KINDS];
    for &letter in word {
        let (kind, opens) = (letter as usize % KINDS, letter as usize >= KINDS);
        if opens {
            open[kind] += 1;
        } else if open[kind] == 0 {
            return false;
        } else {
            open[kind] -= 1;
        }
    }
    open == [0; KINDS]
}

/// A uniform well-nested word of so many brackets, which is an even number.
///
/// With h brackets open and r to come, (h + 1) r! / (((r - h) / 2)! ((r + h) / 2 + 1)!) words remain; the quotient of two of
/// these is the probability below.
fn one_kind(rng: &mut ChaCha8Rng, letters: usize) -> Vec<i8> {
    let mut word = Vec::with_capacity(letters + 1);
    let mut open = 0_u128;
    for rest in (1..=letters as u128).rev() {
        let opens = below_wide(rng, 2 * rest * (open + 1)) < (rest - open) * (open + 2);
        word.push(i8::from(opens));
        open = if opens { open + 1 } else { open - 1 };
    }
    word
}

/// A uniform word of so many brackets, an even number, whose two kinds are each well-nested: a walk in the quarter plane.
///
/// With x and y brackets open and r to come, (x + 1) (y + 1) r! (r + 2)! / (a! b! c! d!) words remain (Guy, Krattenthaler and
/// Sagan 1992), where a = (r - x - y) / 2, b = (r + x + y) / 2 + 2, c = (r - x + y) / 2 + 1 and d = (r + x - y) / 2 + 1. The
/// weights below are the four quotients of what remains after a bracket and before it, times (x + 1) (y + 1) r (r + 2), which
/// is their sum.
fn two_kinds(rng: &mut ChaCha8Rng, letters: usize) -> Vec<i8> {
    let mut word = Vec::with_capacity(letters + 1);
    let mut open = [0_u128; 2];
    for rest in (1..=letters as u128).rev() {
        let [x, y] = open;
        let factor_a = (rest - x - y) / 2;
        let factor_b = (rest + x + y) / 2 + 2;
        let factor_c = (rest + y - x) / 2 + 1;
        let factor_d = (rest + x - y) / 2 + 1;
        let weights = [
            x * (y + 1) * factor_b * factor_d,
            y * (x + 1) * factor_b * factor_c,
            (x + 2) * (y + 1) * factor_a * factor_c,
            (y + 2) * (x + 1) * factor_a * factor_d,
        ];
        let mut drawn = below_wide(rng, weights.iter().sum());
        let mut letter = 0;
        while drawn >= weights[letter] {
            drawn -= weights[letter];
            letter += 1;
        }
        word.push(letter as i8);
        if letter < 2 {
            open[letter] -= 1;
        } else {
            open[letter - 2] += 1;
        }
    }
    word
}

/// The letters between the first and the last in uniform order.
fn disordered(rng: &mut ChaCha8Rng, mut word: Vec<i8>) -> Vec<i8> {
    if let [_, between @ .., _] = &mut word[..] {
        random::shuffle(rng, between);
    }
    word
}
