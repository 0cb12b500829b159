//! `learned`: a table of vectors, one per absolute position, added to the tokens' vectors (Radford et al. 2019, GPT-2).
//!
//! In training: a row that no training sequence ever reached is noise, so each sequence is shifted by an offset, uniform over all that keep
//! it within the table (Zhou et al. 2023, section 4.1, <https://arxiv.org/abs/2310.16028>).
//!
//! At evaluation: the first token stands at position 0.

use super::{Placement, below};

pub(super) fn in_training(tokens: usize, rows: usize, random: u64) -> Placement {
    Placement::From(below(random, rows.saturating_sub(tokens) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_sequence_starts_anywhere_and_ends_within_the_table() {
        assert_eq!(in_training(4, 10, 0), Placement::From(0));
        assert_eq!(in_training(4, 10, u64::MAX), Placement::From(6));
        assert_eq!(in_training(4, 10, u64::MAX / 2), Placement::From(3));
        assert_eq!(in_training(10, 10, u64::MAX), Placement::From(0));
    }
}
