//! How far a run stays right: reach, and the area under the curve beyond the training lengths.

use serde::Serialize;

/// The largest evaluated length up to which a run is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Length in the task's unit; 0 when the shortest evaluated length already fails.
    pub len: usize,
    /// Whether `len` is the largest evaluated length, so that the true reach may be longer.
    pub censored: bool,
}

impl Reach {
    /// Reach over the longest training length, `None` when that is 0.
    pub fn ratio(self, len_train_max: usize) -> Option<f64> {
        (len_train_max > 0).then(|| self.len as f64 / len_train_max as f64)
    }
}

/// The largest evaluated length L such that exact match is at least `tau` at every evaluated length up to L.
///
/// `curve` holds (evaluated length, exact match), in any order; `None` when it is empty. A later recovery does not count.
pub fn reach(curve: &[(usize, f64)], tau: f64) -> Option<Reach> {
    let mut sorted = curve.to_vec();
    sorted.sort_by_key(|(len, _)| *len);
    let (largest, _) = *sorted.last()?;
    let first_failure = sorted.iter().find(|(_, exact_match)| !at_least(*exact_match, tau)).map(|(len, _)| *len);
    let Some(failed_at) = first_failure else {
        return Some(Reach { len: largest, censored: true });
    };
    let len = sorted.iter().map(|(len, _)| *len).filter(|len| *len < failed_at).max().unwrap_or(0);
    Some(Reach { len, censored: false })
}

/// The middle of several reach ratios, and whether it is a lower bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MedianRatio {
    /// Median of reach over the longest training length.
    pub ratio: f64,
    /// Whether the middle is a run that was right at every length.
    pub censored: bool,
}

/// The median reach ratio of curves of (evaluated length, exact match); `None` without any.
pub fn median_ratio(curves: impl Iterator<Item = Vec<(usize, f64)>>, tau: f64, len_train_max: usize) -> Option<MedianRatio> {
    let mut ratios: Vec<(f64, bool)> =
        curves.filter_map(|curve| reach(&curve, tau)).filter_map(|reach| Some((reach.ratio(len_train_max)?, reach.censored))).collect();
    // At equal ratios a censored run reaches at least as far.
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let (low, high) = (ratios.get(ratios.len().checked_sub(1)? / 2)?, ratios.get(ratios.len() / 2)?);
    Some(MedianRatio { ratio: f64::midpoint(low.0, high.0), censored: low.1 || high.1 })
}

/// Mean exact match over the out-of-distribution lengths: area under the curve by trapezoids, over its span; in `[0, 1]`.
///
/// `curve` holds (evaluated length, exact match) of the out-of-distribution lengths, in any order. One length gives its own
/// exact match; none gives `None`.
pub fn area_beyond(curve: &[(usize, f64)]) -> Option<f64> {
    let mut sorted = curve.to_vec();
    sorted.sort_by_key(|(len, _)| *len);
    let (first, last) = (sorted.first()?, sorted.last()?);
    let span = (last.0 - first.0) as f64;
    if span == 0.0 {
        return Some(first.1);
    }
    let area: f64 = sorted.windows(2).map(|pair| (pair[1].0 - pair[0].0) as f64 * f64::midpoint(pair[0].1, pair[1].1)).sum();
    Some((area / span).clamp(0.0, 1.0))
}

/// `value >= limit` up to rounding of a share that was written as a decimal.
pub(crate) fn at_least(value: f64, limit: f64) -> bool {
    value >= limit - 1e-12
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reach_ends_before_the_first_failure() {
        let curve = [(5, 1.0), (10, 0.99), (15, 0.95), (20, 0.2), (25, 1.0)];
        assert_eq!(reach(&curve, 0.95), Some(Reach { len: 15, censored: false }));
        assert_eq!(reach(&curve, 1.0), Some(Reach { len: 5, censored: false }));
        assert_eq!(reach(&curve, 0.1), Some(Reach { len: 25, censored: true }));
    }

    #[test]
    fn reach_is_zero_when_the_shortest_length_fails() {
        assert_eq!(reach(&[(20, 1.0), (5, 0.5)], 0.9), Some(Reach { len: 0, censored: false }));
        assert_eq!(reach(&[], 0.9), None);
    }

    #[test]
    fn nan_counts_as_a_failure() {
        assert_eq!(reach(&[(5, 1.0), (6, f64::NAN)], 0.9), Some(Reach { len: 5, censored: false }));
    }

    #[test]
    fn the_median_ratio_is_a_lower_bound_where_its_run_was_right_everywhere() {
        let curve = |right_to: usize| (1..=4).map(|len| (10 * len, f64::from(u8::from(10 * len <= right_to)))).collect::<Vec<_>>();
        let median = |all: &[usize]| median_ratio(all.iter().map(|&right_to| curve(right_to)), 0.9, 10);
        assert_eq!(median(&[20, 40, 40]), Some(MedianRatio { ratio: 4.0, censored: true }));
        assert_eq!(median(&[20, 30, 40]), Some(MedianRatio { ratio: 3.0, censored: false }));
        assert_eq!(median(&[20, 40]), Some(MedianRatio { ratio: 3.0, censored: true }));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn area_is_a_mean_over_lengths() {
        assert_eq!(area_beyond(&[]), None);
        assert_eq!(area_beyond(&[(30, 0.7)]), Some(0.7));
        assert_eq!(area_beyond(&[(20, 1.0), (30, 1.0), (50, 0.0)]), Some(20.0 / 30.0));
    }

    proptest! {
        #[test]
        fn a_stricter_tau_never_reaches_further(
            curve in proptest::collection::vec((0usize..100, 0.0f64..=1.0), 1..20), tau in 0.0f64..=1.0, more in 0.0f64..=1.0,
        ) {
            let (loose, strict) = (tau.min(more), tau.max(more));
            prop_assert!(reach(&curve, strict).unwrap().len <= reach(&curve, loose).unwrap().len);
        }

        #[test]
        fn reach_ignores_the_order_of_the_curve(curve in proptest::collection::vec((0usize..100, 0.0f64..=1.0), 1..20)) {
            let mut turned = curve.clone();
            turned.reverse();
            prop_assert_eq!(reach(&curve, 0.5), reach(&turned, 0.5));
        }
    }
}
