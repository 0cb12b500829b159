//! Laws of the measures, and the measures as they are defined: slowly, on few examples.

use std::f64::consts::TAU;

use proptest::collection::vec;
use proptest::prelude::*;
use report::calibration::{
    Confidences, interval_ce, laplace_error, recalibrate, smooth_calibration_error, smooth_ece, smooth_ece_at, surrogate_interval_ce,
};

fn confidences(examples: &[(f64, bool)]) -> Confidences {
    Confidences::new(examples.to_vec()).unwrap()
}

/// Every measure that has one value.
fn measures(confidences: &Confidences) -> [f64; 6] {
    [
        smooth_ece(confidences).value,
        smooth_calibration_error(confidences),
        laplace_error(confidences).biased,
        interval_ce(confidences).unwrap(),
        surrogate_interval_ce(confidences),
        recalibrate(confidences).gap,
    ]
}

fn near(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance
}

fn residual((confidence, right): (f64, bool)) -> f64 {
    f64::from(u8::from(right)) - confidence
}

/// Images of each example reflected at 0 and 1, summed at the midpoints of many cells.
fn reflected_gaussians(examples: &[(f64, bool)], width: f64, cells: usize) -> f64 {
    let images = (5.0 * width).ceil() as i32 + 1;
    let gaussian = |distance: f64| (-(distance / width).powi(2) / 2.0).exp() / (width * TAU.sqrt());
    let pair = |t: f64, f: f64, image: i32| gaussian(t - f + 2.0 * f64::from(image)) + gaussian(t + f + 2.0 * f64::from(image));
    let kernel = |t: f64, f: f64| (-images..=images).map(|image| pair(t, f, image)).sum::<f64>();
    let at = |t: f64| examples.iter().map(|&example| residual(example) * kernel(t, example.0)).sum::<f64>();
    let total: f64 = (0..cells).map(|cell| at((cell as f64 + 0.5) / cells as f64).abs()).sum();
    total / (cells * examples.len()) as f64
}

/// The smooth calibration error where confidences are sixteenths: some best weights are sixteenths too, so all of those are tried.
fn best_weights(examples: &[(f64, bool)]) -> f64 {
    let mut best = [0.0; 33];
    let mut last = 0.0;
    for (confidence, right) in confidences(examples).iter() {
        let reach = (16.0 * (confidence - last)) as usize;
        let before = best;
        for (place, value) in best.iter_mut().enumerate() {
            let within_reach = &before[place.saturating_sub(reach)..(place + reach + 1).min(33)];
            let weight = place as f64 / 16.0 - 1.0;
            *value = within_reach.iter().copied().fold(f64::NEG_INFINITY, f64::max) + residual((confidence, right)) * weight;
        }
        last = confidence;
    }
    best.into_iter().fold(f64::NEG_INFINITY, f64::max) / examples.len() as f64
}

/// The least squared loss over maps of sixteenths to multiples of `1 / cells` that rise at most twice as fast.
fn best_map(examples: &[(f64, bool)], cells: usize) -> f64 {
    let mut best = vec![0.0; cells + 1];
    let mut last = 0.0;
    for (confidence, right) in confidences(examples).iter() {
        let reach = (2.0 * cells as f64 * (confidence - last)).round() as usize;
        let before = best.clone();
        for (place, value) in best.iter_mut().enumerate() {
            let cheapest = before[place.saturating_sub(reach)..=place].iter().copied().fold(f64::INFINITY, f64::min);
            *value = cheapest + residual((place as f64 / cells as f64, right)).powi(2);
        }
        last = confidence;
    }
    best.into_iter().fold(f64::INFINITY, f64::min) / examples.len() as f64
}

