//! The folder of a sweep: what it asks (`sweep.yaml`), its runs in short (`runs.csv`), who is doing which (`leases/`), which failed and why (`failures/`), and the folder of
//! each run.
//!
//! That a run is done is told by its own `DONE.json` alone. `runs.csv` only saves [`status`](super::status) from expanding the sweep.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::{Run, RunName, Sweep};
use crate::config;
use crate::error::Error;
use crate::lease::{self, Lease, Leases, Terms};
use crate::run::{RunDirectory, write_json, write_whole};

/// Changes when a folder of before can no longer be gone on with.
const LAYOUT: u32 = 2;

const LISTED: &str = "runs.csv";

/// The folder of a sweep.
#[derive(Debug, Clone)]
pub struct SweepFolder {
    path: PathBuf,
}

/// A run as `runs.csv` lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedRun {
    /// The run.
    pub run: RunName,
    /// Its task.
    pub task: String,
    /// Longest training length, in the task's unit.
    pub len_train_max: usize,
    /// Training steps at most.
    pub steps: usize,
    /// Its work, in the unit of [`Cell::work`](crate::cell::Cell::work).
    pub work: f64,
}

/// Why a run failed: what `failures/` keeps of it until it is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The reason.
    pub message: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// When, in seconds since 1970 by that machine's clock.
    pub at: u64,
}

/// What `layout.json` says of the program that made the folder.
#[derive(Debug, Serialize, Deserialize)]
struct Layout {
    layout: u32,
    rasplab: String,
}

impl SweepFolder {
    /// Creates a folder for a sweep, or checks that a folder belongs to it; then it holds the sweep as it is now.
    ///
    /// # Errors
    /// [`Error::ForeignSweep`], [`Error::NotAResultsFolder`] and [`Error::OtherLayout`] where it is something else's; [`Error::File`].
    pub fn claim(path: &Path, sweep: &Sweep) -> Result<Self, Error> {
        let folder = Self { path: path.to_owned() };
        match folder.stored_text()? {
            Some(text) => {
                folder.check_layout()?;
                let found = config::name(&text).map_err(|reason| Error::DamagedFolder { path: folder.sweep_file(), reason })?;
                if found != sweep.config.sweep {
                    return Err(Error::ForeignSweep { dir: path.to_owned(), found, wanted: sweep.config.sweep.clone() });
                }
            }
            None => folder.create()?,
        }
        let text = sweep.config.to_yaml().map_err(std::io::Error::other).map_err(Error::file(&folder.sweep_file(), "write"))?;
        let listed = listed(sweep)?;
        let is_there = |path: PathBuf, wanted: &[u8]| fs::read(path).is_ok_and(|there| there == wanted);
        if is_there(folder.sweep_file(), text.as_bytes()) && is_there(folder.path.join(LISTED), &listed) {
            return Ok(folder);
        }
        // As it is published: by one process at a time.
        let keep = |_: &Lease| folder.keep(sweep, &text, &listed);
        folder.leases(Terms::default())?.alone("report", &AtomicBool::new(false), || (), keep)?.unwrap_or(Ok(()))?;
        Ok(folder)
    }

    /// Writes what the sweep asks into the folder.
    fn keep(&self, sweep: &Sweep, text: &str, listed: &[u8]) -> Result<(), Error> {
        for (path, text) in sweep.config.programs() {
            let parent = self.path.join(path).parent().map_or_else(|| self.path.clone(), Path::to_owned);
            fs::create_dir_all(&parent).map_err(Error::file(&parent, "create"))?;
            self.write_where_new(path, text.as_bytes())?;
        }
        self.write_where_new(LISTED, listed)?;
        self.write_where_new("sweep.yaml", text.as_bytes())
    }

    /// A folder that holds a sweep, and the sweep.
    ///
    /// # Errors
    /// [`Error::NoResults`] where it holds none; the problems of its `sweep.yaml`.
    pub fn open(path: &Path) -> Result<(Self, Sweep), Error> {
        let folder = Self { path: path.to_owned() };
        let text = if path.is_file() { None } else { folder.stored_text()? };
        let Some(text) = text else { return Err(Error::NoResults { dir: path.to_owned() }) };
        folder.check_layout()?;
        let sweep = Sweep::expand(config::read(&folder.sweep_file().display().to_string(), &text, &[])?)?;
        Ok((folder, sweep))
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the sweep, as the folder keeps it.
    pub fn sweep_file(&self) -> PathBuf {
        self.path.join("sweep.yaml")
    }

    /// The directory of a run.
    pub fn run(&self, name: &RunName) -> PathBuf {
        self.path.join(name.as_str())
    }

    /// The directory of a run, with what belongs there.
    pub fn directory(&self, sweep: &Sweep, run: Run) -> RunDirectory {
        RunDirectory::new(&self.path, &sweep.cells[run.cell], run.seeds)
    }

    /// The runs that are not done.
    ///
    /// # Errors
    /// Where a run's directory holds something else.
    pub fn left(&self, sweep: &Sweep) -> Result<Vec<Run>, Error> {
        let mut left = Vec::new();
        for &run in &sweep.runs {
            if self.directory(sweep, run).done(&sweep.cells[run.cell], run.seeds)?.is_none() {
                left.push(run);
            }
        }
        Ok(left)
    }

    /// The leases of its runs.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn leases(&self, terms: Terms) -> Result<Leases, Error> {
        Leases::open(&self.path, terms)
    }

