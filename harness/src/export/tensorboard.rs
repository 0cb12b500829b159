//! Training curves, and exact match by length at the checkpoints, for TensorBoard.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use report::CheckpointRecord;
use serde::Deserialize;

use super::event::{Event, Scalar, write_events};
use crate::error::Error;
use crate::run::{MetricsLine, read_metrics, write_whole};
use crate::sweep::SweepFolder;

/// TensorBoard takes every file with `tfevents` in its name. Always the same, so that a later export takes the place of this one.
const FILE: &str = "events.out.tfevents.rasplab";

/// What is needed of `environment.json`.
#[derive(Deserialize)]
struct Environment {
    began: String,
    /// That of the process which the run was taken over from.
    before: Option<Box<Self>>,
}

/// Writes an event file for each run that has begun, in a folder of the run's name under `out`; returns how many. The same folder gives the same bytes.
///
/// An event's wall time is when its run first began, and the seconds that it has trained since; waiting between an interruption and its end is left out.
///
/// # Errors
/// Where the folder holds no sweep, none of its runs has begun, one is damaged, or `out` cannot be written.
pub fn export(folder: &Path, out: &Path) -> Result<usize, Error> {
    let (folder, listed) = SweepFolder::listed(folder)?;
    let mut exported = 0;
    for listed in &listed {
        let Some(events) = events(&folder.run(&listed.run))? else { continue };
        let run = out.join(listed.run.as_str());
        fs::create_dir_all(&run).map_err(Error::file(&run, "create"))?;
        write_whole(&run.join(FILE), &write_events(&events))?;
        exported += 1;
    }
    if exported == 0 { Err(Error::NothingTrained { dir: folder.path().to_owned() }) } else { Ok(exported) }
}

/// The events of a run's directory; `None` where it has looked at nothing yet.
fn events(run: &Path) -> Result<Option<Vec<Event>>, Error> {
    let looks = read_metrics(run)?;
    if looks.is_empty() {
        return Ok(None);
    }
    let began = began(run)?;
    let checkpoints = checkpoints(run)?;
    let mut events = vec![Event::first(began)];
    for look in &looks {
        let values = vec![
            Scalar::new("loss", look.loss.into()),
            Scalar::new("lr", look.lr),
            Scalar::new("tokens_per_sec", look.tokens_per_sec),
            Scalar::new("exact_match/in_distribution", look.exact_match),
        ];
        events.push(Event::scalars(began + look.secs, look.step as u64, values));
    }
    for checkpoint in checkpoints.chunk_by(|one, other| one.step == other.step) {
        let step = checkpoint[0].step;
        let value = |row: &CheckpointRecord| Scalar::new(format!("exact_match/length {}", row.len_eval), row.exact_match);
        events.push(Event::scalars(began + secs_at(&looks, step), step, checkpoint.iter().map(value).collect()));
    }
    Ok(Some(events))
}

/// Seconds of the last look that is not after a step: a checkpoint is made at a look, but for the end of a run whose time was up.
fn secs_at(looks: &[MetricsLine], step: u64) -> f64 {
    looks[..looks.partition_point(|look| look.step as u64 <= step)].last().map_or(0.0, |look| look.secs)
}

/// When the run first began, in seconds since 1970.
fn began(run: &Path) -> Result<f64, Error> {
    let path = run.join("environment.json");
    let damaged = |reason: String| Error::DamagedResult { path: run.to_owned(), reason: format!("environment.json: {reason}") };
    let text = fs::read(&path).map_err(Error::file(&path, "read"))?;
    let mut environment: Environment = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    while let Some(before) = environment.before {
        environment = *before;
    }
    let began = humantime::parse_rfc3339(&environment.began).map_err(|error| damaged(format!("began: {error}")))?;
    Ok(began.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()))
}

/// The run at its checkpoints, once it is done.
fn checkpoints(run: &Path) -> Result<Vec<CheckpointRecord>, Error> {
    if !run.join("DONE.json").exists() {
        return Ok(Vec::new());
    }
    let path = run.join("checkpoints.csv");
    let text = fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
    report::read_table(&text).map_err(|error| Error::DamagedResult { path: run.to_owned(), reason: format!("checkpoints.csv: {error}") })
}
