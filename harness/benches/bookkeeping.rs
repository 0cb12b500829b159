//! What the bookkeeping of a large sweep costs: runs that train nothing, yet are expanded, claimed, begun, finished, counted and collected like any other.
//!
//! `cargo bench -p rasplab --bench bookkeeping [-- RUNS...]` prints a row for each number of runs, by default 100, 1,000, 10,000 and 100,000, on the disk of the target directory
//! or that of the folder in `RASPLAB_DISK`.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at what it did not expect")]
#![expect(clippy::print_stdout, reason = "its rows are what it is for")]

use std::path::PathBuf;
use std::time::Instant;

use rasplab::lease::{Claim, Terms};
use rasplab::run::{Done, How, Measured};
use rasplab::sweep::status::status;
use rasplab::sweep::{Sweep, SweepFolder};
use rasplab::{config, evidence};
use report::calibration::{CalibrationRecord, Measure};
use report::{CheckpointRecord, Metric, Record, RunStatus, Split};
use tasks::random::stream;

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![100, 1_000, 10_000, 100_000] } else { asked };
    println!(
        "{:>7}  {:>22}  {:>22}  {:>22}  {:>16}  {:>22}  {:>12}",
        "runs", "expand", "claim and finish", "what is left", "status", "collect", "analyse"
    );
    for runs in sizes {
        bookkeeping(runs);
    }
}

/// A sweep of one run a cell, which is as many folders as there can be.
fn sweep_file(runs: usize) -> String {
    let side = runs.isqrt().max(1);
    let list = |from: usize, count: usize| (from..from + count).map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
    format!(
        "sweep: large\nseeds: [0]\ncells: [{{task: sort}}, {{task: count}}, {{task: mode}}, {{task: copy-unique}}]\ngrid:\n  train.steps: [{}]\n  train.batch: [{}]\n",
        list(100, runs / side / 4),
        list(1, side)
    )
}

fn bookkeeping(asked: usize) {
    let folder =
        tempfile::tempdir_in(std::env::var_os("RASPLAB_DISK").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from)).unwrap();
    let text = sweep_file(asked);
    let started = Instant::now();
    let sweep = Sweep::expand(config::read("large.yaml", &text, &[]).unwrap()).unwrap();
    let expand = started.elapsed();
    let runs = sweep.runs.len();

    let started = Instant::now();
    let folder = SweepFolder::claim(&folder.path().join("large"), &sweep).unwrap();
    let leases = folder.leases(Terms::default()).unwrap();
    let device = transformer::open_device("flex").unwrap();
    for &run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        let Claim::Mine(lease) = leases.claim(&sweep.name(run).file_name()).unwrap() else { panic!("nobody else is here") };
        let directory = folder.directory(&sweep, run);
        directory.begin(cell, run.seeds, &device, How { side_by_side: 1, threads_at_most: 1 }, &lease).unwrap();
        let done = Done {
            status: RunStatus::Done,
            steps: 100,
            secs_train: 1.0,
            tokens_per_sec: 1000.0,
            real_tokens_share: 1.0,
            secs_waiting: 0.0,
            parameters: 1000,
            stopped_early: false,
            ended: String::new(),
        };
        let look = "{\"step\":100,\"loss\":0.1,\"lr\":0.001,\"exact_match\":1.0,\"tokens_per_sec\":1.0,\"real_tokens_share\":1.0,\"secs_waiting\":0.0,\"secs\":1.0}\n";
        std::fs::write(folder.run(&sweep.name(run)).join("metrics.jsonl"), look).unwrap();
        directory.finish(&measured(&sweep, run), &done, &lease).unwrap();
        leases.give_back(&lease);
    }
    let claim = started.elapsed();

    let started = Instant::now();
    assert!(folder.left(&sweep).unwrap().is_empty());
    let left = started.elapsed();

    let started = Instant::now();
    assert_eq!(status(folder.path()).unwrap().done, runs);
    let looked = started.elapsed();

    let started = Instant::now();
    let evidence = evidence::gather(&sweep, &folder, Vec::new()).unwrap();
    let table = report::write_csv(&evidence.records).unwrap();
    let collect = started.elapsed();
    assert_eq!(table.lines().count(), 1 + METRICS.len() * 9 * runs);

    let started = Instant::now();
    let analysis = report::analyse(&evidence, &mut stream(0, "statistics", 0));
    let figures = report::figures(&evidence, &analysis);
    report::render_html(&evidence, &analysis, &figures).unwrap();
    let analyse = started.elapsed();

    let per_run = |time: std::time::Duration| format!("{:8.3} s {:7.1} us/run", time.as_secs_f64(), 1e6 * time.as_secs_f64() / runs as f64);
    println!(
        "{runs:>7}  {:>22}  {:>22}  {:>22}  {:>14.3} s  {:>22}  {:>10.3} s",
        per_run(expand),
        per_run(claim),
        per_run(left),
        looked.as_secs_f64(),
        per_run(collect),
        analyse.as_secs_f64()
    );
}

