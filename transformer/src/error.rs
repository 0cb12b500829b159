//! What can be wrong with a model's configuration, its input, or its stored weights.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The width does not divide into heads.
    #[error("width {width} does not divide into {heads} heads: make width a multiple of heads")]
    UnevenHeads {
        /// Width of the residual stream.
        width: usize,
        /// Heads per layer.
        heads: usize,
    },
    /// The rotary scheme turns pairs of numbers of a head.
    #[error("heads are {head_width} wide, but rotary positions need an even width: choose width and heads so that width / heads is even")]
    OddHeadWidth {
        /// Width of one head.
        head_width: usize,
    },
    /// A dimension that must be at least one is zero.
    #[error("{name} is 0: it must be at least 1")]
    ZeroDimension {
        /// The dimension's name in the configuration.
        name: &'static str,
    },
    /// A sequence needs a position that the model has no row for.
    #[error(
        "a sequence reaches position {position}, but the model has {rows} position rows: evaluate shorter lengths or train with more rows"
    )]
    PositionBeyondTable {
        /// The furthest position that the sequence needs, from 0.
        position: usize,
        /// Rows of the position table.
        rows: usize,
    },
    /// A sequence, or what may be written after it, has more tokens than positions.
    #[error("a sequence of {tokens} tokens has {positions} positions: draw one for each token")]
    TooFewPositions {
        /// Tokens that may have to be read.
        tokens: usize,
        /// Positions drawn.
        positions: usize,
    },
    /// A sequence holds a token id outside the vocabulary.
    #[error("token id {id} is outside the model's vocabulary of {vocabulary}")]
    TokenBeyondVocabulary {
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// A batch or a sequence is empty, or has no answer after a first token.
    #[error("a sequence needs at least one prompt token and one answer token")]
    EmptySequence,
    /// Models side by side were given batches of different sizes, or too many or few of them.
    #[error("{models} models side by side need a batch each, all of one size: {batches:?}")]
    UnequalBatches {
        /// Models.
        models: usize,
        /// Sequences of each batch given.
        batches: Vec<usize>,
    },
    /// The named device is not built in or not present.
    #[error("device `{name}` is not available: {reason}")]
    NoDevice {
        /// The name asked for.
        name: String,
        /// Why, and the way out.
        reason: String,
    },
    /// Stored weights do not fit the model.
    #[error("{path}: {reason}")]
    BadCheckpoint {
        /// The weights file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The weights file could not be read or written.
    #[error("{path}: {source}")]
    CheckpointFile {
        /// The weights file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}
