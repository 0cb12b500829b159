//! Matrix products over packed panels.
//!
//! The right operand is cut into panels of one or two vectors of columns. A tile of the result, a few rows by one panel, is kept in
//! registers while the depth runs: each number of the left operand is spread over a vector and multiplied with the panel's vectors.
//! Source: Goto and van de Geijn 2008, <https://doi.org/10.1145/1356052.1356053>; the depths here are small enough that they need not be cut.

#![expect(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    reason = "loops over a tile by index are unrolled, and the tile stays in registers; calls and iterators take its address"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::instructions::Instructions;
use super::vector::multiply_add;

/// Rows of a tile where there are 32 vector registers: 16 accumulators, two vectors of the panel, the rest to run ahead.
const ROWS_32: usize = 8;
/// Rows of a tile where there are 16 vector registers.
const ROWS_16: usize = 6;

/// Numbers of neighbouring panels that stay in a core's second cache while the rows of the left operand go by: those are read once for
/// all of the panels, and the result is gone through along its rows, which the machine foresees.
const BLOCK: usize = 1 << 16;

/// Rows of a matrix that are packed at a time.
const PACKED_ROWS: usize = 16;

/// Rows of a tile.
const fn tile_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { ROWS_32 } else { ROWS_16 }
}

/// An operation that goes in tiles of `M` rows by `N` vectors.
pub(super) trait InTiles {
    /// Runs it.
    fn in_tiles<S: Simd, const M: usize, const N: usize>(self, simd: S);
}

/// Runs an operation in tiles that fit the registers, one vector wide or two.
#[inline(always)]
pub(super) fn run_in_tiles<S: Simd>(simd: S, operation: impl InTiles, vectors: usize) {
    match (tile_rows::<S>(), vectors) {
        (ROWS_32, 1) => operation.in_tiles::<S, ROWS_32, 1>(simd),
        (ROWS_32, _) => operation.in_tiles::<S, ROWS_32, 2>(simd),
        (_, 1) => operation.in_tiles::<S, ROWS_16, 1>(simd),
        _ => operation.in_tiles::<S, ROWS_16, 2>(simd),
    }
}

/// A matrix cut into panels of equally many columns, row after row within a panel; columns that the last panel lacks are zero.
#[derive(Debug, Default, Clone)]
pub(super) struct Panels {
    numbers: Vec<f32>,
    depth: usize,
    columns: usize,
    width: usize,
}

/// Rows that lie in one slice, `stride` numbers apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(numbers: &'a [f32], stride: usize) -> Self {
        Self { numbers, stride }
    }

    /// The first `len` numbers of a row.
    #[inline(always)]
    fn row(self, idx: usize, len: usize) -> &'a [f32] {
        &self.numbers[idx * self.stride..][..len]
    }
}

impl Panels {
    /// Packs a matrix of `depth` rows as the right operand of a product.
    pub(super) fn pack(&mut self, instructions: Instructions, matrix: Rows, depth: usize, columns: usize) {
        instructions.run(Pack { panels: self, matrix, depth, columns, kind: Kind::Right });
    }

    /// Packs a matrix of `depth` rows as the left operand of a transposed product.
    pub(super) fn pack_left(&mut self, instructions: Instructions, matrix: Rows, depth: usize, columns: usize) {
        instructions.run(Pack { panels: self, matrix, depth, columns, kind: Kind::Left });
    }

    /// Packs the transpose of a matrix of `columns` rows, each of `depth` numbers, as the right operand of a product.
    pub(super) fn pack_transposed(&mut self, instructions: Instructions, matrix: Rows, depth: usize, columns: usize) {
        instructions.run(Pack { panels: self, matrix, depth, columns, kind: Kind::RightTransposed });
    }

    fn shape(&mut self, depth: usize, columns: usize, width: usize) {
        (self.depth, self.columns, self.width) = (depth, columns, width);
        self.numbers.resize(columns.div_ceil(width) * width * depth, 0.0);
    }

