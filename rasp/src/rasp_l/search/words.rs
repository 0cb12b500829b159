//! Eight values in a word, compared at once.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

/// The value in a lane.
#[inline(always)]
pub(super) fn byte(words: &[u64], lane: usize) -> i8 {
    (words[lane / 8] >> (8 * (lane % 8))) as i8
}

/// The places of some words whose byte equals a value, and those whose byte is less.
#[inline(always)]
pub(super) fn compare(words: &[u64], width: usize, value: i8) -> (u32, u32) {
    let (mut equal, mut less) = compare_word(words[0], value);
    for (word, &places) in words.iter().enumerate().take(width).skip(1) {
        let (of_word_equal, of_word_less) = compare_word(places, value);
        equal |= of_word_equal << (8 * word);
        less |= of_word_less << (8 * word);
    }
    (equal, less)
}

/// A value in each of eight bytes.
#[inline(always)]
pub(super) fn broadcast(value: i8) -> u64 {
    ONES * u64::from(value.cast_unsigned())
}

/// The places of a word whose byte equals a value, and those whose byte is less.
#[inline(always)]
pub(super) fn compare_word(word: u64, value: i8) -> (u32, u32) {
    compare_words(word, broadcast(value))
}

/// The places whose bytes are the same in both words, and those where the first word's byte is less.
#[inline(always)]
pub(super) fn compare_words(left: u64, right: u64) -> (u32, u32) {
    let (equal, less) = compare_bytes(left, right);
    (gather(equal), gather(less))
}

/// The high bits of the bytes of `left` that equal those of `right`, and of those that are less.
///
/// Eight at once: sums and differences of seven bits stay within a byte, and the eighth is settled apart.
#[inline(always)]
pub(super) fn compare_bytes(left: u64, right: u64) -> (u64, u64) {
    let different = left ^ right;
    let equal = !(((different & !HIGH) + !HIGH) | different) & HIGH;
    // As unsigned bytes, signs turned around.
    let (left, right) = (left ^ HIGH, right ^ HIGH);
    let not_less = (left | HIGH) - (right & !HIGH);
    let less = ((!left & right) | (!(left ^ right) & !not_less)) & HIGH;
    (equal, less)
}

/// The high bit of each byte, as eight bits.
#[inline(always)]
fn gather(high: u64) -> u32 {
    ((high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each byte.
pub(super) const HIGH: u64 = 0x80 * ONES;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_compared_each_by_itself(bytes in any::<[i8; 8]>(), value: i8) {
            let word = u64::from_le_bytes(bytes.map(i8::cast_unsigned));
            let bits = |holds: &dyn Fn(i8) -> bool| (0..8).map(|place| u32::from(holds(bytes[place])) << place).sum::<u32>();
            for value in [value, bytes[3]] {
                prop_assert_eq!(compare_word(word, value), (bits(&|byte| byte == value), bits(&|byte| byte < value)));
            }
        }
    }
}
