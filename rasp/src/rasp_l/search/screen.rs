//! Which sequences every program is checked on first: a few short ones that tell most programs from what is wanted.

use super::battery::Sequence;
use super::kernel::LANES;
use super::sieve::FIRST_PREFIX;
use std::cmp::Reverse;
use std::collections::HashMap;

/// A screen lets so little pass, if its targets are worth so many bits, that what passes costs nothing.
const SCREEN_BITS: f64 = 34.0;
/// The most chunks of a screen.
const SCREEN_CHUNKS: usize = 4;
/// Sequences chosen first, which have a target early enough for the sieve's first positions.
const EARLY: usize = 8;

/// Sequences for the screen, of those that fit into the fewest lanes.
pub(super) fn screen(sequences: &[Sequence]) -> Vec<&Sequence> {
    let shortest = sequences.iter().map(|sequence| sequence.tokens.len()).min().unwrap_or(1);
    let mut width = shortest.next_power_of_two().max(8);
    loop {
        let fitting: Vec<&Sequence> = sequences.iter().filter(|sequence| sequence.tokens.len() <= width).collect();
        let chosen = choose(&fitting, SCREEN_CHUNKS * LANES / width);
        for chunks in 1..=SCREEN_CHUNKS {
            let part = &chosen[..chosen.len().min(chunks * LANES / width)];
            if target_bits(part) >= SCREEN_BITS || chunks == SCREEN_CHUNKS && (part.len() < fitting.len() || width == 32) {
                return part.to_vec();
            }
        }
        if fitting.len() == sequences.len() {
            return chosen;
        }
        width *= 2;
    }
}

/// At most `most` of the sequences, the most telling first.
///
/// Different answers take turns, the rarest first: where an answer is rare, what gives another everywhere would pass. Longer answers say more, and so do
/// longer sequences; of these the one comes first that is most like a chosen sequence with another answer, since few programs tell the two apart.
fn choose<'s>(sequences: &[&'s Sequence], most: usize) -> Vec<&'s Sequence> {
    let mut frequencies: HashMap<Vec<i8>, usize> = HashMap::new();
    for sequence in sequences {
        *frequencies.entry(answer(sequence)).or_default() += 1;
    }
    let mut left = sequences.to_vec();
    let mut chosen: Vec<&Sequence> = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        let key = |sequence: &Sequence| {
            let answer = answer(sequence);
            let is_late = chosen.len() < EARLY && sequence.targets[0].0 >= FIRST_PREFIX;
            let turn = chosen.iter().filter(|other| self::answer(other) == answer).count();
            let others = chosen.iter().filter(|other| self::answer(other) != answer);
            let difference = others.map(|other| distance(sequence, other)).min();
            (is_late, turn, Reverse(answer.len()), Reverse(sequence.tokens.len()), difference, frequencies[&answer])
        };
        let Some(best) = (0..left.len()).min_by_key(|&place| key(left[place])) else { break };
        chosen.push(left.remove(best));
    }
    chosen
}

fn answer(sequence: &Sequence) -> Vec<i8> {
    sequence.targets.iter().map(|&(_, target)| target).collect()
}

/// How many places differ, those that only one has among them.
fn distance(one: &Sequence, other: &Sequence) -> usize {
    let differ = one.tokens.iter().zip(&other.tokens).filter(|(one, other)| one != other).count();
    differ + one.tokens.len().abs_diff(other.tokens.len())
}

/// How many bits it takes to say all targets, each by its frequency among them.
fn target_bits(sequences: &[&Sequence]) -> f64 {
    let targets: Vec<i8> = sequences.iter().flat_map(|sequence| sequence.targets.iter().map(|&(_, target)| target)).collect();
    let share = |target: i8| targets.iter().filter(|&&other| other == target).count() as f64 / targets.len() as f64;
    targets.iter().map(|&target| -share(target).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every input of 6 bits, and whether it is 111000.
    fn one_in_many() -> Vec<Sequence> {
        let bits = |number: u32| (0..6).map(|place| (number >> place & 1) as i8).collect::<Vec<i8>>();
        (0..64).map(|number| Sequence { tokens: bits(number), targets: vec![(5, i8::from(number == 7))] }).collect()
    }

    #[test]
    fn the_only_sequence_of_an_answer_is_chosen_with_those_most_like_it() {
        let sequences = one_in_many();
        let chosen = choose(&sequences.iter().collect::<Vec<_>>(), 7);
        assert_eq!(chosen[0], &sequences[7]);
        for sequence in &chosen[1..] {
            assert_eq!(distance(sequence, chosen[0]), 1);
        }
    }

    #[test]
    fn a_screen_has_no_sequence_twice_and_fits_its_lanes() {
        let sequences = one_in_many();
        let screen = screen(&sequences);
        assert_eq!(screen.len(), SCREEN_CHUNKS * LANES / 8);
        for (place, sequence) in screen.iter().enumerate() {
            assert!(!screen[..place].contains(sequence));
        }
    }

    #[test]
    fn longer_answers_come_first() {
        let of = |answer: &[i8]| Sequence::of(&[1, -1], answer);
        let sequences = [of(&[3, -2]), of(&[3, 4, 5, -2]), of(&[4, 5, -2])];
        assert_eq!(choose(&sequences.iter().collect::<Vec<_>>(), 2), [&sequences[1], &sequences[2]]);
    }
}
