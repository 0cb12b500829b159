//! `randomized`: the tokens of a sequence stand at ascending positions drawn without replacement from a range that is much longer than any
//! sequence; each has a learned vector, added to the token's (Ruoss et al. 2023, section 3, <https://arxiv.org/abs/2305.16843>). Short
//! sequences thus train all positions that long ones will stand at.
//!
//! In training: a fresh draw for each sequence, uniform among all sets of as many positions as it has tokens.
//!
//! At evaluation: drawn the same way, as in the paper's code; each example's draw comes from its own random stream, so results are
//! reproducible. Where a model writes without being told the answer's length, positions are drawn for the most tokens that it may write.

use std::collections::BTreeSet;

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{Placement, below};

/// Ascending positions for so many tokens, or for as many as there are. Source: Floyd's sampling, Bentley and Floyd 1987,
/// <https://doi.org/10.1145/30401.315746>.
pub(super) fn draw(tokens: usize, rows: usize, random: u64) -> Placement {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&random.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    let mut drawn = BTreeSet::new();
    for last in rows.saturating_sub(tokens)..rows {
        let position = below(rng.next_u64(), last + 1) as u32;
        drawn.insert(if drawn.contains(&position) { last as u32 } else { position });
    }
    Placement::At(drawn.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(tokens: usize, rows: usize, random: u64) -> Vec<u32> {
        match draw(tokens, rows, random) {
            Placement::At(positions) => positions,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_set_of_positions_is_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for random in 0..6_000 {
            *counts.entry(positions(2, 4, random)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Each is binomial with mean 1,000 and standard deviation 29.
        assert!(counts.values().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn positions_ascend_and_follow_the_random_number() {
        let drawn = positions(50, 400, 7);
        assert_eq!(drawn.len(), 50);
        assert!(drawn.is_sorted_by(|a, b| a < b) && drawn.iter().all(|&position| position < 400));
        assert_eq!(drawn, positions(50, 400, 7));
        assert_ne!(drawn, positions(50, 400, 8));
        assert_eq!(positions(5, 5, 3), [0, 1, 2, 3, 4]);
    }
}
