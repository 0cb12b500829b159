//! What can be wrong with a task, a length or a prompt.

use crate::task::Length;

/// What this crate refuses, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// No task has this name.
    #[error("no task is called `{name}`: {}", hint(suggestion.as_deref(), known))]
    UnknownTask {
        /// The name asked for.
        name: String,
        /// The closest name, if one is close.
        suggestion: Option<&'static str>,
        /// Every name there is.
        known: Vec<&'static str>,
    },
    /// An alphabet was given to a task that has a fixed one.
    #[error("{task} always has {fixed} data tokens: remove `alphabet: {alphabet}`")]
    AlphabetFixed {
        /// The task's name.
        task: &'static str,
        /// The number of data tokens asked for.
        alphabet: usize,
        /// The number of data tokens it has.
        fixed: usize,
    },
    /// The alphabet is too small or too large for the task.
    #[error("{task} takes an `alphabet` of {least} to {most} {unit}, not {alphabet}{}", eight_bits(*alphabet, *most))]
    AlphabetOutOfBounds {
        /// The task's name.
        task: &'static str,
        /// The alphabet asked for.
        alphabet: usize,
        /// What an alphabet counts.
        unit: &'static str,
        /// The smallest alphabet that it takes.
        least: usize,
        /// The largest alphabet that it takes.
        most: usize,
    },
    /// Examples of length 0 do not exist.
    #[error("{task} has no example of length 0: length counts {unit}, so start at 1")]
    LengthZero {
        /// The task's name.
        task: &'static str,
        /// What its length counts.
        unit: &'static str,
    },
    /// The alphabet has too few tokens to express an example of this length.
    #[error(
        "{task} cannot express length {length}: its alphabet of {alphabet} {alphabet_unit} ends at length {limit} ({}lower the length)",
        raise(*alphabet, *most)
    )]
    LengthBeyondAlphabet {
        /// The task's name.
        task: &'static str,
        /// The length asked for.
        length: Length,
        /// The largest length that the alphabet expresses.
        limit: Length,
        /// The alphabet that it has.
        alphabet: usize,
        /// What an alphabet counts.
        alphabet_unit: &'static str,
        /// The largest alphabet that the task takes.
        most: usize,
    },
    /// The task ends before this length, whatever the alphabet.
    #[error("{task} has no example of length {length}: length counts {unit}, so end at {limit}")]
    LengthBeyondTask {
        /// The task's name.
        task: &'static str,
        /// What its length counts.
        unit: &'static str,
        /// The length asked for.
        length: Length,
        /// The largest length that it has.
        limit: Length,
    },
    /// The task has no distribution of this name.
    #[error("{task} has no distribution `{distribution}`: {}", hint_distribution(*suggestion, known))]
    UnknownDistribution {
        /// The task's name.
        task: &'static str,
        /// The name asked for.
        distribution: String,
        /// The closest name, if one is close.
        suggestion: Option<&'static str>,
        /// Every name there is.
        known: &'static [&'static str],
    },
    /// The tokens are not a prompt of the task.
    #[error("`{prompt}` is not a prompt of {task}, which looks like `{format}`")]
    NotAPrompt {
        /// The task's name.
        task: &'static str,
        /// The tokens given, as text.
        prompt: String,
        /// A worked example of the task.
        format: &'static str,
    },
    /// A program and its prompts make no task.
    #[error("{task}: {reason}")]
    OwnProgram {
        /// The task's name.
        task: String,
        /// What is wrong, and the way out.
        reason: String,
    },
    /// A program has no answer to a prompt of its task.
    #[error("{task} has no answer to `{prompt}`: {reason}")]
    OwnProgramFailed {
        /// The task's name.
        task: String,
        /// The prompt that shows it.
        prompt: String,
        /// What the program does instead.
        reason: String,
    },
    /// No prompt that fulfils the task's condition was found.
    #[error("{task} finds no prompt of length {length} that fulfils its condition in {draws} draws: ask for less, or draw it directly")]
    NoPrompt {
        /// The task's name.
        task: String,
        /// The length asked for.
        length: Length,
        /// How many prompts were drawn.
        draws: usize,
    },
    /// The minimum-degree interpolator was asked of a task that is not Boolean.
    #[error("{task} is no Boolean task: its prompts must be bits and `sep`, and its answers one bit and `eos`, not `{example}`")]
    NotBoolean {
        /// The task's name.
        task: String,
        /// An example that shows it.
        example: String,
    },
    /// Prompts have unequal numbers of bits, and a Boolean function has one.
    #[error(
        "{task} has prompts of {one} and of {other} bits, and a minimum-degree interpolator is a function of one number of bits: give one length, for training and test alike, or take boolean-and-fixed, which has as many at every length"
    )]
    BitsDiffer {
        /// The task's name.
        task: String,
        /// The number of bits of what was seen.
        one: usize,
        /// The other number of bits.
        other: usize,
    },
    /// An input has too many bits to be interpolated.
    #[error("{task} has prompts of {bits} bits: the minimum-degree interpolator takes {most} at most, so lower the length")]
    BitsBeyondWord {
        /// The task's name.
        task: String,
        /// Its number of bits.
        bits: usize,
        /// The largest number of bits.
        most: usize,
    },
    /// There are too many distinct inputs to be interpolated.
    #[error("{task} has more than {most} distinct prompts at its training lengths, the most that are interpolated: lower the lengths")]
    TooManySeen {
        /// The task's name.
        task: String,
        /// The largest number of them.
        most: usize,
    },
    /// One input has two answers.
    #[error("{task} answers {input} both with 0 and with 1, which no function does")]
    TwoAnswers {
        /// The task's name.
        task: String,
        /// The input.
        input: String,
    },
    /// There is no input to be interpolated.
    #[error("{task}: nothing is seen, so there is nothing to interpolate: give at least one input")]
    NothingSeen {
        /// The task's name.
        task: String,
    },
    /// Rounding has spoilt an interpolation.
    #[error("{task}: rounding spoils the interpolation of {inputs} prompts of {bits} bits: lower the lengths")]
    Imprecise {
        /// The task's name.
        task: String,
        /// The distinct inputs.
        inputs: usize,
        /// The bits of each.
        bits: usize,
    },
    /// A token is not in the vocabulary.
    #[error("token {token} is not in the vocabulary, which holds {vocabulary}: use the vocabulary of the task that made it")]
    UnknownToken {
        /// The token.
        token: i8,
        /// What the vocabulary holds, in a few words.
        vocabulary: String,
    },
    /// A vocabulary names one token twice, or one name stands for two tokens.
    #[error("the vocabulary holds `{name}` ({token}) twice: names and tokens must be distinct")]
    RepeatedToken {
        /// The name of the second one.
        name: String,
        /// The token of the second one.
        token: i8,
    },
}

fn hint(suggestion: Option<&str>, known: &[&str]) -> String {
    match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the tasks are {}", known.join(", ")),
    }
}

fn hint_distribution(suggestion: Option<&str>, known: &[&str]) -> String {
    match (suggestion, known) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, [only]) => format!("it has only `{only}`"),
        (None, _) => format!("it has {}", known.join(", ")),
    }
}

fn raise(alphabet: usize, most: usize) -> String {
    if alphabet < most { format!("raise `alphabet`, at most to {most}, or ") } else { String::new() }
}

fn eight_bits(alphabet: usize, most: usize) -> &'static str {
    if alphabet > most { ": tokens are 8-bit integers, as in RASP-L" } else { "" }
}
