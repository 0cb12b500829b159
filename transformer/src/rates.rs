//! A learning rate for each of several models side by side.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Where steps of other rates lead, of which `after` is one. AdamW's step, decay and all, is in proportion to its rate (Loshchilov and Hutter 2019, algorithm 2), so a share
/// of the rate leads that share of the way.
///
/// # Shapes
/// - `shares`: `[K]`, one for each replica
pub(crate) fn at_shares<M: Module>(before: &M, after: M, shares: &Tensor<1>) -> M {
    let mut keeper = Keeper { kept: GradientsParams::new() };
    before.visit(&mut keeper);
    after.map(&mut Mover { before: keeper.kept, shares })
}

/// Keeps weights by their numbers, in a container that burn has for gradients.
struct Keeper {
    kept: GradientsParams,
}

impl ModuleVisitor for Keeper {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.kept.register(param.id, param.val().inner());
    }
}

struct Mover<'s> {
    before: GradientsParams,
    shares: &'s Tensor<1>,
}

impl ModuleMapper for Mover<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(before) = self.before.remove::<D>(param.id) else { return param };
        let mut of_each = [1; D];
        of_each[0] = self.shares.dims()[0];
        let shares = self.shares.clone().reshape(of_each);
        param.map(|after| {
            let moved = Tensor::from_inner(before.clone() + (after.clone().inner() - before) * shares);
            if after.is_require_grad() { moved.require_grad() } else { moved }
        })
    }
}
