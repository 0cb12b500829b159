//! `results.csv` as Parquet.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::error::Error;
use crate::run::write_whole;
use crate::sweep::SweepFolder;

/// Writes the rows of the sweep's `results.csv` to a file; returns how many.
///
/// # Errors
/// Where the folder holds no sweep or no results, `results.csv` is damaged, or `out` cannot be written.
pub fn export(folder: &Path, out: &Path) -> Result<usize, Error> {
    let (folder, _) = SweepFolder::listed(folder)?;
    let path = folder.path().join("results.csv");
    let absent = || Error::NoRecords { dir: folder.path().to_owned() };
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => absent(),
        _ => Error::file(&path, "read")(error),
    })?;
    let records = report::read_csv(&text)?;
    if records.is_empty() {
        return Err(absent());
    }
    write_whole(out, &report::write_parquet(&records)?)?;
    Ok(records.len())
}
