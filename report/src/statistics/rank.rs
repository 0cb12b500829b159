//! Rank correlations with ties: Spearman's rho and Kendall's tau-b.
//!
//! Infinite values are ordinary largest or smallest values, tied with each other: this is how tasks without a program rank
//! after every program.

use std::cmp::Ordering;

use super::ranked_pairs::RankedPairs;

/// Ranks from 1, ties sharing the mean of their places.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| compare(values[a], values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let tied = order[start..].iter().take_while(|&&idx| compare(values[idx], values[order[start]]).is_eq()).count();
        let shared = start as f64 + f64::midpoint(1.0, tied as f64);
        for &idx in &order[start..start + tied] {
            ranks[idx] = shared;
        }
        start += tied;
    }
    ranks
}

/// Spearman's rho: Pearson's correlation of the ranks; in `[-1, 1]`.
///
/// `None` where it is undefined: fewer than two pairs, a constant side, a NaN, or sides of unequal length.
/// Source: Spearman 1904, <https://doi.org/10.2307/1412159>; ties as in `scipy.stats.spearmanr`.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if !comparable(x, y) {
        return None;
    }
    pearson(&ranks(x), &ranks(y))
}

/// Kendall's tau-b: concordant less discordant pairs, corrected for ties on either side; in `[-1, 1]`.
///
/// `None` as for [`spearman`]. Source: Kendall 1945, <https://doi.org/10.1093/biomet/33.3.239>.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Option<f64> {
    RankedPairs::new(x, y)?.kendall_tau_b(&vec![1; x.len()])
}

/// Pearson's correlation, `None` where a side is constant.
pub(crate) fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (x, y) = (centred(x), centred(y));
    let scale = (dot(&x, &x) * dot(&y, &y)).sqrt();
    (scale > 0.0).then(|| (dot(&x, &y) / scale).clamp(-1.0, 1.0))
}

/// Values less their mean.
pub(crate) fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}

/// Sum of products.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

pub(crate) fn comparable(x: &[f64], y: &[f64]) -> bool {
    x.len() == y.len() && x.len() >= 2 && !x.iter().chain(y).any(|value| value.is_nan())
}

/// The order of two numbers, equal zeros of either sign tied; NaN is excluded beforehand.
pub(crate) fn compare(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INF: f64 = f64::INFINITY;

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(ranks(&[10.0, INF, 7.0, INF, 7.0, 7.0]), [4.0, 5.5, 2.0, 5.5, 2.0, 2.0]);
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
    }

    #[test]
    fn a_constant_side_has_no_correlation() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[4.0; 3]), None);
        assert_eq!(kendall_tau_b(&[INF; 3], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }

    /// The rank by counting: one, plus all that are smaller, plus half of the others that are equal.
    fn naive_rank(values: &[f64], idx: usize) -> f64 {
        let smaller = values.iter().filter(|v| **v < values[idx]).count() as f64;
        let equal = values.iter().filter(|v| compare(**v, values[idx]).is_eq()).count() as f64;
        smaller + f64::midpoint(equal, 1.0)
    }

    /// Tau-b as a cosine between the two matrices of signs, over all ordered pairs.
    fn naive_tau_b(x: &[f64], y: &[f64]) -> Option<f64> {
        let sign = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
        let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
        for i in 0..x.len() {
            for j in 0..x.len() {
                let (dx, dy) = (sign(x[i], x[j]), sign(y[i], y[j]));
                (xy, xx, yy) = (xy + dx * dy, xx + dx * dx, yy + dy * dy);
            }
        }
        (xx * yy > 0.0).then(|| xy / (xx * yy).sqrt())
    }

    fn same(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        }
    }

    prop_compose! {
        /// Pairs with many ties, some at infinity.
        fn pairs()(pairs in proptest::collection::vec((0u8..8, 0u8..8), 2..12)) -> (Vec<f64>, Vec<f64>) {
            let value = |v: u8| if v == 7 { INF } else { f64::from(v) };
            pairs.into_iter().map(|(x, y)| (value(x), value(y))).unzip()
        }
    }

    proptest! {
        #[test]
        fn correlations_lie_between_minus_one_and_one((x, y) in pairs()) {
            for value in [spearman(&x, &y), kendall_tau_b(&x, &y)].into_iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&value));
            }
        }

        #[test]
        fn correlations_equal_their_naive_definitions((x, y) in pairs()) {
            let naive: Vec<f64> = (0..x.len()).map(|idx| naive_rank(&x, idx)).collect();
            prop_assert_eq!(ranks(&x), naive);
            prop_assert!(same(kendall_tau_b(&x, &y), naive_tau_b(&x, &y)));
        }

        #[test]
        fn turning_one_side_turns_the_sign((x, y) in pairs()) {
            let turned: Vec<f64> = y.iter().map(|v| -v).collect();
            prop_assert!(same(spearman(&x, &turned), spearman(&x, &y).map(|v| -v)));
            prop_assert!(same(kendall_tau_b(&x, &turned), kendall_tau_b(&x, &y).map(|v| -v)));
        }

        #[test]
        fn monotone_maps_and_swapped_sides_change_nothing((x, y) in pairs()) {
            let mapped: Vec<f64> = x.iter().map(|v| v.exp() + 3.0).collect();
            prop_assert!(same(spearman(&mapped, &y), spearman(&x, &y)));
            prop_assert!(same(kendall_tau_b(&mapped, &y), kendall_tau_b(&x, &y)));
            prop_assert!(same(spearman(&y, &x), spearman(&x, &y)));
        }
    }
}
