//! What is written is read back as the same graph.

use super::source;
use crate::rasp_l::{Node, NodeId, Profile, Program, random_program};
use proptest::prelude::*;
use std::collections::HashMap;

fn parse(profile: Profile, text: &str) -> Program {
    Program::parse_in(profile, "written.rasp", text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn write(program: &Program) -> String {
    source(program.graph(), program.output(), program.symbols(), &[])
}

/// Whether each node of one program is one of the other, on the same inputs, and there are no others.
fn assert_one_graph(program: &Program, again: &Program) {
    let (graph, other) = (program.graph(), again.graph());
    let needed = graph.needed_for(program.output());
    let ids: HashMap<Node, NodeId> = needed.iter().map(|&id| (graph.node(id), id)).collect();
    let mut found: HashMap<NodeId, NodeId> = HashMap::new();
    for id in other.needed_for(again.output()) {
        let node = other.node(id).with_inputs(|input| found[&input]);
        let here = ids.get(&node).unwrap_or_else(|| panic!("{node:?} is new in\n{}", again.source()));
        found.insert(id, *here);
    }
    assert_eq!((found.len(), found.get(&again.output())), (needed.len(), Some(&program.output())));
}

fn assert_the_same(profile: Profile, program: &Program) {
    let text = write(program);
    let again = parse(profile, &text);
    let measures = |program: &Program| {
        let length = program.length();
        (length.core_operations, length.bits, length.tree_operations, length.heads)
    };
    assert_eq!(measures(program), measures(&again), "{}\n{text}", program.source());
    assert_eq!(program.symbols(), again.symbols());
    assert!(again.profile() <= program.profile(), "{}\n{text}", program.source());
    assert_eq!(crate::format("written.rasp", &text).as_deref(), Ok(&*text));
    assert_one_graph(program, &again);
}

fn written(body: &str) -> String {
    let text = write(&parse(Profile::Published, &format!("#lang rasp-l\n{body}")));
    text.strip_prefix("#lang rasp-l\n\n").unwrap().trim_end().to_owned()
}

#[test]
fn no_more_parentheses_than_the_precedences_need() {
    for body in [
        "next = tokens - (tokens - 3) - -tokens * 2 % (5 * tokens);",
        "next = --(tokens + -128);",
        "output = not (tokens < 1 and indices == indices + 1 or not tokens > 2) or not not (tokens == 1 and True);",
        "output = (tokens < 1) == (not tokens > 2);",
        "next = (1 if tokens > 2 else 2) if tokens == 0 or False else 3 if (True if tokens > 1 else False) else -4;",
        "output = indices + 1 + 1 - 1 > indices - 1;",
    ] {
        assert_eq!(written(body), body);
    }
}

#[test]
fn symbols_stand_for_tokens_but_not_in_arithmetic() {
    let body = "sep = -1;\nlast = 9;\n\nnext = -1 + tokens if tokens == sep else last;";
    assert_eq!(written(body), body);
}

#[test]
fn comments_and_examples_come_first() {
    let program = parse(Profile::Strict, "#lang rasp-l\ntokens;");
    let comments = ["Two lines,\nand the second.".to_owned(), String::new(), "> 3 -> 3".to_owned()];
    let text = source(program.graph(), program.output(), &[("sep".to_owned(), -1)], &comments);
    assert_eq!(text, "#lang rasp-l\n# Two lines,\n# and the second.\n#\n#> 3 -> 3\n\nsep = -1;\n\ntokens;\n");
    assert!(parse(Profile::Strict, &text).test().unwrap().failures.is_none());
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let body = "next = 5;\ncount = 7;\n\nlargest = aggregate_max(select(tokens, count, <), tokens);\nlargest_2 = aggregate_max(select(largest, 1, ==), tokens, next);\nnext_2 = largest + largest_2;";
    assert_eq!(written(body), body);
}

#[test]
fn a_published_program_in_other_words() {
    insta::assert_snapshot!(write(&parse(Profile::Strict, include_str!("../../../../tasks/programs/increment_reverse.rasp"))));
}

#[test]
fn programs_of_tasks_and_of_the_paper_are_read_back() {
    for folder in ["../../../../tasks/programs", "../../../programs/published"] {
        insta::glob!(folder, "*.rasp", |path| {
            #[allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
            let program = parse(Profile::Published, &std::fs::read_to_string(path).unwrap());
            assert_the_same(program.profile(), &program);
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_programs_are_read_back(
        (profile, text) in prop_oneof![Just(Profile::Strict), Just(Profile::Published)]
            .prop_flat_map(|profile| (Just(profile), random_program::programs(profile, 25))),
        inputs in prop::collection::vec(prop::collection::vec(-3..10_i8, 1..14), 3),
    ) {
        let Ok(program) = Program::parse_in(profile, "random.rasp", &text) else { return Ok(()) };
        assert_the_same(profile, &program);
        let again = parse(profile, &write(&program));
        for input in inputs {
            match (program.evaluate(&input), again.evaluate(&input)) {
                (Ok(before), Ok(after)) => prop_assert_eq!(before, after),
                (before, after) => prop_assert_eq!(before.is_err(), after.is_err()),
            }
        }
    }
}

#[test]
fn what_is_written_is_as_deep_as_the_parser_reads() {
    let text = (0..200).fold("#lang rasp-l\nx = tokens;".to_owned(), |text, _| text + "x = tokens - x;");
    let program = parse(Profile::Strict, &text);
    assert_the_same(Profile::Strict, &program);
}
