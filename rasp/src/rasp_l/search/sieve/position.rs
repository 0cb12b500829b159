//! A scored position: its target, the places before it, and what sets of these come to.
//!
//! Which positions come first decides how soon a line is ruled out.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::own::Aim;
use super::{DEFAULTS, DEFAULTS_TOGETHER, FIRST, FIRST_PREFIX, ORDERS, POSITIONS_MAX, REDUCTIONS, TABULATED, TABULATED_FIRST};
use crate::rasp_l::search::layout::{Layout, Scored};
use crate::rasp_l::search::view::chunk_words;
use crate::rasp_l::search::words::{HIGH, broadcast, byte, compare, compare_bytes};

/// The class of long prefixes: after all others.
const LONG: usize = 1 << 16;

/// A scored position of the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) lane: usize,
    /// The word of the sequence's first places.
    pub(super) word: usize,
    /// The places that may be looked at.
    pub(super) prefix: u32,
    pub(super) prefix_len: usize,
    /// Two bits in the byte of each of the first eight places.
    digits: u64,
    pub(super) target: i8,
    /// The bits of the default that is the target, 0 if none is.
    pub(super) default: u64,
    /// The target and this default, for the new line's own reductions.
    pub(super) aim: Aim,
    /// How the defaults that are looked at together compare with the target.
    ordered: Ordered,
}

/// How defaults compare with a target: all ones in the byte of each that equals it, exceeds it or falls below it.
#[derive(Clone, Copy, Debug, Default)]
struct Ordered {
    equal: u64,
    above: u64,
    below: u64,
}

/// Where a value equals, exceeds and falls below a position's target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Against {
    pub(super) equal: u32,
    pub(super) above: u32,
    pub(super) below: u32,
}

impl Position {
    /// How short its prefix is: 0, 1 and 2 where a first position has tables, the smaller the faster.
    fn class(&self) -> usize {
        [FIRST_PREFIX, TABULATED, TABULATED_FIRST].iter().position(|&most| self.prefix_len <= most).unwrap_or(LONG)
    }

    /// How the places of a short prefix compare with a query, which stands in every byte of a word, as a number in base three.
    #[inline(always)]
    pub(super) fn order(&self, key: u64, query: u64) -> usize {
        let (equal, less) = compare_bytes(key, query);
        number_of_digits((equal >> 7 | less >> 6) & self.digits)
    }

    /// What it adds to that number when the places of these bytes are equal, and twice when they are less; of a short prefix alone.
    pub(super) fn weight(&self, bytes: u64) -> usize {
        number_of_digits(bytes & self.digits & 0x0101_0101_0101_0101)
    }

    /// For each default of a value's gaps, in a byte, the defaults of a last operation with which its extremes ([`EXTREMES`]) and its mean ([`MEANS`]) could be the
    /// target, over some places or none; `gap` are the places of the prefix that have the default.
    pub(super) fn prospects_by_default(&self, against: Against, gap: u32) -> u64 {
        let is = |places: u32| if places & !gap == 0 { 0 } else { u64::MAX };
        self.ordered.prospects([against.equal, against.above, against.below].map(is), gap != 0, self.default)
    }

    #[inline]
    pub(super) fn against(&self, words: &[u64], width: usize) -> Against {
        let (equal, below) = compare(&words[self.word..], width, self.target);
        Against { equal: equal & self.prefix, above: !(equal | below) & self.prefix, below: below & self.prefix }
    }

    /// The sum over each set of places.
    #[inline(always)]
    pub(super) fn sum_sets(&self, words: &[u64], sums: &mut [i16]) {
        sums[0] = 0;
        for place in 0..sums.len().trailing_zeros() as usize {
            let value = i16::from(byte(words, 8 * self.word + place));
            let (low, high) = sums.split_at_mut(1 << place);
            for (high, low) in high.iter_mut().zip(low) {
                *high = *low + value;
            }
        }
    }

