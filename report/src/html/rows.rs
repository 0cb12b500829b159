//! Rows of the page's tables, as text.

use std::collections::{BTreeMap, BTreeSet};

use super::failures::{MistakeRow, mistakes};
use crate::analysis::verdict::{MedianReachAt, SeedReach, Verdict};
use crate::analysis::{Analysis, Correlation, CurvePoint, Partial, RankAgreement, Ranking, RunSummary, SeedVariance};
use crate::evidence::{Evidence, Role, TaskInfo};
use crate::number::{self, bound, dash, lens, words};
use crate::prediction::{CellPredictions, PredictedPoint, ShortestProgram};
use crate::primary::PrimaryAnalysis;
use crate::record::Split;
use crate::statistics::binomial::Share;
use crate::statistics::fit::Fit;
use crate::statistics::reach::at_least;

/// A value and, in small print, the counts and interval behind it.
pub(super) struct Measured {
    pub(super) value: String,
    pub(super) behind: Vec<String>,
    /// Whether it lies below tau.
    pub(super) below: bool,
}

pub(super) struct VerdictRow {
    pub(super) task: String,
    pub(super) control: bool,
    pub(super) program_length: String,
    pub(super) trained_to: String,
    pub(super) fitted: String,
    pub(super) in_distribution: Measured,
    pub(super) reach: String,
    pub(super) ratio: String,
    pub(super) reaches: Vec<String>,
    pub(super) far: Measured,
    pub(super) tone: &'static str,
    pub(super) status: String,
}

/// Median reach ratio of each task at each tau.
pub(super) struct ThresholdTable {
    pub(super) taus: Vec<f64>,
    pub(super) rows: Vec<ThresholdRow>,
    /// The tasks whose verdict hangs on tau, in words; empty where none does.
    pub(super) hanging: String,
}

pub(super) struct ThresholdRow {
    pub(super) task: String,
    pub(super) cells: Vec<Measured>,
}

pub(super) struct CorrelationRow {
    pub(super) outcome: String,
    pub(super) measure: String,
    pub(super) scope: String,
    pub(super) primary: bool,
    pub(super) tasks: usize,
    pub(super) rho: String,
    pub(super) interval: String,
    pub(super) p_value: String,
    pub(super) tau_b: Measured,
    pub(super) remarks: String,
}

/// rho of one measure, plain and with confounders held fixed.
pub(super) struct PartialRow {
    pub(super) measure: String,
    pub(super) primary: bool,
    pub(super) plain: Measured,
    pub(super) given: Vec<PartialCell>,
}

pub(super) struct PartialCell {
    pub(super) given: String,
    pub(super) rho: Measured,
}

pub(super) struct VarianceRow {
    pub(super) task: String,
    pub(super) outcome: String,
    pub(super) cells: usize,
    pub(super) runs: usize,
    pub(super) init: Measured,
    pub(super) data: Measured,
    pub(super) rest: Measured,
    pub(super) note: String,
}

pub(super) struct RankingRow {
    pub(super) predictor: String,
    pub(super) cells: usize,
    pub(super) tasks: usize,
    pub(super) reach: Measured,
    pub(super) area: Measured,
    pub(super) error: Measured,
}

/// A stretch of text, in the type of code or not.
pub(super) struct Stretch<'a> {
    pub(super) code: bool,
    pub(super) text: &'a str,
}

pub(super) struct TaskSection<'a> {
    pub(super) info: &'a TaskInfo,
    pub(super) summary: Vec<Stretch<'a>>,
    pub(super) format: Vec<Stretch<'a>>,
    pub(super) control: bool,
    pub(super) tone: &'static str,
    pub(super) status: String,
    pub(super) measures: Vec<(String, String)>,
    pub(super) shortest: Vec<ShortestSection<'a>>,
    pub(super) grids: Vec<Grid>,
    pub(super) mistakes_of: String,
    pub(super) mistakes: Vec<MistakeRow<'a>>,
}

