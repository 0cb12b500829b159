//! How runs fail, of a made-up sweep whose failures are known: half of the wrong answers are failures to stop, a tenth is lost at the end of training, hard sets are a fifth harder.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod synthetic;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::analysis::Failure;
use report::{Analysis, Evidence, Metric, Split, analyse};

fn evidence() -> Evidence {
    let mut evidence = synthetic::evidence();
    synthetic::everything::add(&mut evidence);
    evidence
}

fn analysed(evidence: &Evidence) -> Analysis {
    analyse(evidence, &mut ChaCha8Rng::seed_from_u64(0))
}

fn is_near(value: f64, wanted: f64, tolerance: f64) -> bool {
    (value - wanted).abs() <= tolerance
}

#[test]
fn failures_to_stop_are_told_from_others() {
    let analysis = analysed(&evidence());
    assert!(analysis.stopping.len() > 4);
    let mut failing = 0;
    for row in &analysis.stopping {
        // Shares are counts again, so half of an odd number is rounded, once for each record.
        let records = row.exact.examples / 200;
        let wrong = row.exact.examples - row.exact.successes;
        let told = row.only_stopping();
        assert_eq!(told.examples, wrong);
        assert!(told.successes.abs_diff(wrong / 2) <= records, "{row:?}");
        assert!(row.premature.successes.abs_diff(wrong / 4) <= records && row.missing.successes.abs_diff(wrong / 4) <= records, "{row:?}");
        assert!(
            row.reach_ratio_with_length.unwrap().ratio >= row.reach_ratio.unwrap().ratio,
            "an oracle's help takes nothing away: {row:?}"
        );
        failing += u64::from(wrong > 100);
    }
    assert!(failing > 2);
}

#[test]
fn the_best_checkpoint_is_an_oracle_s_choice_beside_the_end() {
    let mut evidence = evidence();
    let analysis = analysed(&evidence);
    for row in analysis.erosion.iter().filter(|row| row.last.is_some()) {
        for course in &row.courses {
            assert_eq!(course.points.iter().map(|point| point.step).collect::<Vec<_>>(), [500, 1000, 1500]);
            assert!(course.best().unwrap().step == 1000 || course.best().unwrap().beyond == 0.0);
        }
        assert!(is_near(row.last.unwrap(), 0.9 * row.best.unwrap(), 1e-9), "{row:?}");
        let fitted = row.courses.iter().filter(|course| course.fitted).map(|course| course.best().unwrap().beyond);
        assert!(is_near(row.largest_loss.unwrap(), 0.1 * fitted.fold(0.0, f64::max), 1e-9), "{row:?}");
    }
    // What did not fit has nothing to lose.
    let unfit: Vec<_> = analysis.erosion.iter().filter(|row| row.courses.iter().all(|course| !course.fitted)).collect();
    assert!(!unfit.is_empty() && unfit.iter().all(|row| row.last.is_none() && row.largest_loss.is_none()));
    evidence.checkpoints.clear();
    assert!(analysed(&evidence).erosion.is_empty());
}

#[test]
fn hard_sets_stand_beside_the_one_that_counts() {
    let analysis = analysed(&evidence());
    assert!(analysis.distributions.len() > 4 && analysis.distributions.len().is_multiple_of(2));
    for pair in analysis.distributions.chunks(2) {
        let [standard, hard] = pair else { panic!("two of each") };
        assert!(standard.counts && !hard.counts && hard.distribution == "hard" && standard.task == hard.task);
        assert!(is_near(hard.area_beyond.unwrap(), 0.8 * standard.area_beyond.unwrap(), 1e-9), "{pair:?}");
        assert!(is_near(hard.inside.rate().unwrap(), 0.8 * standard.inside.rate().unwrap(), 0.01), "{pair:?}");
    }
    // What is measured beside changes no verdict.
    let mut alone = evidence();
    alone.records.retain(|record| record.distribution == "standard");
    let alone = analysed(&alone);
    assert_eq!((alone.verdicts, alone.conclusion), (analysis.verdicts, analysis.conclusion));
    assert!(alone.distributions.is_empty());
}

