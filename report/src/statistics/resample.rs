//! Bootstrap intervals: pairs drawn again, whole clusters drawn again, or clusters and then the values within them.
//!
//! The unit is what is independent: runs of one task are not independent evidence about program length.

use rand::{Rng, RngExt};
use rand_distr::{Beta, Distribution};
use serde::Serialize;

use super::binomial::{CONFIDENCE, Interval};
use super::clustered_pairs::ClusteredPairs;
use super::ranked_pairs::RankedPairs;
use super::summary::quantile_in_place;

/// Fewest pairs, or clusters, that a bootstrap interval is given for.
pub const MIN_PAIRS_FOR_INTERVAL: usize = 4;

/// A bootstrap percentile interval and the resamples behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Bootstrap {
    /// The 95 % percentile interval; `None` with fewer than [`MIN_PAIRS_FOR_INTERVAL`] pairs, or when fewer than half of the
    /// resamples have a correlation.
    pub interval: Option<Interval>,
    /// Resamples that have a correlation.
    pub used: usize,
    /// Resamples whose correlation is undefined because a side came out constant; they are left out of the interval.
    pub dropped: usize,
}

/// The intervals of two rank correlations from the same resamples.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct RankBootstrap {
    /// Of Spearman's rho.
    pub rho: Bootstrap,
    /// Of Kendall's tau-b.
    pub tau_b: Bootstrap,
}

/// The percentile interval of Spearman's rho when pairs are drawn again with replacement.
///
/// Source: Efron and Tibshirani 1993, chapter 13. With few pairs it is narrower than it should be, so read it with the
/// permutation test.
pub fn bootstrap_spearman(x: &[f64], y: &[f64], resamples: usize, rng: &mut (impl Rng + ?Sized)) -> Bootstrap {
    let each_alone: Vec<Vec<usize>> = (0..x.len().min(y.len())).map(|place| vec![place]).collect();
    bootstrap_clusters_spearman(x, y, &each_alone, resamples, rng)
}

