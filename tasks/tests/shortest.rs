//! The search finds the known shortest programs of tasks, and nothing shorter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use rasp::rasp_l::search::{Operations, Search, Space};
use rasp::rasp_l::{Profile, Program};
use tasks::agreement::Trials;
use tasks::shortest::{Question, Searched, Shortest, around, constants, diversity, shortest};
use tasks::{Draw, EOS, OwnTask, Prompts, STANDARD, Task, TaskSpec, build};

/// All shards, one after another.
#[expect(clippy::unnecessary_wraps, reason = "a search may fail elsewhere")]
fn search(made: &Search) -> Result<Searched, Infallible> {
    let mut searched = Searched::default();
    let mut worker = made.worker();
    for shard in 0..made.shards() {
        let outcome = worker.run(shard, 50, &AtomicBool::new(false)).unwrap();
        searched.counts += outcome.counts;
        searched.agreeing += outcome.agreeing;
        searched.programs.extend(outcome.found.iter().map(|found| made.source(found, &[], &[])));
    }
    Ok(searched)
}

fn question<'t>(task: &'t dyn Task, operations: &str, len_train_max: usize, size_max: usize) -> Question<'t> {
    Question {
        task,
        train: 1..=len_train_max,
        beyond: vec![len_train_max + 1, len_train_max + 2, 3 * len_train_max, 5 * len_train_max],
        space: Space::new(operations_of(operations), constants(task)),
        size_max,
        until_general: true,
        further: 0,
        trials: Trials { distribution: STANDARD, directed: true, count: 20, seed: 0 },
    }
}

/// A named set, or names between spaces.
fn operations_of(set: &str) -> Operations {
    Operations::named(set).unwrap_or_else(|| Operations::of_names(set.split(' ')).unwrap())
}

fn solved(name: &str, operations: &str, len_train_max: usize, size_max: usize) -> Shortest {
    let task = build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap();
    shortest(&question(&*task, operations, len_train_max, size_max), &mut search).unwrap()
}

fn assert_shortest(name: &str, operations: &str, size: usize) {
    let found = solved(name, operations, 5, size);
    let (best, candidate) = found.best().unwrap_or_else(|| panic!("{name}: nothing found"));
    assert_eq!((best, found.none_below, found.unsettled), (size, size, None), "{name}:\n{}", candidate.source);
    assert_eq!(candidate.program.length().core_operations, size, "{name}");
}

#[test]
fn sort_takes_one_operation() {
    assert_shortest("sort", "full", 1);
}

#[test]
fn a_conjunction_that_ends_takes_two() {
    assert_shortest("boolean-and", "full", 2);
    assert_shortest("tomita-1", "full", 2);
}

#[test]
fn majority_takes_three() {
    assert_shortest("binary-majority", "basic", 3);
}

#[test]
fn mode_and_reversal_take_three_and_copying_four() {
    assert_shortest("mode", "attention", 3);
    assert_shortest("reverse-unique", "attention", 3);
    assert_shortest("copy-unique", "step max min select== select<", 4);
}

/// Where lengths up to 4 are trained on, a program of three operations counts right to 4 and wrong at 5; where 5 is trained on too, none is left.
#[test]
fn count_has_an_impostor_of_three_operations() {
    let task = build(&TaskSpec { name: "count".to_owned(), alphabet: None }).unwrap();
    let space = Space::new(operations_of("max min mean select!= select> select>="), constants(&*task));
    let found = shortest(&Question { space, until_general: false, ..question(&*task, "full", 4, 3) }, &mut search).unwrap();
    let consistent = found.consistent.unwrap();
    assert_eq!((consistent.size, consistent.general().count()), (3, 0));
    let (length, wrong) = consistent.impostors().next().unwrap().counterexample().unwrap();
    assert_eq!(length, 5);
    assert_eq!(task.answer(&wrong.example.prompt).unwrap(), wrong.example.answer);
    assert_ne!(wrong.written, Ok(wrong.example.answer.clone()));
    let space = Space::new(operations_of("max min mean select!= select> select>="), constants(&*task));
    let longer = shortest(&Question { space, ..question(&*task, "full", 5, 3) }, &mut search).unwrap();
    assert!(longer.consistent.is_none());
    assert_eq!((longer.none_below, longer.unsettled), (4, None));
}

/// It sorts; of five tokens and more it writes none.
const SORT_OF_FOUR: &str = "\
#lang rasp-l
sep = -1;
eos = -2;
has_five_before = aggregate_max(select(indices + 1 + 1 + 1 + 1 + 1, indices, ==), True);
is_long = aggregate_max(select(tokens, sep, ==), has_five_before);
next = eos if is_long else aggregate_min(select(tokens, tokens, >), tokens, eos);
";

