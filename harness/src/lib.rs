//! The harness: from a YAML file to trained runs, records and a report. The binary `rasplab` is a thin shell around [`cli::main`].
//!
//! The pipeline, one module each: [`config`] reads and checks a sweep file, [`sweep`] expands it into [`cell`]s and seeds and keeps its folder, [`engine`] hands
//! runs to workers, which take each by a [`lease`], [`prediction`] says what to expect, [`run`] trains and evaluates one of them in its own directory, [`evidence`] gathers what the directories hold for
//! the `report` crate; [`export`] writes it for other tools, and [`live`] shows it while it grows.
//!
//! ```
//! let text = "sweep: tiny\ncells:\n  - {task: sort, alphabet: 20, train: {lengths: 5}, evaluate: {lengths: [5, 10]}}\n";
//! let config = rasplab::config::read("tiny.yaml", text, &[])?;
//! let sweep = rasplab::sweep::Sweep::expand(config)?;
//! assert_eq!(sweep.runs.len(), 2); // one cell, two seeds
//! # Ok::<(), rasplab::Error>(())
//! ```

pub mod cell;
pub mod cli;
pub mod config;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod export;
pub mod lease;
pub mod live;
pub mod prediction;
pub mod predictor;
pub mod printer;
pub mod progress;
pub mod run;
pub mod search;
pub mod sweep;
pub mod task;

pub use error::Error;
