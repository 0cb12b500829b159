//! Named random streams, and the few draws that the tasks make from them.
//!
//! Every stream is derived by name from (seed, purpose, index) and shared by nobody, so no result depends on the order in which
//! things run. The draws take their bits straight from the stream: `rand`'s ranges change with its features (`unbiased`)
//! and releases, and then every example would.

pub use rand::Rng;
use rand::SeedableRng;
pub use rand_chacha::ChaCha8Rng;

/// The random stream of this seed, purpose and index: the same on every machine, in every release.
///
/// Purposes are names such as `init`, `data` or `eval/40`; the index counts within one, for instance training steps.
///
/// The stream is `ChaCha8` under a key of 32 bytes, BLAKE3's `derive_key` under a fixed context of: seed (8 bytes, little-endian),
/// index (8 bytes, little-endian), purpose (UTF-8, the rest). No two triples encode alike.
///
/// ```
/// use rand::Rng;
/// let mut data = tasks::random::stream(0, "data", 7);
/// assert_eq!(data.next_u64(), tasks::random::stream(0, "data", 7).next_u64());
/// ```
pub fn stream(seed: u64, purpose: &str, index: u64) -> ChaCha8Rng {
    let mut hasher = blake3::Hasher::new_derive_key("rasplab random stream 1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&index.to_le_bytes());
    hasher.update(purpose.as_bytes());
    ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
}

/// A number uniform over `0..bound`, up to a bias of `bound` / 2^64; `bound` is at least 1.
pub fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// A number exactly uniform over `0..bound`, which may be too large for [`below`]; `bound` is at least 1.
///
/// Numbers with as many bits as `bound - 1` are drawn until one is below the bound: at most twice on average.
pub(crate) fn below_wide(rng: &mut ChaCha8Rng, bound: u128) -> u128 {
    let unused = (bound - 1).leading_zeros();
    loop {
        let drawn = match unused {
            128 => return 0,
            64.. => u128::from(rng.next_u64() >> (unused - 64)),
            _ => (u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())) >> unused,
        };
        if drawn < bound {
            return drawn;
        }
    }
}

/// Puts the tokens in uniform order.
pub(crate) fn shuffle(rng: &mut ChaCha8Rng, tokens: &mut [i8]) {
    for left in (2..=tokens.len()).rev() {
        tokens.swap(left - 1, below(rng, left));
    }
}

/// Independent fair bits.
pub(crate) fn bits(rng: &mut ChaCha8Rng, count: usize) -> Vec<i8> {
    let mut bits = Vec::with_capacity(count + 1);
    for start in (0..count).step_by(64) {
        let word = rng.next_u64();
        bits.extend((0..(count - start).min(64)).map(|place| (word >> place & 1) as i8));
    }
    bits
}

/// Tokens of `0..alphabet`, uniform with repetition.
pub(crate) fn repeated(rng: &mut ChaCha8Rng, alphabet: usize, count: usize) -> Vec<i8> {
    let mut tokens = Vec::with_capacity(count + 1);
    tokens.extend((0..count).map(|_| below(rng, alphabet) as i8));
    tokens
}

/// Distinct tokens of `0..alphabet`, uniform without replacement and in uniform order; `count` is at most `alphabet`.
pub(crate) fn distinct(rng: &mut ChaCha8Rng, alphabet: usize, count: usize) -> Vec<i8> {
    let mut tokens = Vec::with_capacity(alphabet + 1);
    tokens.extend(0..alphabet as i8);
    for pos in 0..count {
        let other = pos + below(rng, alphabet - pos);
        tokens.swap(pos, other);
    }
    tokens.truncate(count);
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_gives_these_numbers_for_ever() {
        let first_three = |mut rng: ChaCha8Rng| [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(first_three(stream(0, "data", 0)), [16_471_194_165_034_439_346, 7_116_841_579_253_319_886, 12_117_377_123_445_695_245]);
        assert_eq!(
            first_three(stream(42, "eval/40", 7)),
            [16_643_617_409_617_065_800, 10_833_176_414_210_801_880, 6_024_458_415_573_355_717]
        );
    }

    #[test]
    fn each_part_of_the_name_makes_another_stream() {
        let names = [(0, "data", 0), (1, "data", 0), (0, "init", 0), (0, "data", 1), (0, "", 0), (0, "data\0", 0), (1 << 32, "data", 0)];
        let mut firsts: Vec<u64> = names.iter().map(|&(seed, purpose, index)| stream(seed, purpose, index).next_u64()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), names.len());
    }

    #[test]
    fn below_reaches_every_number_about_equally_often() {
        let mut rng = stream(0, "test", 0);
        let mut counts = [0; 7];
        for _ in 0..7_000 {
            counts[below(&mut rng, 7)] += 1;
        }
        // Each is binomial with mean 1,000 and standard deviation 29.
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn wide_numbers_are_uniform_whatever_their_width() {
        let mut rng = stream(4, "test", 0);
        let mut counts = [0; 6];
        for _ in 0..6_000 {
            counts[below_wide(&mut rng, 6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
        assert_eq!(below_wide(&mut rng, 1), 0);
        // Bounds of two 64-bit words, and around one: each half is drawn about equally often.
        for bound in [u128::MAX, 3 << 100, 1 << 65, (1 << 64) + 2, 1 << 64, (1 << 64) - 2] {
            let low = (0..1_000).filter(|_| below_wide(&mut rng, bound) < bound / 2).count();
            assert!((420..580).contains(&low), "{bound}: {low}");
        }
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut rng = stream(5, "test", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6_000 {
            let mut tokens = [0, 1, 2];
            shuffle(&mut rng, &mut tokens);
            *counts.entry(tokens).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn orders_of_distinct_tokens_are_equally_likely() {
        let mut rng = stream(1, "test", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..12_000 {
            *counts.entry(distinct(&mut rng, 4, 2)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 12);
        assert!(counts.values().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn bits_are_fair_and_as_many_as_asked() {
        let mut rng = stream(2, "test", 0);
        for count in [1, 63, 64, 65, 200] {
            assert_eq!(bits(&mut rng, count).len(), count);
        }
        let ones = bits(&mut rng, 10_000).iter().filter(|&&bit| bit == 1).count();
        assert!((4_700..5_300).contains(&ones), "{ones}");
    }
}
