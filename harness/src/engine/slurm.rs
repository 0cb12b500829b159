//! Jobs of Slurm: an array of identical workers, which take runs of the sweep's folder by lease until none is left.
//!
//! Nothing of Slurm's is trusted with the sweep. What is done is told by the runs' own directories; `squeue` only says whether anybody is still there. So array limits, dead nodes,
//! requeued jobs and grids that have grown need nothing special, and accounting (`sacct`) is not needed at all.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WorkerOptions;
use crate::error::Error;
use crate::printer::Printer;
use crate::progress::in_minutes;
use crate::run::{write_json, write_whole};
use crate::sweep::status::{Status, status};
use crate::sweep::{Run, SweepFolder, folder::ListedRun};

/// Between two looks at the folder.
const LOOKS_EVERY: Duration = Duration::from_secs(2);
/// Between two questions to the controller, which all users of a cluster share, while runs are going on.
const ASKS_EVERY: Duration = Duration::from_secs(30);
/// So often workers are submitted anew, each time because they ended before the runs did, without a run that ends.
const SUBMISSIONS: usize = 20;
/// Between two lines for people who wait.
const LINE_EVERY: Duration = Duration::from_mins(1);
/// A controller that is restarted does not answer for a while.
const PATIENCE: Duration = Duration::from_mins(5);

/// States in which a job will do nothing more, of Slurm's manual of squeue.
const ENDED: [&str; 10] =
    ["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"];

/// A sweep on Slurm.
pub struct Slurm<'a> {
    /// The sweep's folder, which every node must see.
    pub folder: &'a SweepFolder,
    /// The sweep's name.
    pub name: &'a str,
    /// Jobs at a time.
    pub jobs: usize,
    /// Options for `sbatch`.
    pub sbatch: &'a [String],
    /// Whether to return once jobs are submitted.
    pub detach: bool,
    /// How each job does runs.
    pub workers: WorkerOptions,
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// Where progress is shown.
    pub printer: Printer,
}

/// The last array of jobs, kept so that the same command finds it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Submitted {
    job: u64,
    jobs: usize,
}

/// What `squeue` says of an array.
#[derive(Debug, Default, PartialEq, Eq)]
struct Queue {
    running: usize,
    waiting: usize,
    /// Why those wait that wait.
    reasons: Vec<String>,
}