/// What was found by a search, for one longest training length, and which predictors say nothing.
pub(super) struct ShortestSection<'a> {
    pub(super) len_train_max: usize,
    pub(super) words: String,
    pub(super) source: &'a str,
    pub(super) silent: Vec<String>,
}

/// Exact match by length and run, of one task and one longest training length.
pub(super) struct Grid {
    pub(super) len_train_max: usize,
    pub(super) runs: Vec<GridHead>,
    pub(super) lens: Vec<GridRow>,
}

pub(super) struct GridHead {
    pub(super) name: String,
    pub(super) fate: String,
}

pub(super) struct GridRow {
    pub(super) len_eval: usize,
    pub(super) inside: bool,
    pub(super) cells: Vec<Measured>,
}

pub(super) struct RunRow {
    pub(super) task: String,
    pub(super) cell: String,
    pub(super) seeds: String,
    pub(super) len_train_max: usize,
    pub(super) fate: String,
    pub(super) tone: &'static str,
    pub(super) in_distribution: Measured,
    pub(super) reach: Measured,
    pub(super) steps: String,
    pub(super) time: String,
    pub(super) speed: String,
    pub(super) parameters: String,
}

impl VerdictRow {
    pub(super) fn new(verdict: &Verdict) -> Self {
        let far = verdict.far.as_ref();
        let mut far_cell = far.map_or_else(Measured::nothing, |far| Measured::pooled(far.share));
        if let Some(far) = far {
            far_cell.behind.push(format!("length {}", lens(&far.lens)));
        }
        Self {
            task: verdict.task.clone(),
            control: verdict.role == Role::Control,
            program_length: verdict.program_length_words(),
            trained_to: lens(&verdict.len_train_max),
            fitted: format!("{} of {}", verdict.runs_fitted, verdict.runs_attempted),
            in_distribution: Measured::pooled(verdict.in_distribution),
            reach: verdict.reach.map_or_else(dash, |reach| bound(&number::short(reach.len), reach.censored)),
            ratio: verdict.reach.map_or_else(dash, |reach| bound(&format!("{}×", number::short(reach.ratio)), reach.censored)),
            reaches: verdict.reaches.iter().map(seed_reach).collect(),
            far: far_cell,
            tone: verdict.status.tone(),
            status: verdict.status.to_string(),
        }
    }
}

impl ThresholdTable {
    pub(super) fn new(verdicts: &[Verdict]) -> Self {
        let judged = || verdicts.iter().filter(|verdict| !verdict.reach_at.is_empty());
        let row = |verdict: &Verdict| {
            let cell = |at: &MedianReachAt| Measured {
                value: bound(&format!("{}×", number::short(at.reach.ratio)), at.reach.censored),
                behind: vec![at.status.to_string()],
                below: at.status != verdict.status,
            };
            ThresholdRow { task: verdict.task.clone(), cells: verdict.reach_at.iter().map(cell).collect() }
        };
        let hanging: Vec<&str> = judged().filter(|verdict| verdict.hangs_on_tau()).map(|verdict| verdict.task.as_str()).collect();
        Self {
            taus: judged().next().map(|verdict| verdict.reach_at.iter().map(|at| at.tau).collect()).unwrap_or_default(),
            rows: judged().map(row).collect(),
            hanging: number::list(&hanging),
        }
    }
}

/// One row for each measure, over the tasks and against the outcome that were declared.
pub(super) fn partial_rows(primary: &PrimaryAnalysis, correlations: &[Correlation]) -> Vec<PartialRow> {
    let declared = correlations.iter().filter(|one| one.outcome == primary.outcome && one.scope == primary.scope);
    let cell = |partial: &Partial| PartialCell {
        given: number::list(&partial.given.iter().map(ToString::to_string).collect::<Vec<_>>()),
        rho: Measured::correlation(
            partial.rho,
            partial.p_value,
            [number::plural(partial.tasks, "task")].into_iter().chain(partial.note.clone()),
        ),
    };
    let row = |one: &Correlation| PartialRow {
        measure: words(&one.measure),
        primary: one.primary,
        plain: Measured::correlation(one.rho, one.p_value, [number::plural(one.tasks, "task")]),
        given: one.partials.iter().map(cell).collect(),
    };
    declared.map(row).collect()
}

