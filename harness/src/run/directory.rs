//! The directory of one run: `config.json`, `environment.json`, `metrics.jsonl`, while it is trained `checkpoint/training.safetensors`, then
//! `checkpoint/model.safetensors`, the tables of what was measured, and last, by rename, `DONE.json`, which alone marks success.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use report::calibration::CalibrationRecord;
use report::{CheckpointRecord, ExampleRecord, Mistake, Record, Row};
use serde::Serialize;
use serde_json::{Value, json};
use transformer::{Device, ModelError, Transformer};

use super::{Done, now};
use crate::cell::{Cell, CellId};
use crate::config::SeedPair;
use crate::error::Error;
use crate::lease::Lease;
use crate::sweep::RunName;

/// What was measured of a run, one table each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// `results.csv`.
    pub records: Vec<Record>,
    /// `checkpoints.csv`.
    pub checkpoints: Vec<CheckpointRecord>,
    /// `calibration.csv`.
    pub calibration: Vec<CalibrationRecord>,
    /// `examples.csv`.
    pub examples: Vec<ExampleRecord>,
    /// `mistakes.csv`.
    pub mistakes: Vec<Mistake>,
}

/// The directory of one run.
#[derive(Debug, Clone)]
pub struct RunDirectory {
    path: PathBuf,
    cell: CellId,
}

impl RunDirectory {
    /// The directory that belongs to a cell and its seeds; nothing is created.
    pub fn new(folder: &Path, cell: &Cell, seeds: SeedPair) -> Self {
        let path = folder.join(RunName::new(&cell.id, seeds).as_str());
        Self { path, cell: cell.id.clone() }
    }

    pub(super) fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// What the run came to, if it is done.
    ///
    /// # Errors
    /// [`Error::ForeignRunDirectory`] where the directory belongs to another configuration, [`Error::DamagedResult`] where `DONE.json` cannot be
    /// understood.
    pub fn done(&self, cell: &Cell, seeds: SeedPair) -> Result<Option<Done>, Error> {
        let path = self.path.join("DONE.json");
        let Some(text) = read_if_there(&path)? else { return Ok(None) };
        self.check_owner(cell, seeds)?;
        serde_json::from_str(&text).map(Some).map_err(|error| Error::DamagedResult { path, reason: error.to_string() })
    }

    /// The run's records.
    ///
    /// # Errors
    /// Where `results.csv` is missing or damaged, naming the line.
    pub fn records(&self) -> Result<Vec<Record>, Error> {
        self.table("results.csv")
    }

    /// The run at its checkpoints, and at its end.
    ///
    /// # Errors
    /// Where `checkpoints.csv` is missing or damaged, naming the line.
    pub fn checkpoints(&self) -> Result<Vec<CheckpointRecord>, Error> {
        self.table("checkpoints.csv")
    }

    /// How well confidence was calibrated.
    ///
    /// # Errors
    /// Where `calibration.csv` is missing or damaged, naming the line.
    pub fn calibration(&self) -> Result<Vec<CalibrationRecord>, Error> {
        self.table("calibration.csv")
    }

    /// What became of each evaluated example.
    ///
    /// # Errors
    /// Where `examples.csv` is missing or damaged, naming the line.
    pub fn examples(&self) -> Result<Vec<ExampleRecord>, Error> {
        self.table("examples.csv")
    }

    /// Some wrong answers.
    ///
    /// # Errors
    /// Where `mistakes.csv` is missing or damaged, naming the line.
    pub fn mistakes(&self) -> Result<Vec<Mistake>, Error> {
        self.table("mistakes.csv")
    }

    fn table<R: Row>(&self, name: &str) -> Result<Vec<R>, Error> {
        let path = self.path.join(name);
        let text = fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
        // Without the table alone the run would still count as done.
        report::read_table(&text).map_err(|error| Error::DamagedResult { path: self.path.clone(), reason: format!("{name}, {error}") })
    }