impl Slurm<'_> {
    /// Submits workers, and watches until every run has ended; false where the user does not want to wait.
    ///
    /// # Errors
    /// [`Error::Slurm`] where Slurm refuses, or jobs end without doing anything; [`Error::Interrupted`].
    pub fn execute(&self, left: &[Run]) -> Result<bool, Error> {
        let mut submitted = match self.last_submitted() {
            // Of an earlier command that was interrupted.
            Some(before) if Self::queue(before.job)? != Queue::default() => {
                self.printer.note(&format!("job {} of an earlier command is still there", before.job));
                before
            }
            _ => self.submit(left.len())?,
        };
        if self.detach {
            let folder = self.folder.path().display();
            self.printer
                .note(&format!("`rasplab status {folder}` shows how far it is; the same command without --detach waits and reports"));
            return Ok(false);
        }
        let mut at_submission = self.progress_mark()?;
        let mut in_vain = 0;
        let (mut last_line, mut last_answer, mut last_asked) = (Instant::now(), Instant::now(), None::<Instant>);
        loop {
            let look = status(self.folder.path())?;
            if look.is_over() {
                // Workers that come now would find nothing.
                self.cancel(submitted.job);
                return Ok(true);
            }
            if self.stop.load(Ordering::Relaxed) {
                self.cancel(submitted.job);
                return Err(Error::Interrupted { done: look.done, all: look.runs });
            }
            std::thread::sleep(LOOKS_EVERY);
            if !look.running.is_empty() && last_asked.is_some_and(|asked| asked.elapsed() < ASKS_EVERY) {
                continue;
            }
            last_asked = Some(Instant::now());
            match Self::queue(submitted.job) {
                Ok(queue) if queue == Queue::default() && look.running.is_empty() => {
                    // They may have ended their runs since the folder was looked at.
                    let now = self.progress_mark()?;
                    in_vain = if now.0 == at_submission.0 { in_vain + 1 } else { 0 };
                    if now == at_submission || in_vain > SUBMISSIONS {
                        return Err(Error::AfterRuns(Box::new(self.no_progress(submitted.job, &look))));
                    }
                    let left = status(self.folder.path())?.left;
                    if left > 0 {
                        match self.submit(left) {
                            Ok(again) => (submitted, at_submission, last_answer) = (again, now, Instant::now()),
                            Err(error) if last_answer.elapsed() > PATIENCE => return Err(Error::AfterRuns(Box::new(error))),
                            Err(_) => {}
                        }
                    }
                }
                Ok(queue) => {
                    last_answer = Instant::now();
                    if last_line.elapsed() >= LINE_EVERY {
                        last_line = Instant::now();
                        self.printer.note(&in_words(&look, &queue));
                    }
                }
                Err(error) if last_answer.elapsed() > PATIENCE => return Err(Error::AfterRuns(Box::new(error))),
                Err(_) => {}
            }
        }
    }

    /// Submits workers for so many runs.
    fn submit(&self, runs: usize) -> Result<Submitted, Error> {
        let folder = self.folder.path();
        let logs = folder.join("slurm");
        fs::create_dir_all(&logs).map_err(Error::file(&logs, "create"))?;
        // Nodes may see the folder from elsewhere than this command's working directory.
        let folder = fs::canonicalize(folder).map_err(Error::file(folder, "read"))?;
        let rasplab = std::env::current_exe().map_err(Error::file(&PathBuf::from("rasplab"), "find"))?;
        let workers = self.workers.workers.map_or_else(|| "${SLURM_CPUS_PER_TASK:-1}".to_owned(), |workers| workers.to_string());
        // The program takes the shell's place, so that it is the one which Slurm's signals reach.
        let script = format!(
            "#!/bin/sh\nexec {} work {} --workers \"{workers}\" --side-by-side {} --save-every {} --stale-after {}\n",
            quoted(&rasplab.display().to_string()),
            quoted(&folder.display().to_string()),
            self.workers.side_by_side,
            self.workers.save_every.as_secs_f64(),
            self.workers.stale_after.as_secs_f64(),
        );
        let worker = logs.join("worker.sh");
        write_whole(&worker, script.as_bytes())?;
        let jobs = runs.min(self.jobs);
        let mut sbatch = Command::new("sbatch");
        sbatch
            .arg("--parsable")
            .arg(format!("--job-name=rasplab-{}", self.name))
            .arg(format!("--array=0-{}", jobs - 1))
            .arg(format!("--output={}", folder.join("slurm").join("%A_%a.log").display()))
            .args(["--open-mode=append", "--requeue"])
            .args(self.sbatch)
            .arg(&worker);
        let output = answer(&mut sbatch)?;
        if !output.status.success() {
            let options = self.sbatch.join(" ");
            return Err(Error::Slurm(format!(
                "sbatch refused the jobs: {}: nothing was submitted; mend --sbatch (now `{options}`) or lower --jobs (now {}), then run the same command again",
                said(&output),
                self.jobs
            )));
        }
        // `job` or `job;cluster`.
        let text = String::from_utf8_lossy(&output.stdout);
        let job = text.trim().split(';').next().and_then(|job| job.parse().ok());
        let job = job.ok_or_else(|| Error::Slurm(format!("sbatch answered `{}`, not a job's number", text.trim())))?;
        let submitted = Submitted { job, jobs };
        write_json(&self.folder.path().join(JOBS), &submitted)?;
        let logs = logs.display();
        self.printer.note(&format!("submitted job {job}, {jobs} workers for {runs} runs; what they say is in {logs}"));
        Ok(submitted)
    }

    fn last_submitted(&self) -> Option<Submitted> {
        serde_json::from_slice(&fs::read(self.folder.path().join(JOBS)).ok()?).ok()
    }

    fn queue(job: u64) -> Result<Queue, Error> {
        let output = answer(Command::new("squeue").args(["--json", "--me"]))?;
        if !output.status.success() {
            return Err(Error::Slurm(format!("squeue failed: {}", said(&output))));
        }
        let text: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::Slurm(format!("squeue --json did not answer with JSON (Slurm 21.08 or later does): {error}")))?;
        Ok(in_queue(&text, job))
    }

    /// Tells workers to save what they do and to end.
    fn cancel(&self, job: u64) {
        let cancelled = answer(Command::new("scancel").arg(job.to_string()));
        let failure = match &cancelled {
            Ok(output) if output.status.success() => {
                // They may be in the queue for a while, but are not to be counted on any more.
                let _ = fs::remove_file(self.folder.path().join(JOBS));
                return;
            }
            Ok(output) => said(output),
            Err(error) => error.to_string(),
        };
        self.printer.note(&format!("job {job} could not be cancelled ({failure}): `scancel {job}` does it"));
    }

    /// Changes with every run that ends and every training state that is saved.
    fn progress_mark(&self) -> Result<(usize, Option<SystemTime>), Error> {
        let (folder, listed) = SweepFolder::listed(self.folder.path())?;
        let saved = |listed: &ListedRun| {
            fs::metadata(folder.run(&listed.run).join("checkpoint").join("training.safetensors")).and_then(|state| state.modified()).ok()
        };
        let latest = listed.iter().filter_map(saved).max();
        let done = listed.iter().filter(|listed| folder.run(&listed.run).join("DONE.json").exists()).count();
        Ok((done + self.folder.failed()?.len(), latest))
    }

    fn no_progress(&self, job: u64, status: &Status) -> Error {
        let logs = self.folder.path().join("slurm").join(format!("{job}_*.log"));
        let left = status.left;
        Error::Slurm(format!("job {job} has ended and too little came of it, {left} runs are left: see {}", logs.display()))
    }
}

