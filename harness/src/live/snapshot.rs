//! One look at a sweep's folder: how far it is, and the curves of its runs. Only files that have changed since the last look are read again.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use report::{CheckpointRecord, RunStatus, Split};
use serde::Serialize;

use crate::error::Error;
use crate::run::{Done, MetricsLine, read_metrics};
use crate::sweep::status::{Status, status};
use crate::sweep::{RunName, SweepFolder};

/// So many runs are shown at most: nobody looks at more, and their curves are read.
const SHOWN: usize = 200;

/// A sweep and the curves of its runs at one look.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// How far the sweep is.
    pub status: Status,
    /// The runs that have begun: first those that are going on, then those that were stopped, that failed, and that have ended, 200 at most.
    pub runs: Vec<RunLook>,
}

/// A run at one look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunLook {
    /// The run.
    pub run: RunName,
    /// What is going on with it.
    pub state: State,
    /// Training steps at most.
    pub steps: usize,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// Its `metrics.jsonl` so far.
    pub looks: Vec<MetricsLine>,
    /// Exact match by length when it ended; empty while it trains.
    pub by_length: Vec<LengthPoint>,
}

/// What is going on with a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A process is at it.
    Running,
    /// Its process has gone, and the next goes on with it.
    Stopped,
    /// It stopped with an error.
    Failed,
    /// It has come to its end.
    Ended(RunStatus),
}

/// Exact match at one evaluated length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LengthPoint {
    /// Evaluated length, in the task's unit.
    pub len_eval: usize,
    /// Inside or beyond the training lengths.
    pub split: Split,
    /// Share of examples whose whole greedy answer is right.
    pub exact_match: f64,
}

/// Looks at a folder again and again.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    known: HashMap<RunName, Known>,
}

/// What was read of a run, and when its files were written.
#[derive(Debug)]
struct Known {
    written: Written,
    looks: Vec<MetricsLine>,
    by_length: Vec<LengthPoint>,
    ended: Option<RunStatus>,
}

#[derive(Debug, PartialEq, Eq)]
struct Written {
    metrics: Option<(SystemTime, u64)>,
    done: Option<(SystemTime, u64)>,
}

impl Watch {
    /// Will look at the folder of a sweep.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: HashMap::new() }
    }

    /// Looks.
    ///
    /// # Errors
    /// Where the folder holds no sweep, or cannot be read.
    pub fn look(&mut self) -> Result<Snapshot, Error> {
        let status = status(&self.folder)?;
        let (folder, listed) = SweepFolder::listed(&self.folder)?;
        let running = status.running.iter().map(|running| (&running.run, State::Running));
        let abandoned = status.abandoned.iter().map(|abandoned| (&abandoned.run, State::Stopped));
        let failed = status.failed.iter().map(|failed| (&failed.run, State::Failed));
        let mut begun: HashMap<RunName, State> =
            running.chain(abandoned).chain(failed).take(SHOWN).map(|(run, state)| (run.clone(), state)).collect();
        let mut runs = Vec::new();
        let mut room = SHOWN.saturating_sub(begun.len());
        for listed in &listed {
            let state = begun.remove(&listed.run);
            if state.is_none() && room == 0 {
                continue;
            }
            let known = self.known_of(&listed.run, &folder.run(&listed.run));
            // It may have ended since the status was asked.
            let state = known.ended.clone().map(State::Ended).or(state);
            let Some(state) = state.or_else(|| (!known.looks.is_empty()).then_some(State::Stopped)) else { continue };
            room = room.saturating_sub(usize::from(matches!(state, State::Ended(_))));
            runs.push(RunLook {
                run: listed.run.clone(),
                state,
                steps: listed.steps,
                len_train_max: listed.len_train_max,
                looks: known.looks.clone(),
                by_length: known.by_length.clone(),
            });
        }
        runs.sort_by_key(|run| match run.state {
            State::Running => 0,
            State::Stopped => 1,
            State::Failed => 2,
            State::Ended(_) => 3,
        });
        runs.truncate(SHOWN);
        Ok(Snapshot { status, runs })
    }

    fn known_of(&mut self, name: &RunName, run: &Path) -> &Known {
        let written = Written { metrics: written(&run.join("metrics.jsonl")), done: written(&run.join("DONE.json")) };
        if self.known.get(name).is_none_or(|known| known.written != written) {
            self.known.insert(name.clone(), Known::read(run, written));
        }
        &self.known[name]
    }
}

impl Known {
    fn read(run: &Path, written: Written) -> Self {
        let ended = written.done.and_then(|_| serde_json::from_slice::<Done>(&fs::read(run.join("DONE.json")).ok()?).ok());
        let by_length = ended.as_ref().map(|done| by_length(run, done.steps)).unwrap_or_default();
        Self { written, looks: read_metrics(run).unwrap_or_default(), by_length, ended: ended.map(|done| done.status) }
    }
}

/// Exact match by length after the run's last step; empty where it was not measured, as of a run that diverged.
fn by_length(run: &Path, steps: u64) -> Vec<LengthPoint> {
    let text = fs::read_to_string(run.join("checkpoints.csv")).unwrap_or_default();
    let rows: Vec<CheckpointRecord> = report::read_table(&text).unwrap_or_default();
    let last = rows.into_iter().filter(|row| row.step == steps);
    last.map(|row| LengthPoint { len_eval: row.len_eval, split: row.split, exact_match: row.exact_match }).collect()
}

fn written(path: &Path) -> Option<(SystemTime, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
