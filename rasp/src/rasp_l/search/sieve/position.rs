//! A scored position: its target, the places before it, and what sets of these come to.
//!
//! Which positions come first decides how soon a line is ruled out.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::words::{byte, compare, compare_word};
use super::{DEFAULTS, FIRST, FIRST_PREFIX, ORDERS, POSITIONS_MAX, REDUCTIONS, SETS, TABULATED};
use crate::rasp_l::search::layout::{Layout, Scored};
use crate::rasp_l::search::view::chunk_words;

/// A scored position of the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) lane: usize,
    /// The word of the sequence's first places.
    pub(super) word: usize,
    /// The places that may be looked at.
    pub(super) prefix: u32,
    pub(super) prefix_len: usize,
    pub(super) target: i8,
    /// The bits of the default that is the target, 0 if none is.
    pub(super) default: u64,
}

/// Where a value equals, exceeds and falls below a position's target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Against {
    pub(super) equal: u32,
    pub(super) above: u32,
    pub(super) below: u32,
}

impl Position {
    /// How the places of a short prefix compare with a query, as a number in base three.
    #[inline(always)]
    pub(super) fn order(&self, key: &[u64], query: i8) -> usize {
        let (equal, less) = compare_word(key[self.word], query);
        let (equal, less) = (equal & self.prefix, less & self.prefix);
        usize::from(TERNARY[equal as usize]) + 2 * usize::from(TERNARY[less as usize])
    }

    pub(super) fn against(&self, words: &[u64], width: usize) -> Against {
        let (equal, below) = compare(&words[self.word..], width, self.target);
        Against { equal: equal & self.prefix, above: !(equal | below) & self.prefix, below: below & self.prefix }
    }

    /// Which reductions over a set of places give the target, and with which defaults.
    #[inline]
    pub(super) fn reductions(&self, against: Against, words: &[u64], set: u32) -> u64 {
        if set == 0 {
            return if self.default == 0 { 0 } else { REDUCTIONS | self.default };
        }
        let extremes = against.reductions(set) | DEFAULTS;
        if set & !against.equal == 0 {
            return REDUCTIONS | DEFAULTS;
        }
        if set & !against.above == 0 || set & !against.below == 0 {
            return 0;
        }
        let (mut sum, mut places) = (0, set);
        while places != 0 {
            sum += i16::from(byte(words, 8 * self.word + places.trailing_zeros() as usize));
            places &= places - 1;
        }
        let (lowest, highest) = mean_bounds(self.target);
        extremes | mean_bit(sum, set.count_ones() as i16, lowest, highest)
    }
}

impl Against {
    /// Whether the maximum (1) and the minimum (2) of some places, at least one, are the target.
    #[inline(always)]
    pub(super) fn reductions(self, set: u32) -> u64 {
        let hit = set & self.equal != 0;
        u64::from(hit && set & self.above == 0) | u64::from(hit && set & self.below == 0) << 1
    }
}

pub(super) const SET_SIZES: [i16; SETS] = {
    let mut sizes = [0; SETS];
    let mut set = 0;
    while set < SETS {
        sizes[set] = set.count_ones() as i16;
        set += 1;
    }
    sizes
};

/// A mean of `count` values, truncated toward zero, is `target` if their sum is at least `lowest.0 * count + lowest.1` and at most `highest.0 * count +
/// highest.1`.
pub(super) fn mean_bounds(target: i8) -> ((i16, i16), (i16, i16)) {
    let target = i16::from(target);
    match target {
        1.. => ((target, 0), (target + 1, -1)),
        0 => ((-1, 1), (1, -1)),
        _ => ((target - 1, 1), (target, 0)),
    }
}

#[inline(always)]
pub(super) fn mean_bit(sum: i16, count: i16, lowest: (i16, i16), highest: (i16, i16)) -> u64 {
    u64::from(sum >= lowest.0 * count + lowest.1 && sum <= highest.0 * count + highest.1) << 2
}

/// The places that each comparison selects, from those where the key equals the query and where it is less.
#[inline(always)]
pub(super) fn selections(equal: u32, less: u32, prefix: u32) -> [u32; 6] {
    [equal, !equal, less, less | equal, !(less | equal), !less].map(|set| set & prefix)
}

