//! The forward pass of a chunk, keeping what the backward pass needs.

use super::activation::Gelu;
use super::attention::{Attention, AttentionScratch, AttentionShape};
use super::chunk::Chunk;
use super::instructions::Instructions;
use super::layer_norm::{LayerNorm, RowStatistics};
use super::layout::{LinearLayout, NormLayout};
use super::product::{Finish, Product, Rows, Start};
use super::weights::{PackedLinear, Passes, Weights};
use crate::model::{Activation, ModelConfig};
use crate::position::{Positions, Waves};

/// What a block computed on its way. `R` rows of the chunk; `K` rows that are kept, which in the last block are only those where a
/// token is predicted: nothing reads the others again.
#[derive(Debug, Default)]
pub(super) struct BlockRecord {
    /// `[R, D]` the residual stream that came in.
    pub(super) stream: Vec<f32>,
    /// `[R, D]` normalized.
    pub(super) normed: Vec<f32>,
    pub(super) statistics: Vec<RowStatistics>,
    /// `[R, 3D]`.
    pub(super) qkv: Vec<f32>,
    /// Attention weights of each sequence, one after another.
    pub(super) attention: Vec<f32>,
    /// `[R, D]` values mixed by attention.
    pub(super) mixed: Vec<f32>,
    /// `[K, D]` the kept rows of `mixed`; in the last block only.
    pub(super) mixed_kept: Vec<f32>,
    /// `[K, D]` the residual stream after attention.
    pub(super) middle: Vec<f32>,
    /// `[K, D]` normalized.
    pub(super) middle_normed: Vec<f32>,
    pub(super) middle_statistics: Vec<RowStatistics>,
    /// `[K, 4D]` the activation's derivative (GELU only).
    pub(super) slope: Vec<f32>,
    /// `[K, 4D]` the activation's value.
    pub(super) hidden: Vec<f32>,
}

/// The room of one thread, kept from chunk to chunk.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// One for each block, and one whose `stream` is the residual stream after the last.
    pub(super) blocks: Vec<BlockRecord>,
    /// `[N, D]` the last stream, normalized.
    pub(super) normed: Vec<f32>,
    pub(super) statistics: Vec<RowStatistics>,
    /// `[N, V]`.
    pub(super) logits: Vec<f32>,
    pub(super) scratch: AttentionScratch,
    pub(super) waves: Waves,
    pub(super) packs: super::backward::PackRoom,
    pub(super) gradient: super::backward::GradientRoom,
}

/// A slice of `len` numbers, whose contents are left over from earlier.
pub(super) fn room<T: Copy + Default>(numbers: &mut Vec<T>, len: usize) -> &mut [T] {
    if numbers.len() < len {
        numbers.resize(len, T::default());
    }
    &mut numbers[..len]
}

/// What both passes read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) instructions: Instructions,
    pub(super) config: &'a ModelConfig,
    pub(super) weights: &'a Weights,
    /// Whether a backward pass will follow.
    pub(super) passes: Passes,
}

