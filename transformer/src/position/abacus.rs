//! `abacus`: a learned vector per place of a digit in its number, counted from the number's first digit, added to the token's
//! (McLeish et al. 2024, section 3.1, <https://arxiv.org/abs/2405.17399>). A number is a run of digits, and every data token of a task is a
//! digit, index hints included; other tokens stand at place 0. Digits of equal significance share a place where numbers are written least
//! significant digit first.
//!
//! In training: the first place of all numbers of a sequence is 1 plus an offset, uniform over all that keep its longest number within
//! the table. (In the paper the offset is the same for a whole batch and has a bound of its own.)
//!
//! At evaluation: the first place is 1. The place of a digit that the model writes follows from what it wrote before.

use super::{Placement, below};

pub(super) fn in_training(tokens: &[u32], rows: usize, digits_from: u32, random: u64) -> Placement {
    let longest =
        tokens.chunk_by(|&a, &b| (a >= digits_from) == (b >= digits_from)).filter(|run| run[0] >= digits_from).map(<[u32]>::len).max();
    Placement::Places { digits_from, offset: below(random, rows.saturating_sub(1 + longest.unwrap_or(0)) + 1) }
}

/// The place of a token that follows one at the place `previous`.
pub(super) fn next(previous: Option<usize>, token: u32, digits_from: u32, offset: usize) -> usize {
    match previous {
        _ if token < digits_from => 0,
        None | Some(0) => offset + 1,
        Some(previous) => previous + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `54 plus 371 sep 524 eos`, where ids below 3 are no digits.
    const TOKENS: [u32; 11] = [8, 7, 2, 6, 10, 4, 0, 8, 5, 7, 1];

    #[test]
    fn places_count_from_each_number_s_first_digit() {
        let at = |offset| Placement::Places { digits_from: 3, offset }.positions(&TOKENS);
        assert_eq!(at(0), [1, 2, 0, 1, 2, 3, 0, 1, 2, 3, 0]);
        assert_eq!(at(5), [6, 7, 0, 6, 7, 8, 0, 6, 7, 8, 0]);
    }

    #[test]
    fn training_moves_all_numbers_alike_and_keeps_them_within_the_table() {
        assert_eq!(in_training(&TOKENS, 10, 3, 0), Placement::Places { digits_from: 3, offset: 0 });
        // Rows 7, 8 and 9 are the last three.
        assert_eq!(in_training(&TOKENS, 10, 3, u64::MAX), Placement::Places { digits_from: 3, offset: 6 });
        assert_eq!(in_training(&[0, 1], 10, 3, u64::MAX), Placement::Places { digits_from: 3, offset: 9 });
    }

    #[test]
    fn the_furthest_place_counts_digits_that_may_still_be_written() {
        let placement = Placement::Places { digits_from: 3, offset: 0 };
        assert_eq!(placement.furthest(&TOKENS[..7], 2).unwrap(), 3);
        assert_eq!(placement.furthest(&TOKENS[..7], 5).unwrap(), 5);
        assert_eq!(placement.furthest(&TOKENS[..8], 5).unwrap(), 6);
    }
}
