//! Two sweeps side by side: what each reached, at the lengths that both evaluated, and whether one goes further than chance would have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rand::Rng;
use serde::Serialize;

use crate::analysis::setting::{Setting, settings};
use crate::analysis::{Analysis, RunSummary, table};
use crate::evidence::Evidence;
use crate::number::{self, dash};
use crate::record::Split;
use crate::statistics::binomial::Interval;
use crate::statistics::median;
use crate::statistics::reach::{MedianRatio, area_beyond, median_ratio};
use crate::statistics::resample::bootstrap_clusters;
use crate::statistics::sign_flip::sign_flip;

/// Bootstrap resamples behind the interval.
const RESAMPLES: usize = 5_000;

/// Two sweeps, A and B.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Names of the sweeps.
    pub names: [String; 2],
    /// One row a task and training length of either.
    pub rows: Vec<ComparedRow>,
    /// Over the tasks that both learned.
    pub overall: Option<Overall>,
    /// What a reader must know before believing it.
    pub warnings: Vec<String>,
}

/// A task and training length in both sweeps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedRow {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// The two sides; `None` where a sweep has no such runs.
    pub sides: [Option<Side>; 2],
    /// Out-of-distribution lengths that both evaluated.
    pub lens_beyond: Vec<usize>,
    /// Median of B less that of A, of the mean exact match at these lengths; `None` unless both have a run that fitted.
    pub difference: Option<f64>,
    /// The same for each pair of seeds that fitted in both.
    pub by_seed: Vec<(String, f64)>,
}

/// One sweep's runs of a task and training length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The model and its training in words.
    pub model: String,
    /// Runs asked for.
    pub attempted: usize,
    /// Runs that fitted, on which the rest is based.
    pub fitted: usize,
    /// Median reach ratio over the lengths that both evaluated.
    pub reach_ratio: Option<MedianRatio>,
    /// Median of the mean exact match at the out-of-distribution lengths that both evaluated.
    pub area: Option<f64>,
}

/// The differences of all tasks together; a task with several training lengths counts once, with their mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overall {
    /// Tasks that both learned.
    pub tasks: usize,
    /// Tasks on which B is further.
    pub b_further: usize,
    /// Tasks on which A is further.
    pub a_further: usize,
    /// Mean over tasks of B less A.
    pub mean_difference: f64,
    /// Its 95 % bootstrap percentile interval over tasks.
    pub interval: Option<Interval>,
    /// Two-sided sign-flip p-value over tasks.
    pub p_value: f64,
}

/// Compares two sweeps that were analysed. `rng` feeds the bootstrap and the random signs, and nothing else.
pub fn compare(a: (&Evidence, &Analysis), b: (&Evidence, &Analysis), rng: &mut (impl Rng + ?Sized)) -> Comparison {
    let sides = [a, b].map(|(evidence, analysis)| settings(evidence, &analysis.runs));
    let mut keys: Vec<(&str, usize)> = Vec::new();
    for setting in sides.iter().flatten() {
        let key = (setting.task.task.as_str(), setting.len_train_max);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let tau = a.0.sweep.reach_tau;
    let rows: Vec<ComparedRow> = keys.into_iter().map(|key| row(key, &[of_key(&sides[0], key), of_key(&sides[1], key)], tau)).collect();
    let names = [a, b].map(|(evidence, _)| evidence.sweep.name.clone());
    Comparison { overall: overall(&rows, rng), warnings: warnings(&rows, a.0, b.0), names, rows }
}

fn of_key<'a>(settings: &[Setting<'a>], (task, len): (&str, usize)) -> Option<Setting<'a>> {
    settings.iter().find(|setting| setting.task.task == task && setting.len_train_max == len).cloned()
}