    /// Panel number `idx`, `rows` of its rows from `start` on.
    #[inline(always)]
    pub(super) fn panel(&self, idx: usize, start: usize, rows: usize) -> &[f32] {
        &self.numbers[idx * self.depth * self.width..][start * self.width..][..rows * self.width]
    }

    /// Panel number `idx`.
    #[inline(always)]
    pub(super) fn whole_panel(&self, idx: usize) -> &[f32] {
        self.panel(idx, 0, self.depth)
    }

    /// Columns of a panel.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Number of panels.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.columns.div_ceil(self.width)
    }

    /// Neighbouring panels that are gone through together.
    #[inline(always)]
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let (count, step) = (self.count(), (BLOCK / (self.depth * self.width).max(1)).max(1));
        (0..count).step_by(step).map(move |first| first..(first + step).min(count))
    }

    /// Adds the sum of each column to `sums`.
    pub(super) fn add_column_sums(&self, instructions: Instructions, sums: &mut [f32]) {
        instructions.run(ColumnSums { panels: self, sums });
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Right,
    RightTransposed,
    Left,
}

struct Pack<'a> {
    panels: &'a mut Panels,
    matrix: Rows<'a>,
    depth: usize,
    columns: usize,
    kind: Kind,
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        pack(simd, self.panels, self.matrix, self.depth, self.columns, self.kind);
    }
}

