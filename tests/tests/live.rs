//! `rasplab live` where standard output is no terminal: how a sweep is now, done, running or not there.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::{Command, Stdio};

use desk::{Desk, TINY, binary, wait_until};

#[test]
fn a_sweep_that_is_done_is_shown_with_its_curves() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
    let answer = desk.rasplab(&["live", "runs/tiny"]);
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = answer.stdout.lines().collect();
    assert_eq!(lines[0], "4 of 4 runs are done, 0 running, 0 failed, 0 left");
    assert_eq!(lines.len(), 1 + 4 * 2, "{}", answer.stdout);
    assert!(lines[1].starts_with("boolean-and-") && lines[1].contains("/init0-data0  done, step 60 of 60  loss "), "{}", lines[1]);
    assert!(lines[2].contains("by length: 2 ") && lines[2].contains(" | 6 "), "{}", lines[2]);

    let answer = desk.rasplab(&["live", "runs/tiny", "--json"]);
    let snapshot: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(snapshot["status"]["done"], 4);
    let run = &snapshot["runs"][0];
    assert_eq!((run["state"]["ended"].as_str(), run["looks"][2]["step"].as_u64()), (Some("done"), Some(60)));
    let records = report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap();
    for point in run["by_length"].as_array().unwrap() {
        let is_same = |record: &&report::Record| {
            run["run"] == format!("{}/init{}-data{}", record.cell, record.seed_init, record.seed_data)
                && record.metric == report::Metric::ExactMatch
                && point["len_eval"] == record.len_eval
        };
        assert_eq!(point["exact_match"], records.iter().find(is_same).unwrap().value);
    }

    // What is damaged is left out.
    let metrics = desk.find("runs/tiny", "metrics.jsonl");
    fs::write(&metrics[0], "damaged\n").unwrap();
    assert_eq!(desk.rasplab(&["live", "runs/tiny"]).status, 0);
    assert_eq!(desk.rasplab(&["live", "tiny.yaml"]).status, 2);
    assert!(desk.rasplab(&["live", "absent"]).stderr.contains("absent holds no sweep: run one first"));
}

#[test]
fn a_sweep_that_runs_is_shown_and_left_alone() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &TINY.replace("steps: 60", "steps: 1000000"));
    let mut child = Command::new(binary())
        .current_dir(desk.path("."))
        .args(["run", "tiny.yaml", "--workers", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("a run looks at its exact match", || {
        desk.find("runs/tiny", "metrics.jsonl").iter().any(|file| fs::metadata(file).unwrap().len() > 0)
    });
    let answer = desk.rasplab(&["live", "runs/tiny"]);
    assert_eq!((answer.status, answer.stderr.as_str()), (0, ""));
    assert!(answer.stdout.starts_with("0 of 4 runs are done, 1 running, 0 failed, 3 left"), "{}", answer.stdout);
    assert!(answer.stdout.contains("running, step ") && answer.stdout.contains(" of 1000000  loss "), "{}", answer.stdout);
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    let answer = desk.rasplab(&["live", "runs/tiny"]);
    assert!(answer.stdout.contains("stopped, step "), "{}", answer.stdout);
}