/// The least cost over all ways to cut the examples into intervals.
#[allow(clippy::float_cmp, reason = "a confidence is one number")]
fn best_partition(examples: &[(f64, bool)]) -> f64 {
    let sorted: Vec<_> = confidences(examples).iter().collect();
    let cost = |interval: &[(f64, bool)]| {
        let width = interval[interval.len() - 1].0 - interval[0].0;
        interval.iter().copied().map(residual).sum::<f64>().abs() + width * interval.len() as f64
    };
    let of_cuts = |cuts: u32| {
        let mut ends: Vec<usize> = (1..sorted.len()).filter(|end| cuts >> end & 1 == 1).collect();
        // An interval holds all examples of a confidence or none.
        if ends.iter().any(|&end| sorted[end - 1].0 == sorted[end].0) {
            return f64::INFINITY;
        }
        ends.insert(0, 0);
        ends.push(sorted.len());
        ends.windows(2).map(|pair| cost(&sorted[pair[0]..pair[1]])).sum::<f64>()
    };
    (0..1 << sorted.len()).map(of_cuts).fold(f64::INFINITY, f64::min) / sorted.len() as f64
}

/// The binned error at many shifts of the bins, averaged, for the best width.
fn many_shifts(examples: &[(f64, bool)], shifts: usize) -> f64 {
    let of_width = |halvings: i32| {
        let width = 0.5_f64.powi(halvings);
        let at = |shift: f64| {
            let mut bins = vec![0.0_f64; (1 << halvings) + 2];
            for &example in examples {
                bins[((example.0 - shift) / width + 1.0).floor() as usize] += residual(example);
            }
            bins.iter().map(|bin| bin.abs()).sum::<f64>()
        };
        let total: f64 = (0..shifts).map(|shift| at((shift as f64 + 0.5) / shifts as f64 * width)).sum();
        total / (shifts * examples.len()) as f64 + width
    };
    (0..=10).map(of_width).fold(f64::INFINITY, f64::min)
}

fn any_examples(most: usize) -> impl Strategy<Value = Vec<(f64, bool)>> {
    let confidence = prop_oneof![4 => 0.0..=1.0_f64, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(0.5)];
    vec((confidence, any::<bool>()), 1..most)
}

fn sixteenths(most: usize) -> impl Strategy<Value = Vec<(f64, bool)>> {
    vec(((0..=16_u8).prop_map(|part| f64::from(part) / 16.0), any::<bool>()), 1..most)
}

#[test]
fn certain_and_always_wrong_is_as_bad_as_can_be() {
    for (confidence, right) in [(0.0, true), (1.0, false)] {
        let worst = confidences(&[(confidence, right); 7]);
        let [smooth, lipschitz, laplace, interval, _, gap] = measures(&worst);
        assert!([smooth, lipschitz, laplace, interval, gap].iter().all(|&value| near(value, 1.0, 1e-9)), "{:?}", measures(&worst));
        assert!(near(smooth_ece(&worst).width, 1.0, 1e-9));
    }
}

