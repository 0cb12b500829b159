//! Is a mean of paired differences away from 0? Every difference might as well have had the other sign.

use rand::{Rng, RngExt};

/// Most differences for which every choice of signs is tried: 2^16.
pub const MAX_FOR_EXACT: usize = 16;
/// Random choices of signs where there are more.
const RANDOM: u64 = 10_000;

/// Two-sided p-value of the mean of differences, and whether every choice of signs was tried; `None` without differences.
///
/// Random choices give (b + 1) / (m + 1), the observed one counted in. Source: Fisher 1935, The Design of Experiments.
pub fn sign_flip(differences: &[f64], rng: &mut (impl Rng + ?Sized)) -> Option<(f64, bool)> {
    if differences.is_empty() {
        return None;
    }
    let observed = differences.iter().sum::<f64>().abs();
    // Sums in another order differ by rounding.
    let tolerance = 1e-12 * differences.iter().map(|difference| difference.abs()).sum::<f64>();
    let is_as_far = |is_turned: &mut dyn FnMut(usize) -> bool| {
        let turned = differences.iter().enumerate().map(|(place, difference)| if is_turned(place) { -difference } else { *difference });
        turned.sum::<f64>().abs() >= observed - tolerance
    };
    if differences.len() <= MAX_FOR_EXACT {
        let all = 1_u64 << differences.len();
        let as_far = (0..all).filter(|signs| is_as_far(&mut |place| signs >> place & 1 == 1)).count();
        return Some((as_far as f64 / all as f64, true));
    }
    let as_far = (0..RANDOM).filter(|_| is_as_far(&mut |_| rng.random_bool(0.5))).count();
    Some(((as_far + 1) as f64 / (RANDOM + 1) as f64, false))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    /// scipy 1.17.1: `permutation_test((x,), mean, permutation_type='samples', n_resamples=inf)`.
    #[test]
    fn exact_p_values_are_those_of_scipy() {
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        let cases: [(&[f64], f64); 3] = [
            (&[0.3, 0.1, -0.05, 0.2, 0.0, 0.15], 0.125),
            (&[1.0, 2.0, 3.0], 0.25),
            (&[0.1, -0.1, 0.2, -0.3, 0.25, 0.4, 0.05, -0.02], 0.40625),
        ];
        for (differences, p) in cases {
            assert_eq!(sign_flip(differences, rng), Some((p, true)));
        }
        assert_eq!(sign_flip(&[], rng), None);
        assert_eq!(sign_flip(&[0.0; 3], rng), Some((1.0, true)));
    }

    #[test]
    fn random_signs_come_near_all_of_them() {
        let rng = &mut ChaCha8Rng::seed_from_u64(0);
        let differences: Vec<f64> = (0..16).map(|place| f64::from(place % 5) - 1.6).collect();
        let (exact, _) = sign_flip(&differences, rng).unwrap();
        let with_a_zero = [&differences[..], &[0.0]].concat();
        let (random, is_exact) = sign_flip(&with_a_zero, rng).unwrap();
        assert!(!is_exact && (exact - random).abs() < 0.02, "{exact}, {random}");
    }
}
