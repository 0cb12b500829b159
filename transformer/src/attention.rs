//! Causal self-attention.

use burn::module::Module;
use burn::tensor::{Bool, Device, Tensor, activation::softmax};

use crate::layers::Linear;
use crate::model::ModelConfig;
use crate::position::{Fire, InAttention, Positions};

/// Multi-head causal self-attention with one merged projection for queries, keys and values.
#[derive(Module, Debug)]
pub(crate) struct CausalAttention {
    query_key_value: Linear,
    output: Linear,
    fire: Option<Fire>,
    heads: usize,
}

impl CausalAttention {
    pub(crate) fn new(config: &ModelConfig, replicas: usize, device: &Device) -> Self {
        let ModelConfig { width, heads, .. } = *config;
        Self {
            query_key_value: Linear::new(replicas, width, 3 * width, device),
            output: Linear::new(replicas, width, width, device),
            fire: match config.positions {
                Positions::Fire { threshold } => Some(Fire::new(threshold, replicas, heads, device)),
                _ => None,
            },
            heads,
        }
    }

    /// # Shapes
    /// - `x`: `[K, B * T, D]`; `hidden`: as [`hidden_from`] makes it
    /// - returns `[K, B * T, D]`
    pub(crate) fn forward(&self, x: Tensor<3>, batch: usize, hidden: Tensor<4, Bool>, positions: &InAttention) -> Tensor<3> {
        let [replicas, rows, width] = x.dims();
        let (tokens, head_width) = (rows / batch, width / self.heads);
        let shape = [replicas * batch, tokens, 3 * self.heads, head_width];
        let qkv = self.query_key_value.forward(x).reshape(shape).swap_dims(1, 2); // [K * B, 3H, T, D/H]
        let [mut query, mut key, value] = [0, 1, 2].map(|part| qkv.clone().narrow(1, part * self.heads, self.heads));
        if let Some(rotation) = &positions.rotation {
            (query, key) = (rotation.turn(query), rotation.turn(key));
        }
        if let Some(sharpness) = &positions.sharpness {
            query = query * sharpness.clone();
        }
        let bias = positions.bias.clone().or_else(|| self.fire.as_ref().map(|fire| fire.bias(tokens)));
        let bias = bias.map(|bias| for_each_sequence(bias, batch));
        let mixed = attend(query, key, value, bias, hidden) // [K * B, H, T, D/H]
            .swap_dims(1, 2)
            .reshape([replicas, rows, width]);
        self.output.forward(mixed)
    }
}

/// A bias for each replica, or one for all, as one that can be added to the logits of all their sequences.
///
/// # Shapes
/// - `bias`: `[K, H, T, T]` or `[1, H, T, T]`; returns `[K * B, H, T, T]`, or as it was
fn for_each_sequence(bias: Tensor<4>, batch: usize) -> Tensor<4> {
    let [replicas, heads, tokens, _] = bias.dims();
    if replicas == 1 {
        return bias;
    }
    let bias: Tensor<5> = bias.unsqueeze_dim(1);
    bias.expand([replicas, batch, heads, tokens, tokens]).reshape([replicas * batch, heads, tokens, tokens])
}

/// Which keys are hidden from which queries: those that come later.
///
/// # Shapes
/// - returns `[1, 1, T, T]`, true where query (third axis) may not look at key (fourth axis)
pub(crate) fn hidden_from(tokens: usize, device: &Device) -> Tensor<4, Bool> {
    // burn's `tril_mask` is false on and below the diagonal, true above it.
    Tensor::<2, Bool>::tril_mask([tokens, tokens], 0, device).unsqueeze()
}

/// Scaled dot-product attention under a boolean mask.
///
/// Hidden positions get weight exactly 0. Source: Vaswani et al. 2017, equation 1, <https://arxiv.org/abs/1706.03762>.
///
/// # Shapes
/// - `query`, `key`, `value`: `[B, H, T, D/H]`; `bias`, added to the scaled logits: `[B, H, T, T]` or `[1, H, T, T]`; `hidden`: `[1, 1, T, T]`
/// - returns `[B, H, T, D/H]`
fn attend(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>, bias: Option<Tensor<4>>, hidden: Tensor<4, Bool>) -> Tensor<4> {
    let [batch, heads, tokens, head_width] = query.dims();
    // Scaling the query costs T x D/H products instead of T x T.
    let query = query.mul_scalar((head_width as f32).powf(-0.5));
    let mut logits = query.matmul(key.swap_dims(2, 3)); // [B, H, T, T]
    if let Some(bias) = bias {
        logits = logits + bias;
    }
    let logits = logits.mask_fill(hidden.expand([batch, heads, tokens, tokens]), f32::NEG_INFINITY);
    softmax(logits, 3).matmul(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::test_device;
    use burn::tensor::TensorData;

    /// The definition, one query at a time, in f64.
    fn attend_slowly(query: &[f32], key: &[f32], value: &[f32], bias: &[f32], tokens: usize, width: usize) -> Vec<f64> {
        let row = |x: &[f32], t: usize, c: usize| f64::from(x[t * width + c]);
        let mut mixed = Vec::new();
        for t in 0..tokens {
            let weights: Vec<f64> = (0..=t)
                .map(|s| {
                    let product = (0..width).map(|c| row(query, t, c) * row(key, s, c)).sum::<f64>();
                    (product / (width as f64).sqrt() + f64::from(bias[t * tokens + s])).exp()
                })
                .collect();
            let total: f64 = weights.iter().sum();
            for c in 0..width {
                mixed.push((0..=t).map(|s| weights[s] / total * row(value, s, c)).sum());
            }
        }
        mixed
    }

    #[test]
    fn attention_equals_its_definition() {
        let (tokens, width) = (5, 3);
        let numbers = |shift: usize| -> Vec<f32> { (0..tokens * width).map(|i| ((i * 7 + shift) % 11) as f32 / 5.0 - 1.0).collect() };
        let (query, key, value) = (numbers(1), numbers(2), numbers(5));
        let device = test_device().burn().clone();
        let tensor = |x: &[f32]| Tensor::<4>::from_data(TensorData::new(x.to_vec(), [1, 1, tokens, width]), &device);
        let numbers: Vec<f32> = (0..tokens * tokens).map(|i| (i * 5 % 7) as f32 / 3.0).collect();
        let bias = Tensor::<4>::from_data(TensorData::new(numbers.clone(), [1, 1, tokens, tokens]), &device);
        for (bias, numbers) in [(None, vec![0.0; tokens * tokens]), (Some(bias), numbers)] {
            let fast = attend(tensor(&query), tensor(&key), tensor(&value), bias, hidden_from(tokens, &device));
            let fast: Vec<f32> = fast.try_into_vec_as().unwrap();
            for (fast, slow) in fast.iter().zip(attend_slowly(&query, &key, &value, &numbers, tokens, width)) {
                assert!((f64::from(*fast) - slow).abs() < 1e-5, "{fast} is not {slow}");
            }
        }
    }
}
