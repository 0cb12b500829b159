//! Interval calibration errors: bins that pay for their own width.
//!
//! Source: Błasiok et al. 2022, <https://arxiv.org/abs/2211.16886>.

use super::confidences::{Atom, Confidences};

/// Most distinct confidences for which [`interval_ce`] looks at every partition.
pub const MAX_DISTINCT: usize = 5_000;
/// The narrowest intervals of [`surrogate_interval_ce`] are 2 to the minus this.
const HALVINGS: i32 = 10;

/// The interval calibration error: over the best partition of `[0, 1]` into intervals, the sum of each one's absolute mean residual and of its
/// width times its share of examples.
///
/// The width of an interval is that of the confidences in it. Exact, in quadratic time; `None` beyond [`MAX_DISTINCT`] distinct confidences.
pub fn interval_ce(confidences: &Confidences) -> Option<f64> {
    let atoms = confidences.atoms();
    if atoms.len() > MAX_DISTINCT {
        return None;
    }
    // The best cost of the first so many atoms; the last interval may begin at any of them.
    let mut best = vec![0.0];
    for end in 1..=atoms.len() {
        let (mut residual, mut examples, mut cheapest) = (0.0_f64, 0.0, f64::INFINITY);
        for start in (0..end).rev() {
            residual += atoms[start].residual();
            examples += atoms[start].examples;
            let width = atoms[end - 1].confidence - atoms[start].confidence;
            cheapest = f64::min(cheapest, best[start] + residual.abs() + width * examples);
        }
        best.push(cheapest);
    }
    best.last().map(|cost| cost / confidences.len() as f64)
}

/// The surrogate interval calibration error: the least over widths 1, 1/2, .. 1/1024 of the width and of the binned error with intervals of that width,
/// averaged over all places where they may begin.
///
/// The average is exact: between two confidences nothing changes.
pub fn surrogate_interval_ce(confidences: &Confidences) -> f64 {
    let atoms = confidences.atoms();
    let of_width = |halvings| {
        let intervals = 2.0_f64.powi(halvings);
        mean_over_shifts(&atoms, intervals) / confidences.len() as f64 + 1.0 / intervals
    };
    (0..=HALVINGS).map(of_width).fold(f64::INFINITY, f64::min)
}

/// The mean, over shifts of intervals of width `1 / intervals`, of the sum of the absolute residual in each.
fn mean_over_shifts(atoms: &[Atom], intervals: f64) -> f64 {
    // The interval 0 is the part before the first shifted edge.
    let mut residuals = vec![0.0_f64; intervals as usize + 2];
    let mut leaving: Vec<(f64, usize, f64)> = Vec::with_capacity(atoms.len());
    for atom in atoms {
        let scaled = atom.confidence * intervals;
        let interval = scaled.floor() as usize + 1;
        residuals[interval] += atom.residual();
        leaving.push((scaled.fract(), interval, atom.residual()));
    }
    // As the shift grows, each atom falls into the interval before, once.
    leaving.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut total: f64 = residuals.iter().map(|residual| residual.abs()).sum();
    let (mut mean, mut last) = (0.0, 0.0);
    for (shift, interval, residual) in leaving {
        mean += total * (shift - last);
        last = shift;
        total -= residuals[interval].abs() + residuals[interval - 1].abs();
        residuals[interval] -= residual;
        residuals[interval - 1] += residual;
        total += residuals[interval].abs() + residuals[interval - 1].abs();
    }
    mean + total * (1.0 - last)
}
