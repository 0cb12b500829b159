//! `rasp check`: the problems of programs, where they bend a rule, and which dialects accept them.

use std::fs;
use std::path::{Path, PathBuf};

use rasp::rasp_l::{self, Profile};
use rasp::{Diagnostics, Dialect, Limits, Program, Tested};
use serde_json::json;

use super::files::Disk;
use crate::error::Error;
use crate::printer::Printer;

/// What one dialect says of a program.
struct Verdict {
    dialect: &'static str,
    refusal: Option<Diagnostics>,
}

pub(super) fn check(files: &[PathBuf], profile: Profile, limits: Limits, printer: Printer) -> Result<(), Error> {
    let mut problems = Vec::new();
    for file in files {
        if let Err(error) = check_one(file, profile, limits, printer) {
            problems.push(error);
        }
    }
    match problems.len() {
        0 => Ok(()),
        1 => Err(problems.remove(0)),
        _ => Err(Error::Several(problems)),
    }
}

fn check_one(file: &Path, profile: Profile, limits: Limits, printer: Printer) -> Result<(), Error> {
    let source = fs::read_to_string(file).map_err(Error::file(file, "read"))?;
    let name = file.display().to_string();
    // What the program's own dialect says comes first, with all that it has to say.
    let tested = match rasp::dialect(&name, &source)? {
        Dialect::RaspL => {
            let program = rasp_l::Program::parse_in(profile, &name, &source)?;
            if let Some(bends) = program.bends() {
                printer.diagnostics(bends);
            }
            program.test()?
        }
        Dialect::Rasp => super::run_definitions(file, &source, limits, printer)?.test()?,
    };
    let verdicts = [
        Verdict { dialect: "rasp-l, strict", refusal: rasp_l::Program::parse_as(Profile::Strict, &name, &source).err() },
        Verdict { dialect: "rasp-l, published", refusal: rasp_l::Program::parse_as(Profile::Published, &name, &source).err() },
        Verdict { dialect: "rasp", refusal: Program::with_limits(&name, &source, limits, Disk::beside(file)).err() },
    ];
    if printer.json() { printer.value(&as_json(&name, &tested, &verdicts)) } else { printer.data(&as_text(&name, &tested, &verdicts)) }
}

fn as_text(name: &str, tested: &Tested, verdicts: &[Verdict]) -> String {
    let examples = match (tested.examples, tested.failed) {
        (0, _) => ", no problems".to_owned(),
        (1, 0) => ", no problems, 1 example passes".to_owned(),
        (all, 0) => format!(", no problems, {all} examples pass"),
        (all, 1) => format!(", 1 of {all} examples fails: see `rasplab rasp test {name}`"),
        (all, failed) => format!(", {failed} of {all} examples fail: see `rasplab rasp test {name}`"),
    };
    let mut lines = vec![format!("{name}: {}", examples.trim_start_matches(", "))];
    for Verdict { dialect, refusal } in verdicts {
        lines.push(match refusal.as_ref().and_then(|problems| Some((problems, problems.iter().next()?))) {
            None => format!("  {dialect:17}  accepts it"),
            Some((problems, first)) => {
                let place = problems.location(first);
                let more = problems.iter().count() - 1;
                let more = if more == 0 { String::new() } else { format!(", and {more} more") };
                format!(
                    "  {dialect:17}  refuses it: {} at {}:{}, {}{more}",
                    first.code().as_str(),
                    place.line,
                    place.column,
                    first.message()
                )
            }
        });
    }
    lines.join("\n")
}

fn as_json(name: &str, tested: &Tested, verdicts: &[Verdict]) -> serde_json::Value {
    let verdicts = verdicts.iter().map(|Verdict { dialect, refusal }| {
        let problems = refusal.iter().flat_map(|problems| {
            problems.iter().map(|problem| {
                let place = problems.location(problem);
                json!({ "code": problem.code().as_str(), "line": place.line, "column": place.column, "message": problem.message() })
            })
        });
        json!({ "dialect": dialect, "accepts": refusal.is_none(), "problems": problems.collect::<Vec<_>>() })
    });
    json!({ "program": name, "examples": tested.examples, "failed": tested.failed, "dialects": verdicts.collect::<Vec<_>>() })
}
