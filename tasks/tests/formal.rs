//! The tasks beyond the paper: their answers by definitions of another kind, and how their examples are distributed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use tasks::{EOS, SEP, Task, TaskSpec, build, random};

/// The languages: name, letters, letters of one unit of length, and a definition by text, each letter a digit.
type Definition = (&'static str, u8, usize, fn(&str) -> bool);
const LANGUAGES: [Definition; 11] = [
    ("tomita-1", 2, 1, |word| !word.contains('0')),
    ("tomita-2", 2, 1, |word| word == "10".repeat(word.len() / 2)),
    ("tomita-3", 2, 1, |word| !runs(word).windows(2).any(|pair| pair[0].starts_with('1') && pair.iter().all(|run| run.len() % 2 == 1))),
    ("tomita-4", 2, 1, |word| !word.contains("000")),
    ("tomita-5", 2, 1, |word| count(word, '0').is_multiple_of(2) && count(word, '1').is_multiple_of(2)),
    ("tomita-6", 2, 1, |word| count(word, '0').abs_diff(count(word, '1')).is_multiple_of(3)),
    ("tomita-7", 2, 1, |word| runs(word).len() <= if word.starts_with('0') { 4 } else { 3 }),
    ("dyck-1", 2, 2, |word| cancels(word.to_owned(), "10")),
    ("shuffle-dyck-2", 4, 2, |word| cancels(only(word, "02"), "20") && cancels(only(word, "13"), "31")),
    ("anbn", 2, 2, |word| word == format!("{}{}", "1".repeat(word.len() / 2), "0".repeat(word.len() / 2))),
    ("anbncn", 3, 3, |word| word == ["2", "1", "0"].map(|letter| letter.repeat(word.len() / 3)).concat()),
];

fn count(word: &str, letter: char) -> usize {
    word.chars().filter(|&other| other == letter).count()
}

fn only(word: &str, letters: &str) -> String {
    word.chars().filter(|&letter| letters.contains(letter)).collect()
}

/// The longest stretches of equal letters.
fn runs(word: &str) -> Vec<&str> {
    let starts: Vec<usize> = (0..=word.len()).filter(|&at| at == 0 || at == word.len() || word[at - 1..at] != word[at..=at]).collect();
    starts.windows(2).map(|ends| &word[ends[0]..ends[1]]).collect()
}

/// Whether nothing is left when the pair is struck out again and again.
fn cancels(mut word: String, pair: &str) -> bool {
    while word.contains(pair) {
        word = word.replace(pair, "");
    }
    word.is_empty()
}

fn task(name: &str) -> Arc<dyn Task> {
    build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap()
}

fn text(letters: &[i8]) -> String {
    letters.iter().map(|&letter| char::from(b'0' + letter.unsigned_abs())).collect()
}

fn answer(task: &dyn Task, data: &[i8]) -> Vec<i8> {
    task.answer(&[data, &[SEP]].concat()).unwrap()
}

/// Every word of so many letters.
fn words(alphabet: u8, letters: usize) -> impl Iterator<Item = Vec<i8>> {
    let alphabet = usize::from(alphabet);
    (0..alphabet.pow(u32::try_from(letters).unwrap())).map(move |mut code| {
        let mut letter = || {
            let letter = code % alphabet;
            code /= alphabet;
            letter as i8
        };
        (0..letters).map(|_| letter()).collect()
    })
}

/// How often each prompt is drawn, separator left out, by answer.
fn drawn(task: &dyn Task, length: usize, examples: usize) -> BTreeMap<i8, BTreeMap<String, usize>> {
    let mut rng = random::stream(0, "test", length as u64);
    let mut counts: BTreeMap<i8, BTreeMap<String, usize>> = BTreeMap::new();
    for _ in 0..examples {
        let example = task.sample(length, &mut rng).unwrap();
        let word = text(&example.prompt[..example.prompt.len() - 1]);
        *counts.entry(example.answer[0]).or_default().entry(word).or_default() += 1;
    }
    counts
}

/// Chi-squared less its degrees of freedom, in standard deviations.
fn misfit<'c>(counts: impl ExactSizeIterator<Item = &'c usize> + Clone) -> f64 {
    let kinds = counts.len() as f64;
    let mean = counts.clone().sum::<usize>() as f64 / kinds;
    let chi_squared: f64 = counts.map(|&count| (count as f64 - mean).powi(2) / mean).sum();
    (chi_squared - (kinds - 1.0)) / (2.0 * (kinds - 1.0)).sqrt().max(1.0)
}

#[test]
fn every_short_word_is_a_member_or_not_as_defined() {
    for (name, alphabet, unit, contains) in LANGUAGES {
        let task = task(name);
        let longest = if alphabet == 2 { 12 } else { 24 / usize::from(alphabet) };
        for letters in (unit..=longest).step_by(unit) {
            for word in words(alphabet, letters) {
                assert_eq!(answer(&*task, &word), [i8::from(contains(&text(&word))), EOS], "{name} {word:?}");
            }
        }
    }
}

