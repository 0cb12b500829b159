//! How training and evaluation examples are drawn, as a sweep file says it.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const SWEEP: &str = "\
sweep: drawn
seeds: [0]
base:
  task: addition-reverse-hints
  alphabet: 30
  model: {layers: 1, heads: 1, width: 16, positions: none}
  train: {lengths: 4, steps: 10, batch: 8, warmup_steps: 5, check_steps: 5}
  evaluate: {lengths: [2, 4, 6], examples: 20}
cells:
  - {}
";

fn run(desk: &Desk, sweep: &str, out: &str) -> String {
    desk.write("drawn.yaml", sweep);
    let answer = desk.rasplab(&["run", "drawn.yaml", "--out", out]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    desk.read(&format!("{out}/results.csv"))
}

/// The length and the split of each row of exact match.
fn splits(results: &str) -> Vec<(&str, &str)> {
    let rows = results.lines().filter(|line| line.contains(",standard,exact_match,"));
    rows.map(|row| row.split(',').collect::<Vec<_>>()).map(|cells| (cells[6], cells[7])).collect()
}

#[test]
fn training_on_one_length_makes_every_other_one_out_of_distribution() {
    let desk = Desk::new();
    assert_eq!(splits(&run(&desk, SWEEP, "uniform")), [("2", "in"), ("4", "in"), ("6", "out")]);
    let fixed = SWEEP.replace("lengths: 4,", "lengths: 4, length_draw: fixed,");
    assert_eq!(splits(&run(&desk, &fixed, "fixed")), [("2", "out"), ("4", "in"), ("6", "out")]);
}

#[test]
fn the_standard_distribution_is_the_default_and_another_one_another_cell() {
    let desk = Desk::new();
    let standard = run(&desk, SWEEP, "standard");
    let hard = SWEEP.replace("examples: 20", "examples: 20, distribution: hard-carry");
    let hard_results = run(&desk, &hard, "hard");
    let losses = |results: &str| results.lines().filter(|line| line.contains(",loss,")).map(str::to_owned).collect::<Vec<_>>();
    assert_ne!(losses(&standard), losses(&hard_results));
    desk.write("bad.yaml", &SWEEP.replace("lengths: 4,", "lengths: 4, distribution: balanced-cary,"));
    let refused = desk.rasplab(&["run", "bad.yaml"]);
    let told = "base.train.distribution: addition-reverse-hints has no distribution `balanced-cary`: did you mean `balanced-carry`?";
    assert!(refused.status == 2 && refused.stderr.contains(told), "{}", refused.stderr);
}
