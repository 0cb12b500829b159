//! From records to findings: what a length-generalization sweep says, with its uncertainty, in text, figures and one HTML page.
//!
//! The crate knows nothing of RASP, Transformers or training. It reads and writes no files: texts and bytes go in and come
//! out, and random numbers come from the caller, so that the same evidence gives the same report.
//!
//! ```
//! use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//! use report::{
//!     Evidence, PrimaryAnalysis, ProgramInfo, Role, RunOutcome, RunStatus, SweepInfo, TaskInfo, analyse, figures, read_csv, render_html,
//! };
//!
//! let records = read_csv(
//!     "sweep,cell,task,seed_init,seed_data,len_train_max,len_eval,split,distribution,metric,value,examples,low,high\n\
//!      demo,0a1b,sort,0,0,20,10,in,standard,exact_match,1.0,200,,\n\
//!      demo,0a1b,sort,0,0,20,20,in,standard,exact_match,1.0,200,,\n\
//!      demo,0a1b,sort,0,0,20,40,out,standard,exact_match,0.97,200,,\n\
//!      demo,0a1b,sort,0,0,20,60,out,standard,exact_match,0.41,200,,\n",
//! )?;
//! let evidence = Evidence {
//!     sweep: SweepInfo {
//!         name: "demo".into(),
//!         description: "one task".into(),
//!         fit_gate: 0.99,
//!         reach_tau: 0.9,
//!         primary: PrimaryAnalysis::default(),
//!         device: "flex".into(),
//!         version: "0.1.0".into(),
//!         command: "rasplab run demo.yaml".into(),
//!         wall_secs: 60.0,
//!         provenance: vec![("Code revision".into(), "0a1b2c3".into())],
//!     },
//!     tasks: vec![TaskInfo {
//!         task: "sort".into(),
//!         summary: "numbers in ascending order".into(),
//!         format: "prompt `4 12 3 >`, answer `3 4 12`".into(),
//!         unit: "numbers to sort".into(),
//!         alphabet: 100,
//!         answer_tokens: Some(21.0),
//!         program: Some(ProgramInfo {
//!             file: "sort.rasp".into(),
//!             source: "sort(tokens, tokens);".into(),
//!             profile: "strict".into(),
//!             measures: vec![("core_operations".into(), 7.0)],
//!         }),
//!         role: Role::Solvable,
//!         model: "1 layer, 2 heads, 64 wide".into(),
//!     }],
//!     runs: vec![RunOutcome {
//!         cell: "0a1b".into(),
//!         task: "sort".into(),
//!         seed_init: 0,
//!         seed_data: 0,
//!         len_train_max: 20,
//!         distribution: "standard".into(),
//!         status: RunStatus::Done,
//!         steps: 1000,
//!         secs_train: 60.0,
//!         tokens_per_sec: 40_000.0,
//!         parameters: 70_000,
//!         stopped_early: true,
//!         steps_to_fit: Some(900),
//!     }],
//!     records,
//!     predictions: Vec::new(),
//!     checkpoints: Vec::new(),
//!     calibration: Vec::new(),
//!     examples: Vec::new(),
//!     mistakes: Vec::new(),
//! };
//! let analysis = analyse(&evidence, &mut ChaCha8Rng::seed_from_u64(0));
//! assert_eq!(analysis.verdicts[0].status.to_string(), "generalizes"); // right up to 40, twice the training length
//! assert!(analysis.to_text().contains("The data cannot tell")); // one task has no correlation
//! let page = render_html(&evidence, &analysis, &figures(&evidence, &analysis))?;
//! assert!(page.starts_with("<!doctype html>"));
//! # Ok::<(), report::ReportError>(())
//! ```

pub mod analysis;
pub mod calibration;
mod checkpoint;
mod comparison;
mod error;
mod evidence;
mod example;
mod figure;
mod html;
mod number;
#[cfg(feature = "parquet")]
mod parquet;
mod prediction;
mod primary;
mod record;
pub mod statistics;
mod table;

#[cfg(feature = "parquet")]
pub use crate::parquet::write_parquet;
pub use analysis::{Analysis, Conclusion, Correlation, Finding, Ranking, RunSummary, Verdict, VerdictStatus, analyse};
pub use checkpoint::CheckpointRecord;
pub use comparison::{Comparison, compare};
pub use error::ReportError;
pub use evidence::{Evidence, ProgramInfo, Role, RunExamples, RunMistake, RunOutcome, RunStatus, SweepInfo, TaskInfo};
pub use example::{Ending, ExampleRecord, Mistake};
pub use figure::{Figure, figures, png};
pub use html::render_html;
pub use prediction::{CellPredictions, PredictedCurve, PredictedPoint, Predictor, ShortestProgram, write_predictions_csv};
pub use primary::{Outcome, PrimaryAnalysis, Scope};
pub use record::{Metric, Record, Split, read_csv, write_csv};
pub use statistics::binomial::{Interval, Share, clopper_pearson};
pub use table::{Row, read_table, write_table};