/// [`Panels::pack`] and its siblings, for operations that pack on their way.
#[inline(always)]
pub(super) fn pack<S: Simd>(_simd: S, panels: &mut Panels, matrix: Rows, depth: usize, columns: usize, kind: Kind) {
    let width = match kind {
        Kind::Left => tile_rows::<S>(),
        // Half a panel would be wasted on so few columns.
        _ if columns <= S::F32_LANES => S::F32_LANES,
        _ => 2 * S::F32_LANES,
    };
    panels.shape(depth, columns, width);
    if depth == 0 {
        return;
    }
    match kind {
        Kind::RightTransposed => {
            for (panel, start) in panels.numbers.chunks_exact_mut(depth * width).zip((0..columns).step_by(width)) {
                let taken = width.min(columns - start);
                if taken < width {
                    panel.fill(0.0);
                }
                for c in 0..taken {
                    let row = matrix.row(start + c, depth);
                    for (packed, number) in panel.chunks_exact_mut(width).zip(row) {
                        packed[c] = *number;
                    }
                }
            }
        }
        Kind::Left | Kind::Right => {
            // A few rows at a time, so that each is read from end to end while it is in the cache.
            for first in (0..depth).step_by(PACKED_ROWS) {
                let rows = PACKED_ROWS.min(depth - first);
                for (panel, start) in panels.numbers.chunks_exact_mut(depth * width).zip((0..columns).step_by(width)) {
                    let panel = &mut panel[first * width..][..rows * width];
                    let taken = width.min(columns - start);
                    match width {
                        // Widths that the compiler knows, for what is done most.
                        8 if taken == 8 => copy_columns::<8>(panel, matrix, first, start),
                        16 if taken == 16 => copy_columns::<16>(panel, matrix, first, start),
                        32 if taken == 32 => copy_columns::<32>(panel, matrix, first, start),
                        _ => {
                            for (k, packed) in panel.chunks_exact_mut(width).enumerate() {
                                packed[..taken].copy_from_slice(&matrix.row(first + k, start + taken)[start..]);
                                packed[taken..].fill(0.0);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn copy_columns<const WIDTH: usize>(panel: &mut [f32], matrix: Rows, first: usize, start: usize) {
    for (k, packed) in panel.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
        packed.copy_from_slice(&matrix.row(first + k, start + WIDTH)[start..]);
    }
}

struct ColumnSums<'a> {
    panels: &'a Panels,
    sums: &'a mut [f32],
}

impl WithSimd for ColumnSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { panels, sums } = self;
        for (panel, sums) in panels.numbers.chunks_exact(panels.depth * panels.width).zip(sums.chunks_mut(panels.width)) {
            for (lanes, sums) in (0..panels.width).step_by(S::F32_LANES).zip(sums.chunks_mut(S::F32_LANES)) {
                let mut total = simd.partial_load_f32s(sums);
                for row in panel.chunks_exact(panels.width) {
                    total = simd.add_f32s(total, simd.partial_load_f32s(&row[lanes..][..S::F32_LANES]));
                }
                simd.partial_store_f32s(sums, total);
            }
        }
    }
}

/// What a tile starts from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start<'a> {
    /// Nothing: the product alone.
    Zero,
    /// A row, for every row.
    Bias(&'a [f32]),
    /// A matrix of the result's shape and stride, and a row for every row.
    Residual(&'a [f32], &'a [f32]),
}

/// What is done to a tile before it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish<'a> {
    /// Nothing.
    Store,
    /// Negative numbers become zero.
    Relu,
    /// Each number is multiplied with that of a matrix of the result's shape and stride.
    Times(&'a [f32]),
    /// Numbers become zero where those of a matrix of the result's shape and stride are not positive: the gradient of [`Finish::Relu`].
    WherePositive(&'a [f32]),
}

/// `result = finish(start + left x right)`.
///
/// # Shapes
/// - `left`: `[rows, depth]`; `right`: `[depth, columns]`; `result`: `[rows, columns]`, rows `stride` apart
pub(super) struct Product<'a> {
    pub(super) left: Rows<'a>,
    pub(super) rows: usize,
    pub(super) right: &'a Panels,
    pub(super) start: Start<'a>,
    pub(super) finish: Finish<'a>,
    pub(super) result: &'a mut [f32],
    pub(super) stride: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.right.width() / S::F32_LANES;
        run_in_tiles(simd, self, vectors);
    }
}

impl InTiles for Product<'_> {
    #[inline(always)]
    fn in_tiles<S: Simd, const M: usize, const N: usize>(self, simd: S) {
        let Self { left, rows, right, start, finish, result, stride } = self;
        for block in right.blocks() {
            for row in (0..rows).step_by(M) {
                for idx in block.clone() {
                    let panel = vectors::<S, N>(right.whole_panel(idx));
                    let column = idx * right.width();
                    let columns = right.width().min(right.columns - column);
                    let place = Place { row, column, stride, rows: M.min(rows - row), columns };
                    if place.is_whole::<S, M, N>() {
                        Self::tile::<S, M, N, true>(simd, left, row, panel, (start, finish), place, result);
                    } else {
                        Self::tile::<S, M, N, false>(simd, left, row, panel, (start, finish), place, result);
                    }
                }
            }
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn tile<S: Simd, const M: usize, const N: usize, const WHOLE: bool>(
        simd: S,
        left: Rows,
        row: usize,
        panel: &[[S::f32s; N]],
        (start, finish): (Start, Finish),
        place: Place,
        result: &mut [f32],
    ) {
        let mut tile = [[simd.splat_f32s(0.0); N]; M];
        // The same row for each row of the tile.
        let bias_place = Place { row: 0, stride: 0, ..place };
        match start {
            Start::Zero => {}
            Start::Bias(bias) => bias_place.load::<S, M, N, WHOLE>(simd, &mut tile, bias),
            Start::Residual(residual, bias) => {
                let mut biases = tile;
                place.load::<S, M, N, WHOLE>(simd, &mut tile, residual);
                bias_place.load::<S, M, N, WHOLE>(simd, &mut biases, bias);
                combine(&mut tile, &biases, |a, b| simd.add_f32s(a, b));
            }
        }
        multiply::<S, M, N, WHOLE>(simd, &mut tile, left, row, place.rows, panel);
        let mut other = [[simd.splat_f32s(0.0); N]; M];
        match finish {
            Finish::Store => {}
            Finish::Relu => combine(&mut tile, &other, |a, b| simd.max_f32s(a, b)),
            Finish::Times(factors) => {
                place.load::<S, M, N, WHOLE>(simd, &mut other, factors);
                combine(&mut tile, &other, |a, b| simd.mul_f32s(a, b));
            }
            Finish::WherePositive(outputs) => {
                place.load::<S, M, N, WHOLE>(simd, &mut other, outputs);
                let zero = simd.splat_f32s(0.0);
                combine(&mut tile, &other, |a, b| simd.select_f32s(simd.greater_than_f32s(b, zero), a, zero));
            }
        }
        place.store::<S, M, N, WHOLE>(simd, &tile, result);
    }
}

/// `result += left' x right`, both operands as deep as the batch has rows: the gradient of a weight matrix.
///
/// # Shapes
/// - `left`: `[depth, rows]`, packed as a left operand; `right`: `[depth, columns]`; `result`: `[rows, columns]`, rows `columns` apart
pub(super) struct TransposedProduct<'a> {
    pub(super) left: &'a Panels,
    pub(super) right: &'a Panels,
    /// Whether `result` counts as zero, whatever it holds.
    pub(super) fresh: bool,
    pub(super) result: &'a mut [f32],
}

impl WithSimd for TransposedProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.right.width() / S::F32_LANES;
        run_in_tiles(simd, self, vectors);
    }
}

impl InTiles for TransposedProduct<'_> {
    #[inline(always)]
    fn in_tiles<S: Simd, const M: usize, const N: usize>(self, simd: S) {
        let Self { left, right, fresh, result } = self;
        let stride = right.columns;
        for block in right.blocks() {
            for (strip, row) in (0..left.columns).step_by(M).enumerate() {
                let strip = left.whole_panel(strip).as_chunks::<M>().0;
                for idx in block.clone() {
                    let panel = vectors::<S, N>(right.whole_panel(idx));
                    let column = idx * right.width();
                    let place = Place { row, column, stride, rows: M.min(left.columns - row), columns: right.width().min(stride - column) };
                    let mut tile = [[simd.splat_f32s(0.0); N]; M];
                    if place.is_whole::<S, M, N>() {
                        if !fresh {
                            place.load::<S, M, N, true>(simd, &mut tile, result);
                        }
                        multiply_columns(simd, &mut tile, strip.iter(), panel);
                        place.store::<S, M, N, true>(simd, &tile, result);
                    } else {
                        if !fresh {
                            place.load::<S, M, N, false>(simd, &mut tile, result);
                        }
                        multiply_columns(simd, &mut tile, strip.iter(), panel);
                        place.store::<S, M, N, false>(simd, &tile, result);
                    }
                }
            }
        }
    }
}