const METRICS: [Metric; 7] = [
    Metric::ExactMatch,
    Metric::ExactMatchWithLength,
    Metric::PrematureEnd,
    Metric::MissingEnd,
    Metric::Confidence,
    Metric::TokenAccuracy,
    Metric::Loss,
];

/// As many rows as a run of the default lengths has, but for its examples, of which a report reads sixty runs' at most.
fn measured(sweep: &Sweep, run: rasplab::sweep::Run) -> Measured {
    let cell = &sweep.cells[run.cell];
    let of_length = |&len_eval: &usize| {
        METRICS.map(|metric| Record {
            sweep: sweep.config.sweep.clone(),
            cell: cell.id.to_string(),
            task: cell.config.task.clone(),
            seed_init: run.seeds.init,
            seed_data: run.seeds.data,
            len_train_max: cell.config.train.lengths,
            len_eval,
            split: if cell.config.train.trains_on(len_eval) { Split::In } else { Split::Out },
            distribution: "standard".to_owned(),
            metric,
            // Runs differ beyond the training lengths, so that there is something to put in order.
            value: if cell.config.train.trains_on(len_eval) { 1.0 } else { (cell.config.train.steps * len_eval % 97) as f64 / 97.0 },
            examples: 200,
            low: None,
            high: None,
        })
    };
    let named = |record: &Record| (record.sweep.clone(), record.cell.clone(), record.task.clone());
    let records: Vec<Record> = cell.len_eval.iter().flat_map(of_length).collect();
    let exact: Vec<&Record> = records.iter().filter(|record| record.metric == Metric::ExactMatch).collect();
    let checkpoint = |step: u64, record: &Record| {
        let (sweep, cell, task) = named(record);
        let Record { seed_init, seed_data, len_train_max, len_eval, split, value, .. } = *record;
        CheckpointRecord {
            sweep,
            cell,
            task,
            seed_init,
            seed_data,
            len_train_max,
            step,
            len_eval,
            split,
            exact_match: value,
            examples: 100,
        }
    };
    let calibration = |measure: Measure, record: &Record| {
        let (sweep, cell, task) = named(record);
        let Record { seed_init, seed_data, len_train_max, len_eval, split, value, examples, .. } = *record;
        CalibrationRecord {
            sweep,
            cell,
            task,
            seed_init,
            seed_data,
            len_train_max,
            len_eval: Some(len_eval),
            split,
            distribution: record.distribution.clone(),
            measure,
            value: 1.0 - value,
            null_mean: 0.01,
            null_high: 0.02,
            examples,
        }
    };
    Measured {
        checkpoints: (1..=10).flat_map(|tenth| exact.iter().map(move |record| checkpoint(10 * tenth, record))).collect(),
        calibration: Measure::ALL.iter().flat_map(|&measure| exact.iter().map(move |record| calibration(measure, record))).collect(),
        examples: Vec::new(),
        mistakes: Vec::new(),
        records,
    }
}
