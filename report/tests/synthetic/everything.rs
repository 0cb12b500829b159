//! What else a run may leave behind, made up: confidences, calibration, checkpoints, single examples, wrong answers.

use report::calibration::{CalibrationRecord, Measure};
use report::{CheckpointRecord, Ending, Evidence, ExampleRecord, Metric, Mistake, Record, RunExamples, RunMistake, Split};

/// Adds all of it to a sweep: models grow a little less sure where they fail, and lose a little at the end of training.
pub(crate) fn add(evidence: &mut Evidence) {
    let exact: Vec<Record> = evidence.records.iter().filter(|record| record.metric == Metric::ExactMatch).cloned().collect();
    for record in &exact {
        let with = |metric, value| Record { metric, value, ..record.clone() };
        evidence.records.push(with(Metric::Confidence, 0.5 + 0.49 * record.value));
        evidence.records.push(with(Metric::ExactMatchWithLength, f64::midpoint(record.value, 1.0)));
        evidence.records.push(with(Metric::PrematureEnd, (1.0 - record.value) / 4.0));
        evidence.records.push(with(Metric::MissingEnd, (1.0 - record.value) / 4.0));
        evidence.records.push(Record { distribution: "hard".into(), value: record.value * 0.8, ..record.clone() });
        evidence.calibration.extend(Measure::ALL.map(|measure| calibration(record, Some(record.len_eval), measure)));
        evidence.checkpoints.extend([(500, 0.5), (1000, 1.0), (1500, 0.9)].map(|(step, share)| checkpoint(record, step, share)));
        if record.split == Split::Out && record.value < 0.5 && evidence.mistakes.iter().all(|of| of.cell != record.cell) {
            evidence.mistakes.push(mistake(record));
        }
    }
    for run in evidence.runs.iter().filter(|run| run.seed_init == 0) {
        let of_run: Vec<&Record> = exact.iter().filter(|record| record.cell == run.cell && record.seed_init == 0).collect();
        for split in [Split::In, Split::Out] {
            let of_split = of_run.iter().find(|record| record.split == split);
            evidence.calibration.extend(of_split.iter().flat_map(|record| Measure::ALL.map(|measure| calibration(record, None, measure))));
        }
        let (cell, seed_init, seed_data) = (run.cell.clone(), run.seed_init, run.seed_data);
        let examples = of_run.into_iter().flat_map(examples).collect();
        evidence.examples.push(RunExamples { cell, seed_init, seed_data, examples });
    }
}

fn calibration(record: &Record, len_eval: Option<usize>, measure: Measure) -> CalibrationRecord {
    CalibrationRecord {
        sweep: record.sweep.clone(),
        cell: record.cell.clone(),
        task: record.task.clone(),
        seed_init: record.seed_init,
        seed_data: record.seed_data,
        len_train_max: record.len_train_max,
        len_eval,
        split: record.split,
        distribution: record.distribution.clone(),
        measure,
        value: 0.01 + 0.4 * (1.0 - record.value),
        null_mean: 0.01,
        null_high: 0.02,
        examples: record.examples,
    }
}

fn checkpoint(record: &Record, step: u64, share: f64) -> CheckpointRecord {
    CheckpointRecord {
        sweep: record.sweep.clone(),
        cell: record.cell.clone(),
        task: record.task.clone(),
        seed_init: record.seed_init,
        seed_data: record.seed_data,
        len_train_max: record.len_train_max,
        step,
        len_eval: record.len_eval,
        split: record.split,
        exact_match: if record.split == Split::In { record.value } else { record.value * share },
        examples: 50,
    }
}

/// Fifty, of which as many are right as the record says.
fn examples(record: &Record) -> impl Iterator<Item = ExampleRecord> {
    let of = |index: usize| {
        let right = (index as f64) < 50.0 * record.value;
        ExampleRecord {
            distribution: record.distribution.clone(),
            len_eval: record.len_eval,
            index,
            right,
            right_with_length: right,
            ending: if right { Ending::InPlace } else { Ending::Missing },
            tokens: record.len_eval + 1,
            log_confidence: -0.01 - 0.03 * index as f32,
        }
    };
    (0..50).map(of).collect::<Vec<_>>().into_iter()
}

fn mistake(record: &Record) -> RunMistake {
    let symbols = |first: usize| (first..first + record.len_eval).map(|symbol| symbol.to_string()).collect::<Vec<_>>().join(" ");
    let mistake = Mistake {
        distribution: record.distribution.clone(),
        len_eval: record.len_eval,
        index: 3,
        prompt: symbols(1),
        answer: symbols(1),
        written: format!("1 2 3 {}", symbols(7)),
        confidence: 0.71,
    };
    RunMistake { cell: record.cell.clone(), seed_init: record.seed_init, seed_data: record.seed_data, mistake }
}
