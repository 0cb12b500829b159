//! A cell: one fully resolved configuration, and its identity.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tasks::Task;
use transformer::{Activation, Decay, LossOn, ModelConfig, OptimizerConfig, Positions, Schedule};

use crate::config::tree::{ActivationConfig, CellConfig, DecayConfig, LossConfig, PositionsConfig};
use crate::task::{self, TaskProblem};

/// Changes whenever the same configuration would be trained or measured otherwise, so that old results are not taken for new ones.
const PROTOCOL: u32 = 3;

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
        let id = CellId(format!("{}-{}", config.task, &identity(&config, task.version(), device)[..12]));
        Ok(Self { id, config, task, len_eval })
    }

    /// The longest sequence in tokens, over training and evaluation.
    pub fn tokens_max(&self) -> usize {
        let longest = self.len_eval.iter().copied().chain([self.config.train.lengths]).max().unwrap_or(1);
        self.task.tokens_max(longest)
    }

    /// The model's shape: a position row for every token of the longest evaluated sequence.
    pub fn model(&self) -> ModelConfig {
        let model = &self.config.model;
        ModelConfig {
            vocabulary: self.task.vocabulary().len(),
            layers: model.layers,
            heads: model.heads,
            width: model.width,
            positions: match model.positions {
                PositionsConfig::None => Positions::None,
                PositionsConfig::Learned => Positions::Learned { rows: self.tokens_max() },
            },
            activation: match model.activation {
                ActivationConfig::Relu => Activation::Relu,
                ActivationConfig::Gelu => Activation::Gelu,
            },
        }
    }

    /// The optimizer's settings.
    pub fn optimizer(&self) -> OptimizerConfig {
        OptimizerConfig { weight_decay: self.config.train.weight_decay as f32, ..OptimizerConfig::default() }
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

    /// A rough measure of the work of one run, for starting long runs first.
    pub fn work(&self) -> usize {
        let (model, train) = (&self.config.model, &self.config.train);
        train.steps * train.batch * self.task.tokens_max(train.lengths) * model.layers * model.width * model.width
    }

    /// The model and its training in one line.
    pub fn summary(&self) -> String {
        let (model, train) = (&self.config.model, &self.config.train);
        let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let positions = match model.positions {
            PositionsConfig::None => "no positions",
            PositionsConfig::Learned => "learned positions with random offset",
        };
        format!(
            "{}, {}, {} wide, {positions}; at most {} of {}, peak learning rate {}",
            plural(model.layers, "layer"),
            plural(model.heads, "head"),
            model.width,
            plural(train.steps, "step"),
            plural(train.batch, "example"),
            train.lr
        )
    }
}

/// Hash of everything that a cell's results depend on: resolved configuration, task version, device and protocol.
fn identity(config: &CellConfig, task_version: u32, device: &str) -> String {
    let parts = serde_json::json!({ "protocol": PROTOCOL, "device": device, "task_version": task_version, "config": config });
    blake3::hash(parts.to_string().as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree::{EvaluateConfig, TrainConfig};

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

    #[test]
    fn there_is_a_position_row_for_the_longest_evaluated_sequence() {
        let cell = Cell::new(config(), "flex").unwrap();
        assert_eq!(cell.model().positions, Positions::Learned { rows: cell.task.tokens_max(80) });
    }
}