    /// Training steps to the first look at which in-distribution exact match was at least `gate`, if there was one.
    ///
    /// # Errors
    /// Where `metrics.jsonl` is missing or damaged.
    pub fn steps_to(&self, gate: f64) -> Result<Option<u64>, Error> {
        let looks = super::metrics::read_metrics(&self.path)?;
        Ok(looks.iter().find(|look| look.exact_match >= gate).map(|look| look.step as u64))
    }

    /// What else the results may depend on, as `environment.json` has it.
    ///
    /// # Errors
    /// Where the file is missing or damaged.
    pub fn environment(&self) -> Result<Value, Error> {
        let path = self.path.join("environment.json");
        let text = fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
        let damaged = |error| Error::DamagedResult { path: self.path.clone(), reason: format!("environment.json: {error}") };
        serde_json::from_str(&text).map_err(damaged)
    }

    /// Creates the directory, or takes over what a stopped run left in it.
    ///
    /// # Errors
    /// [`Error::ForeignRunDirectory`], [`Error::File`], [`Error::LeaseLost`].
    pub fn begin(&self, cell: &Cell, seeds: SeedPair, device: &Device, how: How, lease: &Lease) -> Result<(), Error> {
        let checkpoint = self.path.join("checkpoint");
        fs::create_dir_all(&checkpoint).map_err(Error::file(&checkpoint, "create"))?;
        self.check_owner(cell, seeds)?;
        // Whoever holds the run's lease now is alone here.
        lease.check()?;
        for folder in [&self.path, &checkpoint] {
            remove_unfinished(folder)?;
        }
        write_json(&self.path.join("config.json"), &configuration(cell, seeds))?;
        let path = self.path.join("environment.json");
        let mut environment = environment(cell, device, how);
        // A run that goes on keeps where it was before: on another machine, or beside other runs, results may differ by rounding.
        if self.training_state().is_some()
            && let Some(before) = read_if_there(&path)?.and_then(|text| serde_json::from_str::<Value>(&text).ok())
        {
            environment["before"] = before;
        }
        write_json(&path, &environment)
    }

    /// The state that training can go on from, if there is one.
    pub fn training_state(&self) -> Option<PathBuf> {
        let path = self.path.join("checkpoint").join("training.safetensors");
        path.exists().then_some(path)
    }

    /// Keeps a training state, which `write` writes to the path that it is given, in place of the last one, whole or not at all.
    pub(super) fn save_training_state(&self, lease: &Lease, write: impl FnOnce(&Path) -> Result<(), ModelError>) -> Result<(), Error> {
        self.save("training.safetensors", lease, write)
    }

    /// Keeps the weights of a run that has ended.
    pub(super) fn save_model(&self, model: &Transformer, lease: &Lease) -> Result<(), Error> {
        self.save("model.safetensors", lease, |path| model.save(path))
    }

    fn save(&self, name: &str, lease: &Lease, write: impl FnOnce(&Path) -> Result<(), ModelError>) -> Result<(), Error> {
        let path = self.path.join("checkpoint").join(name);
        let unfinished = beside(&path);
        let written = write(&unfinished)
            .map_err(|error| match error {
                ModelError::CheckpointFile { source, .. } => Error::file(&path, "write")(source),
                other => other.into(),
            })
            .and_then(|()| fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(Error::file(&path, "write")))
            .and_then(|()| lease.check())
            .and_then(|()| fs::rename(&unfinished, &path).map_err(Error::file(&path, "write")));
        written.inspect_err(|_| drop(fs::remove_file(&unfinished)))
    }