fn row((task, len_train_max): (&str, usize), settings: &[Option<Setting<'_>>; 2], tau: f64) -> ComparedRow {
    let evaluated = |setting: &Option<Setting<'_>>| -> BTreeSet<(usize, bool)> {
        let points = setting.iter().flat_map(|setting| &setting.runs).flat_map(|run| &run.curve);
        points.map(|point| (point.len_eval, point.split == Split::Out)).collect()
    };
    let shared: BTreeSet<(usize, bool)> = evaluated(&settings[0]).intersection(&evaluated(&settings[1])).copied().collect();
    let area = |run: &RunSummary| {
        let beyond = run.curve.iter().filter(|point| point.split == Split::Out && shared.contains(&(point.len_eval, true)));
        area_beyond(&beyond.map(|point| (point.len_eval, point.exact_match)).collect::<Vec<_>>())
    };
    let curve = |run: &RunSummary| {
        let points = run.curve.iter().filter(|point| shared.contains(&(point.len_eval, point.split == Split::Out)));
        points.map(|point| (point.len_eval, point.exact_match)).collect::<Vec<_>>()
    };
    let side = |setting: &Setting<'_>| Side {
        model: setting.task.model.clone(),
        attempted: setting.runs.len(),
        fitted: setting.fitted().count(),
        reach_ratio: median_ratio(setting.fitted().map(curve), tau, len_train_max),
        area: median(&setting.fitted().filter_map(area).collect::<Vec<_>>()),
    };
    // Of several runs with the same seeds nobody knows which belongs to which.
    let by_seeds = |setting: &Option<Setting<'_>>| -> BTreeMap<(u64, u64), f64> {
        let mut found: BTreeMap<(u64, u64), Option<f64>> = BTreeMap::new();
        for run in setting.iter().flat_map(|setting| &setting.runs) {
            let alone = found.entry((run.outcome.seed_init, run.outcome.seed_data)).and_modify(|area| *area = None);
            alone.or_insert_with(|| if run.fitted() { area(run) } else { None });
        }
        found.into_iter().filter_map(|(seeds, area)| Some((seeds, area?))).collect()
    };
    let (of_a, of_b) = (by_seeds(&settings[0]), by_seeds(&settings[1]));
    let pair = |((init, data), a): (&(u64, u64), &f64)| Some((format!("{init}/{data}"), of_b.get(&(*init, *data))? - a));
    let by_seed = of_a.iter().filter_map(pair).collect();
    let sides = [0, 1].map(|idx: usize| settings[idx].as_ref().map(side));
    let areas = [0, 1].map(|idx: usize| sides[idx].as_ref().and_then(|side: &Side| side.area));
    ComparedRow {
        task: task.to_owned(),
        len_train_max,
        difference: areas[0].zip(areas[1]).map(|(a, b)| b - a),
        lens_beyond: shared.iter().filter(|(_, is_beyond)| *is_beyond).map(|(len, _)| *len).collect(),
        by_seed,
        sides,
    }
}

fn overall(rows: &[ComparedRow], rng: &mut (impl Rng + ?Sized)) -> Option<Overall> {
    let mut by_task: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for row in rows {
        by_task.entry(&row.task).or_default().extend(row.difference);
    }
    by_task.retain(|_, differences| !differences.is_empty());
    let means: Vec<f64> = by_task.values().map(|differences| differences.iter().sum::<f64>() / differences.len() as f64).collect();
    let (p_value, _) = sign_flip(&means, rng)?;
    let each_alone: Vec<Vec<usize>> = (0..means.len()).map(|place| vec![place]).collect();
    let mean = |times: &[u32]| {
        let drawn: f64 = times.iter().zip(&means).map(|(times, mean)| f64::from(*times) * mean).sum();
        Some(drawn / f64::from(times.iter().sum::<u32>()))
    };
    Some(Overall {
        tasks: means.len(),
        b_further: means.iter().filter(|mean| **mean > 0.0).count(),
        a_further: means.iter().filter(|mean| **mean < 0.0).count(),
        mean_difference: means.iter().sum::<f64>() / means.len() as f64,
        interval: bootstrap_clusters(&each_alone, mean, RESAMPLES, rng).interval,
        p_value,
    })
}

fn warnings(rows: &[ComparedRow], a: &Evidence, b: &Evidence) -> Vec<String> {
    let mut warnings = Vec::new();
    if (a.sweep.reach_tau - b.sweep.reach_tau).abs() > 1e-12 {
        warnings.push(format!(
            "A judges reach at {}, B at {}; both are judged at A's here (report both with one report.reach_tau)",
            a.sweep.reach_tau, b.sweep.reach_tau
        ));
    }
    if (a.sweep.fit_gate - b.sweep.fit_gate).abs() > 1e-12 {
        warnings.push(format!(
            "runs of A fit from {} on, those of B from {} (report both with one report.fit_gate)",
            a.sweep.fit_gate, b.sweep.fit_gate
        ));
    }
    let distributions = |evidence: &Evidence| evidence.runs.iter().map(|run| run.distribution.clone()).collect::<BTreeSet<String>>();
    if distributions(a) != distributions(b) {
        warnings.push("the two judge by examples of different distributions (evaluate.distribution)".to_owned());
    }
    let in_one = rows.iter().filter(|row| row.sides.iter().flatten().count() == 1).count();
    if in_one > 0 {
        warnings.push(format!("{} stand in one sweep only and count for nothing overall", number::plural(in_one, "row")));
    }
    let unfit = rows.iter().filter(|row| row.sides.iter().flatten().count() == 2 && row.difference.is_none()).count();
    if unfit > 0 {
        warnings
            .push(format!("{} have no run that fitted, or no shared length beyond training, on one side", number::plural(unfit, "row")));
    }
    let other_rates = rows.iter().filter(|row| {
        let [Some(a), Some(b)] = &row.sides else { return false };
        a.fitted * b.attempted != b.fitted * a.attempted
    });
    let other_rates = other_rates.count();
    if other_rates > 0 {
        warnings.push(format!(
            "fit rates differ in {}: runs that fitted are compared, which may be the easier ones of one side",
            number::plural(other_rates, "row")
        ));
    }
    warnings
}

