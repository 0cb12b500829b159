//! The expected calibration error with bins of equal width: the number that most papers print, for comparison with them.

use std::num::NonZeroUsize;

use super::confidences::Confidences;

/// The sum over equal bins of `[0, 1]` of the absolute mean residual in each.
///
/// It depends on the number of bins and jumps where a confidence crosses an edge. A confidence of 1 belongs to the last bin.
pub fn binned_ece(confidences: &Confidences, bins: NonZeroUsize) -> f64 {
    let bins = bins.get();
    let mut residuals = vec![0.0_f64; bins];
    for (confidence, residual) in confidences.residuals() {
        residuals[((confidence * bins as f64) as usize).min(bins - 1)] += residual;
    }
    residuals.iter().map(|residual| residual.abs()).sum::<f64>() / confidences.len() as f64
}
