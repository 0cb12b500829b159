//! How a model is told where a token stands.
//!
//! Two schemes: none at all, where order shows only through the causal mask (Kazemnejad et al. 2023, <https://arxiv.org/abs/2305.19466>),
//! and a learned table. A learned row that no training sequence ever reached is noise, so training shifts each sequence by a random
//! offset; evaluation does not shift (Zhou et al. 2023, section 4.1, <https://arxiv.org/abs/2310.16028>).

use serde::{Deserialize, Serialize};

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
}
