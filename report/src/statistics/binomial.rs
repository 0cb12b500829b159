//! Shares of examples and their exact intervals.

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

/// Confidence of every interval in a report.
pub const CONFIDENCE: f64 = 0.95;

/// A count of successes out of a count of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// Examples that were right.
    pub successes: u64,
    /// Examples in all.
    pub examples: u64,
}

impl Share {
    /// The counts behind a rate, which is rounded to a whole number of successes.
    pub fn from_rate(rate: f64, examples: u64) -> Self {
        let successes = (rate.clamp(0.0, 1.0) * examples as f64).round() as u64;
        Self { successes: successes.min(examples), examples }
    }

    /// Successes over examples, `None` without examples.
    pub fn rate(self) -> Option<f64> {
        (self.examples > 0).then(|| self.successes as f64 / self.examples as f64)
    }

    /// The exact 95 % interval of the rate.
    pub fn interval(self) -> Option<Interval> {
        clopper_pearson(self, CONFIDENCE)
    }
}

impl Add for Share {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { successes: self.successes + other.successes, examples: self.examples + other.examples }
    }
}

impl Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        shares.fold(Self::default(), Add::add)
    }
}

/// Two ends of a range that holds a quantity, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The exact interval of a share: every rate that a binomial test at `1 - confidence` does not reject.
///
/// `None` without examples. With no success the lower end is 0; with no failure the upper end is 1.
/// Source: Clopper and Pearson 1934, <https://doi.org/10.1093/biomet/26.4.404>.
pub fn clopper_pearson(share: Share, confidence: f64) -> Option<Interval> {
    let Share { successes, examples } = share;
    if examples == 0 || successes > examples {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let failures = examples - successes;
    let low = if successes == 0 { 0.0 } else { beta_quantile(successes as f64, failures as f64 + 1.0, tail) };
    let high = if failures == 0 { 1.0 } else { beta_quantile(successes as f64 + 1.0, failures as f64, 1.0 - tail) };
    Some(Interval { low, high })
}

/// Where a beta distribution reaches a share. By halving: Newton's method, which `statrs` has, never ends where eight million examples are all right.
fn beta_quantile(shape_a: f64, shape_b: f64, share: f64) -> f64 {
    // Near 0 there are more numbers than near 1.
    if shape_a > shape_b {
        return 1.0 - beta_quantile(shape_b, shape_a, 1.0 - share);
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    loop {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            return middle;
        }
        if beta_reg(shape_a, shape_b, middle) < share { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_examples_have_no_rate() {
        assert_eq!(Share::default().rate(), None);
        assert_eq!(Share::default().interval(), None);
    }

    #[test]
    fn a_rate_gives_back_its_counts() {
        for successes in 0..=77 {
            let rate = successes as f64 / 77.0;
            assert_eq!(Share::from_rate(rate, 77), Share { successes, examples: 77 });
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share(examples in 1u64..20_000, part in 0.0f64..=1.0) {
            let share = Share::from_rate(part, examples);
            let (rate, interval) = (share.rate().unwrap(), share.interval().unwrap());
            prop_assert!(0.0 <= interval.low && interval.low <= rate, "{share:?} {interval:?}");
            prop_assert!(rate <= interval.high && interval.high <= 1.0, "{share:?} {interval:?}");
        }

        #[test]
        fn more_examples_narrow_the_interval(examples in 1u64..500, part in 0.0f64..=1.0) {
            let share = Share::from_rate(part, examples);
            let more = Share { successes: share.successes * 4, examples: examples * 4 };
            let width = |share: Share| share.interval().map(|i| i.high - i.low).unwrap();
            prop_assert!(width(more) < width(share));
        }
    }
}
