//! Values of many lines, a column for each lane, and sets of lines by what stands in a column.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::super::position::{Position, mean_bounds};
use super::super::{SETS, Sieve, TABULATED};
use crate::rasp_l::search::kernel::Kernels;
use rustc_hash::FxHashMap;

/// The most words of sets that are kept from one line to the next: 4 MiB.
const WORDS_MAX: usize = 1 << 19;

/// Values, and sets of them that were asked for.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// `[items][screen words]`
    pub(super) values: Vec<u64>,
    /// Words of a value.
    value_words: usize,
    /// Words of a set.
    words: usize,
    /// `[lanes][64 * words]`
    lanes: Vec<i8>,
    positions: Vec<At>,
    sets: Vec<u64>,
    /// For each position and set of its places, where in `sets` those begin that it is reduced to the target in: maximum, minimum, mean.
    reduced: FxHashMap<(usize, u32), usize>,
    /// The same for short prefixes: `[positions][SETS]`, plus one.
    reduced_short: Vec<u32>,
}

/// The values at one scored position.
#[derive(Debug)]
struct At {
    /// For each bound from -128 to 128, how many of the values that occur are less.
    ranks: Vec<u16>,
    /// The values that occur, in order.
    occurring: Vec<i8>,
    /// Where in `sets` those begin whose value is less than the first that occurs, the second, and so on to all.
    below: usize,
}

impl Columns {
    pub(super) fn clear(&mut self) {
        self.values.clear();
    }

    /// Adds a value, and gives where it begins.
    pub(super) fn add(&mut self, value: impl Iterator<Item = [u64; 8]>) -> usize {
        let start = self.values.len();
        self.values.extend(value.flatten());
        self.value_words = self.values.len() - start;
        start
    }

    /// A value.
    pub(super) fn value(&self, item: usize) -> &[u64] {
        &self.values[item * self.value_words..][..self.value_words]
    }

    /// Makes columns of so many values.
    pub(super) fn begin(&mut self, sieve: &Sieve, items: usize, words: usize) {
        self.words = words;
        self.positions.clear();
        self.sets.clear();
        self.reduced.clear();
        self.reduced_short.clear();
        self.reduced_short.resize(sieve.positions.len() * SETS, 0);
        let (lanes, height) = (8 * self.value_words, 64 * words);
        self.lanes.clear();
        self.lanes.resize(lanes * height, 0);
        for item in 0..items {
            for (word, &places) in self.values[item * self.value_words..][..self.value_words].iter().enumerate() {
                for (byte, value) in places.to_le_bytes().into_iter().enumerate() {
                    self.lanes[(8 * word + byte) * height + item] = value.cast_signed();
                }
            }
        }
    }

    /// Forgets sets, if they have become too many: they are made again when they are asked for.
    pub(super) fn bound(&mut self) {
        if self.sets.len() > WORDS_MAX {
            self.positions.clear();
            self.sets.clear();
            self.reduced.clear();
            self.reduced_short.fill(0);
        }
    }

    fn column(&self, lane: usize) -> &[i8] {
        &self.lanes[lane * 64 * self.words..][..64 * self.words]
    }

    /// The values at a scored position; positions are asked for in order.
    fn prepare(&mut self, sieve: &Sieve, number: usize) {
        while self.positions.len() <= number {
            let lane = sieve.positions[self.positions.len()].lane;
            let mut occurs = [false; 256];
            for &value in self.column(lane) {
                occurs[usize::from(value.cast_unsigned() ^ 0x80)] = true;
            }
            let mut ranks = vec![0];
            let mut occurring = Vec::new();
            for (value, occurs) in occurs.into_iter().enumerate() {
                if occurs {
                    occurring.push((value as u8 ^ 0x80).cast_signed());
                }
                ranks.push(occurring.len() as u16);
            }
            let below = self.sets.len();
            self.sets.resize(below + (occurring.len() + 1) * self.words, 0);
            for item in 0..64 * self.words {
                let value = self.lanes[lane * 64 * self.words + item];
                let rank = usize::from(ranks[usize::from(value.cast_unsigned() ^ 0x80)]);
                self.sets[below + (rank + 1) * self.words + item / 64] |= 1 << (item % 64);
            }
            for place in below + self.words..self.sets.len() {
                self.sets[place] |= self.sets[place - self.words];
            }
            self.positions.push(At { ranks, occurring, below });
        }
    }

