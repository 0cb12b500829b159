//! Which sequences a search begins with, and how they grow.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use rasp::rasp_l::search::{Battery, SearchError};

use super::sequence;
use crate::agreement::Trials;
use crate::error::TaskError;
use crate::random;
use crate::task::{Example, Task};

/// Sequences of each of the shortest lengths: all there are, if not more.
const PER_SHORT_LENGTH: usize = 20;
/// Lengths of which so many are taken.
const SHORT_LENGTHS: usize = 5;
/// Sequences of each longer length.
const PER_LENGTH: usize = 4;
/// The most tokens of a sequence to begin with; counterexamples may have 32.
const TOKENS: usize = 16;
/// The most tokens of a sequence.
const TOKENS_MAX: usize = 32;
/// Draws of a length: if it has no more inputs than are taken, each comes with near certainty.
const DRAWS: u64 = 400;

/// The constants that programs of a task are searched with: 0, 1, and its special tokens, the first six of them.
pub fn constants(task: &dyn Task) -> Vec<i8> {
    let symbols = task.vocabulary().symbols().map(|(_, token)| token).take(6);
    let constants: BTreeSet<i8> = [0, 1].into_iter().chain(symbols).collect();
    constants.into_iter().collect()
}

/// Short sequences of the training lengths: all inputs of the shortest lengths, where there are few enough, and some of others.
pub(super) fn first(task: &dyn Task, train: &RangeInclusive<usize>, trials: &Trials<'_>) -> Result<Battery, TaskError> {
    let mut battery = Battery::new();
    for (number, length) in train.clone().enumerate() {
        let count = if number < SHORT_LENGTHS { PER_SHORT_LENGTH } else { PER_LENGTH };
        let mut drawn = BTreeSet::new();
        for index in 0..DRAWS {
            if drawn.len() == count {
                break;
            }
            let rng = &mut random::stream(trials.seed, &format!("battery/{length}"), index);
            let example = task.sample_as(trials.distribution, length, rng)?;
            let most = if battery.sequences().is_empty() { TOKENS_MAX } else { TOKENS };
            if tokens(&example) <= most {
                drawn.insert((example.prompt, example.answer));
            }
        }
        if drawn.is_empty() {
            break;
        }
        for (prompt, answer) in drawn {
            battery.add(sequence(&Example { prompt, answer })).expect("it is short enough, and an answer has an end");
        }
    }
    Ok(battery)
}

/// Adds the shortest of these examples that can be added; gives whether any was new.
pub(super) fn grow(battery: &mut Battery, examples: &[Example], most: usize) -> Result<bool, SearchError> {
    let mut by_length: Vec<&Example> = examples.iter().filter(|example| tokens(example) <= TOKENS_MAX).collect();
    by_length.sort_by_key(|example| (tokens(example), &example.prompt));
    let mut added = 0;
    for example in by_length {
        if added == most {
            break;
        }
        added += usize::from(battery.add(sequence(example))?);
    }
    Ok(added > 0)
}

/// Tokens of the sequence of an example.
fn tokens(example: &Example) -> usize {
    example.prompt.len() + example.answer.len() - 1
}
