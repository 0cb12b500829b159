//! What a program is asked: sequences, and the next tokens wanted at some of their positions.

use super::SearchError;
use super::layout::TOKENS_MAX;

/// A prompt with its answer, and where the answer's tokens are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// The prompt, and the answer without its last token.
    pub tokens: Vec<i8>,
    /// Positions, from 0, and the token that is wanted there as the next.
    pub targets: Vec<(usize, i8)>,
}

impl Sequence {
    /// The sequence of one example: each token of the answer is wanted at the position before it.
    ///
    /// ```
    /// use rasp::rasp_l::search::Sequence;
    /// let sequence = Sequence::of(&[4, 3, -1], &[3, 4, -2]);
    /// assert_eq!(sequence.tokens, [4, 3, -1, 3, 4]);
    /// assert_eq!(sequence.targets, [(2, 3), (3, 4), (4, -2)]);
    /// ```
    pub fn of(prompt: &[i8], answer: &[i8]) -> Self {
        let written = &answer[..answer.len().saturating_sub(1)];
        let first = prompt.len().saturating_sub(1);
        let targets = answer.iter().enumerate().map(|(place, &target)| (first + place, target)).collect();
        Sequence { tokens: prompt.iter().chain(written).copied().collect(), targets }
    }
}

/// The sequences that a program must agree with, in order; no two are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Battery {
    sequences: Vec<Sequence>,
}

impl Battery {
    /// A battery without sequences.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sequence; gives whether it was not there.
    ///
    /// # Errors
    /// [`SearchError::LongSequence`] beyond 32 tokens, [`SearchError::NothingWanted`] where no position is scored.
    pub fn add(&mut self, sequence: Sequence) -> Result<bool, SearchError> {
        let tokens = sequence.tokens.len();
        if tokens > TOKENS_MAX {
            return Err(SearchError::LongSequence { tokens, most: TOKENS_MAX });
        }
        if tokens == 0 || sequence.targets.is_empty() || sequence.targets.iter().any(|&(place, _)| place >= tokens) {
            return Err(SearchError::NothingWanted);
        }
        let is_new = !self.sequences.contains(&sequence);
        if is_new {
            self.sequences.push(sequence);
        }
        Ok(is_new)
    }

    /// The sequences.
    pub fn sequences(&self) -> &[Sequence] {
        &self.sequences
    }

    /// How many positions are scored.
    pub fn scored(&self) -> usize {
        self.sequences.iter().map(|sequence| sequence.targets.len()).sum()
    }
}