#[test]
fn half_are_members_and_each_member_is_as_likely_and_every_other_word_comes() {
    for (name, alphabet, unit, contains) in LANGUAGES {
        let longest = if alphabet == 2 { 8 } else { 6 };
        for letters in (unit..=longest).step_by(unit) {
            let (members, others): (Vec<_>, Vec<_>) = words(alphabet, letters).map(|word| text(&word)).partition(|word| contains(word));
            let counts = drawn(&*task(name), letters / unit, 20_000);
            let share = |bit| counts.get(&bit).map_or(0, |words| words.values().sum::<usize>());
            let expected = match (members.len(), others.len()) {
                (0, _) => 0..=0,
                (_, 0) => 20_000..=20_000,
                // Binomial: 10,000 with standard deviation 71.
                _ => 9_700..=10_300,
            };
            assert!(expected.contains(&share(1)), "{name} of {letters} letters: {} members", share(1));
            if let Some(drawn) = counts.get(&1) {
                assert!(drawn.keys().eq(members.iter().collect::<std::collections::BTreeSet<_>>()), "{name} {drawn:?}");
                let misfit = misfit(drawn.values());
                assert!(misfit.abs() < 4.5, "{name} of {letters} letters: {misfit} standard deviations off in {drawn:?}");
            }
            // Where there are more words than 300, some would be missed by chance.
            if others.len() < 300 && !others.is_empty() {
                assert_eq!(counts[&0].len(), others.len(), "{name} of {letters} letters");
            }
        }
    }
}

/// How many words outside, of 1,000 examples of length 80, satisfy `holds`; and how many there are.
fn outside(name: &str, holds: impl Fn(&str) -> bool) -> (usize, usize) {
    let counts = drawn(&*task(name), 80, 1_000);
    let holding = counts[&0].iter().filter(|(word, _)| holds(word)).map(|(_, count)| count).sum();
    (holding, counts[&0].values().sum())
}

