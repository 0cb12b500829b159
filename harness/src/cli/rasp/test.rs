//! `rasp test`: the examples that programs carry, and examples of a task.

use std::sync::Arc;

use rasp::Tested;
use rasp::rasp_l::Program;
use serde_json::json;
use tasks::random::stream;
use tasks::{EOS, Example, Task, TaskSpec};

use super::{Loaded, TestArgs, each, read, run_definitions};
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn test(args: &TestArgs, printer: Printer) -> Result<(), Error> {
    let task = match &args.task {
        None => None,
        Some(name) => Some(tasks::build(&TaskSpec { name: name.clone(), alphabet: args.alphabet })?),
    };
    if let Some(task) = &task {
        task.check_length(*args.lengths.start())?;
    }
    // Everything is read before anything is run.
    let programs = each(&args.files, |file| {
        let loaded = read(file, args.profile.into())?;
        let tested = match &loaded {
            Loaded::RaspL(program) => program.test()?,
            Loaded::Rasp(_) if task.is_some() => {
                return Err(Error::Usage(format!("{} is in the rasp dialect: tasks are solved by rasp-l programs", file.display())));
            }
            Loaded::Rasp(source) => run_definitions(file, source, args.limits.into(), printer)?.test()?,
        };
        if let (Some(task), Loaded::RaspL(program)) = (&task, &loaded) {
            let known: Vec<(&str, i8)> = task.vocabulary().symbols().collect();
            program.check_symbols(&format!("task {}", task.name()), &known)?;
        }
        Ok((file.display().to_string(), loaded, tested))
    })?;
    let (mut failed, mut all) = (0, 0);
    for (name, loaded, tested) in &programs {
        failed += tested.failed;
        all += tested.examples;
        report(name, tested, task.is_some(), printer)?;
        if let (Some(task), Loaded::RaspL(program)) = (&task, loaded) {
            let solved = solve(program, task, args)?;
            let (task, first, last) = (task.name(), args.lengths.start(), solved.longest);
            if printer.json() {
                printer.value(&json!({ "program": name, "task": task, "examples": solved.examples, "from": first, "to": last }))?;
            } else {
                printer.data(&format!("{name}: solves {task} on {} examples of lengths {first} to {last}", solved.examples))?;
            }
        }
    }
    if failed > 0 { Err(Error::ExamplesFailed { failed, all }) } else { Ok(()) }
}

fn report(name: &str, tested: &Tested, has_task: bool, printer: Printer) -> Result<(), Error> {
    if let Some(failures) = &tested.failures {
        printer.diagnostics(failures);
    }
    let (all, failed) = (tested.examples, tested.failed);
    if all == 0 && !has_task {
        printer.note(&format!("warning: {name} has no examples, so nothing is tested: add lines such as `#> 3 1 2 sep => 1 2 3 eos`"));
    }
    match (all, failed) {
        _ if printer.json() => printer.value(&json!({ "program": name, "examples": all, "failed": failed })),
        (0, _) => Ok(()),
        (1, 0) => printer.data(&format!("{name}: 1 example passes")),
        (_, 0) => printer.data(&format!("{name}: {all} examples pass")),
        (_, 1) => printer.data(&format!("{name}: 1 of {all} examples fails")),
        _ => printer.data(&format!("{name}: {failed} of {all} examples fail")),
    }
}

struct Solved {
    examples: usize,
    longest: usize,
}

/// Runs the program on examples of the task, up to the longest length that the task has.
fn solve(program: &Program, task: &Arc<dyn Task>, args: &TestArgs) -> Result<Solved, Error> {
    let longest = task.length_limit().map_or(*args.lengths.end(), |limit| limit.min(*args.lengths.end()));
    let mut examples = 0;
    for length in *args.lengths.start()..=longest {
        for index in 0..args.count {
            let example = task.sample(length, &mut stream(args.seed, &format!("eval/{length}"), index as u64))?;
            check(program, task, length, &example)?;
            examples += 1;
        }
    }
    Ok(Solved { examples, longest })
}

fn check(program: &Program, task: &Arc<dyn Task>, length: usize, example: &Example) -> Result<(), Error> {
    let vocabulary = task.vocabulary();
    let found = match program.generate(&example.prompt, EOS, example.answer.len()) {
        Ok(written) if written == example.answer => return Ok(()),
        Ok(written) => format!("it writes {}", vocabulary.show(&written)),
        Err(rasp::rasp_l::EvaluationError::NoEnd { tokens, .. }) => format!("it writes {} ...", vocabulary.show(&tokens)),
        Err(error) => format!("it fails: {error}"),
    };
    let (task, prompt, answer) = (task.name(), vocabulary.show(&example.prompt), vocabulary.show(&example.answer));
    let counterexample = format!("{task}: at length {length} {found}\n  prompt  {prompt}\n  answer  {answer}");
    Err(Error::NotSolved { program: program.name().to_owned(), counterexample })
}
