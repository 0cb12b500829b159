//! Functions whose shortest programs are known: the search finds programs as short on all short inputs and some long ones, and nothing shorter.

use super::*;

/// All inputs of 1 to 4 tokens of `0..alphabet`, and a few longer ones, each followed by `end`.
fn inputs(alphabet: i8, end: &[i8]) -> Vec<Vec<i8>> {
    let mut inputs = Vec::new();
    let mut longest = vec![vec![]];
    for _ in 0..4 {
        longest = longest.iter().flat_map(|input: &Vec<i8>| (0..alphabet).map(|token| [&input[..], &[token]].concat())).collect();
        inputs.extend(longest.iter().cloned());
    }
    for length in [7_i32, 10, 15] {
        for step in 1..=3 {
            inputs.push((0..length).map(|place| ((place * place + step * place + length) / 3 % i32::from(alphabet)) as i8).collect());
        }
    }
    inputs.into_iter().map(|input| [&input[..], end].concat()).collect()
}

/// What `wanted` says of each input.
fn asked(inputs: Vec<Vec<i8>>, wanted: impl Fn(&[i8]) -> Vec<(usize, i8)>) -> Battery {
    let mut battery = Battery::new();
    for tokens in inputs {
        let targets = wanted(&tokens);
        // Where nothing is wanted, as of the token before the first, there is nothing to ask.
        if !targets.is_empty() {
            battery.add(Sequence { tokens, targets }).unwrap();
        }
    }
    battery
}

/// `wanted` at each position, of the tokens up to there.
fn at_each_position(wanted: impl Fn(&[i8]) -> i8) -> impl Fn(&[i8]) -> Vec<(usize, i8)> {
    move |tokens| (0..tokens.len()).map(|place| (place, wanted(&tokens[..=place]))).collect()
}

/// No program of fewer than `size` operations agrees, by the search and by plain enumeration; some of `size` do, `known` as well, and the interpreter says so too.
fn assert_takes(battery: &Battery, size: usize, known: &str) {
    let space = Space::new(Operations::full(), [-2, -1, 1]);
    for smaller in 0..size {
        assert_eq!(search(&space, battery, smaller).1.agreeing, 0, "size {smaller}");
        assert!(!some_agrees(&space, battery, smaller), "size {smaller}");
    }
    let (search, outcome) = search(&space, battery, size);
    assert!(outcome.agreeing > 0);
    for found in &outcome.found {
        assert_is_right(&search, found, size);
    }
    assert_gives_the_targets(&format!("#lang rasp-l\n{known}"), Profile::Strict, battery, size);
}

#[test]
fn a_conjunction_takes_one_operation() {
    let battery = asked(inputs(2, &[]), at_each_position(|bits| bits.iter().copied().min().unwrap()));
    assert_takes(&battery, 1, "aggregate_min(select(tokens, tokens, <=), tokens);");
}

#[test]
fn whether_a_token_was_seen_takes_one() {
    let battery = asked(inputs(3, &[]), at_each_position(|tokens| i8::from(tokens.contains(&1))));
    assert_takes(&battery, 1, "aggregate_max(select(tokens, 1, ==), 1);");
}

#[test]
fn the_token_before_takes_two() {
    let known = "aggregate_max(select(indices + 1, indices, ==), tokens);";
    let before = |tokens: &[i8]| tokens.windows(2).enumerate().map(|(place, pair)| (place + 1, pair[0])).collect();
    assert_takes(&asked(inputs(3, &[]), before), 2, known);
    let before_or_zero = at_each_position(|tokens| tokens.iter().rev().nth(1).copied().unwrap_or(0));
    assert_takes(&asked(inputs(3, &[]), before_or_zero), 2, known);
}

#[test]
fn the_last_token_at_the_separator_takes_two() {
    let last = |tokens: &[i8]| vec![(tokens.len() - 1, tokens[tokens.len() - 2])];
    assert_takes(&asked(inputs(3, &[-1]), last), 2, "aggregate_max(select(indices + 1, indices, ==), tokens);");
}

/// The least of what the largest token so far has ever been.
#[test]
fn the_first_token_takes_two() {
    let known = "so_far = select(indices, indices, <=); aggregate_min(so_far, aggregate_max(so_far, tokens));";
    let first = |tokens: &[i8]| vec![(tokens.len() - 1, tokens[0])];
    assert_takes(&asked(inputs(3, &[-1]), first), 2, known);
    assert_takes(&asked(inputs(3, &[]), at_each_position(|tokens| tokens[0])), 2, known);
}