/// The percentile interval of Spearman's rho of units when whole clusters of them are drawn again, as [`bootstrap_clusters`].
pub fn bootstrap_clusters_spearman(
    x: &[f64],
    y: &[f64],
    clusters: &[Vec<usize>],
    resamples: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Bootstrap {
    if clusters.len().pow(3) < x.len() {
        let Some(pairs) = ClusteredPairs::new(x, y, clusters) else { return Bootstrap::default() };
        return bootstrap_draws(clusters.len(), |drawn| pairs.spearman(drawn), resamples, rng);
    }
    let Some(mut pairs) = RankedPairs::new(x, y) else { return Bootstrap::default() };
    bootstrap_clusters(clusters, |times| pairs.spearman(times), resamples, rng)
}

/// The percentile interval of a statistic when whole clusters of units are drawn again with replacement.
///
/// Each cluster holds the places of its units, counted from 0 over all clusters, and `statistic` is given how many times each unit was drawn: for units that
/// are not independent, such as cells of one task. Source: Davison and Hinkley 1997, section 3.8.
pub fn bootstrap_clusters(
    clusters: &[Vec<usize>],
    mut statistic: impl FnMut(&[u32]) -> Option<f64>,
    resamples: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Bootstrap {
    let units = clusters.iter().flatten().max().map_or(0, |last| last + 1);
    let mut times = vec![0; units];
    let of_drawn = |drawn: &[u32]| {
        for (cluster, &drawn) in clusters.iter().zip(drawn) {
            for &unit in cluster {
                times[unit] = drawn;
            }
        }
        statistic(&times)
    };
    bootstrap_draws(clusters.len(), of_drawn, resamples, rng)
}

/// The percentile interval of a statistic of how many times each cluster was drawn.
fn bootstrap_draws(
    clusters: usize,
    mut statistic: impl FnMut(&[u32]) -> Option<f64>,
    resamples: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Bootstrap {
    if clusters < MIN_PAIRS_FOR_INTERVAL {
        return Bootstrap::default();
    }
    let mut drawn = vec![0; clusters];
    let mut values = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        drawn.fill(0);
        for _ in 0..clusters {
            drawn[rng.random_range(0..clusters)] += 1;
        }
        values.extend(statistic(&drawn));
    }
    percentiles(values, resamples)
}

/// The percentile intervals of the rank correlations of `x` with the median of each cluster, when clusters are drawn again and then
/// values within each drawn cluster.
///
/// `y` holds the values of each cluster, such as the runs of a task, and `x` one number each, which is not drawn within. A
/// cluster drawn twice has its values drawn anew each time. A cluster without values counts for nothing. Medians of few values
/// already carry the spread within clusters, which is drawn on top: the interval is wider than without, and since noise draws correlations towards 0, it may
/// lie nearer to 0 than its own estimate.
/// Source: Davison and Hinkley 1997, section 3.8.
pub fn bootstrap_nested(x: &[f64], y: &[Vec<f64>], resamples: usize, rng: &mut (impl Rng + ?Sized)) -> RankBootstrap {
    let both = x.iter().zip(y).filter(|(x, _)| !x.is_nan());
    let clusters: Vec<(f64, Drawer)> = both.filter_map(|(x, values)| Some((*x, Drawer::new(values)?))).collect();
    if x.len() != y.len() || clusters.len() < MIN_PAIRS_FOR_INTERVAL {
        return RankBootstrap::default();
    }
    let once = vec![1; clusters.len()];
    let (mut pairs, mut drawn_x, mut drawn_y) = (RankedPairs::default(), Vec::new(), Vec::new());
    let (mut rhos, mut taus) = (Vec::with_capacity(resamples), Vec::with_capacity(resamples));
    for _ in 0..resamples {
        drawn_x.clear();
        drawn_y.clear();
        for _ in 0..clusters.len() {
            let (x, drawer) = &clusters[rng.random_range(0..clusters.len())];
            drawn_x.push(*x);
            drawn_y.push(drawer.draw_median(rng));
        }
        pairs.assign(&drawn_x, &drawn_y);
        rhos.extend(pairs.spearman(&once));
        taus.extend(pairs.kendall_tau_b(&once));
    }
    RankBootstrap { rho: percentiles(rhos, resamples), tau_b: percentiles(taus, resamples) }
}

/// Draws the median of as many values as there are, drawn with replacement, without drawing them one by one.
///
/// A value drawn is a uniform number's place among the sorted values, and the m-th smallest of k uniform numbers follows the beta
/// distribution of m and k + 1 - m. Source: David and Nagaraja 2003, Order Statistics, <https://doi.org/10.1002/0471722162>.
struct Drawer {
    sorted: Vec<f64>,
    /// Of the middle value, or of the lower one of two.
    middle: Beta<f64>,
}

impl Drawer {
    /// `None` without values, or with a NaN.
    fn new(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let place = values.len().div_ceil(2) as f64;
        let middle = Beta::new(place, values.len() as f64 + 1.0 - place).ok()?;
        (!values.is_empty() && values.iter().all(|value| !value.is_nan())).then_some(Self { sorted, middle })
    }

    fn draw_median(&self, rng: &mut (impl Rng + ?Sized)) -> f64 {
        let number = self.sorted.len();
        let at = |uniform: f64| self.sorted[((uniform * number as f64) as usize).min(number - 1)];
        let lower = self.middle.sample(rng);
        if number % 2 == 1 {
            return at(lower);
        }
        // The next smallest is the least of the n / 2 that lie above.
        let upper = 1.0 - (1.0 - lower) * (1.0 - rng.random::<f64>()).powf(2.0 / number as f64);
        let (lower, upper) = (at(lower), at(upper));
        // Two infinities have no mean to compute.
        if lower.total_cmp(&upper).is_eq() { lower } else { f64::midpoint(lower, upper) }
    }
}

fn percentiles(mut values: Vec<f64>, resamples: usize) -> Bootstrap {
    let (used, dropped) = (values.len(), resamples - values.len());
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let ends = quantile_in_place(&mut values, tail).zip(quantile_in_place(&mut values, 1.0 - tail));
    let interval = ends.filter(|_| used >= dropped).map(|(low, high)| Interval { low, high });
    Bootstrap { interval, used, dropped }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::super::rank::{kendall_tau_b, spearman};
    use super::super::summary::{median, quantile};
    use super::*;

    const INF: f64 = f64::INFINITY;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(7)
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
        assert_eq!(bootstrap_spearman(&[1.0, 2.0, INF], &[3.0, 2.0, 1.0], 100, &mut rng()), Bootstrap::default());
        let values = [vec![1.0], vec![], vec![2.0], vec![3.0]];
        assert_eq!(bootstrap_nested(&[1.0, 2.0, 3.0, 4.0], &values, 100, &mut rng()), RankBootstrap::default());
    }

    #[test]
    fn clusters_are_drawn_whole() {
        let clusters: Vec<Vec<usize>> = (0..5).map(|first| vec![first, first + 5, first + 10]).collect();
        let drawn = |times: &[u32]| {
            assert_eq!((times.len(), times.iter().sum::<u32>()), (15, 15));
            assert!((0..5).all(|first| times[first] == times[first + 5] && times[first] == times[first + 10]));
            Some(f64::from(times[0]))
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
        let copied = bootstrap_clusters_spearman(&x, &y, &clusters, 2000, &mut rng()).interval.unwrap();
        assert!((alone.low - copied.low).abs() < 1e-12 && (alone.high - copied.high).abs() < 1e-12, "{alone:?}, {copied:?}");
    }

    #[test]
    fn few_large_clusters_have_the_interval_of_their_pairs() {
        let x: Vec<f64> = (0..90).map(|place| f64::from(place * 7 % 31)).collect();
        let y: Vec<f64> = (0..90).map(|place| f64::from(place * 11 % 17 + place / 18)).collect();
        let clusters: Vec<Vec<usize>> = [0..25, 25..30, 30..62, 62..90].map(Iterator::collect).to_vec();
        let mut pairs = RankedPairs::new(&x, &y).unwrap();
        let plain = bootstrap_clusters(&clusters, |times| pairs.spearman(times), 500, &mut rng());
        let found = bootstrap_clusters_spearman(&x, &y, &clusters, 500, &mut rng());
        let (one, other) = (found.interval.unwrap(), plain.interval.unwrap());
        assert!((one.low - other.low).abs() < 1e-12 && (one.high - other.high).abs() < 1e-12, "{one:?} {other:?}");
    }

    #[test]
    fn medians_are_drawn_as_often_as_by_drawing_every_value() {
        let mut rng = rng();
        for values in [vec![1.0, 2.0, 4.0], vec![1.0, 2.0, 4.0, 8.0], vec![3.0], vec![0.0, 1.0]] {
            let number = values.len();
            // Every draw of as many values, in turn.
            let mut expected = BTreeMap::new();
            let ways = number.pow(number as u32);
            for code in 0..ways {
                let drawn: Vec<f64> = (0..number as u32).map(|place| values[code / number.pow(place) % number]).collect();
                *expected.entry((median(&drawn).unwrap() * 2.0) as u32).or_insert(0.0) += 1.0 / ways as f64;
            }
            let drawer = Drawer::new(&values).unwrap();
            let mut found = BTreeMap::new();
            for _ in 0..40_000 {
                *found.entry((drawer.draw_median(&mut rng) * 2.0) as u32).or_insert(0.0) += 1.0 / 40_000.0;
            }
            for (twice, share) in expected {
                let found = found.get(&twice).copied().unwrap_or(0.0);
                assert!((found - share).abs() < 0.01, "{values:?}: {} is drawn {found}, not {share}", f64::from(twice) / 2.0);
            }
        }
    }

    /// The nested bootstrap as it is defined.
    fn plainly_nested(x: &[f64], y: &[Vec<f64>], resamples: usize) -> [Interval; 2] {
        let mut rng = rng();
        let mut found = [Vec::new(), Vec::new()];
        for _ in 0..resamples {
            let drawn = (0..x.len()).map(|_| {
                let cluster = rng.random_range(0..x.len());
                let values: Vec<f64> = (0..y[cluster].len()).map(|_| y[cluster][rng.random_range(0..y[cluster].len())]).collect();
                (x[cluster], median(&values).unwrap())
            });
            let (x, y): (Vec<f64>, Vec<f64>) = drawn.unzip();
            found[0].extend(spearman(&x, &y));
            found[1].extend(kendall_tau_b(&x, &y));
        }
        found.map(|values| Interval { low: quantile(&values, 0.025).unwrap(), high: quantile(&values, 0.975).unwrap() })
    }

    #[test]
    fn the_nested_bootstrap_is_its_definition() {
        let x: Vec<f64> = (0..15).map(f64::from).collect();
        let y: Vec<Vec<f64>> = (0..15u32).map(|task| (0..2 + task % 4).map(|run| f64::from((task * 7 + run * 5) % 19)).collect()).collect();
        let found = bootstrap_nested(&x, &y, 20_000, &mut rng());
        for (found, plain) in [found.rho, found.tau_b].into_iter().zip(plainly_nested(&x, &y, 20_000)) {
            let found = found.interval.unwrap();
            assert!((found.low - plain.low).abs() < 0.02 && (found.high - plain.high).abs() < 0.02, "{found:?} {plain:?}");
        }
    }

    #[test]
    fn runs_that_differ_widen_the_interval() {
        let x: Vec<f64> = (0..10).map(f64::from).collect();
        let certain: Vec<Vec<f64>> = x.iter().map(|x| vec![*x; 3]).collect();
        let spread: Vec<Vec<f64>> = x.iter().map(|x| vec![*x, x - 4.0, x + 4.0]).collect();
        let width = |y: &[Vec<f64>]| bootstrap_nested(&x, y, 2000, &mut rng()).rho.interval.map(|i| i.high - i.low).unwrap();
        assert!(width(&certain) < 1e-9 && width(&spread) > 0.1);
    }

    proptest! {
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
