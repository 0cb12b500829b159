//! What the generators draw: snapshots for the eye, laws for the rest.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use tasks::{EOS, Example, SEP, SOS, STANDARD, Task, TaskSpec, build, catalogue, random};

fn task(name: &str, alphabet: Option<usize>) -> Arc<dyn Task> {
    build(&TaskSpec { name: name.to_owned(), alphabet }).unwrap()
}

/// The longest length up to `most` that the task has.
fn longest(task: &dyn Task, most: usize) -> usize {
    task.length_limit().map_or(most, |limit| limit.min(most))
}

fn draw(task: &dyn Task, length: usize, seed: u64) -> Example {
    task.sample(length, &mut random::stream(seed, "test", length as u64)).unwrap()
}

/// The data of a prompt that ends with the separator, and the answer before its end token.
fn data_and_answer(example: &Example) -> (&[i8], &[i8]) {
    let ([data @ .., SEP], [answer @ .., EOS]) = (&example.prompt[..], &example.answer[..]) else {
        panic!("no separator or no end token: {example:?}")
    };
    (data, answer)
}

fn are_distinct(tokens: &[i8]) -> bool {
    tokens.iter().collect::<BTreeSet<_>>().len() == tokens.len()
}

/// A changed snapshot means a new version of the task.
#[test]
fn every_generator_draws_what_it_drew() {
    for entry in catalogue() {
        let task = task(entry.name, None);
        let mut shown = format!("{} version {}: {}\n", task.name(), task.version(), task.summary());
        writeln!(shown, "length counts {}, for example {}", task.unit(), task.format()).unwrap();
        for (length, examples) in [(1, 2), (2, 3), (5, 4), (12, 3)] {
            writeln!(shown, "\nlength {length}, at most {} tokens", task.tokens_max(length)).unwrap();
            let mut rng = random::stream(0, "snapshot", length as u64);
            for _ in 0..examples {
                writeln!(shown, "{}", task.sample(length, &mut rng).unwrap().show(task.vocabulary())).unwrap();
            }
        }
        for distribution in &task.distributions()[1..] {
            for length in [2, 5] {
                writeln!(shown, "\n{distribution}, length {length}").unwrap();
                let mut rng = random::stream(0, "snapshot", length as u64);
                for _ in 0..3 {
                    writeln!(shown, "{}", task.sample_as(distribution, length, &mut rng).unwrap().show(task.vocabulary())).unwrap();
                }
            }
        }
        insta::assert_snapshot!(entry.name, shown);
    }
}

#[test]
fn the_worked_examples_are_right() {
    for entry in catalogue() {
        let task = task(entry.name, None);
        let (prompt, answer) = entry.format.split_once(" => ").unwrap();
        let token = |name| (i8::MIN..=127).find(|&token| task.vocabulary().name(token) == Some(name)).unwrap();
        let prompt: Vec<i8> = prompt.split(' ').map(token).collect();
        assert_eq!(task.vocabulary().show(&task.answer(&prompt).unwrap()), answer, "{}", entry.name);
    }
}

#[test]
fn the_same_seed_gives_the_same_examples_and_another_seed_others() {
    for entry in catalogue() {
        let task = task(entry.name, None);
        let examples = |seed| (1..=longest(&*task, 40)).map(|length| draw(&*task, length, seed)).collect::<Vec<_>>();
        assert_eq!(examples(7), examples(7), "{}", entry.name);
        assert_ne!(examples(7), examples(8), "{}", entry.name);
    }
}

/// The tasks whose answers are not all equally long at a length.
const OF_VARYING_LENGTH: [&str; 3] = ["parity-hints", "mode-scratchpad-sorted", "mode-scratchpad-ordered"];

#[test]
fn answers_that_vary_in_length_are_as_long_as_they_may_be() {
    for name in OF_VARYING_LENGTH {
        let task = task(name, None);
        let tokens = |seed| {
            let example = draw(&*task, 7, seed);
            example.prompt.len() + example.answer.len()
        };
        assert_eq!((0..2_000).map(tokens).max(), Some(task.tokens_max(7)), "{name}");
        assert!((0..2_000).map(tokens).min() < Some(task.tokens_max(7)), "{name}");
    }
}

