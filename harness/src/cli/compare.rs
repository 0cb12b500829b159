//! `compare`: two sweeps side by side.

use std::path::Path;

use report::{Analysis, Evidence};
use tasks::random::stream;

use crate::error::Error;
use crate::evidence;
use crate::printer::Printer;
use crate::sweep::SweepFolder;

/// Compares what two folders hold now; nothing is written.
pub(super) fn compare(a: &Path, b: &Path, printer: Printer) -> Result<(), Error> {
    let (a, b) = (analysed(a)?, analysed(b)?);
    let comparison = report::compare((&a.0, &a.1), (&b.0, &b.1), &mut stream(0, "comparison", 0));
    if printer.json() { printer.value(&comparison) } else { printer.data(comparison.to_text().trim_end()) }
}

fn analysed(folder: &Path) -> Result<(Evidence, Analysis), Error> {
    let (folder, sweep) = SweepFolder::open(folder)?;
    let evidence = evidence::gather(&sweep, &folder, Vec::new())?;
    let analysis = report::analyse(&evidence, &mut stream(0, "statistics", 0));
    Ok((evidence, analysis))
}
