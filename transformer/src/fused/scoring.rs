//! Exact match by one teacher-forced pass, as `score.rs` defines it. Sequences of all lengths go through together.

use super::chunk::Chunk;
use super::forward::{Pass, Workspace};
use super::instructions::Instructions;
use super::weights::{Passes, Weights};
use crate::batch::Sequence;
use crate::model::Transformer;
use crate::score::Score;

/// Scores each sequence; the model has tables for all that they hold.
pub(crate) fn score(instructions: Instructions, model: &Transformer, sequences: &[Sequence]) -> Vec<Score> {
    let config = model.config();
    let weights = Weights::of(model, instructions);
    let pass = Pass { instructions, config, weights: &weights, passes: Passes::Forward };
    let mut workspace = Workspace::default();
    let mut scores = Vec::with_capacity(sequences.len());
    let mut left = sequences.iter();
    for chunk in Chunk::cut(sequences, config.width, Sequence::answered) {
        pass.forward(&chunk, &mut workspace);
        let mut logits = workspace.logits.chunks_exact(config.vocabulary);
        scores.extend(left.by_ref().take(chunk.sequences.len()).map(|sequence| Score::of(sequence, logits.by_ref())));
    }
    scores
}
