//! The configuration tree. `Default` is the single place of defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::primary::PrimaryConfig;

/// A sweep file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepConfig {
    /// Files that this one lies over, key by key; of several the later ones count more. A path begins at the folder of the file that names it.
    #[serde(default, skip_serializing)]
    pub include: Includes,
    /// Name of the sweep, and of its folder under `runs/`. There must be one, here or in an included file.
    #[serde(default)]
    pub sweep: String,
    /// What the sweep asks, for the head of its report.
    #[serde(default)]
    pub description: String,
    /// Where to train: `flex` (the CPU), `flex-plain` (the CPU as burn alone computes, slower), `wgpu` (a GPU), or `auto`
    /// (a GPU where there is one, else the CPU).
    #[serde(default = "default_device")]
    pub device: String,
    /// Seeds of every cell.
    #[serde(default)]
    pub seeds: Seeds,
    /// What the cells have in common.
    #[serde(default, skip_serializing)]
    pub base: CellConfig,
    /// The cells: each overrides `base`. There must be one, here or in an included file.
    #[serde(default)]
    pub cells: Vec<CellConfig>,
    /// Dotted keys and their values, as in `train.lengths: [10, 20]`; each cell is repeated for every combination.
    #[serde(default, skip_serializing)]
    pub grid: BTreeMap<String, Vec<serde_json::Value>>,
    /// What is predicted before anything is trained.
    #[serde(default)]
    pub predict: PredictConfig,
    /// How the report judges.
    #[serde(default)]
    pub report: ReportConfig,
}

/// One included file, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Includes {
    /// `common.yaml`
    One(String),
    /// `[common.yaml, small.yaml]`
    Several(Vec<String>),
}

impl Default for Includes {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// The device of a sweep file that names none.
pub(crate) fn default_device() -> String {
    "flex".to_owned()
}

/// Seeds: a list, where each seeds initialization and data alike, or one list for each, combined in every way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Seeds {
    /// `[0, 1]`: run 0 has both seeds 0, run 1 has both seeds 1.
    Paired(Vec<u64>),
    /// `{init: [0, 1], data: [0, 1]}`: four runs.
    Crossed {
        /// Seeds of the initial weights.
        init: Vec<u64>,
        /// Seeds of the training and evaluation examples.
        data: Vec<u64>,
    },
}

impl Default for Seeds {
    fn default() -> Self {
        Self::Paired(vec![0, 1])
    }
}

/// The two seeds of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeedPair {
    /// Seed of the initial weights.
    pub init: u64,
    /// Seed of the training and evaluation examples.
    pub data: u64,
}

impl Seeds {
    /// Every pair of seeds.
    pub fn pairs(&self) -> Vec<SeedPair> {
        match self {
            Self::Paired(seeds) => seeds.iter().map(|&seed| SeedPair { init: seed, data: seed }).collect(),
            Self::Crossed { init, data } => init.iter().flat_map(|&init| data.iter().map(move |&data| SeedPair { init, data })).collect(),
        }
    }
}

/// One cell: a task, a model, how it is trained and how it is evaluated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CellConfig {
    /// Name of the task (`rasplab tasks list`); with `program`, a name of your own.
    pub task: String,
    /// A task of your own: the path of a RASP-L program, from the sweep file's folder, or its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The prompts of a task of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PromptsConfig>,
    /// Number of data tokens, for tasks that let it be chosen; absent for the task's own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alphabet: Option<usize>,
    /// The Transformer.
    pub model: ModelConfig,
    /// Its training.
    pub train: TrainConfig,
    /// Its evaluation.
    pub evaluate: EvaluateConfig,
}

/// A distribution over the prompts of a task of your own: `begin`, as many data tokens as the length, `end`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PromptsConfig {
    /// How data tokens are drawn from the alphabet.
    pub tokens: DrawConfig,
    /// Words before the data: numbers and symbols of the program.
    pub begin: String,
    /// Words after the data; `sep` where the program names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// A RASP-L expression that must be true at the prompt's last position, as in `has_seen(tokens, 0)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The largest length that may be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<usize>,
    /// What of the program's run is the answer.
    pub answer: AnswerConfig,
}

/// How data tokens are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawConfig {
    /// With replacement.
    #[default]
    Repeated,
    /// Without: no token comes twice.
    Distinct,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerConfig {
    /// What the program writes up to `eos`, with at most `times` the length and `plus` more tokens.
    Written {
        /// Tokens for each unit of length.
        times: usize,
        /// Tokens beside, `eos` among them.
        plus: usize,
    },
    /// The program's output at the prompt's last position, and `eos`.
    Last,
}

