//! Exhaustive search for the shortest programs that agree with a battery of sequences, by core operations.
//!
//! A program of `s` core operations is a set of `s - 1` lines and a last operation. Sets of lines are enumerated, each once, depth first; within a
//! state (a set of lines) a value that is already there, or could be made already, is not made again. Since the measure counts the
//! operations of the shared graph, a line may be read by several others at no further cost; a search over expressions would count it each time, and certify falsehoods.
//!
//! - `battery`: the sequences, and the tokens wanted; `space`: the operations, constants and profile.
//! - `line`: what a line can be, by types alone: the definition of the space.
//! - `layout`, `kernel`, `vectors`, `words`, `view`: values of many positions at once, and all values that a new line makes possible.
//! - `pool`, `table`: what could be chosen next, without duplicates; `enumerate`: the depth-first search, in shards.
//! - `screen`: the few sequences that everything is checked on first.
//! - `sieve`: whether any last operation could agree, without making one, for one last line (`Sieve::passes`), for several that differ by their default (`sieve::defaults`), or for all pairs of lines that do not read each
//!   other (`sieve::pairs`); `settled`: last lines that need no look of their own; `last`: which last operations agree.
//! - `around`: parts of a known program, which a search may start from.
//! - `found`: a program that agrees, as a text.
//! - `plain`: the same by plain enumeration, to check the rest against.
//!
//! **Why leaving out equal values is sound.** Say that no program of fewer than `s` operations agrees with the battery, and one of `s` does. No two of
//! its lines, and no line and a leaf, have the same value and kind, or one could be replaced by the other (except a written constant: operations on
//! two of those are folded). A line that is always true or false is replaced by that leaf, and what then folds to a written constant by one aggregation of
//! everything, which is why a space must have a reduction. When a state could make a value in two ways, of
//! which one does not read line `y`, then `y` is read by something else, or the program without `y` would agree and be shorter. So it does not matter
//! which way is kept, and sizes must be searched in order. Equality is of the lanes themselves, not of hashes.
//!
//! **In which state a set of lines is gone through.** Let `n` be the newest line of a state, and `x` and `y` the last two. If `y` reads `x`, `y` is a last line
//! of the state with `n` and `x`. If neither reads the other, they are a pair of the state with `n`, where both are possible: that of `n` rather than of `x`
//! where only `n` is read by `y`, whichever of `n` and `x` stands first in the order. So where `n` and `x` do not read each other, and `y` comes as a
//! last line, only a `y` that reads both is left to look at.

mod around;
mod battery;
mod enumerate;
mod found;
mod kernel;
mod last;
mod layout;
mod line;
mod plain;
mod pool;
mod screen;
mod settled;
mod sieve;
mod space;
mod table;
#[cfg(test)]
mod tests;
mod vectors;
mod view;
mod words;

pub use around::{Known, Part};
pub use battery::{Battery, Sequence};
pub use enumerate::{Counts, Found, Outcome, Search, Worker};
pub use plain::some_agrees;
pub use space::{NAMED_OPERATIONS, Operations, Space};
use thiserror::Error;

/// Changes when the shards of a search do: their number, their order, or what they count. Results that are kept belong to one version.
pub const SEARCH_VERSION: u32 = 6;

/// Why a search cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A sequence beyond what a battery can hold.
    #[error("a sequence of {tokens} tokens is too long for a battery, which holds sequences of at most {most}: search with shorter ones")]
    LongSequence {
        /// Its tokens.
        tokens: usize,
        /// The most.
        most: usize,
    },
    /// No position of a sequence is scored.
    #[error("a sequence of a battery wants no token: give it an answer")]
    NothingWanted,
    /// There is nothing to agree with.
    #[error("the battery is empty: add a sequence")]
    EmptyBattery,
    /// Constant values could not be made where they are needed.
    #[error("operations without `max`, `min` or `mean` cannot be searched: add one")]
    NoReduction,
    /// A part of a known program is of no use.
    #[error(
        "nothing of this part of the known program can be kept: its operations fail on the battery, or have a constant or default that the space has not"
    )]
    NothingKept,
    /// More constants and lines than a state can hold.
    #[error("{constants} constants and {lines} lines are too many: at most {most} in all")]
    TooManySlots {
        /// Constants of the space.
        constants: usize,
        /// Lines of a program.
        lines: usize,
        /// The most of both.
        most: usize,
    },
}
