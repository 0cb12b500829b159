//! What can go wrong in the harness, and the exit status that says so.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cell::CellId;
use crate::config::Problems;

/// An error of the harness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sweep file has problems.
    #[error(transparent)]
    Config(#[from] Problems),
    /// A task could not be built, or refused a length.
    #[error(transparent)]
    Task(#[from] tasks::TaskError),
    /// A cell's task could not be built.
    #[error(transparent)]
    Cell(#[from] crate::task::TaskProblem),
    /// The model refused its configuration, its input or its weights.
    #[error(transparent)]
    Model(#[from] transformer::ModelError),
    /// Statistics, figures or the page could not be made.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// A RASP program has problems.
    #[error("{0}")]
    Program(#[from] rasp::Diagnostics),
    /// A RASP program failed on an input.
    #[error(transparent)]
    Evaluation(#[from] rasp::rasp_l::EvaluationError),
    /// The tokens given to a program could not be read.
    #[error("--input: {0}")]
    Input(#[from] rasp::rasp_l::InputError),
    /// A file or folder could not be read or written.
    #[error("{path}: cannot {action}: {source}{way_out}", path = path.display(), way_out = way_out(source))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as in `read`.
        action: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// A file of a results folder does not hold what it should.
    #[error("{path}: {reason}: delete it, and the run will be repeated", path = path.display())]
    DamagedResult {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The output folder holds something else.
    #[error("{dir} is not empty and holds no sweep: choose another folder with --out, or empty it", dir = dir.display())]
    NotAResultsFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// The output folder holds another sweep.
    #[error("{dir} holds the sweep `{found}`, not `{wanted}`: choose another folder with --out, or delete it", dir = dir.display())]
    ForeignSweep {
        /// The folder.
        dir: PathBuf,
        /// The sweep found there.
        found: String,
        /// The sweep that was to be run.
        wanted: String,
    },
    /// The directory holds results of another configuration.
    #[error("{dir} holds results of another configuration than cell {wanted}: choose another folder with --out, or delete it", dir = dir.display())]
    ForeignRunDirectory {
        /// The run's directory.
        dir: PathBuf,
        /// The cell that belongs there.
        wanted: CellId,
    },
    /// A file of the sweep's folder is not what rasplab wrote.
    #[error("{path}: {reason}: delete it, then run the sweep's file again, which writes it anew", path = path.display())]
    DamagedFolder {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder was made by a rasplab that keeps things elsewhere.
    #[error(
        "{dir} was made by rasplab {by}, which lays out results otherwise (layout {found}; this rasplab, {}, has layout {wanted}): choose another folder with --out, or go on with that rasplab",
        env!("CARGO_PKG_VERSION"),
        dir = dir.display()
    )]
    OtherLayout {
        /// The folder.
        dir: PathBuf,
        /// The version that made it.
        by: String,
        /// Its layout.
        found: u32,
        /// The layout of this one.
        wanted: u32,
    },
    /// Another process has taken a run over.
    #[error("{}: another process has taken this run over, since this one gave no sign of life: it is left to it", lease.display())]
    LeaseLost {
        /// The lease's file.
        lease: PathBuf,
    },
    /// The folder has no such run.
    #[error("{file} has no run `{name}`: `rasplab expand` lists them")]
    NoSuchRun {
        /// The sweep file.
        file: String,
        /// What was asked for.
        name: String,
    },
    /// Slurm refused something, or is not there.
    #[error("{0}")]
    Slurm(String),
    /// There are no results to report.
    #[error("{dir} holds no sweep: run one first, as in `rasplab run configs/quickstart.yaml`", dir = dir.display())]
    NoResults {
        /// The folder.
        dir: PathBuf,
    },
    /// No run has looked at its exact match yet.
    #[error("{dir}: no run has come as far as train.check_steps yet: `rasplab status {dir}` shows how far they are", dir = dir.display())]
    NothingTrained {
        /// The sweep's folder.
        dir: PathBuf,
    },
    /// No run is done, or none was when the report was written.
    #[error("{dir} holds no results yet: once a run is done, `rasplab report {dir}` writes them", dir = dir.display())]
    NoRecords {
        /// The sweep's folder.
        dir: PathBuf,
    },
    /// A training step would take more memory than there is.
    #[error("{} about {} and {} are free: {way_out}", if *at_once > 1 { format!("training steps of {at_once} --workers take") } else { "a training step takes".to_owned() }, in_gib(*needed), in_gib(*free))]
    OutOfMemory {
        /// Bytes that it takes, or as many as go on at once.
        needed: u64,
        /// How many do.
        at_once: usize,
        /// Bytes that are free.
        free: u64,
        /// What to lower.
        way_out: String,
    },
    /// Some runs failed.
    #[error(
        "{failed} of {all} runs failed or could not be begun; the rest is done and reported: see the messages above, then run the same command again"
    )]
    RunsFailed {
        /// Runs that failed.
        failed: usize,
        /// Runs in all.
        all: usize,
    },
    /// The user stopped the sweep.
    #[error("interrupted; {done} of {all} runs are done and kept: run the same command again to go on")]
    Interrupted {
        /// Runs that are done.
        done: usize,
        /// Runs in all.
        all: usize,
    },
    /// The user stopped a search.
    #[error(
        "interrupted at size {size}, {done} of {shards} shards done{}",
        if *kept { " and kept: run the same command again to go on" } else { ", which are not kept" }
    )]
    SearchInterrupted {
        /// Core operations of the programs that were being searched.
        size: usize,
        /// Shards that are done.
        done: usize,
        /// Shards in all.
        shards: usize,
        /// Whether they are kept.
        kept: bool,
    },
    /// No program agrees with a task.
    #[error("{0}")]
    NoProgram(String),
    /// A search came to something else than its certificate says.
    #[error("the certificate does not hold: {0}")]
    NotCertified(String),
    /// A program failed on some inputs.
    #[error("{failed} of {all} results are errors: see them among the results")]
    InputsFailed {
        /// Results that are errors.
        failed: usize,
        /// Results in all.
        all: usize,
    },
    /// Some examples of programs fail.
    #[error("{failed} of {all} examples fail")]
    ExamplesFailed {
        /// Examples that fail.
        failed: usize,
        /// Examples in all.
        all: usize,
    },
    /// A program does not solve a task.
    #[error("{program} does not solve {counterexample}")]
    NotSolved {
        /// The program's file.
        program: String,
        /// The task, and the prompt that shows it with what the program does instead.
        counterexample: String,
    },
    /// Some files are not formatted.
    #[error("{unformatted} of {all} files are not formatted: run the same command without --check")]
    NotFormatted {
        /// Files that would change.
        unformatted: usize,
        /// Files in all.
        all: usize,
    },
    /// Several files have problems.
    #[error("{} files have problems", .0.len())]
    Several(Vec<Error>),
    /// Runs are done, but what comes after them failed.
    #[error("{0}; the runs that are done are kept: mend this, then run the same command again")]
    AfterRuns(Box<Error>),
    /// Bad usage that clap cannot see.
    #[error("{0}")]
    Usage(String),
}

fn in_gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// What a user can do about an error of the operating system; empty where nobody knows.
fn way_out(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => ": check the path",
        ErrorKind::PermissionDenied => ": check the permissions, or choose another place",
        ErrorKind::ReadOnlyFilesystem | ErrorKind::NotADirectory => ": choose another folder with --out",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": free some space, then run the same command again",
        _ => "",
    }
}

impl Error {
    /// The exit status: 1 where work had begun, 2 for bad usage or bad input, 75 for an interruption.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Interrupted { .. } | Self::SearchInterrupted { .. } => 75,
            Self::Evaluation(rasp::rasp_l::EvaluationError::EmptyInput) => 2,
            Self::RunsFailed { .. }
            | Self::InputsFailed { .. }
            | Self::AfterRuns(_)
            | Self::Evaluation(_)
            | Self::ExamplesFailed { .. }
            | Self::NotSolved { .. }
            | Self::NoProgram(_)
            | Self::NotCertified(_)
            | Self::NotFormatted { .. } => 1,
            _ => 2,
        }
    }

    /// Whether the disk has no room.
    pub fn is_full(&self) -> bool {
        let kind = match self {
            Self::File { source, .. } | Self::Model(transformer::ModelError::CheckpointFile { source, .. }) => source.kind(),
            Self::AfterRuns(inner) => return inner.is_full(),
            _ => return false,
        };
        matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
    }

    /// For `map_err`: what was tried on a path.
    pub(crate) fn file(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, action, source }
    }
}
