//! What the rules of RASP-L buy, tried on random well-typed programs: causality, and that it does not matter where indices begin.

#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]
#![allow(dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/random_program.rs"]
mod random_program;
#[path = "support/reference.rs"]
mod reference;

use proptest::prelude::*;
use random_program::programs;
use rasp::rasp_l::{Graph, IndexKind, Kind, NodeId, Profile, Program, Type};
use reference::{Slow, evaluate_all};

const MOST_STATEMENTS: usize = 12;

/// `None` if constants fold to a fault, or all of it to a constant.
fn parse(profile: Profile, source: &str) -> Option<Program> {
    Program::parse_in(profile, "random.rasp", source).ok()
}

fn inputs() -> impl Strategy<Value = Vec<i8>> {
    prop::collection::vec(-3..10_i8, 1..14)
}

/// A number for every kind of index: one for positions, one for each width.
fn origins(numbers: &[i64]) -> impl Fn(IndexKind) -> i64 {
    move |kind| match kind {
        IndexKind::Position => numbers[0],
        IndexKind::Width(node) => numbers[1 + node.idx() % (numbers.len() - 1)],
    }
}

/// How far the values of a node move when indices begin elsewhere.
fn shift(graph: &Graph, node: NodeId, origin: &dyn Fn(IndexKind) -> i64) -> i64 {
    match graph.ty(node) {
        Type::Sequence(Kind::Index(kind)) => origin(kind),
        _ => 0,
    }
}

/// The law, at every node that the output needs: tokens, booleans and selectors are what they were, indices move by their kind's number.
fn assert_only_order_matters(program: &Program, tokens: &[i8], origin: &dyn Fn(IndexKind) -> i64) -> Result<(), TestCaseError> {
    let graph = program.graph();
    let plain = evaluate_all(graph, program.output(), tokens, &|_| 0);
    let moved = evaluate_all(graph, program.output(), tokens, origin);
    let (plain, moved) = match (plain, moved) {
        (Ok(plain), Ok(moved)) => (plain, moved),
        (plain, moved) => {
            prop_assert_eq!(plain.err(), moved.err(), "a fault moves or goes away");
            return Ok(());
        }
    };
    for (id, _) in graph.nodes() {
        let by = shift(graph, id, origin);
        let expected = match &plain[id.idx()] {
            Some(Slow::Sequence(values)) => Some(Slow::Sequence(values.iter().map(|value| value + by).collect())),
            other => other.clone(),
        };
        prop_assert_eq!(&expected, &moved[id.idx()], "node {}", id.idx());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_value_at_a_position_depends_on_the_tokens_up_to_it_alone(
        source in programs(Profile::Published, MOST_STATEMENTS), tokens in inputs(), other in inputs(), keep in 1..14_usize,
    ) {
        let Some(program) = parse(Profile::Published, &source) else { return Ok(()) };
        let keep = keep.min(tokens.len());
        let changed: Vec<i8> = tokens[..keep].iter().chain(&other).copied().collect();
        if let (Ok(before), Ok(after)) = (program.evaluate(&tokens), program.evaluate(&changed)) {
            prop_assert_eq!(&reference::integers(before)[..keep], &reference::integers(after)[..keep]);
        }
    }

    #[test]
    fn in_the_strict_profile_only_the_order_of_indices_matters(
        source in programs(Profile::Strict, MOST_STATEMENTS), tokens in inputs(), numbers in prop::array::uniform8(-1_000..1_000_i64),
    ) {
        let Some(program) = parse(Profile::Strict, &source) else { return Ok(()) };
        assert_only_order_matters(&program, &tokens, &origins(&numbers))?;
    }

    #[test]
    fn in_the_published_profile_widths_must_move_together(
        source in programs(Profile::Published, MOST_STATEMENTS), tokens in inputs(), positions in -1_000..1_000_i64, widths in -1_000..1_000_i64,
    ) {
        let Some(program) = parse(Profile::Published, &source) else { return Ok(()) };
        assert_only_order_matters(&program, &tokens, &origins(&[positions, widths]))?;
    }
}

#[test]
fn the_random_programs_are_what_they_should_be() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut count = |profile: Profile, wanted: &dyn Fn(&Program) -> bool| {
        let sources = (0..400).map(|_| programs(profile, MOST_STATEMENTS).new_tree(&mut runner).unwrap().current());
        sources.filter(|source| parse(profile, source).is_some_and(|program| wanted(&program))).count()
    };
    assert!(count(Profile::Strict, &|program| program.profile() == Profile::Strict) > 200);
    assert!(count(Profile::Published, &|program| program.profile() == Profile::Published) > 100);
    assert!(count(Profile::Strict, &|program| program.length().attention_operations >= 2) > 50);
}

/// The output with each of two ways to count indices.
fn both(body: &str, tokens: &[i8], origin: &dyn Fn(IndexKind) -> i64) -> (Option<Slow>, Option<Slow>) {
    let program = parse(Profile::Published, &format!("#lang rasp-l\n{body}")).unwrap();
    let run = |origin: &dyn Fn(IndexKind) -> i64| {
        evaluate_all(program.graph(), program.output(), tokens, origin).unwrap()[program.output().idx()].clone()
    };
    (run(&|_| 0), run(origin))
}

#[test]
fn two_widths_that_are_compared_may_not_be_counted_from_two_numbers() {
    let body = "num_prev(tokens, 1) > num_prev(tokens, 0);";
    let first_width_only = |kind| i64::from(matches!(kind, IndexKind::Width(node) if node.idx() < 4)) * 9;
    let (plain, moved) = both(body, &[0, 0, 1], &first_width_only);
    assert_ne!(plain, moved);
    let (plain, moved) = both(body, &[0, 0, 1], &|_| 9);
    assert_eq!(plain, moved);
}
