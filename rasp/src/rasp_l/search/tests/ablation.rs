//! Programs of three operations by the search and by plain enumeration, which leaves nothing out, where there are few enough operations for that.

use super::*;

/// Inputs that tell positions and tokens apart.
const INPUTS: [&[i8]; 5] = [&[0, 1, 4, 0], &[5, 0, 1], &[1, 1, 0, 3], &[2, 2, 5], &[0, 3, 3, 5]];

/// The search finds what plain enumeration finds, and that begins with three operations.
fn assert_three(operations: &str, targets: impl Fn(&[i8], usize) -> Option<i8>) {
    let space = Space::new(Operations::of_names(operations.split(' ')).unwrap(), [0]);
    let sequences = INPUTS.map(|tokens| Sequence {
        tokens: tokens.to_vec(),
        targets: (0..tokens.len()).filter_map(|place| Some((place, targets(&tokens[..=place], place)?))).collect(),
    });
    assert_eq!(assert_same(&space, &battery(&sequences), 3), Some(3), "{operations}");
}

#[test]
fn two_places_back() {
    assert_three("step max select==", |tokens, place| Some(tokens[place.checked_sub(2)?]));
}

/// What stood before the first of the tokens equal to this one.
#[test]
fn the_predecessor_of_a_first_occurrence() {
    assert_three("step min select==", |tokens, place| {
        let first = tokens.iter().position(|token| *token == tokens[place])?;
        Some(if first == 0 { 0 } else { tokens[first - 1] })
    });
}

#[test]
fn three_times_the_largest() {
    assert_three("+ max select<=", |tokens, _| Some(3 * tokens.iter().max()?));
}

/// The largest token that came as often as this one when it came.
#[test]
fn the_largest_of_a_count() {
    assert_three("width max select==", |tokens, place| {
        let times = |place: usize| tokens[..=place].iter().filter(|token| **token == tokens[place]).count();
        let count = (0..=place).map(times).max()?;
        (0..=place).filter(|&other| times(other) == count).map(|other| tokens[other]).max()
    });
}

#[test]
fn a_token_less_twice_a_mean() {
    assert_three("- mean select<", |tokens, place| {
        let smaller: Vec<i8> = tokens.iter().copied().filter(|token| *token < tokens[place]).collect();
        let mean = if smaller.is_empty() { 0 } else { smaller.iter().sum::<i8>() / smaller.len() as i8 };
        Some(tokens[place] - 2 * mean)
    });
}