impl VarianceRow {
    /// `None` where no cell is crossed.
    pub(super) fn new(variance: &SeedVariance) -> Option<Self> {
        let split = variance.split?;
        let of = |component: f64, place: usize| Measured {
            value: split.shares.map_or_else(dash, |shares| format!("{:.0} %", 100.0 * shares[place])),
            behind: vec![format!("SD {}", number::share(component.sqrt()))],
            below: false,
        };
        Some(Self {
            task: variance.task.clone().unwrap_or_else(|| "all tasks".to_owned()),
            outcome: variance.outcome.to_string(),
            cells: variance.cells,
            runs: variance.runs,
            init: of(split.init, 0),
            data: of(split.data, 1),
            rest: of(split.rest, 2),
            note: variance.note.clone().unwrap_or_default(),
        })
    }
}

impl CorrelationRow {
    pub(super) fn new(correlation: &Correlation) -> Self {
        let mut remarks: Vec<String> = correlation.note.clone().into_iter().collect();
        if correlation.resamples_dropped > 0 {
            remarks.push(format!("{} undefined", number::plural(correlation.resamples_dropped, "resample")));
        }
        if correlation.at_horizon > 0 {
            remarks.push(format!("{} at the horizon", number::plural(correlation.at_horizon, "task")));
        }
        if correlation.p_value.is_some() && !correlation.p_exact {
            remarks.push("p by random orders".to_owned());
        }
        Self {
            outcome: correlation.outcome.to_string(),
            measure: words(&correlation.measure),
            scope: correlation.scope.to_string(),
            primary: correlation.primary,
            tasks: correlation.tasks,
            rho: correlation.rho.map_or_else(dash, number::signed),
            interval: correlation.interval.map_or_else(dash, number::signed_interval),
            p_value: correlation.p_value.map_or_else(dash, |p| number::p_value(p).trim_start_matches("= ").to_owned()),
            tau_b: Measured::correlation(
                correlation.tau_b,
                correlation.tau_b_p_value,
                correlation.tau_b_interval.map(number::signed_interval),
            ),
            remarks: remarks.join("; "),
        }
    }
}

impl RankingRow {
    pub(super) fn new(ranking: &Ranking) -> Self {
        Self {
            predictor: ranking.predictor.clone(),
            cells: ranking.cells,
            tasks: ranking.tasks,
            reach: Measured::agreement(&ranking.reach),
            area: Measured::agreement(&ranking.area),
            error: ranking.error.map_or_else(Measured::nothing, |error| Measured {
                value: number::share(error),
                behind: ranking.error_interval.map(number::share_interval).into_iter().collect(),
                below: false,
            }),
        }
    }
}

impl RunRow {
    pub(super) fn new(run: &RunSummary) -> Self {
        let outcome = &run.outcome;
        let started = outcome.steps > 0;
        let shown = |text: String| if started { text } else { dash() };
        Self {
            task: outcome.task.clone(),
            cell: outcome.cell.clone(),
            seeds: run.seeds(),
            len_train_max: outcome.len_train_max,
            fate: run.fate(),
            tone: match run.fit {
                Fit::Fitted => "good",
                Fit::NotFitted => "middling",
                Fit::Unknown => "bad",
            },
            in_distribution: Measured::pooled(run.in_distribution),
            reach: Measured {
                value: run.reach.map_or_else(dash, |reach| bound(&reach.len.to_string(), reach.censored)),
                behind: run
                    .reach_at
                    .iter()
                    .map(|at| format!("{}: {}", at.tau, bound(&at.reach.len.to_string(), at.reach.censored)))
                    .collect(),
                below: false,
            },
            steps: shown(format!("{}{}", number::count(outcome.steps), if outcome.stopped_early { " (early stop)" } else { "" })),
            time: shown(number::secs(outcome.secs_train)),
            speed: shown(number::count(outcome.tokens_per_sec.max(0.0).round() as u64)),
            parameters: number::count(outcome.parameters),
        }
    }
}

