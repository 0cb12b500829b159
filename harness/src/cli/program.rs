//! `rasp run`, `rasp length` and `rasp check`.

use std::fs;
use std::path::{Path, PathBuf};

use rasp::rasp_l::{self, Program, Sequence};
use serde_json::{Map, Value, json};

use super::RaspCommand;
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn rasp(command: RaspCommand, printer: Printer) -> Result<(), Error> {
    match command {
        RaspCommand::Run { file, input, generate, sop, max_tokens } => {
            let program = load(&file)?;
            let tokens = program.read_tokens(&input)?;
            if generate {
                let end = program.symbol("eos").ok_or_else(|| {
                    Error::Usage(format!("{}: --generate stops at the token `eos`: name one, as in `eos = -2;`", file.display()))
                })?;
                let answer = program.generate(&tokens, end, max_tokens)?;
                let answer: Vec<String> = answer.iter().map(|&token| program.show_token(token)).collect();
                return if printer.json() { printer.value(&answer) } else { printer.data(&answer.join(" ")) };
            }
            let value = match &sop {
                Some(name) => program.evaluate_named(name, &tokens)?,
                None => rasp_l::Value::Sequence(program.evaluate(&tokens)?),
            };
            if printer.json() { printer.value(&as_json(&value)) } else { printer.data(&as_text(&program, &value)) }
        }
        RaspCommand::Length { files } => length(&files, printer),
        RaspCommand::Check { files } => {
            let programs = load_all(&files)?;
            let lines: Vec<String> = programs.iter().map(|program| format!("{}: no problems", program.name())).collect();
            printer.data(&lines.join("\n"))
        }
    }
}

/// A value as people read it: tokens by the names that the program gives them.
fn as_text(program: &Program, value: &rasp_l::Value) -> String {
    match value {
        rasp_l::Value::Sequence(Sequence::Tokens(tokens)) => {
            tokens.iter().map(|&token| program.show_token(token)).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// A value as machines read it: one number or truth value per position; for a selector one row per query.
fn as_json(value: &rasp_l::Value) -> Value {
    match value {
        rasp_l::Value::Sequence(Sequence::Tokens(tokens)) => json!(tokens),
        rasp_l::Value::Sequence(Sequence::Indices(indices)) => json!(indices),
        rasp_l::Value::Sequence(Sequence::Booleans(booleans)) => json!(booleans),
        rasp_l::Value::Selector(matrix) => json!(matrix.rows()),
    }
}

fn length(files: &[PathBuf], printer: Printer) -> Result<(), Error> {
    let programs = load_all(files)?;
    if printer.json() {
        for program in &programs {
            let mut row: Map<String, Value> =
                program.length().measures().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            row.insert("program".to_owned(), program.name().into());
            row.insert("heads_per_layer".to_owned(), program.length().heads.into());
            printer.value(&row)?;
        }
        return Ok(());
    }
    let width = programs.iter().map(|program| program.name().len()).chain(["program".len()]).max().unwrap_or(0);
    let names: Vec<&str> =
        programs.first().map(|program| program.length().measures()).into_iter().flatten().map(|(name, _)| name).collect();
    let mut lines = vec![format!("{:width$}  {}", "program", names.join("  "))];
    for program in &programs {
        let measures = program.length().measures();
        let values: Vec<String> = measures.iter().map(|(name, value)| format!("{value:>columns$}", columns = name.len())).collect();
        lines.push(format!("{:width$}  {}", program.name(), values.join("  ")));
    }
    printer.data(&lines.join("\n"))
}

fn load(file: &Path) -> Result<Program, Error> {
    let source = fs::read_to_string(file).map_err(Error::file(file, "read"))?;
    Ok(Program::parse(&file.display().to_string(), &source)?)
}

/// Loads every program; the problems of all files are reported together.
fn load_all(files: &[PathBuf]) -> Result<Vec<Program>, Error> {
    let mut programs = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        match load(file) {
            Ok(program) => programs.push(program),
            Err(error) => problems.push(error),
        }
    }
    match problems.len() {
        0 => Ok(programs),
        1 => Err(problems.remove(0)),
        _ => Err(Error::Several(problems)),
    }
}
