//! Tidy tables as CSV: one header, one row per fact, floats that read back bit for bit.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ReportError;

/// A row of a table.
pub trait Row: Serialize + DeserializeOwned {
    /// The header, in the order of the fields.
    const COLUMNS: &'static [&'static str];

    /// Refuses what the types let through.
    ///
    /// # Errors
    /// The reason, as half a sentence: `exact_match must lie in [0, 1], not 1.5`.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Rows as text, with a header even where there are none.
///
/// # Errors
/// [`ReportError::WriteCsv`] when the CSV writer refuses a row.
pub fn write_table<R: Row>(rows: &[R]) -> Result<String, ReportError> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(R::COLUMNS).map_err(ReportError::WriteCsv)?;
    for row in rows {
        writer.serialize(row).map_err(ReportError::WriteCsv)?;
    }
    finish_csv(writer)
}

/// Rows from text; columns are found by their names, in any order.
///
/// # Errors
/// - [`ReportError::ReadRow`] names the line that is not a row
/// - [`ReportError::ImpossibleRow`] names the line that says what cannot be
pub fn read_table<R: Row>(text: &str) -> Result<Vec<R>, ReportError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut table = Vec::new();
    let mut rows = reader.deserialize();
    loop {
        let line = rows.reader().position().line();
        let Some(row) = rows.next() else { break };
        let row: R = row.map_err(|source| ReportError::ReadRow { line: source.position().map_or(line, csv::Position::line), source })?;
        row.check().map_err(|reason| ReportError::ImpossibleRow { line, reason })?;
        table.push(row);
    }
    Ok(table)
}

/// The text of a CSV writer that writes to memory.
pub(crate) fn finish_csv(writer: csv::Writer<Vec<u8>>) -> Result<String, ReportError> {
    let bytes = writer.into_inner().map_err(|error| ReportError::WriteCsv(error.into_error().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Refuses a share outside `[0, 1]`.
pub(crate) fn check_share(name: &str, value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(format!("{name} must lie in [0, 1], not {value}")) }
}