impl Measured {
    pub(super) fn nothing() -> Self {
        Self { value: dash(), behind: Vec::new(), below: false }
    }

    /// A correlation with what is behind it, p last.
    fn correlation(value: Option<f64>, p_value: Option<f64>, behind: impl IntoIterator<Item = String>) -> Self {
        let p = p_value.map(|p| format!("p {}", number::p_value(p)));
        Self { value: value.map_or_else(dash, number::signed), behind: behind.into_iter().chain(p).collect(), below: false }
    }

    /// A share pooled over lengths or runs.
    pub(super) fn pooled(share: Share) -> Self {
        let Some((rate, interval)) = share.rate().zip(share.interval()) else { return Self::nothing() };
        let behind = vec![number::share_interval(interval), counts(share)];
        Self { value: number::share(rate), behind, below: false }
    }

    fn agreement(agreement: &RankAgreement) -> Self {
        let behind = agreement.interval.map(number::signed_interval).into_iter().chain(agreement.note.clone()).collect();
        Self { value: agreement.rho.map_or_else(dash, number::signed), behind, below: false }
    }

    fn predicted(point: &PredictedPoint, tau: f64) -> Self {
        let behind = point.interval.map(number::share_interval).into_iter().collect();
        Self { value: number::share(point.exact_match), behind, below: !at_least(point.exact_match, tau) }
    }

    fn of_point(point: &CurvePoint, tau: f64) -> Self {
        let interval = point.interval.map(number::share_interval);
        let behind = interval.into_iter().chain([counts(point.share)]).collect();
        Self { value: number::share(point.exact_match), behind, below: !at_least(point.exact_match, tau) }
    }
}

/// One section per task, in the order of the evidence.
pub(super) fn task_sections<'a>(evidence: &'a Evidence, analysis: &'a Analysis) -> Vec<TaskSection<'a>> {
    let section = |(info, verdict): (&'a TaskInfo, &'a Verdict)| {
        let (mistakes_of, mistakes) = mistakes(&info.task, evidence, analysis);
        let measures = info.program.as_ref().map(|program| &program.measures[..]).unwrap_or_default();
        TaskSection {
            info,
            summary: stretches(&info.summary),
            format: stretches(&info.format),
            control: info.role == Role::Control,
            tone: verdict.status.tone(),
            status: verdict.status.to_string(),
            measures: measures.iter().map(|(name, value)| (words(name), number::short(*value))).collect(),
            shortest: shortest_sections(&info.task, evidence),
            grids: grids(&info.task, evidence, analysis),
            mistakes_of,
            mistakes,
        }
    };
    evidence.tasks.iter().zip(&analysis.verdicts).map(section).collect()
}

/// One for each longest training length: cells that differ in their training alone are predicted alike.
fn of_task<'a>(task: &str, evidence: &'a Evidence) -> BTreeMap<usize, &'a CellPredictions> {
    let mut by_len = BTreeMap::new();
    for predictions in evidence.predictions.iter().filter(|predictions| predictions.task == task) {
        by_len.entry(predictions.len_train_max).or_insert(predictions);
    }
    by_len
}

fn shortest_sections<'a>(task: &str, evidence: &'a Evidence) -> Vec<ShortestSection<'a>> {
    let section = |(len_train_max, predictions): (usize, &'a CellPredictions)| ShortestSection {
        len_train_max,
        words: predictions.shortest.as_ref().map(shortest_words).unwrap_or_default(),
        source: predictions.shortest.as_ref().and_then(|shortest| shortest.source.as_deref()).unwrap_or_default(),
        silent: predictions.silent.iter().map(|(predictor, why)| format!("{predictor}: {why}")).collect(),
    };
    of_task(task, evidence).into_iter().map(section).collect()
}

