//! `fire`: a small network's value at the distance, relative to the query's own position, added to the logits; each block has its own
//! (Li et al. 2024, section 3, <https://arxiv.org/abs/2310.04418>): `b(i, j) = f(psi(i - j) / psi(max(L, i)))`, `psi(x) = ln(c x + 1)`, where f
//! has one hidden layer of 32 and gives one number per head. c starts at 0.1, as in the paper's code, and is trained; so is L. L starts at a
//! quarter of the longest training sequence, as there (512 of 2,048), so that most of training is relative already.
//!
//! In training and at evaluation: tokens count from the sequence's first. What f is given never leaves [0, 1], however long the sequence;
//! a shift of all positions would change it, for queries beyond L.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};

use crate::layers::Linear;

/// Width of the hidden layer.
pub(crate) const HIDDEN: usize = 32;
const SCALE: f32 = 0.1;
/// Keeps the divisor from 0 where training takes L there.
const EPSILON: f32 = 1e-6;

/// The scheme within one block.
#[derive(Module, Debug)]
pub(crate) struct Fire {
    /// c: `[K, 1]`.
    scale: Param<Tensor<2>>,
    /// L as a multiple of where it starts: `[K, 1]`.
    threshold: Param<Tensor<2>>,
    hidden: Linear,
    per_head: Linear,
    #[module(skip)]
    threshold_start: usize,
}

impl Fire {
    pub(crate) fn new(threshold_start: usize, replicas: usize, heads: usize, device: &Device) -> Self {
        Self {
            scale: Param::from_tensor(Tensor::full([replicas, 1], SCALE, device)),
            threshold: Param::from_tensor(Tensor::ones([replicas, 1], device)),
            hidden: Linear::new(replicas, 1, HIDDEN, device),
            per_head: Linear::new(replicas, HIDDEN, heads, device),
            threshold_start,
        }
    }

    /// # Shapes
    /// - returns `[K, H, T, T]`: query in the third axis, key in the fourth; keys that come later have that of distance 0
    pub(crate) fn bias(&self, tokens: usize) -> Tensor<4> {
        let relative = self.relative_distances(tokens);
        let [replicas, _, _] = relative.dims();
        let relative = relative.reshape([replicas, tokens * tokens, 1]);
        let per_head = self.per_head.forward(relu(self.hidden.forward(relative))); // [K, T * T, H]
        let [_, _, heads] = per_head.dims();
        per_head.reshape([replicas, tokens, tokens, heads]).permute([0, 3, 1, 2])
    }

    /// # Shapes
    /// - returns `[K, T, T]`, each in [0, 1]
    fn relative_distances(&self, tokens: usize) -> Tensor<3> {
        let scale = self.scale.val();
        let device = scale.device();
        let [replicas, _] = scale.dims();
        let psi = |x: Tensor<3>| (x * scale.clone().abs().unsqueeze_dim(2) + 1.0).log();
        let distances: Vec<f32> = (0..tokens).flat_map(|query| (0..tokens).map(move |key| query.saturating_sub(key) as f32)).collect();
        let queries: Vec<f32> = (0..tokens).map(|query| query as f32).collect();
        let queries = Tensor::<3>::from_data(TensorData::new(queries, [1, tokens, 1]), &device).expand([replicas, tokens, 1]);
        let threshold =
            self.threshold.val().abs().mul_scalar(self.threshold_start as f32).unsqueeze_dim::<3>(2).expand([replicas, tokens, 1]);
        let distances = Tensor::<3>::from_data(TensorData::new(distances, [1, tokens, tokens]), &device);
        psi(distances) / (psi(queries.max_pair(threshold)) + EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    fn relative(tokens: usize) -> Vec<Vec<f32>> {
        let fire = Fire::new(4, 1, 2, test_device().burn());
        read::<f32, 3, _>(fire.relative_distances(tokens)).chunks(tokens).map(<[f32]>::to_vec).collect()
    }

    #[test]
    fn distances_are_relative_to_the_query_s_position_beyond_the_threshold() {
        // ln(0.1 (i - j) + 1) / ln(0.1 max(4, i) + 1).
        let found = relative(9);
        for (query, key, right) in [(0, 0, 0.0), (1, 0, 0.283_263_1), (3, 1, 0.541_862_1), (6, 1, 0.862_685_1), (8, 0, 1.0_f32)] {
            assert!((found[query][key] - right).abs() < 1e-5, "({query}, {key}): {} is not {right}", found[query][key]);
        }
        assert!(found.iter().flatten().all(|share| (0.0..=1.0).contains(share)));
        // Up to the threshold a shift changes nothing; beyond it does.
        assert!((found[3][1] - found[4][2]).abs() < 1e-6);
        assert!((found[6][4] - found[8][6]).abs() > 1e-2);
    }

    #[test]
    fn the_network_gives_one_number_per_head() {
        let mut fire = Fire::new(4, 1, 2, test_device().burn());
        let matrix = |numbers: &[f32], shape: [usize; 2]| {
            let mut whole = numbers.to_vec();
            whole.resize(shape[0] * shape[1], 0.0);
            Param::from_tensor(Tensor::<3>::from_data(TensorData::new(whole, [1, shape[0], shape[1]]), test_device().burn()))
        };
        let vector = |numbers: &[f32], len: usize| {
            let mut whole = numbers.to_vec();
            whole.resize(len, 0.0);
            Param::from_tensor(Tensor::<2>::from_data(TensorData::new(whole, [1, len]), test_device().burn()))
        };
        // f(x) = 2 max(0, x) + 0.5 max(0, 1 - 2 x) - max(0, 0.5 x - 0.1) + 0.25 for the first head, -0.5 for the second.
        fire.hidden.weight = matrix(&[1.0, -2.0, 0.5], [1, HIDDEN]);
        fire.hidden.bias = vector(&[0.0, 1.0, -0.1], HIDDEN);
        fire.per_head.weight = matrix(&[2.0, 0.0, 0.5, 0.0, -1.0, 0.0], [HIDDEN, 2]);
        fire.per_head.bias = vector(&[0.25, -0.5], 2);
        let bias: Vec<f32> = read(fire.bias(9));
        let first = |query: usize, key: usize| bias[query * 9 + key];
        for (query, key, right) in [(0, 0, 0.75), (1, 0, 0.991_631_6), (3, 1, 1.162_793_2), (6, 1, 1.644_027_6), (8, 0, 1.85_f32)] {
            assert!((first(query, key) - right).abs() < 1e-5, "({query}, {key}): {} is not {right}", first(query, key));
        }
        assert!(bias[81..].iter().all(|second| (second + 0.5).abs() < 1e-6));
    }
}
