//! Tasks of a user's own programs, and programs drawn at random, from outside.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const LARGEST: &str = "#lang rasp-l\nsep = -1;\neos = -2;\nnext = maximum(tokens) if tokens == sep else eos;\n";
const SWEEP: &str = "\
sweep: own
seeds: [0]
base:
  model: {layers: 1, heads: 1, width: 16, positions: none}
  train: {lengths: 4, steps: 30, batch: 16, lr: 1.0e-2, warmup_steps: 5, check_steps: 20}
  evaluate: {lengths: [2, 4, 6], examples: 20}
cells:
  - {program: programs/my_largest.rasp, alphabet: 8}
  - {task: distinct, program: programs/my_largest.rasp, alphabet: 8, prompts: {tokens: distinct, condition: \"has_seen(tokens, 0)\", answer: last}}
";

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("programs")).unwrap();
    desk.write("programs/my_largest.rasp", LARGEST);
    desk
}

#[test]
fn a_program_becomes_a_task_that_its_folder_can_repeat() {
    let desk = desk();
    desk.write("own.yaml", SWEEP);
    let run = desk.rasplab(&["run", "own.yaml"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("my-largest  3  "), "{}", run.stdout);
    let results = desk.read("runs/own/results.csv");
    assert!(results.contains("my-largest") && results.contains("distinct"));
    std::fs::remove_dir_all(desk.path("programs")).unwrap();
    let again = desk.rasplab(&["run", "runs/own/sweep.yaml", "--out", "again"]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(desk.read("again/results.csv"), results);
    assert_eq!(desk.rasplab(&["report", "runs/own"]).status, 0);
}

#[test]
fn another_program_is_another_cell() {
    let desk = desk();
    desk.write("own.yaml", SWEEP);
    let cells = || desk.rasplab(&["expand", "own.yaml"]).stdout;
    let before = cells();
    assert_eq!(before, cells());
    desk.write("programs/my_largest.rasp", &LARGEST.replace("maximum", "minimum"));
    assert!(before.lines().zip(cells().lines()).all(|(before, after)| before.split(' ').next() != after.split(' ').next()));
}

#[test]
fn what_is_wrong_with_a_program_or_its_prompts_is_said_before_anything_is_trained() {
    let desk = desk();
    desk.write(
        "bad.yaml",
        "sweep: bad\ncells:\n  - {program: absent.rasp}\n  - {task: sort, program: programs/my_largest.rasp}\n  - {task: a, program: \"#lang rasp-l\\neos = -2; tokns;\"}\n  - {task: b, program: \"#lang rasp-l\\neos = -2; tokens * 9;\"}\n  - {task: c, program: \"#lang rasp-l\\neos = -2; tokens;\"}\n  - {task: d, program: programs/my_largest.rasp, prompts: {condition: tokens}}\n  - {task: e, program: programs/my_largest.rasp, prompts: {tokns: distinct}}\n  - {task: sort, prompts: {tokens: distinct}}\n  - {task: f/g, program: programs/my_largest.rasp, alphabet: 500}\n",
    );
    let answer = desk.rasplab(&["run", "bad.yaml"]);
    assert_eq!(answer.status, 2);
    assert!(!desk.path("runs").exists());
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn programs_drawn_at_random_are_a_sweep() {
    let desk = Desk::new();
    let drawn = desk.rasplab(&["tasks", "random", "--core-ops", "1..3", "--count", "2", "--seed", "7", "--out", "random"]);
    assert_eq!((drawn.status, drawn.stdout.lines().count()), (0, 6), "{}", drawn.stderr);
    let files: Vec<&str> = drawn.stdout.lines().collect();
    assert_eq!(desk.rasplab(&[&["rasp", "test"], &files[..]].concat()).status, 0);
    assert_eq!(desk.rasplab(&["validate", "random/random.yaml"]).stdout, "random/random.yaml: 6 cells, 18 runs, no problems\n");
    let printed = desk.rasplab(&["tasks", "random", "--core-ops", "2", "--seed", "7"]).stdout;
    assert_eq!(printed, desk.read("random/random_2_7_0.rasp"));
    assert_eq!(desk.rasplab(&["tasks", "random", "--core-ops", "11"]).status, 2);
}
