//! `tasks` and `devices`: what there is.

use rasp::rasp_l::Program;
use serde_json::json;
use tasks::TaskSpec;
use tasks::random::stream;

use super::TasksCommand;
use super::random;
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn tasks(command: TasksCommand, printer: Printer) -> Result<(), Error> {
    match command {
        TasksCommand::List => list(printer),
        TasksCommand::Show { task } => show(task, printer),
        TasksCommand::Random { core_ops, count, seed, out } => random::draw(core_ops, count, seed, out.as_deref(), printer),
        TasksCommand::Sample { task, length, count, seed, alphabet } => {
            let task = tasks::build(&TaskSpec { name: task, alphabet })?;
            let rng = &mut stream(seed, &format!("eval/{length}"), 0);
            for _ in 0..count {
                let example = task.sample(length, rng)?;
                let vocabulary = task.vocabulary();
                if printer.json() {
                    printer.value(&json!({ "prompt": vocabulary.show(&example.prompt), "answer": vocabulary.show(&example.answer) }))?;
                } else {
                    printer.data(&example.show(vocabulary))?;
                }
            }
            Ok(())
        }
    }
}

fn list(printer: Printer) -> Result<(), Error> {
    let width = tasks::catalogue().iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in tasks::catalogue() {
        let program = entry.program.map(|(file, source)| Program::parse(file, source)).transpose()?;
        if printer.json() {
            printer.value(&json!({
                "name": entry.name, "version": entry.version, "summary": entry.summary, "format": entry.format, "unit": entry.unit,
                "alphabet": entry.alphabet_default, "program": entry.program.map(|(file, _)| file),
                "core_operations": program.as_ref().map(|program| program.length().core_operations),
                "profile": program.as_ref().map(|program| program.profile().name()),
            }))?;
        } else {
            let program = match &program {
                Some(program) => match program.length().core_operations {
                    1 => format!("1 operation, {}", program.profile()),
                    operations => format!("{operations} operations, {}", program.profile()),
                },
                None => "no program known".to_owned(),
            };
            printer.data(&format!("{:width$}  {program:24}  {}", entry.name, entry.summary))?;
        }
    }
    Ok(())
}

fn show(name: String, printer: Printer) -> Result<(), Error> {
    let task = tasks::build(&TaskSpec { name, alphabet: None })?;
    let entry = task.entry();
    let alphabet = match &entry.alphabet_bounds {
        None => format!("{}, fixed", entry.alphabet_default),
        Some(bounds) => format!("{}, or {} to {}", entry.alphabet_default, bounds.start(), bounds.end()),
    };
    let program = match entry.program {
        None => "none known: Zhou et al. 2023 give no RASP-L program\n".to_owned(),
        Some((file, source)) => {
            let program = Program::parse(file, source)?;
            let measures: Vec<String> = program.length().measures().iter().map(|(name, value)| format!("{name} {value}")).collect();
            format!("{file} (profile {}, {})\n\n{source}", program.profile(), measures.join(", "))
        }
    };
    let (name, version) = (entry.name, entry.version);
    let (summary, format, unit) = (entry.summary, entry.format, entry.unit);
    printer.data(&format!(
        "{name}, version {version}: {summary}\nexample   {format}\nlength    {unit}\nalphabet  {alphabet}\nprogram   {program}"
    ))
}

pub(super) fn devices(printer: Printer) -> Result<(), Error> {
    for device in transformer::devices() {
        if printer.json() {
            printer.value(&json!({ "name": device.name, "available": device.available, "description": device.description }))?;
        } else {
            let mark = if device.available { "available  " } else { "unavailable" };
            printer.data(&format!("{:5} {mark}  {}", device.name, device.description))?;
        }
    }
    Ok(())
}
