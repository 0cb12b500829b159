//! Shards that are done, kept so that an interrupted search goes on where it was.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rasp::rasp_l::search::{Counts, SEARCH_VERSION, Search};
use serde::{Deserialize, Serialize};

use super::lock;
use crate::error::Error;

/// A shard that is done.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    pub(super) number: usize,
    pub(super) counts: Counts,
    pub(super) agreeing: u64,
    pub(super) programs: Vec<String>,
}

/// A shard as a line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    shard: usize,
    states: u64,
    candidates: u64,
    last_operations: u64,
    agreeing: u64,
    programs: Vec<String>,
}

/// The shards of one search: a file of JSON lines, named after everything that they depend on.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal of a search of which each shard keeps at most `most` programs.
    pub(super) fn open(folder: &Path, search: &Search, most: usize) -> Result<Self, Error> {
        let folder = folder.join("shards");
        fs::create_dir_all(&folder).map_err(Error::file(&folder, "create"))?;
        let name = format!("size-{}-{}.jsonl", search.size(), identity(search, most));
        let path = folder.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::file(&path, "write"))?;
        Ok(Journal { path, file: Mutex::new(file) })
    }

    /// Fills in the shards that are done. What follows the last whole line was being written when the search was killed, and is dropped.
    pub(super) fn read(&self, done: &mut [Option<Shard>]) -> Result<(), Error> {
        let text = fs::read_to_string(&self.path).map_err(Error::file(&self.path, "read"))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            lock(&self.file).set_len(whole as u64).map_err(Error::file(&self.path, "write"))?;
        }
        for (number, line) in text[..whole].lines().enumerate() {
            let damaged =
                |reason: String| Error::DamagedResult { path: self.path.clone(), reason: format!("line {}: {reason}", number + 1) };
            let entry: Entry = serde_json::from_str(line).map_err(|error| damaged(error.to_string()))?;
            let place = done.get_mut(entry.shard).ok_or_else(|| damaged(format!("there is no shard {}", entry.shard)))?;
            let counts = Counts { states: entry.states, candidates: entry.candidates, last_operations: entry.last_operations };
            *place = Some(Shard { number: entry.shard, counts, agreeing: entry.agreeing, programs: entry.programs });
        }
        Ok(())
    }

    /// Adds a shard.
    pub(super) fn write(&self, shard: &Shard) -> Result<(), Error> {
        let Counts { states, candidates, last_operations } = shard.counts;
        let entry =
            Entry { shard: shard.number, states, candidates, last_operations, agreeing: shard.agreeing, programs: shard.programs.clone() };
        let line = serde_json::to_string(&entry).map_err(std::io::Error::from).map_err(Error::file(&self.path, "write"))?;
        writeln!(lock(&self.file), "{line}").map_err(Error::file(&self.path, "write"))
    }
}

/// A hash of everything that a search's shards depend on.
fn identity(search: &Search, most: usize) -> String {
    let space = search.space();
    let mut text = format!("{SEARCH_VERSION} {} {} {:?} {most}\n", space.operations, space.profile, space.constants);
    for sequence in search.battery().sequences() {
        let _ = writeln!(text, "{:?} {:?}", sequence.tokens, sequence.targets);
    }
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}
