//! Does out-of-distribution accuracy peak in training and erode, while in-distribution accuracy stays?

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::run::{RunKey, RunSummary};
use super::setting::Setting;
use crate::checkpoint::CheckpointRecord;
use crate::evidence::Evidence;
use crate::record::Split;
use crate::statistics::median;
use crate::statistics::reach::area_beyond;

/// A run at its checkpoints: the mean exact match at out-of-distribution lengths up to the horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// Identity of the cell.
    pub cell: String,
    /// Seed of the initial weights.
    pub seed_init: u64,
    /// Seed of the training examples.
    pub seed_data: u64,
    /// Whether the run fitted.
    pub fitted: bool,
    /// One point a checkpoint, at least two; of a run that did not diverge, the last is the end of training.
    pub points: Vec<CoursePoint>,
}

/// A run after so many training steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CoursePoint {
    /// Training steps taken.
    pub step: u64,
    /// Mean exact match at in-distribution lengths.
    pub inside: Option<f64>,
    /// Mean exact match at out-of-distribution lengths up to the horizon, by trapezoids over lengths.
    pub beyond: f64,
}

impl Course {
    /// The checkpoint that is best beyond the training lengths, the first of equals: an oracle's choice, since nobody who trains can see it.
    pub fn best(&self) -> Option<CoursePoint> {
        self.points.iter().copied().reduce(|best, next| if next.beyond > best.beyond { next } else { best })
    }

    /// The end of training.
    pub fn last(&self) -> Option<CoursePoint> {
        self.points.last().copied()
    }
}

/// What the fitted runs of a setting would have been at their best checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Erosion {
    /// Name of the task.
    pub task: String,
    /// Longest training length.
    pub len_train_max: usize,
    /// Cells that the runs are of.
    pub cells: usize,
    /// The runs of the setting that have checkpoints beside their ends, fitted or not.
    pub courses: Vec<Course>,
    /// Median over the runs that fitted of the mean out-of-distribution exact match at the end.
    pub last: Option<f64>,
    /// The same, each run at its best checkpoint, which an oracle chooses.
    pub best: Option<f64>,
    /// The largest loss of a run that fitted from its best checkpoint to its end.
    pub largest_loss: Option<f64>,
}

/// One row a setting whose runs have checkpoints.
pub(crate) fn erosion(evidence: &Evidence, settings: &[Setting<'_>], horizon: f64) -> Vec<Erosion> {
    let mut by_run: HashMap<RunKey<'_>, Vec<&CheckpointRecord>> = HashMap::new();
    for record in &evidence.checkpoints {
        by_run.entry((&record.cell, record.seed_init, record.seed_data)).or_default().push(record);
    }
    let one = |setting: &Setting<'_>| {
        let course_of = |run: &&RunSummary| {
            let records = by_run.get(&(run.outcome.cell.as_str(), run.outcome.seed_init, run.outcome.seed_data))?;
            Some(course(setting, run, records, horizon)).filter(|course| course.points.len() > 1)
        };
        let courses: Vec<Course> = setting.runs.iter().filter_map(course_of).collect();
        let of_fitted =
            |of: fn(&Course) -> Option<f64>| -> Vec<f64> { courses.iter().filter(|course| course.fitted).filter_map(of).collect() };
        let losses = of_fitted(|course| Some(course.best()?.beyond - course.last()?.beyond));
        let last = median(&of_fitted(|course| Some(course.last()?.beyond)));
        let best = median(&of_fitted(|course| Some(course.best()?.beyond)));
        let largest_loss = losses.into_iter().max_by(f64::total_cmp);
        let (task, len_train_max, cells) = (setting.task.task.clone(), setting.len_train_max, setting.cells());
        (!courses.is_empty()).then_some(Erosion { task, len_train_max, cells, courses, last, best, largest_loss })
    };
    settings.iter().filter_map(one).collect()
}

fn course(setting: &Setting<'_>, run: &RunSummary, records: &[&CheckpointRecord], horizon: f64) -> Course {
    let mut by_step: BTreeMap<u64, Vec<&CheckpointRecord>> = BTreeMap::new();
    for record in records {
        by_step.entry(record.step).or_default().push(record);
    }
    let point = |(step, records): (u64, Vec<&CheckpointRecord>)| {
        let of = |split: Split| records.iter().filter(move |record| record.split == split);
        let beyond = of(Split::Out).filter(|record| setting.is_within(record.len_eval, horizon));
        let beyond: Vec<(usize, f64)> = beyond.map(|record| (record.len_eval, record.exact_match)).collect();
        let inside: Vec<f64> = of(Split::In).map(|record| record.exact_match).collect();
        let inside = (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64);
        Some(CoursePoint { step, inside, beyond: area_beyond(&beyond)? })
    };
    Course {
        cell: run.outcome.cell.clone(),
        seed_init: run.outcome.seed_init,
        seed_data: run.outcome.seed_data,
        fitted: run.fitted(),
        points: by_step.into_iter().filter_map(point).collect(),
    }
}
