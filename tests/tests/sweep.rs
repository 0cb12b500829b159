//! A whole sweep from outside: trained, reported, repeated, interrupted and killed.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use desk::{Desk, TINY, binary};
use report::{Metric, Split};

#[test]
fn a_sweep_is_trained_evaluated_and_reported() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("boolean-and") && answer.stdout.contains("parity (control)"), "{}", answer.stdout);

    let records = report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap();
    let (runs, lengths, metrics) = (4, 4, 7);
    assert_eq!(records.len(), runs * lengths * metrics);
    for record in &records {
        assert_eq!(record.split == Split::In, record.len_eval <= 4);
        let is_mean = [Metric::Confidence, Metric::TokenAccuracy, Metric::Loss].contains(&record.metric);
        assert_eq!(record.low.is_some(), !is_mean, "shares of examples have intervals");
        assert_eq!(record.examples, 20);
    }
    let learned = records.iter().filter(|record| record.task == "boolean-and" && record.metric == Metric::ExactMatch);
    assert!(learned.map(|record| record.value).sum::<f64>() > 0.9 * 8.0, "60 steps teach a conjunction");

    for figure in [
        "exact_match_by_length",
        "reach_by_program_length",
        "correlations",
        "exact_match_during_training",
        "calibration_by_length",
        "reliability",
    ] {
        for kind in ["svg", "png", "csv"] {
            assert!(desk.path(&format!("runs/tiny/figures/{figure}.{kind}")).exists(), "{figure}.{kind}");
        }
    }
    let done: serde_json::Value = serde_json::from_str(&desk.read(&format!("{}/DONE.json", run_of(&desk, "boolean-and")))).unwrap();
    assert_eq!(done["real_tokens_share"], 1.0, "nothing is padded");
    assert!(done["secs_waiting"].as_f64().unwrap() < done["secs_train"].as_f64().unwrap());

    let page = desk.read("runs/tiny/report.html");
    assert!(page.contains("none known") && page.contains("<svg"), "the page holds the figures and the control");
    let elsewhere = page.lines().find(|line| line.contains("<link ") || line.contains("<script") || line.contains("<img src=\"http"));
    assert_eq!(elsewhere, None, "the page opens offline");
}

/// The first run's folder of a task's cell.
fn run_of(desk: &Desk, task: &str) -> String {
    run_of_in(desk, "runs/tiny", task)
}

fn run_of_in(desk: &Desk, folder: &str, task: &str) -> String {
    let cells = std::fs::read_dir(desk.path(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let cell = cells.into_iter().find(|name| name.starts_with(task)).unwrap();
    format!("{folder}/{cell}/init0-data0")
}

#[test]
fn what_a_run_writes_is_shown_beside_what_is_right() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
    let run = run_of(&desk, "parity");
    let decode = |more: &[&str]| {
        let answer = desk.rasplab(&[&["decode", &run, "--length", "6", "--count", "20", "--json"], more].concat());
        assert_eq!(answer.status, 0, "{}", answer.stderr);
        answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<serde_json::Value>>()
    };
    let (free, told, plain) = (decode(&[]), decode(&["--oracle-length"]), decode(&["--device", "flex-plain"]));
    assert_eq!(free, plain, "kept keys and values change nothing");
    let right = |lines: &[serde_json::Value]| lines.iter().filter(|line| line["right"] == true).count();
    assert!(right(&told) >= right(&free) && right(&told) < 20, "parity is not learned in 60 steps");
    for line in told {
        let tokens = |key: &str| line[key].as_str().unwrap().split(' ').count();
        assert_eq!(tokens("written"), tokens("answer"));
    }

    let absent = desk.rasplab(&["decode", "runs/absent"]);
    assert_eq!(absent.status, 2);
    assert!(absent.stderr.contains("runs/absent/config.json is not there: give the folder of a run that is done"), "{}", absent.stderr);
    let other = desk.rasplab(&["decode", &run, "--device", "tpu"]);
    assert!(other.stderr.contains("the devices are `flex`, `flex-plain`, `wgpu` and `auto`"), "{}", other.stderr);
    desk.write(&format!("{run}/config.json"), "{}");
    let damaged = desk.rasplab(&["decode", &run]);
    assert!(damaged.status == 2 && damaged.stderr.contains("not the configuration of a run"), "{}", damaged.stderr);
}

#[test]
fn a_second_run_does_nothing_that_is_done() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
    let results = desk.read("runs/tiny/results.csv");
    let done = || -> Vec<std::time::SystemTime> {
        let cells = std::fs::read_dir(desk.path("runs/tiny")).unwrap().map(|entry| entry.unwrap().path());
        let seeds = cells.filter(|path| path.is_dir()).flat_map(|cell| std::fs::read_dir(cell).unwrap().map(|entry| entry.unwrap().path()));
        let mut times: Vec<_> =
            seeds.filter_map(|seed| std::fs::metadata(seed.join("DONE.json")).ok()).map(|done| done.modified().unwrap()).collect();
        times.sort();
        times
    };
    let before = done();
    assert_eq!(before.len(), 4);
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 0);
    assert!(answer.stderr.contains("4 of 4 runs are done already and are kept"), "{}", answer.stderr);
    assert_eq!(done(), before);
    assert_eq!(desk.read("runs/tiny/results.csv"), results);

    // A longer file trains only what it adds.
    desk.write("tiny.yaml", &TINY.replace("  - task: parity\n", "  - task: parity\n  - task: binary-majority\n"));
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert!(answer.stderr.contains("4 of 6 runs are done already and are kept"), "{}", answer.stderr);
    assert!(
        desk.read("runs/tiny/results.csv").contains(results.trim_start_matches(|c| c != '\n')),
        "the records of the old runs are untouched"
    );
}

