//! A sweep file: its tree, its defaults, and how its text becomes a checked configuration.
//!
//! [`tree`] holds the types, and their `Default` is the single place of defaults; `yaml` turns text into values and paths into lines;
//! [`read`](fn@read) merges `base`, `cells`, `grid` and overrides, and reports every problem of a file at once; `validate` checks what types
//! cannot; [`schema`] is the same tree for editors.

pub mod problem;
mod program;
mod read;
pub mod schema;
pub mod tree;
mod validate;
mod yaml;

pub use problem::{Problem, Problems};
pub use read::{ValidConfig, read};
pub use tree::{
    ActivationConfig, AnswerConfig, CellConfig, DrawConfig, EvaluateConfig, LengthDraw, LossConfig, ModelConfig, PositionsConfig,
    PredictConfig, PromptsConfig, ReportConfig, SeedPair, Seeds, SweepConfig, TrainConfig,
};
