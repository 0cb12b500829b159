//! What vector instructions do with bytes that the compiler does not make of loops: comparisons come to bits, and bytes are looked up in small tables.

#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::kernel::{Bits, LANES};
use super::words::compare_words;
use pulp::Scalar;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

/// Eight words of eight bytes each.
pub(super) type Words = [u64; 8];

/// Vector instructions.
pub(super) trait Vectors: Copy {
    /// A byte for each two words, with a bit for each place: where their bytes are equal, and where that of the first, as int8, is less.
    fn compare(self, left: &Words, right: &Words) -> (u64, u64);

    /// For each lane, what stands in the table at its lower four bits.
    fn look_up(self, table: &[u8; 16], places: &Bits) -> Bits;
}

/// Calls a block that is compiled once for each kind of vectors, with those of some kernels: `with_vectors!(kernels, |vectors| { ... })`.
macro_rules! with_vectors {
    ($kernels:expr, |$vectors:ident| $block:block) => {
        match $kernels.arch() {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V4($vectors) => $vectors.vectorize(
                #[inline(always)]
                || $block,
            ),
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3($vectors) => $vectors.vectorize(
                #[inline(always)]
                || $block,
            ),
            _ => {
                let $vectors = pulp::Scalar;
                $crate::rasp_l::search::vectors::call(|| $block)
            }
        }
    };
}
pub(super) use with_vectors;

/// Calls a function, from whose block `return` thus returns.
#[inline(always)]
pub(super) fn call<T>(function: impl FnOnce() -> T) -> T {
    function()
}

/// The bytes of words.
#[inline(always)]
pub(super) fn bytes_of(words: &Words) -> Bits {
    let mut bytes = [0; LANES];
    for (bytes, word) in bytes.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

impl Vectors for Scalar {
    #[inline(always)]
    fn compare(self, left: &Words, right: &Words) -> (u64, u64) {
        let (mut equal, mut less) = (0, 0);
        for (word, (&left, &right)) in left.iter().zip(right).enumerate() {
            let of_word = compare_words(left, right);
            equal |= u64::from(of_word.0) << (8 * word);
            less |= u64::from(of_word.1) << (8 * word);
        }
        (equal, less)
    }

    #[inline(always)]
    fn look_up(self, table: &[u8; 16], places: &Bits) -> Bits {
        places.map(|place| table[usize::from(place & 15)])
    }
}

#[cfg(target_arch = "x86_64")]
impl Vectors for V3 {
    #[inline(always)]
    fn compare(self, left: &Words, right: &Words) -> (u64, u64) {
        let (left, right): ([[u64; 4]; 2], [[u64; 4]; 2]) = (pulp::cast(*left), pulp::cast(*right));
        let of_half = |half: usize| {
            let (left, right) = (pulp::cast(left[half]), pulp::cast(right[half]));
            let bits = |bytes| u64::from(self.avx2._mm256_movemask_epi8(bytes).cast_unsigned());
            (bits(self.avx2._mm256_cmpeq_epi8(left, right)), bits(self.avx2._mm256_cmpgt_epi8(right, left)))
        };
        let (low, high) = (of_half(0), of_half(1));
        (low.0 | high.0 << 32, low.1 | high.1 << 32)
    }

    #[inline(always)]
    fn look_up(self, table: &[u8; 16], places: &Bits) -> Bits {
        let table = self.avx2._mm256_broadcastsi128_si256(pulp::cast(*table));
        let halves: [[u8; 32]; 2] = pulp::cast(places.map(|place| place & 15));
        pulp::cast(halves.map(|half| -> [u8; 32] { pulp::cast(self.avx2._mm256_shuffle_epi8(table, pulp::cast(half))) }))
    }
}

#[cfg(target_arch = "x86_64")]
impl Vectors for V4 {
    #[inline(always)]
    fn compare(self, left: &Words, right: &Words) -> (u64, u64) {
        let (left, right) = (pulp::cast(*left), pulp::cast(*right));
        (self.avx512bw._mm512_cmpeq_epi8_mask(left, right), self.avx512bw._mm512_cmplt_epi8_mask(left, right))
    }

    #[inline(always)]
    fn look_up(self, table: &[u8; 16], places: &Bits) -> Bits {
        let table = self.avx512f._mm512_broadcast_i32x4(pulp::cast(*table));
        pulp::cast(self.avx512bw._mm512_shuffle_epi8(table, pulp::cast(places.map(|place| place & 15))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_instructions_do_the_same(bytes in any::<[[u8; 8]; 16]>(), few: bool, table: [u8; 16]) {
            let of = |byte: u8| if few { byte % 3 } else { byte };
            let words: [u64; 16] = bytes.map(|bytes| u64::from_le_bytes(bytes.map(of)));
            let sides: [Words; 2] = [words[..8].try_into().unwrap(), words[8..].try_into().unwrap()];
            let places = bytes_of(&sides[0]);
            let ((equal, less), found) = (Scalar.compare(&sides[0], &sides[1]), Scalar.look_up(&table, &places));
            for (place, (left, right)) in places.into_iter().zip(bytes_of(&sides[1])).enumerate() {
                prop_assert_eq!(equal >> place & 1 == 1, left == right);
                prop_assert_eq!(less >> place & 1 == 1, left.cast_signed() < right.cast_signed());
                prop_assert_eq!(found[place], table[usize::from(left % 16)]);
            }
            #[cfg(target_arch = "x86_64")]
            {
                let of_v3 = V3::try_new().map(|vectors| vectors.vectorize(|| (vectors.compare(&sides[0], &sides[1]), vectors.look_up(&table, &places))));
                let of_v4 = V4::try_new().map(|vectors| vectors.vectorize(|| (vectors.compare(&sides[0], &sides[1]), vectors.look_up(&table, &places))));
                for other in [of_v3, of_v4].into_iter().flatten() {
                    prop_assert_eq!(other, ((equal, less), found));
                }
            }
        }
    }
}
