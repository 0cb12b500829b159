//! The minimum-degree interpolator against a search over all monomials, and against what is known of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use proptest::prelude::*;
use tasks::minimum_degree::{MinimumDegree, SeenInputs};
use tasks::{TaskSpec, build};

fn bits_of(word: usize, bits: usize) -> Vec<i8> {
    (0..bits).map(|place| (word >> place & 1) as i8).collect()
}

/// Fits a partial function, which has an answer, or none, for each word.
fn fit(bits: usize, answers: &[Option<i8>]) -> MinimumDegree {
    let inputs: Vec<(Vec<i8>, i8)> =
        answers.iter().enumerate().filter_map(|(word, answer)| answer.map(|answer| (bits_of(word, bits), answer))).collect();
    let seen = SeenInputs::new("test", inputs.iter().map(|(bits, answer)| (&bits[..], *answer))).unwrap();
    MinimumDegree::fit("test", &seen).unwrap()
}

fn monomial(set: usize, word: usize) -> f64 {
    if (set & !word).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Solves `matrix x = right`, at least one solution of which exists: one solution, and a basis of those of `matrix x = 0`.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>, unknowns: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut pivots = Vec::new();
    for column in 0..unknowns {
        let row = (pivots.len()..matrix.len()).max_by(|&one, &other| matrix[one][column].abs().total_cmp(&matrix[other][column].abs()));
        let Some(row) = row.filter(|&row| matrix[row][column].abs() > 1e-9) else { continue };
        let top = pivots.len();
        matrix.swap(top, row);
        right.swap(top, row);
        for other in (0..matrix.len()).filter(|&other| other != top) {
            let factor = matrix[other][column] / matrix[top][column];
            let subtracted: Vec<f64> = matrix[other].iter().zip(&matrix[top]).map(|(left, right)| left - factor * right).collect();
            matrix[other] = subtracted;
            right[other] -= factor * right[top];
        }
        pivots.push(column);
    }
    let mut solution = vec![0.0; unknowns];
    for (row, &column) in pivots.iter().enumerate() {
        solution[column] = right[row] / matrix[row][column];
    }
    let free = (0..unknowns).filter(|column| !pivots.contains(column));
    let kernel = free.map(|free| {
        let mut vector = vec![0.0; unknowns];
        vector[free] = 1.0;
        for (row, &column) in pivots.iter().enumerate() {
            vector[column] = -matrix[row][free] / matrix[row][column];
        }
        vector
    });
    (solution, kernel.collect())
}

/// The coefficients of least degree profile, by its definition: all interpolating coefficients are an affine space, which is cut, from the
/// highest degree down, to where the energy of the degree is least.
fn brute_force(bits: usize, answers: &[Option<i8>]) -> Vec<f64> {
    let monomials = 1 << bits;
    let seen: Vec<(usize, f64)> =
        answers.iter().enumerate().filter_map(|(word, answer)| answer.map(|bit| (word, f64::from(2 * bit - 1)))).collect();
    let matrix = seen.iter().map(|&(word, _)| (0..monomials).map(|set| monomial(set, word)).collect()).collect();
    let (mut point, mut space) = solve(matrix, seen.iter().map(|&(_, answer)| answer).collect(), monomials);
    for degree in (0..=bits as u32).rev() {
        let sets: Vec<usize> = (0..monomials).filter(|set| set.count_ones() == degree).collect();
        let dot = |one: &[f64], other: &[f64]| sets.iter().map(|&set| one[set] * other[set]).sum::<f64>();
        let normal = space.iter().map(|one| space.iter().map(|other| dot(one, other)).collect()).collect();
        let (steps, unmoved) = solve(normal, space.iter().map(|vector| -dot(vector, &point)).collect(), space.len());
        let combine = |factors: &[f64], set: usize| factors.iter().zip(&space).map(|(factor, vector)| factor * vector[set]).sum::<f64>();
        point = (0..monomials).map(|set| point[set] + combine(&steps, set)).collect();
        space = unmoved.iter().map(|factors| (0..monomials).map(|set| combine(factors, set)).collect()).collect();
    }
    assert!(space.is_empty(), "there is one such function");
    point
}