/// Where a tile lies in a matrix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The first row.
    pub(super) row: usize,
    /// The first column.
    pub(super) column: usize,
    /// Numbers from row to row of the matrix.
    pub(super) stride: usize,
    /// Rows that there are; a tile has room for more.
    pub(super) rows: usize,
    /// Columns that there are.
    pub(super) columns: usize,
}

impl Place {
    #[inline(always)]
    fn first(self) -> usize {
        self.row * self.stride + self.column
    }

    /// Whether the matrix has every row and column of the tile.
    #[inline(always)]
    pub(super) fn is_whole<S: Simd, const M: usize, const N: usize>(self) -> bool {
        self.rows == M && self.columns == N * S::F32_LANES
    }

    /// Reads a tile; what is not there stays. With `WHOLE` every index is known to the compiler, and the tile stays in registers.
    #[inline(always)]
    pub(super) fn load<S: Simd, const M: usize, const N: usize, const WHOLE: bool>(
        self,
        simd: S,
        tile: &mut [[S::f32s; N]; M],
        matrix: &[f32],
    ) {
        if WHOLE {
            let matrix = &matrix[self.first()..][..(M - 1) * self.stride + N * S::F32_LANES];
            for r in 0..M {
                let (row, _) = S::as_simd_f32s(&matrix[r * self.stride..][..N * S::F32_LANES]);
                for c in 0..N {
                    tile[r][c] = row[c];
                }
            }
        } else {
            for (r, vectors) in tile.iter_mut().enumerate().take(self.rows) {
                let row = &matrix[self.first() + r * self.stride..][..self.columns];
                for (vector, numbers) in vectors.iter_mut().zip(row.chunks(S::F32_LANES)) {
                    *vector = simd.partial_load_f32s(numbers);
                }
            }
        }
    }