#[test]
fn confidences_of_exactly_one_count_in_full() {
    let pool = |sure: f64| {
        let calibrated = (0..2000).map(|idx| ((f64::from(idx) + 0.5) / 2000.0, idx * 7919 % 2000 < idx));
        confidences(&calibrated.chain((0..2000).map(|idx| (sure, idx % 5 > 0))).collect::<Vec<_>>())
    };
    let (at_one, near_one) = (smooth_ece(&pool(1.0)).value, smooth_ece(&pool(0.999)).value);
    assert!(near(at_one, near_one, 2e-3) && at_one > 0.09, "{at_one}, {near_one}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_confidence_errs_by_its_distance_from_the_accuracy(confidence in 0.0..=1.0_f64, outcomes in vec(any::<bool>(), 1..50)) {
        let constant = confidences(&outcomes.iter().map(|&right| (confidence, right)).collect::<Vec<_>>());
        let error = (confidence - constant.accuracy()).abs();
        let [smooth, lipschitz, laplace, interval, _, gap] = measures(&constant);
        prop_assert!(near(smooth, error, 1e-8), "{smooth}, {error}");
        prop_assert!([lipschitz, laplace, interval].iter().all(|&found| near(found, error, 1e-9)), "{lipschitz}, {laplace}, {interval}, {error}");
        prop_assert!(near(gap, error * error, 1e-12), "{gap}, {error}");
    }

    #[test]
    fn the_order_of_examples_does_not_matter(examples in any_examples(40), by in 0..40_usize) {
        let mut turned = examples.clone();
        turned.rotate_left(by % examples.len());
        turned.reverse();
        let measured = [examples, turned].map(|examples| measures(&confidences(&examples)).map(f64::to_bits));
        prop_assert_eq!(measured[0], measured[1]);
    }

    #[test]
    fn being_wrong_is_being_right_mirrored(examples in any_examples(40)) {
        let mirrored: Vec<_> = examples.iter().map(|&(confidence, right)| (1.0 - confidence, !right)).collect();
        let (one, other) = (measures(&confidences(&examples)), measures(&confidences(&mirrored)));
        for (place, (one, other)) in one.into_iter().zip(other).enumerate() {
            prop_assert!(near(one, other, 1e-8), "measure {place}: {one}, {other}");
        }
    }

    #[test]
    fn a_wider_kernel_never_finds_more(examples in any_examples(40), narrow in 0.001..1.0_f64, wider in 1.0..4.0_f64) {
        let confidences = confidences(&examples);
        let (more, less) = (smooth_ece_at(&confidences, narrow), smooth_ece_at(&confidences, narrow * wider));
        prop_assert!(less <= more + 1e-5, "{less}, {more}");
    }

    #[test]
    fn smooth_ece_is_its_own_width(examples in any_examples(40)) {
        let confidences = confidences(&examples);
        let found = smooth_ece(&confidences);
        prop_assert!(near(found.value, smooth_ece_at(&confidences, found.width), 1e-12));
        prop_assert!(near(found.value, found.width, 1e-8) || (found.value < found.width && near(found.width, 0.001, 1e-12)), "{found:?}");
    }

    #[test]
    fn smoothing_is_by_a_reflected_gaussian(examples in any_examples(12), width in prop_oneof![0.01..0.1_f64, 0.1..2.0_f64]) {
        let (found, slow) = (smooth_ece_at(&confidences(&examples), width), reflected_gaussians(&examples, width, 3000));
        prop_assert!(near(found, slow, 2e-5), "{found}, {slow}");
    }

    #[test]
    fn no_lipschitz_weight_finds_more(examples in sixteenths(40)) {
        let (found, slow) = (smooth_calibration_error(&confidences(&examples)), best_weights(&examples));
        prop_assert!(near(found, slow, 1e-12), "{found}, {slow}");
    }

    #[test]
    fn no_map_gains_more(examples in sixteenths(30)) {
        let found = recalibrate(&confidences(&examples));
        let loss = examples.iter().map(|&example| residual(example).powi(2)).sum::<f64>() / examples.len() as f64;
        let slow = loss - best_map(&examples, 800);
        prop_assert!(slow <= found.gap + 1e-12 && found.gap <= slow + 5e-3, "{}, {slow}", found.gap);
    }

    #[test]
    fn the_map_saves_what_it_promises(examples in any_examples(40)) {
        let confidences = confidences(&examples);
        let (found, error) = (recalibrate(&confidences), smooth_calibration_error(&confidences));
        prop_assert!(error * error <= found.gap + 1e-9 && found.gap <= 2.0 * error + 1e-9, "{}, {error}", found.gap);
        for pair in found.map.windows(2) {
            let (step, rise) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            prop_assert!((-1e-12..=2.0 * step + 1e-12).contains(&rise) && (0.0..=1.0).contains(&pair[1].1), "{pair:?}");
        }
        let saved = |&(confidence, right): &(f64, bool)| residual((confidence, right)).powi(2) - residual((found.apply(confidence), right)).powi(2);
        prop_assert!(near(examples.iter().map(saved).sum::<f64>() / examples.len() as f64, found.gap, 1e-9));
        let between = found.apply(0.37);
        prop_assert!((0.0..=1.0).contains(&between) && found.apply(0.36) <= between + 1e-12);
    }

    #[test]
    fn no_partition_costs_less(examples in prop_oneof![any_examples(9), sixteenths(9)]) {
        let (found, slow) = (interval_ce(&confidences(&examples)).unwrap(), best_partition(&examples));
        prop_assert!(near(found, slow, 1e-12), "{found}, {slow}");
    }

    #[test]
    fn shifts_are_averaged_exactly(examples in any_examples(8)) {
        let (found, slow) = (surrogate_interval_ce(&confidences(&examples)), many_shifts(&examples, 2000));
        prop_assert!(near(found, slow, 5e-3), "{found}, {slow}");
    }
}
