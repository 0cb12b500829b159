//! One training step, and what it keeps between steps.

use std::collections::HashMap;
use std::path::Path;

use burn::module::{Module, ParamGroup};
use burn::optim::{AdamW, AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Tensor, activation::log_softmax};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::batch::{self, Batch, Sequence};
use crate::checkpoint;
use crate::clip::clip;
use crate::device::Device;
use crate::error::ModelError;
use crate::fused::FusedTraining;
use crate::model::{ModelConfig, Transformer};
use crate::rates::at_shares;

/// Sequences of similar length that go through the model together. Less padding than one batch of mixed lengths, and the
/// activations of so few sequences stay in the cache: measured 1.5 times faster than one batch of 64.
const GROUP: usize = 16;

/// Which tokens the loss counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LossOn {
    /// The answer only, end token included.
    Answer,
    /// Every token but the first.
    All,
}

impl LossOn {
    /// The places of the tokens that are predicted, ascending.
    pub(crate) fn predicted(self, sequence: &Sequence) -> impl Iterator<Item = usize> {
        let (answered, all) = match self {
            Self::Answer => (Some(sequence.answered()), 1..1),
            Self::All => (None, 1..sequence.tokens.len()),
        };
        answered.into_iter().flatten().chain(all)
    }
}

/// AdamW's settings (Loshchilov and Hutter 2019, <https://arxiv.org/abs/1711.05101>).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OptimizerConfig {
    /// Decay of the first moment.
    pub beta_1: f32,
    /// Decay of the second moment.
    pub beta_2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
    /// Decoupled decay of matrices; vectors (biases and norms) do not decay, nor do the numbers that positions add to logits.
    pub weight_decay: f32,
    /// The norm that all gradients together are scaled down to where theirs is larger.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clip: Option<f64>,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.01, clip: None }
    }
}

impl OptimizerConfig {
    fn init(&self) -> ModuleOptimizer {
        let adamw = |weight_decay: f32| -> AdamW {
            AdamWConfig::new()
                .with_beta_1(self.beta_1)
                .with_beta_2(self.beta_2)
                .with_epsilon(self.epsilon)
                .with_weight_decay(weight_decay)
                .build()
        };
        let vectors = ParamGroup::from_any_predicates(vec!["bias", "gamma", "beta", "fire"]);
        ModuleOptimizer::from(adamw(self.weight_decay)).with_group(vectors, adamw(0.0), None)
    }
}

/// A model in training, or several that differ only in their seeds, side by side as one.
pub struct Trainer {
    model: Transformer,
    optimizer: ModuleOptimizer,
    clip: Option<f64>,
    loss_on: LossOn,
    device: Device,
    /// The CPU's own way, where the device has one.
    fused: Option<FusedTraining>,
    threads: usize,
}

/// The mean loss of a step for each model, in nats per predicted token, perhaps still on the device.
#[derive(Debug)]
pub struct StepLoss {
    loss: Loss,
    tokens_computed: usize,
}

#[derive(Debug)]
enum Loss {
    Here(f32),
    OnDevice(Box<Tensor<1>>),
}

impl StepLoss {
    /// Tokens that went through the model in the step, padding included.
    pub fn tokens_computed(&self) -> usize {
        self.tokens_computed
    }

    /// Waits for the device and reads the loss of each model. Not a number, or infinite, where training has diverged.
    pub fn values(self) -> Vec<f32> {
        match self.loss {
            Loss::Here(loss) => vec![loss],
            Loss::OnDevice(loss) => batch::read(*loss),
        }
    }

    /// As [`values`](Self::values), of the first model.
    pub fn value(self) -> f32 {
        self.values().first().copied().unwrap_or(f32::NAN)
    }
}

