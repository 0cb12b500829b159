//! The files that programs load.

use std::path::{Path, PathBuf};

/// Files below the current folder, or else below that of the program.
pub(super) struct Disk {
    program: Option<PathBuf>,
}

impl Disk {
    /// Paths mean what they mean to the shell, as in the reference.
    pub(super) fn here() -> Self {
        Disk { program: None }
    }

    /// A program finds the files that lie beside it from anywhere.
    pub(super) fn beside(program: &Path) -> Self {
        Disk { program: program.parent().map(Path::to_owned) }
    }
}

impl rasp::Files for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        let here = PathBuf::from(path);
        let beside = self.program.as_ref().map(|folder| folder.join(path)).filter(|beside| !here.exists() && beside.exists());
        std::fs::read_to_string(beside.unwrap_or(here)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file; `load \"name\";` reads name.rasp in the current folder".to_owned(),
            _ => error.to_string(),
        })
    }
}
