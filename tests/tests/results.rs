//! docs/results.md says what the tables hold, and its Python runs.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop at what it did not expect, and says that it was skipped")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;
use std::process::Command;

use desk::{Desk, EIGHT_RUNS};
use report::{Metric, Record};

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/results.md")).unwrap()
}

/// A sweep with predictions, in the folder that the page names.
fn swept() -> Desk {
    let desk = Desk::new();
    desk.write("tiny.yaml", &EIGHT_RUNS.replace("steps: 800", "steps: 60"));
    let answer = desk.rasplab(&["run", "tiny.yaml", "--out", "runs/quickstart"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    desk
}

/// The names in the first column of the first table under a heading.
fn documented<'p>(page: &'p str, file: &str) -> Vec<&'p str> {
    let (_, section) = page.split_once(&format!("### `{file}`\n")).unwrap_or_else(|| panic!("no section about {file}"));
    let table = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2);
    let names = table.flat_map(|row| row.split('|').nth(1).unwrap().split(", "));
    names.map(|name| name.trim().trim_matches('`')).collect()
}

#[test]
fn every_column_is_on_the_page_and_every_one_on_the_page_is_there() {
    let (desk, page) = (swept(), page());
    let run = desk.find("runs/quickstart", "examples.csv").pop().unwrap();
    let run = run.parent().unwrap();
    let folder = desk.path("runs/quickstart");
    let files = [
        folder.join("results.csv"),
        folder.join("checkpoints.csv"),
        folder.join("calibration.csv"),
        folder.join("predictions.csv"),
        folder.join("runs.csv"),
        run.join("examples.csv"),
        run.join("mistakes.csv"),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        assert_eq!(documented(&page, file.file_name().unwrap().to_str().unwrap()), header, "{}", file.display());
    }
    let line = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let line: BTreeMap<String, f64> = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    let mut keys = documented(&page, "metrics.jsonl");
    keys.sort_unstable();
    assert_eq!(keys, line.keys().collect::<Vec<_>>());

    let records = report::read_csv(&desk.read("runs/quickstart/results.csv")).unwrap();
    for record in records {
        assert!(page.contains(&format!("\n| `{}` | ", record.metric)), "{}", record.metric);
    }
}

#[test]
fn the_python_of_the_page_prints_the_medians() {
    let Some(python) = python() else { return };
    let desk = swept();
    let page = page();
    let snippet = page.split_once("```python\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    let output = Command::new(python).current_dir(desk.path(".")).args(["-c", snippet]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();

    let records = report::read_csv(&desk.read("runs/quickstart/results.csv")).unwrap();
    let lengths: Vec<String> = [2, 4, 6, 8].map(|length: usize| length.to_string()).to_vec();
    let mut lines = printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap()[1..], lengths, "{printed}");
    assert_eq!(lines.next().unwrap(), ["task"], "{printed}");
    for task in ["boolean-and", "parity"] {
        let line = lines.next().unwrap();
        assert_eq!(line[0], task, "{printed}");
        for (value, length) in line[1..].iter().zip([2, 4, 6, 8]) {
            let median = median(&records, task, length);
            assert!((value.parse::<f64>().unwrap() - median).abs() < 1e-6, "{task} at {length}: {median}\n{printed}");
        }
    }
}

fn median(records: &[Record], task: &str, length: usize) -> f64 {
    let of = |record: &&Record| record.task == task && record.len_eval == length && record.metric == Metric::ExactMatch;
    let mut values: Vec<f64> = records.iter().filter(of).map(|record| record.value).collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values.len(), 4, "one a seed");
    f64::midpoint(values[1], values[2])
}

/// A Python with pandas; `None` where there is none, which in CI is an error. The first `python3` on the path may be without.
fn python() -> Option<&'static str> {
    let has_pandas =
        |python: &&str| Command::new(python).args(["-c", "import pandas"]).output().is_ok_and(|output| output.status.success());
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_pandas);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI installs python3-pandas");
        println!("skipped: no python3 with pandas");
    }
    found
}