#[test]
fn results_depend_neither_on_the_number_of_workers_nor_on_the_folder() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--workers", "1"]).status, 0);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--workers", "4", "--out", "elsewhere"]).status, 0);
    assert_eq!(desk.read("runs/tiny/results.csv"), desk.read("elsewhere/results.csv"));
}

#[test]
fn a_stored_sweep_can_be_run_and_reported_again() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "train.steps=20"]).status, 0);
    let (results, page) = (desk.read("runs/tiny/results.csv"), desk.read("runs/tiny/report.html"));
    std::fs::remove_file(desk.path("runs/tiny/report.html")).unwrap();
    let answer = desk.rasplab(&["report", "runs/tiny"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert_eq!(desk.read("runs/tiny/report.html"), page);
    // The stored file holds the override.
    assert_eq!(desk.rasplab(&["run", "runs/tiny/sweep.yaml", "--out", "again"]).status, 0);
    assert_eq!(desk.read("again/results.csv"), results);
}

#[test]
fn a_learned_run_stops_early_when_asked_to() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &TINY.replace("  - task: parity\n", "seeds: [0]\n"));
    let answer = desk.rasplab(&["run", "tiny.yaml", "--set", "train.steps=2000", "--set", "train.stop_at=0.95"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("learned after"), "{}", answer.stderr);
    let records = report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap();
    let inside = records.iter().filter(|record| record.metric == Metric::ExactMatch && record.split == Split::In);
    assert!(inside.map(|record| record.value).fold(1.0, f64::min) >= 0.9);
}

#[test]
fn a_diverged_run_is_a_result() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let answer = desk.rasplab(&["run", "tiny.yaml", "--set", "train.lr=1.0e+30", "--set", "seeds=[0]"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("diverged at step 20"), "{}", answer.stderr);
    assert!(desk.read("runs/tiny/report.html").contains("diverged"));
    let again = desk.rasplab(&["run", "runs/tiny/sweep.yaml", "--out", "runs/tiny"]);
    assert!(again.stderr.contains("2 of 2 runs are done already"), "{}", again.stderr);
}

#[test]
fn an_interrupted_sweep_says_so_and_goes_on_to_the_same_results() {
    for signal in ["-INT", "-TERM", "-KILL"] {
        let desk = Desk::new();
        // The second task is long enough to be interrupted.
        let long = format!("{TINY}    train: {{steps: 3000}}\n").replace("steps: 60", "steps: 10");
        desk.write("tiny.yaml", &long);
        let mut child = start(&desk, &["run", "tiny.yaml", "--workers", "1"]);
        wait_for_progress(&desk, &mut child);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let status = child.wait().unwrap();
        if signal != "-KILL" {
            assert_eq!(status.code(), Some(75), "{signal}");
        }
        assert!(!desk.path("runs/tiny").join("DONE.json").exists());
        let stopped = run_of(&desk, "parity");
        let state = desk.path(&stopped).join("checkpoint/training.safetensors");
        assert_eq!(state.exists(), signal != "-KILL", "whoever asks is waited for");
        assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
        assert!(!state.exists(), "it is of no use once the run is done");
        let undisturbed = Desk::new();
        undisturbed.write("tiny.yaml", &long);
        assert_eq!(undisturbed.rasplab(&["run", "tiny.yaml"]).status, 0);
        for table in ["results.csv", "checkpoints.csv", "calibration.csv"] {
            assert_eq!(desk.read(&format!("runs/tiny/{table}")), undisturbed.read(&format!("runs/tiny/{table}")), "{table}, {signal}");
        }
        assert_eq!(looks(&desk, &stopped), looks(&undisturbed, &stopped), "{signal}");
        assert_eq!(weights(&desk, &stopped), weights(&undisturbed, &stopped), "{signal}");
    }
}

