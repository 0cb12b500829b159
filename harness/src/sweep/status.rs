//! What of a sweep is done, running, failed and left, and about how long it will take: one look at its folder, by whoever wants to know.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde::Serialize;

use super::RunName;
use super::folder::{ListedRun, SweepFolder};
use crate::error::Error;
use crate::lease::{self, Holder, Life};
use crate::progress::in_minutes;
use crate::run::Done;

/// So many of the runs that ended last say how fast runs are.
const SAMPLE: usize = 100;

/// A sweep at one look.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Runs in all.
    pub runs: usize,
    /// Runs that are done.
    pub done: usize,
    /// Runs that a process is doing.
    pub running: Vec<Running>,
    /// Runs that failed when they were last tried.
    pub failed: Vec<Failed>,
    /// The other runs: nobody has begun them, or whoever did is gone.
    pub left: usize,
    /// Of those, the ones whose holder is gone; they go on where it saved them.
    pub abandoned: Vec<Running>,
    /// Seconds that those who are working now will need for what is left and running; `None` where nobody is, or nothing is known yet.
    pub secs_left: Option<f64>,
}

/// A run that somebody is doing.
#[derive(Debug, Clone, Serialize)]
pub struct Running {
    /// The run.
    pub run: RunName,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Training steps taken, as of the last beat.
    pub step: u64,
    /// Training steps at most.
    pub steps: u64,
    /// When it was begun, in seconds since 1970 by the clock of its machine.
    pub since: u64,
    /// What is known of its process.
    pub life: Life,
}

/// A run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The run.
    pub run: RunName,
    /// Why.
    pub message: String,
}

/// What one look at a run's directory says.
enum Look {
    Done(SystemTime),
    NotDone,
}

/// Looks at the folder of a sweep.
///
/// # Errors
/// [`Error::NoResults`] where it holds none; [`Error::File`] where it cannot be read.
pub fn status(path: &Path) -> Result<Status, Error> {
    let (folder, listed) = SweepFolder::listed(path)?;
    let held: HashMap<String, (Holder, Life)> = lease::held(path)?.into_iter().map(|(name, holder, life)| (name, (holder, life))).collect();
    let failures: HashSet<String> = folder.failed()?.into_iter().collect();
    // On a disk behind a network each question takes its time, so many are asked at once.
    let looks: Vec<Look> = listed.par_iter().map(|listed| look(&folder, &listed.run)).collect();
    let mut status =
        Status { runs: listed.len(), done: 0, running: Vec::new(), failed: Vec::new(), left: 0, abandoned: Vec::new(), secs_left: None };
    let mut done: Vec<(SystemTime, &ListedRun)> = Vec::new();
    let mut work_left = 0.0;
    for (listed, look) in listed.iter().zip(looks) {
        let name = listed.run.file_name();
        if let Look::Done(at) = look {
            done.push((at, listed));
        } else if let Some((holder, life)) = held.get(&name) {
            let running = Running {
                run: listed.run.clone(),
                host: holder.host.clone(),
                pid: holder.pid,
                step: holder.step,
                steps: listed.steps as u64,
                since: holder.since,
                life: *life,
            };
            if holder.seems_dead(*life) {
                status.abandoned.push(running);
                status.left += 1;
                work_left += listed.work;
            } else {
                work_left += listed.work * (1.0 - holder.step as f64 / listed.steps.max(1) as f64).max(0.0);
                status.running.push(running);
            }
        } else if failures.contains(&name) {
            let message = folder.failure(&listed.run).map_or_else(|| "no reason was kept".to_owned(), |failure| failure.message);
            status.failed.push(Failed { run: listed.run.clone(), message });
        } else {
            status.left += 1;
            work_left += listed.work;
        }
    }
    status.done = done.len();
    status.secs_left = secs_per_work(&folder, done, SAMPLE)
        .or_else(|| secs_per_work_so_far(&status.running, &listed))
        .filter(|_| !status.running.is_empty())
        .map(|secs| secs * work_left / status.running.len() as f64);
    Ok(status)
}

fn look(folder: &SweepFolder, run: &RunName) -> Look {
    match fs::metadata(folder.run(run).join("DONE.json")) {
        Ok(done) => Look::Done(done.modified().unwrap_or(SystemTime::UNIX_EPOCH)),
        Err(_) => Look::NotDone,
    }
}

/// Seconds that a unit of work takes, by the runs that ended last.
fn secs_per_work(folder: &SweepFolder, mut done: Vec<(SystemTime, &ListedRun)>, most: usize) -> Option<f64> {
    if done.len() > most {
        done.select_nth_unstable_by_key(most, |(at, _)| std::cmp::Reverse(*at));
        done.truncate(most);
    }
    let took = |(_, listed): &(SystemTime, &ListedRun)| -> Option<(f64, f64)> {
        let text = fs::read(folder.run(&listed.run).join("DONE.json")).ok()?;
        let done: Done = serde_json::from_slice(&text).ok()?;
        Some((done.secs_train, listed.work))
    };
    let (secs, work) = done.iter().filter_map(took).fold((0.0, 0.0), |all, run| (all.0 + run.0, all.1 + run.1));
    (work > 0.0).then_some(secs / work)
}

/// The same by the runs that are going on, where none has ended.
fn secs_per_work_so_far(running: &[Running], listed: &[ListedRun]) -> Option<f64> {
    let work: HashMap<&RunName, f64> = listed.iter().map(|listed| (&listed.run, listed.work)).collect();
    let now = lease::unix_secs();
    let (secs, work) = running.iter().fold((0.0, 0.0), |(secs, done), running| {
        let share = running.step as f64 / running.steps.max(1) as f64;
        let gone = now.saturating_sub(running.since) as f64;
        (secs + gone, done + share * work.get(&running.run).copied().unwrap_or(0.0))
    });
    (work > 0.0).then_some(secs / work)
}

impl Status {
    /// How far the sweep is, in a line.
    pub fn in_short(&self) -> String {
        let Self { runs, done, running, failed, left, .. } = self;
        let (running, failed) = (running.len(), failed.len());
        let estimate = match self.time_left() {
            Some(time_left) => format!("; about {} to go with {running} at a time", in_minutes(time_left)),
            None => String::new(),
        };
        format!("{done} of {runs} runs are done, {running} running, {failed} failed, {left} left{estimate}")
    }

    /// The estimate as a duration.
    pub fn time_left(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.secs_left?).ok()
    }

    /// Whether nothing is left to begin and nothing is running.
    pub fn is_over(&self) -> bool {
        self.left == 0 && self.running.is_empty()
    }
}
