//! Variance components of crossed tables: how much of the spread belongs to the rows, how much to the columns, how much to neither.

use serde::Serialize;

/// Components of variance of a table's values, in the square of their unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Components {
    /// Between rows.
    pub rows: f64,
    /// Between columns.
    pub columns: f64,
    /// What neither explains: their interaction and the noise of the measurement, which one value a place cannot tell apart.
    pub rest: f64,
}

impl Components {
    /// The three as shares of their sum; `None` where all values are alike.
    pub fn shares(self) -> Option<Self> {
        let sum = self.rows + self.columns + self.rest;
        (sum > 0.0).then(|| Self { rows: self.rows / sum, columns: self.columns / sum, rest: self.rest / sum })
    }
}

/// Sums of squares of tables and their degrees of freedom.
#[derive(Debug, Clone, Copy, Default)]
struct Squares {
    rows: f64,
    columns: f64,
    rest: f64,
    free_rows: f64,
    free_columns: f64,
    free_rest: f64,
    /// Degrees of freedom of the rows, each times the columns of its table: what a row's variance counts for in `rows`.
    weight_rows: f64,
    weight_columns: f64,
}

/// Components of variance of two crossed random effects, from tables with one value a place.
///
/// By analysis of variance: mean squares are set equal to what they are expected to be, and negative estimates are 0. Several
/// tables, each with its own mean, pool their sums of squares and degrees of freedom. `None` without a table, or where one is not
/// at least 2 × 2, not rectangular or not finite.
/// Source: Searle et al. 1992, Variance Components, <https://doi.org/10.1002/9780470316856>.
pub fn crossed_components(tables: &[Vec<Vec<f64>>]) -> Option<Components> {
    let mut pooled = Squares::default();
    for table in tables {
        pooled.add(table)?;
    }
    if pooled.free_rest == 0.0 {
        return None;
    }
    let rest = pooled.rest / pooled.free_rest;
    let component = |squares: f64, free: f64, weight: f64| ((squares - free * rest) / weight).max(0.0);
    Some(Components {
        rows: component(pooled.rows, pooled.free_rows, pooled.weight_rows),
        columns: component(pooled.columns, pooled.free_columns, pooled.weight_columns),
        rest,
    })
}

impl Squares {
    fn add(&mut self, table: &[Vec<f64>]) -> Option<()> {
        let (rows, columns) = (table.len(), table.first()?.len());
        let sound = table.iter().all(|row| row.len() == columns && row.iter().all(|value| value.is_finite()));
        if rows < 2 || columns < 2 || !sound {
            return None;
        }
        let (height, width) = (rows as f64, columns as f64);
        let of_rows: Vec<f64> = table.iter().map(|row| row.iter().sum::<f64>() / width).collect();
        let of_columns: Vec<f64> = (0..columns).map(|column| table.iter().map(|row| row[column]).sum::<f64>() / height).collect();
        let mean = of_rows.iter().sum::<f64>() / height;
        // What rounding leaves of a table of equal values is no variance.
        let nothing = 1e-12 * table.iter().flatten().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let squared = |distance: f64| if distance.abs() <= nothing { 0.0 } else { distance * distance };
        let spread = |means: &[f64]| means.iter().map(|value| squared(value - mean)).sum::<f64>();
        let left = |row: usize, column: usize| squared(table[row][column] - of_rows[row] - of_columns[column] + mean);
        self.rows += width * spread(&of_rows);
        self.columns += height * spread(&of_columns);
        self.rest += (0..rows).flat_map(|row| (0..columns).map(move |column| left(row, column))).sum::<f64>();
        self.free_rows += height - 1.0;
        self.free_columns += width - 1.0;
        self.free_rest += (height - 1.0) * (width - 1.0);
        self.weight_rows += (height - 1.0) * width;
        self.weight_columns += (width - 1.0) * height;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, RngExt};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    /// Uniform with this standard deviation.
    fn noise(deviation: f64, rng: &mut impl Rng) -> f64 {
        12.0_f64.sqrt() * deviation * (rng.random::<f64>() - 0.5)
    }

    /// A table with known components about a mean of its own.
    fn table(rows: usize, columns: usize, deviations: (f64, f64, f64), rng: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
        let mean = 10.0 * rng.random::<f64>();
        let by_column: Vec<f64> = (0..columns).map(|_| noise(deviations.1, rng)).collect();
        let row = |rng: &mut ChaCha8Rng| {
            let of_row = mean + noise(deviations.0, rng);
            by_column.iter().map(|of_column| of_row + of_column + noise(deviations.2, rng)).collect()
        };
        (0..rows).map(|_| row(rng)).collect()
    }

    #[test]
    fn simulated_components_are_found_again() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut tables = Vec::new();
        for _ in 0..1500 {
            tables.push(table(3, 3, (1.0, 0.5, 0.25), &mut rng));
            tables.push(table(4, 2, (1.0, 0.5, 0.25), &mut rng));
        }
        let found = crossed_components(&tables).unwrap();
        assert!((found.rows - 1.0).abs() < 0.05, "{found:?}");
        assert!((found.columns - 0.25).abs() < 0.025, "{found:?}");
        assert!((found.rest - 0.0625).abs() < 0.005, "{found:?}");
    }

    #[test]
    fn what_only_rows_change_belongs_to_rows() {
        let found = crossed_components(&[vec![vec![1.0; 3], vec![2.0; 3], vec![4.0; 3]]]).unwrap();
        assert_eq!(found.shares(), Some(Components { rows: 1.0, columns: 0.0, rest: 0.0 }));
    }

    #[test]
    fn values_that_are_all_alike_have_no_shares() {
        let found = crossed_components(&[vec![vec![0.1; 3]; 3]]).unwrap();
        assert_eq!((found.rest, found.shares()), (0.0, None));
    }

    #[test]
    fn a_table_that_is_not_crossed_says_nothing() {
        for table in [vec![], vec![vec![1.0, 2.0]], vec![vec![1.0], vec![2.0]], vec![vec![1.0, 2.0], vec![1.0]]] {
            assert_eq!(crossed_components(&[table]), None);
        }
        assert_eq!(crossed_components(&[vec![vec![1.0, 2.0], vec![f64::INFINITY, 1.0]]]), None);
        assert_eq!(crossed_components(&[]), None);
    }

    proptest! {
        #[test]
        fn turning_the_table_swaps_rows_and_columns(values in proptest::collection::vec(-5.0f64..5.0, 12)) {
            let table: Vec<Vec<f64>> = values.chunks(4).map(<[f64]>::to_vec).collect();
            let turned: Vec<Vec<f64>> = (0..4).map(|column| table.iter().map(|row| row[column]).collect()).collect();
            let (one, other) = (crossed_components(&[table]).unwrap(), crossed_components(&[turned]).unwrap());
            prop_assert!((one.rows - other.columns).abs() < 1e-9 && (one.columns - other.rows).abs() < 1e-9);
            prop_assert!((one.rest - other.rest).abs() < 1e-9);
        }

        #[test]
        fn a_table_twice_has_the_same_components(values in proptest::collection::vec(-5.0f64..5.0, 6)) {
            let table: Vec<Vec<f64>> = values.chunks(3).map(<[f64]>::to_vec).collect();
            let (one, two) = (crossed_components(std::slice::from_ref(&table)).unwrap(), crossed_components(&[table.clone(), table]).unwrap());
            prop_assert!((one.rows - two.rows).abs() < 1e-9 && (one.columns - two.columns).abs() < 1e-9);
        }
    }
}