impl Pass<'_> {
    /// The logits at the rows where a token is predicted, in `workspace.logits`.
    pub(super) fn forward(&self, chunk: &Chunk, workspace: &mut Workspace) {
        let (width, layers, kept) = (self.config.width, self.config.layers, chunk.predicted.len());
        workspace.blocks.resize_with(layers + 1, BlockRecord::default);
        self.embed(chunk, &mut workspace.waves, room(&mut workspace.blocks[0].stream, chunk.rows() * width));
        for layer in 0..layers {
            self.block(layer, chunk, workspace);
        }
        let stream = &workspace.blocks[layers].stream[..kept * width];
        let normed = room(&mut workspace.normed, kept * width);
        self.normalize(&self.weights.layout.norm, stream, normed, room(&mut workspace.statistics, kept));
        self.instructions.run(Product {
            left: Rows::new(normed, width),
            rows: kept,
            right: &self.weights.head.forward,
            start: Start::Zero,
            finish: Finish::Store,
            result: room(&mut workspace.logits, kept * self.config.vocabulary),
            stride: self.config.vocabulary,
        });
    }

    pub(super) fn embed(&self, chunk: &Chunk, waves: &mut Waves, stream: &mut [f32]) {
        let (width, flat, layout) = (self.config.width, &self.weights.flat, &self.weights.layout);
        let tokens = &flat[layout.tokens.clone()];
        let positions = &flat[layout.positions.clone()];
        for ((row, &token), &position) in stream.chunks_exact_mut(width).zip(&chunk.tokens).zip(&chunk.positions) {
            row.copy_from_slice(&tokens[token as usize * width..][..width]);
            let added = if self.config.positions == Positions::Sinusoidal {
                waves.row(position, width)
            } else {
                positions.get(position * width..).unwrap_or_default()
            };
            for (number, added) in row.iter_mut().zip(added) {
                *number += added;
            }
        }
    }

    fn block(&self, layer: usize, chunk: &Chunk, workspace: &mut Workspace) {
        let (width, rows) = (self.config.width, chunk.rows());
        let (layout, packed) = (&self.weights.layout.blocks[layer], &self.weights.blocks[layer]);
        let last = layer + 1 == self.config.layers;
        let kept = if last { chunk.predicted.len() } else { rows };
        let (until, after) = workspace.blocks.split_at_mut(layer + 1);
        let (record, next) = (&mut until[layer], &mut after[0]);

        let stream = &mut record.stream[..rows * width];
        let normed = room(&mut record.normed, rows * width);
        self.normalize(&layout.attention_norm, stream, normed, room(&mut record.statistics, rows));
        let qkv = room(&mut record.qkv, rows * 3 * width);
        self.linear(&layout.query_key_value, &packed.query_key_value, normed, None, Finish::Store, qkv);

        let shapes = || chunk.sequences.iter().map(|sequence| self.attention_shape(sequence.len()));
        let mut attention = room(&mut record.attention, shapes().map(AttentionShape::weights).sum());
        let mixed = room(&mut record.mixed, rows * width);
        for (sequence, shape) in chunk.sequences.iter().zip(shapes()) {
            let (weights, others) = attention.split_at_mut(shape.weights());
            attention = others;
            self.instructions.run(Attention {
                shape,
                qkv: &qkv[sequence.start * 3 * width..sequence.end * 3 * width],
                weights,
                mixed: &mut mixed[sequence.start * width..sequence.end * width],
                scratch: &mut workspace.scratch,
            });
        }

        if self.passes == Passes::Forward {
            // Nothing reads the weights again, and they grow with the square of the length: all blocks share their room.
            std::mem::swap(&mut record.attention, &mut next.attention);
        }

        // From here on the last block goes on with the rows that are read.
        let middle = room(&mut record.middle, kept * width);
        let output = |mixed: &[f32], stream: &[f32], middle: &mut [f32]| {
            self.linear(&layout.output, &packed.output, mixed, Some(stream), Finish::Store, middle);
        };
        if last {
            let mixed_kept = room(&mut record.mixed_kept, kept * width);
            gather(mixed, &chunk.predicted, width, mixed_kept);
            // The next record's stream is not yet written, and large enough for the kept rows of this one.
            let stream_kept = room(&mut next.stream, kept * width);
            gather(stream, &chunk.predicted, width, stream_kept);
            output(mixed_kept, stream_kept, middle);
        } else {
            output(mixed, stream, middle);
        }

        let middle_normed = room(&mut record.middle_normed, kept * width);
        self.normalize(&layout.hidden_norm, middle, middle_normed, room(&mut record.middle_statistics, kept));
        let hidden = room(&mut record.hidden, kept * 4 * width);
        match self.config.activation {
            Activation::Relu => self.linear(&layout.widen, &packed.widen, middle_normed, None, Finish::Relu, hidden),
            Activation::Gelu => {
                let slope = room(&mut record.slope, kept * 4 * width);
                self.linear(&layout.widen, &packed.widen, middle_normed, None, Finish::Store, slope);
                self.instructions.run(Gelu { x: slope, y: hidden });
            }
        }
        let after = room(&mut next.stream, kept * width);
        self.linear(&layout.narrow, &packed.narrow, hidden, Some(middle), Finish::Store, after);
    }

    /// `finish(residual + x W + b)`, for as many rows as `result` has.
    pub(super) fn linear(
        &self,
        layout: &LinearLayout,
        packed: &PackedLinear,
        x: &[f32],
        residual: Option<&[f32]>,
        finish: Finish,
        result: &mut [f32],
    ) {
        let bias = &self.weights.flat[layout.bias.clone()];
        self.instructions.run(Product {
            left: Rows::new(x, layout.inputs),
            rows: result.len() / layout.outputs,
            right: &packed.forward,
            start: residual.map_or(Start::Bias(bias), |residual| Start::Residual(residual, bias)),
            finish,
            result,
            stride: layout.outputs,
        });
    }

    pub(super) fn attention_shape(&self, tokens: usize) -> AttentionShape {
        AttentionShape { tokens, width: self.config.width, heads: self.config.heads }
    }

    pub(super) fn normalize(&self, layout: &NormLayout, x: &[f32], y: &mut [f32], statistics: &mut [RowStatistics]) {
        let (gamma, beta) = (&self.weights.flat[layout.gamma.clone()], &self.weights.flat[layout.beta.clone()]);
        self.instructions.run(LayerNorm { x, gamma, beta, y, statistics });
    }
}

/// The given rows of a matrix, one after another.
pub(super) fn gather(matrix: &[f32], rows: &[usize], width: usize, result: &mut [f32]) {
    for (kept, &row) in result.chunks_exact_mut(width).zip(rows) {
        kept.copy_from_slice(&matrix[row * width..][..width]);
    }
}
