//! What a number of tasks can show: how wide an interval around no association is, and which association would be found.

use statrs::function::erf::erfc;

/// Share of sweeps that find an association of the size that [`smallest_found`] gives.
pub const POWER: f64 = 0.8;

/// Where the standard normal distribution leaves 2.5 % above: its quantile at 0.975.
#[allow(clippy::excessive_precision, clippy::unreadable_literal, reason = "as scipy prints it")]
const CRITICAL: f64 = 1.959963984540054;

/// Half the width of a 95 % interval for Spearman's rho around 0, by Fisher's transformation; `None` up to three pairs.
///
/// Standard error `sqrt((1 + rho² / 2) / (n - 3))` at rho 0. Source: Bonett and Wright 2000, <https://doi.org/10.1007/BF02294183>.
pub fn half_width_at_zero(pairs: usize) -> Option<f64> {
    (pairs > 3).then(|| (CRITICAL * standard_error(pairs, 0.0)).tanh())
}

/// The smallest |rho| that a two-sided test at 0.05 finds with a power of [`POWER`]; `None` up to three pairs.
///
/// Found by halving [`power`], which grows with |rho|.
pub fn smallest_found(pairs: usize) -> Option<f64> {
    power(pairs, 0.0)?;
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if power(pairs, middle)? < POWER { low = middle } else { high = middle }
    }
}

/// Chance that a two-sided test at 0.05 finds an association of Spearman's rho; `None` up to three pairs.
///
/// Fisher's transformation of rho is taken for normal, with the standard error of Bonett and Wright 2000 (see
/// [`half_width_at_zero`]) where it lies, and that at 0 for the limit of the test. It is close for |rho| below 0.95.
pub fn power(pairs: usize, rho: f64) -> Option<f64> {
    if pairs <= 3 {
        return None;
    }
    let limit = CRITICAL * standard_error(pairs, 0.0);
    let (centre, spread) = (rho.atanh(), standard_error(pairs, rho));
    Some(below((centre - limit) / spread) + below((-centre - limit) / spread))
}

fn standard_error(pairs: usize, rho: f64) -> f64 {
    ((1.0 + rho * rho / 2.0) / (pairs as f64 - 3.0)).sqrt()
}

/// Share of the standard normal distribution below `value`.
fn below(value: f64) -> f64 {
    erfc(-value / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use rand::{Rng, RngExt};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::super::rank::spearman;
    use super::*;

    #[test]
    fn few_pairs_say_nothing() {
        assert_eq!((half_width_at_zero(3), smallest_found(3), power(3, 0.5)), (None, None, None));
        assert!(half_width_at_zero(4).unwrap() < 1.0 && smallest_found(4).unwrap() < 1.0);
    }

    #[test]
    fn more_pairs_show_more() {
        for pairs in 4..60 {
            assert!(half_width_at_zero(pairs + 1) < half_width_at_zero(pairs));
            assert!(smallest_found(pairs + 1) < smallest_found(pairs));
            assert!(smallest_found(pairs) > half_width_at_zero(pairs), "what is found most times lies beyond the limit of the test");
        }
    }

    #[test]
    fn a_test_without_an_association_finds_one_in_twenty() {
        assert!((power(12, 0.0).unwrap() - 0.05).abs() < 1e-10);
    }

    /// Box and Muller 1958.
    fn normal(rng: &mut impl Rng) -> f64 {
        let (radius, angle) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    #[test]
    fn simulated_sweeps_find_what_they_should() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for pairs in [12, 25, 50] {
            let rho = smallest_found(pairs).unwrap();
            // Of normal pairs, Spearman's rho is 6 / pi * asin(r / 2) of Pearson's r.
            let pearson = 2.0 * (std::f64::consts::PI * rho / 6.0).sin();
            let limit = half_width_at_zero(pairs).unwrap();
            let finds = |rng: &mut ChaCha8Rng| {
                let x: Vec<f64> = (0..pairs).map(|_| normal(rng)).collect();
                let y: Vec<f64> = x.iter().map(|x| pearson * x + (1.0 - pearson * pearson).sqrt() * normal(rng)).collect();
                spearman(&x, &y).unwrap().abs() >= limit
            };
            let found = (0..4000).filter(|_| finds(&mut rng)).count() as f64 / 4000.0;
            assert!((found - POWER).abs() < 0.05, "{pairs} pairs: {found}");
        }
    }
}
