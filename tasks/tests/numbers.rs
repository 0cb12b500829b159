//! Additions and increments, against arithmetic on whole numbers; and their distributions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::sync::Arc;

use proptest::prelude::*;
use tasks::{EOS, Example, PLUS, SEP, Task, TaskSpec, build, random};

const ADDITIONS: [&str; 4] = ["addition", "addition-reverse", "addition-hints", "addition-reverse-hints"];

fn task(name: &str) -> Arc<dyn Task> {
    build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap()
}

fn draws(name: &str, distribution: &str, length: usize, count: usize) -> Vec<Example> {
    let task = task(name);
    let mut rng = random::stream(0, "test", length as u64);
    (0..count).map(|_| task.sample_as(distribution, length, &mut rng).unwrap()).collect()
}

/// A number as written, most significant digit first: hints, digits.
fn read(tokens: &[i8]) -> (Vec<i8>, u128) {
    let (hints, digits): (Vec<i8>, Vec<i8>) = tokens.iter().partition(|&&token| token > 10);
    (hints, digits.iter().fold(0, |number, &digit| 10 * number + u128::try_from(digit).unwrap()))
}

/// Both numbers of a prompt of addition, as written.
fn numbers(prompt: &[i8]) -> [&[i8]; 2] {
    let [prompt @ .., SEP] = prompt else { panic!("no separator") };
    let plus = prompt.iter().position(|&token| token == PLUS).unwrap();
    [&prompt[..plus], &prompt[plus + 1..]]
}

fn summands(example: &Example) -> [u128; 2] {
    numbers(&example.prompt).map(|number| read(number).1)
}

/// Whether each place, from the right, carries.
fn carries([first, second]: [u128; 2], digits: usize) -> Vec<bool> {
    (1..=digits as u32).map(|place| first % 10_u128.pow(place) + second % 10_u128.pow(place) >= 10_u128.pow(place)).collect()
}

fn digits_of(number: u128) -> usize {
    number.to_string().len()
}

/// Fails where counts differ from equal ones by more than chance explains: the bound is five standard deviations of chi-squared.
fn assert_uniform(counts: &[usize]) {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    assert!(expected >= 20.0, "too few draws");
    let chi_squared: f64 = counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum();
    let freedom = counts.len() as f64 - 1.0;
    assert!(chi_squared < freedom + 5.0 * (2.0 * freedom).sqrt(), "{counts:?}");
}

#[test]
fn one_of_the_standard_summands_is_as_long_as_asked_and_the_other_of_uniform_length() {
    let (mut shorter, mut longer_is_first) = ([0; 4], [0; 2]);
    for example in draws("addition", "standard", 4, 8_000) {
        let [first, second] = summands(&example).map(digits_of);
        assert_eq!(first.max(second), 4);
        shorter[first.min(second) - 1] += 1;
        if first != second {
            longer_is_first[usize::from(first > second)] += 1;
        }
    }
    assert_uniform(&shorter);
    assert_uniform(&longer_is_first);
}

#[test]
fn standard_summands_are_uniform_among_those_of_their_lengths() {
    let mut pairs = [0; 100];
    for example in draws("addition", "standard", 1, 10_000) {
        let [first, second] = summands(&example);
        pairs[(10 * first + second) as usize] += 1;
    }
    assert_uniform(&pairs);
    let mut of_two_digits = [0; 90];
    for example in draws("addition", "standard", 2, 10_000) {
        of_two_digits[summands(&example).iter().max().unwrap().saturating_sub(10) as usize] += usize::from(example_has_one_digit(&example));
    }
    assert_uniform(&of_two_digits);
}

fn example_has_one_digit(example: &Example) -> bool {
    summands(example).iter().any(|&number| number < 10)
}

#[test]
fn balanced_chains_have_uniform_lengths_and_places() {
    const DIGITS: usize = 5;
    let (mut lengths, mut starts_of_two) = ([0; DIGITS + 1], [0; DIGITS - 1]);
    for example in draws("addition", "balanced-carry", DIGITS, 12_000) {
        let [first, second] = summands(&example);
        assert_eq!(digits_of(first), DIGITS);
        let carries = carries([first, second], DIGITS);
        let length = carries.iter().filter(|&&carry| carry).count();
        lengths[length] += 1;
        let Some(start) = carries.iter().position(|&carry| carry) else { continue };
        assert!(carries[start..start + length].iter().all(|&carry| carry), "more than one chain in {first} + {second}");
        let digit = |number: u128, place: usize| number / 10_u128.pow(place as u32) % 10;
        assert!((start + 1..start + length).all(|place| digit(first, place) + digit(second, place) == 9));
        if length == 2 {
            starts_of_two[start] += 1;
        }
    }
    assert_uniform(&lengths);
    assert_uniform(&starts_of_two);
}