    /// Gives for each set of places, which have these sums, which reductions give the target; not so for the empty set.
    #[expect(clippy::needless_bitwise_bool, reason = "vectors have no branches")]
    #[inline(always)]
    pub(super) fn reductions_of_sets(&self, against: Against, sums: &[i16], mut give: impl FnMut(usize, u64)) {
        let (equal, above, below) = (against.equal as u16, against.above as u16, against.below as u16);
        let (lowest, highest) = mean_bounds(self.target);
        for (set, (&sum, &size)) in sums.iter().zip(&SET_SIZES[..sums.len()]).enumerate() {
            let places = set as u16;
            let hit = places & equal != 0;
            let max = hit & (places & above == 0);
            let min = hit & (places & below == 0);
            let mean = (sum >= lowest.0 * size + lowest.1) & (sum <= highest.0 * size + highest.1);
            give(set, u64::from(u16::from(max) | u16::from(min) << 1 | u16::from(mean) << 2));
        }
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

/// How many places each set has.
static SET_SIZES: [i16; 1 << TABULATED_FIRST] = {
    let mut sizes = [0; 1 << TABULATED_FIRST];
    let mut set = 0;
    while set < sizes.len() {
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

/// The places in a word of a sequence, in each of eight bytes.
#[inline(always)]
pub(super) fn places_of(prefix: u32, word: usize) -> u64 {
    broadcast((prefix >> (8 * word)) as i8)
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

/// A number in base three by its digits, one in each of the first five bytes.
#[inline(always)]
fn number_of_digits(digits: u64) -> usize {
    // A product by powers of three that are a byte apart has in its highest byte the sum of the digits, each by its power.
    (digits.wrapping_mul(POWERS_OF_THREE) >> 56) as usize
}

/// The power for the first place in the highest byte.
const POWERS_OF_THREE: u64 = u64::from_be_bytes([1, 3, 9, 27, 81, 0, 0, 0]);

/// Which reductions of a value could be the target at every position met so far, over some places or none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prospects {
    /// The defaults with which the maximum and the minimum could be.
    extremes: u64,
    /// Those with which the mean could be.
    mean: u64,
}

impl Default for Prospects {
    fn default() -> Self {
        Prospects { extremes: DEFAULTS, mean: DEFAULTS }
    }
}

impl Prospects {
    /// A maximum or minimum is one of the values, a mean one of them or between two; or nothing is selected.
    #[inline(always)]
    pub(super) fn meet(&mut self, position: &Position, against: Against) {
        let is_there = against.equal != 0;
        let is_between = against.above != 0 && against.below != 0;
        self.extremes &= if is_there { DEFAULTS } else { position.default };
        self.mean &= if is_there || is_between { DEFAULTS } else { position.default };
    }

    /// From what [`Position::prospects_by_default`] has for a default.
    #[inline(always)]
    pub(super) fn of_byte(byte: u8) -> Prospects {
        Prospects { extremes: u64::from(byte) << 60, mean: u64::from(byte >> 4) << 60 }
    }

    /// What is left with others.
    #[inline(always)]
    pub(super) fn and(self, other: Prospects) -> Prospects {
        Prospects { extremes: self.extremes & other.extremes, mean: self.mean & other.mean }
    }

    /// Which of these reductions could be, and with which defaults.
    #[inline(always)]
    pub(super) fn bits(self, reductions: u64) -> u64 {
        let of = |reductions: u64, defaults: u64| if reductions == 0 || defaults == 0 { 0 } else { reductions | defaults };
        of(reductions & 0b011, self.extremes) | of(reductions & 0b100, self.mean)
    }
}

/// In the byte of a default of gaps, the defaults of a last operation: in its lower half those with which its values could be the targets as maximum or minimum, in
/// its upper half those with which they could as means.
const EXTREMES: u64 = 0x0f0f_0f0f_0f0f_0f0f;
const MEANS: u64 = !EXTREMES;

impl Ordered {
    fn new(defaults: &[i8], target: i8) -> Self {
        let bytes = |holds: &dyn Fn(i8) -> bool| {
            let bytes = std::array::from_fn(|place| if defaults.get(place).is_some_and(|&default| holds(default)) { u8::MAX } else { 0 });
            u64::from_le_bytes(bytes)
        };
        Ordered {
            equal: bytes(&|default| default == target),
            above: bytes(&|default| default > target),
            below: bytes(&|default| default < target),
        }
    }

    /// As [`Position::prospects_by_default`]: whether values other than defaults equal the target, exceed it and fall below it (all ones or none), and whether there is
    /// a gap.
    #[inline(always)]
    fn prospects(self, [equal, above, below]: [u64; 3], has_gap: bool, default: u64) -> u64 {
        let gap = if has_gap { u64::MAX } else { 0 };
        let is_there = equal | gap & self.equal;
        let is_between = (above | gap & self.above) & (below | gap & self.below);
        (is_there & EXTREMES) | ((is_there | is_between) & MEANS) | ((default >> 60) * 0x1111_1111_1111_1111)
    }
}

/// What is needed of up to eight positions without long prefixes to compare a new line with all their targets at once.
///
/// Each stands in the lane of the word that holds its prefix, so that a new line's words are taken as they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eight {
    /// The first of the eight words.
    word: usize,
    /// The target in every byte.
    targets: [u64; 8],
    /// The high bits of the bytes of the places; 0 in a lane without a position, which any value meets.
    places: [u64; 8],
    defaults: [u64; 8],
    ordered: [Ordered; 8],
}

impl Eight {
    /// These positions, as few at a time as it takes, the first ones first.
    pub(super) fn all(positions: impl Iterator<Item = Position>) -> Vec<Eight> {
        let mut eights: Vec<Eight> = Vec::new();
        for position in positions {
            let (word, lane) = (position.word / 8 * 8, position.word % 8);
            let is_free = |eight: &Eight| eight.word == word && eight.places[lane] == 0;
            let place = eights.iter().position(is_free).unwrap_or_else(|| {
                eights.push(Eight { word, targets: [0; 8], places: [0; 8], defaults: [DEFAULTS; 8], ordered: [Ordered::default(); 8] });
                eights.len() - 1
            });
            let eight = &mut eights[place];
            eight.targets[lane] = broadcast(position.target);
            eight.places[lane] = position.digits << 6 & HIGH;
            eight.defaults[lane] = position.default;
            eight.ordered[lane] = position.ordered;
        }
        eights
    }

    /// What a value could be at these positions.
    #[expect(clippy::needless_bitwise_bool, reason = "vectors have no branches")]
    #[inline(always)]
    pub(super) fn prospects(&self, words: &[u64]) -> Prospects {
        let words = &words[self.word..][..8];
        let (mut extremes, mut mean) = ([0; 8], [0; 8]);
        for number in 0..8 {
            let (places, default) = (self.places[number], self.defaults[number]);
            let (equal, below) = compare_bytes(words[number], self.targets[number]);
            let is_there = equal & places != 0;
            let is_between = (below & places != 0) & (!(equal | below) & places != 0);
            extremes[number] = if is_there { DEFAULTS } else { default };
            mean[number] = if is_there | is_between { DEFAULTS } else { default };
        }
        let all = |defaults: [u64; 8]| defaults.into_iter().fold(DEFAULTS, |all, defaults| all & defaults);
        Prospects { extremes: all(extremes), mean: all(mean) }
    }

    /// As [`Position::prospects_by_default`], at all these positions; the bytes of gaps are all ones in `unselected`.
    #[inline(always)]
    pub(super) fn prospects_by_default(&self, words: &[u64], unselected: &[u64]) -> u64 {
        let (words, unselected) = (&words[self.word..][..8], &unselected[self.word..][..8]);
        let mut prospects = [0; 8];
        for number in 0..8 {
            let (equal, below) = compare_bytes(words[number], self.targets[number]);
            let places = self.places[number] & !unselected[number];
            let is = |bytes: u64| if bytes & places == 0 { 0 } else { u64::MAX };
            let has_gap = self.places[number] & unselected[number] != 0;
            prospects[number] = self.ordered[number].prospects([equal, !(equal | below), below].map(is), has_gap, self.defaults[number]);
        }
        prospects.into_iter().fold(u64::MAX, |all, prospects| all & prospects)
    }
}

/// The positions in turns by their targets, since what meets a target at one position often does at others.
pub(super) fn by_turns(positions: &[Position]) -> Vec<Position> {
    let alike = |number: usize| positions[..number].iter().filter(|other| other.target == positions[number].target).count();
    let mut order: Vec<usize> = (0..positions.len()).collect();
    order.sort_by_key(|&number| alike(number));
    order.into_iter().map(|number| positions[number]).collect()
}

/// The positions in an order that rules most out soon, and how many first ones there are.
///
/// Short prefixes come first, but not with one target again and again where others have somewhat longer ones, since what passes for one target often passes for the same
/// again. Then targets and sequences take turns; then a position is the better, the fewer sets of places have the target as the maximum, minimum or mean of
/// their tokens.
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
        let key = |&(ease, position): &(u64, Position)| {
            let of_target = arranged.iter().filter(|other| other.target == position.target).count();
            let of_sequence = arranged.iter().filter(|other| other.word == position.word).count();
            (position.class() + of_target, position.class(), of_target + of_sequence, ease, position.lane)
        };
        let best = (0..left.len()).min_by_key(|&place| key(&left[place])).expect("something is left");
        arranged.push(left.swap_remove(best).1);
    }
    let most = arranged.len().min(FIRST);
    arranged[..most].sort_by_key(Position::class);
    let first = arranged[..most].iter().take_while(|position| position.prefix_len <= TABULATED_FIRST).count();
    (arranged, first)
}

/// The position of a scored one: `defaults` of last operations are told apart; `together` are the space's constants, looked at together where they are up to eight.
pub(super) fn position(scored: Scored, defaults: &[i8], together: &[i8]) -> Position {
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
        digits: 0x0303_0303_0303_0303 & u64::MAX >> (64 - 8 * prefix_len.min(8)),
        target: scored.target,
        default,
        aim: Aim::new(scored.target, default),
        ordered: Ordered::new(&together[..together.len().min(DEFAULTS_TOGETHER)], scored.target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::search::words::compare_word;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reductions_over_a_set_are_those_of_its_values(bytes in any::<[i8; 8]>(), small: bool, target: i8, set in 1_u32..256) {
            let bytes = if small { bytes.map(|byte| byte % 3) } else { bytes };
            let target = if small { target % 3 } else { target };
            let words = [u64::from_le_bytes(bytes.map(i8::cast_unsigned))];
            let position = Position { lane: 7, word: 0, prefix: 255, prefix_len: 8, digits: 0, target, default: 0, aim: Aim::new(target, 0), ordered: Ordered::default() };
            let chosen: Vec<i32> = (0..8).filter(|place| set >> place & 1 == 1).map(|place| i32::from(bytes[place])).collect();
            let is_target = |value: i32| u64::from(value == i32::from(target));
            let mean = chosen.iter().sum::<i32>() / chosen.len() as i32;
            let expected = is_target(*chosen.iter().max().unwrap()) | is_target(*chosen.iter().min().unwrap()) << 1 | is_target(mean) << 2;
            prop_assert_eq!(position.reductions(position.against(&words, 1), &words, set) & !DEFAULTS, expected);
        }

        /// What is looked up or computed for many at once is what is computed for one.
        #[test]
        fn short_prefixes_are_settled_as_others_are(bytes in any::<[i8; 8]>(), small: bool, target: i8, query: i8, prefix_len in 1..=FIRST_PREFIX, default in 0_u64..16) {
            let of = |value: i8| if small { value % 3 } else { value };
            let mut words = [0; 8];
            words[0] = u64::from_le_bytes(bytes.map(|byte| of(byte).cast_unsigned()));
            let scored = Scored { lane: prefix_len - 1, start: 0, target: of(target) };
            let position = Position { default: default << 60, aim: Aim::new(of(target), default << 60), ..position(scored, &[], &[]) };
            let against = position.against(&words, 1);

            let mut sums = vec![0; 1 << prefix_len];
            position.sum_sets(&words, &mut sums);
            let mut sets = vec![0; 1 << prefix_len];
            position.reductions_of_sets(against, &sums, |set, bits| sets[set] = bits);
            for (set, bits) in sets.iter().enumerate().skip(1) {
                prop_assert_eq!(*bits, position.reductions(against, &words, set as u32) & REDUCTIONS);
            }

            let (equal, less) = ORDER_SETS[position.order(words[0], broadcast(of(query)))];
            let (all_equal, all_less) = compare_word(words[0], of(query));
            prop_assert_eq!((u32::from(equal), u32::from(less)), (all_equal & position.prefix, all_less & position.prefix));

            let mut prospects = Prospects::default();
            prospects.meet(&position, against);
            prop_assert_eq!(Eight::all(std::iter::once(position))[0].prospects(&words).bits(REDUCTIONS), prospects.bits(REDUCTIONS));
            let possible = sets[1..].iter().fold(0, |all, bits| all | bits);
            prop_assert_eq!(possible & REDUCTIONS & !prospects.bits(REDUCTIONS), 0, "what some set gives is hoped for");
        }

        /// What is done for all defaults of gaps at once is what is done for each value.
        #[test]
        fn gaps_are_settled_as_what_they_hold(
            bytes in any::<[i8; 8]>(), small: bool, target: i8, query: i8, prefix_len in 1..=FIRST_PREFIX, default in 0_u64..16, gap: [bool; 8],
            defaults in proptest::collection::vec(-4_i8..4, 2..=DEFAULTS_TOGETHER),
        ) {
            let of = |value: i8| if small { value % 3 } else { value };
            let gap = u64::from_le_bytes(gap.map(|is| if is { u8::MAX } else { 0 }));
            let (mut words, mut unselected) = ([0; 8], [0; 8]);
            (words[0], unselected[0]) = (u64::from_le_bytes(bytes.map(|byte| of(byte).cast_unsigned())) & !gap, gap);
            let scored = Scored { lane: prefix_len - 1, start: 0, target: of(target) };
            let position = Position { default: default << 60, aim: Aim::new(of(target), default << 60), ..position(scored, &[], &defaults) };
            let query = of(query);
            let places = compare_word(gap, -1).0 & position.prefix;
            let one = position.prospects_by_default(position.against(&words, 1), places).to_le_bytes();
            let eight = Eight::all(std::iter::once(position))[0].prospects_by_default(&words, &unselected).to_le_bytes();
            let (equal, less) = compare_word(words[0], query);
            let others = [equal, less].map(|set| (set & position.prefix & !places) as u8);
            let without = ORDER_SETS.iter().position(|&(equal, less)| [equal, less] == others).unwrap();
            for (number, &default) in defaults.iter().enumerate() {
                let filled = [words[0] | gap & broadcast(default)];
                let digit = usize::from(default == query) + 2 * usize::from(default < query);
                prop_assert_eq!(without + digit * position.weight(gap), position.order(filled[0], broadcast(query)));

                let mut prospects = Prospects::default();
                prospects.meet(&position, position.against(&filled, 1));
                let byte = (prospects.extremes >> 60 | prospects.mean >> 60 << 4) as u8;
                prop_assert_eq!((one[number], eight[number]), (byte, byte));
            }
        }
    }
}
