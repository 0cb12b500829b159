//! What the tests of the operations share: random numbers, and gradients by differences in `f64`.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// Numbers uniform in [-1, 1).
pub(super) fn random(seed: u64, len: usize) -> Vec<f32> {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| (rng.next_u32() >> 8) as f32 / (1_u32 << 23) as f32 - 1.0).collect()
}

pub(super) fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|&number| f64::from(number)).collect()
}

/// Panics where a number is away from the right one by more than `tolerance` of the largest.
pub(super) fn assert_close(what: &str, found: &[f32], right: &[f64], tolerance: f64) {
    let size = right.iter().fold(1e-30_f64, |size, number| size.max(number.abs()));
    assert_within(what, found, right, tolerance * size);
}

/// As [`assert_close`], for sums of terms of up to 1: where these cancel, the error is one of the terms, not of what is left.
pub(super) fn assert_sums_close(what: &str, found: &[f32], right: &[f64], tolerance: f64) {
    let size = right.iter().fold(1.0_f64, |size, number| size.max(number.abs()));
    assert_within(what, found, right, tolerance * size);
}

fn assert_within(what: &str, found: &[f32], right: &[f64], error: f64) {
    assert_eq!(found.len(), right.len(), "{what}");
    for (idx, (&found, &right)) in found.iter().zip(right).enumerate() {
        assert!((f64::from(found) - right).abs() <= error, "{what}[{idx}] is {found}, not {right} (allowed: {error})");
    }
}

/// The gradient of `objective` at `at`, by central differences.
pub(super) fn differences(at: &[f64], objective: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let by = 1e-5;
    let mut moved = at.to_vec();
    (0..at.len())
        .map(|idx| {
            moved[idx] = at[idx] + by;
            let above = objective(&moved);
            moved[idx] = at[idx] - by;
            let below = objective(&moved);
            moved[idx] = at[idx];
            (above - below) / (2.0 * by)
        })
        .collect()
}

pub(super) fn inner_product(a: &[f64], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * f64::from(*b)).sum()
}