    /// Writes a tile, as [`Place::load`] reads it.
    #[inline(always)]
    pub(super) fn store<S: Simd, const M: usize, const N: usize, const WHOLE: bool>(
        self,
        simd: S,
        tile: &[[S::f32s; N]; M],
        matrix: &mut [f32],
    ) {
        if WHOLE {
            let matrix = &mut matrix[self.first()..][..(M - 1) * self.stride + N * S::F32_LANES];
            for r in 0..M {
                let (row, _) = S::as_mut_simd_f32s(&mut matrix[r * self.stride..][..N * S::F32_LANES]);
                for c in 0..N {
                    row[c] = tile[r][c];
                }
            }
        } else {
            for (r, vectors) in tile.iter().enumerate().take(self.rows) {
                let row = &mut matrix[self.first() + r * self.stride..][..self.columns];
                for (vector, numbers) in vectors.iter().zip(row.chunks_mut(S::F32_LANES)) {
                    simd.partial_store_f32s(numbers, *vector);
                }
            }
        }
    }
}

/// Combines two tiles.
#[inline(always)]
fn combine<V: Copy, const M: usize, const N: usize>(a: &mut [[V; N]; M], b: &[[V; N]; M], f: impl Fn(V, V) -> V) {
    for r in 0..M {
        for c in 0..N {
            a[r][c] = f(a[r][c], b[r][c]);
        }
    }
}

/// A panel as vectors, `N` to a row.
#[inline(always)]
pub(super) fn vectors<S: Simd, const N: usize>(panel: &[f32]) -> &[[S::f32s; N]] {
    S::as_simd_f32s(panel).0.as_chunks().0
}

/// Adds the product of rows of `left`, from `row` on, and a panel to a tile. Where there are fewer than `M` rows, the last stands in for
/// those that are missing.
#[inline(always)]
pub(super) fn multiply<S: Simd, const M: usize, const N: usize, const WHOLE: bool>(
    simd: S,
    tile: &mut [[S::f32s; N]; M],
    left: Rows,
    row: usize,
    rows: usize,
    panel: &[[S::f32s; N]],
) {
    let mut lines: [&[f32]; M] = [&[]; M];
    for r in 0..M {
        // Exactly as long as the panel is deep: the compiler then knows each index below to be within bounds.
        lines[r] = left.row(if WHOLE { row + r } else { row + r.min(rows - 1) }, panel.len());
    }
    let mut sums = *tile;
    for (k, right) in panel.iter().enumerate() {
        for r in 0..M {
            let left = simd.splat_f32s(lines[r][k]);
            for c in 0..N {
                sums[r][c] = multiply_add(simd, left, right[c], sums[r][c]);
            }
        }
    }
    *tile = sums;
}

