//! What every task offers. The tasks themselves are one file each.

use std::fmt;

use crate::catalogue::{Entry, closest};
use crate::coupling::Coupling;
use crate::error::TaskError;
use crate::random::ChaCha8Rng;
use crate::vocabulary::{SEP, Vocabulary};

/// A task's own count of its input, in the unit that [`Task::unit`] names; not a number of model tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub usize);

impl Length {
    /// The count.
    pub fn get(self) -> usize {
        self.0
    }
}

impl From<usize> for Length {
    fn from(length: usize) -> Self {
        Self(length)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A prompt and its one right answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Example {
    /// What the model is given, separator included.
    pub prompt: Vec<i8>,
    /// What it must produce, end token included.
    pub answer: Vec<i8>,
}

impl Example {
    /// The example as text: `4 12 3 sep => 3 4 12 eos`.
    pub fn show(&self, vocabulary: &Vocabulary) -> String {
        format!("{} => {}", vocabulary.show(&self.prompt), vocabulary.show(&self.answer))
    }
}

/// The name of the distribution that [`Task::sample`] draws from.
pub const STANDARD: &str = "standard";

/// The largest length of a task that has no limit of its own: far beyond what can be trained on, and small enough to draw.
const LENGTH_MAX: usize = 100_000;

/// A generator of examples at a given length.
///
/// Made by [`build`](crate::build) from a [`TaskSpec`](crate::TaskSpec). What is the same for every alphabet stands in the
/// task's [`Entry`]; another crate that brings a task of its own writes a `static` one.
pub trait Task: Send + Sync + fmt::Debug {
    /// The task's row in the catalogue.
    fn entry(&self) -> &'static Entry;

    /// Its tokens.
    fn vocabulary(&self) -> &Vocabulary;

    /// The tokens, prompt and answer together, of the longest example of this length.
    fn tokens_max(&self, length: usize) -> usize;

    /// Draws one example of this length.
    ///
    /// # Errors
    /// What [`check_length`](Task::check_length) refuses.
    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError>;

    /// The names of the distributions that it can draw from, [`STANDARD`] first.
    fn distributions(&self) -> &'static [&'static str] {
        &[STANDARD]
    }

    /// Draws one example of this length from the distribution of this name.
    ///
    /// # Errors
    /// What [`check_length`](Task::check_length) refuses; [`TaskError::UnknownDistribution`] when the task has none of this name.
    fn sample_as(&self, distribution: &str, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        if distribution == STANDARD {
            self.sample(length, rng)
        } else {
            Err(unknown_distribution(self.entry(), distribution, self.distributions()))
        }
    }

    /// The right answer to a prompt, end token included.
    ///
    /// # Errors
    /// [`TaskError::NotAPrompt`] when the tokens do not ask anything of this task.
    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError>;

    /// The largest length that the task can express with its alphabet; `None` where every length can be.
    fn length_limit(&self) -> Option<usize> {
        None
    }

    /// The number of tokens that the configuration calls its `alphabet`.
    fn alphabet(&self) -> usize {
        self.vocabulary().len() - self.vocabulary().symbols().count()
    }

    /// What those tokens are.
    fn alphabet_unit(&self) -> &'static str {
        "data tokens"
    }

    /// Whether examples of this length exist: call it before anything is trained.
    ///
    /// # Errors
    /// [`TaskError::LengthZero`] at 0; beyond [`length_limit`](Task::length_limit) [`TaskError::LengthBeyondAlphabet`], or
    /// [`TaskError::LengthBeyondTask`] where no alphabet would help.
    fn check_length(&self, length: usize) -> Result<(), TaskError> {
        let entry = self.entry();
        match self.length_limit() {
            _ if length == 0 => Err(TaskError::LengthZero { task: entry.name, unit: entry.unit }),
            Some(limit) if length > limit => Err(match &entry.alphabet_bounds {
                Some(bounds) => TaskError::LengthBeyondAlphabet {
                    task: entry.name,
                    length: Length(length),
                    limit: Length(limit),
                    alphabet: self.alphabet(),
                    alphabet_unit: self.alphabet_unit(),
                    most: *bounds.end(),
                },
                None => TaskError::LengthBeyondTask { task: entry.name, unit: entry.unit, length: Length(length), limit: Length(limit) },
            }),
            None if length > LENGTH_MAX => {
                Err(TaskError::LengthBeyondTask { task: entry.name, unit: entry.unit, length: Length(length), limit: Length(LENGTH_MAX) })
            }
            _ => Ok(()),
        }
    }

    /// Its name, as a configuration writes it: `copy-unique`.
    fn name(&self) -> &'static str {
        self.entry().name
    }

    /// Changes when the examples drawn change; part of a cell's identity.
    fn version(&self) -> u32 {
        self.entry().version
    }

    /// Which of its tokens belong to one another, for position coupling; `None` where they do not correspond place by place.
    fn coupling(&self) -> Option<Coupling> {
        None
    }

    /// What is asked, in one line.
    fn summary(&self) -> &'static str {
        self.entry().summary
    }

    /// A worked example: `4 12 3 sep => 3 4 12 eos`.
    fn format(&self) -> &'static str {
        self.entry().format
    }

    /// What length counts: `tokens to sort`.
    fn unit(&self) -> &'static str {
        self.entry().unit
    }

    /// The file name and the source of a RASP-L program that gives the next token; `None` where no such program is known.
    fn program_source(&self) -> Option<(&'static str, &'static str)> {
        self.entry().program
    }
}

/// The data of a prompt that is data tokens, at least one, and then the separator.
pub(crate) fn data_before_sep<'p>(task: &dyn Task, prompt: &'p [i8]) -> Result<&'p [i8], TaskError> {
    match prompt {
        [data @ .., SEP] if !data.is_empty() && data.iter().all(|&token| is_data(task, token)) => Ok(data),
        _ => Err(not_a_prompt(task, prompt)),
    }
}

/// Whether a token is one of the task's data tokens.
pub(crate) fn is_data(task: &dyn Task, token: i8) -> bool {
    token >= 0 && task.vocabulary().id(token).is_some()
}

/// A distribution that the task does not have, as an error.
pub(crate) fn unknown_distribution(entry: &Entry, distribution: &str, known: &'static [&'static str]) -> TaskError {
    let suggestion = closest(distribution, known.iter().copied());
    TaskError::UnknownDistribution { task: entry.name, distribution: distribution.to_owned(), suggestion, known }
}

/// The tokens as an error.
pub(crate) fn not_a_prompt(task: &dyn Task, prompt: &[i8]) -> TaskError {
    TaskError::NotAPrompt { task: task.name(), prompt: task.vocabulary().show(prompt), format: task.format() }
}
