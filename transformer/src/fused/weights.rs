//! The model's weights as the fused passes read them: flat, and packed for products in both directions.

use super::instructions::Instructions;
use super::layout::{Layout, LinearLayout};
use super::product::{Panels, Rows};
use super::walk;
use crate::model::Transformer;

/// A linear layer's weight, packed.
#[derive(Debug, Default, Clone)]
pub(super) struct PackedLinear {
    /// For `y = x W`.
    pub(super) forward: Panels,
    /// For `dx = dy W'`.
    pub(super) backward: Panels,
}

#[derive(Debug, Default, Clone)]
pub(super) struct PackedBlock {
    pub(super) query_key_value: PackedLinear,
    pub(super) output: PackedLinear,
    pub(super) widen: PackedLinear,
    pub(super) narrow: PackedLinear,
}

/// The weights of a model, and where they stand.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub(super) layout: Layout,
    pub(super) flat: Vec<f32>,
    pub(super) blocks: Vec<PackedBlock>,
    /// The token vectors as the last matrix: `logits = x E'`.
    pub(super) head: PackedLinear,
}

/// Whether gradients will be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passes {
    Forward,
    ForwardAndBackward,
}

impl Weights {
    pub(super) fn new(layout: Layout) -> Self {
        let blocks = vec![PackedBlock::default(); layout.blocks.len()];
        Self { flat: vec![0.0; layout.len], layout, blocks, head: PackedLinear::default() }
    }

    /// The weights of a model, packed for forward passes.
    pub(super) fn of(model: &Transformer, instructions: Instructions) -> Self {
        let config = model.config();
        let mut weights = Self::new(Layout::new(config));
        walk::read_weights(model, &mut weights.flat);
        weights.pack(instructions, config.width, Passes::Forward);
        weights
    }

    /// Packs what `flat` holds, after it has changed.
    ///
    /// # Shapes
    /// - `width`: D
    pub(super) fn pack(&mut self, instructions: Instructions, width: usize, passes: Passes) {
        let Self { layout, flat, blocks, head } = self;
        let pack = |packed: &mut PackedLinear, linear: &LinearLayout| {
            let weight = Rows::new(&flat[linear.weight.clone()], linear.outputs);
            packed.forward.pack(instructions, weight, linear.inputs, linear.outputs);
            if passes == Passes::ForwardAndBackward {
                packed.backward.pack_transposed(instructions, weight, linear.outputs, linear.inputs);
            }
        };
        for (packed, block) in blocks.iter_mut().zip(&layout.blocks) {
            pack(&mut packed.query_key_value, &block.query_key_value);
            pack(&mut packed.output, &block.output);
            pack(&mut packed.widen, &block.widen);
            pack(&mut packed.narrow, &block.narrow);
        }
        let tokens = &flat[layout.tokens.clone()];
        let vocabulary = tokens.len() / width;
        head.forward.pack_transposed(instructions, Rows::new(tokens, width), width, vocabulary);
        if passes == Passes::ForwardAndBackward {
            head.backward.pack(instructions, Rows::new(tokens, width), vocabulary, width);
        }
    }
}