#[test]
fn a_planted_impostor_is_found_and_ends_with_longer_training() {
    let program = Program::parse("sort_of_four.rasp", SORT_OF_FOUR).unwrap();
    let prompts = Prompts {
        alphabet: 30,
        draw: Draw::Distinct,
        begin: String::new(),
        end: "sep".to_owned(),
        condition: None,
        longest: None,
        answer: tasks::Answer::default(),
    };
    let task = OwnTask::new("sort-of-four", program, prompts).unwrap();

    let found = shortest(&Question { until_general: false, ..question(&task, "full", 4, 2) }, &mut search).unwrap();
    assert_eq!((found.none_below, found.best().is_none()), (1, true));
    let consistent = found.consistent.unwrap();
    assert_eq!((consistent.size, consistent.general().count(), consistent.agreeing), (1, 0, 1));
    let impostor = consistent.impostors().next().unwrap();
    assert!(impostor.source.contains("aggregate_min(select(tokens, tokens, >), tokens, -2)"), "{}", impostor.source);
    let (length, wrong) = impostor.counterexample().unwrap();
    assert_eq!((length, &wrong.example.answer[..]), (5, &[EOS][..]));
    // It sorts on, as far as it is let.
    assert_eq!(wrong.written.as_ref().unwrap()[..1], [*wrong.example.prompt[..5].iter().min().unwrap()]);

    let longer = shortest(&question(&task, "full", 5, 2), &mut search).unwrap();
    assert!(longer.consistent.is_none());
    assert_eq!((longer.none_below, longer.unsettled), (3, None));
    let verdicts = diversity(&question(&task, "full", 6, 2), 3, &mut search).unwrap();
    let summary: Vec<_> = verdicts.iter().map(|verdict| verdict.impostor.as_ref().map(|(size, _)| *size)).collect();
    assert_eq!(summary, [Some(1), Some(1), Some(1), Some(1), None]);
}

#[test]
fn shorter_impostors_end_with_longer_training() {
    let task = build(&TaskSpec { name: "boolean-and".to_owned(), alphabet: None }).unwrap();
    let verdicts = diversity(&question(&*task, "full", 4, 2), 2, &mut search).unwrap();
    let summary: Vec<_> =
        verdicts.iter().map(|verdict| (verdict.len_train_max, verdict.impostor.as_ref().map(|(size, _)| *size))).collect();
    assert_eq!(summary, [(1, Some(1)), (2, None)]);
}

#[test]
fn without_a_program_the_bound_is_what_was_searched() {
    let found = solved("parity", "attention", 4, 2);
    assert!(found.consistent.is_none() && found.general.is_none());
    assert_eq!((found.none_below, found.none_general_below), (3, 3));
}

#[test]
fn a_known_program_is_bettered_by_what_is_near_it() {
    let task = build(&TaskSpec { name: "sort".to_owned(), alphabet: None }).unwrap();
    let detour = "#lang rasp-l\nsep = -1;\neos = -2;\nnext_token = tokens + 1;\nback = next_token - 1;\nnext = aggregate_min(select(back, back, >), back, eos);\n";
    let known = Program::parse_in(Profile::Strict, "detour.rasp", detour).unwrap();
    let bettered = around(&question(&*task, "full", 5, 1), &known, &mut search).unwrap();
    let candidate = bettered.candidate.unwrap();
    assert_eq!(candidate.program.length().core_operations, 1, "{}", candidate.source);
    assert!(candidate.counterexample().is_none());

    let shortest = Program::parse_in(Profile::Strict, "sort.rasp", task.program_source().unwrap().1).unwrap();
    assert!(
        around(&question(&*task, "full", 5, 1), &shortest, &mut search).unwrap().candidate.is_none(),
        "nothing is shorter than one operation"
    );
}

#[test]
fn further_sizes_are_sorted_into_those_that_generalize_and_those_that_do_not() {
    let task = build(&TaskSpec { name: "boolean-and".to_owned(), alphabet: None }).unwrap();
    let question = Question { further: 1, ..question(&*task, "basic", 3, 2) };
    let found = shortest(&question, &mut search).unwrap();
    assert_eq!(found.best().unwrap().0, 2);
    let [further] = &found.further[..] else { panic!("one size more") };
    assert_eq!(further.size, 3);
    assert!(further.general().count() > 0 && further.impostors().count() > 0);
    let ways = further.ways_to_fail();
    assert!(ways >= 1 && ways <= further.impostors().count());
}
