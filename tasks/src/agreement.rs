//! Whether a program gives a task's answers, length by length.

use std::hash::{DefaultHasher, Hash, Hasher};

use rasp::rasp_l::{EvaluationError, Program};

use crate::error::TaskError;
use crate::random;
use crate::task::{Example, Task};
use crate::vocabulary::EOS;

/// A prompt that a program answers wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The prompt, and the right answer.
    pub example: Example,
    /// What the program writes, or why it writes nothing.
    pub written: Result<Vec<i8>, EvaluationError>,
}

/// What a program makes of examples of one length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The length.
    pub length: usize,
    /// Examples that the program answers rightly, end token included.
    pub right: usize,
    /// Examples in all.
    pub examples: usize,
    /// The first that it does not answer rightly.
    pub counterexample: Option<Counterexample>,
    /// A hash of all that it writes: programs of one fingerprint do the same on these examples.
    pub fingerprint: u64,
}

/// How the examples are drawn that programs are tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trials<'a> {
    /// The task's distribution.
    pub distribution: &'a str,
    /// Whether the data of some prompts is tried sorted, reversed and all equal too, where those are prompts of the task.
    pub directed: bool,
    /// Examples of each length.
    pub count: usize,
    /// The seed.
    pub seed: u64,
}

impl Trials<'_> {
    /// Examples of one length.
    ///
    /// # Errors
    /// A length that the task refuses, or a distribution that it does not have.
    pub fn examples(&self, task: &dyn Task, length: usize) -> Result<Vec<Example>, TaskError> {
        let mut examples = Vec::new();
        for index in 0..self.count {
            let drawn =
                task.sample_as(self.distribution, length, &mut random::stream(self.seed, &format!("agree/{length}"), index as u64))?;
            if self.directed && index < self.count.div_ceil(8) {
                examples.extend(directed(task, &drawn));
            }
            examples.push(drawn);
        }
        Ok(examples)
    }
}

/// The prompt with its data in other orders, and all equal, where that is a prompt with an answer as long: one of another length asks something else.
fn directed(task: &dyn Task, drawn: &Example) -> Vec<Example> {
    let prompt = &drawn.prompt;
    let data: Vec<usize> = (0..prompt.len()).filter(|&place| prompt[place] >= 0).collect();
    let mut sorted: Vec<i8> = data.iter().map(|&place| prompt[place]).collect();
    sorted.sort_unstable();
    let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let falling = sorted.iter().rev().copied().collect();
    let arranged = [vec![least; sorted.len()], vec![most; sorted.len()], sorted, falling];
    let prompts = arranged.into_iter().map(|tokens| {
        let mut prompt = prompt.clone();
        for (&place, token) in data.iter().zip(tokens) {
            prompt[place] = token;
        }
        prompt
    });
    let is_as_long = |answer: &Vec<i8>| answer.len() == drawn.answer.len();
    prompts.filter_map(|prompt| task.answer(&prompt).ok().filter(is_as_long).map(|answer| Example { prompt, answer })).collect()
}

/// Runs a program on examples of one length, autoregressively.
pub fn agreement(program: &Program, length: usize, examples: &[Example]) -> Agreement {
    let mut agreement = Agreement { length, right: 0, examples: examples.len(), counterexample: None, fingerprint: 0 };
    let mut hasher = DefaultHasher::new();
    for example in examples {
        let wrong = wrong(program, example);
        wrong.as_ref().map(|wrong| wrong.written.as_ref().ok()).hash(&mut hasher);
        match wrong {
            None => agreement.right += 1,
            Some(wrong) => {
                agreement.counterexample.get_or_insert(wrong);
            }
        }
    }
    agreement.fingerprint = hasher.finish();
    agreement
}

/// What a program does instead of answering an example rightly; `None` where it does.
pub fn wrong(program: &Program, example: &Example) -> Option<Counterexample> {
    let written = match program.generate(&example.prompt, EOS, example.answer.len()) {
        Ok(written) if written == example.answer => return None,
        Err(EvaluationError::NoEnd { tokens, .. }) => Ok(tokens),
        other => other,
    };
    Some(Counterexample { example: example.clone(), written })
}