/// Adds the product of `M` columns, given row by row, and a panel to a tile.
#[inline(always)]
pub(super) fn multiply_columns<'a, S: Simd, const M: usize, const N: usize>(
    simd: S,
    tile: &mut [[S::f32s; N]; M],
    columns: impl Iterator<Item = &'a [f32; M]>,
    panel: &[[S::f32s; N]],
) {
    let mut sums = *tile;
    for (left, right) in columns.zip(panel) {
        for r in 0..M {
            let left = simd.splat_f32s(left[r]);
            for c in 0..N {
                sums[r][c] = multiply_add(simd, left, right[c], sums[r][c]);
            }
        }
    }
    *tile = sums;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::test_support::{assert_sums_close, random};
    use proptest::prelude::*;

    fn product_slowly(left: &[f32], right: &[f32], depth: usize, columns: usize) -> Vec<f64> {
        left.chunks(depth)
            .flat_map(|row| {
                (0..columns).map(|c| row.iter().enumerate().map(|(k, &x)| f64::from(x) * f64::from(right[k * columns + c])).sum())
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_product_with_all_that_is_done_to_it_equals_its_definition(
            rows in 1..30_usize, depth in 1..70_usize, columns in 1..80_usize, seed in any::<u64>(), transposed in any::<bool>(),
        ) {
            let [left, right, residual, bias, factors] =
                [rows * depth, depth * columns, rows * columns, columns, rows * columns].map(|len| random(seed ^ len as u64, len));
            let plain = product_slowly(&left, &right, depth, columns);
            let shifted = |idx: usize| plain[idx] + f64::from(residual[idx]) + f64::from(bias[idx % columns]);
            for instructions in Instructions::available() {
                let mut panels = Panels::default();
                if transposed {
                    let turned: Vec<f32> = (0..columns * depth).map(|i| right[i % depth * columns + i / depth]).collect();
                    panels.pack_transposed(instructions, Rows::new(&turned, depth), depth, columns);
                } else {
                    panels.pack(instructions, Rows::new(&right, columns), depth, columns);
                }
                let all = 0..rows * columns;
                let cases: [(Start, Finish, Vec<f64>); 4] = [
                    (Start::Zero, Finish::Store, plain.clone()),
                    (Start::Bias(&bias), Finish::Relu, all.clone().map(|i| (plain[i] + f64::from(bias[i % columns])).max(0.0)).collect()),
                    (Start::Residual(&residual, &bias), Finish::Times(&factors), all.clone().map(|i| shifted(i) * f64::from(factors[i])).collect()),
                    (Start::Zero, Finish::WherePositive(&factors), all.map(|i| if factors[i] > 0.0 { plain[i] } else { 0.0 }).collect()),
                ];
                for (start, finish, right) in cases {
                    let mut result = vec![f32::NAN; rows * columns];
                    let left = Rows::new(&left, depth);
                    instructions.run(Product { left, rows, right: &panels, start, finish, result: &mut result, stride: columns });
                    assert_sums_close(&format!("{} {finish:?}", instructions.name()), &result, &right, 1e-5);
                }
            }
        }

        #[test]
        fn the_gradient_of_a_weight_is_added_to_what_is_there(
            depth in 1..40_usize, rows in 1..40_usize, columns in 1..80_usize, seed in any::<u64>(),
        ) {
            // left' x right, with the depth of a batch: rows are the inputs, columns the outputs.
            let [left, right, before] = [depth * rows, depth * columns, rows * columns].map(|len| random(seed ^ len as u64, len));
            let turned: Vec<f32> = (0..rows * depth).map(|i| left[i % depth * rows + i / depth]).collect();
            let sums = product_slowly(&turned, &right, depth, columns);
            let sums: Vec<f64> = sums.iter().zip(&before).map(|(sum, before)| sum + f64::from(*before)).collect();
            let column_sums: Vec<f64> = (0..columns).map(|c| 1.0 + right.iter().skip(c).step_by(columns).map(|&x| f64::from(x)).sum::<f64>()).collect();
            for instructions in Instructions::available() {
                let [mut packed_left, mut packed_right] = [Panels::default(), Panels::default()];
                packed_left.pack_left(instructions, Rows::new(&left, rows), depth, rows);
                packed_right.pack(instructions, Rows::new(&right, columns), depth, columns);
                let mut result = before.clone();
                instructions.run(TransposedProduct { left: &packed_left, right: &packed_right, fresh: false, result: &mut result });
                assert_sums_close(instructions.name(), &result, &sums, 1e-5);
                let mut result = vec![1.0; columns];
                packed_right.add_column_sums(instructions, &mut result);
                assert_sums_close(instructions.name(), &result, &column_sums, 1e-5);
            }
        }
    }
}
