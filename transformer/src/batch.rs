//! Sequences of token ids as tensors: padding, positions, and the rows where an answer is predicted.
//!
//! Padding stands on the right, where the causal mask already hides it from every real token, so no padding mask is needed.

use std::ops::Range;

use burn::tensor::{Device, Element, Int, Tensor, TensorData};

use crate::error::ModelError;
use crate::model::Transformer;
use crate::position::Placement;

/// Token ids that the model reads from their first on: a prompt and its answer, or several of them one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// The ids.
    pub tokens: Vec<u32>,
    /// Where answers stand in `tokens`, ascending; none holds the first token, which nothing predicts.
    pub answers: Vec<Range<usize>>,
    /// Where its tokens stand.
    pub placement: Placement,
}

impl Sequence {
    /// One prompt, and its answer from the token at `answer_start` on.
    pub fn example(tokens: Vec<u32>, answer_start: usize, placement: Placement) -> Self {
        Self { answers: std::iter::once(answer_start..tokens.len()).collect(), tokens, placement }
    }

    /// Places of the tokens that answer.
    pub(crate) fn answered(&self) -> impl Iterator<Item = usize> {
        self.answers.iter().cloned().flatten()
    }
}

/// Padded sequences, and where in them a next token is predicted.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) tokens: Tensor<3, Int>,    // [K, B, T]
    pub(crate) positions: Tensor<3, Int>, // [K, B, T]
    /// Flat indices into `[K * B * T]` of the tokens whose successor is to be predicted.
    pub(crate) rows: Tensor<1, Int>, // [K * N]
    /// Those successors.
    pub(crate) targets: Tensor<2, Int>, // [K, N]
    /// 1, and 0 where a replica predicts fewer tokens than others.
    pub(crate) counted: Tensor<2>, // [K, N]
}

impl Batch {
    /// Pads the sequences of each replica, as many for each, to the longest of all. `predicted` says which tokens of a sequence are predicted. The last token of
    /// a sequence has no successor, so it is not read.
    pub(crate) fn new<'s, I: IntoIterator<Item = usize>>(
        replicas: &[&[&'s Sequence]],
        predicted: impl Fn(&'s Sequence) -> I,
        device: &Device,
    ) -> Self {
        let sequences = || replicas.iter().copied().flatten();
        let length = sequences().map(|sequence| sequence.tokens.len() - 1).max().unwrap_or(0);
        let shape = [replicas.len(), replicas.first().map_or(0, |sequences| sequences.len()), length];
        let mut tokens = vec![0_i32; sequences().count() * length];
        let mut positions = tokens.clone();
        let mut predictions: Vec<Vec<(i32, i32)>> = vec![Vec::new(); replicas.len()];
        for (b, sequence) in sequences().enumerate() {
            let read = &sequence.tokens[..sequence.tokens.len() - 1];
            for (t, (&id, position)) in read.iter().zip(sequence.placement.positions(read)).enumerate() {
                tokens[b * length + t] = id as i32;
                positions[b * length + t] = position as i32;
            }
            for t in predicted(sequence) {
                predictions[b / shape[1]].push(((b * length + t - 1) as i32, sequence.tokens[t] as i32));
            }
        }
        let most = predictions.iter().map(Vec::len).max().unwrap_or(0);
        let (mut rows, mut targets, mut counted) = (Vec::new(), Vec::new(), Vec::new());
        for (replica, predictions) in predictions.into_iter().enumerate() {
            // A row of the replica's own: what is no number there is not to come from another.
            let first = (replica * shape[1] * length) as i32;
            let padding = std::iter::repeat_n((first, 0), most - predictions.len());
            counted.extend((0..most).map(|idx| f32::from(u8::from(idx < predictions.len()))));
            for (row, target) in predictions.into_iter().chain(padding) {
                rows.push(row);
                targets.push(target);
            }
        }
        let (all, of_each) = ([rows.len()], [replicas.len(), most]);
        Self {
            tokens: Tensor::from_data(TensorData::new(tokens, shape), device),
            positions: Tensor::from_data(TensorData::new(positions, shape), device),
            rows: Tensor::from_data(TensorData::new(rows, all), device),
            targets: Tensor::from_data(TensorData::new(targets, of_each), device),
            counted: Tensor::from_data(TensorData::new(counted, of_each), device),
        }
    }

    /// Logits at the predicted rows.
    ///
    /// # Shapes
    /// - returns `[K, N, V]`
    pub(crate) fn logits(&self, model: &Transformer) -> Tensor<3> {
        let residual = model.residual(self.tokens.clone(), self.positions.clone());
        let ([replicas, rows, width], [_, predicted]) = (residual.dims(), self.targets.dims());
        let predicting = residual.reshape([replicas * rows, width]).select(0, self.rows.clone());
        model.logits(predicting.reshape([replicas, predicted, width]))
    }
}

/// Refuses sequences of a single token, answers that are empty or not within them, and what the model's tables cannot hold.
pub(crate) fn check(model: &Transformer, sequences: &[Sequence]) -> Result<(), ModelError> {
    for sequence in sequences {
        let within = 1..=sequence.tokens.len();
        let is_off = |answer: &Range<usize>| answer.is_empty() || !within.contains(&answer.start) || !within.contains(&answer.end);
        if sequence.tokens.len() < 2 || sequence.answers.iter().any(is_off) {
            return Err(ModelError::EmptySequence);
        }
        model.check(&sequence.tokens, &sequence.placement, 0)?;
    }
    Ok(())
}

/// The numbers of a tensor, converted to `E`.
///
/// Reading fails only where the device itself has failed, which is not an error that a caller could mend.
pub(crate) fn read<E: Element, const D: usize, K: burn::tensor::kind::Basic>(tensor: Tensor<D, K>) -> Vec<E> {
    tensor.try_into_vec_as().expect("the device could not be read")
}
