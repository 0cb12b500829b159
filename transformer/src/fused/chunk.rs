//! Whole sequences that go through the model together, one after another as the rows of one matrix, so that nothing is padded.

use std::ops::Range;

use crate::batch::Sequence;

/// Rows that a chunk has at least, unless the batch ends: few enough that what the backward pass needs again is still in the cache, enough
/// that products over the rows are long; and, for wide models, enough that reading all weights once a chunk does not count.
fn rows_at_least(width: usize) -> usize {
    (2 * width).max(128)
}

/// Some sequences of a batch.
#[derive(Debug, Default, Clone)]
pub(super) struct Chunk {
    /// `[R]` token ids of all sequences.
    pub(super) tokens: Vec<u32>,
    /// `[R]` positions.
    pub(super) positions: Vec<usize>,
    /// Rows of each sequence.
    pub(super) sequences: Vec<Range<usize>>,
    /// `[N]` rows whose successor is to be predicted, ascending.
    pub(super) predicted: Vec<usize>,
    /// `[N]` those successors.
    pub(super) targets: Vec<u32>,
}

impl Chunk {
    /// Cuts a batch into chunks, for a model of the given width. `predicted` says which tokens of a sequence are predicted, ascending.
    pub(super) fn cut<'s, I: IntoIterator<Item = usize>>(
        sequences: &'s [Sequence],
        width: usize,
        predicted: impl Fn(&'s Sequence) -> I,
    ) -> Vec<Self> {
        let mut chunks: Vec<Self> = Vec::new();
        for sequence in sequences {
            match chunks.last_mut() {
                Some(chunk) if chunk.rows() < rows_at_least(width) => chunk.add(sequence, predicted(sequence)),
                _ => {
                    let mut chunk = Self::default();
                    chunk.add(sequence, predicted(sequence));
                    chunks.push(chunk);
                }
            }
        }
        chunks
    }

    /// Appends a sequence, of which the tokens at these places are predicted. Its last token has no successor, and nothing else reads it.
    pub(super) fn add(&mut self, sequence: &Sequence, predicted: impl IntoIterator<Item = usize>) {
        let start = self.tokens.len();
        let read = sequence.tokens.len().saturating_sub(1);
        self.tokens.extend_from_slice(&sequence.tokens[..read]);
        self.positions.extend(sequence.placement.positions(&sequence.tokens[..read]));
        self.sequences.push(start..self.tokens.len());
        for t in predicted {
            self.predicted.push(start + t - 1);
            self.targets.push(sequence.tokens[t]);
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.tokens.len()
    }
}
