//! `status`: a look at a sweep's folder.

use std::path::Path;

use crate::error::Error;
use crate::lease::Life;
use crate::printer::Printer;
use crate::sweep::status::{Running, Status, status};

/// So many runs of a kind are shown to people; machines get all.
const SHOWN: usize = 20;

pub(super) fn show(folder: &Path, printer: Printer) -> Result<(), Error> {
    let status = status(folder)?;
    if printer.json() { printer.value(&status) } else { printer.data(&in_words(&status)) }
}

fn in_words(status: &Status) -> String {
    let Status { running, failed, left, abandoned, .. } = status;
    let mut lines = vec![status.in_short()];
    let mut list = |title: &str, rows: Vec<String>| {
        if rows.is_empty() {
            return;
        }
        lines.push(format!("{title}:"));
        lines.extend(rows.iter().take(SHOWN).map(|row| format!("  {row}")));
        if rows.len() > SHOWN {
            lines.push(format!("  and {} more (--json shows all)", rows.len() - SHOWN));
        }
    };
    list("running", running.iter().map(row).collect());
    list(
        "begun by a process that gives no sign of life any more, and taken over by the next that has nothing to do",
        abandoned.iter().map(row).collect(),
    );
    list(
        "failed, and tried again by the next `rasplab run`",
        failed.iter().map(|failed| format!("{}: {}", failed.run, failed.message)).collect(),
    );
    if running.is_empty() && *left > 0 {
        lines.push("nobody is working on it: `rasplab run` with the sweep's file goes on".to_owned());
    }
    lines.join("\n")
}

fn row(running: &Running) -> String {
    let Running { run, host, pid, step, steps, life, .. } = running;
    let sign = match life {
        Life::Alive | Life::Dead => String::new(),
        Life::Elsewhere { secs } => format!(", last sign of life {secs} s ago"),
    };
    format!("{run}: step {step} of {steps}, process {pid} on {host}{sign}")
}
