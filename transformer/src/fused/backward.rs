//! The backward pass of a chunk: the steps of `forward.rs` in reverse, each adding its weights' gradients to one flat slice.

use super::attention::AttentionBackward;
use super::chunk::Chunk;
use super::cross_entropy::CrossEntropy;
use super::forward::{Pass, Workspace, room};
use super::layer_norm::{LayerNormBackward, RowStatistics};
use super::layout::{LinearLayout, NormLayout};
use super::product::{Finish, Panels, Product, Rows, Start, TransposedProduct};
use super::training::Gradient;
use super::weights::PackedLinear;
use crate::model::Activation;

/// Gradients on their way down, of the tensors that they are named after.
#[derive(Debug, Default)]
pub(super) struct GradientRoom {
    stream: Vec<f32>,
    stream_kept: Vec<f32>,
    normed: Vec<f32>,
    hidden: Vec<f32>,
    mixed: Vec<f32>,
    mixed_kept: Vec<f32>,
    qkv: Vec<f32>,
    row: Vec<f32>,
}

/// Room for the packed operands of the gradient of a weight matrix.
#[derive(Debug, Default)]
pub(super) struct PackRoom {
    left: Panels,
    right: Panels,
}

impl Pass<'_> {
    /// Loss and gradient of a chunk whose forward pass is in `workspace`: the cross-entropy summed over the predicted tokens, in nats. The
    /// gradient of `scale` times that sum is added to `gradient`, which is laid out as the weights are.
    pub(super) fn backward(&self, chunk: &Chunk, workspace: &mut Workspace, scale: f32, gradient: &mut Gradient) -> f64 {
        let (width, vocabulary, layers, kept) = (self.config.width, self.config.vocabulary, self.config.layers, chunk.predicted.len());
        let layout = &self.weights.layout;
        let logits = &mut workspace.logits[..kept * vocabulary];
        let loss = self.instructions.run(CrossEntropy { logits, targets: &chunk.targets, vocabulary, scale });

        // The logits now hold their gradient. The token vectors are the last matrix too: [V, D] += [N, V]' [N, D].
        let normed = &workspace.normed[..kept * width];
        let PackRoom { left, right } = &mut workspace.packs;
        left.pack_left(self.instructions, Rows::new(logits, vocabulary), kept, vocabulary);
        right.pack(self.instructions, Rows::new(normed, width), kept, width);
        self.instructions.run(TransposedProduct { left, right, fresh: false, result: &mut gradient.numbers[layout.tokens.clone()] });
        let d_normed = room(&mut workspace.gradient.normed, kept * width);
        self.product(logits, vocabulary, &self.weights.head, width, Finish::Store, d_normed);

        let d_stream = room(&mut workspace.gradient.stream, kept * width);
        d_stream.fill(0.0);
        let stream = &workspace.blocks[layers].stream[..kept * width];
        self.normalize_backward(&layout.norm, stream, &workspace.statistics, d_normed, d_stream, &mut workspace.gradient.row, gradient);
        for layer in (0..layers).rev() {
            self.block_backward(layer, chunk, workspace, gradient);
        }
        self.embed_backward(chunk, &workspace.gradient.stream, &mut gradient.numbers);
        loss
    }

    /// Takes `workspace.gradient.stream` from the end of a block to its beginning.
    fn block_backward(&self, layer: usize, chunk: &Chunk, workspace: &mut Workspace, gradient: &mut Gradient) {
        let (width, rows) = (self.config.width, chunk.rows());
        let (layout, packed) = (&self.weights.layout.blocks[layer], &self.weights.blocks[layer]);
        let last = layer + 1 == self.config.layers;
        let kept = if last { chunk.predicted.len() } else { rows };
        let Workspace { blocks, gradient: room_for, packs, scratch, .. } = workspace;
        let record = &blocks[layer];

        let d_stream = &mut room_for.stream[..kept * width];
        let hidden = &record.hidden[..kept * 4 * width];
        let d_hidden = room(&mut room_for.hidden, kept * 4 * width);
        let finish = match self.config.activation {
            Activation::Relu => Finish::WherePositive(hidden),
            Activation::Gelu => Finish::Times(&record.slope),
        };
        self.linear_backward(&layout.narrow, hidden, d_stream, packs, gradient);
        self.product(d_stream, width, &packed.narrow, 4 * width, finish, d_hidden);
        self.linear_backward(&layout.widen, &record.middle_normed, d_hidden, packs, gradient);
        let d_normed = room(&mut room_for.normed, kept * width);
        self.product(d_hidden, 4 * width, &packed.widen, width, Finish::Store, d_normed);
        let (middle, statistics) = (&record.middle[..kept * width], &record.middle_statistics);
        self.normalize_backward(&layout.hidden_norm, middle, statistics, d_normed, d_stream, &mut room_for.row, gradient);

        let d_mixed = if last {
            let d_kept = room(&mut room_for.mixed_kept, kept * width);
            self.linear_backward(&layout.output, &record.mixed_kept, d_stream, packs, gradient);
            self.product(d_stream, width, &packed.output, width, Finish::Store, d_kept);
            std::mem::swap(&mut room_for.stream, &mut room_for.stream_kept);
            scatter(&room_for.stream_kept, &chunk.predicted, width, room(&mut room_for.stream, rows * width));
            let d_mixed = room(&mut room_for.mixed, rows * width);
            scatter(d_kept, &chunk.predicted, width, d_mixed);
            d_mixed
        } else {
            let d_mixed = room(&mut room_for.mixed, rows * width);
            self.linear_backward(&layout.output, &record.mixed, d_stream, packs, gradient);
            self.product(d_stream, width, &packed.output, width, Finish::Store, d_mixed);
            d_mixed
        };

        let d_qkv = room(&mut room_for.qkv, rows * 3 * width);
        let mut attention = &record.attention[..];
        for sequence in &chunk.sequences {
            let shape = self.attention_shape(sequence.len());
            let (weights, others) = attention.split_at(shape.weights());
            attention = others;
            let (three, one) = (sequence.start * 3 * width..sequence.end * 3 * width, sequence.start * width..sequence.end * width);
            self.instructions.run(AttentionBackward {
                shape,
                qkv: &record.qkv[three.clone()],
                weights,
                mixed: &record.mixed[one.clone()],
                d_mixed: &d_mixed[one],
                d_qkv: &mut d_qkv[three],
                scratch,
            });
        }
        self.linear_backward(&layout.query_key_value, &record.normed, d_qkv, packs, gradient);
        let d_normed = room(&mut room_for.normed, rows * width);
        self.product(d_qkv, 3 * width, &packed.query_key_value, width, Finish::Store, d_normed);
        let (stream, d_stream) = (&record.stream[..rows * width], &mut room_for.stream[..rows * width]);
        self.normalize_backward(&layout.attention_norm, stream, &record.statistics, d_normed, d_stream, &mut room_for.row, gradient);
    }

    fn embed_backward(&self, chunk: &Chunk, d_stream: &[f32], gradient: &mut [f32]) {
        let (width, layout) = (self.config.width, &self.weights.layout);
        let mut add = |first: usize, row: &[f32]| {
            for (sum, number) in gradient[first..][..width].iter_mut().zip(row) {
                *sum += number;
            }
        };
        for ((row, &token), &position) in d_stream.chunks_exact(width).zip(&chunk.tokens).zip(&chunk.positions) {
            add(layout.tokens.start + token as usize * width, row);
            if !layout.positions.is_empty() {
                add(layout.positions.start + position * width, row);
            }
        }
    }

    /// The gradients of a linear layer's weight and bias, for as many rows as `d_y` has.
    fn linear_backward(&self, layout: &LinearLayout, x: &[f32], d_y: &[f32], packs: &mut PackRoom, gradient: &mut Gradient) {
        let rows = d_y.len() / layout.outputs;
        let PackRoom { left, right } = packs;
        left.pack_left(self.instructions, Rows::new(x, layout.inputs), rows, layout.inputs);
        right.pack(self.instructions, Rows::new(d_y, layout.outputs), rows, layout.outputs);
        right.add_column_sums(self.instructions, &mut gradient.numbers[layout.bias.clone()]);
        self.instructions.run(TransposedProduct {
            left,
            right,
            fresh: gradient.fresh,
            result: &mut gradient.numbers[layout.weight.clone()],
        });
    }

    /// `finish(d_y W')`, for as many rows as `result` has.
    fn product(&self, d_y: &[f32], outputs: usize, packed: &PackedLinear, inputs: usize, finish: Finish, result: &mut [f32]) {
        self.instructions.run(Product {
            left: Rows::new(d_y, outputs),
            rows: result.len() / inputs,
            right: &packed.backward,
            start: Start::Zero,
            finish,
            result,
            stride: inputs,
        });
    }

    #[expect(clippy::too_many_arguments, reason = "what one operation reads and writes")]
    fn normalize_backward(
        &self,
        layout: &NormLayout,
        x: &[f32],
        statistics: &[RowStatistics],
        d_y: &mut [f32],
        d_x: &mut [f32],
        row: &mut Vec<f32>,
        gradient: &mut Gradient,
    ) {
        // gamma stands right before beta.
        let (d_gamma, d_beta) = gradient.numbers[layout.gamma.start..layout.beta.end].split_at_mut(layout.gamma.len());
        let gamma = &self.weights.flat[layout.gamma.clone()];
        let normalized = room(row, gamma.len());
        self.instructions.run(LayerNormBackward { x, gamma, statistics, d_y, d_x, d_gamma, d_beta, normalized });
    }
}

/// Puts rows back where they were taken from; the other rows become zero.
fn scatter(kept: &[f32], rows: &[usize], width: usize, matrix: &mut [f32]) {
    matrix.fill(0.0);
    for (kept, &row) in kept.chunks_exact(width).zip(rows) {
        matrix[row * width..][..width].copy_from_slice(kept);
    }
}
