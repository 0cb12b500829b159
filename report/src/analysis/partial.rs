//! Program length with other things held fixed that may make a task hard: how long its answers are, how many symbols it has, how
//! long it takes to learn.

use std::fmt;

use rand::Rng;
use serde::Serialize;

use super::correlation::{PERMUTATIONS, Pair};
use crate::statistics::median;
use crate::statistics::partial::partial_spearman;
use crate::statistics::permutation::permutation_partial;

/// Spearman's rho of program length and outcome with confounders held fixed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Partial {
    /// What is held fixed.
    pub given: Vec<Confounder>,
    /// Tasks of which all of it is known.
    pub tasks: usize,
    /// The partial correlation.
    pub rho: Option<f64>,
    /// Two-sided permutation p-value.
    pub p_value: Option<f64>,
    /// Why rho is missing, or is no other than without.
    pub note: Option<String>,
}

/// What may go with program length and generalization both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confounder {
    /// Mean tokens of an answer at the longest training length.
    AnswerLength,
    /// Number of data symbols.
    Alphabet,
    /// Median over the runs that fitted of the training steps until they did.
    StepsToFit,
}

impl Confounder {
    /// Every confounder.
    pub const ALL: [Self; 3] = [Self::AnswerLength, Self::Alphabet, Self::StepsToFit];

    fn of(self, pair: &Pair<'_>) -> Option<f64> {
        match self {
            Self::AnswerLength => pair.task.answer_tokens,
            Self::Alphabet => Some(pair.task.alphabet as f64),
            Self::StepsToFit => {
                let steps = pair.fitted.iter().filter_map(|run| run.outcome.steps_to_fit);
                median(&steps.map(|steps| steps as f64).collect::<Vec<_>>())
            }
        }
    }
}

impl fmt::Display for Confounder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnswerLength => "answer length",
            Self::Alphabet => "alphabet",
            Self::StepsToFit => "steps to fit",
        })
    }
}

/// Given each confounder, then given all.
pub(crate) fn partials(pairs: &[Pair<'_>], rng: &mut (impl Rng + ?Sized)) -> Vec<Partial> {
    let each = Confounder::ALL.into_iter().map(|confounder| vec![confounder]);
    each.chain([Confounder::ALL.to_vec()]).map(|given| partial(pairs, given, rng)).collect()
}

fn partial(pairs: &[Pair<'_>], given: Vec<Confounder>, rng: &mut (impl Rng + ?Sized)) -> Partial {
    let row = |pair| {
        let values: Option<Vec<f64>> = given.iter().map(|confounder| confounder.of(pair)).collect();
        Some(((pair.length, pair.outcome), values?))
    };
    let (both, rows): (Vec<(f64, f64)>, Vec<Vec<f64>>) = pairs.iter().filter_map(row).unzip();
    let (x, y): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    let columns: Vec<Vec<f64>> = (0..given.len()).map(|column| rows.iter().map(|row| row[column]).collect()).collect();
    let covariates: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let rho = partial_spearman(&x, &y, &covariates);
    let constant = columns.iter().all(|column| column.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq()));
    let note = match rho {
        _ if x.is_empty() && !pairs.is_empty() => Some("not known"),
        Some(_) if constant => Some("the same for all"),
        Some(_) => None,
        None if x.len() < given.len() + 3 => Some("too few tasks"),
        None => Some("undefined"),
    };
    Partial {
        tasks: x.len(),
        p_value: permutation_partial(&x, &y, &covariates, PERMUTATIONS, rng).map(|permutation| permutation.p_value),
        rho,
        note: note.map(str::to_owned),
        given,
    }
}