impl Comparison {
    /// A table and the overall result, for a terminal.
    pub fn to_text(&self) -> String {
        let header = ["task", "trained to", "fitted A", "fitted B", "ratio A", "ratio B", "EM beyond A", "EM beyond B", "B − A", "by seed"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(self.rows.iter().map(text_row));
        let mut text = format!("A: {}\nB: {}\n\n{}", self.names[0], self.names[1], table(&rows));
        for row in &self.rows {
            if let [Some(a), Some(b)] = &row.sides
                && a.model != b.model
            {
                let _ = writeln!(text, "{}, trained to {}\n  A: {}\n  B: {}", row.task, row.len_train_max, a.model, b.model);
            }
        }
        let _ = writeln!(text, "\n{}", self.sentence());
        for warning in &self.warnings {
            let _ = writeln!(text, "warning: {warning}");
        }
        text
    }

    fn sentence(&self) -> String {
        let Some(overall) = &self.overall else {
            return "Nothing can be compared: no task has a run that fitted, and a shared length beyond training, in both sweeps"
                .to_owned();
        };
        let interval = overall
            .interval
            .map_or_else(|| "no interval".to_owned(), |interval| format!("95 % interval {}", number::signed_interval(interval)));
        format!(
            "Mean exact match beyond the training lengths, B less A: {}, {interval}, sign-flip p {}, over {}; B is further on {}, A on {}",
            number::signed(overall.mean_difference),
            number::p_value(overall.p_value),
            number::plural(overall.tasks, "task"),
            overall.b_further,
            overall.a_further
        )
    }
}

fn text_row(row: &ComparedRow) -> Vec<String> {
    let of = |what: &dyn Fn(&Side) -> String| [0, 1].map(|idx: usize| row.sides[idx].as_ref().map_or_else(dash, what));
    let [fitted_a, fitted_b] = of(&|side| format!("{}/{}", side.fitted, side.attempted));
    let [ratio_a, ratio_b] = of(&|side| {
        side.reach_ratio.map_or_else(dash, |median| number::bound(&format!("{}×", number::short(median.ratio)), median.censored))
    });
    let [area_a, area_b] = of(&|side| side.area.map_or_else(dash, number::share));
    let by_seed = row.by_seed.iter().map(|(_, difference)| number::signed(*difference)).collect::<Vec<_>>().join(" ");
    let difference = row.difference.map_or_else(dash, number::signed);
    vec![row.task.clone(), row.len_train_max.to_string(), fitted_a, fitted_b, ratio_a, ratio_b, area_a, area_b, difference, by_seed]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(task: &str, len_train_max: usize, difference: Option<f64>) -> ComparedRow {
        let side = |area| Side { model: "m".into(), attempted: 3, fitted: 3, reach_ratio: None, area };
        ComparedRow {
            task: task.into(),
            len_train_max,
            sides: [Some(side(Some(0.5))), Some(side(difference.map(|difference| 0.5 + difference)))],
            lens_beyond: vec![40],
            difference,
            by_seed: Vec::new(),
        }
    }

    #[test]
    fn a_task_counts_once_however_many_training_lengths_it_has() {
        use rand_chacha::rand_core::SeedableRng;
        let rows = [row("sort", 10, Some(0.1)), row("sort", 20, Some(0.3)), row("copy", 10, Some(-0.1)), row("count", 10, None)];
        let found = overall(&rows, &mut rand_chacha::ChaCha8Rng::seed_from_u64(0)).unwrap();
        assert_eq!((found.tasks, found.b_further, found.a_further, found.interval), (2, 1, 1, None));
        assert!((found.mean_difference - 0.05).abs() < 1e-12 && found.p_value > 0.99, "two tasks show nothing: {found:?}");
        assert_eq!(overall(&rows[3..], &mut rand_chacha::ChaCha8Rng::seed_from_u64(0)), None);
    }
}
