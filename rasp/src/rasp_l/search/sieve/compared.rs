//! How the places before a position compare with the queries of many pairs of a key and a query.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::TABULATED_FIRST;
use super::abreast::EIGHTS;
use crate::rasp_l::search::vectors::{Vectors, Words, bytes_of};
use crate::rasp_l::search::words::broadcast;

// Two sets of pairs, those that are equal and those that are less, fit in 64 bytes.
const _: () = assert!(EIGHTS <= 4);
/// Words of the places before a first position.
const PLACE_WORDS: usize = TABULATED_FIRST.div_ceil(8);
/// The number in base three that some places make, the first place lowest: of the first four.
const IN_BASE_THREE: [u8; 16] = [0, 1, 3, 4, 9, 10, 12, 13, 27, 28, 30, 31, 36, 37, 39, 40];
const FIFTH: u8 = 81;

/// Where the keys of up to 24 pairs equal their queries and are less, a byte for each pair and eight places.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compared {
    equal: [[u64; EIGHTS]; PLACE_WORDS],
    less: [[u64; EIGHTS]; PLACE_WORDS],
}

impl Compared {
    /// Compares the pairs, eight at a time; `pairs` has, for a word of places and eight pairs, the keys and the queries.
    #[inline(always)]
    pub(super) fn new(vectors: impl Vectors, prefix_len: usize, eights: usize, pairs: impl Fn(usize, usize) -> (Words, Words)) -> Self {
        let mut compared = Compared::default();
        for (word, (equal, less)) in compared.equal.iter_mut().zip(&mut compared.less).enumerate().take(prefix_len.div_ceil(8)) {
            for (eight, (equal, less)) in equal.iter_mut().zip(less).enumerate().take(eights) {
                let (keys, queries) = pairs(word, eight);
                (*equal, *less) = vectors.compare(&keys, &queries);
            }
        }
        compared
    }

    /// The places of a pair that are equal, and those that are less.
    #[inline(always)]
    pub(super) fn sets(&self, pair: usize) -> (u32, u32) {
        let of = |places: &[[u64; EIGHTS]; PLACE_WORDS]| {
            let places = places.iter().enumerate();
            places.fold(0, |set, (word, places)| set | u32::from((places[pair / 8] >> (8 * (pair % 8))) as u8) << (8 * word))
        };
        (of(&self.equal), of(&self.less))
    }

    /// For each pair, how these places of a short prefix compare, as a number in base three; all others as if greater.
    #[inline(always)]
    pub(super) fn orders(&self, vectors: impl Vectors, places: u32) -> [u8; 8 * EIGHTS] {
        let places = broadcast(places as i8);
        let mut both = [0; 8];
        for eight in 0..EIGHTS {
            both[eight] = self.equal[0][eight] & places;
            both[4 + eight] = self.less[0][eight] & places;
        }
        let both = bytes_of(&both);
        let mut numbers = vectors.look_up(&IN_BASE_THREE, &both);
        for (number, places) in numbers.iter_mut().zip(both) {
            *number += if places >> 4 & 1 == 1 { FIFTH } else { 0 };
        }
        std::array::from_fn(|pair| numbers[pair] + 2 * numbers[32 + pair])
    }
}

#[cfg(test)]
mod tests {
    use super::super::position::ORDER_SETS;
    use super::*;
    use crate::rasp_l::search::kernel::Kernels;
    use crate::rasp_l::search::vectors::with_vectors;
    use crate::rasp_l::search::words::{compare, compare_word};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn many_pairs_compare_as_each_does(bytes in any::<[[u8; 8]; 6 * EIGHTS]>(), queries: [i8; 8 * EIGHTS], few: bool, places in 0..32_u32, prefix_len in 1..=TABULATED_FIRST) {
            let of = |byte: u8| if few { byte % 3 } else { byte };
            let keys: Vec<Words> = (0..2 * EIGHTS).map(|number| std::array::from_fn(|lane| u64::from_le_bytes(bytes[(8 * number + lane) % bytes.len()].map(of)))).collect();
            let queries = queries.map(|query| of(query.cast_unsigned()).cast_signed());
            let query_words = |eight: usize| std::array::from_fn(|lane| broadcast(queries[8 * eight + lane]));
            let (compared, orders) = with_vectors!(Kernels::new(), |vectors| {
                let compared = Compared::new(vectors, prefix_len, EIGHTS, |word, eight| (keys[word * EIGHTS + eight], query_words(eight)));
                (compared, compared.orders(vectors, places))
            });
            for (pair, &query) in queries.iter().enumerate() {
                let words: Vec<u64> = (0..prefix_len.div_ceil(8)).map(|word| keys[word * EIGHTS + pair / 8][pair % 8]).collect();
                prop_assert_eq!(compared.sets(pair), compare(&words, words.len(), query));
                let (equal, less) = compare_word(words[0], query);
                let (expected_equal, expected_less) = ORDER_SETS[usize::from(orders[pair])];
                prop_assert_eq!((u32::from(expected_equal), u32::from(expected_less)), (equal & places, less & places));
            }
        }
    }
}
