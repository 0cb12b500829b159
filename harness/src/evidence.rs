//! What a sweep's folder holds, gathered for the report; and the report, written back into the folder.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;

use report::{Analysis, CellPredictions, Evidence, Metric, Record, RunExamples, RunMistake, RunOutcome, RunStatus, Split, SweepInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tasks::random::stream;

use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;
use crate::lease::Lease;
use crate::predictor;
use crate::run::{Done, RunDirectory, remove_unfinished, write_json, write_whole};
use crate::sweep::{Sweep, SweepFolder};

/// Runs of a task whose wrong answers are read, of those that fitted and of the others.
const RUNS_WITH_MISTAKES: usize = 20;

/// Runs of which every example is read, for reliability diagrams; one a task and training length.
const RUNS_WITH_EXAMPLES: usize = 60;

/// Gathers the outcome and the records of every run that the sweep asks for, beside what was predicted.
///
/// # Errors
/// Where a directory holds something else, or damaged results.
pub fn gather(sweep: &Sweep, folder: &SweepFolder, predictions: Vec<CellPredictions>) -> Result<Evidence, Error> {
    let mut evidence = Evidence {
        sweep: info(sweep, folder),
        tasks: Vec::new(),
        runs: Vec::new(),
        records: Vec::new(),
        predictions,
        checkpoints: Vec::new(),
        calibration: Vec::new(),
        examples: Vec::new(),
        mistakes: Vec::new(),
    };
    let mut provenance = Provenance::default();
    let mut shown: HashMap<(&str, bool), usize> = HashMap::new();
    let mut drawn: HashSet<(&str, usize)> = HashSet::new();
    for &run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        let directory = RunDirectory::new(folder.path(), cell, run.seeds);
        let done = directory.done(cell, run.seeds)?;
        let finished = done.is_some();
        let trained = done.as_ref().is_some_and(|done| done.status == RunStatus::Done);
        if finished {
            provenance.add(&directory.environment()?);
            let SeedPair { init: seed_init, data: seed_data } = run.seeds;
            let records = directory.records()?;
            let fits = fits(&records, cell, sweep.config.report.fit_gate);
            let setting = (cell.config.task.as_str(), cell.config.train.lengths);
            if trained && drawn.len() < RUNS_WITH_EXAMPLES && !drawn.contains(&setting) && fits {
                drawn.insert(setting);
                evidence.examples.push(RunExamples { cell: cell.id.to_string(), seed_init, seed_data, examples: directory.examples()? });
            }
            let shown = shown.entry((&cell.config.task, fits)).or_default();
            if trained && *shown < RUNS_WITH_MISTAKES {
                let of_run = |mistake| RunMistake { cell: cell.id.to_string(), seed_init, seed_data, mistake };
                let mistakes = directory.mistakes()?;
                *shown += usize::from(!mistakes.is_empty());
                evidence.mistakes.extend(mistakes.into_iter().map(of_run));
            }
            evidence.records.extend(records);
            evidence.checkpoints.extend(directory.checkpoints()?);
            evidence.calibration.extend(directory.calibration()?);
        }
        let done = done.unwrap_or_else(|| without_result(folder.failure(&sweep.name(run)).map(|failure| failure.message)));
        let steps_to_fit = if finished { directory.steps_to(sweep.config.report.fit_gate)? } else { None };
        evidence.runs.push(RunOutcome { steps_to_fit, ..done.outcome(cell, run.seeds) });
    }
    evidence.tasks = of_tasks(sweep).into_iter().map(predictor::describe).collect::<Result<_, _>>()?;
    evidence.sweep.provenance = provenance.listed();
    Ok(evidence)
}

fn info(sweep: &Sweep, folder: &SweepFolder) -> SweepInfo {
    let config = &sweep.config;
    SweepInfo {
        name: config.sweep.clone(),
        description: config.description.clone(),
        fit_gate: config.report.fit_gate,
        reach_tau: config.report.reach_tau,
        primary: config.report.primary.analysis(),
        device: config.device.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: format!("rasplab run {} --out <another folder>", folder.sweep_file().display()),
        wall_secs: wall_secs(folder),
        provenance: Vec::new(),
    }
}

/// What of `environment.json` the report lists, and under which name.
const LISTED: [(&str, &str); 9] = [
    ("revision", "Code revision"),
    ("cargo_lock", "Hash of Cargo.lock"),
    ("vector_instructions", "Vector instructions"),
    ("side_by_side", "Runs side by side"),
    ("threads_at_most", "Threads at most"),
    ("os", "System"),
    ("architecture", "Architecture"),
    ("cores", "Cores"),
    ("began", "Runs began"),
];

