//! The task of a cell: one of the catalogue, or one that a user's program makes.

use std::sync::Arc;

use rasp::rasp_l::{Profile, Program};
use tasks::{Answer, Draw, OwnTask, Prompts, Task, TaskSpec};

use crate::config::tree::{AnswerConfig, CellConfig, DrawConfig};

/// The number of data tokens of a user's task that names none.
const ALPHABET_DEFAULT: usize = 20;

/// A task of either origin.
#[derive(Debug, Clone)]
pub enum AnyTask {
    /// From the catalogue.
    BuiltIn(Arc<dyn Task>),
    /// From a program.
    Own(Arc<OwnTask>),
}

/// Why a cell has no task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct TaskProblem {
    /// The key of the cell that is wrong.
    pub key: &'static str,
    /// What is wrong, and the way out.
    pub message: String,
}

impl AnyTask {
    /// The task, to be used as any other.
    pub fn shared(self) -> Arc<dyn Task> {
        match self {
            Self::BuiltIn(task) => task,
            Self::Own(task) => task,
        }
    }

    /// The task, if a program of the user makes it.
    pub fn own(&self) -> Option<&OwnTask> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Own(task) => Some(task),
        }
    }

    /// The distributions that the task can draw examples from.
    pub fn distributions(&self) -> &'static [&'static str] {
        match self {
            Self::BuiltIn(task) => task.distributions(),
            Self::Own(task) => task.distributions(),
        }
    }

    /// Whether the task has examples of this length.
    ///
    /// # Errors
    /// The task's.
    pub fn check_length(&self, length: usize) -> Result<(), tasks::TaskError> {
        match self {
            Self::BuiltIn(task) => task.check_length(length),
            Self::Own(task) => task.check_length(length),
        }
    }
}

/// Makes the task of a cell.
///
/// # Errors
/// A task that there is none of, a program with problems, or prompts that it cannot have; with the key that is wrong.
pub fn build(cell: &CellConfig) -> Result<AnyTask, TaskProblem> {
    let problem = |key: &'static str, message: String| TaskProblem { key, message };
    let Some(source) = &cell.program else {
        if cell.prompts.is_some() {
            let message = "prompts belong to a task of your own: name its `program`, or remove them".to_owned();
            return Err(problem("prompts", message));
        }
        let spec = TaskSpec { name: cell.task.clone(), alphabet: cell.alphabet };
        return tasks::build(&spec).map(AnyTask::BuiltIn).map_err(|error| problem("task", error.to_string()));
    };
    if tasks::catalogue().iter().any(|entry| entry.name == cell.task) {
        let message = format!("{} is a task of the catalogue: give your program's task another name", cell.task);
        return Err(problem("task", message));
    }
    let file = format!("{}.rasp", cell.task);
    let program = Program::parse(&file, source).map_err(|problems| problem("program", format!("has problems\n{problems}")))?;
    let prompts = prompts(cell, &program)?;
    let task = OwnTask::new(&cell.task, program, prompts).map_err(|error| problem("program", error.to_string()))?;
    Ok(AnyTask::Own(Arc::new(task)))
}

fn prompts(cell: &CellConfig, program: &Program) -> Result<Prompts, TaskProblem> {
    let config = cell.prompts.clone().unwrap_or_default();
    let default_end = if program.symbol("sep").is_some() { "sep" } else { "" };
    Ok(Prompts {
        alphabet: cell.alphabet.unwrap_or(ALPHABET_DEFAULT),
        draw: match config.tokens {
            DrawConfig::Repeated => Draw::Repeated,
            DrawConfig::Distinct => Draw::Distinct,
        },
        begin: config.begin,
        end: config.end.unwrap_or_else(|| default_end.to_owned()),
        condition: config.condition.map(|text| condition(&text, program)).transpose()?,
        longest: config.longest,
        answer: match config.answer {
            AnswerConfig::Written { times, plus } => Answer::Written { times, plus },
            AnswerConfig::Last => Answer::Last,
        },
    })
}

/// A condition is an expression, or a few statements, that may use the program's symbols.
fn condition(text: &str, program: &Program) -> Result<Program, TaskProblem> {
    let symbols: String = program.symbols().iter().map(|(name, token)| format!("{name} = {token}; ")).collect::<Vec<_>>().concat();
    let end = if text.trim_end().ends_with(';') { "" } else { ";" };
    // The end stands on a line of its own, so that a comment cannot hide it.
    let source = format!("{symbols}\n{text}\n{end}");
    Program::parse_as(Profile::Published, "condition", &source)
        .map_err(|problems| TaskProblem { key: "prompts.condition", message: format!("has problems\n{problems}") })
}
