//! Programs of three operations by the search and by plain enumeration, which leaves nothing out, where there are few enough operations for that.

use super::*;

/// Inputs that tell positions and tokens apart.
const INPUTS: [&[i8]; 5] = [&[0, 1, 4, 0], &[5, 0, 1], &[1, 1, 0, 3], &[2, 2, 5], &[0, 3, 3, 5]];

/// The search finds what plain enumeration finds, and that begins with three operations. With two constants, aggregations have two defaults, which are looked at
/// together.
fn assert_three(operations: &str, targets: impl Fn(&[i8], usize) -> Option<i8>) {
    let space = Space::new(Operations::of_names(operations.split(' ')).unwrap(), [0, 1]);
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

/// The search finds what plain enumeration finds of a program of four lines, which some draw makes, and that no shorter one does the same.
fn assert_four(operations: &str, profile: Profile, draws: [u32; 4]) {
    let space = Space { profile, ..Space::new(Operations::of_names(operations.split(' ')).unwrap(), [0]) };
    let battery = planted(&space, 4, &draws, &INPUTS.map(<[i8]>::to_vec)).unwrap();
    assert_eq!(assert_same(&space, &battery, 4), Some(4), "{operations} {draws:?}");
}

#[test]
fn programs_of_four_operations_are_those_of_plain_enumeration() {
    for (operations, draws) in [
        ("- mean select<", [3116, 3304, 3572, 1983]),
        ("- mean select<", [3429, 27, 1008, 3535]),
        ("width min select<=", [147, 1942, 1588, 3150]),
        ("== if min select<=", [1683, 3975, 476, 544]),
    ] {
        assert_four(operations, Profile::Strict, draws);
    }
}

/// Five operations are too many for plain enumeration. The numbers are of a search that adds one line after another, and takes no last two lines at once.
#[test]
fn programs_of_five_operations_are_as_many_as_when_lines_are_added_one_by_one() {
    for (operations, draws, agreeing) in [
        ("- mean select<", [3206, 1843, 3317, 292, 1664], 3),
        ("- mean select<", [2559, 2116, 2305, 1775, 3957], 16),
        ("- mean select<", [2027, 2272, 488, 860, 2757], 75),
        ("- max select<", [4031, 3298, 3881, 1406, 2259], 30),
        ("* mean select<", [3444, 1044, 2838, 2003, 3142], 26),
    ] {
        let space = Space::new(Operations::of_names(operations.split(' ')).unwrap(), [0]);
        let battery = planted(&space, 5, &draws, &INPUTS.map(<[i8]>::to_vec)).unwrap();
        let of_size = |size| search(&space, &battery, size).1.agreeing;
        assert_eq!([of_size(4), of_size(5)], [0, agreeing], "{operations} {draws:?}");
    }
}
