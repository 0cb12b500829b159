//! `rasp run` for programs in `rasp-l`.

use rasp::rasp_l::{self, Program, Sequence};
use serde_json::{Value, json};

use super::RunArgs;
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn run(program: &Program, args: &RunArgs, printer: Printer) -> Result<(), Error> {
    let file = program.name();
    let only_rasp = [("--items", args.items.is_some()), ("--inputs", args.inputs.is_some())];
    if let Some((option, _)) = only_rasp.iter().find(|(_, given)| *given) {
        return Err(Error::Usage(format!("{file} is in the rasp-l dialect, whose input is --input: {option} is for the rasp dialect")));
    }
    let Some(input) = &args.input else {
        return Err(Error::Usage(format!("{file} needs an input: --input \"1 2 3\", tokens separated by spaces")));
    };
    let tokens = program.read_tokens(input)?;
    if args.generate {
        let no_end = || Error::Usage(format!("{file}: --generate stops at the token `eos`: name one, as in `eos = -2;`"));
        let end = program.symbol("eos").ok_or_else(no_end)?;
        let answer = program.generate(&tokens, end, args.max_tokens)?;
        let answer: Vec<String> = answer.iter().map(|&token| program.show_token(token)).collect();
        return if printer.json() { printer.value(&answer) } else { printer.data(&answer.join(" ")) };
    }
    let value = match &args.sop[..] {
        [] => rasp_l::Value::Sequence(program.evaluate(&tokens)?),
        [name] => program.evaluate_named(name, &tokens)?,
        _ => return Err(Error::Usage(format!("{file} is in the rasp-l dialect: ask for one --sop at a time"))),
    };
    if printer.json() { printer.value(&as_json(&value)) } else { printer.data(&as_text(program, &value)) }
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
