//! `coupled`: a learned vector per place, where tokens of one significance share a place, added to the token's (Cho et al. 2024,
//! <https://arxiv.org/abs/2405.20671>). Which tokens these are only the task knows, so places come from outside; place 0 belongs to tokens that have none. (In the
//! paper these have positions too.)
//!
//! In training: all places but 0 are shifted by an offset, uniform over all that keep them within the table.
//!
//! At evaluation: places from 1 on. What is written beyond the last place stands at the table's last.

use super::{Placement, below};

/// Tokens at these places, shifted by a random number, or at evaluation not at all.
pub(super) fn place(places: &[usize], rows: usize, random: Option<u64>) -> Placement {
    let most = places.iter().copied().max().unwrap_or(0);
    let offset = random.map_or(0, |random| below(random, rows.saturating_sub(1 + most) + 1));
    let within = |place: usize| if place == 0 { 0 } else { (place + offset).min(rows - 1) };
    Placement::At(places.iter().map(|&place| within(place) as u32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `7 3 sep 7 3 eos`.
    const PLACES: [usize; 6] = [1, 2, 0, 1, 2, 3];

    #[test]
    fn training_moves_all_places_alike_and_keeps_them_within_the_table() {
        assert_eq!(place(&PLACES, 9, None), Placement::At(vec![1, 2, 0, 1, 2, 3]));
        assert_eq!(place(&PLACES, 9, Some(0)), Placement::At(vec![1, 2, 0, 1, 2, 3]));
        // Rows 6, 7 and 8 are the last three.
        assert_eq!(place(&PLACES, 9, Some(u64::MAX)), Placement::At(vec![6, 7, 0, 6, 7, 8]));
        assert_eq!(place(&PLACES, 4, Some(u64::MAX)), Placement::At(vec![1, 2, 0, 1, 2, 3]));
    }

    #[test]
    fn what_is_written_beyond_the_last_place_stands_at_the_table_s_last() {
        assert_eq!(place(&[1, 2, 0, 1, 2, 3, 4, 5], 4, None), Placement::At(vec![1, 2, 0, 1, 2, 3, 3, 3]));
    }
}
