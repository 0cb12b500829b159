//! What measuring calibration costs: `cargo bench -p rasplab-report --bench calibration`.
//!
//! Confidences are uniform; outcomes follow `f + 0.2 sin(2 pi f)`, or `f` itself where the name says calibrated. The examples are sorted already, except
//! in `sort`. relplot 1.0.3, the reference implementation of `SmoothECE`, is timed on the same kind of data.

use std::f64::consts::TAU;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::calibration::{Confidences, laplace_error, null_band, recalibrate, reliability_band, smooth_calibration_error, smooth_ece};

fn examples(count: usize, amplitude: f64) -> Vec<(f64, bool)> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut example = || {
        let confidence: f64 = rng.random();
        (confidence, rng.random::<f64>() < confidence + amplitude * (TAU * confidence).sin())
    };
    (0..count).map(|_| example()).collect()
}

fn confidences(count: usize, amplitude: f64) -> Confidences {
    Confidences::new(examples(count, amplitude)).unwrap_or_else(|error| panic!("{error}"))
}

fn measures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calibration");
    group.sample_size(10);
    for count in [10_000, 1_000_000] {
        group.throughput(Throughput::Elements(count as u64));
        let (wavy, calibrated) = (confidences(count, 0.2), confidences(count, 0.0));
        let given = examples(count, 0.2);
        group.bench_function(BenchmarkId::new("sort", count), |bencher| {
            bencher.iter_batched(|| given.clone(), |examples| black_box(Confidences::new(examples)), BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("smooth_ece", count), |bencher| bencher.iter(|| smooth_ece(black_box(&wavy))));
        group.bench_function(BenchmarkId::new("smooth_ece, calibrated", count), |bencher| {
            bencher.iter(|| smooth_ece(black_box(&calibrated)));
        });
        group.bench_function(BenchmarkId::new("smooth_calibration_error", count), |bencher| {
            bencher.iter(|| smooth_calibration_error(black_box(&wavy)));
        });
        group.bench_function(BenchmarkId::new("smooth_calibration_error, calibrated", count), |bencher| {
            bencher.iter(|| smooth_calibration_error(black_box(&calibrated)));
        });
        group.bench_function(BenchmarkId::new("laplace_error", count), |bencher| bencher.iter(|| laplace_error(black_box(&wavy))));
        group.bench_function(BenchmarkId::new("recalibrate", count), |bencher| bencher.iter(|| recalibrate(black_box(&wavy))));
    }
    group.finish();
}

fn resampling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("resampling");
    group.sample_size(10);
    let measured = confidences(1_000, 0.0);
    group.bench_function("200 draws of a null band, 1000 examples", |bencher| {
        bencher.iter(|| null_band(&measured, |drawn| smooth_ece(drawn).value, 200, &mut ChaCha8Rng::seed_from_u64(0)));
    });
    group.bench_function("200 resamples of a diagram, 1000 examples", |bencher| {
        bencher.iter(|| reliability_band(&measured, 0.05, 200, 200, &mut ChaCha8Rng::seed_from_u64(0)));
    });
    group.finish();
}

criterion_group!(benches, measures, resampling);
criterion_main!(benches);
