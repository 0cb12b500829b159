//! The proper-loss gap: what the best slow change of the confidences would gain in squared loss, and that change itself.
//!
//! Source: Błasiok et al. 2023, <https://arxiv.org/abs/2305.18764>. With the smooth calibration error e, the gap lies between `e^2` and `2 e`.

use serde::Serialize;

use super::confidences::{Atom, Confidences};

/// The best recalibration of one set of examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recalibration {
    /// The mean squared loss that it saves on these examples; at least 0.
    pub gap: f64,
    /// The distinct confidences, ascending, each with its new value.
    pub map: Vec<(f64, f64)>,
}

impl Recalibration {
    /// The new value of any confidence: a straight line between two fitted ones, and the change of the last one beyond it, within `[0, 1]`.
    pub fn apply(&self, confidence: f64) -> f64 {
        let after = self.map.partition_point(|&(from, _)| from < confidence);
        match (after.checked_sub(1).map(|before| self.map[before]), self.map.get(after).copied()) {
            (Some((low, low_new)), Some((high, high_new))) => low_new + (high_new - low_new) * (confidence - low) / (high - low),
            (Some((end, new)), None) | (None, Some((end, new))) => (new + confidence - end).clamp(0.0, 1.0),
            (None, None) => confidence,
        }
    }
}

/// The map `k(v) = v + change(v)` that makes the squared loss least, where the change moves no faster than the confidence and `k` stays in `[0, 1]`.
///
/// So `k` never falls and rises at most twice as fast as the confidence. Exact: a dynamic programme over the distinct confidences, whose
/// derivative is a polyline that each step cuts at its zero and moves apart there.
pub fn recalibrate(confidences: &Confidences) -> Recalibration {
    let atoms = confidences.atoms();
    let mut derivative = Derivative::new();
    let mut last = 0.0;
    let mut minima = Vec::with_capacity(atoms.len());
    for atom in &atoms {
        derivative.widen(2.0 * (atom.confidence - last));
        derivative.add_line(atom.examples, -atom.right);
        minima.push(derivative.zero());
        last = atom.confidence;
    }

    let mut map = Vec::with_capacity(atoms.len());
    let mut high = 1.0_f64;
    let mut low = 0.0_f64;
    for (place, atom) in atoms.iter().enumerate().rev() {
        let new = minima[place].clamp(low, high);
        map.push((atom.confidence, new));
        let step = place.checked_sub(1).map_or(0.0, |before| 2.0 * (atom.confidence - atoms[before].confidence));
        (low, high) = ((new - step).max(0.0), new);
    }
    map.reverse();
    let saved = |(atom, (old, new)): (&Atom, &(f64, f64))| (old - new) * ((old + new) * atom.examples - 2.0 * atom.right);
    let gap = atoms.iter().zip(&map).map(saved).sum::<f64>() / confidences.len() as f64;
    Recalibration { gap: gap.max(0.0), map }
}

/// Half the derivative of the least loss so far, as a function of the last confidence's new value: a rising polyline over `[0, 1]`, cut where it is 0.
struct Derivative {
    below: Side,
    above: Side,
}

/// The corners on one side of the zero, the nearest last. Their true places come from what has been done to the side since.
#[derive(Default)]
struct Side {
    /// What is added to each corner's position.
    moved: f64,
    /// The line `slope * position + offset`, in the stored position, is added to each corner's height.
    slope: f64,
    offset: f64,
    corners: Vec<(f64, f64)>,
}

impl Side {
    fn nearest(&self) -> Option<(f64, f64)> {
        self.corners.last().map(|&(position, height)| (position + self.moved, height + self.slope * position + self.offset))
    }

    fn push(&mut self, (position, height): (f64, f64)) {
        let stored = position - self.moved;
        self.corners.push((stored, height - self.slope * stored - self.offset));
    }

    fn add_line(&mut self, slope: f64, offset: f64) {
        self.slope += slope;
        self.offset += slope * self.moved + offset;
    }
}

impl Derivative {
    /// No loss yet: 0 everywhere.
    fn new() -> Self {
        let (mut below, mut above) = (Side::default(), Side::default());
        below.push((0.0, 0.0));
        above.push((1.0, 0.0));
        Self { below, above }
    }

    /// Lets the value rise by up to `step`: what lies above the zero moves right, and between is a flat piece.
    fn widen(&mut self, step: f64) {
        // Beyond 1 the polyline says nothing: there is nothing to cut.
        if let Some((position, _)) = self.above.nearest() {
            let zero = self.zero().min(position);
            self.below.push((zero, 0.0));
            self.above.push((zero, 0.0));
            self.above.moved += step;
        }
    }

    /// Adds `slope * value + offset` and finds the zero again.
    fn add_line(&mut self, slope: f64, offset: f64) {
        self.below.add_line(slope, offset);
        self.above.add_line(slope, offset);
        while let Some(corner) = self.below.nearest().filter(|corner| corner.1 > 0.0) {
            self.below.corners.pop();
            self.above.push(corner);
        }
        while let Some(corner) = self.above.nearest().filter(|corner| corner.1 < 0.0) {
            self.above.corners.pop();
            self.below.push(corner);
        }
    }

    /// Where the polyline is 0: 0 where all of it is above, 1 where all of it is below.
    fn zero(&self) -> f64 {
        match (self.below.nearest(), self.above.nearest()) {
            (None, _) => 0.0,
            (_, None) => 1.0,
            (Some((left, depth)), Some((right, height))) if height > depth => left - (right - left) * depth / (height - depth),
            (Some((left, _)), Some(_)) => left,
        }
    }
}
