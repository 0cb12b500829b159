//! A cell: one fully resolved configuration, and its identity.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tasks::Task;
use transformer::{Activation, Decay, LossOn, ModelConfig, OptimizerConfig, Placement, Positions, Schedule, Transformer};

use crate::config::tree::{ActivationConfig, CellConfig, DecayConfig, LossConfig, PositionsConfig};
use crate::task::{self, TaskProblem};

/// Changes whenever the same configuration would be trained or measured otherwise, rounding apart, so that old results are not taken for new ones.
const PROTOCOL: u32 = 4;

/// Identity of a cell: its task's name and a hash of all that its results depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellId(String);

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CellId {
    /// The identity as text; also the name of the cell's folder.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A resolved cell with its task.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The identity.
    pub id: CellId,
    /// The configuration, with every default written out.
    pub config: CellConfig,
    /// The task.
    pub task: Arc<dyn Task>,
    /// Evaluated lengths, ascending.
    pub len_eval: Vec<usize>,
}

impl Cell {
    /// Resolves a checked configuration: what was left to a default is written out, so that one cell has one configuration.
    ///
    /// # Errors
    /// The task's, where the configuration was not checked.
    pub fn new(mut config: CellConfig, device: &str) -> Result<Self, TaskProblem> {
        let task = task::build(&config)?.shared();
        let entry = task.entry();
        config.alphabet = entry.alphabet_bounds.as_ref().map(|_| config.alphabet.unwrap_or(entry.alphabet_default));
        let len_eval = config.evaluate.resolved_lengths(config.train.lengths);
        config.evaluate.lengths = Some(len_eval.clone());
        let others = task.distributions().iter().filter(|&&distribution| distribution != config.evaluate.distribution());
        let others = others.map(|&distribution| distribution.to_owned()).collect();
        config.evaluate.also = Some(config.evaluate.also.unwrap_or(others));
        if config.model.positions == PositionsConfig::Randomized {
            let longest = tokens_read(&*task, &config, &len_eval);
            config.model.position_range = Some(config.model.position_range.unwrap_or(4 * longest));
        }
        let id = CellId(format!("{}-{}", config.task, &identity(&config, task.version(), device)[..12]));
        Ok(Self { id, config, task, len_eval })
    }

    /// The tokens of the longest example, over training and evaluation.
    pub fn tokens_max(&self) -> usize {
        tokens_max(&*self.task, &self.len_eval, self.config.train.lengths)
    }

    /// The tokens of the longest sequence that the model reads: the longest example, or a window of training.
    pub fn tokens_read(&self) -> usize {
        tokens_read(&*self.task, &self.config, &self.len_eval)
    }

    /// The tokens of the longest sequence that is trained on.
    pub fn tokens_trained(&self) -> usize {
        self.config.train.context.unwrap_or_else(|| self.task.tokens_max(self.config.train.lengths))
    }

    /// The model's shape: a position for every token of the longest sequence.
    pub fn model(&self) -> ModelConfig {
        let model = &self.config.model;
        ModelConfig {
            vocabulary: self.task.vocabulary().len(),
            layers: model.layers,
            heads: model.heads,
            width: model.width,
            positions: match model.positions {
                PositionsConfig::None => Positions::None,
                PositionsConfig::Learned => Positions::Learned { rows: self.tokens_read() },
                PositionsConfig::Sinusoidal => Positions::Sinusoidal,
                PositionsConfig::Rotary => Positions::Rotary,
                PositionsConfig::Alibi => Positions::Alibi,
                PositionsConfig::T5 => Positions::T5,
                PositionsConfig::Fire => Positions::Fire { threshold: self.tokens_trained().div_ceil(4) },
                PositionsConfig::Randomized => Positions::Randomized { rows: model.position_range.unwrap_or(4 * self.tokens_read()) },
                // A sequence may be a single number, and row 0 belongs to tokens that are no digits.
                PositionsConfig::Abacus => Positions::Abacus { rows: self.tokens_read() + 1, digits_from: self.digits_from() },
                // Every place is that of a token of the prompt and of one of the answer, or of its end; and there is row 0.
                PositionsConfig::Coupled => Positions::Coupled { rows: self.tokens_max() / 2 + 2 },
            },
            activation: match model.activation {
                ActivationConfig::Relu => Activation::Relu,
                ActivationConfig::Gelu => Activation::Gelu,
            },
            loops: model.loops,
            sharpen_beyond: None,
        }
    }

