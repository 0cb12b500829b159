//! Every task there is, by name.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::bits::{conjunction, conjunction_fixed, majority, parity, parity_hints, parity_mod10};
use crate::error::TaskError;
use crate::formal::{blocks, dyck, even_length, tomita};
use crate::mode::{self, letters, scratchpad};
use crate::task::Task;
use crate::{addition, copy, count, flip_flop, increment, interleaved_majority, residue, reverse, sort};

/// The largest alphabet that any task takes, in data tokens.
///
/// Tokens are 8-bit integers and end at 127; the rest is room for `tokens + 1` and for special tokens to come.
pub const ALPHABET_MAX: usize = 120;

/// One row of the catalogue: what is true of a task whatever its alphabet.
#[derive(Debug)]
pub struct Entry {
    /// The name, as a configuration writes it: `copy-unique`.
    pub name: &'static str,
    /// Changes when the examples drawn change.
    pub version: u32,
    /// What is asked, in one line.
    pub summary: &'static str,
    /// A worked example: `4 12 3 sep => 3 4 12 eos`.
    pub format: &'static str,
    /// What length counts: `tokens to sort`.
    pub unit: &'static str,
    /// The number of data tokens, or of what [`Task::alphabet_unit`] says, where none is asked for.
    pub alphabet_default: usize,
    /// The numbers of them that may be asked for; `None` where `alphabet_default` is the only one.
    pub alphabet_bounds: Option<RangeInclusive<usize>>,
    /// The file name and the source of a RASP-L program that solves it.
    pub program: Option<(&'static str, &'static str)>,
    /// Makes the task with so many data tokens, which are within bounds; `None` for a task of a user's own program.
    pub make: Option<fn(alphabet: usize) -> Arc<dyn Task>>,
}

/// Which task is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskSpec {
    /// The task's name.
    pub name: String,
    /// The number of data tokens; `None` for the task's default.
    pub alphabet: Option<usize>,
}

/// Every task: those of the paper, then others; of each, those with a program first.
///
/// ```
/// let sort = tasks::catalogue().iter().find(|entry| entry.name == "sort").expect("it is there");
/// assert_eq!(sort.format, "4 12 3 sep => 3 4 12 eos");
/// assert_eq!(sort.alphabet_default, 100);
/// ```
pub fn catalogue() -> &'static [&'static Entry] {
    static ENTRIES: [&Entry; 39] = [
        &majority::ENTRY,
        &sort::UNIQUE,
        &count::ENTRY,
        &copy::UNIQUE,
        &conjunction::ENTRY,
        &copy::REPEAT,
        &conjunction_fixed::ENTRY,
        &mode::ENTRY,
        &reverse::UNIQUE,
        &parity_hints::ENTRY,
        &addition::REVERSE_HINTS,
        &addition::FORWARD_HINTS,
        &increment::REVERSE,
        &increment::FORWARD,
        &addition::FORWARD,
        // Those without a program.
        &parity::ENTRY,
        &reverse::REPEAT,
        &parity_mod10::ENTRY,
        &scratchpad::SORTED,
        &scratchpad::ORDERED,
        &addition::REVERSE,
        // Beyond the paper.
        &letters::ENTRY,
        &sort::REPEAT,
        &flip_flop::ENTRY,
        &dyck::DYCK_1,
        &dyck::SHUFFLE_DYCK_2,
        &blocks::ANBN,
        &blocks::ANBNCN,
        &tomita::TOMITA_1,
        &tomita::TOMITA_2,
        &tomita::TOMITA_4,
        &tomita::TOMITA_7,
        &tomita::TOMITA_3,
        &tomita::TOMITA_5,
        &tomita::TOMITA_6,
        &even_length::ENTRY,
        &interleaved_majority::ENTRY,
        &residue::SUM,
        &residue::CYCLE,
    ];
    &ENTRIES
}

/// Makes a task.
///
/// ```
/// let spec = tasks::TaskSpec { name: "srot".to_owned(), alphabet: None };
/// let error = tasks::build(&spec).unwrap_err();
/// assert_eq!(error.to_string(), "no task is called `srot`: did you mean `sort`?");
/// ```
///
/// # Errors
/// - [`TaskError::UnknownTask`] when no task has the name;
/// - [`TaskError::AlphabetFixed`] when an alphabet is asked of a task that has a fixed one;
/// - [`TaskError::AlphabetOutOfBounds`] when the alphabet is too small or too large.
pub fn build(spec: &TaskSpec) -> Result<Arc<dyn Task>, TaskError> {
    let entry = catalogue().iter().find(|entry| entry.name == spec.name).ok_or_else(|| unknown(&spec.name))?;
    let task = entry.name;
    let make = entry.make.expect("a task of the catalogue can be made");
    match (spec.alphabet, &entry.alphabet_bounds) {
        (None, _) => Ok(make(entry.alphabet_default)),
        (Some(alphabet), None) => Err(TaskError::AlphabetFixed { task, alphabet, fixed: entry.alphabet_default }),
        (Some(alphabet), Some(bounds)) if bounds.contains(&alphabet) => Ok(make(alphabet)),
        (Some(alphabet), Some(bounds)) => Err(TaskError::AlphabetOutOfBounds {
            task,
            alphabet,
            unit: make(entry.alphabet_default).alphabet_unit(),
            least: *bounds.start(),
            most: *bounds.end(),
        }),
    }
}

fn unknown(name: &str) -> TaskError {
    let known: Vec<&'static str> = catalogue().iter().map(|entry| entry.name).collect();
    TaskError::UnknownTask { name: name.to_owned(), suggestion: closest(name, known.iter().copied()), known }
}

/// The candidate that was meant, if one is close.
pub(crate) fn closest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    // Of equally close names the first one is meant, and the last maximum is taken.
    let candidates: Vec<&'static str> = candidates.collect();
    candidates
        .into_iter()
        .rev()
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// How alike two names are, 0 to 1; a name that is a word of the other (`majority`) is alike.
fn likeness(name: &str, candidate: &str) -> f64 {
    let word = candidate.split('-').map(|word| 0.95 * strsim::jaro_winkler(name, word));
    word.fold(strsim::jaro_winkler(name, candidate), f64::max)
}
