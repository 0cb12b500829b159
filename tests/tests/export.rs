//! What `rasplab export` writes, read again by a reader of its own.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/tensorboard.rs"]
mod tensorboard;

use std::collections::BTreeMap;
use std::path::Path;

use desk::{Desk, TINY};
use report::CheckpointRecord;
use tensorboard::{Event, read_events};

const EVENTS: &str = "events.out.tfevents.rasplab";

fn swept() -> Desk {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let answer = desk.rasplab(&["run", "tiny.yaml", "--set", "evaluate.checkpoints=3"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    desk
}

#[test]
fn tensorboard_gets_every_curve_of_every_run() {
    let desk = swept();
    let answer = desk.rasplab(&["export", "runs/tiny", "--to", "tensorboard"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, "runs/tiny/tensorboard\n"), "{}", answer.stderr);
    assert_eq!(answer.stderr, "4 runs: tensorboard --logdir runs/tiny/tensorboard\n");
    let files = desk.find("runs/tiny/tensorboard", EVENTS);
    assert_eq!(files.len(), 4);
    for file in &files {
        let run = desk.path("runs/tiny").join(file.parent().unwrap().strip_prefix(desk.path("runs/tiny/tensorboard")).unwrap());
        let events = read_events(&std::fs::read(file).unwrap());
        assert_eq!(events[0].file_version, "brain.Event:2", "TensorBoard takes no other");
        assert!(events.windows(2).all(|pair| pair[0].file_version.is_empty() || pair[1].file_version.is_empty()));
        let (scalars, wanted) = (scalars(&events), measured(&run));
        assert_eq!(scalars.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
        for (key, value) in &wanted {
            assert_eq!(scalars[key].1.to_bits(), (*value as f32).to_bits(), "{key:?}");
        }
        assert_eq!(wanted.len(), 3 * 4 + 3 * 4, "three looks with four numbers, and at each a checkpoint with four lengths");
        assert!(wanted.values().any(|value| *value == 0.0) || !run.to_string_lossy().contains("parity"), "a 0 is a number, too");

        // The time of a point is the run's begin and what had gone by since.
        let looks = looks(&run);
        for (tag, step) in scalars.keys() {
            let (at, _) = scalars[&(tag.clone(), *step)];
            let look = looks.iter().find(|look| look["step"].as_u64().unwrap() == *step).unwrap();
            let secs_since = at - events[0].wall_time;
            assert!((secs_since - look["secs"].as_f64().unwrap()).abs() < 1e-5, "{tag} at {step}: {secs_since}");
        }
    }
    // The same folder gives the same bytes, wherever they are written.
    assert_eq!(desk.rasplab(&["export", "runs/tiny", "--to", "tensorboard", "--out", "elsewhere", "--json"]).status, 0);
    for file in &files {
        let other = desk.path("elsewhere").join(file.strip_prefix(desk.path("runs/tiny/tensorboard")).unwrap());
        assert_eq!(std::fs::read(file).unwrap(), std::fs::read(other).unwrap());
    }
    // Nothing that is exported stands in the way of the sweep.
    assert!(desk.rasplab(&["run", "runs/tiny/sweep.yaml", "--out", "runs/tiny"]).stderr.contains("4 of 4 runs are done already"));
}

/// Time and value by tag and step.
fn scalars(events: &[Event]) -> BTreeMap<(String, u64), (f64, f32)> {
    let mut scalars = BTreeMap::new();
    for event in events {
        for (tag, value) in &event.scalars {
            let twice = scalars.insert((tag.clone(), event.step), (event.wall_time, *value));
            assert_eq!(twice, None, "{tag} at {}", event.step);
        }
    }
    scalars
}

fn looks(run: &Path) -> Vec<serde_json::Value> {
    std::fs::read_to_string(run.join("metrics.jsonl")).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the run's own files say.
fn measured(run: &Path) -> BTreeMap<(String, u64), f64> {
    let mut wanted = BTreeMap::new();
    for look in looks(run) {
        let step = look["step"].as_u64().unwrap();
        for key in ["loss", "lr", "tokens_per_sec"] {
            wanted.insert((key.to_owned(), step), look[key].as_f64().unwrap());
        }
        wanted.insert(("exact_match/in_distribution".to_owned(), step), look["exact_match"].as_f64().unwrap());
    }
    let checkpoints: Vec<CheckpointRecord> = report::read_table(&std::fs::read_to_string(run.join("checkpoints.csv")).unwrap()).unwrap();
    for row in checkpoints {
        wanted.insert((format!("exact_match/length {}", row.len_eval), row.step), row.exact_match);
    }
    wanted
}

#[test]
fn a_run_that_goes_on_is_exported_as_far_as_it_is() {
    let desk = swept();
    let run = desk.find("runs/tiny", "metrics.jsonl").pop().unwrap();
    let run = run.parent().unwrap();
    std::fs::remove_file(run.join("DONE.json")).unwrap();
    let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    std::fs::write(run.join("metrics.jsonl"), &text[..text.len() - 10]).unwrap();
    // It was taken over once.
    let environment = r#"{"began": "2026-02-01T12:00:00Z", "before": {"began": "2026-01-31T12:00:00Z"}}"#;
    std::fs::write(run.join("environment.json"), environment).unwrap();
    assert_eq!(desk.rasplab(&["export", "runs/tiny", "--to", "tensorboard", "--out", "tb"]).status, 0);
    let file = desk.path("tb").join(run.strip_prefix(desk.path("runs/tiny")).unwrap()).join(EVENTS);
    let events = read_events(&std::fs::read(file).unwrap());
    assert_eq!(scalars(&events).len(), 2 * 4, "the look that was being written, and checkpoints, are left out");
    assert_eq!(events[0].wall_time as u64, 1_769_860_800, "time counts from when it first began");
}

#[test]
fn what_cannot_be_exported_says_why() {
    let desk = swept();
    desk.write("a-file", "");
    std::fs::create_dir(desk.path("empty")).unwrap();
    let refused = |args: &[&str], wanted: &str| {
        let answer = desk.rasplab(&[&["export"], args].concat());
        assert_eq!((answer.status, answer.stdout.as_str()), (2, ""), "{args:?}");
        assert!(answer.stderr.contains(wanted), "{args:?}: {}", answer.stderr);
    };
    refused(&["absent", "--to", "tensorboard"], "absent holds no sweep: run one first");
    refused(&["empty", "--to", "tensorboard"], "empty holds no sweep: run one first");
    refused(&["tiny.yaml", "--to", "tensorboard"], "tiny.yaml holds no sweep: run one first");
    refused(
        &["runs/tiny", "--to", "tensorboard", "--out", "a-file"],
        "cannot create: Not a directory (os error 20): choose another folder with --out",
    );
    refused(&["runs/tiny", "--to", "csv"], "[possible values: tensorboard, parquet]");
    let metrics = desk.find("runs/tiny", "metrics.jsonl");
    let text = std::fs::read_to_string(&metrics[0]).unwrap();
    std::fs::write(&metrics[0], text.replacen("loss", "lost", 1)).unwrap();
    refused(&["runs/tiny", "--to", "tensorboard"], "metrics.jsonl, line 1: missing field `loss`");
    for file in metrics {
        std::fs::remove_file(file).unwrap();
    }
    refused(
        &["runs/tiny", "--to", "tensorboard"],
        "runs/tiny: no run has come as far as train.check_steps yet: `rasplab status runs/tiny`",
    );
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_parquet_it_says_how_to_build_with_it() {
    let answer = swept().rasplab(&["export", "runs/tiny", "--to", "parquet"]);
    assert_eq!(answer.status, 2);
    assert!(
        answer.stderr.contains("built without Parquet: build one with `cargo build --release --features parquet`"),
        "{}",
        answer.stderr
    );
}

/// What is in it is tested where it is written, in `report`.
#[cfg(feature = "parquet")]
#[test]
fn parquet_has_every_row_of_the_results() {
    let desk = swept();
    let answer = desk.rasplab(&["export", "runs/tiny", "--to", "parquet"]);
    assert_eq!((answer.status, answer.stdout.as_str()), (0, "runs/tiny/results.parquet\n"), "{}", answer.stderr);
    let rows = report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap().len();
    assert_eq!(answer.stderr, format!("{rows} rows\n"));
    let file = std::fs::read(desk.path("runs/tiny/results.parquet")).unwrap();
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    let nowhere = desk.rasplab(&["export", "runs/tiny", "--to", "parquet", "--out", "absent/results.parquet"]);
    assert!(nowhere.status == 2 && nowhere.stderr.contains("absent/results.parquet: cannot write"), "{}", nowhere.stderr);
    std::fs::remove_file(desk.path("runs/tiny/results.csv")).unwrap();
    let early = desk.rasplab(&["export", "runs/tiny", "--to", "parquet"]);
    assert!(early.status == 2 && early.stderr.contains("once a run is done, `rasplab report runs/tiny` writes them"), "{}", early.stderr);
}
