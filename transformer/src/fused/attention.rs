//! Causal attention of one sequence, from the merged projection of queries, keys and values; forward and backward.
//!
//! Both passes go through the heads, and through a head in tiles of queries (backward also in tiles of keys), so that no tile of
//! weights that the mask hides is computed, and what a tile needs is in the nearest cache.

use pulp::{Simd, WithSimd};

use super::product::{InTiles, Kind, Panels, Place, Rows, multiply, multiply_columns, pack, run_in_tiles, vectors};
use super::vector::{dot, exp, load, map_with, store};

/// Shape of the attention of one sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttentionShape {
    pub(super) tokens: usize,
    pub(super) width: usize,
    pub(super) heads: usize,
}

impl AttentionShape {
    /// Numbers from one query's weights to the next one's: room for whole tiles, and an odd number of cache lines, since rows a
    /// power of two apart would share a few sets of the cache.
    pub(super) fn stride(self) -> usize {
        self.tokens.next_multiple_of(32) + 16
    }

    /// Numbers that the weights of all heads take.
    pub(super) fn weights(self) -> usize {
        self.heads * self.tokens * self.stride()
    }

    fn head_width(self) -> usize {
        self.width / self.heads
    }

    /// Vectors of a panel of a head's columns.
    fn vectors<S: Simd>(self) -> usize {
        if self.head_width() <= S::F32_LANES { 1 } else { 2 }
    }

    fn scale(self) -> f32 {
        (self.head_width() as f32).powf(-0.5)
    }
}

/// Room for packed operands, kept from sequence to sequence.
#[derive(Debug, Default)]
pub(super) struct AttentionScratch {
    keys: Panels,
    values: Panels,
    queries: Panels,
    d_mixed: Panels,
    d_weights: Vec<f32>,
}

/// `softmax(Q K' / sqrt(D/H)) V` under the causal mask, for each head. Source: Vaswani et al. 2017, equation 1.
///
/// # Shapes
/// - `qkv`: `[T, 3D]`, queries, keys and values side by side, heads inside each
/// - `weights`: [`AttentionShape::weights`] numbers, written: `[H, T, stride]`, in each row zero between its query and the end of the tile
/// - `mixed`: `[T, D]`, written
pub(super) struct Attention<'a> {
    pub(super) shape: AttentionShape,
    pub(super) qkv: &'a [f32],
    pub(super) weights: &'a mut [f32],
    pub(super) mixed: &'a mut [f32],
    pub(super) scratch: &'a mut AttentionScratch,
}

impl WithSimd for Attention<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.shape.vectors::<S>();
        run_in_tiles(simd, self, vectors);
    }
}

impl InTiles for Attention<'_> {
    #[inline(always)]
    fn in_tiles<S: Simd, const M: usize, const N: usize>(self, simd: S) {
        let Self { shape, qkv, weights, mixed, scratch } = self;
        let AttentionShape { tokens, width, .. } = shape;
        let (stride, head_width) = (shape.stride(), shape.head_width());
        for (head, weights) in weights.chunks_exact_mut(tokens * stride).enumerate() {
            let columns = head * head_width;
            let queries = Rows::new(&qkv[columns..], 3 * width);
            pack(simd, &mut scratch.keys, Rows::new(&qkv[width + columns..], 3 * width), head_width, tokens, Kind::RightTransposed);
            pack(simd, &mut scratch.values, Rows::new(&qkv[2 * width + columns..], 3 * width), tokens, head_width, Kind::Right);
            for query in (0..tokens).step_by(M) {
                let rows = M.min(tokens - query);
                visible_products::<S, M>(simd, queries, &scratch.keys, Tile { row: query, rows, stride }, weights);
                soften::<S, M>(simd, &mut weights[query * stride..][..rows * stride], query, stride, shape.scale());
                let seen = (query + M).min(tokens);
                for idx in 0..scratch.values.count() {
                    let column = idx * scratch.values.width();
                    let panel = vectors::<S, N>(scratch.values.panel(idx, 0, seen));
                    let taken = scratch.values.width().min(head_width - column);
                    let place = Place { row: query, column: columns + column, stride: width, rows, columns: taken };
                    product::<S, M, N>(simd, Rows::new(weights, stride), query, panel, place, mixed);
                }
            }
        }
    }
}

