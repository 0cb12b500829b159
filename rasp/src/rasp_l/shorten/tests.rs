//! What rules do, one by one and together: every term of a class has the class's value at every position of every input on which the program
//! has a value, by the evaluator of the crate.

mod operands;

use super::rule::{self, Rule};
use super::saturate::{Saturated, saturate};
use super::{ShortenLimits, extract, shorten};
use crate::rasp_l::evaluate::{Answers, Plan, State};
use crate::rasp_l::{Graph, NodeId, Profile, Program, Value, random_program};
use egg::Id;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;

fn small(terms: usize, iterations: usize) -> ShortenLimits {
    ShortenLimits { terms, iterations, exchanges: 500 }
}

fn value(graph: &Graph, node: NodeId, input: &[i8]) -> Option<Value> {
    let plan = Plan::new(graph, node, Answers::All);
    let mut state = State::new(&plan);
    state.extend(&plan, input).ok()?;
    Some(state.value(&plan, graph, node))
}

/// Whether all terms of a class have one value wherever the program has one.
fn assert_equal_terms_are_equal(program: &Program, saturated: &Saturated, inputs: &[Vec<i8>]) -> Result<(), TestCaseError> {
    let equalities = &saturated.graph;
    let choice = extract::cheapest(equalities);
    let mut graph = Graph::default();
    let mut nodes: BTreeMap<Id, NodeId> = BTreeMap::new();
    while nodes.len() < choice.len() {
        for (class, term) in &choice {
            if !nodes.contains_key(class) && egg::Language::all(term, |input| nodes.contains_key(&input)) {
                let node = term.intern(&mut graph, |input| nodes[&input]);
                nodes.insert(*class, node);
            }
        }
    }
    let mut terms = Vec::new();
    for class in equalities.classes() {
        for term in class.iter() {
            terms.push((class.id, term.intern(&mut graph, |input| nodes[&equalities.find(input)])));
        }
    }
    for input in inputs.iter().filter(|input| program.evaluate(input).is_ok()) {
        let values: BTreeMap<Id, Option<Value>> = nodes.iter().map(|(class, &node)| (*class, value(&graph, node, input))).collect();
        for &(class, node) in &terms {
            let found = value(&graph, node, input);
            prop_assert!(
                found.is_some() && found == values[&class],
                "{:?} is {found:?}, not {:?}, on {input:?} in\n{}",
                graph.node(node),
                values[&class],
                program.source()
            );
        }
    }
    Ok(())
}

fn inputs() -> impl Strategy<Value = Vec<Vec<i8>>> {
    let token = prop_oneof![4 => 0..3_i8, 2 => -3..10_i8, 1 => prop::sample::select(vec![-128, -127, -1, 126, 127_i8])];
    let few = prop::collection::vec(0..3_i8, 1..20);
    let any = prop::collection::vec(token, 1..12);
    (prop::collection::vec(few, 2), prop::collection::vec(any, 3)).prop_map(|(few, any)| [few, any].concat())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, ..Config::default() },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    )
}

#[test]
fn every_rule_holds_by_itself() {
    let mut silent = Vec::new();
    for (place, rule) in rule::all().iter().enumerate() {
        let fired = std::cell::Cell::new(0_usize);
        let cases = (prop::collection::vec(any::<u16>(), 24), inputs());
        let result = runner(40).run(&cases, |(choices, inputs)| {
            let Some(program) = operands::program(rule, &choices) else { return Ok(()) };
            let saturated = saturate(program.graph(), program.output(), &[(place, rule)], &small(300, 2));
            fired.set(fired.get() + usize::from(saturated.fired.contains(&place)));
            assert_equal_terms_are_equal(&program, &saturated, &inputs)
        });
        assert!(result.is_ok(), "{}: {}", rule.name, result.unwrap_err());
        if fired.get() == 0 {
            silent.push(&rule.name);
        }
    }
    assert!(silent.is_empty(), "rules that were not tried: {silent:#?}");
}