/// All pairs of a first number of two digits and a second that make one chain of one place, at the right.
#[test]
fn balanced_summands_are_what_their_documentation_says() {
    let mut second_at = vec![vec![0; 100]; 100];
    for example in draws("addition", "balanced-carry", 2, 120_000) {
        let [first, second] = summands(&example);
        if carries([first, second], 2) == [true, false] {
            second_at[first as usize][second as usize] += 1;
        }
    }
    let firsts: Vec<usize> = second_at.iter().map(|seconds| seconds.iter().sum()).collect();
    let possible = (10..90).filter(|first| first % 10 != 0);
    assert_eq!(firsts.iter().filter(|&&count| count > 0).count(), 8 * 9);
    assert_uniform(&possible.map(|first| firsts[first]).collect::<Vec<_>>());
    // 15 + 5 to 15 + 75, the last digit 5 to 9.
    let seconds: Vec<usize> = second_at[15].iter().copied().filter(|&count| count > 0).collect();
    assert_eq!(seconds.len(), 8 * 5);
}

#[test]
fn hard_chains_are_as_long_as_can_be() {
    for length in 1..=30 {
        for example in draws("addition-hints", "hard-carry", length, 30) {
            let [first, second] = summands(&example);
            assert_eq!(digits_of(first), length);
            assert!(carries([first, second], length).iter().all(|&carry| carry));
            assert!(first + second - 10_u128.pow(length as u32) < 9);
        }
    }
}

#[test]
fn slices_of_hints_are_uniform() {
    let task = build(&TaskSpec { name: "addition-hints".to_owned(), alphabet: Some(12) }).unwrap();
    let mut rng = random::stream(0, "test", 0);
    let mut largest = [0; 9];
    for _ in 0..4_500 {
        // Four hints, of 11 to 22.
        largest[(task.sample(3, &mut rng).unwrap().prompt[0] - 14) as usize] += 1;
    }
    assert_uniform(&largest);
}

#[test]
fn trailing_nines_are_of_uniform_number_where_they_are_balanced() {
    let mut nines = [0; 5];
    for example in draws("increment-reverse", "balanced-carry", 4, 5_000) {
        nines[example.prompt.iter().position(|&digit| digit != 9).unwrap()] += 1;
    }
    assert_uniform(&nines);
    let mut numbers = [0; 100];
    for example in draws("increment", "standard", 2, 9_000) {
        numbers[read(&example.prompt[..3]).1 as usize] += 1;
    }
    assert!(numbers[..10].iter().all(|&count| count == 0));
    assert_uniform(&numbers[10..]);
}

proptest! {
    #[test]
    fn sums_are_sums(name in prop::sample::select(&ADDITIONS[..]), length in 1_usize..=36, distribution in 0_usize..3, seed: u64) {
        let task = task(name);
        let distribution = task.distributions()[distribution];
        let example = task.sample_as(distribution, length, &mut random::stream(seed, "test", 0)).unwrap();
        let has_hints = name.ends_with("hints");
        let mut answer = example.answer[..example.answer.len() - 1].to_vec();
        if name.contains("reverse") {
            // A digit stays behind its hint.
            answer = answer.rchunks(if has_hints { 2 } else { 1 }).flatten().copied().collect();
        }
        let (hints, sum) = read(&answer);
        let [first, second] = numbers(&example.prompt).map(read);
        prop_assert_eq!(first.1 + second.1, sum);
        prop_assert_eq!(digits_of(first.1).max(digits_of(second.1)), length);
        prop_assert_eq!(&hints, &first.0);
        prop_assert_eq!(&hints, &second.0);
        prop_assert_eq!(hints.len(), if has_hints { length + 1 } else { 0 });
        prop_assert!(hints.windows(2).all(|two| two[0] == two[1] + 1));
        let width = if has_hints { 2 * (length + 1) } else { length + 1 };
        for number in [numbers(&example.prompt)[0], numbers(&example.prompt)[1], &answer] {
            prop_assert_eq!(number.len(), width);
            prop_assert!(!has_hints || number.iter().step_by(2).eq(&hints));
        }
    }

    #[test]
    fn the_order_of_summands_does_not_matter(length in 1_usize..=99, seed: u64) {
        for name in ADDITIONS {
            let example = task(name).sample(length, &mut random::stream(seed, "test", 0)).unwrap();
            let [first, second] = numbers(&example.prompt);
            prop_assert_eq!(task(name).answer(&[second, &[PLUS], first, &[SEP]].concat()).unwrap(), example.answer);
        }
    }

    #[test]
    fn increments_are_one_more(length in 1_usize..=36, distribution in 0_usize..2, seed: u64) {
        for name in ["increment", "increment-reverse"] {
            let task = task(name);
            let distribution = task.distributions()[distribution];
            let example = task.sample_as(distribution, length, &mut random::stream(seed, "test", 0)).unwrap();
            let (Some((&SEP, prompt)), Some((&EOS, answer))) = (example.prompt.split_last(), example.answer.split_last()) else {
                panic!("no separator or no end token: {example:?}")
            };
            let mut both = [prompt.to_vec(), answer.to_vec()];
            if name == "increment-reverse" {
                for number in &mut both {
 number.reverse();
 }
            }
            let [before, after] = both.map(|number| read(&number).1);
            prop_assert_eq!(before + 1, after);
            prop_assert_eq!(digits_of(before), length);
            prop_assert_eq!((prompt.len(), answer.len()), (length + 1, length + 1));
        }
    }
}
