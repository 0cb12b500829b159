//! The smooth reliability diagram: accuracy as a function of confidence, without bins.
//!
//! Source: Błasiok and Nakkiran 2023, <https://arxiv.org/abs/2309.12236>.

use rand::{Rng, RngExt};
use serde::Serialize;

use super::confidences::Confidences;
use super::cosine::{CELLS, CosineSeries, WIDTH_MIN};
use crate::statistics::binomial::{CONFIDENCE, Interval};
use crate::statistics::quantile;

/// Where the density of examples is below this, nobody was near enough to say anything.
const DENSITY_MIN: f64 = 1e-6;

/// One point of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityPoint {
    /// The confidence, in `[0, 1]`.
    pub confidence: f64,
    /// Share of right examples near that confidence; `None` where there are none near.
    pub accuracy: Option<f64>,
    /// Density of examples there, which integrates to 1: draw it as the line's width.
    pub density: f64,
}

/// The diagram at `points` equal steps from confidence 0 to 1, smoothed by a reflected Gaussian of this width, at least 0.001.
///
/// The width of [`smooth_ece`](super::smooth_ece) is the one to take: at it the diagram's distance from the diagonal, weighted by the density, is the error.
pub fn reliability(confidences: &Confidences, width: f64, points: usize) -> Vec<ReliabilityPoint> {
    smoothed(confidences.iter(), width, points)
}

/// The 95 % bootstrap interval of the accuracy at each point of [`reliability`]; `None` where fewer than half of the resamples had an example near.
///
/// Each of the `resamples` draws as many examples again, with replacement.
pub fn reliability_band(
    confidences: &Confidences,
    width: f64,
    points: usize,
    resamples: usize,
    rng: &mut (impl Rng + ?Sized),
) -> Vec<Option<Interval>> {
    let examples: Vec<(f64, bool)> = confidences.iter().collect();
    let mut accuracies = vec![Vec::with_capacity(resamples); points];
    for _ in 0..resamples {
        let drawn = (0..examples.len()).map(|_| examples[rng.random_range(0..examples.len())]);
        let drawn: Vec<(f64, bool)> = drawn.collect();
        for (accuracies, point) in accuracies.iter_mut().zip(smoothed(drawn.iter().copied(), width, points)) {
            accuracies.extend(point.accuracy);
        }
    }
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let interval = |accuracies: Vec<f64>| {
        let (low, high) = quantile(&accuracies, tail).zip(quantile(&accuracies, 1.0 - tail))?;
        (2 * accuracies.len() >= resamples).then_some(Interval { low, high })
    };
    accuracies.into_iter().map(interval).collect()
}

fn smoothed(examples: impl ExactSizeIterator<Item = (f64, bool)> + Clone, width: f64, points: usize) -> Vec<ReliabilityPoint> {
    let share = 1.0 / examples.len() as f64;
    let width = width.max(WIDTH_MIN);
    let all = CosineSeries::new(examples.clone().map(|(confidence, _)| (confidence, share))).smoothed(width, CELLS);
    let right = CosineSeries::new(examples.filter(|example| example.1).map(|(confidence, _)| (confidence, share))).smoothed(width, CELLS);
    let point = |place: usize| {
        let confidence = place as f64 / points.saturating_sub(1).max(1) as f64;
        let density = between_midpoints(&all, confidence).max(0.0);
        let accuracy = (density >= DENSITY_MIN).then(|| (between_midpoints(&right, confidence) / density).clamp(0.0, 1.0));
        ReliabilityPoint { confidence, accuracy, density }
    };
    (0..points).map(point).collect()
}

/// The value at a position in `[0, 1]` of a function known at the midpoints of equal cells: straight between them, level at the ends.
fn between_midpoints(values: &[f64], position: f64) -> f64 {
    let place = (position * values.len() as f64 - 0.5).clamp(0.0, (values.len() - 1) as f64);
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
