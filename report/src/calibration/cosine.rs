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
/// Binary logarithm of the fewest cells on which a smoothed function is tabulated.
const LOG_CELLS_MIN: u32 = 7;
/// Where a factor is this small a power of e, it is nothing beside the first coefficient.
const NEGLIGIBLE: f64 = -40.0;

/// Transforms of 128, 256, .. [`CELLS`] values. Planning takes longer than a transform does.
static TRANSFORMS: LazyLock<Vec<Arc<dyn TransformType2And3<f64>>>> = LazyLock::new(|| {
    let mut planner = DctPlanner::new();
    (LOG_CELLS_MIN..=CELLS.ilog2()).map(|log_cells| planner.plan_dct2(1 << log_cells)).collect()
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
        let mut grid = vec![0.0; CELLS];
        for (position, mass) in masses {
            let place = position * CELLS as f64 - 0.5;
            let share = place - place.floor();
            // Beyond an end lies the mirror image of the last cell.
            let left = (place.floor().max(0.0) as usize).min(CELLS - 1);
            let right = ((place.floor() + 1.0) as usize).min(CELLS - 1);
            grid[left] += mass * (1.0 - share);
            grid[right] += mass * share;
        }
        transform(CELLS).process_dct2(&mut grid);
        // Splitting a mass over two cells has smoothed it a little, which is undone.
        for (frequency, coefficient) in grid.iter_mut().enumerate().skip(1) {
            let angle = PI * frequency as f64 / (2 * CELLS) as f64;
            *coefficient *= (angle / angle.sin()).powi(2);
        }
        Self { coefficients: grid }
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
        // With 16 cells a width, what the trapezoids miss is far below 1e-6.
        let values = self.smoothed(width, (16.0 / width).min(CELLS as f64) as usize);
        let ends = (values[0].abs() + values[values.len() - 1].abs()) / 2.0;
        let between: f64 = values.windows(2).map(|pair| trapezoid(pair[0], pair[1])).sum();
        (ends + between) / values.len() as f64
    }
}

/// The integral of `|f|` over a unit step on which `f` goes from `from` to `to`, less what other steps make up for.
///
/// Trapezoids of a smooth function that is level at both ends have next to no error, but those of `|f|` have one wherever `f` crosses 0: the
/// crossing itself is counted as a straight line, and by Euler and Maclaurin's formula the trapezoids on either side lack a twelfth of the slope.
fn trapezoid(from: f64, to: f64) -> f64 {
    let difference = (from - to).abs();
    if from * to < 0.0 { (from * from + to * to) / (2.0 * difference) + difference / 6.0 } else { (from.abs() + to.abs()) / 2.0 }
}
