//! What is refused, and in which words.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use tasks::{ALPHABET_MAX, TaskError, TaskSpec, build, catalogue, random};

fn made(name: &str, alphabet: Option<usize>) -> Result<std::sync::Arc<dyn tasks::Task>, TaskError> {
    build(&TaskSpec { name: name.to_owned(), alphabet })
}

fn refusal_of_spec(name: &str, alphabet: Option<usize>) -> String {
    made(name, alphabet).unwrap_err().to_string()
}

fn refusal_of_length(name: &str, alphabet: Option<usize>, length: usize) -> String {
    let task = made(name, alphabet).unwrap();
    let error = task.sample(length, &mut random::stream(0, "test", 0)).unwrap_err();
    assert_eq!(task.check_length(length), Err(error.clone()));
    error.to_string()
}

fn refusal_of_prompt(name: &str, prompt: &[i8]) -> String {
    made(name, None).unwrap().answer(prompt).unwrap_err().to_string()
}

#[test]
fn unknown_names_are_told_the_nearest_task() {
    insta::assert_snapshot!(refusal_of_spec("srot", None), @"no task is called `srot`: did you mean `sort`?");
    insta::assert_snapshot!(refusal_of_spec("copy_unique", None), @"no task is called `copy_unique`: did you mean `copy-unique`?");
    insta::assert_snapshot!(refusal_of_spec("majority", None), @"no task is called `majority`: did you mean `binary-majority`?");
    insta::assert_snapshot!(refusal_of_spec("multiply", None), @"no task is called `multiply`: the tasks are binary-majority, sort, count, copy-unique, boolean-and, copy-repeat, boolean-and-fixed, mode, reverse-unique, parity-hints, addition-reverse-hints, addition-hints, increment-reverse, increment, addition, parity, reverse-repeat, parity-mod10, mode-scratchpad-sorted, mode-scratchpad-ordered, addition-reverse, majority-26, sort-repeat, flip-flop, dyck-1, shuffle-dyck-2, anbn, anbncn, tomita-1, tomita-2, tomita-4, tomita-7, tomita-3, tomita-5, tomita-6, aa-star, interleaved-majority, modular-sum, cycle-navigation");
}

#[test]
fn alphabets_are_asked_for_only_where_they_vary_and_within_bounds() {
    insta::assert_snapshot!(refusal_of_spec("parity", Some(2)), @"parity always has 2 data tokens: remove `alphabet: 2`");
    insta::assert_snapshot!(refusal_of_spec("count", Some(155)), @"count takes an `alphabet` of 1 to 120 data tokens, not 155: tokens are 8-bit integers, as in RASP-L");
    insta::assert_snapshot!(refusal_of_spec("modular-sum", Some(1)), @"modular-sum takes an `alphabet` of 2 to 120 data tokens, not 1");
    insta::assert_snapshot!(refusal_of_spec("tomita-1", Some(3)), @"tomita-1 always has 2 data tokens: remove `alphabet: 3`");
    insta::assert_snapshot!(refusal_of_spec("addition", Some(100)), @"addition always has 10 data tokens: remove `alphabet: 100`");
    insta::assert_snapshot!(refusal_of_spec("addition-hints", Some(111)), @"addition-hints takes an `alphabet` of 2 to 110 hint tokens, not 111: tokens are 8-bit integers, as in RASP-L");
    insta::assert_snapshot!(refusal_of_spec("mode", Some(4)), @"mode takes an `alphabet` of 5 to 120 data tokens, not 4");
    insta::assert_snapshot!(refusal_of_spec("copy-repeat", Some(1)), @"copy-repeat takes an `alphabet` of 2 to 120 data tokens, not 1");
    insta::assert_snapshot!(refusal_of_spec("sort-repeat", Some(1)), @"sort-repeat takes an `alphabet` of 2 to 120 data tokens, not 1");
}

#[test]
fn lengths_beyond_the_alphabet_are_refused_and_told_why() {
    insta::assert_snapshot!(refusal_of_length("sort", Some(50), 51), @"sort cannot express length 51: its alphabet of 50 data tokens ends at length 50 (raise `alphabet`, at most to 120, or lower the length)");
    insta::assert_snapshot!(refusal_of_length("copy-unique", Some(ALPHABET_MAX), 200), @"copy-unique cannot express length 200: its alphabet of 120 data tokens ends at length 120 (lower the length)");
    insta::assert_snapshot!(refusal_of_length("dyck-1", None, 0), @"dyck-1 has no example of length 0: length counts pairs of brackets, so start at 1");
    insta::assert_snapshot!(refusal_of_length("addition-hints", None, 100), @"addition-hints cannot express length 100: its alphabet of 100 hint tokens ends at length 99 (raise `alphabet`, at most to 110, or lower the length)");
    insta::assert_snapshot!(refusal_of_length("parity-hints", Some(110), 111), @"parity-hints cannot express length 111: its alphabet of 110 hint tokens ends at length 110 (lower the length)");
    insta::assert_snapshot!(refusal_of_length("mode-scratchpad-sorted", None, 69), @"mode-scratchpad-sorted has no example of length 69: length counts tokens before the separator, so end at 68");
    insta::assert_snapshot!(refusal_of_length("boolean-and-fixed", None, 21), @"boolean-and-fixed has no example of length 21: length counts the place of the 0 among 20 bits, so end at 20");
    insta::assert_snapshot!(refusal_of_length("count", None, 0), @"count has no example of length 0: length counts tokens of the answer before eos, so start at 1");
}

