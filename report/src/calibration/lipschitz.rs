//! The smooth calibration error: the most that a Lipschitz function of the confidence can find in the residuals.
//!
//! Source: Błasiok et al. 2022, <https://arxiv.org/abs/2211.16886>: it lies between half and twice the lower
//! distance from calibration.

use std::collections::VecDeque;

use super::confidences::Confidences;

/// The largest mean of `residual * weight(confidence)` over weights in `[-1, 1]` that change no faster than the confidence; in `[0, 1]`.
///
/// Exact for any number of examples, in time close to linear in practice. The best sum up to a confidence, as a function of the weight there,
/// is concave and made of straight pieces; the next confidence moves them apart and tilts them, which takes constant time for each piece that comes to
/// lie on the other side of the peak.
pub fn smooth_calibration_error(confidences: &Confidences) -> f64 {
    let mut value = ConcaveValue::default();
    let mut last = 0.0;
    for atom in confidences.atoms() {
        value.widen(atom.confidence - last);
        value.tilt(atom.residual());
        last = atom.confidence;
    }
    value.peak / confidences.len() as f64
}

/// A concave function on `[-1, 1]` of straight pieces: its peak, and where its slope drops on either side of it.
#[derive(Default)]
struct ConcaveValue {
    peak: f64,
    left: Side,
    right: Side,
}

impl ConcaveValue {
    /// Lets the argument move by up to `step`: everything left of the peak moves left, everything right of it right.
    fn widen(&mut self, step: f64) {
        self.left.widen(step);
        self.right.widen(step);
    }

    /// Adds `slope * argument`: the peak moves until the slopes it passes have dropped by as much.
    fn tilt(&mut self, slope: f64) {
        let (from, to) = if slope > 0.0 { (&mut self.right, &mut self.left) } else { (&mut self.left, &mut self.right) };
        let mut left_over = slope.abs();
        while left_over > 0.0 {
            let passed = from.take(left_over);
            self.peak += passed.drop * passed.position;
            left_over -= passed.drop;
            to.drops.push_back(Drop { position: -passed.position - to.moved, ..passed });
        }
    }
}

/// The drops on one side, the nearest to the peak last. Positions are counted outwards, so that both sides look alike: that of
/// a drop is its own plus what the side has moved, and at most 1, where the function ends and drops without bound.
#[derive(Default)]
struct Side {
    moved: f64,
    drops: VecDeque<Drop>,
}

#[derive(Clone, Copy)]
struct Drop {
    position: f64,
    drop: f64,
}

impl Side {
    fn widen(&mut self, step: f64) {
        self.moved += step;
        while self.drops.front().is_some_and(|drop| drop.position + self.moved >= 1.0) {
            self.drops.pop_front();
        }
    }

    /// Removes the nearest drop, or `at_most` of it, at its true position.
    fn take(&mut self, at_most: f64) -> Drop {
        let Some(nearest) = self.drops.back_mut() else {
            return Drop { position: 1.0, drop: at_most };
        };
        let position = nearest.position + self.moved;
        if nearest.drop > at_most {
            nearest.drop -= at_most;
            return Drop { position, drop: at_most };
        }
        let drop = nearest.drop;
        self.drops.pop_back();
        Drop { position, drop }
    }
}
