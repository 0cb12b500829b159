//! Mode and parity, with and without scratchpads, against other definitions; and their distributions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use tasks::{Example, SEP, Task, TaskSpec, build, random};

fn task(name: &str, alphabet: Option<usize>) -> Arc<dyn Task> {
    build(&TaskSpec { name: name.to_owned(), alphabet }).unwrap()
}

fn draw(task: &dyn Task, length: usize, seed: u64) -> Example {
    task.sample(length, &mut random::stream(seed, "test", length as u64)).unwrap()
}

fn draws(name: &str, alphabet: Option<usize>, length: usize, count: usize) -> Vec<Example> {
    let task = task(name, alphabet);
    let mut rng = random::stream(0, "test", length as u64);
    (0..count).map(|_| task.sample(length, &mut rng).unwrap()).collect()
}

/// The words of the answer, without the end token.
fn words(task: &dyn Task, example: &Example) -> Vec<String> {
    let shown = task.vocabulary().show(&example.answer);
    shown.strip_suffix(" eos").unwrap().split(' ').map(str::to_owned).collect()
}

fn data(example: &Example) -> &[i8] {
    let [data @ .., SEP] = &example.prompt[..] else { panic!("no separator") };
    data
}

fn counts(data: &[i8]) -> BTreeMap<i8, usize> {
    data.iter().fold(BTreeMap::new(), |mut counts, &token| {
        *counts.entry(token).or_default() += 1;
        counts
    })
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
fn mode_draws_five_symbols_and_breaks_ties_anywhere() {
    let (mut all_alike, mut single_at, mut answers) = (0, [0; 3], [0; 52]);
    for example in draws("mode", None, 3, 25_000) {
        let data = data(&example);
        answers[example.answer[0] as usize] += 1;
        match data.iter().position(|&token| token != example.answer[0]) {
            None => all_alike += 1,
            Some(place) => single_at[place] += 1,
        }
    }
    // Three draws from five symbols are alike with probability 1/25; three different ones become a pair and a single one.
    assert!((850..1_150).contains(&all_alike), "{all_alike}");
    assert_uniform(&single_at);
    assert_uniform(&answers);
    let symbols = draws("mode", None, 60, 200).iter().map(|example| counts(data(example)).len()).max();
    assert_eq!(symbols, Some(5));
}

#[test]
fn ties_of_long_prompts_are_broken_by_one_token() {
    // Two symbols among 4 tokens: without the change a tie of 2 and 2 would come in some of these.
    for example in draws("mode", Some(5), 4, 3_000) {
        let mut sizes: Vec<usize> = counts(data(&example)).into_values().collect();
        sizes.sort_unstable();
        assert!([&[4][..], &[1, 3], &[1, 1, 2]].contains(&&sizes[..]), "{sizes:?}");
    }
}

#[test]
fn the_longest_scratchpad_counts_to_sixty_eight() {
    let task = task("mode-scratchpad-sorted", None);
    let prompt: Vec<i8> = std::iter::repeat_n(51, 68).chain([SEP]).collect();
    assert_eq!(task.vocabulary().show(&task.answer(&prompt).unwrap()), "x68 51 51 eos");
    assert_eq!(task.vocabulary().len(), 122);
}

#[test]
fn hints_of_bits_are_a_uniform_slice_and_bits_are_fair() {
    let (mut firsts, mut ones) = ([0; 6], 0);
    for example in draws("parity-hints", Some(20), 15, 3_000) {
        firsts[(example.prompt[0] - 11) as usize] += 1;
        ones += example.prompt.iter().filter(|&&token| token == 1).count();
    }
    assert_uniform(&firsts);
    // Binomial: 22,500 with standard deviation 106.
    assert!((22_000..23_000).contains(&ones), "{ones}");
}

#[test]
fn the_fixed_conjunction_has_its_zero_where_its_length_says() {
    for length in [1, 15, 16, 20] {
        let mut all_ones = 0;
        for example in draws("boolean-and-fixed", None, length, 1_000) {
            let zeros: Vec<usize> = (0..20).filter(|&place| example.prompt[place] == 0).collect();
            assert!(zeros.is_empty() || zeros == [length - 1]);
            assert_eq!(example.answer[0] == 1, zeros.is_empty());
            all_ones += usize::from(zeros.is_empty());
        }
        // Binomial: 500 with standard deviation 16.
        assert!((420..580).contains(&all_ones), "{all_ones}");
    }
}

proptest! {
    #[test]
    fn mode_is_the_one_longest_run_of_the_sorted_tokens(alphabet in 5_usize..=120, length in 1_usize..=300, seed: u64) {
        let example = draw(&*task("mode", Some(alphabet)), length, seed);
        let mut sorted = data(&example).to_vec();
        prop_assert_eq!(sorted.len(), length);
        sorted.sort_unstable();
        let longest = sorted.chunk_by(|one, next| one == next).map(<[i8]>::len).max();
        let longest: Vec<&[i8]> = sorted.chunk_by(|one, next| one == next).filter(|run| Some(run.len()) == longest).collect();
        prop_assert_eq!(longest.len(), 1);
        prop_assert_eq!(longest[0][0], example.answer[0]);
        prop_assert!(sorted.iter().collect::<BTreeSet<_>>().len() <= 5);
        prop_assert!(sorted.iter().all(|&token| (0..alphabet as i8).contains(&token)));
    }

    #[test]
    fn scratchpads_count_every_token_in_their_order(length in 1_usize..=68, seed: u64) {
        for name in ["mode-scratchpad-sorted", "mode-scratchpad-ordered"] {
            let task = task(name, None);
            let example = draw(&*task, length, seed);
            let data = data(&example);
            let words = words(&*task, &example);
            let (answer, scratchpad) = words.split_last().unwrap();
            let pairs: Vec<(usize, i8)> = scratchpad.chunks(2).map(|pair| {
                let [token, count] = if name.ends_with("sorted") { [&pair[1], &pair[0]] } else { [&pair[0], &pair[1]] };
                (count.strip_prefix('x').unwrap().parse().unwrap(), token.parse().unwrap())
            }).collect();
            prop_assert_eq!(pairs.iter().map(|&(count, token)| (token, count)).collect::<BTreeMap<_, _>>(), counts(data));
            if name.ends_with("sorted") {
                prop_assert!(pairs.is_sorted_by(|one, next| one < next));
            } else {
                let first = |token| data.iter().position(|&other| other == token);
                prop_assert!(pairs.is_sorted_by_key(|&(_, token)| first(token)));
            }
            prop_assert_eq!(answer, &pairs.iter().max().unwrap().1.to_string());
        }
    }

    #[test]
    fn parity_hints_name_the_ones_and_alternate(length in 1_usize..=110, seed: u64) {
        let task = task("parity-hints", Some(110));
        let example = draw(&*task, length, seed);
        let pairs: Vec<&[i8]> = data(&example).chunks(2).collect();
        prop_assert_eq!(pairs.len(), length);
        prop_assert!(pairs.windows(2).all(|two| two[0][0] + 1 == two[1][0]));
        let words = words(&*task, &example);
        let of_ones: Vec<String> = pairs.iter().filter(|pair| pair[1] == 1).map(|pair| pair[0].to_string()).collect();
        prop_assert_eq!(words.iter().skip(1).step_by(2).cloned().collect::<Vec<_>>(), &of_ones[..]);
        for (ones, parity) in words.iter().step_by(2).enumerate() {
            prop_assert_eq!(parity, if ones % 2 == 0 { "even" } else { "odd" });
        }
        // An answer ends with a parity, that of all ones.
        prop_assert_eq!(words.len(), 2 * of_ones.len() + 1);
    }

    #[test]
    fn parity_mod10_writes_the_last_digit_of_the_number_of_ones(bits in prop::collection::vec(0_i8..=1, 1..300)) {
        let task = task("parity-mod10", None);
        let answer = task.answer(&[&bits[..], &[SEP]].concat()).unwrap();
        let ones: i32 = bits.iter().copied().map(i32::from).sum();
        let last_digit = ones.to_string().pop().unwrap();
        let parity = last_digit.to_digit(10).unwrap() % 2;
        prop_assert_eq!(task.vocabulary().show(&answer), format!("{last_digit} comma {parity} eos"));
    }

    #[test]
    fn reversing_twice_gives_the_tokens_back(length in 1_usize..=100, seed: u64) {
        for name in ["reverse-unique", "reverse-repeat"] {
            let task = task(name, None);
            let example = draw(&*task, length, seed);
            let mut backwards = example.answer.clone();
            *backwards.last_mut().unwrap() = SEP;
            let twice = task.answer(&backwards).unwrap();
            prop_assert_eq!(data(&example), &twice[..length]);
            prop_assert_eq!(example.prompt[0], example.answer[length - 1]);
            let distinct = counts(data(&example)).len() == length;
            prop_assert!(distinct || name == "reverse-repeat");
        }
    }
}
