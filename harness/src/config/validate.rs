//! What types cannot say: ranges, and whether a task can express the lengths asked of it.

use std::collections::BTreeSet;

use super::problem::{Problem, suggest};
use super::tree::{CellConfig, PositionsConfig, SweepConfig};
use tasks::Task;

use crate::cell::tokens_read;
use crate::{search, task};
use rasp::rasp_l::MEASURES;

/// The most core operations of programs that are searched.
const OPERATIONS_MAX: usize = 8;

/// Checks what concerns the whole file.
pub(crate) fn validate_sweep(config: &SweepConfig, problems: &mut Vec<Problem>) {
    let mut check = Check { problems };
    if !config.sweep.is_empty() {
        check.that("sweep", is_folder_name(&config.sweep), || {
            format!("`{}` names a folder: use letters, digits, `-`, `_` and `.`, beginning with a letter or digit", config.sweep)
        });
    }
    let seeds = config.seeds.pairs();
    check.that("seeds", !seeds.is_empty(), || "no seeds: list at least one".to_owned());
    let distinct: BTreeSet<_> = seeds.iter().collect();
    check.that("seeds", distinct.len() == seeds.len(), || "a seed stands twice: it would be the same run".to_owned());
    if let Err(error) = transformer::open_device(&config.device) {
        check.that("device", false, || error.to_string());
    }
    let predict = &config.predict;
    check.that("predict.max_operations", predict.max_operations <= OPERATIONS_MAX, || {
        format!("must be at most {OPERATIONS_MAX}, which takes longer than anybody waits: {}", predict.max_operations)
    });
    if let Err(message) = search::operations(&predict.operations) {
        check.that("predict.operations", false, || message);
    }
    let report = &config.report;
    check.that("report.fit_gate", (0.0..=1.0).contains(&report.fit_gate), || not_a_share(report.fit_gate));
    check.that("report.reach_tau", report.reach_tau > 0.0 && report.reach_tau <= 1.0, || not_a_share(report.reach_tau));
    let measure = &report.primary.measure;
    check.that("report.primary.measure", MEASURES.contains(&measure.as_str()), || {
        format!("unknown measure `{measure}`: {}", suggest(measure, MEASURES))
    });
}

