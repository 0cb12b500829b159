//! Where each tensor of the model stands in one flat slice of weights, and of gradients.
//!
//! The order is the one in which burn visits the model, so that reading weights and handing back gradients is one walk.

use std::ops::Range;

use crate::model::ModelConfig;

/// A linear layer: weight `[inputs, outputs]`, bias `[outputs]`.
#[derive(Debug, Clone)]
pub(super) struct LinearLayout {
    pub(super) weight: Range<usize>,
    pub(super) bias: Range<usize>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// A layer norm: two vectors.
#[derive(Debug, Clone)]
pub(super) struct NormLayout {
    pub(super) gamma: Range<usize>,
    pub(super) beta: Range<usize>,
}

/// A block.
#[derive(Debug, Clone)]
pub(super) struct BlockLayout {
    pub(super) attention_norm: NormLayout,
    pub(super) query_key_value: LinearLayout,
    pub(super) output: LinearLayout,
    pub(super) hidden_norm: NormLayout,
    pub(super) widen: LinearLayout,
    pub(super) narrow: LinearLayout,
}

impl BlockLayout {
    /// The weights of its linear layers, in order.
    pub(super) fn matrices(&self) -> impl Iterator<Item = &Range<usize>> {
        [&self.query_key_value, &self.output, &self.widen, &self.narrow].into_iter().map(|linear| &linear.weight)
    }
}

/// The whole model.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) tokens: Range<usize>,
    /// Empty where the model has no table of positions.
    pub(super) positions: Range<usize>,
    pub(super) blocks: Vec<BlockLayout>,
    pub(super) norm: NormLayout,
    /// Numbers in all.
    pub(super) len: usize,
}

impl Layout {
    pub(super) fn new(config: &ModelConfig) -> Self {
        let width = config.width;
        let mut cursor = Cursor(0);
        let tokens = cursor.take(config.vocabulary * width);
        let positions = cursor.take(config.positions.rows().unwrap_or(0) * width);
        let blocks = (0..config.layers)
            .map(|_| BlockLayout {
                attention_norm: cursor.norm(width),
                query_key_value: cursor.linear(width, 3 * width),
                output: cursor.linear(width, width),
                hidden_norm: cursor.norm(width),
                widen: cursor.linear(width, 4 * width),
                narrow: cursor.linear(4 * width, width),
            })
            .collect();
        Self { tokens, positions, blocks, norm: cursor.norm(width), len: cursor.0 }
    }
}

/// The end of what has been placed.
struct Cursor(usize);

impl Cursor {
    fn take(&mut self, len: usize) -> Range<usize> {
        let start = self.0;
        self.0 += len;
        start..self.0
    }

    fn norm(&mut self, width: usize) -> NormLayout {
        NormLayout { gamma: self.take(width), beta: self.take(width) }
    }

    fn linear(&mut self, inputs: usize, outputs: usize) -> LinearLayout {
        LinearLayout { weight: self.take(inputs * outputs), bias: self.take(outputs), inputs, outputs }
    }
}