#[test]
fn the_standard_distribution_is_the_first_and_the_one_that_sample_draws_from() {
    for entry in catalogue() {
        let task = task(entry.name, None);
        assert_eq!(task.distributions()[0], STANDARD);
        let named = task.sample_as(STANDARD, 9, &mut random::stream(3, "test", 9)).unwrap();
        assert_eq!(named, draw(&*task, 9, 3), "{}", entry.name);
    }
}

#[test]
fn and_has_no_zero_half_of_the_time_and_else_one_anywhere() {
    let and = task("boolean-and", None);
    let mut rng = random::stream(0, "test", 0);
    let (mut all_ones, mut zeros_at) = (0, [0; 8]);
    for _ in 0..16_000 {
        let example = and.sample(8, &mut rng).unwrap();
        let (bits, _) = data_and_answer(&example);
        match bits.iter().filter(|&&bit| bit == 0).count() {
            0 => all_ones += 1,
            1 => zeros_at[bits.iter().position(|&bit| bit == 0).unwrap()] += 1,
            zeros => panic!("{zeros} zeros in {bits:?}"),
        }
    }
    // Binomial: 8,000 with standard deviation 63, and 1,000 with standard deviation 31.
    assert!((7_700..8_300).contains(&all_ones), "{all_ones}");
    assert!(zeros_at.iter().all(|count| (850..1_150).contains(count)), "{zeros_at:?}");
}

#[test]
fn count_starts_anywhere_that_fits() {
    let count = task("count", Some(20));
    let mut rng = random::stream(0, "test", 0);
    let mut starts = [0; 6];
    for _ in 0..6_000 {
        starts[usize::try_from(count.sample(15, &mut rng).unwrap().prompt[1]).unwrap()] += 1;
    }
    assert!(starts.iter().all(|count| (850..1_150).contains(count)), "{starts:?}");
}

#[test]
fn majority_of_two_bits_has_two_prompts() {
    let majority = task("binary-majority", None);
    let prompts: BTreeSet<_> = (0..100).map(|seed| draw(&*majority, 2, seed).prompt).collect();
    assert_eq!(prompts, BTreeSet::from([vec![0, 0, SEP], vec![1, 1, SEP]]));
}

