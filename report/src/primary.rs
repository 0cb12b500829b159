//! The analysis that a sweep declares before it runs, in its configuration, so that nobody fishes among the others.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The one correlation on which the overall result rests.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrimaryAnalysis {
    /// The measure of program length, such as `core_operations`.
    pub measure: String,
    /// What it is held against.
    pub outcome: Outcome,
    /// Over which tasks.
    pub scope: Scope,
}

impl Default for PrimaryAnalysis {
    fn default() -> Self {
        Self { measure: "core_operations".to_owned(), outcome: Outcome::ReachRatio, scope: Scope::AllTasks }
    }
}

/// What program length is held against: of each run that fitted, and of a task the median over these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reach at the sweep's tau over the longest training length, no further than the horizon.
    ReachRatio,
    /// Mean exact match at out-of-distribution lengths up to the horizon.
    AreaBeyond,
    /// Exact match at the out-of-distribution length up to the horizon that is nearest to twice the longest training length.
    ExactMatchAtTwice,
}

impl Outcome {
    /// Every outcome, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::ReachRatio, Self::AreaBeyond, Self::ExactMatchAtTwice];
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReachRatio => "median reach ratio",
            Self::AreaBeyond => "mean out-of-distribution exact match",
            Self::ExactMatchAtTwice => "exact match at 2×",
        })
    }
}

/// The tasks of a correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every task with a run that fitted; tasks without a known program rank after every program, tied.
    AllTasks,
    /// Only those with a known program.
    ProgramsOnly,
}

impl Scope {
    /// Both scopes, in the order of the tables.
    pub const ALL: [Self; 2] = [Self::AllTasks, Self::ProgramsOnly];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::AllTasks => Self::ProgramsOnly,
            Self::ProgramsOnly => Self::AllTasks,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllTasks => "all tasks",
            Self::ProgramsOnly => "programs only",
        })
    }
}
