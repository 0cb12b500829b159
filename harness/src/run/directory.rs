//! The directory of one run: `config.json`, `environment.json`, `metrics.jsonl`, while it is trained `checkpoint/training.safetensors`, then
//! `checkpoint/model.safetensors`, `results.csv`, and last, by rename, `DONE.json`, which alone marks success.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use report::Record;
use serde::Serialize;
use serde_json::{Value, json};
use transformer::{Device, ModelError, Transformer};

use super::Done;
use crate::cell::{Cell, CellId};
use crate::config::SeedPair;
use crate::error::Error;

/// The directory of one run.
#[derive(Debug, Clone)]
pub struct RunDirectory {
    path: PathBuf,
    cell: CellId,
}

impl RunDirectory {
    /// The directory that belongs to a cell and its seeds; nothing is created.
    pub fn new(folder: &Path, cell: &Cell, seeds: SeedPair) -> Self {
        let path = folder.join(cell.id.as_str()).join(format!("init{}-data{}", seeds.init, seeds.data));
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
        let path = self.path.join("results.csv");
        let text = fs::read_to_string(&path).map_err(Error::file(&path, "read"))?;
        report::read_csv(&text).map_err(|error| Error::DamagedResult { path, reason: error.to_string() })
    }

    /// Creates the directory, or takes over what a stopped run left in it.
    pub(super) fn begin(&self, cell: &Cell, seeds: SeedPair, device: &Device, side_by_side: usize) -> Result<(), Error> {
        let checkpoint = self.path.join("checkpoint");
        fs::create_dir_all(&checkpoint).map_err(Error::file(&checkpoint, "create"))?;
        self.check_owner(cell, seeds)?;
        write_json(&self.path.join("config.json"), &configuration(cell, seeds))?;
        let path = self.path.join("environment.json");
        let mut environment = environment(cell, device, side_by_side);
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
    pub(super) fn save_training_state(&self, write: impl FnOnce(&Path) -> Result<(), ModelError>) -> Result<(), Error> {
        let path = self.path.join("checkpoint").join("training.safetensors");
        let unfinished = path.with_extension("unfinished");
        write(&unfinished)?;
        fs::File::open(&unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&unfinished, &path))
            .map_err(Error::file(&path, "write"))
    }

    /// Writes weights and records, then marks the run as done.
    pub(super) fn finish(&self, model: &Transformer, records: &[Record], done: &Done) -> Result<(), Error> {
        let weights = self.path.join("checkpoint").join("model.safetensors");
        let unfinished = weights.with_extension("unfinished");
        model.save(&unfinished)?;
        fs::rename(&unfinished, &weights).map_err(Error::file(&weights, "write"))?;
        write_whole(&self.path.join("results.csv"), report::write_csv(records)?.as_bytes())?;
        write_json(&self.path.join("DONE.json"), done)?;
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

/// What else the results may depend on.
fn environment(cell: &Cell, device: &Device, side_by_side: usize) -> Value {
    json!({
        "rasplab": env!("CARGO_PKG_VERSION"),
        "device": device.name(),
        "vector_instructions": device.vector_instructions(&cell.model()).filter(|_| side_by_side == 1),
        "side_by_side": side_by_side,
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    })
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
    let mut beside = path.as_os_str().to_owned();
    beside.push(".unfinished");
    let beside = PathBuf::from(beside);
    fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .map_err(Error::file(path, "write"))
}
