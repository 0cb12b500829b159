//! The overall result in a sentence, with what it is worth.

use std::fmt;

use serde::Serialize;

use super::correlation::{Correlation, Outcome, Scope};
use super::verdict::Verdict;
use crate::number;

/// Largest permutation p-value with which the data may speak.
pub const ALPHA: f64 = 0.05;

/// From this many tasks on, the interval around no association is within about ±0.4.
const MANY_TASKS: usize = 25;

/// What the primary analysis says of the conjecture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conclusion {
    /// The finding by the stated rule.
    pub finding: Finding,
    /// The finding with its numbers, one sentence.
    pub sentence: String,
    /// What the finding rests on and how much it is worth.
    pub caution: String,
}

/// For or against "the shorter the program, the further the reach".
///
/// The rule: the 95 % interval of the primary rho lies on one side of 0 and its permutation p-value is at most [`ALPHA`];
/// else the data cannot tell. The second condition is there because a bootstrap over few tasks is too sure of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The interval lies below 0.
    Agrees,
    /// The interval lies above 0.
    Contradicts,
    /// Neither.
    CannotTell,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agrees => "the data agree with the conjecture",
            Self::Contradicts => "the data do not support the conjecture",
            Self::CannotTell => "the data cannot tell",
        })
    }
}

/// Concludes from the primary analysis, and says whether the controls carry it.
pub(crate) fn conclude(primary_measure: &str, verdicts: &[Verdict], correlations: &[Correlation]) -> Conclusion {
    let of_scope = |scope| {
        let reach = correlations.iter().filter(|c| c.outcome == Outcome::ReachRatio && c.measure == primary_measure);
        reach.into_iter().find(|c| c.scope == scope)
    };
    let primary = of_scope(Scope::AllTasks);
    let finding = primary.map_or(Finding::CannotTell, finding_of);
    let left_out = verdicts.iter().filter(|verdict| verdict.reach.is_none()).count();
    Conclusion {
        finding,
        sentence: sentence(primary_measure, finding, primary),
        caution: caution(primary, of_scope(Scope::ProgramsOnly), left_out),
    }
}

/// The finding of one correlation by the rule of [`Finding`].
pub(crate) fn finding_of(correlation: &Correlation) -> Finding {
    match (correlation.interval, correlation.p_value) {
        (Some(interval), Some(p)) if p <= ALPHA && interval.high < 0.0 => Finding::Agrees,
        (Some(interval), Some(p)) if p <= ALPHA && interval.low > 0.0 => Finding::Contradicts,
        _ => Finding::CannotTell,
    }
}

/// rho with its interval, p and number of tasks: `Spearman's rho −0.72, 95 % interval −0.95 to −0.31, p = 0.012, 7 tasks`.
pub(crate) fn numbers(correlation: &Correlation) -> String {
    let Some(rho) = correlation.rho else {
        let why = correlation.note.as_deref().unwrap_or("undefined");
        return format!("Spearman's rho {why}");
    };
    let interval = match correlation.interval {
        Some(interval) => format!("95 % interval {}", number::signed_interval(interval)),
        None => correlation.note.clone().unwrap_or_else(|| "no interval".to_owned()),
    };
    let p = correlation.p_value.map(|p| format!(", p {}", number::p_value(p))).unwrap_or_default();
    format!("Spearman's rho {}, {interval}{p}, {}", number::signed(rho), number::plural(correlation.tasks, "task"))
}

fn sentence(measure: &str, finding: Finding, primary: Option<&Correlation>) -> String {
    let meaning = match finding {
        Finding::Agrees => "tasks with shorter programs reached further beyond their training lengths",
        Finding::Contradicts => "tasks with longer programs reached further beyond their training lengths",
        Finding::CannotTell => "whether shorter programs reach further beyond the training lengths is left open",
    };
    let numbers = primary.map_or_else(|| "nothing was measured".to_owned(), numbers);
    format!("{}: {meaning} ({} against median reach ratio: {numbers})", upper_first(&finding.to_string()), number::words(measure))
}

fn caution(primary: Option<&Correlation>, programs: Option<&Correlation>, left_out: usize) -> String {
    let tasks = primary.map_or(0, |primary| primary.tasks);
    let mut parts = vec![match half_width_at_zero(tasks) {
        Some(half_width) => format!(
            "{tasks} tasks say {}: were there no association at all, a 95 % interval for rho would still reach about \
             ±{half_width:.2}",
            if tasks < MANY_TASKS { "little" } else { "something" },
        ),
        None => format!("{} cannot carry a correlation: add tasks", number::plural(tasks, "task")),
    }];
    if left_out > 0 {
        parts.push(format!("tasks without a run that fitted ({left_out}) are left out"));
    }
    if let Some(programs) = programs.filter(|programs| programs.tasks < tasks) {
        parts.push(format!(
            "tasks without a known program ({}) rank last by assumption; over tasks with programs only: {}",
            tasks - programs.tasks,
            numbers(programs)
        ));
    }
    parts.join("; ")
}

/// Half the width of a 95 % interval for rho around 0 with this many tasks, by Fisher's transformation.
///
/// Standard error `sqrt((1 + rho² / 2) / (n - 3))` at rho 0. Source: Bonett and Wright 2000, <https://doi.org/10.1007/BF02294183>.
pub fn half_width_at_zero(tasks: usize) -> Option<f64> {
    (tasks > 3).then(|| (1.959_964 / ((tasks - 3) as f64).sqrt()).tanh())
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::binomial::Interval;

    fn correlation(low: f64, high: f64, p_value: f64) -> Correlation {
        Correlation {
            measure: "core_operations".into(),
            outcome: Outcome::ReachRatio,
            scope: Scope::AllTasks,
            primary: true,
            tasks: 7,
            rho: Some(f64::midpoint(low, high)),
            tau_b: Some(f64::midpoint(low, high)),
            interval: Some(Interval { low, high }),
            resamples_used: 5000,
            resamples_dropped: 0,
            p_value: Some(p_value),
            p_exact: true,
            note: None,
        }
    }

    #[test]
    fn the_finding_needs_the_interval_and_the_p_value() {
        assert_eq!(finding_of(&correlation(-0.9, -0.1, 0.01)), Finding::Agrees);
        assert_eq!(finding_of(&correlation(0.1, 0.9, 0.01)), Finding::Contradicts);
        assert_eq!(finding_of(&correlation(-0.9, 0.1, 0.01)), Finding::CannotTell);
        assert_eq!(finding_of(&correlation(-1.0, -1.0, 0.33)), Finding::CannotTell);
    }

    #[test]
    fn the_sentence_can_be_negative() {
        let found = conclude("core_operations", &[], &[correlation(0.2, 0.8, 0.004)]);
        insta::assert_snapshot!(
            found.sentence,
            @"The data do not support the conjecture: tasks with longer programs reached further beyond their training lengths (core operations against median reach ratio: Spearman's rho 0.50, 95 % interval 0.20 to 0.80, p = 0.004, 7 tasks)"
        );
    }

    #[test]
    fn few_tasks_have_wide_intervals() {
        // tanh(1.959964 / sqrt(n - 3)) at n = 7 and 10.
        assert!((half_width_at_zero(7).unwrap() - 0.753).abs() < 1e-3);
        assert!((half_width_at_zero(10).unwrap() - 0.630).abs() < 1e-3);
        assert_eq!(half_width_at_zero(3), None);
    }
}
