//! The analysis that a sweep declares before it runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The one correlation on which the overall result rests. The report shows the others as well, and says that they were not declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PrimaryConfig {
    /// The measure of program length (docs/program-length.md).
    pub measure: String,
    /// What it is held against, per task.
    pub outcome: OutcomeConfig,
    /// Over which tasks.
    pub tasks: TasksConfig,
}

impl Default for PrimaryConfig {
    fn default() -> Self {
        Self { measure: "core_operations".to_owned(), outcome: OutcomeConfig::ReachRatio, tasks: TasksConfig::All }
    }
}

/// An outcome of a task: the median over its runs that fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeConfig {
    /// Reach over the longest training length.
    ReachRatio,
    /// Mean exact match at out-of-distribution lengths.
    AreaBeyond,
    /// Exact match at twice the longest training length.
    ExactMatchAtTwice,
}

/// The tasks of the correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TasksConfig {
    /// All; those without a known program rank after every program.
    All,
    /// Those with a known program.
    WithPrograms,
}

impl PrimaryConfig {
    /// As the report knows it.
    pub fn analysis(&self) -> report::PrimaryAnalysis {
        report::PrimaryAnalysis {
            measure: self.measure.clone(),
            outcome: match self.outcome {
                OutcomeConfig::ReachRatio => report::Outcome::ReachRatio,
                OutcomeConfig::AreaBeyond => report::Outcome::AreaBeyond,
                OutcomeConfig::ExactMatchAtTwice => report::Outcome::ExactMatchAtTwice,
            },
            scope: match self.tasks {
                TasksConfig::All => report::Scope::AllTasks,
                TasksConfig::WithPrograms => report::Scope::ProgramsOnly,
            },
        }
    }
}