impl Trainer {
    /// A fresh model with weights drawn from `rng`.
    ///
    /// # Errors
    /// As [`ModelConfig::validate`].
    pub fn new(
        config: &ModelConfig,
        optimizer: &OptimizerConfig,
        loss_on: LossOn,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Result<Self, ModelError> {
        Self::side_by_side(config, optimizer, loss_on, std::slice::from_mut(rng), device)
    }

    /// As many fresh models as generators, to be trained as one: a device with room to spare computes them in little more time than one. Each is the model that
    /// it would be alone, to rounding. Plain burn computes them; a single one is that of [`new`](Self::new).
    ///
    /// # Errors
    /// As [`ModelConfig::validate`]; [`ModelError::UnequalBatches`] without generators.
    pub fn side_by_side(
        config: &ModelConfig,
        optimizer: &OptimizerConfig,
        loss_on: LossOn,
        rngs: &mut [impl Rng],
        device: &Device,
    ) -> Result<Self, ModelError> {
        if rngs.is_empty() {
            return Err(ModelError::UnequalBatches { models: 0, batches: Vec::new() });
        }
        let model = Transformer::new(config, rngs, &device.burn().clone().autodiff())?;
        let fused = device.fused(config).filter(|_| rngs.len() == 1);
        let fused = fused.map(|instructions| FusedTraining::new(config, instructions));
        Ok(Self { model, optimizer: optimizer.init(), clip: optimizer.clip, loss_on, device: device.clone(), fused, threads: 1 })
    }

    /// Threads that the next steps may use. No result depends on them. Only the device `flex` uses more than one, and at most four.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads;
    }

    /// One step of gradient descent on the mean cross-entropy over all predicted tokens of the batch.
    ///
    /// # Errors
    /// [`ModelError::EmptySequence`], [`ModelError::TokenBeyondVocabulary`], [`ModelError::PositionBeyondTable`] and
    /// [`ModelError::TooFewPositions`].
    pub fn step(&mut self, sequences: &[Sequence], learning_rate: f64) -> Result<StepLoss, ModelError> {
        self.step_side_by_side(&[sequences], &[learning_rate])
    }

    /// As [`step`](Self::step), with a batch of as many sequences for each model, and a learning rate.
    ///
    /// # Errors
    /// As [`step`](Self::step); [`ModelError::UnequalBatches`].
    pub fn step_side_by_side(&mut self, batches: &[&[Sequence]], rates: &[f64]) -> Result<StepLoss, ModelError> {
        let models = self.model.replicas();
        if batches.len() != models || rates.len() != models || batches.iter().any(|batch| batch.len() != batches[0].len()) {
            return Err(ModelError::UnequalBatches { models, batches: batches.iter().map(|batch| batch.len()).collect() });
        }
        let (loss, mut gradients) = self.loss_and_gradients(batches)?;
        if let Some(norm_max) = self.clip {
            gradients = clip(&self.model, gradients, norm_max);
        }
        let highest = rates.iter().copied().fold(0.0, f64::max);
        let before = rates.iter().any(|&rate| rate < highest).then(|| self.model.clone());
        self.model = self.optimizer.step(highest, self.model.clone(), gradients);
        if let Some(before) = before {
            let shares: Vec<f32> = rates.iter().map(|rate| (rate / highest) as f32).collect();
            let shares = Tensor::<1>::from_data(shares.as_slice(), self.device.burn());
            self.model = at_shares(&before, self.model.clone(), &shares);
        }
        Ok(loss)
    }

