//! The report as one HTML page: everything inline, nothing fetched, everything escaped but the figures' own SVG.

mod calibration;
mod failures;
mod rows;

use std::collections::BTreeSet;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::analysis::calibration::{ANNOUNCED, SILENT, sentence as calibration_sentence};
use crate::analysis::conclusion::ALPHA;
use crate::analysis::correlation::{PERMUTATIONS, RESAMPLES};
use crate::analysis::stopping::sentence as stopping_sentence;
use crate::analysis::verdict::{FAR_RATIO, NEAR_RATIO};
use crate::analysis::{Analysis, Conclusion};
use crate::calibration::Measure;
use crate::error::ReportError;
use crate::evidence::{Evidence, SweepInfo};
use crate::figure::Figure;
use crate::number;
use crate::primary::PrimaryAnalysis;
use crate::statistics::permutation::MAX_PAIRS_FOR_EXACT;
use calibration::CalibrationRow;
use failures::{DistributionRow, ErosionRow, StoppingRow};
use rows::{CorrelationRow, PartialRow, RankingRow, RunRow, TaskSection, ThresholdTable, VarianceRow, VerdictRow};

/// What `templates/report.html` shows, already in words.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    sweep: &'a SweepInfo,
    conclusion: &'a Conclusion,
    warnings: &'a [String],
    measure: String,
    verdicts: Vec<VerdictRow>,
    thresholds: ThresholdTable,
    figures: Vec<FigureFiles<'a>>,
    correlations: Vec<CorrelationRow>,
    partials: Vec<PartialRow>,
    variances: Vec<VarianceRow>,
    rankings: Vec<RankingRow>,
    stopping: Vec<StoppingRow>,
    stopping_sentence: Option<String>,
    distributions: Vec<DistributionRow>,
    erosion: Vec<ErosionRow>,
    calibration: Vec<CalibrationRow>,
    calibration_sentence: Option<String>,
    calibration_measures: Vec<String>,
    announced: f64,
    silent: f64,
    tasks: Vec<TaskSection<'a>>,
    runs: Vec<RunRow>,
    runs_summary: String,
    seeds: String,
    wall_time: String,
    citation: String,
    far_ratio: f64,
    near_ratio: f64,
    horizon: Option<String>,
    resamples: String,
    permutations: String,
    exact_tasks: usize,
    alpha: f64,
}

/// A figure with its files, each inside the address of a link.
struct FigureFiles<'a> {
    figure: &'a Figure,
    /// Where on the page it stands.
    section: &'static str,
    svg: String,
    csv: String,
}

impl<'a> FigureFiles<'a> {
    fn new(figure: &'a Figure) -> Self {
        let inside = |kind: &str, content: &str| format!("data:{kind};base64,{}", STANDARD.encode(content));
        let section = match figure.name.as_str() {
            "exact_match_during_training" => "failures",
            "calibration_by_length" | "reliability" => "calibration",
            _ => "figures",
        };
        Self { figure, section, svg: inside("image/svg+xml", &figure.svg), csv: inside("text/csv;charset=utf-8", &figure.csv) }
    }
}

/// The report as one self-contained HTML page that opens offline, in light and dark, and prints.
///
/// `figures` are drawn inline in their order; their SVG is trusted, everything else is escaped.
///
/// # Errors
/// [`ReportError::WriteHtml`] when the template fails.
pub fn render_html(evidence: &Evidence, analysis: &Analysis, figures: &[Figure]) -> Result<String, ReportError> {
    let page = Page {
        sweep: &evidence.sweep,
        conclusion: &analysis.conclusion,
        warnings: &analysis.warnings,
        measure: number::words(&evidence.sweep.primary.measure),
        verdicts: analysis.verdicts.iter().map(VerdictRow::new).collect(),
        thresholds: ThresholdTable::new(&analysis.verdicts),
        figures: figures.iter().map(FigureFiles::new).collect(),
        correlations: analysis.correlations.iter().map(CorrelationRow::new).collect(),
        partials: rows::partial_rows(&evidence.sweep.primary, &analysis.correlations),
        variances: analysis.variances.iter().filter_map(VarianceRow::new).collect(),
        stopping_sentence: stopping_sentence(&analysis.stopping),
        stopping: analysis.stopping.iter().map(StoppingRow::new).collect(),
        distributions: analysis.distributions.iter().map(DistributionRow::new).collect(),
        calibration: analysis.calibration.iter().map(CalibrationRow::new).collect(),
        calibration_sentence: calibration_sentence(&analysis.calibration),
        calibration_measures: Measure::ALL.iter().map(ToString::to_string).collect(),
        announced: ANNOUNCED,
        silent: SILENT,
        erosion: analysis.erosion.iter().filter_map(ErosionRow::new).collect(),
        rankings: analysis.rankings.iter().map(RankingRow::new).collect(),
        tasks: rows::task_sections(evidence, analysis),
        runs: analysis.runs.iter().map(RunRow::new).collect(),
        runs_summary: runs_summary(analysis),
        seeds: seeds(analysis),
        wall_time: number::secs(evidence.sweep.wall_secs),
        citation: citation(&evidence.sweep),
        far_ratio: FAR_RATIO,
        near_ratio: NEAR_RATIO,
        horizon: analysis.horizon.map(number::short),
        resamples: number::count(RESAMPLES as u64),
        permutations: number::count(PERMUTATIONS),
        exact_tasks: MAX_PAIRS_FOR_EXACT,
        alpha: ALPHA,
    };
    page.render().map_err(ReportError::WriteHtml)
}

/// The software and the sweep, in BibTeX.
fn citation(sweep: &SweepInfo) -> String {
    let revision = sweep.provenance.iter().find(|(name, _)| name == "Code revision").map(|(_, revision)| format!(", revision {revision}"));
    let PrimaryAnalysis { measure, outcome, scope } = &sweep.primary;
    format!(
        "@software{{rasplab,\n  title = {{rasplab: length generalization of Transformers against RASP-L program length}},\n  \
         author = {{{{The rasplab authors}}}},\n  version = {{{}{}}},\n  \
         note = {{Sweep {}; declared analysis: {} against {outcome} over {scope}}}\n}}",
        sweep.version,
        revision.unwrap_or_default(),
        sweep.name,
        number::words(measure),
    )
}

fn runs_summary(analysis: &Analysis) -> String {
    let all = analysis.runs.len();
    let finished = analysis.runs.iter().filter(|run| run.finished()).count();
    let fitted = analysis.runs.iter().filter(|run| run.fitted()).count();
    format!(
        "{} asked for, {finished} finished, {fitted} fitted. Runs that did not finish or did not fit are listed and count for no verdict.",
        number::plural(all, "run")
    )
}

fn seeds(analysis: &Analysis) -> String {
    let pairs: BTreeSet<(u64, u64)> = analysis.runs.iter().map(|run| (run.outcome.seed_init, run.outcome.seed_data)).collect();
    if pairs.is_empty() {
        return "none".to_owned();
    }
    pairs.iter().map(|(init, data)| format!("{init}/{data}")).collect::<Vec<_>>().join(", ")
}