    /// A trained model as it is evaluated.
    pub fn evaluated(&self, model: Transformer) -> Transformer {
        if self.config.evaluate.sharpen { model.sharpened(self.tokens_trained()) } else { model }
    }

    /// Where a training example stands, by a uniform random number: an encoded prompt and its answer, or a window of several.
    pub fn in_training(&self, tokens: &[u32], answer_start: usize, random: u64) -> Placement {
        let positions = self.model().positions;
        let places = self.places(&tokens[..answer_start], tokens.len() - answer_start);
        let coupled = places.and_then(|places| positions.by_places(&places, Some(random)));
        coupled.unwrap_or_else(|| positions.in_training(tokens, random))
    }

    /// Where a prompt and at most `more` tokens behind it stand at evaluation.
    pub fn at_evaluation(&self, prompt: &[u32], more: usize, random: u64) -> Placement {
        let positions = self.model().positions;
        let coupled = self.places(prompt, more).and_then(|places| positions.by_places(&places, None));
        coupled.unwrap_or_else(|| positions.at_evaluation(prompt.len() + more, random))
    }

    /// Places of a prompt's and an answer's tokens, where positions are coupled.
    fn places(&self, prompt: &[u32], answer: usize) -> Option<Vec<usize>> {
        let coupling = self.task.coupling().filter(|_| self.config.model.positions == PositionsConfig::Coupled)?;
        let tokens: Vec<i8> = prompt.iter().filter_map(|&id| self.task.vocabulary().token(id)).collect();
        Some(coupling.places(&tokens, answer))
    }

    /// The id of the first data token; the others follow it, and the special tokens come before.
    fn digits_from(&self) -> u32 {
        let vocabulary = self.task.vocabulary();
        vocabulary.id(0).unwrap_or(vocabulary.len() as u32)
    }

    /// The optimizer's settings.
    pub fn optimizer(&self) -> OptimizerConfig {
        let train = &self.config.train;
        OptimizerConfig { weight_decay: train.weight_decay as f32, clip: train.clip, ..OptimizerConfig::default() }
    }

    /// The learning-rate schedule.
    pub fn schedule(&self) -> Schedule {
        let train = &self.config.train;
        Schedule {
            peak: train.lr,
            warmup_steps: train.warmup_steps,
            steps: train.steps,
            decay: match train.decay {
                DecayConfig::Constant => Decay::Constant,
                DecayConfig::Linear => Decay::Linear,
                DecayConfig::Cosine => Decay::Cosine,
            },
            final_share: train.final_share,
        }
    }

    /// Which tokens the loss counts.
    pub fn loss_on(&self) -> LossOn {
        match self.config.train.loss {
            LossConfig::Answer => LossOn::Answer,
            LossConfig::All => LossOn::All,
        }
    }

    /// Whether runs of the two can be trained side by side: they differ in learning rate at most.
    pub fn goes_beside(&self, other: &Self) -> bool {
        let mut config = self.config.clone();
        config.train.lr = other.config.train.lr;
        config == other.config
    }

    /// A rough measure of the work of one run, for starting long runs first. A float, since what nobody can train may still be asked for.
    pub fn work(&self) -> f64 {
        let (model, train) = (&self.config.model, &self.config.train);
        let factors = [train.steps, train.batch, self.tokens_trained(), model.loops, model.layers, model.width, model.width];
        factors.into_iter().map(|factor| factor as f64).product()
    }

    /// The model and its training in one line.
    pub fn summary(&self) -> String {
        let (model, train) = (&self.config.model, &self.config.train);
        let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let positions = match model.positions {
            PositionsConfig::None => "no positions",
            PositionsConfig::Learned => "learned positions with random offset",
            PositionsConfig::Sinusoidal => "sinusoidal positions",
            PositionsConfig::Rotary => "rotary positions",
            PositionsConfig::Alibi => "ALiBi",
            PositionsConfig::T5 => "T5's relative bias",
            PositionsConfig::Fire => "FIRE",
            PositionsConfig::Randomized => "learned positions drawn at random",
            PositionsConfig::Abacus => "abacus positions with random offset",
            PositionsConfig::Coupled => "coupled positions with random offset",
        };
        format!(
            "{}, {}, {} wide, {positions}; at most {} of {}, peak learning rate {}",
            match model.loops {
                1 => plural(model.layers, "layer"),
                loops => format!("{} gone through {loops} times", plural(model.layers, "layer")),
            },
            plural(model.heads, "head"),
            model.width,
            plural(train.steps, "step"),
            match train.context {
                Some(context) => format!("{} of {context} tokens", plural(train.batch, "window")),
                None => plural(train.batch, "example"),
            },
            train.lr
        )
    }
}

