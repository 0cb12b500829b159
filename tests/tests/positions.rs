//! Every position scheme from outside: trained, evaluated, decoded, and refused where it cannot be.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;

use desk::Desk;

const SWEEP: &str = "\
sweep: schemes
seeds: [0]
base:
  task: copy-unique
  alphabet: 8
  model: {layers: 1, heads: 2, width: 16}
  train: {lengths: 3, steps: 20, batch: 8, lr: 1.0e-2, warmup_steps: 2, check_steps: 10}
  evaluate: {lengths: [2, 3, 6], examples: 10}
cells: [{}]
grid:
  model.positions: [none, learned, sinusoidal, rotary, alibi, t5, fire, randomized, abacus, coupled]
";

#[test]
fn every_scheme_is_trained_evaluated_and_decoded_and_repeats_itself() {
    let desk = Desk::new();
    desk.write("schemes.yaml", SWEEP);
    let answer = desk.rasplab(&["run", "schemes.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let by_plain_burn = answer.stderr.lines().filter(|line| line.contains("by plain burn")).count();
    assert_eq!(by_plain_burn, 4, "rotary, alibi, t5 and fire: {}", answer.stderr);

    let records = report::read_csv(&desk.read("runs/schemes/results.csv")).unwrap();
    let losses: BTreeMap<&str, f64> = records
        .iter()
        .filter(|record| record.metric == report::Metric::Loss && record.len_eval == 6)
        .map(|record| (record.cell.as_str(), record.value))
        .collect();
    assert_eq!(losses.len(), 10);
    assert!(losses.values().all(|loss| loss.is_finite()), "{losses:?}");

    for cell in losses.keys() {
        let run = format!("runs/schemes/{cell}/init0-data0");
        let environment: serde_json::Value = serde_json::from_str(&desk.read(&format!("{run}/environment.json"))).unwrap();
        let config: serde_json::Value = serde_json::from_str(&desk.read(&format!("{run}/config.json"))).unwrap();
        let positions = config["config"]["model"]["positions"].as_str().unwrap();
        let inside = ["rotary", "alibi", "t5", "fire"].contains(&positions);
        assert_eq!(environment["vector_instructions"].is_null(), inside, "{positions}");

        let decode = |more: &[&str]| {
            let answer = desk.rasplab(&[&["decode", &run, "--length", "6", "--count", "10"], more].concat());
            assert_eq!(answer.status, 0, "{positions}: {}", answer.stderr);
            answer.stdout
        };
        assert_eq!(decode(&[]), decode(&["--device", "flex-plain"]), "{positions}");
        assert_eq!(decode(&["--oracle-length"]), decode(&["--oracle-length"]), "{positions}");
    }

    assert_eq!(desk.rasplab(&["run", "schemes.yaml", "--workers", "1", "--out", "again"]).status, 0);
    assert_eq!(desk.read("again/results.csv"), desk.read("runs/schemes/results.csv"));
}

#[test]
fn what_a_scheme_cannot_be_is_said_before_anything_runs() {
    let desk = Desk::new();
    desk.write("schemes.yaml", SWEEP);
    let cases = [
        (
            &["model.positions=rotary", "model.width=14"][..],
            "model.positions: rotary positions need heads of an even width, not 14 / 2 = 7",
        ),
        (&["model.position_range=50"], "model.position_range: only `positions: randomized` draws from a range: remove it"),
        (
            &["model.positions=randomized", "model.position_range=13"],
            "model.position_range: must be between 14, the tokens of the longest sequence, and 1000000: 13",
        ),
        (&["model.positions=alibbi"], "alibi"),
        (
            &["model.positions=coupled", "task=sort"],
            "model.positions: the tokens of sort do not correspond place by place, as `coupled` needs: choose another scheme, or one of copy-unique",
        ),
        (&["model.positions=coupled", "train.context=20"], "`positions: coupled` counts the places of one example: remove it"),
        (&["model.loops=0"], "model.loops: must be between 1 and 256: 0"),
    ];
    for (overrides, told) in cases {
        desk.write("one.yaml", SWEEP.split("grid:").next().unwrap());
        let mut args = vec!["run", "one.yaml"];
        args.extend(overrides.iter().flat_map(|key| ["--set", key]));
        let answer = desk.rasplab(&args);
        assert_eq!(answer.status, 2, "{overrides:?}");
        assert!(answer.stderr.contains(told), "{}", answer.stderr);
        assert!(!desk.path("runs").exists());
    }
}

/// Sharpening is a way to evaluate: the same weights, and nothing else within the training lengths.
#[test]
fn sharpened_attention_changes_what_is_beyond_training_alone() {
    let desk = Desk::new();
    desk.write("one.yaml", SWEEP.split("grid:").next().unwrap());
    let losses = |out: &str, more: &[&str]| -> Vec<(usize, f64)> {
        let answer = desk.rasplab(&[&["run", "one.yaml", "--out", out], more].concat());
        assert_eq!(answer.status, 0, "{}", answer.stderr);
        let records = report::read_csv(&desk.read(&format!("{out}/results.csv"))).unwrap();
        records.iter().filter(|record| record.metric == report::Metric::Loss).map(|record| (record.len_eval, record.value)).collect()
    };
    let (plain, sharp) = (losses("plain", &[]), losses("sharp", &["--set", "evaluate.sharpen=true"]));
    for ((length, plain), (_, sharp)) in plain.iter().zip(&sharp) {
        let apart = (plain - sharp).abs();
        assert_eq!(apart > 1e-5, *length > 3, "length {length}: {plain} and {sharp}");
    }
    let run =
        std::fs::read_dir(desk.path("sharp")).unwrap().flatten().find(|entry| entry.file_name().to_string_lossy().starts_with("copy"));
    let run = run.unwrap().path().join("init0-data0");
    let decoded = desk.rasplab(&["decode", run.to_str().unwrap(), "--length", "6", "--count", "3"]);
    assert_eq!(decoded.status, 0, "{}", decoded.stderr);
}

#[test]
fn looped_blocks_are_trained_and_stored_once() {
    let desk = Desk::new();
    desk.write("one.yaml", SWEEP.split("grid:").next().unwrap());
    let answer = desk.rasplab(&["run", "one.yaml", "--set", "model.loops=3"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("by plain burn"), "{}", answer.stderr);
    let report = desk.read("runs/schemes/report.html");
    assert!(report.contains("1 layer gone through 3 times"));
    let run = std::fs::read_dir(desk.path("runs/schemes"))
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("copy"));
    let done = std::fs::read_to_string(run.unwrap().path().join("init0-data0/DONE.json")).unwrap();
    let done: serde_json::Value = serde_json::from_str(&done).unwrap();
    // (10 tokens + 14 positions + 12 x 16 + 13) x 16 and the last norm.
    assert_eq!(done["parameters"], (10 + 14 + 12 * 16 + 13) * 16 + 32);
}