/// Partial functions of up to four bits, with an answer at least once.
fn partial_functions() -> impl Strategy<Value = (usize, Vec<Option<i8>>)> {
    let answers = |bits: usize| (Just(bits), prop::collection::vec(prop::option::of(0_i8..=1), 1 << bits));
    (1_usize..=4).prop_flat_map(answers).prop_filter("something is seen", |(_, answers)| answers.iter().any(Option::is_some))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn it_is_what_a_search_over_all_monomials_finds((bits, answers) in partial_functions()) {
        let (found, coefficients) = (fit(bits, &answers), brute_force(bits, &answers));
        for word in 0..1 << bits {
            let wanted: f64 = (0..1 << bits).map(|set| coefficients[set] * monomial(set, word)).sum();
            let prediction = found.predict("test", &bits_of(word, bits)).unwrap();
            prop_assert!((prediction.value - wanted).abs() < 1e-7, "at {word:b} {} is not {wanted}", prediction.value);
            let bit = if wanted.abs() < 1e-7 { None } else { Some(i8::from(wanted > 0.0)) };
            prop_assert_eq!(prediction.bit, bit);
        }
        for degree in 0..=bits {
            let of_degree = (0..1_usize << bits).filter(|set| set.count_ones() as usize == degree);
            let wanted: f64 = of_degree.map(|set| coefficients[set] * coefficients[set]).sum();
            let energy = found.energies().get(degree).copied().unwrap_or(0.0);
            prop_assert!((energy - wanted).abs() < 1e-7, "degree {degree} has energy {energy}, not {wanted}");
        }
    }

    #[test]
    fn what_is_seen_is_reproduced_whole_functions_among_it(bits in 1_usize..=5, seed in any::<u64>(), whole in any::<bool>()) {
        let mut rng = tasks::random::stream(seed, "test", bits as u64);
        let answers: Vec<Option<i8>> = (0..1 << bits)
            .map(|word| (whole || word == 0 || tasks::random::below(&mut rng, 3) == 0).then(|| tasks::random::below(&mut rng, 2) as i8))
            .collect();
        let found = fit(bits, &answers);
        for (word, answer) in answers.iter().enumerate().filter(|(_, answer)| answer.is_some()) {
            prop_assert_eq!(found.predict("test", &bits_of(word, bits)).unwrap().bit, *answer);
        }
    }

    /// Zhou et al. 2023, the lemmas of section 6.
    #[test]
    fn a_bit_that_never_changes_is_ignored((bits, answers) in partial_functions(), place in 0_usize..5, constant in 0_usize..=1) {
        let place = place.min(bits);
        let widen = |word: usize, bit: usize| word >> place << (place + 1) | bit << place | word & ((1 << place) - 1);
        let mut wider = vec![None; 2 << bits];
        for (word, &answer) in answers.iter().enumerate() {
            wider[widen(word, constant)] = answer;
        }
        let (narrow, wide) = (fit(bits, &answers), fit(bits + 1, &wider));
        prop_assert!(wide.constant_bits().contains(&(place + 1)));
        for word in 0..1 << bits {
            let wanted = narrow.predict("test", &bits_of(word, bits)).unwrap();
            for bit in 0..=1 {
                prop_assert_eq!(wide.predict("test", &bits_of(widen(word, bit), bits + 1)).unwrap(), wanted);
            }
        }
    }
}

#[test]
fn the_parity_of_constant_bits_is_not_learned() {
    // The parity of four bits, of which the last two are always 1: what is seen is the parity of the first two.
    let parity = |word: usize| (word.count_ones() % 2) as i8;
    let answers: Vec<Option<i8>> = (0..16).map(|word| (word >> 2 == 3).then(|| parity(word))).collect();
    let found = fit(4, &answers);
    assert_eq!((found.degree(), found.constant_bits()), (2, vec![3, 4]));
    assert_eq!(found.predict("test", &[1, 0, 0, 1]).unwrap().bit, Some(1), "the parity of all four is 0");
}

#[test]
fn what_is_seen_may_leave_a_tie() {
    // Both bits seen equal: half of each is the simplest, and where they differ it says nothing.
    let found = fit(2, &[Some(0), None, None, Some(1)]);
    let prediction = found.predict("test", &[0, 1]).unwrap();
    assert_eq!((prediction.value, prediction.bit, found.degree()), (0.0, None, 1));
}

#[test]
fn the_conjunction_seen_with_its_zero_in_fifteen_places_is_wrong_in_the_other_five() {
    let task = build(&TaskSpec { name: "boolean-and-fixed".to_owned(), alphabet: None }).unwrap();
    let seen = SeenInputs::draw(&*task, 1..=15, 0).unwrap();
    assert_eq!((seen.len(), seen.bits()), (16, 20));
    let found = MinimumDegree::fit("boolean-and-fixed", &seen).unwrap();
    assert_eq!((found.degree(), found.constant_bits()), (1, vec![16, 17, 18, 19, 20]));
    // f(x) = x1 + ... + x15 - 14, by hand: each changed bit takes away 2.
    assert!((found.energies()[0] - 196.0).abs() < 1e-9 && (found.energies()[1] - 15.0).abs() < 1e-9, "{:?}", found.energies());
    for place in 0..20 {
        let mut bits = [1; 20];
        bits[place] = 0;
        assert_eq!(seen.contains(&bits), place < 15);
        let (bit, value) = if place < 15 { (0, -1.0) } else { (1, 1.0) };
        let prediction = found.predict("boolean-and-fixed", &bits).unwrap();
        assert!(prediction.bit == Some(bit) && (prediction.value - value).abs() < 1e-9, "{place}: {prediction:?}");
    }
}

#[test]
fn parity_needs_a_monomial_of_all_bits() {
    let parity = build(&TaskSpec { name: "parity".to_owned(), alphabet: None }).unwrap();
    let seen = SeenInputs::draw(&*parity, 6..=6, 0).unwrap();
    assert_eq!(seen.len(), 64, "every input of six bits");
    let found = MinimumDegree::fit("parity", &seen).unwrap();
    assert!(found.degree() == 6 && (found.energies()[6] - 1.0).abs() < 1e-9 && found.constant_bits().is_empty());
}

#[test]
fn what_is_no_boolean_function_is_refused() {
    let drawn = |name: &str, lengths| {
        let task = build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap();
        SeenInputs::draw(&*task, lengths, 0).unwrap_err().to_string()
    };
    let given = |inputs: &[([i8; 2], i8)]| {
        SeenInputs::new("mine", inputs.iter().map(|(bits, answer)| (&bits[..], *answer))).unwrap_err().to_string()
    };
    let refused = [
        drawn("sort", 2..=5),
        drawn("boolean-and", 1..=5),
        drawn("boolean-and", 65..=65),
        drawn("boolean-and-fixed", 20..=21),
        drawn("parity", 10..=10),
        given(&[]),
        given(&[([0, 1], 0), ([0, 1], 1)]),
        given(&[([0, 2], 0)]),
    ];
    insta::assert_snapshot!(refused.join("\n"));
}
