//! From evidence to findings: runs judged, tasks given verdicts, program length correlated with reach.
//!
//! Works on partial evidence; what cannot be said is `None` with a reason, never a number made up.

pub mod calibration;
pub mod conclusion;
pub mod correlation;
pub mod distribution;
pub mod erosion;
pub mod partial;
pub mod ranking;
pub mod reliability;
pub mod run;
pub(crate) mod setting;
pub mod stopping;
mod text;
pub mod variance;
pub mod verdict;
mod warning;

use rand::Rng;
use serde::Serialize;

pub use calibration::{Calibration, CalibrationPoint, Failure, MeasuredCalibration};
pub use conclusion::{Conclusion, Finding};
pub use correlation::Correlation;
pub use distribution::OnDistribution;
pub use erosion::{Course, CoursePoint, Erosion};
pub use partial::{Confounder, Partial};
pub use ranking::{RankAgreement, Ranking};
pub use reliability::{Reliability, ReliabilityCurve};
pub use run::{CurvePoint, ReachAt, RunSummary};
pub use stopping::Stopping;
pub use variance::SeedVariance;
pub use verdict::{FarExactMatch, MedianReach, MedianReachAt, SeedReach, Verdict, VerdictStatus};

use crate::evidence::Evidence;
pub use crate::primary::{Outcome, Scope};
pub(crate) use text::table;

/// Everything that a report says, as data; serializes for `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Every run of the sweep, judged, in the order of the evidence.
    pub runs: Vec<RunSummary>,
    /// One verdict per task, in the order of the evidence.
    pub verdicts: Vec<Verdict>,
    /// How much of the spread between runs belongs to either seed: of each outcome over the whole sweep, then task by task.
    pub variances: Vec<SeedVariance>,
    /// Each measure of program length with each outcome, over all tasks and over tasks with programs.
    pub correlations: Vec<Correlation>,
    /// Every predictor with how well it orders cells, the best first.
    pub rankings: Vec<Ranking>,
    /// Whether failures beyond the training lengths are failures to stop, per task and training length.
    pub stopping: Vec<Stopping>,
    /// Whether accuracy beyond the training lengths peaks in training and erodes, per task and training length.
    pub erosion: Vec<Erosion>,
    /// Whether confidence fails with accuracy, per task and training length.
    pub calibration: Vec<Calibration>,
    /// Smooth reliability diagrams of some runs.
    pub reliability: Vec<Reliability>,
    /// Easy and hard sets, of tasks that were measured on several.
    pub distributions: Vec<OnDistribution>,
    /// The largest multiple of their training lengths to which all fitted runs were evaluated; correlations look no further.
    pub horizon: Option<f64>,
    /// What the primary analysis says of the conjecture.
    pub conclusion: Conclusion,
    /// What a reader must know before believing the rest: what was seen, why it matters, what to do.
    pub warnings: Vec<String>,
}

impl Analysis {
    /// The correlation declared before the sweep.
    pub fn primary(&self) -> Option<&Correlation> {
        self.correlations.iter().find(|correlation| correlation.primary)
    }

    /// The verdict table, the predictors, the overall result and the warnings, for a terminal.
    pub fn to_text(&self) -> String {
        text::render(self)
    }
}

/// Judges every run, gives every task a verdict and correlates program length with generalization.
///
/// `rng` feeds the bootstrap and the random permutations and nothing else: derive it by name from the sweep, so that the
/// same evidence gives the same report.
pub fn analyse(evidence: &Evidence, rng: &mut (impl Rng + ?Sized)) -> Analysis {
    let runs = run::summarize(evidence);
    let verdicts = verdict::judge(evidence, &runs);
    let horizon = run::horizon(&runs);
    let correlations = correlation::correlate(evidence, &runs, horizon.unwrap_or(f64::INFINITY), rng);
    let rankings = ranking::rank(evidence, &runs, horizon.unwrap_or(f64::INFINITY), rng);
    let variances = variance::split(evidence, &runs, horizon.unwrap_or(f64::INFINITY));
    let conclusion = conclusion::conclude(&evidence.sweep.primary, &verdicts, &correlations, horizon);
    let warnings = warning::collect(evidence, &runs, &verdicts);
    let settings = setting::settings(evidence, &runs);
    let records = setting::RecordsByRun::new(evidence);
    let no_further = horizon.unwrap_or(f64::INFINITY);
    let stopping = stopping::stopping(&settings, &records, no_further, evidence.sweep.reach_tau);
    let erosion = erosion::erosion(evidence, &settings, no_further);
    let distributions = distribution::on_distributions(evidence, &settings, &records, no_further);
    let calibration = calibration::calibrate(evidence, &settings, &records);
    let reliability = reliability::diagrams(evidence, &runs, rng);
    Analysis {
        runs,
        verdicts,
        variances,
        correlations,
        rankings,
        stopping,
        erosion,
        calibration,
        reliability,
        distributions,
        horizon,
        conclusion,
        warnings,
    }
}