    /// How many of the values that occur at a position are less than a bound.
    #[inline]
    pub(super) fn rank(&mut self, sieve: &Sieve, number: usize, bound: i16) -> usize {
        self.prepare(sieve, number);
        usize::from(self.positions[number].ranks[(bound + 128) as usize])
    }

    /// The values that occur at a position, in order.
    pub(super) fn occurring(&mut self, sieve: &Sieve, number: usize) -> &[i8] {
        self.prepare(sieve, number);
        &self.positions[number].occurring
    }

    /// Adds to `set` the items whose value at a position has a rank from `low` to before `high`.
    #[inline(always)]
    pub(super) fn add_between(&self, number: usize, low: usize, high: usize, set: &mut [u64]) {
        let below = &self.sets[self.positions[number].below..];
        let (low, high) = (&below[low * self.words..][..self.words], &below[high * self.words..][..self.words]);
        for ((set, high), low) in set.iter_mut().zip(high).zip(low) {
            *set |= high & !low;
        }
    }

    /// The items whose maximum, minimum and mean over a set of a position's places, which is not empty, are the target.
    pub(super) fn reduced(&mut self, sieve: &Sieve, number: usize, set: u32) -> usize {
        let position = &sieve.positions[number];
        if position.prefix_len <= TABULATED {
            let place = number * SETS + set as usize;
            if self.reduced_short[place] == 0 {
                self.reduced_short[place] = self.reduce(sieve.kernels, position, set) as u32 + 1;
            }
            return self.reduced_short[place] as usize - 1;
        }
        if let Some(&start) = self.reduced.get(&(number, set)) {
            return start;
        }
        let start = self.reduce(sieve.kernels, position, set);
        self.reduced.insert((number, set), start);
        start
    }

    /// One of the three sets that [`reduced`](Self::reduced) gives the start of.
    #[inline(always)]
    pub(super) fn of_reduction(&self, start: usize, reduction: usize) -> &[u64] {
        &self.sets[start + reduction * self.words..][..self.words]
    }

    #[expect(clippy::needless_bitwise_bool, reason = "vectors have no branches")]
    fn reduce(&mut self, kernels: Kernels, position: &Position, set: u32) -> usize {
        let start = self.sets.len();
        self.sets.resize(start + 3 * self.words, 0);
        let (lowest, highest) = mean_bounds(position.target);
        let size = set.count_ones() as i16;
        let (lowest, highest) = (lowest.0 * size + lowest.1, highest.0 * size + highest.1);
        let height = 64 * self.words;
        for word in 0..self.words {
            let (lanes, target) = (&self.lanes, position.target);
            let bits = kernels.run(
                #[inline(always)]
                || {
                    let (mut max, mut min, mut sum) = ([i8::MIN; 64], [i8::MAX; 64], [0_i16; 64]);
                    let mut places = set;
                    while places != 0 {
                        let lane = 8 * position.word + places.trailing_zeros() as usize;
                        places &= places - 1;
                        let column = &lanes[lane * height + 64 * word..][..64];
                        for item in 0..64 {
                            max[item] = max[item].max(column[item]);
                            min[item] = min[item].min(column[item]);
                            sum[item] += i16::from(column[item]);
                        }
                    }
                    let is_mean = |sum: i16| (sum >= lowest) & (sum <= highest);
                    [max.map(|max| max == target), min.map(|min| min == target), sum.map(is_mean)].map(|flags| bits(&flags))
                },
            );
            for (reduction, bits) in bits.into_iter().enumerate() {
                self.sets[start + reduction * self.words + word] = bits;
            }
        }
        start
    }
}

/// Sixty-four flags as bits.
#[inline(always)]
fn bits(flags: &[bool; 64]) -> u64 {
    let mut bits = 0;
    for (byte, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // A product that brings the lowest bit of each byte into the highest byte.
        let gathered = u64::from_le_bytes(flags.map(u8::from)).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * byte);
    }
    bits
}
