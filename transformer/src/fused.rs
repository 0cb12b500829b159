//! The CPU's own way of computing what `model.rs` defines; a reader of the model need not open this.
//!
//! One training step of plain burn spends a quarter of its time in matrix products; the rest goes into fresh buffers of a megabyte for each
//! operation, copies for transposes, and element-wise functions one number at a time. Here forward and backward pass go together over
//! chunks of a few sequences ([`chunk`]), so that what the backward pass reads is still in the cache; nothing is padded; weights are packed
//! once a step; biases, residuals and masks are applied while a tile of a product is in registers; and every loop is written for vectors
//! ([`instructions`]). burn keeps the weights, and its optimizer steps them.
//!
//! Tested tensor by tensor against burn's own gradients, and operation by operation against definitions in `f64`.

#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions of its caller")]

mod activation;
mod attention;
mod backward;
#[cfg(feature = "benchmark")]
pub mod benchmark;
mod chunk;
mod cross_entropy;
mod decoding;
mod forward;
mod instructions;
mod layer_norm;
mod layout;
mod product;
mod scoring;
mod training;
mod vector;
mod walk;
mod weights;

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;

use burn::optim::GradientsParams;

pub(crate) use decoding::decode;
pub(crate) use instructions::Instructions;
pub(crate) use scoring::score;

use crate::batch::Sequence;
use crate::model::{ModelConfig, Transformer};
use crate::position::Positions;
use crate::train::LossOn;
use chunk::Chunk;
use forward::Pass;
use layout::Layout;
use training::TrainingRoom;
use weights::{Passes, Weights};

/// Whether the fused passes compute such a model; plain burn computes the others.
pub(crate) fn computes(config: &ModelConfig) -> bool {
    if config.loops > 1 || config.sharpen_beyond.is_some() {
        return false;
    }
    match config.positions {
        // What is added to the tokens' vectors.
        Positions::None
        | Positions::Learned { .. }
        | Positions::Sinusoidal
        | Positions::Randomized { .. }
        | Positions::Abacus { .. }
        | Positions::Coupled { .. } => true,
        // What happens inside attention.
        Positions::Rotary | Positions::Alibi | Positions::T5 | Positions::Fire { .. } => false,
    }
}

/// What fused training keeps between steps.
pub(crate) struct FusedTraining {
    instructions: Instructions,
    config: ModelConfig,
    weights: Weights,
    room: TrainingRoom,
}

impl FusedTraining {
    pub(crate) fn new(config: &ModelConfig, instructions: Instructions) -> Self {
        let weights = Weights::new(Layout::new(config));
        Self { instructions, config: config.clone(), weights, room: TrainingRoom::default() }
    }

    /// The mean cross-entropy over all predicted tokens, and its gradients; `None` where no token is predicted.
    ///
    /// The model has the configuration that this was made for, and tables for all that the sequences hold.
    pub(crate) fn loss_and_gradients(
        &mut self,
        model: &Transformer,
        sequences: &[Sequence],
        loss_on: LossOn,
        threads: usize,
    ) -> Option<(f32, GradientsParams)> {
        let Self { instructions, config, weights, room } = self;
        let mut chunks = Chunk::cut(sequences, config.width, |sequence| loss_on.predicted(sequence));
        // Packed windows without a whole prompt teach nothing.
        chunks.retain(|chunk| !chunk.predicted.is_empty());
        let predicted: usize = chunks.iter().map(|chunk| chunk.predicted.len()).sum();
        if predicted == 0 {
            return None;
        }
        walk::read_weights(model, &mut weights.flat);
        weights.pack(*instructions, config.width, Passes::ForwardAndBackward);
        let pass = Pass { instructions: *instructions, config, weights, passes: Passes::ForwardAndBackward };
        let (loss, gradient) = pass.train(&chunks, 1.0 / predicted as f32, threads, room);
        Some(((loss / predicted as f64) as f32, walk::gradients(model, gradient)))
    }
}