#[test]
fn failure_is_silent_where_confidence_stays_and_announced_where_it_falls() {
    let with_confidence = |of: fn(f64) -> f64| {
        let mut evidence = evidence();
        for record in evidence.records.iter_mut().filter(|record| record.metric == Metric::Confidence) {
            // The confidence that was made up is half a point and half of the exact match.
            record.value = of((record.value - 0.5) / 0.49);
        }
        let analysis = analysed(&evidence);
        let failing: Vec<Failure> = analysis.calibration.iter().map(|of| of.failure).filter(|failure| *failure != Failure::None).collect();
        assert!(failing.len() > 2, "{failing:?}");
        failing
    };
    assert!(with_confidence(|_| 0.99).iter().all(|failure| *failure == Failure::Silent));
    assert!(with_confidence(|exact| exact).iter().all(|failure| *failure == Failure::Announced));
    assert!(with_confidence(|exact| 0.5 + 0.5 * exact).iter().all(|failure| *failure == Failure::Partly));
}

#[test]
fn gaps_are_measured_from_the_training_lengths_and_above_the_noise() {
    let evidence = evidence();
    let analysis = analysed(&evidence);
    let mut seen = 0;
    for setting in analysis.calibration.iter().filter(|setting| setting.len_train_max > 0) {
        // Pools were made up for the first seed alone, so gaps are that run's.
        let first = analysis.runs.iter().find(|run| (&run.outcome.task, run.outcome.seed_init) == (&setting.task, 0) && run.fitted());
        let Some(curve) = first.map(|run| &run.curve) else { continue };
        let of_training: Vec<f64> = curve.iter().filter(|point| point.split == Split::In).map(|point| point.exact_match).collect();
        for point in &setting.points {
            assert_eq!(point.gap.is_some(), point.split == Split::Out);
            let Some(gap) = point.gap else { continue };
            let here = curve.iter().find(|other| other.len_eval == point.len_eval).unwrap().exact_match;
            let error = of_training.iter().sum::<f64>() / of_training.len() as f64 - here;
            assert!(is_near(gap.error, error.abs(), 1e-9), "{point:?}");
            assert!(is_near(gap.calibration, 0.4 * (of_training[0] - here).abs(), 1e-9), "{point:?}");
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[test]
fn opposite_errors_of_two_runs_do_not_cancel() {
    let mut evidence = evidence();
    for record in evidence.records.iter_mut().filter(|record| record.metric == Metric::Confidence) {
        let exact_match = (record.value - 0.5) / 0.49;
        // One is unsure of what it does well, the other sure of what it does badly; in the middle they are calibrated.
        record.value = if record.seed_init == 0 { 0.8 * exact_match } else { 0.8 * exact_match + 0.2 };
    }
    evidence.runs.retain(|run| run.seed_init < 2);
    let analysis = analysed(&evidence);
    for setting in analysis.calibration.iter().filter(|setting| setting.runs == 2 && setting.failure != Failure::None) {
        let over = setting.over_lengths.unwrap();
        let all = setting.points.len() as f64;
        assert!(over.multiaccuracy * all > 0.15, "{setting:?}");
        assert!(over.weighted_max <= over.max && over.mean <= over.max, "{over:?}");
    }
    assert!(analysis.calibration.iter().filter(|setting| setting.runs == 2).count() > 2);
}

#[test]
fn what_was_not_tested_beyond_training_does_not_fail() {
    let mut evidence = evidence();
    evidence.records.retain(|record| record.split == Split::In);
    let analysis = analysed(&evidence);
    assert!(!analysis.calibration.is_empty());
    assert!(analysis.calibration.iter().all(|setting| setting.failure == Failure::NotTested && setting.announced.is_none()));
    assert!(!analysis.to_text().contains("Calibration:"), "there is nothing to say");
}
