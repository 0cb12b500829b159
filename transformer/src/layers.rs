//! The layers with weights: linear maps and norms.
//!
//! Every weight has a leading axis of K replicas, models that differ only in their seeds and are trained as one ([`Trainer`](crate::Trainer)); a single model has K = 1.

use burn::module::{Module, Param};
use burn::tensor::module::{embedding, layer_norm};
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Added to the variance under the root.
const EPSILON: f64 = 1e-5;

/// `x W + b`.
#[derive(Module, Debug)]
pub(crate) struct Linear {
    pub(crate) weight: Param<Tensor<3>>, // [K, inputs, outputs]
    pub(crate) bias: Param<Tensor<2>>,   // [K, outputs]
}

impl Linear {
    /// With weights that are still to be set.
    pub(crate) fn new(replicas: usize, inputs: usize, outputs: usize, device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([replicas, inputs, outputs], device)),
            bias: Param::from_tensor(Tensor::zeros([replicas, outputs], device)),
        }
    }

    /// # Shapes
    /// - `x`: `[K, N, inputs]`; returns `[K, N, outputs]`
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.matmul(self.weight.val()) + self.bias.val().unsqueeze_dim(1)
    }
}

/// Each row brought to mean 0 and deviation 1, then `gamma x + beta`.
#[derive(Module, Debug)]
pub(crate) struct LayerNorm {
    gamma: Param<Tensor<2>>, // [K, D]
    beta: Param<Tensor<2>>,  // [K, D]
}

impl LayerNorm {
    pub(crate) fn new(replicas: usize, width: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([replicas, width], device)),
            beta: Param::from_tensor(Tensor::zeros([replicas, width], device)),
        }
    }

    /// # Shapes
    /// - `x`: `[K, N, D]`; returns the same
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [replicas, _, width] = x.dims();
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        if replicas == 1 {
            return layer_norm(x, gamma.reshape([width]), Some(beta.reshape([width])), EPSILON);
        }
        // burn normalizes with one gamma and beta for all rows, so these come after.
        let normalized = layer_norm(x, Tensor::ones([width], &gamma.device().inner()), None, EPSILON);
        normalized * gamma.unsqueeze_dim(1) + beta.unsqueeze_dim(1)
    }
}

/// Rows of each replica's table.
///
/// # Shapes
/// - `table`: `[K, rows, D]`; `ids`: `[K, N]`; returns `[K, N, D]`
pub(crate) fn look_up(table: Tensor<3>, ids: Tensor<2, Int>) -> Tensor<3> {
    let [replicas, rows, width] = table.dims();
    let starts: Vec<i32> = (0..replicas).map(|replica| (replica * rows) as i32).collect();
    let starts = Tensor::<2, Int>::from_data(TensorData::new(starts, [replicas, 1]), &ids.device());
    embedding(table.reshape([replicas * rows, width]), ids + starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    fn tensor<const D: usize>(numbers: &[f32], shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), shape), test_device().burn())
    }

    #[test]
    fn each_replica_has_weights_of_its_own() {
        let device = test_device().burn().clone();
        let mut linear = Linear::new(2, 2, 1, &device);
        linear.weight = Param::from_tensor(tensor(&[1.0, 2.0, 10.0, 20.0], [2, 2, 1]));
        linear.bias = Param::from_tensor(tensor(&[0.5, 7.0], [2, 1]));
        let y: Vec<f32> = read(linear.forward(tensor(&[1.0, 1.0, 3.0, 0.0, 1.0, 1.0, 3.0, 0.0], [2, 2, 2])));
        assert_eq!(y, [3.5, 3.5, 37.0, 37.0]);

        let mut norm = LayerNorm::new(2, 2, &device);
        norm.gamma = Param::from_tensor(tensor(&[1.0, 1.0, 2.0, 3.0], [2, 2]));
        norm.beta = Param::from_tensor(tensor(&[0.0, 0.0, 1.0, 0.0], [2, 2]));
        // 4 and 6 are 1 to either side of their mean.
        let y: Vec<f32> = read(norm.forward(tensor(&[4.0, 6.0, 4.0, 6.0], [2, 1, 2])));
        for (y, right) in y.into_iter().zip([-1.0, 1.0, -1.0, 3.0]) {
            assert!((y - right).abs() < 1e-4, "{y} is not {right}");
        }

        let ids = Tensor::<2, Int>::from_data(TensorData::new(vec![1_i32, 0, 0, 1], [2, 2]), &device);
        let rows: Vec<f32> = read(look_up(tensor(&[1.0, 2.0, 3.0, 4.0], [2, 2, 1]), ids));
        assert_eq!(rows, [2.0, 1.0, 3.0, 4.0]);
    }
}
