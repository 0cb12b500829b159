//! How a model is told where a token stands.
//!
//! A scheme is of one of four kinds:
//! - nothing at all, where order shows only through the causal mask (Kazemnejad et al. 2023, <https://arxiv.org/abs/2305.19466>);
//! - a vector added to the token's, by the token's position: [`learned`], [`sinusoidal`], [`randomized`], [`abacus`], [`coupled`];
//! - a rotation of queries and keys: [`rotary`];
//! - a number added to the logits of attention, by the distance of query and key: [`alibi`], [`t5`], [`fire`].
//!
//! A [`Placement`] says at which positions the tokens of one sequence stand: in training and at evaluation by the scheme's own rule, from
//! one random number. Only vectors are looked up by it. Rotations and distances count the tokens of the sequence itself, from its first.

mod abacus;
mod alibi;
mod coupled;
mod fire;
mod learned;
mod randomized;
mod rotary;
mod sinusoidal;
mod t5;
#[cfg(test)]
mod tests;

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::error::ModelError;
use crate::model::ModelConfig;

pub(crate) use fire::{Fire, HIDDEN as FIRE_HIDDEN};
pub(crate) use rotary::Rotation;
pub(crate) use sinusoidal::Waves;
pub(crate) use t5::BUCKETS;

/// A position scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Positions {
    /// No positions (NoPE).
    None,
    /// One learned vector per absolute position, added to the token's.
    Learned {
        /// Rows of the table: the longest sequence, in tokens, that the model can read.
        rows: usize,
    },
    /// Fixed waves of the absolute position, added to the token's vector.
    Sinusoidal,
    /// Queries and keys turned by an angle that grows with the position.
    Rotary,
    /// Logits lowered in proportion to the distance.
    Alibi,
    /// A learned number per head and bucket of distances, added to the logits.
    T5,
    /// A small network's value at the distance, relative to the query's own position, added to the logits.
    Fire {
        /// The position from which on distances are taken relative to the query's, before training moves it.
        threshold: usize,
    },
    /// A learned vector per position, at ascending positions drawn at random.
    Randomized {
        /// Rows of the table: the positions to draw from.
        rows: usize,
    },
    /// A learned vector per place of a digit in its number.
    Abacus {
        /// Rows of the table: one for tokens that are no digits, and one for each place.
        rows: usize,
        /// The token ids from this one on are digits.
        digits_from: u32,
    },
    /// A learned vector per place, where tokens that the task says belong to one another share a place.
    Coupled {
        /// Rows of the table: one for tokens without a place, and one for each place.
        rows: usize,
    },
}

/// At which positions the tokens of one sequence stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// One after another.
    From(usize),
    /// Each at a position of its own. There are at least as many as the sequence has tokens.
    At(Vec<u32>),
    /// Each digit at its place in its number, the first place being the one after `offset`; other tokens at 0.
    Places {
        /// The token ids from this one on are digits.
        digits_from: u32,
        /// How far places are shifted.
        offset: usize,
    },
}

impl Default for Placement {
    fn default() -> Self {
        Self::From(0)
    }
}

impl Positions {
    /// Rows of the scheme's table of learned vectors, if it has one.
    pub(crate) fn rows(self) -> Option<usize> {
        match self {
            Self::Learned { rows } | Self::Randomized { rows } | Self::Abacus { rows, .. } | Self::Coupled { rows } => Some(rows),
            Self::None | Self::Sinusoidal | Self::Rotary | Self::Alibi | Self::T5 | Self::Fire { .. } => None,
        }
    }

    /// The most tokens that a sequence may have, whatever they are; `None` where any number will do.
    pub fn tokens_at_most(self) -> Option<usize> {
        match self {
            // Row 0 belongs to no place, and a sequence may be a single number.
            Self::Abacus { rows, .. } => Some(rows.saturating_sub(1)),
            // Tokens share places.
            Self::Coupled { .. } => None,
            other => other.rows(),
        }
    }

    /// Where a training sequence stands, by a uniform random number.
    pub fn in_training(self, tokens: &[u32], random: u64) -> Placement {
        match self {
            Self::Learned { rows } => learned::in_training(tokens.len(), rows, random),
            Self::Randomized { rows } => randomized::draw(tokens.len(), rows, random),
            Self::Abacus { rows, digits_from } => abacus::in_training(tokens, rows, digits_from, random),
            Self::None | Self::Sinusoidal | Self::Rotary | Self::Alibi | Self::T5 | Self::Fire { .. } | Self::Coupled { .. } => {
                Placement::default()
            }
        }
    }

    /// Where a sequence stands whose tokens have places of the task's, 0 where they have none: by the scheme `coupled`, in training by a uniform
    /// random number. `None` for other schemes.
    pub fn by_places(self, places: &[usize], random: Option<u64>) -> Option<Placement> {
        match self {
            Self::Coupled { rows } => Some(coupled::place(places, rows, random)),
            _ => None,
        }
    }