    /// Every run as it was listed when the sweep was last begun.
    ///
    /// # Errors
    /// [`Error::NoResults`] where the folder holds no sweep; [`Error::DamagedFolder`].
    pub fn listed(path: &Path) -> Result<(Self, Vec<ListedRun>), Error> {
        let folder = Self { path: path.to_owned() };
        folder.check_layout()?;
        let file = path.join(LISTED);
        let text = match fs::read(&file) {
            Ok(text) => text,
            // Made by an older rasplab, or not at all.
            Err(error) if is_absent(&error) => listed(&Self::open(path)?.1)?,
            Err(error) => return Err(Error::file(&file, "read")(error)),
        };
        let rows: Result<Vec<ListedRun>, csv::Error> = csv::Reader::from_reader(text.as_slice()).deserialize().collect();
        match rows {
            Ok(rows) if !rows.is_empty() => Ok((folder, rows)),
            Ok(_) => Err(Error::DamagedFolder { path: file, reason: "it lists no run".to_owned() }),
            Err(error) => Err(Error::DamagedFolder { path: file, reason: error.to_string() }),
        }
    }

    /// Why a run failed, if it did when it was last tried.
    pub fn failure(&self, name: &RunName) -> Option<Failure> {
        serde_json::from_slice(&fs::read(self.failure_file(name)).ok()?).ok()
    }

    /// The names, as those of files, of all runs that failed when they were last tried.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn failed(&self) -> Result<Vec<String>, Error> {
        let folder = self.path.join("failures");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(Error::file(&folder, "read"))?,
        };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        let names: Vec<String> = names.collect::<Result<_, _>>().map_err(Error::file(&folder, "read"))?;
        Ok(names.into_iter().filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect())
    }

    /// Keeps why a run failed, so that other processes leave it and people can read it.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn set_failure(&self, name: &RunName, message: &str) -> Result<(), Error> {
        let path = self.failure_file(name);
        let folder = self.path.join("failures");
        fs::create_dir_all(&folder).map_err(Error::file(&folder, "create"))?;
        let host = sysinfo::System::host_name().unwrap_or_default();
        write_json(&path, &Failure { message: message.to_owned(), host, pid: std::process::id(), at: lease::unix_secs() })
    }

    /// Forgets failures, so that the runs are tried again.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn forget_failures(&self) -> Result<(), Error> {
        for name in self.failed()? {
            Self::forget(&self.path.join("failures").join(format!("{name}.json")))?;
        }
        Ok(())
    }

    /// Forgets that a run failed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn forget_failure(&self, name: &RunName) -> Result<(), Error> {
        Self::forget(&self.failure_file(name))
    }

    fn forget(failure: &Path) -> Result<(), Error> {
        match fs::remove_file(failure) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file(failure, "delete")(error)),
            _ => Ok(()),
        }
    }

    fn failure_file(&self, name: &RunName) -> PathBuf {
        self.path.join("failures").join(format!("{}.json", name.file_name()))
    }

    fn stored_text(&self) -> Result<Option<String>, Error> {
        let path = self.sweep_file();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(&path, "read")(error)),
        }
    }

    fn create(&self) -> Result<(), Error> {
        let layout = self.path.join("layout.json");
        fs::create_dir_all(&self.path).map_err(Error::file(&self.path, "create"))?;
        let mut entries = fs::read_dir(&self.path).map_err(Error::file(&self.path, "read"))?.flatten();
        // A process that was killed before it wrote the sweep, or one that begins at the same time, has left what may be left here.
        let ours =
            |name: &str| ["layout.json", "runs.csv", "sweep.yaml", "leases", "programs"].contains(&name) || name.ends_with(".unfinished");
        if !layout.exists() && !entries.all(|entry| entry.file_name().to_str().is_some_and(ours)) {
            return Err(Error::NotAResultsFolder { dir: self.path.clone() });
        }
        write_json(&layout, &Layout { layout: LAYOUT, rasplab: env!("CARGO_PKG_VERSION").to_owned() })
    }

    fn check_layout(&self) -> Result<(), Error> {
        let path = self.path.join("layout.json");
        let layout = match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).map_err(|error| Error::DamagedFolder { path: path.clone(), reason: error.to_string() })?
            }
            Err(error) if is_absent(&error) && !self.sweep_file().exists() => return Ok(()),
            // Folders had no such file before there was a second layout.
            Err(error) if is_absent(&error) => Layout { layout: 1, rasplab: "an early version".to_owned() },
            Err(error) => return Err(Error::file(&path, "read")(error)),
        };
        if layout.layout == LAYOUT {
            return Ok(());
        }
        Err(Error::OtherLayout { dir: self.path.clone(), by: layout.rasplab, found: layout.layout, wanted: LAYOUT })
    }

    /// Writes a file of the folder where it says something new, so that a hundred workers that begin do not write a hundred times.
    fn write_where_new(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        if fs::read(&path).is_ok_and(|there| there == bytes) { Ok(()) } else { write_whole(&path, bytes) }
    }
}

/// Whether there is no such file, or no such folder.
fn is_absent(error: &std::io::Error) -> bool {
    [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind())
}

/// The text of `runs.csv`.
fn listed(sweep: &Sweep) -> Result<Vec<u8>, Error> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let damaged = |reason: String| Error::DamagedFolder { path: PathBuf::from("runs.csv"), reason };
    for &run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        let row = ListedRun {
            run: sweep.name(run),
            task: cell.config.task.clone(),
            len_train_max: cell.config.train.lengths,
            steps: cell.config.train.steps,
            work: cell.work(),
        };
        rows.serialize(row).map_err(|error| damaged(error.to_string()))?;
    }
    rows.into_inner().map_err(|error| damaged(error.to_string()))
}
