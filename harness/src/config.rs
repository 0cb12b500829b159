//! A sweep file: its tree, its defaults, and how its text becomes a checked configuration.
//!
//! [`tree`] holds the types, and their `Default` is the single place of defaults; `yaml` turns text into values and paths into lines;
//! `source` reads what a file includes and names; [`primary`] is what a sweep declares in advance; [`read`](fn@read) merges `base`, `cells`, `grid` and overrides, and reports every problem of a file at once; `validate` checks what types
//! cannot; [`schema`] is the same tree for editors.

mod defaults;
pub mod primary;
pub mod problem;
mod program;
mod read;
pub mod schema;
mod source;
pub mod tree;
mod validate;
mod value;
mod yaml;

pub use defaults::with_defaults_marked;
pub use problem::{Problem, Problems};
pub use read::{ValidConfig, name, read};
pub use tree::{
    ActivationConfig, AnswerConfig, CellConfig, DrawConfig, EvaluateConfig, LengthDraw, LossConfig, ModelConfig, PositionsConfig,
    PredictConfig, PromptsConfig, ReportConfig, SeedPair, Seeds, SweepConfig, TrainConfig,
};
