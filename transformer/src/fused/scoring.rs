//! Exact match by one teacher-forced pass, as `score.rs` defines it. Sequences of all lengths go through together.

use super::chunk::Chunk;
use super::cross_entropy::Judge;
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
        let mut rows = workspace.logits.chunks_exact(config.vocabulary).zip(&chunk.targets);
        for sequence in left.by_ref().take(chunk.sequences.len()) {
            let tokens = sequence.answered().count();
            let (mut tokens_right, mut loss) = (0, 0.0);
            for (logits, &target) in rows.by_ref().take(tokens) {
                let (best, nats) = instructions.run(Judge { logits, target });
                tokens_right += usize::from(best == target);
                loss += f64::from(nats);
            }
            scores.push(Score { exact: tokens_right == tokens, tokens_right, tokens, loss });
        }
    }
    scores
}
