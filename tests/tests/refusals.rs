//! Bad input from outside: one clear message, the right exit status, and nothing lost.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, TINY};

/// The command, its exit status and its messages.
fn refusal(desk: &Desk, args: &[&str]) -> String {
    let answer = desk.rasplab(args);
    assert_eq!(answer.stdout, "", "a refusal prints no data");
    format!("rasplab {}\nexit status {}\n{}", args.join(" "), answer.status, answer.stderr)
}

#[test]
fn every_problem_of_a_sweep_file_is_reported_at_once() {
    let desk = Desk::new();
    desk.write(
        "bad.yaml",
        "sweep: bad/name\ndevice: tpu\nsedes: [0]\nseeds: [1, 1]\nbase:\n  train:\n    lr: fast\n    setps: 10\ncells:\n  - task: srot\n    train: {lr: 1.0e-3}\n  - task: sort\n    alphabet: 30\n    model: {heads: 3}\n    train: {batch: 0}\n    evaluate: {lengths: [10, 40]}\nreport:\n  primary: {measure: core_operation}\n",
    );
    insta::assert_snapshot!(refusal(&desk, &["run", "bad.yaml"]));
    assert!(!desk.path("runs").exists(), "nothing is created before everything is checked");
}

#[test]
fn a_file_that_is_missing_or_is_not_yaml_is_named() {
    let desk = Desk::new();
    desk.write("broken.yaml", "sweep: x\ncells: [{task: sort}\nbase: {}\n");
    desk.write("list.yaml", "- sweep\n");
    desk.write("twice.yaml", "sweep: x\nsweep: y\ncells: [{task: sort}]\n");
    let answers = [
        refusal(&desk, &["run", "absent.yaml"]),
        refusal(&desk, &["validate", "broken.yaml"]),
        refusal(&desk, &["validate", "list.yaml"]),
        refusal(&desk, &["validate", "twice.yaml"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn overrides_are_checked_like_the_file() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let answers = [
        refusal(&desk, &["run", "tiny.yaml", "--set", "train.rl=1", "--set", "train.steps=many", "--set", "novalue"]),
        refusal(&desk, &["run", "tiny.yaml", "--set", "train.lr=-1"]),
        refusal(&desk, &["run", "tiny.yaml", "--set", "device=wgpu2"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    desk.write("other.yaml", &TINY.replace("sweep: tiny", "sweep: other"));
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "train.steps=20"]).status, 0);
    let results = desk.read("runs/tiny/results.csv");
    std::fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/notes.txt", "do not lose");
    desk.write("file", "in the way");
    let answers = [
        refusal(&desk, &["run", "other.yaml", "--out", "runs/tiny"]),
        refusal(&desk, &["run", "tiny.yaml", "--out", "mine"]),
        refusal(&desk, &["run", "tiny.yaml", "--out", "file"]),
        refusal(&desk, &["report", "mine"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
    assert_eq!(desk.read("runs/tiny/results.csv"), results);
    assert_eq!(desk.read("mine/notes.txt"), "do not lose");
}

#[test]
fn a_damaged_result_is_named_and_not_repeated_silently() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &TINY.replace("  - task: parity\n", "seeds: [0]\n"));
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "train.steps=20"]).status, 0);
    let cell = std::fs::read_dir(desk.path("runs/tiny")).unwrap().map(|entry| entry.unwrap().path());
    let run = cell.filter(|path| path.join("init0-data0").exists()).last().unwrap().join("init0-data0");
    std::fs::write(run.join("results.csv"), "sweep,cell\n1,2\n").unwrap();
    let damaged = desk.rasplab(&["report", "runs/tiny"]);
    assert_eq!(damaged.status, 2);
    assert!(damaged.stderr.contains("results.csv") && damaged.stderr.contains("line 2"), "{}", damaged.stderr);
    std::fs::write(run.join("config.json"), "{}").unwrap();
    let foreign = desk.rasplab(&["run", "tiny.yaml", "--set", "train.steps=20"]);
    assert_eq!(foreign.status, 2);
    assert!(foreign.stderr.contains("holds results of another configuration"), "{}", foreign.stderr);
}

#[test]
fn a_bad_program_or_input_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.write("sort.rasp", "#lang rasp-l\nsep = -1; eos = -2;\nnext = aggregate_min(select(tokens, tokens, >), tokens, eos);\n");
    desk.write("bad.rasp", "#lang rasp-l\nx = tokns + 1;\ny = indices * 2;\n");
    let answers = [
        refusal(&desk, &["rasp", "check", "bad.rasp"]),
        refusal(&desk, &["rasp", "run", "sort.rasp", "--input", "4 12 spe"]),
        refusal(&desk, &["rasp", "run", "sort.rasp", "--input", "4 300"]),
        refusal(&desk, &["rasp", "run", "sort.rasp", "--input", ""]),
        refusal(&desk, &["rasp", "run", "absent.rasp", "--input", "4"]),
        refusal(&desk, &["rasp", "run", "sort.rasp", "--input", "3 1 sep", "--generate", "--max-tokens", "1"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}
