//! The command as a user calls it, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use tempfile::TempDir;

/// A sweep of a few seconds: two small tasks, two seeds.
pub(crate) const TINY: &str = "\
sweep: tiny
description: Two tasks that a very small model learns in seconds.
base:
  model: {layers: 1, heads: 1, width: 16, positions: none}
  train: {lengths: 4, steps: 60, batch: 16, lr: 1.0e-2, warmup_steps: 5, check_steps: 20}
  evaluate: {lengths: [2, 4, 6, 8], examples: 20}
cells:
  - task: boolean-and
  - task: parity
";

/// Eight runs of a second in all, with predictions.
pub(crate) const EIGHT_RUNS: &str = "\
sweep: tiny
seeds: [0, 1, 2, 3]
base:
  model: {layers: 1, heads: 1, width: 16, positions: none}
  train: {lengths: 4, steps: 800, batch: 16, lr: 1.0e-2, warmup_steps: 5, check_steps: 20}
  evaluate: {lengths: [2, 4, 6, 8], examples: 20}
cells:
  - task: boolean-and
  - task: parity
predict: {max_operations: 2}
";

/// A folder to work in.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a command came to.
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of what a folder holds, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Every file of a name below a folder.
    pub(crate) fn find(&self, folder: &str, name: &str) -> Vec<PathBuf> {
        self.find_where(folder, |other| other == name)
    }

    /// Every file below a folder whose name is one of those that are looked for.
    pub(crate) fn find_where(&self, folder: &str, is_one: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path if is_one(&entry.file_name().to_string_lossy()) => found.push(path),
                    _ => {}
                }
            }
        }
        found
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).args(args).env("NO_COLOR", "1");
        command
    }

    pub(crate) fn rasplab(&self, args: &[&str]) -> Answer {
        answer(&self.command(args).output().unwrap())
    }
}

/// Waits until something holds, and says what it waits for where it never does.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_mins(1), "{what}: not in a minute");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_rasplab-under-test"))
}

fn answer(output: &Output) -> Answer {
    Answer {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