/// What `metrics.jsonl` says, apart from times.
fn looks(desk: &Desk, run: &str) -> Vec<[String; 4]> {
    let lines = desk.read(&format!("{run}/metrics.jsonl"));
    let line = |line: &str| -> [String; 4] {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        ["step", "loss", "lr", "exact_match"].map(|key| line[key].to_string())
    };
    lines.lines().map(line).collect()
}

fn weights(desk: &Desk, run: &str) -> Vec<u8> {
    std::fs::read(desk.path(run).join("checkpoint/model.safetensors")).unwrap()
}

#[test]
fn a_training_state_that_is_damaged_is_named_and_costs_only_its_run() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
    let results = desk.read("runs/tiny/results.csv");
    let run = run_of(&desk, "parity");
    std::fs::remove_file(desk.path(&run).join("DONE.json")).unwrap();
    desk.write(&format!("{run}/checkpoint/training.safetensors"), "not a state");
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    assert!(answer.stderr.contains("training.safetensors: not a safetensors file"), "{}", answer.stderr);
    assert!(answer.stderr.contains("delete it, and the run will be repeated"), "{}", answer.stderr);
    std::fs::remove_file(desk.path(&run).join("checkpoint/training.safetensors")).unwrap();
    assert_eq!(desk.rasplab(&["run", "tiny.yaml"]).status, 0);
    assert_eq!(desk.read("runs/tiny/results.csv"), results);
}

#[test]
fn a_run_beyond_its_time_ends_as_timed_out_with_its_records() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let answer = desk.rasplab(&["run", "tiny.yaml", "--set", "train.minutes_at_most=0.00001", "--set", "seeds=[0]"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("timed out at step"), "{}", answer.stderr);
    let (runs, lengths, metrics) = (2, 4, 7);
    assert_eq!(report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap().len(), runs * lengths * metrics);
    assert!(desk.read("runs/tiny/report.html").contains("timed out"));
    let again = desk.rasplab(&["run", "runs/tiny/sweep.yaml", "--out", "runs/tiny"]);
    assert!(again.stderr.contains("2 of 2 runs are done already"), "{}", again.stderr);
}

/// Side by side each run is what it is alone, to rounding, in a directory of its own.
#[test]
fn runs_side_by_side_come_to_what_they_come_to_alone() {
    let desk = Desk::new();
    let sweep = TINY.replace("base:", "seeds: [0, 1, 2]\nbase:").replace("positions: none", "positions: learned");
    desk.write("tiny.yaml", &sweep);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "device=flex-plain", "--out", "alone"]).status, 0);
    let together = desk.rasplab(&["run", "tiny.yaml", "--set", "device=flex-plain", "--side-by-side", "2", "--out", "together"]);
    assert_eq!(together.status, 0, "{}", together.stderr);
    assert_eq!(together.stderr.lines().filter(|line| line.contains("2 runs side by side")).count(), 4, "{}", together.stderr);
    let records = |out: &str| report::read_csv(&desk.read(&format!("{out}/results.csv"))).unwrap();
    let (alone, together) = (records("alone"), records("together"));
    assert_eq!(alone.len(), together.len());
    for (alone, together) in alone.iter().zip(&together) {
        assert_eq!((&alone.cell, alone.seed_init, alone.len_eval), (&together.cell, together.seed_init, together.len_eval));
        // A loss is rounding apart; a token's being right may turn over with it.
        let apart = (alone.value - together.value).abs();
        let most = if alone.metric == Metric::Loss { 0.02 * (1.0 + alone.value) } else { 0.1 };
        assert!(apart <= most, "{alone:?}, {together:?}");
    }
    // So do learning rates, one beside the other.
    let grid = format!("{}grid: {{train.lr: [0.01, 0.003]}}\n", sweep.replace("[0, 1, 2]", "[0]"));
    desk.write("rates.yaml", &grid);
    let rates = desk.rasplab(&["run", "rates.yaml", "--set", "device=flex-plain", "--side-by-side", "2", "--out", "rates"]);
    assert_eq!(rates.stderr.lines().filter(|line| line.contains("2 runs side by side")).count(), 4, "{}", rates.stderr);
    let of = |out: &str| looks(&desk, &run_of_in(&desk, out, "parity"));
    assert_eq!(of("alone").len(), of("together").len());
}