    /// Writes what was measured, then marks the run as done.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] where another process does the run now, [`Error::File`].
    pub fn finish(&self, measured: &Measured, done: &Done, lease: &Lease) -> Result<(), Error> {
        lease.check()?;
        let Measured { records, checkpoints, calibration, examples, mistakes } = measured;
        for (name, text) in [
            ("results.csv", report::write_csv(records)?),
            ("checkpoints.csv", report::write_table(checkpoints)?),
            ("calibration.csv", report::write_table(calibration)?),
            ("examples.csv", report::write_table(examples)?),
            ("mistakes.csv", report::write_table(mistakes)?),
        ] {
            write_whole(&self.path.join(name), text.as_bytes())?;
        }
        // The mark must not outlive, in a power cut, what it marks.
        for folder in [self.path.join("checkpoint"), self.path.clone()] {
            sync_folder(&folder)?;
        }
        lease.check()?;
        write_json(&self.path.join("DONE.json"), done)?;
        sync_folder(&self.path)?;
        match self.training_state() {
            Some(path) => fs::remove_file(&path).map_err(Error::file(&path, "delete")),
            None => Ok(()),
        }
    }

    fn check_owner(&self, cell: &Cell, seeds: SeedPair) -> Result<(), Error> {
        let Some(text) = read_if_there(&self.path.join("config.json"))? else { return Ok(()) };
        let found: Option<Value> = serde_json::from_str(&text).ok();
        if found == Some(configuration(cell, seeds)) {
            Ok(())
        } else {
            Err(Error::ForeignRunDirectory { dir: self.path.clone(), wanted: self.cell.clone() })
        }
    }
}

/// The resolved configuration of a run.
fn configuration(cell: &Cell, seeds: SeedPair) -> Value {
    json!({
        "cell": cell.id,
        "seeds": seeds,
        "task_version": cell.task.version(),
        "config": cell.config,
        "len_eval": cell.len_eval,
        "model": cell.model(),
        "optimizer": cell.optimizer(),
        "schedule": cell.schedule(),
    })
}

/// How a run is computed, beside its cell and seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// Runs that are trained as one.
    pub side_by_side: usize,
    /// Threads that it may use at most.
    pub threads_at_most: usize,
}

/// What else the results may depend on, and who made them.
fn environment(cell: &Cell, device: &Device, how: How) -> Value {
    // A program of the user's is part of the configuration; the hash lets two runs be compared at a glance.
    let own = cell.config.program.as_deref();
    let program = own.or_else(|| cell.task.program_source().map(|(_, source)| source));
    json!({
        "rasplab": env!("CARGO_PKG_VERSION"),
        "revision": env!("RASPLAB_REVISION"),
        "cargo_lock": env!("RASPLAB_CARGO_LOCK"),
        "task_version": cell.task.version(),
        "program": program.map(|source| blake3::hash(source.as_bytes()).to_hex().to_string()),
        "device": device.name(),
        "vector_instructions": device.vector_instructions(&cell.model()).filter(|_| how.side_by_side == 1),
        "side_by_side": how.side_by_side,
        "threads_at_most": how.threads_at_most,
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        "host": sysinfo::System::host_name(),
        "pid": std::process::id(),
        "began": now(),
    })
}

/// Removes files that somebody was writing when he was killed.
///
/// # Errors
/// [`Error::File`] where the folder cannot be read.
pub fn remove_unfinished(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file(folder, "read"))?.flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.ends_with(UNFINISHED)) {
            // Another may be removing it, too.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Sends a folder's entries to the disk, where the system knows how.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) { fs::File::open(folder).and_then(|file| file.sync_all()).map_err(Error::file(folder, "write")) } else { Ok(()) }
}

const UNFINISHED: &str = ".unfinished";

/// A path beside another, that no other process writes to.
fn beside(path: &Path) -> PathBuf {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let host = sysinfo::System::host_name().unwrap_or_default();
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{host}-{}-{number}{UNFINISHED}", std::process::id()))
}

fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, "read")(error)),
    }
}

/// Writes a value as JSON, whole or not at all.
///
/// # Errors
/// [`Error::File`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value).map_err(std::io::Error::from).map_err(Error::file(path, "write"))?;
    text.push('\n');
    write_whole(path, text.as_bytes())
}

/// Writes a file so that it is there whole or not at all: beside it, to disk, then by rename.
///
/// # Errors
/// [`Error::File`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .inspect_err(|_| drop(fs::remove_file(&beside)))
        .map_err(Error::file(path, "write"))
}
