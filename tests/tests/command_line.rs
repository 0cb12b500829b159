//! What the command prints where all is well.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::process::{Command, Stdio};

use desk::{Desk, TINY, binary};

#[test]
fn a_program_is_run_generated_from_and_measured() {
    let desk = Desk::new();
    desk.write("sort.rasp", "#lang rasp-l\nsep = -1; eos = -2;\nnext = aggregate_min(select(tokens, tokens, >), tokens, eos);\n");
    let run = |args: &[&str]| {
        let answer = desk.rasplab(args);
        assert_eq!((answer.status, answer.stderr.as_str()), (0, ""), "{args:?}");
        answer.stdout
    };
    let answers = [
        run(&["rasp", "run", "sort.rasp", "--input", "4 12 3 sep"]),
        run(&["rasp", "run", "sort.rasp", "--input", "4 12 3 sep", "--json"]),
        run(&["rasp", "run", "sort.rasp", "--input", "4 12 3 sep", "--generate"]),
        run(&["rasp", "run", "sort.rasp", "--input", "4 12 3 sep", "--generate", "--json"]),
        run(&["rasp", "length", "sort.rasp"]),
        run(&["rasp", "length", "sort.rasp", "--json"]),
        run(&["rasp", "check", "sort.rasp"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn tasks_are_listed_and_sampled_by_seed() {
    let desk = Desk::new();
    let list = desk.rasplab(&["tasks", "list"]).stdout;
    assert!(list.lines().count() > 30, "{list}");
    let sample = |seed: &str| desk.rasplab(&["tasks", "sample", "sort", "--length", "3", "--count", "2", "--seed", seed]).stdout;
    assert_eq!(sample("1"), sample("1"));
    assert_ne!(sample("1"), sample("2"));
    assert!(sample("1").lines().all(|line| line.contains(" sep => ") && line.ends_with(" eos")));
    assert!(desk.rasplab(&["tasks", "show", "sort"]).stdout.contains("aggregate_min(select(tokens, tokens, >), tokens, eos)"));
}

/// `rasplab tasks list --markdown > docs/tasks.md` writes it anew.
#[test]
fn the_page_of_tasks_is_what_the_command_writes() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tasks.md")).unwrap();
    assert_eq!(Desk::new().rasplab(&["tasks", "list", "--markdown"]).stdout, page);
}

#[test]
fn a_sweep_is_expanded_with_every_default_written_out() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &TINY.replace("cells:", "grid:\n  train.lr: [1.0e-3, 1.0e-2]\ncells:"));
    let expanded = desk.rasplab(&["expand", "tiny.yaml", "--json"]);
    assert_eq!(expanded.status, 0, "{}", expanded.stderr);
    let lines: Vec<&str> = expanded.stdout.lines().collect();
    assert_eq!(lines.len(), 8, "two tasks, two learning rates, two seeds");
    assert!(lines.iter().all(|line| line.contains("\"weight_decay\":0.01")));
    assert!(!desk.path("runs").exists());
}

#[test]
fn the_schema_is_draft_07_and_knows_the_keys() {
    let schema = Desk::new().rasplab(&["schema"]).stdout;
    assert!(schema.contains("http://json-schema.org/draft-07/schema#"));
    assert!(schema.contains("\"reach_tau\""));
}

#[test]
fn every_command_has_help_with_an_example() {
    let desk = Desk::new();
    let commands: [&[&str]; 24] = [
        &["run"],
        &["export"],
        &["live"],
        &["validate"],
        &["expand"],
        &["report"],
        &["tasks", "list"],
        &["tasks", "show"],
        &["tasks", "sample"],
        &["tasks", "random"],
        &["predict", "minimum-degree"],
        &["predict", "program"],
        &["rasp", "run"],
        &["rasp", "length"],
        &["rasp", "check"],
        &["rasp", "test"],
        &["rasp", "fmt"],
        &["rasp", "repl"],
        &["rasp", "layers"],
        &["rasp", "draw"],
        &["work"],
        &["status"],
        &["devices"],
        &["schema"],
    ];
    for command in commands {
        let help = desk.rasplab(&[command, &["--help"][..]].concat());
        assert_eq!(help.status, 0);
        assert!(help.stdout.contains("Example: rasplab "), "{command:?}: {}", help.stdout);
    }
    assert_eq!(desk.rasplab(&["unknown-command"]).status, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(binary()).arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn every_sweep_file_that_we_show_is_valid() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let shown = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let desk = Desk::new();
    desk.write("readme.yaml", shown);
    let mut files = vec![desk.path("readme.yaml")];
    for folder in ["configs", "configs/own", "configs/paper"] {
        let inside = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        files.extend(inside.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")));
    }
    assert!(files.len() > 2);
    for file in files {
        let answer = desk.rasplab(&["validate", file.to_str().unwrap()]);
        assert_eq!(answer.status, 0, "{}", answer.stderr);
    }
}

const HIST: &str = "hist = selector_width(select(tokens, tokens, ==));\nsame = select(tokens, tokens, ==);\n";

#[test]
fn a_rasp_program_is_evaluated_on_one_input_and_on_many() {
    let desk = Desk::new();
    desk.write("hist.rasp", HIST);
    desk.write("inputs.jsonl", "\"hello\"\n\n[\"a\", \"b\", \"a\"]\n[1, 2.5, true]\n");
    let run = |args: &[&str]| {
        let answer = desk.rasplab(&[&["rasp"], args].concat());
        assert_eq!((answer.status, answer.stderr.as_str()), (0, ""), "{args:?}");
        answer.stdout
    };
    let answers = [
        run(&["run", "hist.rasp", "--input", "hello", "--sop", "hist"]),
        run(&["run", "hist.rasp", "--items", "[1, 1.0, 2]", "--sop", "hist", "--sop", "same", "--json"]),
        run(&["run", "hist.rasp", "--inputs", "inputs.jsonl", "--sop", "hist", "--json"]),
        run(&["run", "hist.rasp"]),
        run(&["layers", "hist.rasp"]),
        run(&["layers", "hist.rasp", "--sop", "hist", "--json"]),
        run(&["check", "hist.rasp"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
    let many = |workers: &str| run(&["run", "hist.rasp", "--inputs", "inputs.jsonl", "--sop", "hist", "--json", "--workers", workers]);
    assert_eq!(many("1"), many("2"));
}

#[test]
fn inputs_on_which_a_program_fails_are_results_too() {
    let desk = Desk::new();
    desk.write("next.rasp", "next = tokens_int + 1;\n");
    desk.write("inputs.jsonl", "\"12\"\n\"1a\"\n");
    let answer = desk.rasplab(&["rasp", "run", "next.rasp", "--inputs", "inputs.jsonl", "--json"]);
    assert_eq!(answer.status, 1);
    assert!(
        answer.stdout.starts_with("{\"input\":0,\"name\":\"next\",\"kind\":\"sequence\",\"type\":\"int\",\"values\":[2,3]}\n"),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.contains("\"kind\":\"error\",\"class\":\"arithmetic\""), "{}", answer.stdout);
    assert!(answer.stderr.contains("1 of 2 results are errors"), "{}", answer.stderr);
}

#[test]
fn bad_requests_of_rasp_programs_say_what_to_do() {
    let desk = Desk::new();
    desk.write("hist.rasp", HIST);
    desk.write("bad.rasp", "x = tokns;\ny = 1 +;\n");
    desk.write("inputs.jsonl", "\"a\"\n3\n");
    let refuse = |args: &[&str]| {
        let answer = desk.rasplab(&[&["rasp"], args].concat());
        assert_eq!((answer.status, answer.stdout.as_str()), (2, ""), "{args:?}");
        answer.stderr
    };
    let answers = [
        refuse(&["run", "hist.rasp", "--input", "a", "--sop", "hst"]),
        refuse(&["run", "hist.rasp", "--input", ""]),
        refuse(&["run", "hist.rasp", "--inputs", "inputs.jsonl"]),
        refuse(&["run", "hist.rasp", "--input", "a", "--generate"]),
        refuse(&["length", "hist.rasp"]),
        refuse(&["draw", "hist.rasp", "--sop", "same"]),
        refuse(&["check", "bad.rasp"]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_session_through_a_pipe_prints_prompts_and_draws() {
    let desk = Desk::new();
    desk.write("hist.rasp", HIST);
    let mut session = Command::new(binary());
    session.args(["rasp", "repl"]).current_dir(desk.path(".")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut session = session.spawn().unwrap();
    let typed =
        "load \"hist\";\nhist(\"abca\");\n4 not in [1];\ndef f(x) {\n  return x + 1; # one more\n}\nf(indices);\ndraw(hist, \"aab\");\n";
    std::io::Write::write_all(&mut session.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    let answer = session.wait_with_output().unwrap();
    assert!(answer.status.success());
    insta::assert_snapshot!(String::from_utf8(answer.stdout).unwrap());
    assert!(desk.path("comp_flows/hist(aab).svg").exists());
    assert!(std::fs::read(desk.path("comp_flows/hist(aab).png")).unwrap().starts_with(b"\x89PNG"));
}
