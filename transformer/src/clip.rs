//! Clipping of gradients by the norm of all of a model's together.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Scales the gradients of each replica down to a Euclidean norm of `norm_max`, taken over all its numbers, where theirs is larger.
///
/// burn's own clipping takes the norm of each tensor by itself. Source: Pascanu et al. 2013, algorithm 1, <https://arxiv.org/abs/1211.5063>.
pub(crate) fn clip<M: Module>(model: &M, gradients: GradientsParams, norm_max: f64) -> GradientsParams {
    let mut squares = Squares { gradients: &gradients, sum: None };
    model.visit(&mut squares);
    let Some(sum) = squares.sum else { return gradients };
    // Stays on the device: reading the norm would wait for it.
    let share = sum.sqrt().clamp_min(norm_max).recip().mul_scalar(norm_max);
    let mut scaler = Scaler { gradients, share };
    model.visit(&mut scaler);
    scaler.gradients
}

/// How many replicas a tensor has, and how many numbers of each.
fn of_each(dims: &[usize]) -> [usize; 2] {
    [dims[0], dims[1..].iter().product()]
}

/// Sums the squares of all gradients.
struct Squares<'g> {
    gradients: &'g GradientsParams,
    /// `[K]`
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        let [replicas, rest] = of_each(&gradient.dims());
        let square = gradient.square().reshape([replicas, rest]).sum_dim(1).reshape([replicas]);
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + square,
            None => square,
        });
    }
}

struct Scaler {
    gradients: GradientsParams,
    share: Tensor<1>,
}

impl ModuleVisitor for Scaler {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else { return };
        let mut of_each = [1; D];
        of_each[0] = self.share.dims()[0];
        self.gradients.register(param.id, gradient * self.share.clone().reshape(of_each));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;
    use crate::layers::Linear;

    fn numbers(gradients: &GradientsParams, layer: &Linear) -> Vec<f32> {
        let weight = gradients.get::<3>(layer.weight.id).map(read::<f32, 3, _>).unwrap();
        let bias = gradients.get::<2>(layer.bias.id).map(read::<f32, 2, _>).unwrap();
        [weight, bias].concat()
    }

    #[test]
    fn only_what_is_longer_is_shortened_and_its_direction_stays() {
        let device = test_device().burn().clone();
        let layer = Linear::new(2, 2, 1, &device);
        let gradients = || {
            let mut gradients = GradientsParams::new();
            gradients.register(layer.weight.id, Tensor::<3>::from_data([[[2.0], [3.0]], [[0.1], [0.2]]], &device));
            gradients.register(layer.bias.id, Tensor::<2>::from_data([[6.0], [0.2]], &device));
            gradients
        };
        // The norm of 2, 3, 6 is 7, that of 0.1, 0.2, 0.2 is 0.3.
        assert_eq!(numbers(&clip(&layer, gradients(), 8.0), &layer), [2.0, 3.0, 0.1, 0.2, 6.0, 0.2]);
        let clipped = numbers(&clip(&layer, gradients(), 1.0), &layer);
        for (clipped, right) in clipped.into_iter().zip([2.0 / 7.0, 3.0 / 7.0, 0.1, 0.2, 6.0 / 7.0, 0.2]) {
            assert!((clipped - right).abs() < 1e-6, "{clipped} is not {right}");
        }
    }
}
