//! Masses on `[0, 1]` as a cosine series, in which smoothing by a Gaussian reflected at both ends is one factor a coefficient.
//!
//! The reflected Gaussian of width s is the heat kernel that loses nothing at the ends: `1 + 2 sum exp(-(pi k s)^2 / 2) cos(pi k t) cos(pi k f)`.
//! So masses are put on a grid once, whatever their number, and each width costs one cosine transform.

use std::f64::consts::PI;
use std::sync::{Arc, LazyLock};

use rustdct::{DctPlanner, TransformType2And3};

/// Cells of the grid on which masses are put; the kernel of the smallest width has no frequency beyond it.
pub(super) const CELLS: usize = 4096;
/// The smallest width of smoothing.
pub(super) const WIDTH_MIN: f64 = 1e-3;
/// Cells beyond each end that a mass at the end touches.
const MARGIN: usize = 2;
/// Binary logarithm of the fewest cells on which a smoothed function is tabulated.
const LOG_CELLS_MIN: u32 = 7;
/// Where a factor is this small a power of e, it is nothing beside the first coefficient.
const NEGLIGIBLE: f64 = -40.0;

/// Transforms of 128, 256, .. [`CELLS`] values. Planning takes longer than a transform does.
static TRANSFORMS: LazyLock<Vec<Arc<dyn TransformType2And3<f64>>>> = LazyLock::new(|| {
    let mut planner = DctPlanner::new();
    (LOG_CELLS_MIN..=CELLS.ilog2()).map(|log_cells| planner.plan_dct2(1 << log_cells)).collect()
});

/// What is left of each frequency when a mass is spread over four cells; it is undone.
static SPREAD: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let angle = |frequency: usize| PI * frequency as f64 / (2 * CELLS) as f64;
    let left = |frequency: usize| (angle(frequency).sin() / angle(frequency)).powi(4);
    std::iter::once(1.0).chain((1..CELLS).map(left)).collect()
});

/// The transform that has at least this many values, as far as there is one.
fn transform(cells: usize) -> &'static dyn TransformType2And3<f64> {
    let log_cells = cells.next_power_of_two().ilog2().clamp(LOG_CELLS_MIN, CELLS.ilog2());
    &*TRANSFORMS[(log_cells - LOG_CELLS_MIN) as usize]
}

/// Point masses on `[0, 1]`, known by the integrals of their cosines.
pub(super) struct CosineSeries {
    coefficients: Vec<f64>,
}

impl CosineSeries {
    /// The series of masses given as (position in `[0, 1]`, mass), in any order.
    pub(super) fn new(masses: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut grid = vec![0.0; CELLS + 2 * MARGIN];
        for (position, mass) in masses {
            let place = position * CELLS as f64 - 0.5 + MARGIN as f64;
            let first = place as usize - 1;
            for (cell, weight) in grid[first..first + 4].iter_mut().zip(cubic_spline(place.fract())) {
                *cell += mass * weight;
            }
        }
        // Beyond an end lies its mirror image.
        for beyond in 0..MARGIN {
            grid[2 * MARGIN - 1 - beyond] += grid[beyond];
            grid[CELLS + beyond] += grid[CELLS + 2 * MARGIN - 1 - beyond];
        }
        let mut coefficients = grid[MARGIN..MARGIN + CELLS].to_vec();
        transform(CELLS).process_dct2(&mut coefficients);
        for (coefficient, spread) in coefficients.iter_mut().zip(&*SPREAD) {
            *coefficient /= spread;
        }
        Self { coefficients }
    }

    /// The smoothed density at the midpoints of equal cells, at least `cells` of them and at most [`CELLS`].
    pub(super) fn smoothed(&self, width: f64, cells: usize) -> Vec<f64> {
        let transform = transform(cells);
        let mut values = vec![0.0; transform.len()];
        values[0] = 2.0 * self.coefficients[0];
        for (frequency, (value, coefficient)) in values.iter_mut().zip(&self.coefficients).enumerate().skip(1) {
            let exponent = -(PI * frequency as f64 * width).powi(2) / 2.0;
            if exponent < NEGLIGIBLE {
                break;
            }
            *value = 2.0 * coefficient * exponent.exp();
        }
        transform.process_dct3(&mut values);
        values
    }

    /// The integral of the absolute value of the smoothed density.
    pub(super) fn total_variation(&self, width: f64) -> f64 {
        // With 32 cells a width, what the trapezoids miss is far below 1e-6.
        let values = self.smoothed(width, (32.0 / width).min(CELLS as f64) as usize);
        let ends = f64::midpoint(values[0].abs(), values[values.len() - 1].abs());
        let between: f64 = values.windows(2).map(|pair| trapezoid(pair[0], pair[1])).sum();
        (ends + between) / values.len() as f64
    }
}

/// The shares that a mass gives to the cell before its own, to its own and to two after, this far along the step from its own to the next.
///
/// With them the frequencies that the grid cannot tell apart are damped by a fourth power, so that they matter at no width allowed.
fn cubic_spline(along: f64) -> [f64; 4] {
    let left = 1.0 - along;
    [left.powi(3) / 6.0, 2.0 / 3.0 - along * along * (1.0 + left) / 2.0, 2.0 / 3.0 - left * left * (1.0 + along) / 2.0, along.powi(3) / 6.0]
}

/// The integral of `|f|` over a unit step on which `f` goes from `from` to `to`, less what other steps make up for.
///
/// Trapezoids of a smooth function that is level at both ends have next to no error, but those of `|f|` have one wherever `f` crosses 0: the
/// crossing itself is counted as a straight line, and by Euler and Maclaurin's formula the trapezoids on either side lack a twelfth of the slope.
fn trapezoid(from: f64, to: f64) -> f64 {
    let difference = (from - to).abs();
    if from * to < 0.0 { (from * from + to * to) / (2.0 * difference) + difference / 6.0 } else { f64::midpoint(from.abs(), to.abs()) }
}