#[test]
fn rules_have_names_of_their_own() {
    let mut names: Vec<&str> = rule::all().iter().map(|rule| &*rule.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

fn profiles(most: usize) -> impl Strategy<Value = (Profile, String)> {
    prop_oneof![Just(Profile::Strict), Just(Profile::Published)]
        .prop_flat_map(move |profile| (Just(profile), random_program::programs(profile, most)))
}

proptest! {
    #[test]
    fn all_rules_together_hold_on_random_programs((profile, text) in profiles(8), inputs in inputs()) {
        let Ok(program) = Program::parse_in(profile, "random.rasp", &text) else { return Ok(()) };
        let rules: Vec<(usize, &Rule)> = rule::all().iter().enumerate().collect();
        let saturated = saturate(program.graph(), program.output(), &rules, &small(600, 4));
        assert_equal_terms_are_equal(&program, &saturated, &inputs)?;
    }

    #[test]
    fn a_shorter_program_has_the_values_of_the_old_one((profile, text) in profiles(12), inputs in inputs()) {
        let Ok(program) = Program::parse_in(profile, "random.rasp", &text) else { return Ok(()) };
        let shortened = shorten(&program, &small(800, 3));
        let (old, new) = (program.length(), shortened.program.length());
        prop_assert!((new.core_operations, new.bits) <= (old.core_operations, old.bits));
        prop_assert!(shortened.program.profile() <= program.profile());
        for input in inputs {
            if let Ok(old) = program.evaluate(&input) {
                prop_assert_eq!(shortened.program.evaluate(&input), Ok(old), "{}\n{}", program.source(), shortened.program.source());
            }
        }
    }
}

fn shortest(body: &str) -> String {
    let program = Program::parse("f.rasp", &format!("#lang rasp-l\n{body}")).unwrap_or_else(|problems| panic!("{problems}"));
    let source = shorten(&program, &ShortenLimits::default()).program.source().to_owned();
    source.strip_prefix("#lang rasp-l\n").unwrap().trim().to_owned()
}

#[test]
fn programs_become_shorter() {
    for (old, new) in [
        ("not (tokens < 3);", "output = tokens > 2;"),
        ("a = tokens - 1; a + 1;", "tokens;"),
        ("1 if has_seen(tokens, 3) else 0;", "next = aggregate_max(select(tokens, 3, ==), 1);"),
        ("maximum(maximum(tokens));", "next = aggregate_max(select(indices, indices, <=), tokens);"),
        (
            "aggregate_max(select(indices + 1 + 1, indices + 1, >=), tokens);",
            "next = aggregate_max(select(indices, indices - 1, >=), tokens);",
        ),
    ] {
        assert_eq!(shortest(old), new, "{old}");
    }
}

#[test]
fn what_is_shared_counts_once() {
    // Both sides of the sum are as short alone, but one of them is there anyway.
    let body = "a = tokens < 3; b = not (tokens >= 3); c = 1 if a else tokens; c + (2 if b else 5);";
    let program = Program::parse("f.rasp", &format!("#lang rasp-l\n{body}")).unwrap();
    assert_eq!((program.length().core_operations, shorten(&program, &ShortenLimits::default()).program.length().core_operations), (6, 4));
}

#[test]
fn what_can_fail_is_not_added() {
    // The sum of the factors can be no int8 where both products are 0.
    let body = |a: &str, b: &str| format!("next = tokens * {a} + tokens * {b};");
    assert_eq!(shortest(&body("tokens", "(5 - tokens)")), body("tokens", "(5 - tokens)"));
    assert_eq!(shortest(&body("(tokens % 5)", "(tokens % 7)")), "next = tokens * (tokens % 5 + tokens % 7);");
}

#[test]
fn what_never_has_a_value_and_what_is_no_int8_are_no_trouble() {
    let far = "aggregate_max(select(indices, indices, >), tokens, -32768)";
    for body in [
        format!("{far} <= tokens;"),
        format!("x = {far}; x + tokens;"),
        "x = tokens % 1 + 100; x = x + x; x = x * x; x = x * x; x = x * x; x * x - x;".to_owned(),
    ] {
        let program = Program::parse("f.rasp", &format!("#lang rasp-l\n{body}")).unwrap_or_else(|problems| panic!("{problems}"));
        let shortened = shorten(&program, &ShortenLimits::default()).program;
        assert!(shortened.length().core_operations <= program.length().core_operations, "{body}");
    }
}

#[test]
fn an_output_stays_an_output() {
    assert_eq!(shortest("next = tokens * 0;"), "next = tokens * 0;");
}