impl Default for AnswerConfig {
    fn default() -> Self {
        Self::Written { times: 1, plus: 1 }
    }
}

/// Shape of the Transformer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Number of blocks.
    pub layers: usize,
    /// Attention heads per block; divides `width`.
    pub heads: usize,
    /// Width of the residual stream.
    pub width: usize,
    /// How the model is told positions (docs/positions.md).
    pub positions: PositionsConfig,
    /// With `positions: randomized`, how many positions there are to draw from; absent for four times the tokens of the longest sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_range: Option<usize>,
    /// What stands between the two matrices of a block's hidden layer.
    pub activation: ActivationConfig,
    /// How often all blocks are gone through, with the same weights, each time with the input added to what the last time left (Fan et al. 2024).
    #[serde(skip_serializing_if = "is_once")]
    pub loops: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_once(loops: &usize) -> bool {
    *loops == 1
}

/// The activation of the hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationConfig {
    /// `max(x, 0)`.
    Relu,
    /// `x Phi(x)`, exactly, as in GPT-2.
    Gelu,
}

/// A position scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PositionsConfig {
    /// No positions.
    None,
    /// A learned vector per position; each training sequence is shifted by a random offset.
    Learned,
    /// Fixed waves added to the tokens' vectors (Vaswani et al. 2017).
    Sinusoidal,
    /// Queries and keys turned by their positions (Su et al. 2021); needs an even width of heads.
    Rotary,
    /// Attention logits lowered in proportion to the distance (Press et al. 2022).
    Alibi,
    /// A learned number per head and bucket of distances (Raffel et al. 2020).
    T5,
    /// A small network's value at the relative distance (Li et al. 2024).
    Fire,
    /// A learned vector per position, at ascending positions drawn at random, at evaluation too (Ruoss et al. 2023).
    Randomized,
    /// A learned vector per place of a digit in its number (McLeish et al. 2024).
    Abacus,
    /// A learned vector per place, where tokens of one significance, as the task says, share a place (Cho et al. 2024).
    Coupled,
}

/// Training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Longest training length, in the task's unit.
    pub lengths: usize,
    /// How the length of each training example is drawn.
    #[serde(skip_serializing_if = "LengthDraw::is_default")]
    pub length_draw: LengthDraw,
    /// Which of the task's distributions training examples are drawn from (`rasplab tasks show`); absent for `standard`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Steps at most.
    pub steps: usize,
    /// Sequences per step: examples, or with `context` windows.
    pub batch: usize,
    /// Tokens of a window that is packed with examples, one after another from a random place of the first (Zhou et al. 2023); absent for
    /// one example a sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<usize>,
    /// Peak learning rate of AdamW.
    pub lr: f64,
    /// Steps of linear warm-up.
    pub warmup_steps: usize,
    /// Shape of the decay after warm-up.
    pub decay: DecayConfig,
    /// Last learning rate as a share of the peak.
    pub final_share: f64,
    /// Decoupled weight decay of matrices.
    pub weight_decay: f64,
    /// The norm that gradients are scaled down to where theirs, of all weights together, is larger; absent for no clipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// Which tokens the loss counts.
    pub loss: LossConfig,
    /// Minutes of wall-clock time after which the run ends as timed out; absent for no limit. Results then depend on the speed of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_at_most: Option<f64>,
    /// Steps between two looks at in-distribution exact match.
    pub check_steps: usize,
    /// Stop once in-distribution exact match has been at least this at two looks in a row; above 1 never stops early.
    pub stop_at: f64,
}

/// How the length of a training example is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LengthDraw {
    /// Uniformly from 1 to `lengths`.
    #[default]
    Uniform,
    /// `lengths` always: the control of Zhou et al. 2023, from which nothing generalizes.
    Fixed,
}

impl LengthDraw {
    // Not written out, so that a cell is the one that it was before there was a choice.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Shape of the learning rate's decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecayConfig {
    /// No decay.
    Constant,
    /// A straight line.
    Linear,
    /// Half a cosine.
    Cosine,
}

/// Which tokens the loss counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossConfig {
    /// The answer, end token included.
    Answer,
    /// Every token but the first.
    All,
}

