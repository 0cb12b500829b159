//! How runs fail, as rows of text: where they stop, on hard sets, during training, and in their own words.

use std::collections::{BTreeSet, HashMap};

use super::rows::Measured;
use crate::analysis::{Analysis, Course, Erosion, OnDistribution, RunSummary, Stopping};
use crate::evidence::{Evidence, RunMistake, RunOutcome};
use crate::number::{self, dash};
use crate::statistics::reach::MedianRatio;

/// Wrong answers shown of each of up to three lengths of a task.
const MISTAKES_OF_A_LENGTH: usize = 2;

pub(super) struct StoppingRow {
    pub(super) task: String,
    pub(super) trained_to: String,
    pub(super) runs: usize,
    pub(super) exact: Measured,
    pub(super) told: Measured,
    pub(super) only_stopping: Measured,
    pub(super) premature: Measured,
    pub(super) missing: Measured,
    pub(super) ratio: String,
    pub(super) ratio_told: String,
}

impl StoppingRow {
    pub(super) fn new(stopping: &Stopping) -> Self {
        Self {
            task: stopping.task.clone(),
            trained_to: trained_to(stopping.len_train_max, stopping.cells),
            runs: stopping.runs,
            exact: Measured::pooled(stopping.exact),
            told: Measured::pooled(stopping.exact_with_length),
            only_stopping: Measured::pooled(stopping.only_stopping()),
            premature: Measured::pooled(stopping.premature),
            missing: Measured::pooled(stopping.missing),
            ratio: times(stopping.reach_ratio),
            ratio_told: times(stopping.reach_ratio_with_length),
        }
    }
}

pub(super) struct DistributionRow {
    pub(super) task: String,
    pub(super) trained_to: String,
    pub(super) distribution: String,
    pub(super) counts: bool,
    pub(super) runs: usize,
    pub(super) inside: Measured,
    pub(super) ratio: String,
    pub(super) area: String,
}

impl DistributionRow {
    pub(super) fn new(on: &OnDistribution) -> Self {
        Self {
            task: on.task.clone(),
            trained_to: trained_to(on.len_train_max, on.cells),
            distribution: on.distribution.clone(),
            counts: on.counts,
            runs: on.runs,
            inside: Measured::pooled(on.inside),
            ratio: times(on.reach_ratio),
            area: share(on.area_beyond),
        }
    }
}

pub(super) struct ErosionRow {
    pub(super) task: String,
    pub(super) trained_to: String,
    pub(super) runs: usize,
    pub(super) last: String,
    pub(super) best: String,
    pub(super) loss: String,
    pub(super) steps: Vec<String>,
}

impl ErosionRow {
    /// `None` where no run fitted: what did not learn has nothing to lose.
    pub(super) fn new(erosion: &Erosion) -> Option<Self> {
        let fitted: Vec<&Course> = erosion.courses.iter().filter(|course| course.fitted).collect();
        let step = |course: &&Course| {
            let (best, last) = (course.best()?.step, course.last()?.step);
            let cell = if erosion.cells > 1 { format!("{} ", course.cell) } else { String::new() };
            Some(format!("{cell}{}/{}: {} of {}", course.seed_init, course.seed_data, number::count(best), number::count(last)))
        };
        (!fitted.is_empty()).then(|| Self {
            task: erosion.task.clone(),
            trained_to: trained_to(erosion.len_train_max, erosion.cells),
            runs: fitted.len(),
            last: share(erosion.last),
            best: share(erosion.best),
            loss: share(erosion.largest_loss),
            steps: fitted.iter().filter_map(step).collect(),
        })
    }
}

/// A wrong answer: what of it is right from its beginning on, and the rest.
pub(super) struct MistakeRow<'a> {
    pub(super) len_eval: usize,
    pub(super) prompt: &'a str,
    pub(super) answer: &'a str,
    pub(super) same: &'a str,
    pub(super) other: &'a str,
    pub(super) confidence: String,
}

/// Some wrong answers of one run of a task, and whose they are: one that fitted, if there is one.
pub(super) fn mistakes<'a>(task: &str, evidence: &'a Evidence, analysis: &Analysis) -> (String, Vec<MistakeRow<'a>>) {
    let mut by_run: HashMap<(&str, u64, u64), Vec<&'a RunMistake>> = HashMap::new();
    for mistake in &evidence.mistakes {
        by_run.entry((&mistake.cell, mistake.seed_init, mistake.seed_data)).or_default().push(mistake);
    }
    let of_run = |run: &RunSummary| -> Vec<&'a RunMistake> {
        let of_run = by_run.get(&(run.outcome.cell.as_str(), run.outcome.seed_init, run.outcome.seed_data)).into_iter().flatten();
        of_run.copied().filter(|mistake| mistake.mistake.distribution == run.outcome.distribution).collect()
    };
    let mut of_task: Vec<&RunSummary> = analysis.runs.iter().filter(|run| run.outcome.task == task).collect();
    of_task.sort_by_key(|run| !run.fitted());
    let Some((run, mistakes)) = of_task.into_iter().map(|run| (run, of_run(run))).find(|(_, mistakes)| !mistakes.is_empty()) else {
        return (String::new(), Vec::new());
    };
    let lens: Vec<usize> = mistakes.iter().map(|mistake| mistake.mistake.len_eval).collect::<BTreeSet<_>>().into_iter().collect();
    let shown: BTreeSet<usize> = [0, lens.len() / 2, lens.len() - 1].into_iter().map(|place| lens[place]).collect();
    let of_len = |len: usize| mistakes.iter().filter(move |mistake| mistake.mistake.len_eval == len).take(MISTAKES_OF_A_LENGTH);
    let rows = shown.into_iter().flat_map(of_len).map(|of_run| {
        let mistake = &of_run.mistake;
        let (same, other) = cut(&mistake.written, &mistake.answer);
        MistakeRow {
            len_eval: mistake.len_eval,
            prompt: &mistake.prompt,
            answer: &mistake.answer,
            same,
            other,
            confidence: number::share(mistake.confidence),
        }
    });
    let RunOutcome { cell, len_train_max, .. } = &run.outcome;
    let of = format!("Of the run of {cell} with seeds {}, trained to {len_train_max}, which {}.", run.seeds(), run.fate());
    (of, rows.collect())
}

/// Cuts what was written where its words first differ from the answer's.
fn cut<'a>(written: &'a str, answer: &str) -> (&'a str, &'a str) {
    let mut at = 0;
    for (written, answer) in written.split_inclusive(' ').zip(answer.split_inclusive(' ')) {
        if written.trim_end() != answer.trim_end() {
            break;
        }
        at += written.len();
    }
    let (same, other) = written.split_at(at);
    (same.trim_end(), other)
}

/// The longest training length, with the number of cells where there are several.
pub(super) fn trained_to(len_train_max: usize, cells: usize) -> String {
    if cells > 1 { format!("{len_train_max}, {cells} cells") } else { len_train_max.to_string() }
}

fn times(median: Option<MedianRatio>) -> String {
    median.map_or_else(dash, |median| number::bound(&format!("{}×", number::short(median.ratio)), median.censored))
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(dash, number::share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_where_it_goes_wrong() {
        assert_eq!(cut("4 5 6 eos", "4 5 7 eos"), ("4 5", "6 eos"));
        assert_eq!(cut("4 eos", "4 5 eos"), ("4", "eos"));
        assert_eq!(cut("9 5", "4 5 eos"), ("", "9 5"));
        assert_eq!(cut("4 5", "4 5 eos"), ("4 5", ""));
        assert_eq!(cut("4 55", "4 5 eos"), ("4", "55"));
    }
}
