//! `export`: a sweep's folder for other tools.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::error::Error;
use crate::export;
use crate::printer::Printer;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The sweep's folder.
    folder: PathBuf,
    /// The format.
    #[arg(long, value_enum)]
    to: Format,
    /// Where to write [default: `tensorboard`, a folder, or `results.parquet` in the sweep's folder].
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// An event file a run, done or not: loss, exact match, learning rate and speed by step, and exact match by length at the checkpoints of runs that are done.
    Tensorboard,
    /// `results.csv` as one Parquet file, in a rasplab that is built with `--features parquet`.
    Parquet,
}

pub(super) fn export(args: &ExportArgs, printer: Printer) -> Result<(), Error> {
    let (default, kind) = match args.to {
        Format::Tensorboard => ("tensorboard", "runs"),
        Format::Parquet => ("results.parquet", "rows"),
    };
    let out = args.out.clone().unwrap_or_else(|| args.folder.join(default));
    let written = match args.to {
        Format::Tensorboard => export::to_tensorboard(&args.folder, &out)?,
        #[cfg(feature = "parquet")]
        Format::Parquet => export::to_parquet(&args.folder, &out)?,
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => {
            let message = "this rasplab is built without Parquet: build one with `cargo build --release --features parquet`";
            return Err(Error::Usage(message.to_owned()));
        }
    };
    let path = out.display();
    if printer.json() {
        printer.value(&json!({ "path": path.to_string(), kind: written }))?;
    } else {
        printer.data(&path.to_string())?;
    }
    let next = if args.to == Format::Tensorboard { format!(": tensorboard --logdir {path}") } else { String::new() };
    printer.note(&format!("{written} {kind}{next}"));
    Ok(())
}
