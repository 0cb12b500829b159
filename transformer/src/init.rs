//! Initial weights from the caller's random stream, drawn on the host so that every device starts from the same numbers.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use crate::position::FIRE_HIDDEN;

const DEVIATION: f32 = 0.02;

/// Redraws the matrices of each replica, in the order in which burn visits them: normal with deviation 0.02, the projections back into the
/// residual stream narrower by `sqrt(2 layers)`. Vectors of linear layers become zero; norms stay as burn made them (one and zero).
/// The small networks of the position scheme `fire` stand outside the stream: they start as in its paper's code, matrices and vectors
/// uniform up to `1 / sqrt(inputs)`.
///
/// Source: Radford et al. 2019 (GPT-2), section 2.3.
pub(crate) fn initialize<M: Module>(model: M, layers: usize, rngs: &mut [impl Rng]) -> M {
    model.map(&mut Initializer { path: Vec::new(), residual_deviation: DEVIATION / (2.0 * layers as f32).sqrt(), rngs })
}

struct Initializer<'r, R> {
    path: Vec<String>,
    residual_deviation: f32,
    /// One for each replica.
    rngs: &'r mut [R],
}

impl<R: Rng> ModuleMapper for Initializer<'_, R> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is = |name: &str| self.path.iter().any(|part| part == name);
        let is_bias = self.path.last().is_some_and(|name| name == "bias");
        let spread = match D {
            // The first layer of the small network has one input.
            _ if is("fire") && is("hidden") => Spread::Within(1.0),
            _ if is("fire") && is("per_head") => Spread::Within((FIRE_HIDDEN as f32).powf(-0.5)),
            3 if is("output") || is("narrow") => Spread::Normal(self.residual_deviation),
            3 => Spread::Normal(DEVIATION),
            _ if is_bias => Spread::Normal(0.0),
            _ => return param,
        };
        param.map(|tensor| {
            let shape = tensor.shape();
            let count = shape.num_elements() / self.rngs.len();
            let numbers: Vec<f32> = self.rngs.iter_mut().flat_map(|rng| (0..count).map(|_| spread.sample(rng))).collect();
            let drawn = Tensor::from_data(TensorData::new(numbers, shape), &tensor.device());
            if tensor.is_require_grad() { drawn.require_grad() } else { drawn }
        })
    }
}

/// How numbers are drawn.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// Normal with this deviation.
    Normal(f32),
    /// Uniform from minus this to this.
    Within(f32),
}

impl Spread {
    fn sample(self, rng: &mut impl Rng) -> f32 {
        match self {
            Self::Normal(deviation) => {
                let normal: f32 = StandardNormal.sample(rng);
                deviation * normal
            }
            Self::Within(bound) => {
                let uniform: f32 = StandardUniform.sample(rng);
                bound * (2.0 * uniform - 1.0)
            }
        }
    }
}
