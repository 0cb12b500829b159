//! What is measured of a run, held against what it says of each example.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;

use desk::Desk;
use report::calibration::{CalibrationRecord, Confidences, Measure};
use report::{CheckpointRecord, Ending, ExampleRecord, Metric, Mistake, Record, read_table};

/// Half learned, so that there is everything to see; with a second distribution.
const HALF_LEARNED: &str = "\
sweep: half
seeds: [0]
base:
  model: {layers: 1, heads: 2, width: 16, positions: learned}
  train: {lengths: 4, steps: 300, batch: 32, lr: 1.0e-2, warmup_steps: 5, check_steps: 20}
  evaluate: {lengths: [2, 4, 6], examples: 50}
cells:
  - {task: count, alphabet: 12}
  - {task: increment-reverse}
predict: {shortest: false}
";

fn run(sweep: &str) -> Desk {
    let desk = Desk::new();
    desk.write("half.yaml", sweep);
    let answer = desk.rasplab(&["run", "half.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    desk
}

/// The folder of the one run of a task.
fn folder(desk: &Desk, task: &str) -> String {
    let cell = desk.names("runs/half").into_iter().find(|name| name.starts_with(task)).unwrap();
    format!("runs/half/{cell}/init0-data0")
}

fn table<R: report::Row>(desk: &Desk, run: &str, name: &str) -> Vec<R> {
    read_table(&desk.read(&format!("{run}/{name}"))).unwrap()
}

#[test]
fn every_record_follows_from_the_examples() {
    let desk = run(HALF_LEARNED);
    let (mut wrong, mut stopped_wrongly) = (0, 0);
    for task in ["count", "increment-reverse"] {
        let run = folder(&desk, task);
        let (records, examples) = (table::<Record>(&desk, &run, "results.csv"), table::<ExampleRecord>(&desk, &run, "examples.csv"));
        for example in &examples {
            assert!(!example.right || example.right_with_length, "who is right is right when told the length: {example:?}");
            assert!(!example.right || example.ending == Ending::InPlace, "{example:?}");
            // What is written is no longer than the right answer, so whoever is right when told the length and stops in its place is right.
            assert!(example.right || example.ending != Ending::InPlace || !example.right_with_length, "{example:?}");
        }
        wrong += examples.iter().filter(|example| !example.right).count();
        stopped_wrongly += examples.iter().filter(|example| example.ending != Ending::InPlace).count();
        for record in &records {
            let here = || examples.iter().filter(|e| e.distribution == record.distribution && e.len_eval == record.len_eval);
            let share = |is_so: &dyn Fn(&ExampleRecord) -> bool| here().filter(|example| is_so(example)).count() as f64 / 50.0;
            let wanted = match record.metric {
                Metric::ExactMatch => share(&|example| example.right),
                Metric::ExactMatchWithLength => share(&|example| example.right_with_length),
                Metric::PrematureEnd => share(&|example| example.ending == Ending::Premature),
                Metric::MissingEnd => share(&|example| example.ending == Ending::Missing),
                Metric::Confidence => here().map(ExampleRecord::confidence).sum::<f64>() / 50.0,
                Metric::TokenAccuracy | Metric::Loss => continue,
            };
            assert_eq!((here().count(), record.examples), (50, 50));
            assert!((record.value - wanted).abs() < 1e-6, "{record:?} is not {wanted}");
        }
        let mistakes = table::<Mistake>(&desk, &run, "mistakes.csv");
        assert!(mistakes.iter().all(|mistake| mistake.written != mistake.answer));
        for mistake in &mistakes {
            let example = examples
                .iter()
                .find(|e| (&e.distribution, e.len_eval, e.index) == (&mistake.distribution, mistake.len_eval, mistake.index));
            let ends = mistake.written.ends_with("eos");
            let words = |text: &str| text.split(' ').count();
            let ending = match ends {
                false => Ending::Missing,
                true if words(&mistake.written) < words(&mistake.answer) => Ending::Premature,
                true => Ending::InPlace,
            };
            assert_eq!(example.map(|example| example.ending), Some(ending), "{mistake:?}");
        }
        let page = desk.read("runs/half/report.html");
        assert!(page.contains("How they fail") && page.contains("Calibration"));
    }
    assert!(wrong > 20 && stopped_wrongly > 5, "a model that is always right tests nothing: {wrong}, {stopped_wrongly}");
}

#[test]
fn a_task_is_measured_on_all_its_distributions_unless_told_otherwise() {
    let desk = run(HALF_LEARNED);
    let distributions = |desk: &Desk, task: &str| {
        let records = table::<Record>(desk, &folder(desk, task), "results.csv");
        records.into_iter().map(|record| record.distribution).collect::<BTreeSet<_>>()
    };
    assert_eq!(distributions(&desk, "increment-reverse"), BTreeSet::from(["standard".to_owned(), "balanced-carry".to_owned()]));
    assert_eq!(distributions(&desk, "count"), BTreeSet::from(["standard".to_owned()]));
    let alone = run(&HALF_LEARNED.replace("examples: 50}", "examples: 50, also: []}"));
    assert_eq!(distributions(&alone, "increment-reverse"), BTreeSet::from(["standard".to_owned()]));
    let of_standard = |desk: &Desk| {
        let records = table::<Record>(desk, &folder(desk, "increment-reverse"), "results.csv");
        let standard = records.into_iter().filter(|record| record.distribution == "standard");
        standard.map(|record| (record.len_eval, record.metric, record.value)).collect::<Vec<_>>()
    };
    assert_eq!(of_standard(&desk), of_standard(&alone), "what is measured beside changes nothing");

    desk.write("bad.yaml", &HALF_LEARNED.replace("examples: 50}", "examples: 50, also: [standard, balanced-cary]}"));
    let refused = desk.rasplab(&["validate", "bad.yaml"]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("evaluate.also: a distribution stands twice"), "{}", refused.stderr);
    assert!(refused.stderr.contains("has no distribution `balanced-cary`: did you mean `balanced-carry`?"), "{}", refused.stderr);
}

#[test]
fn checkpoints_lie_at_equal_distances_and_the_last_is_the_end() {
    let desk = run(HALF_LEARNED);
    let run_folder = folder(&desk, "count");
    let checkpoints = table::<CheckpointRecord>(&desk, &run_folder, "checkpoints.csv");
    let steps: Vec<u64> = checkpoints.iter().map(|record| record.step).collect::<BTreeSet<_>>().into_iter().collect();
    // Looks are made every 20 steps: the first after each tenth of 300.
    assert_eq!(steps, [40, 60, 100, 120, 160, 180, 220, 240, 280, 300]);
    let records = table::<Record>(&desk, &run_folder, "results.csv");
    for last in checkpoints.iter().filter(|record| record.step == 300) {
        let end = records.iter().find(|record| record.metric == Metric::ExactMatch && record.len_eval == last.len_eval).unwrap();
        assert!((end.value - last.exact_match).abs() < 1e-12 && end.examples == last.examples);
    }
    let none = run(&HALF_LEARNED.replace("examples: 50}", "examples: 50, checkpoints: 0}"));
    let steps: BTreeSet<u64> =
        table::<CheckpointRecord>(&none, &folder(&none, "count"), "checkpoints.csv").iter().map(|record| record.step).collect();
    assert_eq!(steps, BTreeSet::from([300]));
    assert_eq!(
        desk.read(&format!("{run_folder}/results.csv")),
        none.read(&format!("{}/results.csv", folder(&none, "count"))).replace(&cell_of(&none), &cell_of(&desk)),
        "looking changes nothing"
    );
}

fn cell_of(desk: &Desk) -> String {
    desk.names("runs/half").into_iter().find(|name| name.starts_with("count")).unwrap()
}

#[test]
fn calibration_is_that_of_the_examples() {
    let desk = run(HALF_LEARNED);
    let run = folder(&desk, "count");
    let examples = table::<ExampleRecord>(&desk, &run, "examples.csv");
    let rows = table::<CalibrationRecord>(&desk, &run, "calibration.csv");
    assert_eq!(rows.len(), Measure::ALL.len() * (3 + 2), "every length, and the pools inside and beyond");
    for row in &rows {
        let here = examples.iter().filter(|example| match row.len_eval {
            Some(length) => example.len_eval == length,
            None => (example.len_eval <= 4) == (row.split == report::Split::In),
        });
        let confidences = Confidences::new(here.map(|example| (example.confidence(), example.right)).collect()).unwrap();
        assert_eq!(confidences.len() as u64, row.examples);
        let value = row.measure.of(&confidences).unwrap();
        assert!((value - row.value).abs() < 1e-6, "{row:?} is not {value}");
        assert!(row.null_high >= row.null_mean && row.null_mean >= -1e-9, "{row:?}");
    }
}

#[test]
fn two_sweeps_are_set_side_by_side() {
    let desk = run(HALF_LEARNED);
    desk.write("longer.yaml", &HALF_LEARNED.replace("sweep: half", "sweep: longer").replace("steps: 300", "steps: 320"));
    assert_eq!(desk.rasplab(&["run", "longer.yaml"]).status, 0);
    let told = desk.rasplab(&["compare", "runs/half", "runs/longer"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(told.stdout.contains("A: half") && told.stdout.contains("B: longer") && told.stdout.contains("count"), "{}", told.stdout);
    let json = desk.rasplab(&["compare", "runs/half", "runs/longer", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["names"], serde_json::json!(["half", "longer"]));
    assert_eq!(json["rows"].as_array().unwrap().len(), 2);
    let none = desk.rasplab(&["compare", "runs/half", "runs/nothing"]);
    assert!(none.status == 2 && none.stderr.contains("runs/nothing"), "{}: {}", none.status, none.stderr);
}
