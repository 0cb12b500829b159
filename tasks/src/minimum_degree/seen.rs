//! The inputs of a Boolean task that are seen in training, each once. It knows nothing of how they are interpolated.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::error::TaskError;
use crate::random::stream;
use crate::task::{Example, Task};
use crate::vocabulary::{EOS, SEP};

/// The most inputs that are interpolated: work grows with their third power, and this many take seconds.
pub(super) const INPUTS_MAX: usize = 512;
/// The most bits: an input is one machine word.
pub(super) const BITS_MAX: usize = 64;

/// Distinct inputs of as many bits each, and their answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenInputs {
    bits: usize,
    /// The answer of each input, its first bit the lowest.
    answers: BTreeMap<u64, bool>,
}

impl SeenInputs {
    /// The inputs given, each with its answer, all of them 0s and 1s.
    ///
    /// # Errors
    /// [`TaskError::NothingSeen`] without inputs; [`TaskError::BitsDiffer`] where they have unequal numbers of bits;
    /// [`TaskError::BitsBeyondWord`] where that is more than 64; [`TaskError::TwoAnswers`] where one input has two answers;
    /// [`TaskError::TooManySeen`] where there are more than 512; [`TaskError::NotBoolean`] where a bit is neither 0 nor 1.
    pub fn new<'a>(task: &str, inputs: impl IntoIterator<Item = (&'a [i8], i8)>) -> Result<Self, TaskError> {
        let mut seen: Option<Self> = None;
        for (bits, answer) in inputs {
            if !(0..=1).contains(&answer) {
                return Err(TaskError::NotBoolean { task: task.to_owned(), example: format!("{bits:?} => {answer}") });
            }
            seen.get_or_insert_with(|| Self { bits: bits.len(), answers: BTreeMap::new() }).insert(task, bits, answer)?;
        }
        seen.ok_or(TaskError::NothingSeen { task: task.to_owned() })
    }

    /// Every input that training on these lengths meets.
    ///
    /// Each length is drawn from, from the streams `seen/<length>`, until 100 draws and 20 for each distinct input of that length so far have brought
    /// nothing new: of `N` inputs that are equally likely, each is missed with a probability below e^-20. An input much rarer than the
    /// others of its length can be missed, as it would be in training.
    ///
    /// # Errors
    /// What the task refuses; as [`new`](Self::new); and [`TaskError::NotBoolean`] where an example is not bits, `sep` and one bit.
    pub fn draw(task: &dyn Task, lengths: RangeInclusive<usize>, seed: u64) -> Result<Self, TaskError> {
        let mut met: Option<Self> = None;
        for length in lengths {
            let (mut of_length, mut draws_in_vain) = (BTreeSet::new(), 0);
            let mut rng = stream(seed, &format!("seen/{length}"), 0);
            while draws_in_vain < 100 + 20 * of_length.len() {
                let example = task.sample(length, &mut rng)?;
                let (bits, answer) = boolean(task, &example)?;
                let met = met.get_or_insert_with(|| Self { bits: bits.len(), answers: BTreeMap::new() });
                let is_new = of_length.insert(met.insert(task.name(), bits, answer)?);
                draws_in_vain = if is_new { 0 } else { draws_in_vain + 1 };
            }
        }
        met.ok_or_else(|| TaskError::NothingSeen { task: task.name().to_owned() })
    }

    /// The number of bits of each input.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The number of distinct inputs.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether there is none; there always is one.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Whether this input is among them.
    pub fn contains(&self, bits: &[i8]) -> bool {
        bits.len() == self.bits && self.answers.contains_key(&word(bits))
    }

    /// The inputs as words, ascending, with their answers.
    pub(super) fn words(&self) -> impl Iterator<Item = (u64, bool)> {
        self.answers.iter().map(|(&word, &answer)| (word, answer))
    }

    fn insert(&mut self, task: &str, bits: &[i8], answer: i8) -> Result<u64, TaskError> {
        let task = || task.to_owned();
        if bits.iter().any(|bit| !(0..=1).contains(bit)) {
            return Err(TaskError::NotBoolean { task: task(), example: format!("{bits:?} => {answer}") });
        }
        if bits.len() != self.bits {
            return Err(TaskError::BitsDiffer { task: task(), one: self.bits, other: bits.len() });
        }
        if bits.len() > BITS_MAX {
            return Err(TaskError::BitsBeyondWord { task: task(), bits: bits.len(), most: BITS_MAX });
        }
        let word = word(bits);
        match self.answers.insert(word, answer == 1) {
            Some(other) if other != (answer == 1) => Err(TaskError::TwoAnswers { task: task(), input: format!("{bits:?}") }),
            None if self.answers.len() > INPUTS_MAX => Err(TaskError::TooManySeen { task: task(), most: INPUTS_MAX }),
            _ => Ok(word),
        }
    }
}

/// Bits as a machine word, the first bit the lowest.
pub(super) fn word(bits: &[i8]) -> u64 {
    bits.iter().enumerate().fold(0, |word, (place, &bit)| word | u64::from(bit == 1) << place)
}

/// The bits and the answer of an example that is a Boolean question: bits and `sep`, then one bit and `eos`.
///
/// # Errors
/// [`TaskError::NotBoolean`] where it is not.
pub fn boolean<'e>(task: &dyn Task, example: &'e Example) -> Result<(&'e [i8], i8), TaskError> {
    let is_bit = |token: &i8| (0..=1).contains(token);
    match (&example.prompt[..], &example.answer[..]) {
        ([bits @ .., SEP], [answer, EOS]) if !bits.is_empty() && bits.iter().all(is_bit) && is_bit(answer) => Ok((bits, *answer)),
        _ => Err(TaskError::NotBoolean { task: task.name().to_owned(), example: example.show(task.vocabulary()) }),
    }
}