#[test]
fn what_is_not_a_prompt_has_no_answer() {
    insta::assert_snapshot!(refusal_of_prompt("sort", &[4, 4, -1]), @"`4 4 sep` is not a prompt of sort, which looks like `4 12 3 sep => 3 4 12 eos`");
    insta::assert_snapshot!(refusal_of_prompt("binary-majority", &[0, 1, -1]), @"`0 1 sep` is not a prompt of binary-majority, which looks like `1 0 1 sep => 1 eos`");
    insta::assert_snapshot!(refusal_of_prompt("count", &[-3, 5, 2, -1]), @"`sos 5 2 sep` is not a prompt of count, which looks like `sos 2 5 sep => 2 3 4 5 eos`");
    for (name, prompt) in [
        ("sort", &[-1][..]),
        ("sort", &[3, 4]),
        ("sort", &[]),
        ("sort", &[3, -1, -1]),
        ("sort", &[100, -1]),
        ("copy-unique", &[1, 2, 1, -1]),
        ("copy-repeat", &[2, -1]),
        ("sort-repeat", &[10, -1]),
        ("sort-repeat", &[4, 4]),
        ("count", &[-3, 2, 100, -1]),
        ("count", &[-3, -1, 2, -1]),
        ("boolean-and", &[0, 2, -1]),
        ("parity", &[0, -2, -1]),
        ("majority-26", &[7, 3, 3, 7, -1]),
        ("interleaved-majority", &[1, 0, 1, 1, -1]),
        ("interleaved-majority", &[1, 0, 1, 1, 0, 0, -1]),
        ("dyck-1", &[1, 1, 0, -1]),
        ("shuffle-dyck-2", &[4, 0, -1]),
        ("anbncn", &[2, 1, -1]),
        ("tomita-4", &[-1]),
        ("aa-star", &[2, -1]),
        ("modular-sum", &[10, -1]),
        ("cycle-navigation", &[3, -1]),
        // Nothing written, another bit read than was written, a bit without its instruction, no bit at all.
        ("flip-flop", &[-4]),
        ("flip-flop", &[-5, 1, -4]),
        ("flip-flop", &[-8, 1, -4, 0, -4]),
        ("flip-flop", &[-8, 1, 0, -4]),
        ("flip-flop", &[-8, -4, -4]),
        ("flip-flop", &[-8, 1, -5, -5, -4]),
        ("reverse-unique", &[1, 2, 1, -1]),
        ("mode", &[1, 2, -1]),
        ("mode", &[52, -1]),
        ("mode-scratchpad-sorted", &[1, 2, -1]),
        ("mode-scratchpad-sorted", &[-1]),
        // A count is no symbol.
        ("mode-scratchpad-ordered", &[52, -1]),
        ("parity-mod10", &[2, -1]),
        ("parity-mod10", &[-1]),
        ("parity-hints", &[-1]),
        ("parity-hints", &[11, 1, 12, -1]),
        ("parity-hints", &[11, 1, 13, 1, -1]),
        ("parity-hints", &[10, 1, -1]),
        ("parity-hints", &[11, 2, -1]),
        ("boolean-and-fixed", &[1, 0, -1]),
        ("increment", &[0, -1]),
        ("increment", &[1, 2, -1]),
        ("increment-reverse", &[0, 2, -1]),
        ("addition", &[0, 1, -4, 0, 2]),
        ("addition", &[0, 1, -4, 0, 0, 2, -1]),
        ("addition", &[1, 1, -4, 0, 2, -1]),
        ("addition", &[0, -4, 0, -1]),
        ("addition", &[0, 1, 0, 2, -1]),
        ("addition-hints", &[0, 1, -4, 0, 2, -1]),
        ("addition-hints", &[12, 0, 11, 1, -4, 13, 0, 12, 2, -1]),
        ("addition-hints", &[11, 0, 12, 1, -4, 11, 0, 12, 2, -1]),
        ("addition-reverse-hints", &[12, 0, 11, 1, -4, 12, 0, 2, -1]),
        ("addition-reverse-hints", &[12, 0, 11, 10, -4, 12, 0, 11, 2, -1]),
    ] {
        assert!(matches!(made(name, None).unwrap().answer(prompt), Err(TaskError::NotAPrompt { .. })), "{name} {prompt:?}");
    }
}

#[test]
fn unknown_distributions_are_told_the_nearest_one() {
    let refusal = |name: &str, distribution: &str| {
        let task = made(name, None).unwrap();
        task.sample_as(distribution, 3, &mut random::stream(0, "test", 0)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refusal("addition", "balanced"), @"addition has no distribution `balanced`: did you mean `balanced-carry`?");
    insta::assert_snapshot!(refusal("addition", "uniform"), @"addition has no distribution `uniform`: it has standard, balanced-carry, hard-carry");
    insta::assert_snapshot!(refusal("increment", "hard-carry"), @"increment has no distribution `hard-carry`: it has standard, balanced-carry");
    insta::assert_snapshot!(refusal("sort", "hard-carry"), @"sort has no distribution `hard-carry`: it has only `standard`");
}

#[test]
fn every_task_reaches_its_limit() {
    for entry in catalogue() {
        let alphabet_max = entry.alphabet_bounds.as_ref().map(|bounds| *bounds.end());
        for alphabet in [None, alphabet_max] {
            let task = made(entry.name, alphabet).unwrap();
            let longest = task.length_limit().unwrap_or(2_000);
            for distribution in task.distributions() {
                assert!(task.sample_as(distribution, longest, &mut random::stream(0, "test", 0)).is_ok(), "{}", entry.name);
            }
            if task.length_limit().is_some() {
                assert!(task.check_length(longest + 1).is_err(), "{}", entry.name);
            }
        }
    }
}
