//! The model: token and position vectors, pre-norm blocks, a final norm, and logits by the token vectors themselves.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::activation::{gelu, relu};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::attention::{CausalAttention, hidden_from};
use crate::error::ModelError;
use crate::init::initialize;
use crate::layers::{LayerNorm, Linear, look_up};
use crate::position::{BUCKETS, InAttention, Placement, Positions, fixed_vectors};

/// What fixes a model's shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Number of token ids.
    pub vocabulary: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Attention heads per block; divides `width`.
    pub heads: usize,
    /// Width of the residual stream; the hidden layer of each block is four times as wide.
    pub width: usize,
    /// How the model is told positions.
    pub positions: Positions,
    /// What stands between the two matrices of a block's hidden layer.
    pub activation: Activation,
    /// How often all blocks are gone through, each time with the input added to what the last time left (Fan et al. 2024,
    /// <https://arxiv.org/abs/2409.15647>).
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub loops: usize,
    /// Products of queries and keys are multiplied by `max(1, ln n / ln N)` for a query that sees n tokens, where this is N; nothing trained changes
    /// (after Chiang and Cholak 2022, <https://arxiv.org/abs/2202.12172>, who scale by ln n, in training too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharpen_beyond: Option<usize>,
}

fn once() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_once(loops: &usize) -> bool {
    *loops == 1
}

/// The activation of the hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `x Phi(x)`, exactly (Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>), as in GPT-2.
    Gelu,
}

impl ModelConfig {
    /// Checks the shape.
    ///
    /// # Errors
    /// [`ModelError::ZeroDimension`], [`ModelError::UnevenHeads`] and [`ModelError::OddHeadWidth`].
    pub fn validate(&self) -> Result<(), ModelError> {
        for (name, value) in
            [("vocabulary", self.vocabulary), ("layers", self.layers), ("heads", self.heads), ("width", self.width), ("loops", self.loops)]
        {
            if value == 0 {
                return Err(ModelError::ZeroDimension { name });
            }
        }
        if !self.width.is_multiple_of(self.heads) {
            return Err(ModelError::UnevenHeads { width: self.width, heads: self.heads });
        }
        self.positions.validate(self.width, self.heads)
    }
}

/// A decoder-only pre-norm Transformer with tied input and output token vectors (Radford et al. 2019, GPT-2).
///
/// This is the definition. On the CPU `fused/` computes the same, faster. Every tensor has a leading axis of K replicas, of which a model that a
/// [`Trainer`](crate::Trainer) gives has one.
#[derive(Module, Debug)]
pub struct Transformer {
    pub(crate) tokens: Param<Tensor<3>>,            // [K, V, D]
    pub(crate) positions: Option<Param<Tensor<3>>>, // [K, rows, D]
    relative_bias: Option<Param<Tensor<3>>>,        // [K, BUCKETS, H]
    blocks: Vec<Block>,
    norm: LayerNorm,
    #[module(skip)]
    config: ModelConfig,
}

#[derive(Module, Debug)]
struct Block {
    attention_norm: LayerNorm,
    attention: CausalAttention,
    hidden_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    #[module(skip)]
    activation: Activation,
}

impl Transformer {
    /// Models with weights drawn from one generator each: normal with deviation 0.02, output projections of the blocks narrower by `sqrt(2 layers)`,
    /// biases zero (GPT-2's initialization).
    ///
    /// # Errors
    /// As [`ModelConfig::validate`].
    pub(crate) fn new(config: &ModelConfig, rngs: &mut [impl Rng], device: &Device) -> Result<Self, ModelError> {
        Ok(initialize(Self::shaped(config, rngs.len(), device)?, config.layers, rngs))
    }

    /// Models of the right shape, whose weights are still to be set.
    pub(crate) fn shaped(config: &ModelConfig, replicas: usize, device: &Device) -> Result<Self, ModelError> {
        config.validate()?;
        let width = config.width;
        let table = |rows: usize, columns: usize| Param::from_tensor(Tensor::zeros([replicas, rows, columns], device));
        let block = || Block {
            attention_norm: LayerNorm::new(replicas, width, device),
            attention: CausalAttention::new(config, replicas, device),
            hidden_norm: LayerNorm::new(replicas, width, device),
            widen: Linear::new(replicas, width, 4 * width, device),
            narrow: Linear::new(replicas, 4 * width, width, device),
            activation: config.activation,
        };
        Ok(Self {
            tokens: table(config.vocabulary, width),
            positions: config.positions.rows().map(|rows| table(rows, width)),
            relative_bias: (config.positions == Positions::T5).then(|| table(BUCKETS, config.heads)),
            blocks: (0..config.layers).map(|_| block()).collect(),
            norm: LayerNorm::new(replicas, width, device),
            config: config.clone(),
        })
    }