    /// Where a sequence of at most so many tokens stands at evaluation. Only `randomized` uses the random number.
    pub fn at_evaluation(self, tokens: usize, random: u64) -> Placement {
        match self {
            Self::Randomized { rows } => randomized::draw(tokens, rows, random),
            Self::Abacus { digits_from, .. } => Placement::Places { digits_from, offset: 0 },
            _ => Placement::default(),
        }
    }

    /// Checks what the scheme asks of a model's shape.
    pub(crate) fn validate(self, width: usize, heads: usize) -> Result<(), ModelError> {
        let numbers = match self {
            Self::Fire { threshold } => Some(("positions.threshold", threshold)),
            other => other.rows().map(|rows| ("positions.rows", rows)),
        };
        if let Some((name, 0)) = numbers {
            return Err(ModelError::ZeroDimension { name });
        }
        let head_width = width / heads;
        if self == Self::Rotary && !head_width.is_multiple_of(2) {
            return Err(ModelError::OddHeadWidth { head_width });
        }
        Ok(())
    }
}

impl Placement {
    /// Positions of these tokens.
    pub(crate) fn positions(&self, tokens: &[u32]) -> Vec<usize> {
        let mut positions = Vec::with_capacity(tokens.len());
        for &token in tokens {
            positions.push(self.next(positions.len(), positions.last().copied(), token));
        }
        positions
    }

    /// The position of a token that is written at `index`, after one that stands at `previous`.
    pub(crate) fn next(&self, index: usize, previous: Option<usize>, token: u32) -> usize {
        match self {
            Self::From(first) => first + index,
            Self::At(positions) => positions[index] as usize,
            Self::Places { digits_from, offset } => abacus::next(previous, token, *digits_from, *offset),
        }
    }

    /// The furthest position that these tokens, or any `more` tokens that may be written after them, can stand at.
    pub(crate) fn furthest(&self, tokens: &[u32], more: usize) -> Result<usize, ModelError> {
        let read = tokens.len() + more;
        match self {
            Self::From(first) => Ok((first + read).saturating_sub(1)),
            Self::At(positions) => {
                let read = positions.get(..read).ok_or(ModelError::TooFewPositions { tokens: read, positions: positions.len() })?;
                Ok(read.iter().copied().max().unwrap_or(0) as usize)
            }
            Self::Places { offset, .. } => {
                let positions = self.positions(tokens);
                // The longest number that may still be written goes on with the last one that was read, or starts anew.
                let written = positions.last().copied().filter(|&last| last > 0).unwrap_or(*offset) + more;
                Ok(positions.into_iter().chain([written]).max().unwrap_or(0))
            }
        }
    }
}

/// What positions do inside attention, the same for all sequences and blocks.
#[derive(Debug)]
pub(crate) struct InAttention {
    /// Queries and keys are turned.
    pub(crate) rotation: Option<Rotation>,
    /// Added to the logits: `[K, H, T, T]`, or `[1, H, T, T]` for all replicas.
    pub(crate) bias: Option<Tensor<4>>,
    /// What queries are multiplied by: `[1, 1, T, 1]`.
    pub(crate) sharpness: Option<Tensor<4>>,
}

impl InAttention {
    /// What the scheme does to sequences of so many tokens. The scheme `fire` is left to the blocks, each of which has its own.
    ///
    /// # Shapes
    /// - `relative_bias`: `[K, BUCKETS, H]`, of the scheme `t5` alone
    pub(crate) fn new(config: &ModelConfig, tokens: usize, relative_bias: Option<Tensor<3>>, device: &Device) -> Self {
        let ModelConfig { positions, heads, width, sharpen_beyond, .. } = *config;
        let rotation = (positions == Positions::Rotary).then(|| Rotation::new(tokens, width / heads, device));
        let bias = match positions {
            Positions::Alibi => Some(alibi::bias(tokens, heads, device)),
            _ => relative_bias.map(|table| t5::bias(table, tokens)),
        };
        let sharpness = sharpen_beyond.map(|beyond| {
            let numbers: Vec<f32> = (1..=tokens).map(|seen| sharpness(seen, beyond)).collect();
            Tensor::from_data(TensorData::new(numbers, [1, 1, tokens, 1]), device)
        });
        Self { rotation, bias, sharpness }
    }
}

/// `max(1, ln n / ln N)` for a query that sees n tokens.
fn sharpness(seen: usize, beyond: usize) -> f32 {
    // One token to attend to needs no sharpness, and its logarithm is 0.
    ((seen as f64).ln() / (beyond.max(2) as f64).ln()).max(1.0) as f32
}

/// Vectors of the scheme's that are added to the tokens' and are not trained.
///
/// # Shapes
/// - `positions`: `[K, N]`; returns `[K, N, D]`
pub(crate) fn fixed_vectors(scheme: Positions, positions: Tensor<2, Int>, width: usize) -> Option<Tensor<3>> {
    (scheme == Positions::Sinusoidal).then(|| sinusoidal::vectors(positions, width))
}

/// A number below `bound`, which is at least 1, by a uniform random number; uniform up to a bias of `bound` / 2^64.
fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}
