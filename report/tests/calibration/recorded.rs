//! Measures against recorded cases, made by other programs: a cosine series summed term by term, linear and quadratic programmes, relplot 1.0.3.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::calibration::{
    Confidences, NullBand, binned_ece, generalization_gap, interval_ce, laplace_error, multicalibration, null_band, recalibrate,
    reliability, reliability_band, smooth_calibration_error, smooth_ece, smooth_ece_at, surrogate_interval_ce,
};
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
    serde_json::from_str::<Cases>(include_str!("cases.json")).unwrap().cases
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
    for case in cases() {
        if let Some((found, recorded)) = measure(&case, &case.confidences()) {
            assert!((found - recorded).abs() <= tolerance, "{what} of {}: {found} is not {recorded}", case.name);
        }
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

#[test]
fn the_gap_lies_between_its_bounds() {
    for case in cases() {
        let confidences = case.confidences();
        let (gap, error) = (recalibrate(&confidences).gap, smooth_calibration_error(&confidences));
        assert!(error * error <= gap + 1e-12 && gap <= 2.0 * error + 1e-12, "{}: {gap}, {error}", case.name);
        // Isotonic regression may rise without limit where a Lipschitz change may not.
        assert!(gap <= case.exact.corp.mcb + 1e-12, "{}: {gap}, {}", case.name, case.exact.corp.mcb);
    }
}

#[test]
fn every_measure_is_as_near_the_distance_from_calibration_as_its_theorem_says() {
    // The recorded distance is that of predictors with values on a grid of 1/400.
    let slack = 2e-3;
    for case in cases() {
        let (confidences, Some(distance)) = (case.confidences(), case.exact.lower_distance) else { continue };
        let within = |value: f64, low: f64, high: f64| assert!(low - slack <= value && value <= high + slack, "{}: {value}", case.name);
        within(smooth_calibration_error(&confidences), distance / 2.0, 2.0 * distance);
        within(laplace_error(&confidences).biased, distance / 3.0, distance.sqrt());
        within(interval_ce(&confidences).unwrap(), distance, 4.0 * distance.sqrt());
        within(smooth_ece(&confidences).value, distance / 2.0, 2.0 * distance.sqrt());
    }
}

#[test]
fn relplot_agrees_where_it_has_no_fault() {
    for case in cases().iter().filter(|case| case.relplot_caveat.is_empty()) {
        let confidences = case.confidences();
        // Its widths are multiples of 1/1024, of which it takes the next.
        assert!((smooth_ece(&confidences).value - case.relplot.smooth_ece).abs() < 1e-3, "{}", case.name);
        if case.relplot.sigma < 0.01 {
            continue;
        }
        let points = reliability(&confidences, case.relplot.sigma, 200);
        for (place, &idx) in case.relplot.diagram.mesh_index.iter().enumerate() {
            let (point, mu, density) = (points[idx], case.relplot.diagram.mu[place], case.relplot.diagram.density[place]);
            assert!((point.density - density).abs() < 0.02, "{}, {}: {} is not {density}", case.name, point.confidence, point.density);
            if density > 0.1 {
                let accuracy = point.accuracy.unwrap();
                assert!((accuracy - mu).abs() < 5e-3, "{}, {}: {accuracy} is not {mu}", case.name, point.confidence);
            }
        }
    }
}

#[test]
fn errors_that_cancel_in_a_pool_show_in_its_groups() {
    let cases = cases();
    let case = cases.iter().find(|case| case.name == "two_groups_cancel_n2000").unwrap();
    let groups = [case.group(0), case.group(1)];
    assert_eq!(Confidences::pooled(&groups).unwrap(), case.confidences());
    let mut weighted = 0.0_f64;
    for (group, recorded) in groups.iter().zip(case.exact.per_group.values()) {
        assert!((smooth_calibration_error(group) - recorded.smooth_calibration_error).abs() < 1e-9);
        assert!((smooth_ece(group).value - recorded.smooth_ece).abs() < 1e-6);
        weighted = weighted.max(recorded.share * recorded.smooth_calibration_error);
    }
    let found = multicalibration(&groups).unwrap();
    assert!((found.weighted_max - weighted).abs() < 1e-9, "{found:?}");
    assert!(found.max > 0.2 && found.mean > 0.2 && found.multiaccuracy > 0.09, "{found:?}");
    assert!(smooth_calibration_error(&case.confidences()) < 0.01);
    assert_eq!(multicalibration(&[]), None);
}

/// Confidences of equal steps, and the null band of their `SmoothECE`.
fn uniform(examples: usize) -> (Confidences, NullBand) {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let confidences = (0..examples).map(|idx| (idx as f64 + 0.5) / examples as f64);
    let confidences = Confidences::new(confidences.map(|f| (f, rng.random_bool(f))).collect()).unwrap();
    let band = null_band(&confidences, |drawn| smooth_ece(drawn).value, 200, &mut rng).unwrap();
    (confidences, band)
}

#[test]
fn the_noise_of_a_calibrated_model_is_that_recorded() {
    for (examples, mean, high) in [(100, 0.067, 0.093), (300, 0.045, 0.057), (1000, 0.031, 0.039), (3000, 0.021, 0.025)] {
        let band = uniform(examples).1;
        assert!((band.mean / mean - 1.0).abs() < 0.07 && (band.high / high - 1.0).abs() < 0.1, "{examples}: {band:?}");
    }
    let (confidences, _) = uniform(10);
    assert_eq!(null_band(&confidences, |_| 0.0, 0, &mut ChaCha8Rng::seed_from_u64(0)), None);
}

#[test]
fn a_model_that_stays_sure_loses_as_much_calibration_as_accuracy() {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut sure = |right: usize| {
        let confidences = Confidences::new((0..1000).map(|idx| (0.999, idx < right)).collect()).unwrap();
        let band = null_band(&confidences, |drawn| smooth_ece(drawn).value, 100, &mut rng).unwrap();
        (confidences, band)
    };
    let (train, longer) = (sure(999), sure(300));
    let gap = generalization_gap((&train.0, &train.1), (&longer.0, &longer.1));
    assert!((gap.error - 0.699).abs() < 1e-12 && (gap.calibration - 0.699).abs() < 2e-3, "{gap:?}");
    // One that is as unsure as it is wrong loses accuracy alone.
    let (half, band) = (Confidences::new((0..1000).map(|idx| (0.3, idx < 300)).collect()).unwrap(), NullBand { mean: 0.01, high: 0.03 });
    let gap = generalization_gap((&train.0, &train.1), (&half, &band));
    assert!((gap.error - 0.699).abs() < 1e-12 && gap.calibration < 1e-3, "{gap:?}");
}

#[test]
fn the_band_of_a_diagram_holds_the_diagonal_of_a_calibrated_model() {
    let confidences = uniform(3000).0;
    let width = smooth_ece(&confidences).width;
    let points = reliability(&confidences, width, 41);
    let band = reliability_band(&confidences, width, 41, 200, &mut ChaCha8Rng::seed_from_u64(1));
    let held = points.iter().zip(&band).filter(|(point, interval)| {
        let interval = interval.unwrap();
        assert!(interval.low <= point.accuracy.unwrap() && point.accuracy.unwrap() <= interval.high, "{point:?}, {interval:?}");
        interval.low <= point.confidence && point.confidence <= interval.high
    });
    assert!(held.count() >= 34, "{points:?}");
    assert!(points.iter().map(|point| point.density).all(|density| (0.8..1.2).contains(&density)));
}

#[test]
fn a_diagram_says_nothing_where_there_is_nobody() {
    let confidences = Confidences::new(vec![(0.1, false); 20]).unwrap();
    let points = reliability(&confidences, 0.01, 11);
    assert_eq!(points[1].accuracy, Some(0.0));
    assert!(points[3..].iter().all(|point| point.accuracy.is_none()), "{points:?}");
    let band = reliability_band(&confidences, 0.01, 11, 20, &mut ChaCha8Rng::seed_from_u64(0));
    assert!(band[1].is_some() && band[3..].iter().all(Option::is_none));
}