const JOBS: &str = "slurm/jobs.json";

/// What a command of Slurm's answers.
fn answer(command: &mut Command) -> Result<Output, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.output().map_err(|error| {
        Error::Slurm(format!("cannot run {name}: {error}: run this on a machine that submits to Slurm, or use --engine local"))
    })
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let text = text.trim().replace('\n', "; ");
    if text.is_empty() { output.status.to_string() } else { text }
}

/// What of an array is in `squeue --json`'s answer, whose numbers and states are written differently from version to version.
fn in_queue(answer: &Value, job: u64) -> Queue {
    let number = |value: &Value| value.as_u64().or_else(|| value.get("number")?.as_u64());
    let mut queue = Queue::default();
    for entry in answer.get("jobs").and_then(Value::as_array).into_iter().flatten() {
        let is_ours = ["array_job_id", "job_id"].iter().any(|key| entry.get(key).and_then(number) == Some(job));
        let states: Vec<&str> = match entry.get("job_state") {
            Some(Value::String(state)) => vec![state],
            Some(Value::Array(states)) => states.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let is_requeued = states.iter().any(|state| state.starts_with("REQUEUE"));
        if !is_ours || (states.iter().any(|state| ENDED.contains(state)) && !is_requeued) {
            continue;
        }
        if states.contains(&"PENDING") || is_requeued {
            queue.waiting += 1;
            let reason = entry.get("state_reason").and_then(Value::as_str).unwrap_or("no reason given").to_owned();
            if !queue.reasons.contains(&reason) {
                queue.reasons.push(reason);
            }
        } else {
            queue.running += 1;
        }
    }
    queue
}

fn in_words(status: &Status, queue: &Queue) -> String {
    let waiting = match queue.waiting {
        0 => String::new(),
        waiting => format!(", {waiting} waiting ({})", queue.reasons.join(", ")),
    };
    let left = status.time_left().map_or_else(String::new, |left| format!(", about {} left", in_minutes(left)));
    format!("{}/{} runs done, {} failed; {} jobs running{waiting}{left}", status.done, status.runs, status.failed.len(), queue.running)
}

/// A word as the shell reads it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_ways_of_writing_a_job_are_read() {
        let old = |task: Value, state: &str| json!({"job_id": 18, "array_job_id": 17, "array_task_id": task, "job_state": state, "state_reason": "Resources"});
        let new = |state: &[&str]| json!({"job_id": 19, "array_job_id": {"set": true, "number": 17}, "job_state": state, "state_reason": "BeginTime"});
        let answer = json!({"jobs": [
            old(json!(1), "RUNNING"), old(json!(2), "COMPLETED"), old(json!(null), "PENDING"), new(&["RUNNING", "COMPLETING"]), new(&["NODE_FAIL"]), new(&["PENDING", "REQUEUED"]),
            {"job_id": 4, "array_job_id": 0, "job_state": "RUNNING"},
        ]});
        let reasons = vec!["Resources".to_owned(), "BeginTime".to_owned()];
        assert_eq!(in_queue(&answer, 17), Queue { running: 2, waiting: 2, reasons });
        assert_eq!(in_queue(&answer, 5), Queue::default());
        assert_eq!(in_queue(&json!({}), 17), Queue::default());
    }
}
