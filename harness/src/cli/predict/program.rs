//! `predict program`: a RASP-L program as a predictor, run on its own output.

use std::path::Path;

use rasp::rasp_l::{EvaluationError, Profile, Program};
use serde_json::json;
use tasks::{EOS, Example, Task};

use super::TestArgs;
use super::row::{self, Guess};
use crate::cli::rasp::{Loaded, read};
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn predict(file: &Path, args: &TestArgs, printer: Printer) -> Result<(), Error> {
    let task = row::task(args)?;
    let name = file.display();
    let Loaded::RaspL(program) = read(file, Profile::default())? else {
        return Err(Error::Usage(format!("{name} is in the rasp dialect: tasks are solved by rasp-l programs")));
    };
    let symbols: Vec<(&str, i8)> = task.vocabulary().symbols().collect();
    program.check_symbols(&format!("task {}", task.name()), &symbols)?;
    program.generation().map_err(|error| Error::Usage(format!("{name}: {error}")))?;
    let rows = row::rows(&*task, args, |example| Ok(guess(&program, &*task, example)))?;
    row::print(
        &json!({ "predictor": "program", "program": program.name(), "task": task.name(), "distribution": args.distribution }),
        &rows,
        printer,
    )
}

/// A program that fails on a prompt is wrong there.
fn guess(program: &Program, task: &dyn Task, example: &Example) -> Guess {
    let vocabulary = task.vocabulary();
    let (right, shown) = match program.generate(&example.prompt, EOS, example.answer.len()) {
        Ok(written) => (written == example.answer, vocabulary.show(&written)),
        Err(EvaluationError::NoEnd { tokens, .. }) => (false, format!("{} ...", vocabulary.show(&tokens))),
        Err(error) => (false, format!("nothing: {error}")),
    };
    Guess { right, shown, seen: None }
}