    /// The residual stream after the last block.
    ///
    /// # Shapes
    /// - `tokens`: `[K, B, T]` ids; `positions`: `[K, B, T]`, read only by schemes that add vectors to the tokens'
    /// - returns `[K, B * T, D]`
    pub(crate) fn residual(&self, tokens: Tensor<3, Int>, positions: Tensor<3, Int>) -> Tensor<3> {
        let [replicas, batch, length] = tokens.dims();
        let hidden = hidden_from(length, &tokens.device());
        let ModelConfig { positions: scheme, width, .. } = self.config;
        let relative_bias = self.relative_bias.as_ref().map(Param::val);
        let in_attention = InAttention::new(&self.config, length, relative_bias, &tokens.device());
        let (tokens, positions) = (tokens.reshape([replicas, batch * length]), positions.reshape([replicas, batch * length]));
        let mut x = look_up(self.tokens.val(), tokens);
        if let Some(table) = &self.positions {
            x = x + look_up(table.val(), positions);
        } else if let Some(vectors) = fixed_vectors(scheme, positions, width) {
            x = x + vectors;
        }
        let through = |x: Tensor<3>| self.blocks.iter().fold(x, |x, block| block.forward(x, batch, hidden.clone(), &in_attention));
        (1..self.config.loops).fold(through(x.clone()), |state, _| through(state + x.clone()))
    }

    /// The same model for inference, with sharper attention for queries that see more than so many tokens: see
    /// [`ModelConfig::sharpen_beyond`].
    #[must_use]
    pub fn sharpened(mut self, beyond: usize) -> Self {
        self.config.sharpen_beyond = Some(beyond);
        self
    }

    /// Logits of the next token.
    ///
    /// # Shapes
    /// - `residual`: `[K, N, D]`, any rows of what [`Transformer::residual`] returned
    /// - returns `[K, N, V]`
    pub(crate) fn logits(&self, residual: Tensor<3>) -> Tensor<3> {
        self.norm.forward(residual).matmul(self.tokens.val().transpose())
    }

    /// How many models this is.
    pub(crate) fn replicas(&self) -> usize {
        self.tokens.dims()[0]
    }

    /// One of the models by itself.
    pub(crate) fn replica(&self, number: usize) -> Self {
        self.clone().map(&mut Chooser { number })
    }

    /// Logits of the next token after each prefix of one sequence, for looking into a model.
    ///
    /// # Shapes
    /// - `tokens`: `[T]` ids
    /// - returns `T` rows of `V` logits
    ///
    /// # Errors
    /// [`ModelError::EmptySequence`], [`ModelError::TokenBeyondVocabulary`], [`ModelError::PositionBeyondTable`] and
    /// [`ModelError::TooFewPositions`].
    pub fn logits_of(&self, tokens: &[u32], placement: &Placement) -> Result<Vec<Vec<f32>>, ModelError> {
        self.check(tokens, placement, 0)?;
        let device = self.tokens.val().device();
        let ids: Vec<i32> = tokens.iter().map(|&id| id as i32).collect();
        let positions: Vec<i32> = placement.positions(tokens).into_iter().map(|position| position as i32).collect();
        let shape = [1, 1, tokens.len()];
        let residual = self.residual(
            Tensor::from_data(TensorData::new(ids, shape), &device),
            Tensor::from_data(TensorData::new(positions, shape), &device),
        );
        let logits = self.logits(residual);
        let [_, _, vocabulary] = logits.dims();
        let flat: Vec<f32> = crate::batch::read(logits);
        Ok(flat.chunks(vocabulary).map(<[f32]>::to_vec).collect())
    }

    /// Refuses what the model's tables have no row for, be it these tokens or `more` that may be written after them.
    pub(crate) fn check(&self, tokens: &[u32], placement: &Placement, more: usize) -> Result<(), ModelError> {
        let [_, vocabulary, _] = self.tokens.dims();
        if tokens.is_empty() {
            return Err(ModelError::EmptySequence);
        }
        if let Some(&id) = tokens.iter().find(|&&id| id as usize >= vocabulary) {
            return Err(ModelError::TokenBeyondVocabulary { id, vocabulary });
        }
        let position = placement.furthest(tokens, more)?;
        match self.config.positions.rows() {
            Some(rows) if position >= rows => Err(ModelError::PositionBeyondTable { position, rows }),
            _ => Ok(()),
        }
    }

    /// What fixes the model's shape.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Number of trained numbers.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }
}

