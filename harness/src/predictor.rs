//! What ranks tasks before any training: the length of the program that solves each.

use rasp::rasp_l::Program;
use report::{ProgramInfo, Role, TaskInfo};
use tasks::random::stream;

use crate::cell::Cell;
use crate::error::Error;

/// Examples behind the mean length of an answer.
const ANSWERS: u64 = 50;

/// The task of a cell, with the measures of its program.
///
/// # Errors
/// [`Error::Program`] where the task's own program does not parse, which the tests rule out for built-in tasks.
pub fn describe(cell: &Cell) -> Result<TaskInfo, Error> {
    let entry = cell.task.entry();
    let program = entry
        .program
        .map(|(file, source)| {
            let program = Program::parse(file, source)?;
            let measures = program.length().measures().into_iter().map(|(name, value)| (name.to_owned(), value as f64)).collect();
            Ok::<_, Error>(ProgramInfo {
                file: file.to_owned(),
                source: source.to_owned(),
                profile: program.profile().name().to_owned(),
                measures,
            })
        })
        .transpose()?;
    Ok(TaskInfo {
        task: entry.name.to_owned(),
        summary: entry.summary.to_owned(),
        format: entry.format.to_owned(),
        unit: entry.unit.to_owned(),
        alphabet: cell.config.alphabet.unwrap_or(entry.alphabet_default),
        role: if program.is_some() { Role::Solvable } else { Role::Control },
        program,
        answer_tokens: Some(answer_tokens(cell)?),
        model: cell.summary(),
    })
}

/// Mean tokens of an answer at the longest training length, end token included.
fn answer_tokens(cell: &Cell) -> Result<f64, Error> {
    let train = &cell.config.train;
    let mut tokens = 0;
    for index in 0..ANSWERS {
        let rng = &mut stream(0, &format!("seen/{}", train.lengths), index);
        tokens += cell.task.sample_as(train.distribution(), train.lengths, rng)?.answer.len();
    }
    Ok(tokens as f64 / ANSWERS as f64)
}
