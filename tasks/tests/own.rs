//! Tasks made of a program and a distribution over prompts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::collections::BTreeSet;

use rasp::rasp_l::Program;
use tasks::{Answer, Draw, OwnTask, Prompts, Task, TaskError, TaskSpec, build, random};

const SORT: &str = include_str!("../programs/sort.rasp");

fn program(body: &str) -> Program {
    Program::parse("own.rasp", &format!("#lang rasp-l\n{body}")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn prompts() -> Prompts {
    Prompts {
        alphabet: 20,
        draw: Draw::Repeated,
        begin: String::new(),
        end: "sep".to_owned(),
        condition: None,
        longest: None,
        answer: Answer::default(),
    }
}

fn task(body: &str, prompts: Prompts) -> OwnTask {
    OwnTask::new("own", program(body), prompts).unwrap()
}

#[test]
fn a_program_of_a_built_in_task_draws_that_tasks_examples() {
    let own = OwnTask::new("my-sort", Program::parse("sort.rasp", SORT).unwrap(), Prompts { draw: Draw::Distinct, ..prompts() }).unwrap();
    let sort = build(&TaskSpec { name: "sort".to_owned(), alphabet: Some(20) }).unwrap();
    for length in 1..=20 {
        let example = |task: &dyn Task| task.sample(length, &mut random::stream(3, "data", 0)).unwrap();
        assert_eq!(example(&own), example(&*sort));
        assert_eq!(own.tokens_max(length), sort.tokens_max(length));
        assert_eq!(own.answer(&example(&own).prompt).unwrap(), example(&own).answer);
    }
    assert_eq!(
        own.check_length(21).unwrap_err().to_string(),
        sort.check_length(21).unwrap_err().to_string().replace("sort", "my-sort").replace("120", "128")
    );
    assert_eq!(own.vocabulary(), sort.vocabulary());
}

#[test]
fn the_last_output_can_be_the_answer() {
    let last = task("sep = -1; eos = -2; aggregate_max(select(tokens, 0, >=), tokens);", Prompts { answer: Answer::Last, ..prompts() });
    let example = last.sample(7, &mut random::stream(0, "data", 0)).unwrap();
    assert_eq!(example.answer, [*example.prompt.iter().max().unwrap(), -2]);
    assert_eq!(last.tokens_max(7), 7 + 1 + 2);
}

#[test]
fn prompts_fulfil_their_condition() {
    let sorted = program(
        "sep = -1; in_order = shift_right(tokens, 1, -128) <= tokens or tokens == sep;
         aggregate_min(select(True, True, ==), in_order, True);",
    );
    let own = task("sep = -1; eos = -2; tokens * 0 - 2;", Prompts { condition: Some(sorted), ..prompts() });
    let mut rng = random::stream(0, "data", 0);
    for _ in 0..50 {
        let example = own.sample(3, &mut rng).unwrap();
        assert!(example.prompt[..3].is_sorted(), "{example:?}");
    }
    let never = task("sep = -1; eos = -2; tokens;", Prompts { condition: Some(program("tokens != tokens;")), ..prompts() });
    insta::assert_snapshot!(never.probe([3]).unwrap_err(), @"own finds no prompt of length 3 that fulfils its condition in 1000 draws: ask for less, or draw it directly");
}

#[test]
fn an_example_depends_on_its_stream_alone() {
    let own = task("sep = -1; eos = -2; aggregate_min(select(tokens, tokens, >), tokens, eos);", prompts());
    let alone = own.sample(9, &mut random::stream(1, "data", 5)).unwrap();
    own.probe(1..=30).unwrap();
    assert_eq!(own.sample(9, &mut random::stream(1, "data", 5)).unwrap(), alone);
    let drawn: BTreeSet<Vec<i8>> = (0..20).map(|index| own.sample(9, &mut random::stream(1, "data", index)).unwrap().prompt).collect();
    assert_eq!(drawn.len(), 20);
}

#[test]
fn what_cannot_be_a_task_is_refused_with_the_way_out() {
    let refuse = |body: &str, prompts: Prompts| OwnTask::new("own", program(body), prompts).unwrap_err().to_string();
    insta::assert_snapshot!(refuse("sep = -1; tokens;", prompts()), @"own: the program names no `eos`, which ends each answer: add `eos = -2;`");
    insta::assert_snapshot!(refuse("sep = -1; eos = -2; indices;", prompts()), @"own: the program's output is an index, so it cannot generate: end the program with a sequence of tokens");
    insta::assert_snapshot!(refuse("eos = -2; tokens;", prompts()), @"own: `sep`: word 1: `sep` is neither an integer nor a symbol of the program: its symbols are eos");
    insta::assert_snapshot!(refuse("sep = -1; eos = 5; tokens;", prompts()), @"own: `eos = 5;` is one of the data tokens 0 to 19: give it a negative number");
    insta::assert_snapshot!(refuse("sep = -1; eos = -2; tokens;", Prompts { alphabet: 129, ..prompts() }), @"own: an alphabet has 1 to 128 data tokens, not 129: tokens are 8-bit integers");
    let answer = Answer::Written { times: 0, plus: 0 };
    insta::assert_snapshot!(refuse("sep = -1; eos = -2; tokens;", Prompts { answer, ..prompts() }), @"own: an answer of at most 0 times the length and 0 tokens: `times` is 0 to 1000, `plus` is 1, for `eos`, to 10000");
    let answer = Answer::Written { times: usize::MAX, plus: 1 };
    assert!(refuse("sep = -1; eos = -2; tokens;", Prompts { answer, ..prompts() }).contains("`times` is 0 to 1000"));
    insta::assert_snapshot!(task("sep = -1; eos = -2; tokens;", Prompts { longest: Some(5), ..prompts() }).check_length(6).unwrap_err(), @"own: length 6 is beyond `longest: 5`: raise that, or lower the length");
}

#[test]
fn a_program_that_fails_shows_the_prompt() {
    let probe = |body: &str| task(&format!("sep = -1; eos = -2; {body}"), prompts()).probe([2]).unwrap_err();
    insta::assert_snapshot!(probe("tokens * 0 + 3;"), @"own has no answer to `17 5 sep`: it writes 3 tokens without `eos`: 3 3 3");
    insta::assert_snapshot!(probe("tokens * 100;"), @"own has no answer to `17 5 sep`: own.rasp:2:21: `17 * 100` is 1700 at input position 0, outside -128..=127: use smaller tokens, or keep them small with `%`");
    insta::assert_snapshot!(probe("tokens * 0 + 60;"), @"own has no answer to `17 5 sep`: it writes 60, which is neither a symbol nor one of the data tokens");
    assert!(matches!(probe("tokens % 0;"), TaskError::OwnProgramFailed { .. }));
    let bad_condition = task("sep = -1; eos = -2; tokens;", Prompts { condition: Some(program("tokens;")), ..prompts() });
    insta::assert_snapshot!(bad_condition.probe([2]).unwrap_err(), @"own has no answer to `17 5 sep`: the condition is no boolean: end it with a comparison");
}
