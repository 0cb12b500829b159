//! Resampling over tasks: a bootstrap interval and a permutation test for a rank correlation.
//!
//! The task is the unit of both: runs of one task are not independent evidence about program length.

use rand::{Rng, RngExt};
use serde::Serialize;

use super::binomial::{CONFIDENCE, Interval};
use super::rank::{centred, dot, ranks, spearman};
use super::summary::quantile;

/// Fewest pairs that a bootstrap interval is given for.
pub const MIN_PAIRS_FOR_INTERVAL: usize = 4;
/// Most pairs for which every permutation is tried: 8! = 40,320.
pub const MAX_PAIRS_FOR_EXACT: usize = 8;

/// A bootstrap percentile interval and the resamples behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bootstrap {
    /// The 95 % percentile interval; `None` with fewer than [`MIN_PAIRS_FOR_INTERVAL`] pairs, or when fewer than half of the
    /// resamples have a correlation.
    pub interval: Option<Interval>,
    /// Resamples that have a correlation.
    pub used: usize,
    /// Resamples whose correlation is undefined because a side came out constant; they are left out of the interval.
    pub dropped: usize,
}

/// A two-sided permutation test of no association.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Permutation {
    /// Share of permutations whose correlation is at least as far from 0 as the one seen; in `(0, 1]`.
    pub p_value: f64,
    /// Whether every permutation was tried.
    pub exact: bool,
    /// Permutations tried.
    pub permutations: u64,
}

/// The percentile interval of Spearman's rho when pairs are drawn again with replacement.
///
/// Source: Efron and Tibshirani 1993, chapter 13. With few pairs it is narrower than it should be, so read it with the
/// permutation test.
pub fn bootstrap_spearman(x: &[f64], y: &[f64], resamples: usize, rng: &mut (impl Rng + ?Sized)) -> Bootstrap {
    let each_alone: Vec<Vec<usize>> = (0..x.len().min(y.len())).map(|idx| vec![idx]).collect();
    bootstrap_clusters(&each_alone, |drawn| spearman_of(x, y, drawn), resamples, rng)
}

/// The percentile interval of a statistic when whole clusters of units are drawn again with replacement.
///
/// Each cluster holds the places of its units, and `statistic` is given the places of the units drawn: for units that are not independent, such
/// as cells of one task. Source: Davison and Hinkley 1997, section 3.8.
pub fn bootstrap_clusters(
    clusters: &[Vec<usize>],
    statistic: impl Fn(&[usize]) -> Option<f64>,
    resamples: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Bootstrap {
    if clusters.len() < MIN_PAIRS_FOR_INTERVAL {
        return Bootstrap { interval: None, used: 0, dropped: 0 };
    }
    let mut drawn = Vec::new();
    let mut values = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        drawn.clear();
        for _ in 0..clusters.len() {
            drawn.extend(&clusters[rng.random_range(0..clusters.len())]);
        }
        values.extend(statistic(&drawn));
    }
    let (used, dropped) = (values.len(), resamples - values.len());
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let ends = quantile(&values, tail).zip(quantile(&values, 1.0 - tail));
    let interval = ends.filter(|_| used >= dropped).map(|(low, high)| Interval { low, high });
    Bootstrap { interval, used, dropped }
}

/// Spearman's rho of the pairs at these places.
pub fn spearman_of(x: &[f64], y: &[f64], places: &[usize]) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = places.iter().map(|&place| (x[place], y[place])).unzip();
    spearman(&x, &y)
}

/// The two-sided permutation p-value of Spearman's rho.
///
/// All permutations with at most [`MAX_PAIRS_FOR_EXACT`] pairs, else `samples` random ones with `(b + 1) / (m + 1)`.
/// `None` where rho is undefined. Source: Phipson and Smyth 2010, <https://doi.org/10.2202/1544-6115.1585>.
pub fn permutation_spearman(x: &[f64], y: &[f64], samples: u64, rng: &mut (impl Rng + ?Sized)) -> Option<Permutation> {
    spearman(x, y)?;
    let (x, mut y) = (centred(&ranks(x)), centred(&ranks(y)));
    // Permuting changes neither side's spread, so the sum of products orders permutations as rho does.
    let seen = dot(&x, &y).abs() - 1e-9;
    let mut as_far = 0u64;
    if x.len() <= MAX_PAIRS_FOR_EXACT {
        let mut permutations = 0u64;
        for_each_permutation(&mut y, |permuted| {
            permutations += 1;
            as_far += u64::from(dot(&x, permuted).abs() >= seen);
        });
        return Some(Permutation { p_value: as_far as f64 / permutations as f64, exact: true, permutations });
    }
    for _ in 0..samples {
        shuffle(&mut y, rng);
        as_far += u64::from(dot(&x, &y).abs() >= seen);
    }
    let p_value = (as_far + 1) as f64 / (samples + 1) as f64;
    Some(Permutation { p_value, exact: false, permutations: samples })
}

/// Visits every order of `values`, ties included. Heap's algorithm, 1963.
fn for_each_permutation(values: &mut [f64], mut visit: impl FnMut(&[f64])) {
    let mut counters = vec![0; values.len()];
    visit(values);
    let mut idx = 1;
    while idx < values.len() {
        if counters[idx] < idx {
            values.swap(if idx % 2 == 0 { 0 } else { counters[idx] }, idx);
            visit(values);
            counters[idx] += 1;
            idx = 1;
        } else {
            counters[idx] = 0;
            idx += 1;
        }
    }
}