impl Block {
    /// # Shapes
    /// - `x`: `[K, B * T, D]`; returns the same
    fn forward(&self, x: Tensor<3>, batch: usize, hidden: Tensor<4, Bool>, positions: &InAttention) -> Tensor<3> {
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), batch, hidden, positions);
        let wide = self.widen.forward(self.hidden_norm.forward(x.clone())); // [K, B * T, 4D]
        let wide = match self.activation {
            Activation::Relu => relu(wide),
            Activation::Gelu => gelu(wide),
        };
        x + self.narrow.forward(wide)
    }
}

/// Keeps one replica of every tensor.
struct Chooser {
    number: usize,
}

impl ModuleMapper for Chooser {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| tensor.narrow(0, self.number, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::test_device;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    fn model(positions: Positions) -> Transformer {
        let config = ModelConfig {
            vocabulary: 7,
            layers: 2,
            heads: 2,
            width: 8,
            positions,
            activation: Activation::Relu,
            loops: 1,
            sharpen_beyond: None,
        };
        Transformer::new(&config, &mut [ChaCha8Rng::seed_from_u64(3)], test_device().burn()).unwrap()
    }

    fn logits(model: &Transformer, tokens: &[u32]) -> Result<Vec<Vec<f32>>, ModelError> {
        model.logits_of(tokens, &Placement::default())
    }

    #[test]
    fn a_logit_depends_on_no_later_token() {
        let model = model(Positions::Learned { rows: 6 });
        let one = logits(&model, &[1, 2, 3, 4]).unwrap();
        let other = logits(&model, &[1, 2, 6, 0]).unwrap();
        assert_eq!(one[..2], other[..2]);
        assert_ne!(one[2], other[2]);
    }

    #[test]
    fn without_positions_only_the_mask_tells_order() {
        // With one layer and no positions the last token sees the others as a bag.
        let config = ModelConfig {
            vocabulary: 7,
            layers: 1,
            heads: 2,
            width: 8,
            positions: Positions::None,
            activation: Activation::Relu,
            loops: 1,
            sharpen_beyond: None,
        };
        let model = Transformer::new(&config, &mut [ChaCha8Rng::seed_from_u64(3)], test_device().burn()).unwrap();
        let one = logits(&model, &[1, 2, 3, 4]).unwrap();
        let other = logits(&model, &[3, 1, 2, 4]).unwrap();
        for (a, b) in one[3].iter().zip(&other[3]) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn what_the_tables_cannot_hold_is_refused() {
        let model = model(Positions::Learned { rows: 3 });
        assert!(matches!(logits(&model, &[0; 4]), Err(ModelError::PositionBeyondTable { position: 3, rows: 3 })));
        assert!(matches!(logits(&model, &[7]), Err(ModelError::TokenBeyondVocabulary { id: 7, vocabulary: 7 })));
        assert!(matches!(logits(&model, &[]), Err(ModelError::EmptySequence)));
    }

    #[test]
    fn a_loop_adds_the_input_to_what_the_last_one_left() {
        let once = model(Positions::Learned { rows: 6 });
        let mut twice = once.clone();
        twice.config.loops = 2;
        assert_eq!(once.parameters(), twice.parameters());
        let device = test_device().burn().clone();
        let ids = |numbers: [i32; 4]| Tensor::<2, Int>::from_data(TensorData::new(numbers.to_vec(), [1, 4]), &device);
        let (tokens, positions) = (ids([1, 2, 3, 4]), ids([0, 1, 2, 3]));
        let input = look_up(once.tokens.val(), tokens.clone()) + look_up(once.positions.as_ref().unwrap().val(), positions.clone());
        let hidden = hidden_from(4, &device);
        let in_attention = InAttention::new(&once.config, 4, None, &device);
        let through = |x: Tensor<3>| once.blocks.iter().fold(x, |x, block| block.forward(x, 1, hidden.clone(), &in_attention));
        let expected: Vec<f32> = crate::batch::read(through(through(input.clone()) + input));
        let looped: Vec<f32> = crate::batch::read(twice.residual(tokens.unsqueeze_dim(1), positions.unsqueeze_dim(1)));
        assert_eq!(looped, expected);
    }

    #[test]
    fn sharpening_changes_only_what_sees_more_than_it_was_told() {
        let model = model(Positions::None);
        let tokens = [1, 2, 3, 4, 5, 6];
        let (plain, sharp) = (logits(&model, &tokens).unwrap(), logits(&model.clone().sharpened(4), &tokens).unwrap());
        assert_eq!(plain[..4], sharp[..4]);
        assert!(plain[4..].iter().zip(&sharp[4..]).all(|(plain, sharp)| plain != sharp));
    }

    #[test]
    fn the_parameter_count_is_the_known_sum() {
        let (vocabulary, rows, width, layers) = (7, 6, 8, 2);
        let block = 12 * width * width + 13 * width;
        let expected = (vocabulary + rows) * width + layers * block + 2 * width;
        assert_eq!(model(Positions::Learned { rows }).parameters(), expected);
    }
}