/// Some rows of a matrix.
#[derive(Debug, Clone, Copy)]
struct Tile {
    row: usize,
    rows: usize,
    stride: usize,
}

/// Products of a tile's rows with every panel that holds a column which one of the rows may see, into the same rows of `result`.
#[inline(always)]
fn visible_products<S: Simd, const M: usize>(simd: S, left: Rows, right: &Panels, tile: Tile, result: &mut [f32]) {
    let Tile { row, rows, stride } = tile;
    for idx in 0..right.count() {
        let column = idx * right.width();
        if column >= row + rows {
            break;
        }
        let place = Place { row, column, stride, rows, columns: right.width() };
        if right.width() == S::F32_LANES {
            product::<S, M, 1>(simd, left, row, vectors::<S, 1>(right.whole_panel(idx)), place, result);
        } else {
            product::<S, M, 2>(simd, left, row, vectors::<S, 2>(right.whole_panel(idx)), place, result);
        }
    }
}

/// The product of rows of `left`, from `row` on, and a panel.
#[inline(always)]
fn product<S: Simd, const M: usize, const N: usize>(
    simd: S,
    left: Rows,
    row: usize,
    panel: &[[S::f32s; N]],
    place: Place,
    result: &mut [f32],
) {
    let mut tile = [[simd.splat_f32s(0.0); N]; M];
    if place.is_whole::<S, M, N>() {
        multiply::<S, M, N, true>(simd, &mut tile, left, row, place.rows, panel);
        place.store::<S, M, N, true>(simd, &tile, result);
    } else {
        multiply::<S, M, N, false>(simd, &mut tile, left, row, place.rows, panel);
        place.store::<S, M, N, false>(simd, &tile, result);
    }
}

/// Softmax of `scale` times each row of a tile, over what its query may see; what it may not becomes zero, to the end of the tile. The rows
/// go side by side, since each step of one row waits for the step before.
///
/// # Shapes
/// - `tile`: at most `M` rows, `stride` apart, of queries from `query` on
#[inline(always)]
fn soften<S: Simd, const M: usize>(simd: S, tile: &mut [f32], query: usize, stride: usize, scale: f32) {
    let lanes = S::F32_LANES;
    let rows = tile.len() / stride;
    let end = (query + M).next_multiple_of(lanes).min(stride);
    let hidden = simd.splat_f32s(f32::NEG_INFINITY);
    let mut largest = [hidden; M];
    for column in (0..end).step_by(lanes) {
        for (r, largest) in largest.iter_mut().enumerate().take(rows) {
            let seen = sees(simd, query + r, column);
            let numbers = load(simd, &tile[r * stride + column..][..lanes]);
            *largest = simd.max_f32s(*largest, simd.select_f32s(seen, numbers, hidden));
        }
    }
    let mut totals = [simd.splat_f32s(0.0); M];
    for largest in &mut largest {
        *largest = simd.splat_f32s(simd.reduce_max_f32s(*largest));
    }
    let scale = simd.splat_f32s(scale);
    for column in (0..end).step_by(lanes) {
        for (r, (largest, total)) in largest.iter().zip(&mut totals).enumerate().take(rows) {
            let numbers = &mut tile[r * stride + column..][..lanes];
            let weights = exp(simd, simd.mul_f32s(simd.sub_f32s(load(simd, numbers), *largest), scale));
            let weights = simd.select_f32s(sees(simd, query + r, column), weights, simd.splat_f32s(0.0));
            *total = simd.add_f32s(*total, weights);
            store(simd, numbers, weights);
        }
    }
    for total in &mut totals {
        *total = simd.splat_f32s(1.0 / simd.reduce_sum_f32s(*total));
    }
    for column in (0..end).step_by(lanes) {
        for (r, factor) in totals.iter().enumerate().take(rows) {
            let numbers = &mut tile[r * stride + column..][..lanes];
            let weights = simd.mul_f32s(load(simd, numbers), *factor);
            store(simd, numbers, weights);
        }
    }
}

/// Which of a vector's keys, the first of them at `column`, a query may see.
#[inline(always)]
fn sees<S: Simd>(simd: S, query: usize, column: usize) -> S::m32s {
    const ORDER: [f32; 16] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0];
    // Keys up to the query; none where the query comes before the vector.
    let keys = (query + 1).saturating_sub(column).min(S::F32_LANES) as f32;
    simd.less_than_f32s(load(simd, &ORDER[..S::F32_LANES]), simd.splat_f32s(keys))
}