/// Fisher and Yates.
fn shuffle(values: &mut [f64], rng: &mut (impl Rng + ?Sized)) {
    for idx in (1..values.len()).rev() {
        values.swap(idx, rng.random_range(0..=idx));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const INF: f64 = f64::INFINITY;

    /// `scipy.stats.permutation_test((x,), lambda x: spearmanr(x, y).statistic, permutation_type="pairings", n_resamples=inf)`
    /// with the two-sided p taken as the share of |rho| at least as large, scipy 1.17.1; infinity was given as 1e9.
    #[allow(clippy::unreadable_literal, reason = "as scipy prints them")]
    const SCIPY: [(&[f64], &[f64], f64); 3] = [
        (&[11.0, 6.0, 9.0, 12.0, 23.0, INF, INF], &[3.0, 3.0, 2.5, 2.0, 1.2, 0.5, 1.0], 0.007142857142857143),
        (&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0], 0.13333333333333333),
        (&[4.0, 1.0, 3.0, 2.0], &[1.0, 4.0, 2.0, 3.0], 0.08333333333333333),
    ];

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(7)
    }

    #[test]
    fn exact_p_values_are_those_of_scipy() {
        for (x, y, p) in SCIPY {
            let found = permutation_spearman(x, y, 0, &mut rng()).unwrap();
            assert!(found.exact);
            assert!((found.p_value - p).abs() < 1e-12, "{} is not {p}", found.p_value);
        }
    }

    #[test]
    fn random_permutations_agree_with_all_of_them() {
        let x: Vec<f64> = (0..9).map(f64::from).collect();
        let y = [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.3];
        let sampled = permutation_spearman(&x, &y, 20_000, &mut rng()).unwrap();
        assert!(!sampled.exact);
        // All 362,880 orders of scipy.stats.rankdata(y), enumerated by itertools.permutations, scipy 1.17.1.
        assert!((sampled.p_value - 0.096_797_839_506).abs() < 0.01, "{}", sampled.p_value);
    }

    #[test]
    fn every_permutation_is_visited_once() {
        let mut seen = std::collections::BTreeSet::new();
        for_each_permutation(&mut [1.0, 2.0, 3.0, 4.0], |order| {
            assert!(seen.insert(order.iter().map(|v| *v as u8).collect::<Vec<_>>()));
        });
        assert_eq!(seen.len(), 24);
    }

    #[test]
    fn a_bootstrap_of_a_strong_association_excludes_zero() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|v| -v + 4.0 * (v * 2.4).sin()).collect();
        let interval = bootstrap_spearman(&x, &y, 2000, &mut rng()).interval.unwrap();
        assert!(interval.low < interval.high && interval.high < -0.5, "{interval:?}");
    }

    #[test]
    fn undefined_resamples_are_dropped_and_counted() {
        let found = bootstrap_spearman(&[1.0, 1.0, 1.0, 1.0, 2.0], &[1.0, 2.0, 3.0, 4.0, 5.0], 2000, &mut rng());
        // The only larger x is missed by (4/5)^5, and all draws are the same one by (1/5)^5: 0.328 in all.
        assert!((found.dropped as f64 / 2000.0 - 0.328).abs() < 0.03, "{found:?}");
        assert_eq!(found.used + found.dropped, 2000);
    }

    #[test]
    fn few_pairs_have_no_interval() {
        let found = bootstrap_spearman(&[1.0, 2.0, INF], &[3.0, 2.0, 1.0], 100, &mut rng());
        assert_eq!(found, Bootstrap { interval: None, used: 0, dropped: 0 });
        assert_eq!(permutation_spearman(&[1.0, 1.0], &[1.0, 2.0], 10, &mut rng()), None);
    }

    #[test]
    fn clusters_are_drawn_whole() {
        let clusters: Vec<Vec<usize>> = (0..5).map(|first| vec![3 * first, 3 * first + 1, 3 * first + 2]).collect();
        let drawn = |places: &[usize]| {
            assert_eq!(places.len(), 15);
            assert!(places.chunks(3).all(|cluster| clusters.contains(&cluster.to_vec())));
            Some(places[0] as f64)
        };
        assert_eq!(bootstrap_clusters(&clusters, drawn, 500, &mut rng()).used, 500);
    }

    #[test]
    fn copies_of_a_cluster_are_no_further_evidence() {
        let x: Vec<f64> = (0..8).map(f64::from).collect();
        let y = [1.0, 3.0, 2.0, 8.0, 4.0, 6.0, 5.0, 7.0];
        let alone = bootstrap_spearman(&x, &y, 2000, &mut rng()).interval.unwrap();
        let [x, y] = [&x[..], &y[..]].map(|values| values.iter().flat_map(|value| [*value; 10]).collect::<Vec<f64>>());
        let clusters: Vec<Vec<usize>> = (0..8).map(|first| (10 * first..10 * first + 10).collect()).collect();
        let copied = bootstrap_clusters(&clusters, |places| spearman_of(&x, &y, places), 2000, &mut rng()).interval.unwrap();
        assert!((alone.low - copied.low).abs() < 0.02 && (alone.high - copied.high).abs() < 0.02, "{alone:?}, {copied:?}");
    }

    proptest! {
        #[test]
        fn p_lies_above_zero_and_up_to_one(pairs in proptest::collection::vec((0u8..5, 0u8..5), 2..11), seed: u64) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).unzip();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            if let Some(found) = permutation_spearman(&x, &y, 50, &mut rng) {
                prop_assert!(found.p_value > 0.0 && found.p_value <= 1.0);
            }
        }

        #[test]
        fn the_interval_lies_between_minus_one_and_one(pairs in proptest::collection::vec((0u8..9, 0u8..9), 4..11), seed: u64) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).unzip();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            if let Some(interval) = bootstrap_spearman(&x, &y, 60, &mut rng).interval {
                prop_assert!(-1.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
            }
        }
    }
}