/// Every value that the runs' environments have, by its name for people.
#[derive(Default)]
struct Provenance(BTreeMap<&'static str, BTreeSet<String>>);

impl Provenance {
    fn add(&mut self, environment: &Value) {
        for (key, _) in LISTED {
            match &environment[key] {
                Value::Null => {}
                Value::String(text) => drop(self.0.entry(key).or_default().insert(text.clone())),
                other => drop(self.0.entry(key).or_default().insert(other.to_string())),
            }
        }
        // Where a run was before it went on here.
        if let Some(before) = environment.get("before") {
            self.add(before);
        }
    }

    fn listed(&self) -> Vec<(String, String)> {
        let of_key = |&(key, name): &(&str, &str)| {
            let values: Vec<&str> = self.0.get(key)?.iter().map(String::as_str).collect();
            let text = match values[..] {
                // Times in RFC 3339 stand in their order.
                [first, .., last] if key == "began" => format!("{first} to {last}"),
                _ => values.join(", "),
            };
            Some((name.to_owned(), text))
        };
        LISTED.iter().filter_map(of_key).collect()
    }
}

/// For each task its cell with the longest training length, in the order of the tasks' first cells.
fn of_tasks(sweep: &Sweep) -> Vec<&Cell> {
    let mut cells: Vec<&Cell> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for cell in &sweep.cells {
        let place = *places.entry(&cell.config.task).or_insert(cells.len());
        match cells.get_mut(place) {
            None => cells.push(cell),
            Some(longest) if longest.config.train.lengths < cell.config.train.lengths => *longest = cell,
            Some(_) => {}
        }
    }
    cells
}

/// Whether a run learned its training lengths, roughly: the report judges by counts.
fn fits(records: &[Record], cell: &Cell, gate: f64) -> bool {
    let inside = records.iter().filter(|record| {
        record.split == Split::In && record.metric == Metric::ExactMatch && record.distribution == cell.config.evaluate.distribution()
    });
    let values: Vec<f64> = inside.map(|record| record.value).collect();
    !values.is_empty() && values.iter().sum::<f64>() / values.len() as f64 >= gate
}

/// Wall-clock time that a sweep's runs have taken so far, over all commands; 0 where it is not known.
pub fn wall_secs(folder: &SweepFolder) -> f64 {
    fs::read_to_string(folder.path().join(TIMING))
        .ok()
        .and_then(|text| serde_json::from_str::<Timing>(&text).ok())
        .map_or(0.0, |timing| timing.wall_secs)
}

/// Adds to [`wall_secs`].
///
/// # Errors
/// Where the folder cannot be written.
pub fn add_wall_secs(folder: &SweepFolder, secs: f64) -> Result<(), Error> {
    write_json(&folder.path().join(TIMING), &Timing { wall_secs: wall_secs(folder) + secs })
}

const TIMING: &str = "timing.json";

#[derive(Serialize, Deserialize)]
struct Timing {
    wall_secs: f64,
}

fn without_result(failure: Option<String>) -> Done {
    let status = failure.map_or(RunStatus::Missing, |message| RunStatus::Failed { message });
    Done {
        status,
        steps: 0,
        secs_train: 0.0,
        tokens_per_sec: 0.0,
        real_tokens_share: 0.0,
        secs_waiting: 0.0,
        parameters: 0,
        stopped_early: false,
        ended: String::new(),
    }
}

/// Outcomes of the runs that are done.
pub fn done(evidence: &Evidence) -> impl Iterator<Item = &RunOutcome> {
    evidence.runs.iter().filter(|run| matches!(run.status, RunStatus::Done | RunStatus::Diverged { .. } | RunStatus::TimedOut { .. }))
}

/// Analyses the evidence and writes `results.csv`, `predictions.csv`, `figures/` and `report.html` into the sweep's folder.
///
/// # Errors
/// Where a figure or the page cannot be made, or a file cannot be written; [`Error::LeaseLost`] where another process publishes now.
pub fn publish(evidence: &Evidence, folder: &SweepFolder, lease: &Lease) -> Result<Analysis, Error> {
    let folder = folder.path();
    let analysis = report::analyse(evidence, &mut stream(0, "statistics", 0));
    let figures = report::figures(evidence, &analysis);
    // Whoever was asleep until here would put old results over newer ones.
    lease.check()?;
    remove_unfinished(folder)?;
    write_whole(&folder.join("results.csv"), report::write_csv(&evidence.records)?.as_bytes())?;
    write_whole(&folder.join("calibration.csv"), report::write_table(&evidence.calibration)?.as_bytes())?;
    write_whole(&folder.join("checkpoints.csv"), report::write_table(&evidence.checkpoints)?.as_bytes())?;
    let predictions = report::write_predictions_csv(&evidence.sweep.name, &evidence.predictions)?;
    write_whole(&folder.join("predictions.csv"), predictions.as_bytes())?;
    let figure_folder = folder.join("figures");
    fs::create_dir_all(&figure_folder).map_err(Error::file(&figure_folder, "create"))?;
    for figure in &figures {
        write_whole(&figure_folder.join(format!("{}.svg", figure.name)), figure.svg.as_bytes())?;
        write_whole(&figure_folder.join(format!("{}.png", figure.name)), &figure.png()?)?;
        write_whole(&figure_folder.join(format!("{}.csv", figure.name)), figure.csv.as_bytes())?;
    }
    write_whole(&folder.join("report.html"), report::render_html(evidence, &analysis, &figures)?.as_bytes())?;
    Ok(analysis)
}