/// Checks one resolved cell; paths are those within the cell.
pub(crate) fn validate_cell(cell: &CellConfig, problems: &mut Vec<Problem>) {
    let mut check = Check { problems };
    let (model, train, evaluate) = (&cell.model, &cell.train, &cell.evaluate);
    // The upper ends are far beyond what one machine can train; they catch a slip before it fills the memory.
    for (key, value, most) in [
        ("model.layers", model.layers, 256),
        ("model.heads", model.heads, 256),
        ("model.width", model.width, 16_384),
        ("model.loops", model.loops, 256),
        ("train.lengths", train.lengths, 100_000),
        ("train.steps", train.steps, 1_000_000_000),
        ("train.batch", train.batch, 65_536),
        ("train.check_steps", train.check_steps, 1_000_000_000),
        ("evaluate.examples", evaluate.examples, 1_000_000),
    ] {
        check.that(key, (1..=most).contains(&value), || format!("must be between 1 and {most}: {value}"));
    }
    check.that("model.width", model.heads == 0 || model.width.is_multiple_of(model.heads), || {
        format!("{} does not divide into {} heads: make width a multiple of heads", model.width, model.heads)
    });
    let even = model.heads == 0 || !model.width.is_multiple_of(model.heads) || (model.width / model.heads).is_multiple_of(2);
    check.that("model.positions", model.positions != PositionsConfig::Rotary || even, || {
        let (width, heads) = (model.width, model.heads);
        format!("rotary positions need heads of an even width, not {width} / {heads} = {}: change width or heads", width / heads)
    });
    check.that("model.position_range", model.position_range.is_none() || model.positions == PositionsConfig::Randomized, || {
        "only `positions: randomized` draws from a range: remove it".to_owned()
    });
    check.that("train.lr", train.lr.is_finite() && train.lr > 0.0, || format!("must be finite and above 0: {}", train.lr));
    check.that("train.weight_decay", train.weight_decay.is_finite() && train.weight_decay >= 0.0, || {
        format!("must be finite and at least 0: {}", train.weight_decay)
    });
    check.that("train.clip", train.clip.is_none_or(|clip| (clip as f32).is_finite() && clip as f32 > 0.0), || {
        format!("must be finite and above 0, or absent for no clipping: {}", train.clip.unwrap_or_default())
    });
    check.that("train.minutes_at_most", train.minutes_at_most.is_none_or(|minutes| minutes.is_finite() && minutes > 0.0), || {
        format!("must be finite and above 0, or absent for no limit: {}", train.minutes_at_most.unwrap_or_default())
    });
    check.that("train.final_share", (0.0..=1.0).contains(&train.final_share), || not_a_share(train.final_share));
    check.that("train.stop_at", train.stop_at > 0.0, || format!("must be above 0: {}", train.stop_at));
    check.that("train.warmup_steps", train.warmup_steps <= train.steps, || {
        format!("{} is more than the {} steps of the run", train.warmup_steps, train.steps)
    });
    if cell.task.is_empty() {
        let names = tasks::catalogue().iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
        check.that("task", cell.program.is_none(), || "missing: give the task of this program a name, as in `task: my-task`".to_owned());
        check.that("task", cell.program.is_some(), || format!("missing: name one of {names}"));
        return;
    }
    check.that("task", cell.program.is_none() || is_folder_name(&cell.task), || {
        format!("`{}` names a folder: use letters, digits, `-`, `_` and `.`, beginning with a letter or digit", cell.task)
    });
    let task = match task::build(cell) {
        Ok(task) => task,
        Err(problem) => {
            check.that(problem.key, false, || problem.message);
            return;
        }
    };
    let lengths = evaluate.resolved_lengths(train.lengths);
    check.that("evaluate.lengths", !lengths.is_empty(), || "list at least one length".to_owned());
    check.that("evaluate.lengths", lengths.last().is_none_or(|&length| length <= 100_000), || "must be at most 100000".to_owned());
    for (key, length) in lengths.iter().map(|&length| ("evaluate.lengths", length)).chain([("train.lengths", train.lengths)]) {
        if let Err(error) = task.check_length(length) {
            check.that(key, false, || error.to_string());
            return;
        }
    }
    validate_positions(cell, &*task.clone().shared(), &lengths, &mut check);
    check.that("evaluate.checkpoints", evaluate.checkpoints <= 1000, || format!("must be at most 1000: {}", evaluate.checkpoints));
    let measured: Vec<&str> = evaluate.distributions().collect();
    let distinct: BTreeSet<&&str> = measured.iter().collect();
    check.that("evaluate.also", distinct.len() == measured.len(), || "a distribution stands twice: it would be measured twice".to_owned());
    let also = measured.into_iter().skip(1).map(|distribution| ("evaluate.also", distribution));
    let named = [("train.distribution", train.distribution()), ("evaluate.distribution", evaluate.distribution())];
    for (key, distribution) in named.into_iter().chain(also) {
        let known = task.distributions();
        check.that(key, known.contains(&distribution), || {
            format!("{} has no distribution `{distribution}`: {}", cell.task, suggest(distribution, known.iter().copied()))
        });
    }
    // Programs of users fail before anything is trained.
    if let Some(own) = task.own() {
        let probed = lengths.iter().copied().chain([train.len_train_min(), train.len_train_min().midpoint(train.lengths), train.lengths]);
        if let Err(error) = own.probe(probed) {
            check.that("program", false, || error.to_string());
        }
    }
}

/// Checks that every sequence has positions that are trained.
fn validate_positions(cell: &CellConfig, task: &dyn Task, lengths: &[usize], check: &mut Check<'_>) {
    let (model, train) = (&cell.model, &cell.train);
    if let Some(context) = train.context {
        let example = task.tokens_max(train.lengths);
        check.that("train.context", (example..=100_000).contains(&context), || {
            format!("must be between {example}, the tokens of the longest training example, and 100000: {context}")
        });
        let longest = tokens_read(task, cell, lengths);
        check.that("train.context", model.positions != PositionsConfig::Learned || longest <= context, || {
            format!(
                "an evaluated sequence has {longest} tokens, and learned positions beyond {context} are not trained: make it {longest}, or evaluate shorter lengths"
            )
        });
    }
    if let Some(range) = model.position_range {
        let longest = tokens_read(task, cell, lengths);
        check.that("model.position_range", (longest..=1_000_000).contains(&range), || {
            format!("must be between {longest}, the tokens of the longest sequence, and 1000000: {range}")
        });
    }
    let coupled = model.positions == PositionsConfig::Coupled;
    check.that("model.positions", !coupled || task.coupling().is_some(), || {
        let having = tasks::catalogue().iter().filter(|entry| {
            let spec = tasks::TaskSpec { name: entry.name.to_owned(), alphabet: None };
            tasks::build(&spec).is_ok_and(|task| task.coupling().is_some())
        });
        let names = having.map(|entry| entry.name).collect::<Vec<_>>().join(", ");
        format!(
            "the tokens of {} do not correspond place by place, as `coupled` needs: choose another scheme, or one of {names}",
            cell.task
        )
    });
    check.that("train.context", !coupled || train.context.is_none(), || {
        "`positions: coupled` counts the places of one example: remove it".to_owned()
    });
}

struct Check<'p> {
    problems: &'p mut Vec<Problem>,
}

impl Check<'_> {
    fn that(&mut self, key: &str, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(Problem::new(key, message()));
        }
    }
}

fn not_a_share(value: f64) -> String {
    format!("must be a share between 0 and 1: {value}")
}

fn is_folder_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