    /// The mean loss of a batch, and the gradients that the optimizer takes.
    pub(crate) fn loss_and_gradients(&mut self, batches: &[&[Sequence]]) -> Result<(StepLoss, GradientsParams), ModelError> {
        let Some(fused) = &mut self.fused else {
            let (loss, tokens_computed) = self.loss(batches)?;
            // No model's loss depends on another's weights, so each has its own gradient.
            let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &self.model);
            return Ok((StepLoss { loss: Loss::OnDevice(Box::new(loss.detach())), tokens_computed }, gradients));
        };
        let sequences = batches[0];
        batch::check(&self.model, sequences)?;
        let (loss, gradients) =
            fused.loss_and_gradients(&self.model, sequences, self.loss_on, self.threads).ok_or(ModelError::EmptySequence)?;
        // Nothing is padded.
        let tokens_computed = sequences.iter().map(|sequence| sequence.tokens.len() - 1).sum();
        Ok((StepLoss { loss: Loss::Here(loss), tokens_computed }, gradients))
    }

    /// The mean cross-entropy of each model's batch, computed group by group, and the tokens that this took.
    ///
    /// # Shapes
    /// - returns `[K]`
    fn loss(&self, batches: &[&[Sequence]]) -> Result<(Tensor<1>, usize), ModelError> {
        let mut predicted: Vec<f32> = Vec::new();
        let mut by_length: Vec<Vec<&Sequence>> = Vec::new();
        for &sequences in batches {
            batch::check(&self.model, sequences)?;
            match sequences.iter().map(|sequence| self.loss_on.predicted(sequence).count()).sum::<usize>() {
                0 => return Err(ModelError::EmptySequence),
                count => predicted.push(count as f32),
            }
            let mut sequences: Vec<&Sequence> = sequences.iter().collect();
            sequences.sort_by_key(|sequence| sequence.tokens.len());
            by_length.push(sequences);
        }
        let device = self.device.burn().clone().autodiff();
        let group = |start: usize| {
            let of_each: Vec<&[&Sequence]> = by_length.iter().map(|all| &all[start..(start + GROUP).min(all.len())]).collect();
            Batch::new(&of_each, |sequence| self.loss_on.predicted(sequence), &device)
        };
        // Packed windows without a whole prompt predict nothing, and a group of them neither.
        let batches = (0..by_length[0].len()).step_by(GROUP).map(group).filter(|batch| batch.targets.dims()[1] > 0);
        let batches: Vec<Batch> = batches.collect();
        let tokens_computed = batches.iter().map(|batch| batch.tokens.shape().num_elements()).sum();
        let sum = batches.iter().map(|batch| summed_loss(&self.model, batch)).reduce(|sum, loss| sum + loss);
        let predicted = Tensor::<1>::from_data(predicted.as_slice(), &device);
        Ok((sum.ok_or(ModelError::EmptySequence)? / predicted, tokens_computed))
    }

    /// Writes weights, the optimizer's moments and `metadata` to one safetensors file. The file is incomplete until this returns; write beside, then
    /// rename.
    ///
    /// # Errors
    /// [`ModelError::CheckpointFile`] and [`ModelError::BadCheckpoint`].
    pub fn save(&self, path: &Path, metadata: HashMap<String, String>) -> Result<(), ModelError> {
        self.save_of(0, path, metadata)
    }

    /// As [`save`](Self::save), of one of the models: a state like that of a model that was trained alone.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn save_of(&self, replica: usize, path: &Path, metadata: HashMap<String, String>) -> Result<(), ModelError> {
        checkpoint::save(&self.model, &self.optimizer, replica, metadata, path)
    }

    /// Goes back to where [`Trainer::save`] was called by a trainer of a single model of the same configuration, bit for bit; gives the metadata. Where it fails nothing changes.
    ///
    /// # Errors
    /// [`ModelError::CheckpointFile`] where the file cannot be read; [`ModelError::BadCheckpoint`] where it is not a training state of the
    /// configuration.
    pub fn resume(&mut self, path: &Path) -> Result<HashMap<String, String>, ModelError> {
        let (model, optimizer, metadata) = checkpoint::resume(self.model.clone(), self.optimizer.clone(), path)?;
        (self.model, self.optimizer) = (model, optimizer);
        Ok(metadata)
    }

    /// The model as it is in training.
    #[cfg(test)]
    pub(crate) fn raw_model(&self) -> &Transformer {
        &self.model
    }

    /// The model as it is now, for evaluation; of several, the first.
    pub fn model(&self) -> Transformer {
        self.model_of(0)
    }

    /// One of the models as it is now, for evaluation.
    pub fn model_of(&self, replica: usize) -> Transformer {
        let models = self.model.valid();
        if models.replicas() == 1 { models } else { models.replica(replica) }
    }
}

