//! `rasp fmt`: programs rewritten in place, or named where they would be.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::each;
use crate::error::Error;
use crate::printer::Printer;
use crate::run::write_whole;

pub(super) fn format(files: &[PathBuf], check: bool, printer: Printer) -> Result<(), Error> {
    let changes = each(files, |file| {
        let source = read(file)?;
        let formatted = rasp::format(&file.display().to_string(), &source)?;
        Ok((source != formatted, formatted))
    })?;
    let mut unformatted = 0;
    for (file, (changed, formatted)) in files.iter().zip(&changes) {
        match (is_standard_input(file), check, changed) {
            (true, false, _) => printer.raw(formatted)?,
            (_, _, false) => {}
            (_, true, true) => {
                unformatted += 1;
                printer.data(&file.display().to_string())?;
            }
            (false, false, true) => replace(file, formatted)?,
        }
    }
    if unformatted > 0 { Err(Error::NotFormatted { unformatted, all: changes.len() }) } else { Ok(()) }
}

/// Puts the text in place of the file's, also through a link, and leaves its permissions.
fn replace(file: &Path, text: &str) -> Result<(), Error> {
    let target = fs::canonicalize(file).map_err(Error::file(file, "write"))?;
    let permissions = fs::metadata(&target).map_err(Error::file(file, "write"))?.permissions();
    write_whole(&target, text.as_bytes())?;
    fs::set_permissions(&target, permissions).map_err(Error::file(file, "write"))
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn read(file: &Path) -> Result<String, Error> {
    if is_standard_input(file) {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Error::file(Path::new("standard input"), "read"))?;
        return Ok(text);
    }
    fs::read_to_string(file).map_err(Error::file(file, "read"))
}