#[test]
fn a_run_that_would_take_more_memory_than_there_is_says_what_to_lower() {
    let desk = Desk::new();
    desk.write("tiny.yaml", TINY);
    let huge = ["--set", "train.context=100000", "--set", "train.batch=65536", "--set", "device=flex-plain", "--set", "seeds=[0]"];
    let answer = desk.rasplab(&[&["run", "tiny.yaml", "--workers", "1"], &huge[..]].concat());
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    assert!(answer.stderr.contains("failed: a training step takes about"), "{}", answer.stderr);
    assert!(answer.stderr.contains("are free: lower train.batch (65536), train.context (100000), model.layers (1) or model.width (16)"));
    let two = desk.rasplab(&[&["run", "tiny.yaml", "--workers", "2"], &huge[..]].concat());
    assert!(two.stderr.contains("training steps of 2 --workers take about"), "{}", two.stderr);
}

/// The recipe of Zhou et al. 2023, small: windows packed with examples, every token predicted, cosine decay, clipping.
#[test]
fn packed_windows_teach_a_task() {
    let desk = Desk::new();
    desk.write(
        "tiny.yaml",
        "\
sweep: tiny
seeds: [0]
base:
  model: {layers: 2, heads: 2, width: 32, positions: learned}
  train: {lengths: 4, steps: 400, batch: 16, context: 32, lr: 5.0e-3, warmup_steps: 5, decay: cosine, final_share: 0.01, clip: 1.0, loss: all}
  evaluate: {lengths: [2, 4, 6, 8], examples: 20}
cells:
  - task: boolean-and
",
    );
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let records = report::read_csv(&desk.read("runs/tiny/results.csv")).unwrap();
    let inside = records.iter().filter(|record| record.metric == Metric::ExactMatch && record.split == Split::In);
    assert!(inside.map(|record| record.value).fold(1.0, f64::min) >= 0.9, "{records:?}");
}

#[test]
fn a_window_must_hold_what_is_trained_and_evaluated() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &TINY.replace("positions: none", "positions: learned"));
    let message = |set: &str| desk.rasplab(&["validate", "tiny.yaml", "--set", set]).stderr;
    assert!(
        message("train.context=3").contains("must be between 7, the tokens of the longest training example"),
        "{}",
        message("train.context=3")
    );
    let short = message("train.context=8");
    assert!(short.contains("an evaluated sequence has 11 tokens, and learned positions beyond 8 are not trained"), "{short}");
    assert!(message("train.clip=0").contains("absent for no clipping"));
    assert!(message("train.minutes_at_most=-1").contains("absent for no limit"));
    assert!(message("train.clip=.nan").contains("`.nan` and `.inf` are no values of any key"), "not taken for absent");
    assert_eq!(message("train.context=11"), "");
}

fn start(desk: &Desk, args: &[&str]) -> Child {
    Command::new(binary()).current_dir(desk.path(".")).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until a run has looked at its exact match, so that something is under way.
fn wait_for_progress(desk: &Desk, child: &mut Child) {
    let begun = || {
        let cells = std::fs::read_dir(desk.path("runs/tiny")).into_iter().flatten().flatten();
        let seeds = cells.flat_map(|cell| std::fs::read_dir(cell.path()).into_iter().flatten().flatten());
        seeds.filter_map(|seed| std::fs::metadata(seed.path().join("metrics.jsonl")).ok()).any(|file| file.len() > 0)
    };
    let started = Instant::now();
    while !begun() {
        assert!(child.try_wait().unwrap().is_none(), "the sweep ended before it could be interrupted");
        assert!(started.elapsed() < Duration::from_mins(1), "nothing was trained in a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}