/// The gradient of [`Attention`] with respect to the merged projection.
///
/// # Shapes
/// - `qkv`, `d_qkv`: `[T, 3D]`, the latter written; `mixed`, `d_mixed`: `[T, D]`; `weights`: as [`Attention`] wrote them
pub(super) struct AttentionBackward<'a> {
    pub(super) shape: AttentionShape,
    pub(super) qkv: &'a [f32],
    pub(super) weights: &'a [f32],
    pub(super) mixed: &'a [f32],
    pub(super) d_mixed: &'a [f32],
    pub(super) d_qkv: &'a mut [f32],
    pub(super) scratch: &'a mut AttentionScratch,
}

impl WithSimd for AttentionBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.shape.vectors::<S>();
        run_in_tiles(simd, self, vectors);
    }
}

impl InTiles for AttentionBackward<'_> {
    #[inline(always)]
    fn in_tiles<S: Simd, const M: usize, const N: usize>(self, simd: S) {
        let Self { shape, qkv, weights, mixed, d_mixed, d_qkv, scratch } = self;
        let AttentionShape { tokens, width, .. } = shape;
        let (stride, head_width) = (shape.stride(), shape.head_width());
        scratch.d_weights.resize(tokens * stride, 0.0);
        for (head, weights) in weights.chunks_exact(tokens * stride).enumerate() {
            let columns = head * head_width;
            let part = |which: usize| Rows::new(&qkv[which * width + columns..], 3 * width);
            let d_rows = Rows::new(&d_mixed[columns..], width);
            pack(simd, &mut scratch.queries, part(0), tokens, head_width, Kind::Right);
            pack(simd, &mut scratch.keys, part(1), tokens, head_width, Kind::Right);
            pack(simd, &mut scratch.values, part(2), head_width, tokens, Kind::RightTransposed);
            pack(simd, &mut scratch.d_mixed, d_rows, tokens, head_width, Kind::Right);

            for query in (0..tokens).step_by(M) {
                let rows = M.min(tokens - query);
                visible_products::<S, M>(simd, d_rows, &scratch.values, Tile { row: query, rows, stride }, &mut scratch.d_weights);
                let end = (query + M).next_multiple_of(S::F32_LANES).min(stride);
                let scale = simd.splat_f32s(shape.scale());
                for row in query..query + rows {
                    // Softmax's gradient: each weight times (its own gradient less the weighted mean of all gradients), which mean is
                    // the product of the row's result with its gradient.
                    let [mixed, d_mixed] = [mixed, d_mixed].map(|rows| &rows[row * width + columns..][..head_width]);
                    let mean = simd.splat_f32s(dot(simd, mixed, d_mixed));
                    let numbers = row * stride..row * stride + end;
                    map_with(simd, &mut scratch.d_weights[numbers.clone()], &weights[numbers], |d_weight, weight| {
                        simd.mul_f32s(simd.mul_f32s(weight, scale), simd.sub_f32s(d_weight, mean))
                    });
                }
                let seen = (query + M).min(tokens);
                for idx in 0..scratch.keys.count() {
                    let column = idx * scratch.keys.width();
                    let panel = vectors::<S, N>(scratch.keys.panel(idx, 0, seen));
                    let taken = scratch.keys.width().min(head_width - column);
                    let place = Place { row: query, column: columns + column, stride: 3 * width, rows, columns: taken };
                    product::<S, M, N>(simd, Rows::new(&scratch.d_weights, stride), query, panel, place, d_qkv);
                }
            }
            for key in (0..tokens).step_by(M) {
                let from = key * stride + key;
                for (which, left, right) in [(1, &scratch.d_weights[..tokens * stride], &scratch.queries), (2, weights, &scratch.d_mixed)] {
                    for idx in 0..right.count() {
                        let column = idx * right.width();
                        let mut tile = [[simd.splat_f32s(0.0); N]; M];
                        let panel = vectors::<S, N>(right.panel(idx, key, tokens - key));
                        let seen_by = left[from..].chunks(stride).filter_map(|row| row.first_chunk::<M>());
                        multiply_columns(simd, &mut tile, seen_by, panel);
                        let (rows, taken) = (M.min(tokens - key), right.width().min(head_width - column));
                        let place = Place { row: key, column: which * width + columns + column, stride: 3 * width, rows, columns: taken };
                        if place.is_whole::<S, M, N>() {
                            place.store::<S, M, N, true>(simd, &tile, d_qkv);
                        } else {
                            place.store::<S, M, N, false>(simd, &tile, d_qkv);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::instructions::Instructions;
    use crate::fused::test_support::{assert_close, differences, inner_product, random, wide};

    /// The definition, one query at a time.
    fn attend_slowly(qkv: &[f64], shape: AttentionShape) -> Vec<f64> {
        let AttentionShape { tokens, width, heads } = shape;
        let head_width = width / heads;
        let row = |which: usize, t: usize, head: usize| &qkv[t * 3 * width + which * width + head * head_width..][..head_width];
        let mut mixed = vec![0.0; tokens * width];
        for head in 0..heads {
            for t in 0..tokens {
                let logit =
                    |s: usize| row(0, t, head).iter().zip(row(1, s, head)).map(|(q, k)| q * k).sum::<f64>() / (head_width as f64).sqrt();
                let weights: Vec<f64> = (0..=t).map(|s| logit(s).exp()).collect();
                let total: f64 = weights.iter().sum();
                for c in 0..head_width {
                    mixed[t * width + head * head_width + c] = (0..=t).map(|s| weights[s] / total * row(2, s, head)[c]).sum();
                }
            }
        }
        mixed
    }

    #[test]
    fn value_and_gradient_are_those_of_the_definition() {
        // Tokens and head widths about every edge: of a tile, of a vector, of a panel.
        for (tokens, heads, head_width) in [
            (1, 1, 1),
            (2, 2, 3),
            (5, 1, 4),
            (7, 3, 2),
            (8, 1, 16),
            (9, 2, 5),
            (16, 1, 8),
            (17, 1, 17),
            (31, 1, 4),
            (33, 1, 3),
            (34, 2, 2),
            (6, 1, 35),
        ] {
            let shape = AttentionShape { tokens, width: heads * head_width, heads };
            let qkv = random(tokens as u64, tokens * 3 * shape.width);
            let d_mixed = random(head_width as u64 + 100, tokens * shape.width);
            let right = attend_slowly(&wide(&qkv), shape);
            let gradient = differences(&wide(&qkv), |qkv| inner_product(&attend_slowly(qkv, shape), &d_mixed));
            for instructions in Instructions::available() {
                // What is left over from earlier must not matter.
                let mut scratch = AttentionScratch { d_weights: vec![7.0; 9000], ..AttentionScratch::default() };
                let (mut weights, mut mixed) = (vec![7.0; shape.weights()], vec![7.0; tokens * shape.width]);
                instructions.run(Attention { shape, qkv: &qkv, weights: &mut weights, mixed: &mut mixed, scratch: &mut scratch });
                assert_close(&format!("{} {shape:?}", instructions.name()), &mixed, &right, 1e-5);
                let mut d_qkv = vec![7.0; tokens * 3 * shape.width];
                instructions.run(AttentionBackward {
                    shape,
                    qkv: &qkv,
                    weights: &weights,
                    mixed: &mixed,
                    d_mixed: &d_mixed,
                    d_qkv: &mut d_qkv,
                    scratch: &mut scratch,
                });
                assert_close(&format!("{} gradient {shape:?}", instructions.name()), &d_qkv, &gradient, 2e-5);
            }
        }
    }

    #[test]
    fn what_a_query_may_not_see_has_weight_zero_exactly() {
        let shape = AttentionShape { tokens: 11, width: 4, heads: 1 };
        for instructions in Instructions::available() {
            let (mut weights, mut mixed) = (vec![7.0; shape.weights()], vec![0.0; 44]);
            let scratch = &mut AttentionScratch::default();
            instructions.run(Attention { shape, qkv: &random(1, 11 * 12), weights: &mut weights, mixed: &mut mixed, scratch });
            for (query, row) in weights.chunks(shape.stride()).enumerate() {
                assert!((row[..=query].iter().sum::<f32>() - 1.0).abs() < 1e-6);
                // To the end of the smallest tile.
                assert!(row[query + 1..(query + 1).next_multiple_of(2)].iter().all(|&weight| weight == 0.0));
            }
        }
    }
}