/// A language, what is true of words outside that are near it, and the least share of such words.
type NearMiss = (&'static str, fn(&str) -> bool, f64);

#[test]
fn many_words_outside_are_near_misses() {
    let balanced = |word: &str| count(word, '0') == count(word, '1');
    let cases: [NearMiss; 6] = [
        // Of the three ways exchange never leaves the language.
        ("tomita-1", |word| count(word, '0') == 1, 0.5),
        ("tomita-2", |word| runs(word).len() >= 76, 0.75),
        ("tomita-7", |word| runs(word).len() <= 8, 0.5),
        ("anbn", |word| runs(word).len() == 2, 0.22),
        ("anbn", |word| word.contains(&"1".repeat(79)) && word.contains(&"0".repeat(79)), 0.09),
        ("anbncn", |word| runs(word).len() == 3, 0.23),
    ];
    for (name, near, least) in cases {
        let (holding, of) = outside(name, near);
        assert!(holding as f64 > (least - 0.06) * of as f64, "{name}: {holding} of {of}");
    }
    let (holding, of) = outside("dyck-1", |word| balanced(word) && word.starts_with('1') && word.ends_with('0'));
    assert!(holding * 4 > of, "{holding} of {of}");
}

#[test]
fn members_far_beyond_training_lengths_are_members_and_differ() {
    for (name, _, unit, contains) in LANGUAGES {
        let counts = drawn(&*task(name), 1_000 / unit, 12);
        assert!(counts[&1].keys().all(|word| contains(word)), "{name}");
        assert!(counts[&0].keys().all(|word| !contains(word)), "{name}");
    }
}

/// Far beyond the lengths whose words can be listed: the share of ones in a word without 000 follows from the tribonacci constant.
#[test]
fn long_members_have_as_many_ones_as_uniform_ones() {
    let counts = drawn(&*task("tomita-4"), 2_000, 60);
    let (ones, letters) = counts[&1].keys().fold((0, 0), |(ones, letters), word| (ones + count(word, '1'), letters + word.len()));
    let root = 1.839_286_755_214_161_f64;
    // Blocks 1, 01 and 001 come with probabilities 1/r, 1/r^2 and 1/r^3.
    let letters_per_one = (1..=3).map(|letters| f64::from(letters) / root.powi(letters)).sum::<f64>();
    let share = ones as f64 / letters as f64;
    assert!((share - 1.0 / letters_per_one).abs() < 0.01, "{share} {letters_per_one}");
}

#[test]
fn instructions_of_flip_flop_come_as_often_as_they_should() {
    let task = task("flip-flop");
    let mut rng = random::stream(0, "test", 0);
    let mut counts: BTreeMap<(&str, i8), usize> = BTreeMap::new();
    for _ in 0..1_000 {
        let example = task.sample(11, &mut rng).unwrap();
        for pair in example.prompt[2..22].chunks(2) {
            *counts.entry((task.vocabulary().name(pair[0]).unwrap(), pair[1])).or_default() += 1;
        }
    }
    // Of 10,000 instructions: 500 of each with standard deviation 22, a read bit more; and 4,000 with 49.
    for (what, expected, slack) in [("write", 500, 100), ("read", 500, 130), ("ignore", 4_000, 220)] {
        for bit in [0, 1] {
            assert!(counts[&(what, bit)].abs_diff(expected) < slack, "{counts:?}");
        }
    }
}

proptest! {
    #[test]
    fn long_words_are_members_or_not_as_defined(idx in 0..LANGUAGES.len(), length in 1_usize..=60, seed: u64) {
        let (name, _, unit, contains) = LANGUAGES[idx];
        let example = task(name).sample(length, &mut random::stream(seed, "test", 0)).unwrap();
        let (word, end) = example.prompt.split_at(length * unit);
        prop_assert_eq!(end, &[SEP]);
        prop_assert_eq!(example.answer, [i8::from(contains(&text(word))), EOS]);
    }

    #[test]
    fn flip_flop_answers_what_stands_behind_the_last_write(length in 1_usize..=100, seed: u64) {
        let task = task("flip-flop");
        let example = task.sample(length, &mut random::stream(seed, "test", 0)).unwrap();
        let shown = task.vocabulary().show(&example.prompt);
        prop_assert_eq!(shown.split(' ').count(), 2 * length + 1);
        prop_assert!(shown.ends_with("read"));
        let (_, behind) = shown.rsplit_once("write ").unwrap();
        prop_assert_eq!(task.vocabulary().show(&example.answer), format!("{} eos", &behind[..1]));
        // All that is read behind it is that bit.
        prop_assert!(behind.split("read ").skip(1).all(|read| read[..1] == behind[..1]));
    }

    #[test]
    fn the_commonest_letter_is_commoner_than_any_other(length in 1_usize..=200, seed: u64) {
        let example = task("majority-26").sample(length, &mut random::stream(seed, "test", 0)).unwrap();
        let count = |letter| example.prompt.iter().filter(|&&other| other == letter).count();
        let winner = example.answer[0];
        prop_assert_eq!(example.prompt.len(), length + 1);
        prop_assert!((0..26).filter(|&letter| letter != winner).all(|letter| count(letter) < count(winner)));
    }

    #[test]
    fn interleaved_majorities_are_the_majorities_of_the_rows(length in 1_usize..=100, seed: u64) {
        let example = task("interleaved-majority").sample(length, &mut random::stream(seed, "test", 0)).unwrap();
        for row in 0..3 {
            let bits: Vec<i8> = (0..length).map(|place| example.prompt[3 * place + row]).collect();
            prop_assert_eq!(&answer(&*task("binary-majority"), &bits), &[example.answer[row], EOS]);
        }
    }

    #[test]
    fn sums_and_walks_of_a_concatenation_add_up(modulus in 2_usize..=120, seed: u64, cut in 1_usize..40) {
        for (name, alphabet) in [("modular-sum", Some(modulus)), ("cycle-navigation", None)] {
            let modulus = alphabet.unwrap_or(5) as i32;
            let task = build(&TaskSpec { name: name.to_owned(), alphabet }).unwrap();
            let example = task.sample(40, &mut random::stream(seed, "test", 0)).unwrap();
            let (left, right) = example.prompt[..40].split_at(cut);
            let sum = if right.is_empty() { 0 } else { i32::from(answer(&*task, right)[0]) } + i32::from(answer(&*task, left)[0]);
            prop_assert_eq!(i32::from(example.answer[0]), sum % modulus);
        }
    }

    #[test]
    fn a_walk_ends_as_far_on_as_it_has_more_steps_on_than_back(steps in prop::collection::vec(0_i8..3, 1..100)) {
        let count = |step| steps.iter().filter(|&&other| other == step).count() as i32;
        prop_assert_eq!(i32::from(answer(&*task("cycle-navigation"), &steps)[0]), (count(1) - count(2)).rem_euclid(5));
    }

    #[test]
    fn the_length_is_even_or_odd(alphabet in 1_usize..=120, length in 1_usize..=100, seed: u64) {
        let task = build(&TaskSpec { name: "aa-star".to_owned(), alphabet: Some(alphabet) }).unwrap();
        let example = task.sample(length, &mut random::stream(seed, "test", 0)).unwrap();
        prop_assert_eq!(example.prompt.len(), length + 1);
        prop_assert!(example.prompt[..length].iter().all(|&token| (0..alphabet as i8).contains(&token)));
        prop_assert_eq!(example.answer, [1 - length as i8 % 2, EOS]);
    }
}
