//! Whether a program gives a task's answers, length by length.

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
}

/// Prompts of a task to try programs on: drawn ones, and of the same data the sorted, the reversed and the all equal, where those are prompts of the task.
///
/// # Errors
/// A length that the task refuses.
pub fn examples(task: &dyn Task, length: usize, count: usize, purpose: &str, seed: u64) -> Result<Vec<Example>, TaskError> {
    let mut examples = Vec::new();
    for index in 0..count {
        let drawn = task.sample(length, &mut random::stream(seed, &format!("{purpose}/{length}"), index as u64))?;
        if index < count.div_ceil(8) {
            examples.extend(directed(task, &drawn));
        }
        examples.push(drawn);
    }
    Ok(examples)
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
    let mut agreement = Agreement { length, right: 0, examples: examples.len(), counterexample: None };
    for example in examples {
        match wrong(program, example) {
            None => agreement.right += 1,
            Some(wrong) => {
                agreement.counterexample.get_or_insert(wrong);
            }
        }
    }
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