/// The tokens of the longest sequence that the model reads: the longest example, or a window of training.
pub(crate) fn tokens_read(task: &dyn Task, config: &CellConfig, len_eval: &[usize]) -> usize {
    tokens_max(task, len_eval, config.train.lengths).max(config.train.context.unwrap_or(0))
}

/// The tokens of the longest example, over training and evaluation.
fn tokens_max(task: &dyn Task, len_eval: &[usize], len_train_max: usize) -> usize {
    task.tokens_max(len_eval.iter().copied().chain([len_train_max]).max().unwrap_or(1))
}

/// Hash of everything that a cell's results depend on: resolved configuration, task version, device and protocol.
fn identity(config: &CellConfig, task_version: u32, device: &str) -> String {
    let parts = serde_json::json!({ "protocol": PROTOCOL, "device": device, "task_version": task_version, "config": config });
    blake3::hash(parts.to_string().as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree::{self, EvaluateConfig, TrainConfig};

    fn config() -> CellConfig {
        CellConfig { task: "sort".to_owned(), ..CellConfig::default() }
    }

    fn id(config: CellConfig) -> CellId {
        Cell::new(config, "flex").unwrap().id
    }

    #[test]
    fn the_identity_follows_what_results_depend_on() {
        let same = CellConfig { alphabet: Some(100), ..config() };
        assert_eq!(id(config()), id(same), "the task's default alphabet, written out");
        let same = CellConfig {
            evaluate: EvaluateConfig { lengths: Some(vec![80, 5, 10, 15, 20, 25, 30, 40, 60]), ..EvaluateConfig::default() },
            ..config()
        };
        assert_eq!(id(config()), id(same), "the default lengths, written out in another order");
        let other = CellConfig { train: TrainConfig { lr: 2e-3, ..TrainConfig::default() }, ..config() };
        assert_ne!(id(config()), id(other));
        assert_ne!(id(config()), Cell::new(config(), "wgpu").unwrap().id);
    }

    /// Until the protocol changes, results of earlier versions stay those of their cells.
    #[test]
    fn a_new_choice_changes_no_identity_that_was_given_before() {
        assert_eq!(id(config()).as_str(), "sort-0ec47d48c276");
        assert_eq!(id(of(PositionsConfig::None)).as_str(), "sort-54df7426f45b");
    }

    fn of(positions: PositionsConfig) -> CellConfig {
        CellConfig { model: tree::ModelConfig { positions, ..tree::ModelConfig::default() }, ..config() }
    }

    #[test]
    fn the_range_of_randomized_positions_is_part_of_the_identity() {
        let cell = |position_range: Option<usize>| {
            let mut config = of(PositionsConfig::Randomized);
            config.model.position_range = position_range;
            Cell::new(config, "flex").unwrap()
        };
        let longest = cell(None).tokens_max();
        assert_eq!(cell(None).model().positions, Positions::Randomized { rows: 4 * longest });
        assert_eq!(cell(None).id, cell(Some(4 * longest)).id, "the default, written out");
        assert_ne!(cell(None).id, cell(Some(2048)).id);
    }

    #[test]
    fn cells_of_different_learning_rates_go_beside_one_another() {
        let with = |train: TrainConfig| Cell::new(CellConfig { train, ..config() }, "flex").unwrap();
        let one = with(TrainConfig::default());
        assert!(one.goes_beside(&with(TrainConfig { lr: 5e-3, ..TrainConfig::default() })));
        assert!(!one.goes_beside(&with(TrainConfig { batch: 16, ..TrainConfig::default() })));
    }

    #[test]
    fn every_task_s_data_tokens_are_the_last_of_its_vocabulary() {
        for entry in tasks::catalogue() {
            let task = CellConfig { task: entry.name.to_owned(), ..of(PositionsConfig::Abacus) };
            let Ok(cell) = Cell::new(task, "flex") else { continue };
            let vocabulary = cell.task.vocabulary();
            for id in 0..vocabulary.len() as u32 {
                let is_data = vocabulary.token(id).is_some_and(|token| token >= 0);
                assert_eq!(id >= cell.digits_from(), is_data, "{}: token {id}", entry.name);
            }
        }
    }

    #[test]
    fn there_is_a_position_row_for_the_longest_evaluated_sequence() {
        let cell = Cell::new(config(), "flex").unwrap();
        assert_eq!(cell.model().positions, Positions::Learned { rows: cell.task.tokens_max(80) });
    }
}
