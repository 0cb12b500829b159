//! Permutation tests of no association: the share of orders of one side whose correlation is at least as far from 0.

use rand::{Rng, RngExt};
use serde::Serialize;

use super::partial::{NOTHING_LEFT, Residuals};
use super::rank::{centred, dot, ranks, spearman};
use super::ranked_pairs::RankedPairs;

/// Most pairs for which every permutation is tried: 8! = 40,320.
pub const MAX_PAIRS_FOR_EXACT: usize = 8;

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

/// The two-sided permutation p-value of Spearman's rho.
///
/// All permutations with at most [`MAX_PAIRS_FOR_EXACT`] pairs, else `samples` random ones with `(b + 1) / (m + 1)`.
/// `None` where rho is undefined. Source: Phipson and Smyth 2010, <https://doi.org/10.2202/1544-6115.1585>.
pub fn permutation_spearman(x: &[f64], y: &[f64], samples: u64, rng: &mut (impl Rng + ?Sized)) -> Option<Permutation> {
    spearman(x, y)?;
    let (x, mut y) = (centred(&ranks(x)), centred(&ranks(y)));
    // Permuting changes neither side's spread, so the sum of products orders permutations as rho does.
    Some(permute(&mut y, samples, rng, |permuted| dot(&x, permuted)))
}

/// The two-sided permutation p-value of Kendall's tau-b, as [`permutation_spearman`].
pub fn permutation_kendall(x: &[f64], y: &[f64], samples: u64, rng: &mut (impl Rng + ?Sized)) -> Option<Permutation> {
    let mut pairs = RankedPairs::new(x, y)?;
    let once = vec![1; x.len()];
    pairs.kendall_tau_b(&once)?;
    let mut levels = pairs.y_levels().to_vec();
    // Ties stay as many, so concordance orders permutations as tau-b does.
    Some(permute(&mut levels, samples, rng, |permuted| pairs.concordance(permuted, &once) as f64))
}

/// The two-sided permutation p-value of a partial Spearman correlation, as [`permutation_spearman`].
///
/// What the covariates leave of the ranks of y is permuted and the covariates are taken out of it once more. `None` where
/// [`super::partial::partial_spearman`] is. Source: Freedman and Lane 1983, <https://doi.org/10.1080/07350015.1983.10509354>.
pub fn permutation_partial(
    x: &[f64],
    y: &[f64],
    covariates: &[&[f64]],
    samples: u64,
    rng: &mut (impl Rng + ?Sized),
) -> Option<Permutation> {
    let Residuals { x, mut y, basis } = Residuals::new(x, y, covariates)?;
    let mut left = y.clone();
    Some(permute(&mut y, samples, rng, |permuted| {
        left.copy_from_slice(permuted);
        basis.take_out(&mut left);
        // Where the covariates explain all of a permutation, nothing is left to correlate.
        let size = dot(&left, &left).sqrt();
        if size > NOTHING_LEFT * dot(permuted, permuted).sqrt() { dot(&x, &left) / size } else { 0.0 }
    }))
}

/// How many orders of `values` have a statistic at least as far from 0 as their present one. Differences of 1e-9 are rounding.
fn permute<T>(values: &mut [T], samples: u64, rng: &mut (impl Rng + ?Sized), mut statistic: impl FnMut(&[T]) -> f64) -> Permutation {
    let seen = statistic(values).abs() - 1e-9;
    let mut as_far = 0u64;
    if values.len() <= MAX_PAIRS_FOR_EXACT {
        let mut permutations = 0u64;
        for_each_permutation(values, |permuted| {
            permutations += 1;
            as_far += u64::from(statistic(permuted).abs() >= seen);
        });
        return Permutation { p_value: as_far as f64 / permutations as f64, exact: true, permutations };
    }
    for _ in 0..samples {
        shuffle(values, rng);
        as_far += u64::from(statistic(values).abs() >= seen);
    }
    Permutation { p_value: (as_far + 1) as f64 / (samples + 1) as f64, exact: false, permutations: samples }
}