/// Evaluation: fresh examples at fixed lengths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluateConfig {
    /// Lengths, in the task's unit; absent for a quarter, a half, three quarters, one, 1.25, 1.5, 2, 3 and 4 times the longest training length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lengths: Option<Vec<usize>>,
    /// Examples per length.
    pub examples: usize,
    /// Which of the task's distributions they are drawn from; absent for `standard`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Further distributions of the task that are measured too, and shown beside; verdicts rest on the first. Absent for all that the task has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also: Option<Vec<String>>,
    /// How often exact match is measured at every length, on at most 100 examples each: at the first look after each such part of the steps, the last of which is the end; 0 for at the
    /// end alone.
    pub checkpoints: usize,
    /// Whether attention is sharpened at evaluation: for a query that sees n tokens, more than the N of the longest training sequence, products with
    /// keys are multiplied by ln n / ln N (Chiang and Cholak 2022).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sharpen: bool,
}

/// What is predicted before anything is trained. Not part of a cell's identity: predicting anew trains nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PredictConfig {
    /// Whether to search the shortest programs that agree with each task at its training lengths.
    pub shortest: bool,
    /// The largest size searched, in core operations: 3 takes seconds a cell, 4 minutes.
    pub max_operations: usize,
    /// The operations that programs may use, as `--ops` of `rasplab rasp search`.
    pub operations: String,
    /// Whether to fit the minimum-degree interpolator, where a task is of one number of bits.
    pub minimum_degree: bool,
}

/// How the report judges. Not part of a cell's identity: judging anew trains nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportConfig {
    /// Pooled in-distribution exact match from which a run counts as fitted.
    pub fit_gate: f64,
    /// Exact match from which a length counts as reached.
    pub reach_tau: f64,
    /// The analysis declared in advance.
    pub primary: PrimaryConfig,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            layers: 2,
            heads: 2,
            width: 64,
            positions: PositionsConfig::Learned,
            position_range: None,
            activation: ActivationConfig::Relu,
            loops: 1,
        }
    }
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            lengths: 20,
            length_draw: LengthDraw::default(),
            distribution: None,
            steps: 2000,
            batch: 64,
            context: None,
            lr: 1e-3,
            warmup_steps: 50,
            decay: DecayConfig::Linear,
            final_share: 0.0,
            weight_decay: 0.01,
            clip: None,
            loss: LossConfig::Answer,
            minutes_at_most: None,
            check_steps: 100,
            stop_at: 2.0,
        }
    }
}

impl Default for EvaluateConfig {
    fn default() -> Self {
        Self { lengths: None, examples: 200, distribution: None, also: None, checkpoints: 10, sharpen: false }
    }
}

impl Default for PredictConfig {
    fn default() -> Self {
        Self { shortest: true, max_operations: 3, operations: "full".to_owned(), minimum_degree: true }
    }
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self { fit_gate: 0.99, reach_tau: 0.9, primary: PrimaryConfig::default() }
    }
}

impl TrainConfig {
    /// The distribution of training examples.
    pub fn distribution(&self) -> &str {
        self.distribution.as_deref().unwrap_or(tasks::STANDARD)
    }

    /// The shortest training length.
    pub fn len_train_min(&self) -> usize {
        match self.length_draw {
            LengthDraw::Uniform => 1,
            LengthDraw::Fixed => self.lengths,
        }
    }

    /// Whether examples of this length may be trained on.
    pub fn trains_on(&self, length: usize) -> bool {
        (self.len_train_min()..=self.lengths).contains(&length)
    }
}

impl EvaluateConfig {
    /// The distribution of evaluation examples.
    pub fn distribution(&self) -> &str {
        self.distribution.as_deref().unwrap_or(tasks::STANDARD)
    }

    /// Every distribution that is measured, that of verdicts first.
    pub fn distributions(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.distribution()).chain(self.also.iter().flatten().map(String::as_str))
    }

    /// The evaluated lengths, ascending and distinct.
    pub fn resolved_lengths(&self, len_train_max: usize) -> Vec<usize> {
        let mut lengths = match &self.lengths {
            Some(lengths) => lengths.clone(),
            None => [1, 2, 3, 4, 5, 6, 8, 12, 16].iter().map(|quarters| (len_train_max * quarters / 4).max(1)).collect(),
        };
        lengths.sort_unstable();
        lengths.dedup();
        lengths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossed_seeds_are_separate_axes() {
        let pairs = Seeds::Crossed { init: vec![0, 1], data: vec![5, 6] }.pairs();
        assert_eq!(pairs.len(), 4);
        assert!(pairs.contains(&SeedPair { init: 1, data: 5 }));
    }

    #[test]
    fn default_lengths_lie_inside_and_beyond_training() {
        assert_eq!(EvaluateConfig::default().resolved_lengths(20), [5, 10, 15, 20, 25, 30, 40, 60, 80]);
        assert_eq!(EvaluateConfig::default().resolved_lengths(1), [1, 2, 3, 4]);
    }
}