/// Every way in which five places can compare with a value, as the places that equal it and those that are less: digits in base three, the first place lowest.
pub(super) const ORDER_SETS: [(u8, u8); ORDERS] = {
    let mut sets = [(0, 0); ORDERS];
    let mut order = 0;
    while order < ORDERS {
        let (mut rest, mut place) = (order, 0);
        while place < FIRST_PREFIX {
            match rest % 3 {
                1 => sets[order].0 |= 1 << place,
                2 => sets[order].1 |= 1 << place,
                _ => {}
            }
            rest /= 3;
            place += 1;
        }
        order += 1;
    }
    sets
};

/// The number in base three that has a one for each place of a set.
const TERNARY: [u16; 1 << FIRST_PREFIX] = {
    let mut numbers = [0; 1 << FIRST_PREFIX];
    let mut set = 0;
    while set < numbers.len() {
        let (mut place, mut power) = (0, 1);
        while place < FIRST_PREFIX {
            if set >> place & 1 == 1 {
                numbers[set] += power;
            }
            power *= 3;
            place += 1;
        }
        set += 1;
    }
    numbers
};

/// The positions in an order that rules most out soon, and how many first ones there are.
///
/// Short prefixes come first; then targets and sequences take turns, since what passes for one target often passes for the same again; then a position is the
/// better, the fewer sets of places have the target as the maximum, minimum or mean of their tokens.
pub(super) fn arrange(positions: Vec<Position>, layout: &Layout) -> (Vec<Position>, usize) {
    let words: Vec<u64> = layout.tokens.iter().flat_map(chunk_words).collect();
    let ease = |position: &Position| {
        let against = position.against(&words, layout.width / 8);
        // Sets of more than the last eight places say no more.
        let skipped = position.prefix_len.saturating_sub(TABULATED);
        let sets = 1..1_u32 << position.prefix_len.min(TABULATED);
        let hits: u32 = sets.clone().map(|set| position.reductions(against, &words, set << skipped).count_ones()).sum();
        (u64::from(hits) << 20) / sets.len() as u64
    };
    let mut left: Vec<(u64, Position)> = positions.into_iter().map(|position| (ease(&position), position)).collect();
    let mut arranged: Vec<Position> = Vec::new();
    while arranged.len() < POSITIONS_MAX && !left.is_empty() {
        let alike = |position: &Position| {
            arranged
                .iter()
                .map(|other| usize::from(other.target == position.target) + usize::from(other.word == position.word))
                .sum::<usize>()
        };
        let key = |&(ease, position): &(u64, Position)| (position.prefix_len > FIRST_PREFIX, alike(&position), ease, position.lane);
        let best = (0..left.len()).min_by_key(|&place| key(&left[place])).expect("something is left");
        arranged.push(left.swap_remove(best).1);
    }
    let first = arranged.iter().take(FIRST).take_while(|position| position.prefix_len <= FIRST_PREFIX).count();
    (arranged, first)
}

pub(super) fn position(scored: Scored, defaults: &[i8]) -> Position {
    let number = defaults.iter().position(|&default| default == scored.target);
    let default = match number {
        // More defaults than bits: it is not told apart from the others, which lets more pass.
        Some(4..) => DEFAULTS,
        Some(number) => 1 << (60 + number),
        None => 0,
    };
    let prefix_len = scored.prefix_len();
    Position {
        lane: scored.lane,
        word: scored.start / 8,
        prefix: ((1_u64 << prefix_len) - 1) as u32,
        prefix_len,
        target: scored.target,
        default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reductions_over_a_set_are_those_of_its_values(bytes in any::<[i8; 8]>(), small: bool, target: i8, set in 1_u32..256) {
            let bytes = if small { bytes.map(|byte| byte % 3) } else { bytes };
            let target = if small { target % 3 } else { target };
            let words = [u64::from_le_bytes(bytes.map(i8::cast_unsigned))];
            let position = Position { lane: 7, word: 0, prefix: 255, prefix_len: 8, target, default: 0 };
            let chosen: Vec<i32> = (0..8).filter(|place| set >> place & 1 == 1).map(|place| i32::from(bytes[place])).collect();
            let is_target = |value: i32| u64::from(value == i32::from(target));
            let mean = chosen.iter().sum::<i32>() / chosen.len() as i32;
            let expected = is_target(*chosen.iter().max().unwrap()) | is_target(*chosen.iter().min().unwrap()) << 1 | is_target(mean) << 2;
            prop_assert_eq!(position.reductions(position.against(&words, 1), &words, set) & !DEFAULTS, expected);
        }
    }
}
