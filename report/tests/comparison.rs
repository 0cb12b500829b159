//! Two made-up sweeps side by side.

mod synthetic;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::{Analysis, Evidence, analyse, compare};

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

fn analysed(evidence: &Evidence) -> Analysis {
    analyse(evidence, &mut rng())
}

#[test]
fn a_sweep_does_not_differ_from_itself() {
    let evidence = synthetic::evidence();
    let analysis = analysed(&evidence);
    let found = compare((&evidence, &analysis), (&evidence, &analysis), &mut rng());
    assert!(found.rows.iter().all(|row| row.difference.is_none_or(|difference| difference == 0.0)));
    assert!(found.rows.iter().flat_map(|row| &row.by_seed).all(|(_, difference)| *difference == 0.0));
    let overall = found.overall.unwrap();
    assert!(overall.p_value > 0.99 && overall.mean_difference.abs() < 1e-12 && overall.tasks > 3);
}

#[test]
fn only_lengths_that_both_evaluated_count() {
    let whole = synthetic::evidence();
    let mut short = whole.clone();
    // The longest lengths are the hard ones: without them B would look better than it is.
    short.records.retain(|record| record.len_eval <= 2 * record.len_train_max);
    let found = compare((&whole, &analysed(&whole)), (&short, &analysed(&short)), &mut rng());
    assert!(found.rows.iter().all(|row| row.difference.is_none_or(|difference| difference == 0.0)), "{:?}", found.rows);
    assert!(found.rows.iter().filter(|row| row.difference.is_some()).count() > 3);
    assert!(found.rows.iter().all(|row| row.lens_beyond.iter().all(|len| *len <= 2 * row.len_train_max)));
}

#[test]
fn who_is_worse_everywhere_is_found_to_be() {
    let better = synthetic::evidence();
    let mut worse = better.clone();
    for record in worse.records.iter_mut().filter(|record| record.split == report::Split::Out && record.metric.is_share()) {
        record.value = (record.value * 0.5 * record.examples as f64).floor() / record.examples as f64;
    }
    worse.tasks[0].task = "another".into();
    for run in worse.runs.iter_mut().filter(|run| run.task == better.tasks[0].task) {
        run.task = "another".into();
    }
    let found = compare((&better, &analysed(&better)), (&worse, &analysed(&worse)), &mut rng());
    let overall = found.overall.clone().unwrap();
    assert!(overall.mean_difference < -0.1 && overall.b_further == 0, "{overall:?}");
    let text = found.to_text();
    assert!(text.contains("stand in one sweep only"), "{text}");
    insta::assert_snapshot!(text);
}
