//! Between burn's tensors and the flat slice of `layout.rs`: one walk over the model, in burn's order.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use super::training::Gradient;
use crate::batch::read;
use crate::model::Transformer;

/// Reads all weights.
pub(super) fn read_weights(model: &Transformer, flat: &mut Vec<f32>) {
    flat.clear();
    model.visit(&mut Reader { flat });
}

/// The sum of shares of the gradients, as the optimizer takes them.
pub(super) fn gradients(model: &Transformer, shares: &[Gradient]) -> GradientsParams {
    let mut giver = Giver { shares, start: 0, gradients: GradientsParams::new() };
    model.visit(&mut giver);
    giver.gradients
}

struct Reader<'f> {
    flat: &'f mut Vec<f32>,
}

impl ModuleVisitor for Reader<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.flat.extend_from_slice(&read::<f32, D, _>(param.val()));
    }
}

struct Giver<'s> {
    shares: &'s [Gradient],
    /// Where the next tensor starts.
    start: usize,
    gradients: GradientsParams,
}

impl ModuleVisitor for Giver<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.val().shape();
        let own = self.start..self.start + shape.num_elements();
        self.start = own.end;
        // Tensor by tensor, so that each is still in the cache when the next share is added.
        let sum = Gradient::sum(self.shares, own);
        let device = param.val().device().inner();
        self.gradients.register(param.id, Tensor::<D>::from_data(TensorData::new(sum, shape), &device));
    }
}
