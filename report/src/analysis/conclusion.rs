//! The overall result in a sentence, with what it is worth.

use std::fmt;

use serde::Serialize;

use super::correlation::Correlation;
use super::partial::Partial;
use super::verdict::Verdict;
use crate::number;
use crate::primary::{Outcome, PrimaryAnalysis, Scope};
use crate::statistics::power::{POWER, half_width_at_zero, smallest_found};

/// Largest permutation p-value with which the data may speak.
pub const ALPHA: f64 = 0.05;

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

/// Concludes from the declared analysis, and says how much it is worth.
pub(crate) fn conclude(primary: &PrimaryAnalysis, verdicts: &[Verdict], correlations: &[Correlation], horizon: Option<f64>) -> Conclusion {
    let of_scope = |scope| correlations.iter().find(|c| c.measure == primary.measure && c.outcome == primary.outcome && c.scope == scope);
    let declared = of_scope(primary.scope);
    let finding = declared.map_or(Finding::CannotTell, finding_of);
    let left_out = verdicts.iter().filter(|verdict| verdict.reach.is_none()).count();
    Conclusion {
        finding,
        sentence: sentence(primary, finding, declared),
        caution: caution(declared, of_scope(primary.scope.other()), left_out, horizon),
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

fn sentence(primary: &PrimaryAnalysis, finding: Finding, declared: Option<&Correlation>) -> String {
    let (did, do_) = match primary.outcome {
        Outcome::ReachRatio => ("reached further beyond their training lengths", "reach further beyond the training lengths"),
        Outcome::AreaBeyond | Outcome::ExactMatchAtTwice => {
            ("were right more often beyond their training lengths", "are right more often beyond the training lengths")
        }
    };
    let meaning = match finding {
        Finding::Agrees => format!("tasks with shorter programs {did}"),
        Finding::Contradicts => format!("tasks with longer programs {did}"),
        Finding::CannotTell => format!("whether shorter programs {do_} is left open"),
    };
    let numbers = declared.map_or_else(|| "nothing was measured".to_owned(), numbers);
    let scope = match primary.scope {
        Scope::AllTasks => "",
        Scope::ProgramsOnly => ", over tasks with programs only",
    };
    format!(
        "{}: {meaning} ({} against {}{scope}: {numbers})",
        upper_first(&finding.to_string()),
        number::words(&primary.measure),
        primary.outcome
    )
}

fn caution(declared: Option<&Correlation>, other: Option<&Correlation>, left_out: usize, horizon: Option<f64>) -> String {
    let tasks = declared.map_or(0, |declared| declared.tasks);
    let mut parts = vec![what_tasks_show(tasks)];
    if let Some((declared, horizon)) = declared.zip(horizon).filter(|(declared, _)| declared.at_horizon > 0) {
        parts.push(format!(
            "{} of {tasks} {} right up to the horizon, {} times the training lengths, and {}: how they differ beyond is not known",
            declared.at_horizon,
            if declared.at_horizon == 1 { "is" } else { "are" },
            number::short(horizon),
            if declared.at_horizon == 1 { "counts as that" } else { "tie there" },
        ));
    }
    if left_out > 0 {
        parts.push(format!("tasks without a run that fitted ({left_out}) are left out"));
    }
    if let Some((declared, other)) = declared.zip(other).filter(|(declared, other)| declared.tasks != other.tasks) {
        parts.push(match other.scope {
            Scope::ProgramsOnly => format!(
                "tasks without a known program ({}) rank last by assumption; over tasks with programs only: {}",
                declared.tasks - other.tasks,
                numbers(other)
            ),
            Scope::AllTasks => format!("over all tasks, those without a known program ranked last: {}", numbers(other)),
        });
    }
    parts.extend(declared.and_then(held_fixed));
    upper_first(&parts.join("; "))
}

/// The power of so many tasks, in words.
fn what_tasks_show(tasks: usize) -> String {
    match half_width_at_zero(tasks).zip(smallest_found(tasks)) {
        Some((half_width, smallest)) => format!(
            "with {tasks} tasks an interval for rho narrower than about ±{half_width:.2} is not to be had where there is no association, and only \
             |rho| of {smallest:.2} or more would be found with {:.0} % power",
            100.0 * POWER
        ),
        None => format!("{} cannot carry a correlation: add tasks", number::plural(tasks, "task")),
    }
}

/// rho with all confounders held fixed, or else with each that can be: `rho is −0.71 with alphabet held fixed (p = 0.012)`.
fn held_fixed(declared: &Correlation) -> Option<String> {
    let told = |partial: &&Partial| partial.note.is_none() && partial.rho.is_some();
    let together = declared.partials.last().filter(told);
    let told: Vec<&Partial> = together.map_or_else(|| declared.partials.iter().filter(told).collect(), |together| vec![together]);
    let words = |partial: &&Partial| {
        let given: Vec<String> = partial.given.iter().map(ToString::to_string).collect();
        let p = partial.p_value.map(|p| format!(" (p {})", number::p_value(p))).unwrap_or_default();
        Some(format!("{} with {} held fixed{p}", number::signed(partial.rho?), number::list(&given)))
    };
    let told: Vec<String> = told.iter().filter_map(words).collect();
    (!told.is_empty()).then(|| format!("rho is {}", number::list(&told)))
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::partial::Confounder;
    use super::*;
    use crate::statistics::binomial::Interval;

    fn correlation(low: f64, high: f64, p_value: f64) -> Correlation {
        Correlation {
            measure: "core_operations".into(),
            outcome: Outcome::ReachRatio,
            scope: Scope::AllTasks,
            primary: true,
            tasks: 7,
            at_horizon: 2,
            rho: Some(f64::midpoint(low, high)),
            tau_b: Some(f64::midpoint(low, high)),
            tau_b_interval: None,
            tau_b_p_value: None,
            interval: Some(Interval { low, high }),
            resamples_used: 5000,
            resamples_dropped: 0,
            p_value: Some(p_value),
            p_exact: true,
            partials: vec![Partial { given: vec![Confounder::Alphabet], tasks: 7, rho: Some(-0.31), p_value: Some(0.42), note: None }],
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
        let found = conclude(&PrimaryAnalysis::default(), &[], &[correlation(0.2, 0.8, 0.004)], Some(3.0));
        insta::assert_snapshot!(
            found.sentence,
            @"The data do not support the conjecture: tasks with longer programs reached further beyond their training lengths (core operations against median reach ratio: Spearman's rho 0.50, 95 % interval 0.20 to 0.80, p = 0.004, 7 tasks)"
        );
        insta::assert_snapshot!(
            found.caution,
            @"With 7 tasks an interval for rho narrower than about ±0.75 is not to be had where there is no association, and only |rho| of 0.90 or more would be found with 80 % power; 2 of 7 are right up to the horizon, 3 times the training lengths, and tie there: how they differ beyond is not known; rho is −0.31 with alphabet held fixed (p = 0.420)"
        );
    }

    #[test]
    fn the_sentence_names_what_was_declared() {
        let primary = PrimaryAnalysis { measure: "bits".into(), outcome: Outcome::AreaBeyond, scope: Scope::ProgramsOnly };
        let declared =
            Correlation { measure: "bits".into(), outcome: primary.outcome, scope: primary.scope, ..correlation(-0.9, -0.3, 0.01) };
        let found = conclude(&primary, &[], &[correlation(0.2, 0.8, 0.004), declared], Some(3.0));
        insta::assert_snapshot!(
            found.sentence,
            @"The data agree with the conjecture: tasks with shorter programs were right more often beyond their training lengths (bits against mean out-of-distribution exact match, over tasks with programs only: Spearman's rho −0.60, 95 % interval −0.90 to −0.30, p = 0.010, 7 tasks)"
        );
    }
}