fn shortest_words(shortest: &ShortestProgram) -> String {
    let ShortestProgram { none_below, operations, found, agreeing, .. } = shortest;
    let known = match operations {
        Some(operations) if *found => {
            let others = agreeing.saturating_sub(1);
            let others =
                if others > 0 { format!(", as do {} of that size", number::plural(others as usize, "other")) } else { String::new() };
            format!("{} agree with the task at the training lengths{others}", number::plural(*operations, "core operation"))
        }
        Some(operations) => format!("the shortest known program is the task's own, of {}", number::plural(*operations, "core operation")),
        None => "no program is known".to_owned(),
    };
    let mixture = shortest.mixture.filter(|(_, weight)| *weight < 1.0).map(|(programs, weight)| {
        format!(" The mixture is of the {programs} of the fewest bits, which have {:.1} % of the weight.", 100.0 * weight)
    });
    format!("{known}; none has fewer than {none_below}, over {}.{}", shortest.space, mixture.unwrap_or_default())
}

fn grids(task: &str, evidence: &Evidence, analysis: &Analysis) -> Vec<Grid> {
    let mut by_len: BTreeMap<usize, Vec<&RunSummary>> = BTreeMap::new();
    for run in analysis.runs.iter().filter(|run| run.outcome.task == task) {
        by_len.entry(run.outcome.len_train_max).or_default().push(run);
    }
    let predictions = of_task(task, evidence);
    let grid = |(len_train_max, runs): (usize, Vec<&RunSummary>)| {
        grid(len_train_max, &runs, predictions.get(&len_train_max).copied(), evidence.sweep.reach_tau)
    };
    by_len.into_iter().map(grid).collect()
}

fn grid(len_train_max: usize, runs: &[&RunSummary], predictions: Option<&CellPredictions>, tau: f64) -> Grid {
    let evaluated: BTreeSet<usize> = runs.iter().flat_map(|run| &run.curve).map(|point| point.len_eval).collect();
    let curves = predictions.map_or(&[][..], |predictions| &predictions.curves);
    let row = |len_eval: usize| {
        let points: Vec<Option<&CurvePoint>> = runs.iter().map(|run| run.curve.iter().find(|point| point.len_eval == len_eval)).collect();
        let predicted = curves.iter().map(|curve| curve.points.iter().find(|point| point.len_eval == len_eval));
        let measured = points.iter().map(|point| point.map_or_else(Measured::nothing, |point| Measured::of_point(point, tau)));
        let predicted = predicted.map(|point| point.map_or_else(Measured::nothing, |point| Measured::predicted(point, tau)));
        GridRow {
            len_eval,
            inside: points.iter().flatten().any(|point| point.split == Split::In),
            cells: measured.chain(predicted).collect(),
        }
    };
    let runs = runs.iter().map(|run| GridHead { name: format!("seeds {}", run.seeds()), fate: run.fate() });
    let predictors = curves.iter().map(|curve| GridHead { name: "predicted".to_owned(), fate: curve.predictor.to_string() });
    Grid { len_train_max, runs: runs.chain(predictors).collect(), lens: evaluated.into_iter().map(row).collect() }
}

/// Text cut at its backticks: every second stretch is code. An odd backtick is left in place.
fn stretches(text: &str) -> Vec<Stretch<'_>> {
    if text.matches('`').count() % 2 == 1 {
        return vec![Stretch { code: false, text }];
    }
    let parts = text.split('`').enumerate().map(|(idx, text)| Stretch { code: idx % 2 == 1, text });
    parts.filter(|part| !part.text.is_empty()).collect()
}

fn seed_reach(reach: &SeedReach) -> String {
    format!("{}/{}: {}", reach.seed_init, reach.seed_data, bound(&reach.len.to_string(), reach.censored))
}

fn counts(share: Share) -> String {
    format!("{} of {}", number::count(share.successes), number::count(share.examples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_code() {
        let words = |text| stretches(text).iter().map(|s| (s.code, s.text.to_owned())).collect::<Vec<_>>();
        let code = |code: bool, text: &str| (code, text.to_owned());
        assert_eq!(words("prompt `5 7 =`"), [code(false, "prompt "), code(true, "5 7 =")]);
        assert_eq!(words("it`s"), [code(false, "it`s")]);
        assert!(words("").is_empty());
    }
}