/// Cross-entropy summed over each model's predicted tokens.
///
/// # Shapes
/// - returns `[K]`
fn summed_loss(model: &Transformer, batch: &Batch) -> Tensor<1> {
    let [replicas, _] = batch.targets.dims();
    let likelihoods: Tensor<3> = log_softmax(batch.logits(model), 2).gather(2, batch.targets.clone().unsqueeze_dim(2));
    (likelihoods.squeeze_dim::<2>(2) * batch.counted.clone()).sum_dim(1).neg().reshape([replicas])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{open_device, test_device};
    use crate::model::Activation;
    use crate::position::{Placement, Positions};
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    fn trainer(loss_on: LossOn, seed: u64) -> Trainer {
        let config = ModelConfig {
            vocabulary: 9,
            layers: 2,
            heads: 2,
            width: 16,
            positions: Positions::Learned { rows: 40 },
            activation: Activation::Relu,
            loops: 1,
            sharpen_beyond: None,
        };
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        Trainer::new(&config, &OptimizerConfig::default(), loss_on, rng, &test_device()).unwrap()
    }

    fn sequences(count: usize) -> Vec<Sequence> {
        (0..count)
            .map(|i| {
                let tokens = (0..3 + (i * 7) % 19).map(|t| ((t * 5 + i) % 9) as u32).collect();
                Sequence::example(tokens, 2, Placement::From(i % 5))
            })
            .collect()
    }

    fn plain_loss(trainer: &Trainer, batch: &[Sequence]) -> f64 {
        f64::from(batch::read::<f32, 1, _>(trainer.loss(&[batch]).unwrap().0)[0])
    }

    /// Cross-entropy by definition, one sequence at a time, from the logits alone.
    fn slow_loss(trainer: &Trainer, sequences: &[Sequence], first: usize) -> f64 {
        let mut total = 0.0;
        let mut count = 0;
        for sequence in sequences {
            let logits = trainer.model().logits_of(&sequence.tokens, &sequence.placement).unwrap();
            for t in first..sequence.tokens.len() {
                let row: Vec<f64> = logits[t - 1].iter().map(|&x| f64::from(x)).collect();
                let log_sum = row.iter().map(|x| x.exp()).sum::<f64>().ln();
                total += log_sum - row[sequence.tokens[t] as usize];
                count += 1;
            }
        }
        total / f64::from(count)
    }

    #[test]
    fn the_loss_of_grouped_padded_sequences_equals_its_definition() {
        let batch = sequences(37);
        for (loss_on, first) in [(LossOn::Answer, 2), (LossOn::All, 1)] {
            let trainer = trainer(loss_on, 5);
            let fast = plain_loss(&trainer, &batch);
            let slow = slow_loss(&trainer, &batch, first);
            assert!((fast - slow).abs() < 1e-5, "{fast} is not {slow}");
        }
    }

    #[test]
    fn the_same_seed_trains_the_same_model_bit_for_bit() {
        let losses = |seed: u64| -> Vec<u32> {
            let mut trainer = trainer(LossOn::Answer, seed);
            (0..5).map(|_| trainer.step(&sequences(20), 1e-3).unwrap().value().to_bits()).collect()
        };
        assert_eq!(losses(1), losses(1));
        assert_ne!(losses(1), losses(2));
    }

    #[test]
    fn the_gradient_equals_finite_differences_of_the_loss() {
        let trainer = trainer(LossOn::Answer, 8);
        let batch = sequences(5);
        let gradients = trainer.loss(&[&batch]).unwrap().0.backward();
        let gradient: Vec<f32> = batch::read(trainer.model.tokens.val().grad(&gradients).unwrap());
        for idx in [0, 17, 40, 63] {
            let moved = |by: f32| -> f64 {
                let mut trainer = Trainer {
                    model: trainer.model.clone(),
                    optimizer: OptimizerConfig::default().init(),
                    clip: None,
                    loss_on: LossOn::Answer,
                    device: trainer.device.clone(),
                    fused: None,
                    threads: 1,
                };
                trainer.model.tokens = trainer.model.tokens.map(|tokens| {
                    let mut numbers: Vec<f32> = batch::read(tokens.clone());
                    numbers[idx] += by;
                    Tensor::from_data(burn::tensor::TensorData::new(numbers, tokens.dims()), &tokens.device())
                });
                plain_loss(&trainer, &batch)
            };
            let by = 1e-2;
            let difference = (moved(by) - moved(-by)) / f64::from(2.0 * by);
            let gradient = f64::from(gradient[idx]);
            assert!((difference - gradient).abs() < 2e-3 * (1.0 + gradient.abs()), "{idx}: {difference} is not {gradient}");
        }
    }

    /// Models of several seeds side by side, each on batches of its own at a rate of its own, are those that they are alone.
    #[test]
    fn side_by_side_is_each_alone() {
        const RATES: [f64; 3] = [1e-3, 1e-3, 3e-4];
        let device = test_device();
        let optimizer = OptimizerConfig { weight_decay: 0.1, clip: Some(0.5), ..OptimizerConfig::default() };
        let rng = |seed: usize| ChaCha8Rng::seed_from_u64(seed as u64);
        // Batches of one size, whose sequences differ in length and in what they predict.
        let batch = |seed: usize, step: usize| -> Vec<Sequence> { sequences(40).split_off(2 * seed + step)[..20].to_vec() };
        let schemes = [Positions::Learned { rows: 40 }, Positions::T5, Positions::Rotary, Positions::Fire { threshold: 3 }];
        // A software GPU takes its time for each.
        let (schemes, steps) = if device.name().starts_with("flex") { (&schemes[..], 6) } else { (&schemes[..2], 2) };
        for &positions in schemes {
            let config = ModelConfig { positions, ..trainer(LossOn::Answer, 0).model.config().clone() };
            let mut together = Trainer::side_by_side(&config, &optimizer, LossOn::Answer, &mut [rng(0), rng(1), rng(2)], &device).unwrap();
            let mut alone: Vec<Trainer> =
                (0..3).map(|seed| Trainer::new(&config, &optimizer, LossOn::Answer, &mut rng(seed), &device).unwrap()).collect();
            for step in 0..steps {
                let batches: Vec<Vec<Sequence>> = (0..3).map(|seed| batch(seed, step)).collect();
                let of_each: Vec<&[Sequence]> = batches.iter().map(Vec::as_slice).collect();
                let losses = together.step_side_by_side(&of_each, &RATES).unwrap().values();
                for (((alone, batch), rate), loss) in alone.iter_mut().zip(&batches).zip(RATES).zip(losses) {
                    let expected = alone.step(batch, rate).unwrap().value();
                    assert!((loss - expected).abs() < 1e-4, "{positions:?}, step {step}: {loss} is not {expected}");
                }
            }
            for (seed, alone) in alone.iter().enumerate() {
                let tokens = [1, 2, 3, 4, 5, 6];
                let logits = |model: Transformer| model.logits_of(&tokens, &Placement::default()).unwrap().concat();
                let (one, other) = (logits(together.model_of(seed)), logits(alone.model()));
                assert!(one.iter().zip(&other).all(|(one, other)| (one - other).abs() < 2e-3), "{positions:?}: {one:?}, {other:?}");
            }
        }
    }

    #[test]
    fn a_model_that_diverges_leaves_those_beside_it_alone() {
        let config = trainer(LossOn::Answer, 0).model.config().clone();
        let rngs = &mut [ChaCha8Rng::seed_from_u64(0), ChaCha8Rng::seed_from_u64(1)];
        // Shader languages promise nothing of what is no number.
        let device = open_device("flex").unwrap();
        let mut pair = Trainer::side_by_side(&config, &OptimizerConfig::default(), LossOn::Answer, rngs, &device).unwrap();
        let (replicas, rows, width) = (2, 9, 16);
        let fresh = pair.model.tokens.clone();
        for diverged in [0, 1] {
            pair.model.tokens = fresh.clone().map(|tokens| {
                let mut numbers: Vec<f32> = batch::read(tokens.clone());
                numbers[diverged * rows * width..][..rows * width].fill(f32::NAN);
                Tensor::from_data(burn::tensor::TensorData::new(numbers, [replicas, rows, width]), &tokens.device()).require_grad()
            });
            // One predicts fewer tokens than the other, which is padded.
            let (long, short) = (sequences(20), vec![sequences(1).remove(0); 20]);
            for batches in [[&long[..], &short], [&short, &long]].into_iter().cycle().take(6) {
                let losses = pair.step_side_by_side(&batches, &[1e-3, 5e-4]).unwrap().values();
                assert!(losses[diverged].is_nan() && losses[1 - diverged].is_finite(), "{losses:?}");
            }
            pair = {
                let rngs = &mut [ChaCha8Rng::seed_from_u64(0), ChaCha8Rng::seed_from_u64(1)];
                Trainer::side_by_side(&config, &OptimizerConfig::default(), LossOn::Answer, rngs, &device).unwrap()
            };
        }
    }

    #[test]
    fn batches_side_by_side_have_one_size() {
        let mut one = trainer(LossOn::Answer, 0);
        let batch = sequences(3);
        assert!(matches!(one.step_side_by_side(&[&batch, &batch], &[1e-3]), Err(ModelError::UnequalBatches { models: 1, .. })));
        assert!(matches!(one.step_side_by_side(&[], &[]), Err(ModelError::UnequalBatches { .. })));
    }

    #[test]
    fn a_sequence_without_an_answer_is_refused() {
        let batch = [Sequence::example(vec![1, 2], 2, Placement::default())];
        assert!(matches!(trainer(LossOn::Answer, 0).step(&batch, 1e-3), Err(ModelError::EmptySequence)));
        assert!(matches!(trainer(LossOn::Answer, 0).step(&[], 1e-3), Err(ModelError::EmptySequence)));
    }
}
