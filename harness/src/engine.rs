//! Who executes the runs of a sweep: the workers of this machine, or jobs of Slurm, each of which has workers of its own.

pub mod local;
pub mod slurm;

use std::time::Duration;

/// How a process does runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerOptions {
    /// Threads, and runs at a time; `None` for one for each core, or CPU of a job.
    pub workers: Option<u16>,
    /// Runs that are trained side by side, at most.
    pub side_by_side: u16,
    /// Time between two savings of a training state.
    pub save_every: Duration,
    /// Time without a sign of life after which a run is taken over.
    pub stale_after: Duration,
}
