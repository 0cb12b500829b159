//! The gate that keeps "could not learn" apart from "does not generalize".

use serde::Serialize;

use super::binomial::Share;
use super::reach::at_least;

/// Whether a run learned its training lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Pooled in-distribution exact match reached the gate.
    Fitted,
    /// It did not: the run says nothing about generalization and is kept out of verdicts.
    NotFitted,
    /// The run did not finish, or has no record inside its training lengths.
    Unknown,
}

/// Judges a run by its pooled in-distribution exact match.
///
/// `in_distribution` sums successes and examples over every evaluated length inside the training lengths, so that each
/// example counts once and a length counts as often as it was tested.
pub fn fit(in_distribution: Share, gate: f64) -> Fit {
    match in_distribution.rate() {
        None => Fit::Unknown,
        Some(rate) if at_least(rate, gate) => Fit::Fitted,
        Some(_) => Fit::NotFitted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_pooled_by_their_examples() {
        let lengths = [Share { successes: 1000, examples: 1000 }, Share { successes: 9, examples: 10 }];
        assert_eq!(fit(lengths.into_iter().sum(), 0.99), Fit::Fitted);
        assert_eq!(fit(lengths[1], 0.99), Fit::NotFitted);
        assert_eq!(fit(Share::default(), 0.99), Fit::Unknown);
    }

    #[test]
    fn the_gate_itself_passes() {
        assert_eq!(fit(Share { successes: 99, examples: 100 }, 0.99), Fit::Fitted);
    }
}
