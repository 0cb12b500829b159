//! `rasp run` and `rasp layers` for programs in the `rasp` dialect: named s-ops and selectors on many inputs, in parallel.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rasp::{Input, Limits, Program, Session, Value};
use rayon::prelude::*;
use serde_json::json;

use super::files::Disk;
use super::{RunArgs, drawing, json, load, run_definitions};
use crate::error::Error;
use crate::printer::Printer;

/// Inputs that are read before their results are written.
const CHUNK: usize = 4096;

pub(super) fn run(source: &str, args: &RunArgs, printer: Printer) -> Result<(), Error> {
    if args.generate {
        let file = args.file.display();
        return Err(Error::Usage(format!("{file} is in the rasp dialect, which does not generate: --generate is for rasp-l")));
    }
    let many = args.inputs.is_some();
    if args.input.is_none() && args.items.is_none() && !many {
        return script(source, args, printer);
    }
    let program = run_definitions(&args.file, source, args.limits.into(), printer)?;
    let names = chosen(&program, &args.sop)?;
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(workers) = args.workers {
        builder = builder.num_threads(usize::from(workers));
    }
    let pool = builder.build().map_err(|error| Error::Usage(format!("--workers: {error}")))?;
    let mut tally = Tally::default();
    match &args.inputs {
        None => {
            let input = read_one_input(args.input.as_deref(), args.items.as_deref())?;
            evaluate(&program, &names, &[(0, input)], &mut tally, printer)?;
        }
        Some(path) => {
            let mut inputs = Vec::with_capacity(CHUNK);
            for (place, line) in lines(path)?.enumerate() {
                let line = line.map_err(Error::file(path, "read"))?;
                if line.trim().is_empty() {
                    continue;
                }
                let input =
                    json::read_input(&line).map_err(|problem| Error::Usage(format!("{}:{}: {problem}", path.display(), place + 1)))?;
                inputs.push((place, input));
                if inputs.len() == CHUNK {
                    pool.install(|| evaluate(&program, &names, &inputs, &mut tally, printer))?;
                    inputs.clear();
                }
            }
            pool.install(|| evaluate(&program, &names, &inputs, &mut tally, printer))?;
        }
    }
    if tally.failed > 0 { Err(Error::InputsFailed { failed: tally.failed, all: tally.all }) } else { Ok(()) }
}

#[derive(Default)]
struct Tally {
    all: usize,
    failed: usize,
}

/// Evaluates every name on every input and writes the results in the order of the inputs.
fn evaluate(program: &Program, names: &[&str], inputs: &[(usize, Input)], tally: &mut Tally, printer: Printer) -> Result<(), Error> {
    let show = |(place, input): &(usize, Input)| {
        let results = names.iter().map(|name| {
            let result = program.evaluate(name, input);
            let text = match &result {
                _ if printer.json() => json::row(*place, name, &result),
                Ok(Value::Sequence(sequence)) => format!("{name}: {sequence}"),
                Ok(Value::Selector(matrix)) => format!("{name}:\n{matrix}"),
                Err(error) => format!("{name}: error: {error}"),
            };
            (text, result.is_err())
        });
        results.collect::<Vec<_>>()
    };
    let results: Vec<_> = inputs.par_iter().flat_map_iter(show).collect();
    tally.all += results.len();
    tally.failed += results.iter().filter(|(_, failed)| *failed).count();
    let lines: Vec<&str> = results.iter().map(|(text, _)| text.as_str()).collect();
    if lines.is_empty() { Ok(()) } else { printer.data(&lines.join("\n")) }
}

/// Without an input the file is a script: its statements are carried out and shown as in a session.
fn script(source: &str, args: &RunArgs, printer: Printer) -> Result<(), Error> {
    if printer.json() || !args.sop.is_empty() {
        let file = args.file.display();
        return Err(Error::Usage(format!("{file} needs an input: --input hello, --items '[1, 2]' or --inputs FILE.jsonl")));
    }
    // Everything that can be found before it runs is reported before it runs.
    rasp::check_syntax(&args.file.display().to_string(), source)?;
    let mut session = Session::with(args.limits.into(), Disk::beside(&args.file));
    for line in source.lines() {
        let reply = session.feed(line);
        printer.styled(&reply.output)?;
        drawing::save_all(&reply.drawings, printer)?;
        if reply.ended {
            break;
        }
    }
    Ok(())
}

fn lines(path: &Path) -> Result<Box<dyn Iterator<Item = std::io::Result<String>>>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lines()));
    }
    Ok(Box::new(BufReader::new(File::open(path).map_err(Error::file(path, "read"))?).lines()))
}

pub(super) fn read_one_input(text: Option<&str>, items: Option<&str>) -> Result<Input, Error> {
    match (items, text) {
        (Some(items), _) => json::read_input(items).map_err(|problem| Error::Usage(format!("--items: {problem}"))),
        (None, text) => Input::text(text.unwrap_or_default())
            .ok_or_else(|| Error::Usage("--input: an input has at least one character, and this has none".to_owned())),
    }
}

/// The names that were asked for, or what the last statement gives.
fn chosen<'n>(program: &'n Program, asked: &'n [String]) -> Result<Vec<&'n str>, Error> {
    if asked.is_empty() {
        let names: Vec<&str> = program.names().map(|(name, _)| name).collect();
        return program.output().map(|name| vec![name]).ok_or_else(|| {
            Error::Usage(format!(
                "{} ends with no s-op or selector that has a name: choose with --sop one of {}",
                program.name(),
                names.join(", ")
            ))
        });
    }
    for name in asked {
        program.node(name).map_err(|fault| Error::Usage(format!("--sop: {fault}")))?;
    }
    Ok(asked.iter().map(String::as_str).collect())
}

pub(super) fn layers(file: &Path, asked: &[String], limits: Limits, printer: Printer) -> Result<(), Error> {
    let program = load(file, limits, printer)?;
    let names = if asked.is_empty() {
        program.names().filter(|&(_, node)| !program.flow().node(node).is_selector()).map(|(name, _)| name).collect()
    } else {
        chosen(&program, asked)?
    };
    let mut rows = vec![["s-op".to_owned(), "layers".to_owned(), "heads per layer".to_owned(), "equal heads merged".to_owned()]];
    for name in names {
        let layers = program.layers(name).map_err(|fault| Error::Usage(fault.to_string()))?;
        let heads: Vec<usize> = layers.heads.iter().map(Vec::len).collect();
        let merged = &layers.merged_heads;
        if printer.json() {
            printer.value(&json!({"name": name, "layers": layers.depth(), "heads_per_layer": heads, "merged_heads_per_layer": merged}))?;
        } else {
            rows.push([name.to_owned(), layers.depth().to_string(), join(&heads), join(merged)]);
        }
    }
    if printer.json() { Ok(()) } else { printer.data(&table(&rows)) }
}

fn join(counts: &[usize]) -> String {
    counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |row: &[String; 4]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
