//! What a sweep predicts before it trains, from outside.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, TINY};

/// Two tasks of twenty bits or fewer, hardly trained.
const CONJUNCTIONS: &str = "\
sweep: conjunctions
seeds: [0]
base:
  model: {layers: 1, heads: 1, width: 16, positions: none}
  train: {lengths: 15, steps: 2, batch: 4, lr: 1.0e-2, warmup_steps: 1, check_steps: 2}
  evaluate: {lengths: [10, 15, 16, 18, 20], examples: 40}
cells:
  - task: boolean-and-fixed
  - task: boolean-and
predict: {max_operations: 2}
report: {fit_gate: 0.0}
";

/// (predictor, evaluated length, value) of a task.
fn rows(csv: &str, task: &str) -> Vec<(String, usize, f64)> {
    let rows = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).filter(|row| row[2] == task);
    rows.map(|row| (row[3].to_owned(), row[5].parse().unwrap(), row[8].parse().unwrap())).collect()
}

/// Zhou et al. 2023, section 6, as predictions: the program is right where the polynomial is wrong.
#[test]
fn predictors_that_disagree_stand_beside_each_other() {
    let desk = Desk::new();
    desk.write("conjunctions.yaml", CONJUNCTIONS);
    let answer = desk.rasplab(&["run", "conjunctions.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let csv = desk.read("runs/conjunctions/predictions.csv");
    let fixed = rows(&csv, "boolean-and-fixed");
    for (predictor, length, value) in &fixed {
        let expected = match predictor.as_str() {
            "minimum_degree" if *length > 15 => 0.0..0.7,
            // Some programs of its size are wrong where a 0 comes late.
            "shortest_mixture" => 0.95..1.01,
            _ => 1.0..1.01,
        };
        assert!(expected.contains(value), "{predictor} at {length}: {value}");
    }
    let count = |of: &str| fixed.iter().filter(|(predictor, ..)| predictor == of).count();
    assert_eq!([count("shortest_program"), count("shortest_mixture"), count("minimum_degree")], [5, 5, 5]);
    // Its prompts have several numbers of bits, of which the polynomial says nothing.
    assert!(rows(&csv, "boolean-and").iter().all(|(predictor, ..)| predictor != "minimum_degree"));

    assert!(answer.stdout.contains("curve of the minimum-degree interpolator"), "{}", answer.stdout);
    let page = desk.read("runs/conjunctions/report.html");
    for words in ["2 core operations agree with the task at the training lengths", "predicted: minimum degree", "aggregate_m"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn predictions_are_made_once_and_before_training() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let first = desk.rasplab(&["run", "tiny.yaml"]);
    assert!(
        first.stderr.contains("predicted boolean-and, trained to 4: the shortest program that agrees has 2 operations"),
        "{}",
        first.stderr
    );
    assert!(first.stderr.contains("predicted parity, trained to 4: no program of fewer than 4 operations agrees"), "{}", first.stderr);
    let csv = desk.read("runs/tiny/predictions.csv");

    let again = desk.rasplab(&["report", "runs/tiny"]);
    assert!(again.status == 0 && !again.stderr.contains("predicted"), "{}", again.stderr);
    assert_eq!(desk.read("runs/tiny/predictions.csv"), csv);
    assert_eq!(again.stdout, first.stdout);

    // What cannot be read is made again, and comes out the same.
    for entry in std::fs::read_dir(desk.path("runs/tiny/predictions")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::write(path, "{").unwrap();
        }
    }
    let mended = desk.rasplab(&["report", "runs/tiny"]);
    assert!(mended.status == 0 && mended.stderr.contains("predicted parity"), "{}", mended.stderr);
    assert_eq!(desk.read("runs/tiny/predictions.csv"), csv);

    let off = desk.rasplab(&["run", "tiny.yaml", "--set", "predict.shortest=false", "--set", "predict.minimum_degree=false"]);
    assert!(off.status == 0 && off.stderr.contains("4 of 4 runs are done already"), "predicting is no part of a cell: {}", off.stderr);
    assert_eq!(desk.read("runs/tiny/predictions.csv").lines().count(), 1, "only the header");
}

#[test]
fn what_cannot_be_searched_is_refused_before_anything_runs() {
    let desk = Desk::new();
    let wrong = "predict: {shortets: true, max_operations: 12, operations: ful}\n";
    desk.write("wrong.yaml", &format!("{TINY}{wrong}"));
    let answer = desk.rasplab(&["validate", "wrong.yaml"]);
    assert_eq!(answer.status, 2);
    insta::assert_snapshot!(answer.stderr);
}
