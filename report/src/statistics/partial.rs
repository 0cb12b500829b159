//! Partial rank correlation: what is left of an association when other things are held fixed.

use super::rank::{centred, comparable, dot, pearson, ranks};

/// Below this share of its size, what the covariates leave of a side is rounding.
pub(super) const NOTHING_LEFT: f64 = 1e-9;

/// Spearman's rho of x and y given the covariates: Pearson's correlation of what a linear regression on the covariates' ranks leaves
/// of the ranks of either; in `[-1, 1]`.
///
/// A covariate that is constant, or that the others already give, changes nothing. `None` where
/// - rho itself is undefined, or a covariate holds a NaN or is of another length,
/// - there are fewer than three pairs more than covariates that count,
/// - the covariates explain all of a side.
///
/// As `pingouin.partial_corr(method="spearman")`. Source: Kim 2015, <https://doi.org/10.5351/CSAM.2015.22.6.665>.
pub fn partial_spearman(x: &[f64], y: &[f64], covariates: &[&[f64]]) -> Option<f64> {
    let Residuals { x, y, .. } = Residuals::new(x, y, covariates)?;
    pearson(&x, &y)
}

/// What the covariates leave of the ranks of two sides, and the covariates.
pub(crate) struct Residuals {
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    pub(crate) basis: Basis,
}

impl Residuals {
    pub(crate) fn new(x: &[f64], y: &[f64], covariates: &[&[f64]]) -> Option<Self> {
        if !comparable(x, y) || !covariates.iter().all(|covariate| comparable(x, covariate)) {
            return None;
        }
        let mut basis = Basis::default();
        for covariate in covariates {
            basis.admit(centred(&ranks(covariate)));
        }
        if x.len() < basis.directions.len() + 3 && !basis.directions.is_empty() {
            return None;
        }
        let left = |side: &[f64]| {
            let side = centred(&ranks(side));
            let mut left = side.clone();
            basis.take_out(&mut left);
            (norm(&left) > NOTHING_LEFT * norm(&side)).then_some(left)
        };
        Some(Self { x: left(x)?, y: left(y)?, basis })
    }
}

/// Directions of unit length, each at right angles to the others.
#[derive(Default)]
pub(crate) struct Basis {
    directions: Vec<Vec<f64>>,
}

impl Basis {
    /// Adds what is new in a direction, if anything is. By Gram and Schmidt, twice over against rounding.
    fn admit(&mut self, direction: Vec<f64>) {
        let size = norm(&direction);
        let mut left = direction;
        self.take_out(&mut left);
        self.take_out(&mut left);
        let new = norm(&left);
        if new > NOTHING_LEFT * size {
            self.directions.push(left.into_iter().map(|value| value / new).collect());
        }
    }

    /// Takes out of `values` all that the directions explain.
    pub(crate) fn take_out(&self, values: &mut [f64]) {
        for direction in &self.directions {
            let along = dot(values, direction);
            for (value, part) in values.iter_mut().zip(direction) {
                *value -= along * part;
            }
        }
    }
}

fn norm(values: &[f64]) -> f64 {
    dot(values, values).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rank::spearman;
    use super::*;

    #[test]
    fn an_association_through_the_covariate_alone_goes_away() {
        let given: Vec<f64> = (0..12).map(f64::from).collect();
        // Each side is the covariate, disturbed at other places.
        let x: Vec<f64> = given.iter().map(|value| if (*value as u8).is_multiple_of(4) { value + 1.5 } else { *value }).collect();
        let y: Vec<f64> = given.iter().map(|value| if *value as u8 % 4 == 2 { value + 1.5 } else { *value }).collect();
        assert!(spearman(&x, &y).unwrap() > 0.9);
        assert!(partial_spearman(&x, &y, &[&given]).unwrap().abs() < 0.4);
    }

    #[test]
    fn what_leaves_nothing_is_undefined() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 4.0, 3.0, 5.0]);
        assert_eq!(partial_spearman(&x, &y, &[&x]), None);
        assert_eq!(partial_spearman(&x[..3], &y[..3], &[&[1.0, 3.0, 2.0]]), None, "three pairs fit any plane");
        assert_eq!(partial_spearman(&x, &y, &[&[1.0, 2.0]]), None);
        assert_eq!(partial_spearman(&x, &y, &[&[f64::NAN; 5]]), None);
        assert_eq!(partial_spearman(&x, &[1.0; 5], &[]), None);
    }

    #[test]
    fn a_covariate_twice_is_one_covariate() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 1.0, 4.0, 6.0, 5.0, 3.0]);
        let given = [3.0, 1.0, 2.0, 6.0, 4.0, 5.0];
        let squared = given.map(|value| value * value);
        let (once, twice) = (partial_spearman(&x, &y, &[&given]), partial_spearman(&x, &y, &[&given, &squared]));
        assert!((once.unwrap() - twice.unwrap()).abs() < 1e-12);
    }

    /// The first-order formula from three plain correlations.
    fn from_three(x: &[f64], y: &[f64], given: &[f64]) -> Option<f64> {
        let (xy, xz, yz) = (spearman(x, y)?, spearman(x, given)?, spearman(y, given)?);
        let scale = ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
        (scale > 1e-6).then(|| (xy - xz * yz) / scale)
    }

    proptest! {
        #[test]
        fn one_covariate_follows_the_formula_of_three_correlations(triples in proptest::collection::vec((0u8..9, 0u8..9, 0u8..9), 4..12)) {
            let side = |of: fn(&(u8, u8, u8)) -> u8| triples.iter().map(|triple| f64::from(of(triple))).collect::<Vec<f64>>();
            let (x, y, given) = (side(|one| one.0), side(|one| one.1), side(|one| one.2));
            if let Some(expected) = from_three(&x, &y, &given) {
                prop_assert!((partial_spearman(&x, &y, &[&given]).unwrap() - expected).abs() < 1e-9);
            }
        }
    }
}