proptest! {
    #[test]
    fn examples_fit_the_vocabulary_and_tokens_max_and_answer_agrees(
        idx in 0..catalogue().len(), length in 1_usize..=100, seed: u64,
    ) {
        let task = task(catalogue()[idx].name, None);
        let length = length.min(longest(&*task, 100));
        for distribution in task.distributions() {
            let example = task.sample_as(distribution, length, &mut random::stream(seed, "test", 0)).unwrap();
            prop_assert!(task.vocabulary().encode(&example.prompt).is_ok());
            prop_assert!(task.vocabulary().encode(&example.answer).is_ok());
            let tokens = example.prompt.len() + example.answer.len();
            if OF_VARYING_LENGTH.contains(&task.name()) {
                prop_assert!(tokens <= task.tokens_max(length));
            } else {
                prop_assert_eq!(tokens, task.tokens_max(length));
            }
            prop_assert_eq!(example.answer.iter().position(|&token| token == EOS), Some(example.answer.len() - 1));
            prop_assert_eq!(task.answer(&example.prompt).unwrap(), example.answer);
        }
    }

    #[test]
    fn sort_is_an_increasing_permutation_of_distinct_tokens((alphabet, length) in alphabet_and_length(), seed: u64) {
        let example = draw(&*task("sort", Some(alphabet)), length, seed);
        let (data, answer) = data_and_answer(&example);
        prop_assert!(answer.is_sorted_by(|one, next| one < next));
        prop_assert_eq!(data.iter().collect::<BTreeSet<_>>(), answer.iter().collect::<BTreeSet<_>>());
        prop_assert_eq!(data.len(), length);
        prop_assert_eq!(answer.len(), length);
    }

    #[test]
    fn sort_repeat_has_each_token_as_often_and_none_before_a_smaller_one(alphabet in 2_usize..=120, length in 1_usize..=300, seed: u64) {
        let example = draw(&*task("sort-repeat", Some(alphabet)), length, seed);
        let (data, answer) = data_and_answer(&example);
        prop_assert!(data.iter().all(|&token| (0..alphabet as i8).contains(&token)));
        prop_assert_eq!(data.len(), length);
        prop_assert!(answer.is_sorted());
        let times = |tokens: &[i8], token| tokens.iter().filter(|&&other| other == token).count();
        prop_assert!((0..alphabet as i8).all(|token| times(data, token) == times(answer, token)));
    }

    #[test]
    fn copy_unique_repeats_distinct_tokens((alphabet, length) in alphabet_and_length(), seed: u64) {
        let example = draw(&*task("copy-unique", Some(alphabet)), length, seed);
        let (data, answer) = data_and_answer(&example);
        prop_assert!(are_distinct(data));
        prop_assert_eq!(data.len(), length);
        prop_assert_eq!(data, answer);
    }

    #[test]
    fn copy_repeat_repeats_tokens_of_its_alphabet(alphabet in 2_usize..=120, length in 1_usize..=300, seed: u64) {
        let example = draw(&*task("copy-repeat", Some(alphabet)), length, seed);
        let (data, answer) = data_and_answer(&example);
        prop_assert!(data.iter().all(|&token| (0..alphabet as i8).contains(&token)));
        prop_assert_eq!(data.len(), length);
        prop_assert_eq!(data, answer);
    }

    #[test]
    fn count_goes_up_by_one_from_the_first_to_the_second((alphabet, length) in alphabet_and_length(), seed: u64) {
        let example = draw(&*task("count", Some(alphabet)), length, seed);
        let answer = &example.answer[..length];
        prop_assert!(answer.windows(2).all(|pair| pair[1] == pair[0] + 1));
        prop_assert_eq!(&example.prompt, &[SOS, answer[0], answer[length - 1], SEP]);
        prop_assert_eq!(&example.answer[length..], &[EOS]);
    }

    #[test]
    fn majority_is_the_bit_in_the_middle_of_the_sorted_bits(length in 1_usize..=300, seed: u64) {
        let example = draw(&*task("binary-majority", None), length, seed);
        let (data, answer) = data_and_answer(&example);
        let mut sorted = data.to_vec();
        sorted.sort_unstable();
        prop_assert_eq!(sorted.len(), length);
        // Without a tie both middles of an even number of bits agree.
        prop_assert_eq!(sorted[(length - 1) / 2], sorted[length / 2]);
        prop_assert_eq!(answer, &[sorted[length / 2]]);
    }

    #[test]
    fn and_is_the_product_of_the_bits(bits in prop::collection::vec(0_i8..=1, 1..200)) {
        let product = bits.iter().product();
        prop_assert_eq!(answer("boolean-and", &bits), [product, EOS]);
    }

    #[test]
    fn parity_of_a_concatenation_is_the_exclusive_or(
        left in prop::collection::vec(0_i8..=1, 1..200), right in prop::collection::vec(0_i8..=1, 1..200),
    ) {
        let whole = answer("parity", &[left.clone(), right.clone()].concat());
        prop_assert_eq!(whole[0], answer("parity", &left)[0] ^ answer("parity", &right)[0]);
        prop_assert_eq!(answer("parity", &left)[0], left.iter().map(|&bit| i32::from(bit)).sum::<i32>() as i8 % 2);
    }
}

fn answer(name: &str, bits: &[i8]) -> Vec<i8> {
    task(name, None).answer(&[bits, &[SEP]].concat()).unwrap()
}

fn alphabet_and_length() -> impl Strategy<Value = (usize, usize)> {
    (1_usize..=120).prop_flat_map(|alphabet| (Just(alphabet), 1..=alphabet))
}
