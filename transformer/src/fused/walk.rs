//! Between burn's tensors and the flat slice of `layout.rs`: one walk over the model, in burn's order.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use crate::batch::read;
use crate::model::Transformer;

/// Reads all weights.
pub(super) fn read_weights(model: &Transformer, flat: &mut Vec<f32>) {
    flat.clear();
    model.visit(&mut Reader { flat });
}

/// Gradients as the optimizer takes them.
pub(super) fn gradients(model: &Transformer, flat: &[f32]) -> GradientsParams {
    let mut giver = Giver { left: flat, gradients: GradientsParams::new() };
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

struct Giver<'f> {
    left: &'f [f32],
    gradients: GradientsParams,
}

impl ModuleVisitor for Giver<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.val().shape();
        let (own, left) = self.left.split_at(shape.num_elements());
        self.left = left;
        let device = param.val().device().inner();
        self.gradients.register(param.id, Tensor::<D>::from_data(TensorData::new(own.to_vec(), shape), &device));
    }
}
