//! Measures of calibration against recorded cases, made by independent programs: exact series, linear programmes, a quadratic programme.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use report::calibration::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    f: Vec<f64>,
    y: Vec<u8>,
    #[serde(default)]
    groups: Vec<usize>,
    exact: Exact,
    relplot: Relplot,
    relplot_caveat: Vec<String>,
}

#[derive(Deserialize)]
struct Exact {
    #[serde(rename = "smECE_fixpoint")]
    smooth_ece: f64,
    #[serde(rename = "sigma_fixpoint")]
    width: f64,
    #[serde(rename = "smECE_sigma")]
    smooth_ece_at: BTreeMap<String, f64>,
    #[serde(rename = "smCE")]
    smooth_calibration_error: f64,
    #[serde(rename = "intCE")]
    interval_ce: f64,
    #[serde(rename = "SintCE")]
    surrogate_interval_ce: f64,
    #[serde(rename = "laplace_kCE_V")]
    laplace_biased: f64,
    #[serde(rename = "laplace_kCE2_U")]
    laplace_unbiased_squared: Option<f64>,
    #[serde(rename = "lower_dCE_grid400")]
    lower_distance: Option<f64>,
    pgap_squared_loss: Option<f64>,
    ece_equal_width_10: f64,
    ece_equal_width_15: f64,
    corp: Corp,
    #[serde(default)]
    per_group: BTreeMap<String, Group>,
}

#[derive(Deserialize)]
struct Corp {
    mcb: f64,
}

#[derive(Deserialize)]
struct Group {
    share: f64,
    #[serde(rename = "smCE")]
    smooth_calibration_error: f64,
    #[serde(rename = "smECE_exact")]
    smooth_ece: f64,
}

#[derive(Deserialize)]
struct Relplot {
    #[serde(rename = "smECE")]
    smooth_ece: f64,
    sigma: f64,
    diagram: Diagram,
}

#[derive(Deserialize)]
struct Diagram {
    mesh_index: Vec<usize>,
    mu: Vec<f64>,
    density: Vec<f64>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str::<Cases>(include_str!("calibration/cases.json")).unwrap().cases
}

impl Case {
    fn confidences(&self) -> Confidences {
        Confidences::new(self.f.iter().copied().zip(self.y.iter().map(|&y| y == 1)).collect()).unwrap()
    }

    fn group(&self, wanted: usize) -> Confidences {
        let examples = self.groups.iter().zip(self.f.iter().zip(&self.y)).filter(|(group, _)| **group == wanted);
        Confidences::new(examples.map(|(_, (&f, &y))| (f, y == 1)).collect()).unwrap()
    }
}

/// A measure of every case against what is recorded.
fn compare(what: &str, tolerance: f64, measure: impl Fn(&Case, &Confidences) -> Option<(f64, f64)>) {
    let mut worst = 0.0_f64;
    for case in cases() {
        if let Some((found, recorded)) = measure(&case, &case.confidences()) {
            worst = worst.max((found - recorded).abs());
            assert!((found - recorded).abs() <= tolerance, "{what} of {}: {found} is not {recorded}", case.name);
        }
    }
    if std::env::var_os("SHOW").is_some() {
        println!("{what}: {worst:e}");
    }
}

#[test]
fn smooth_ece_is_the_recorded_fixpoint() {
    compare("SmoothECE", 1e-6, |case, confidences| Some((smooth_ece(confidences).value, case.exact.smooth_ece)));
    compare("width", 1e-6, |case, confidences| Some((smooth_ece(confidences).width, case.exact.width)));
    for width in ["0.01", "0.05", "0.1", "0.25"] {
        let recorded = |case: &Case| case.exact.smooth_ece_at[width];
        compare(&format!("SmoothECE at {width}"), 1e-6, |case, confidences| {
            Some((smooth_ece_at(confidences, width.parse().unwrap()), recorded(case)))
        });
    }
}

#[test]
fn errors_with_an_exact_algorithm_are_those_recorded() {
    compare("smCE", 1e-9, |case, confidences| Some((smooth_calibration_error(confidences), case.exact.smooth_calibration_error)));
    compare("intCE", 1e-9, |case, confidences| Some((interval_ce(confidences).unwrap(), case.exact.interval_ce)));
    compare("SintCE", 1e-9, |case, confidences| Some((surrogate_interval_ce(confidences), case.exact.surrogate_interval_ce)));
    compare("Laplace", 1e-9, |case, confidences| Some((laplace_error(confidences).biased, case.exact.laplace_biased)));
    compare("Laplace, unbiased", 1e-9, |case, confidences| {
        let found = laplace_error(confidences).unbiased_squared;
        assert_eq!(found.is_some(), case.exact.laplace_unbiased_squared.is_some(), "{}", case.name);
        found.zip(case.exact.laplace_unbiased_squared)
    });
    let bins = |bins| NonZeroUsize::new(bins).unwrap();
    compare("10 bins", 1e-9, |case, confidences| Some((binned_ece(confidences, bins(10)), case.exact.ece_equal_width_10)));
    compare("15 bins", 1e-9, |case, confidences| Some((binned_ece(confidences, bins(15)), case.exact.ece_equal_width_15)));
}

#[test]
fn the_proper_loss_gap_is_that_of_a_quadratic_programme() {
    compare("gap", 1e-6, |case, confidences| Some(recalibrate(confidences).gap).zip(case.exact.pgap_squared_loss));
}