/// Visits every order of `values`, ties included. Heap's algorithm, 1963.
fn for_each_permutation<T>(values: &mut [T], mut visit: impl FnMut(&[T])) {
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
fn shuffle<T>(values: &mut [T], rng: &mut (impl Rng + ?Sized)) {
    for idx in (1..values.len()).rev() {
        values.swap(idx, rng.random_range(0..=idx));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::super::rank::kendall_tau_b;
    use super::*;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(7)
    }

    /// A made-up association of nine pairs that chance gives one time in ten.
    fn nine_pairs() -> (Vec<f64>, [f64; 9]) {
        ((0..9).map(f64::from).collect(), [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.3])
    }

    #[test]
    fn random_permutations_agree_with_all_of_them() {
        let (x, y) = nine_pairs();
        let sampled = permutation_spearman(&x, &y, 20_000, &mut rng()).unwrap();
        assert!(!sampled.exact);
        // All 362,880 orders of scipy.stats.rankdata(y), enumerated by itertools.permutations, scipy 1.17.1.
        assert!((sampled.p_value - 0.096_797_839_506).abs() < 0.01, "{}", sampled.p_value);
        // scipy.stats.kendalltau(x, y, method="exact").pvalue, scipy 1.17.1.
        let sampled = permutation_kendall(&x, &y, 20_000, &mut rng()).unwrap();
        assert!((sampled.p_value - 0.119_438_932_980_599_65).abs() < 0.01, "{}", sampled.p_value);
    }

    #[test]
    fn every_permutation_is_visited_once() {
        let mut seen = std::collections::BTreeSet::new();
        for_each_permutation(&mut [1, 2, 3, 4], |order| assert!(seen.insert(order.to_vec())));
        assert_eq!(seen.len(), 24);
    }

    #[test]
    fn what_is_undefined_has_no_p_value() {
        assert_eq!(permutation_spearman(&[1.0, 1.0], &[1.0, 2.0], 10, &mut rng()), None);
        assert_eq!(permutation_kendall(&[1.0, 1.0], &[1.0, 2.0], 10, &mut rng()), None);
        assert_eq!(permutation_partial(&[1.0, 2.0], &[1.0, 2.0], &[&[1.0, 2.0]], 10, &mut rng()), None);
    }

    #[test]
    fn given_nothing_the_partial_test_is_the_plain_one() {
        let (x, y) = nine_pairs();
        let plain = permutation_spearman(&x, &y, 500, &mut rng());
        assert_eq!(permutation_partial(&x, &y, &[], 500, &mut rng()), plain);
        assert_eq!(permutation_partial(&x, &y, &[&[1.0; 9]], 500, &mut rng()), plain, "what is the same for all explains nothing");
    }

    #[test]
    fn chance_alone_is_found_as_often_as_the_test_says() {
        let mut rng = rng();
        let finds = |rng: &mut ChaCha8Rng| {
            // Both sides follow the covariate, and each other through it alone.
            let given: Vec<f64> = (0..14).map(|_| rng.random::<f64>()).collect();
            let [x, y] = [0, 1].map(|_| given.iter().map(|given| given + rng.random::<f64>()).collect::<Vec<f64>>());
            permutation_partial(&x, &y, &[&given], 99, rng).unwrap().p_value <= 0.05
        };
        let found = (0..4000).filter(|_| finds(&mut rng)).count() as f64 / 4000.0;
        assert!((found - 0.05).abs() < 0.015, "{found}");
    }

    proptest! {
        #[test]
        fn p_lies_above_zero_and_up_to_one(pairs in proptest::collection::vec((0u8..5, 0u8..5, 0u8..5), 2..11), seed: u64) {
            let side = |of: fn(&(u8, u8, u8)) -> u8| pairs.iter().map(|pair| f64::from(of(pair))).collect::<Vec<f64>>();
            let (x, y, given) = (side(|pair| pair.0), side(|pair| pair.1), side(|pair| pair.2));
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let found = [
                permutation_spearman(&x, &y, 50, &mut rng),
                permutation_kendall(&x, &y, 50, &mut rng),
                permutation_partial(&x, &y, &[&given], 50, &mut rng),
            ];
            prop_assert_eq!(found[1].is_some(), kendall_tau_b(&x, &y).is_some());
            prop_assert!(found.into_iter().flatten().all(|found| found.p_value > 0.0 && found.p_value <= 1.0));
        }
    }
}
