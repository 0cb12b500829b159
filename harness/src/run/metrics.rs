//! `metrics.jsonl`: how a run trains, one line a look. It may be read while the run goes on.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One line of `metrics.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetricsLine {
    /// Steps taken.
    pub step: usize,
    /// Training loss of the last step, in nats per predicted token.
    pub loss: f32,
    /// Learning rate of the last step.
    pub lr: f64,
    /// In-distribution exact match, on 256 examples that are not trained on.
    pub exact_match: f64,
    /// Training speed since the last line, in tokens per second, padding not counted.
    pub tokens_per_sec: f64,
    /// Share of the tokens computed so far that were real, not padding.
    pub real_tokens_share: f64,
    /// Seconds spent so far waiting for examples.
    pub secs_waiting: f64,
    /// Seconds since the start, looks included.
    pub secs: f64,
}

/// The lines of a run's `metrics.jsonl`; none where the run has not begun. A last line that is still being written does not count.
///
/// # Errors
/// [`Error::DamagedResult`] of the run's folder, naming the line; [`Error::File`].
pub fn read_metrics(run: &Path) -> Result<Vec<MetricsLine>, Error> {
    let path = run.join("metrics.jsonl");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.map_err(Error::file(&path, "read"))?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let read = |(number, line)| {
        let damaged = |error| Error::DamagedResult { path: run.to_owned(), reason: format!("metrics.jsonl, line {}: {error}", number + 1) };
        serde_json::from_str(line).map_err(damaged)
    };
    whole.lines().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        r#"{"step":20,"loss":0.5,"lr":0.01,"exact_match":0.25,"tokens_per_sec":9.0,"real_tokens_share":1.0,"secs_waiting":0.0,"secs":1.5}"#;

    #[test]
    fn a_line_that_is_being_written_does_not_count_and_a_damaged_one_is_named() {
        let run = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            fs::write(run.path().join("metrics.jsonl"), text).unwrap();
            read_metrics(run.path())
        };
        assert_eq!(read("").unwrap(), []);
        for end in 0..LINE.len() {
            let lines = read(&format!("{LINE}\n{}", &LINE[..end])).unwrap();
            assert_eq!(lines.iter().map(|line| line.step).collect::<Vec<_>>(), [20]);
        }
        let error = read(&format!("{LINE}\n{{}}\n{LINE}\n")).unwrap_err().to_string();
        assert!(error.contains("metrics.jsonl, line 2: missing field `step`"), "{error}");
        assert!(error.ends_with("delete it, and the run will be repeated"), "{error}");
    }
}
