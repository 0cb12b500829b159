//! `rasp search --around FILE`: a known program made shorter by the rules of the language, then by searching near it, in turn until neither helps.

use std::path::Path;

use rasp::rasp_l::search::{Known, Search};
use rasp::rasp_l::{Profile, Program, ShortenLimits, shorten};
use serde_json::json;
use tasks::agreement::agreement;
use tasks::shortest::{Bettered, Question, around};

use super::super::{Loaded, read};
use super::{error, task_of};
use crate::error::Error;
use crate::printer::Printer;
use crate::search::Searcher;

/// Shortens the program of a file, which must solve the question's task.
pub(super) fn better(
    question: &Question<'_>,
    file: &Path,
    own_constants: bool,
    pool: &Searcher<'_>,
    printer: Printer,
) -> Result<(), Error> {
    let profile = question.space.profile;
    let known = known(question, file, profile)?;
    let before = known.length();
    let (mut program, mut searches, mut passed_over, mut verified_to) = (known, 0, 0, None);
    loop {
        let by_rules = shorten(&program, &ShortenLimits::default()).program;
        if by_rules.length().core_operations < program.length().core_operations {
            say(printer, "the rules of the language", &program, &by_rules);
        }
        program = by_rules;
        let mut question = question.clone();
        if own_constants {
            question.space.constants.extend(Known::new(&program).constants());
            question.space.constants.sort_unstable();
            question.space.constants.dedup();
        }
        let mut search = |made: &Search| pool.search(made);
        let bettered: Bettered = around(&question, &program, &mut search).map_err(error)?;
        (searches, passed_over) = (searches + bettered.searches, passed_over + bettered.passed_over);
        let Some(candidate) = bettered.candidate else { break };
        say(printer, "a search around it", &program, &candidate.program);
        verified_to = Some(candidate.verified_to(&question.train));
        program = candidate.program;
    }
    let after = program.length();
    if printer.json() {
        return printer.value(&json!({
            "program": file.display().to_string(),
            "core_operations": [before.core_operations, after.core_operations],
            "bits": [before.bits, after.bits],
            "new_operations": question.size_max,
            "searches": searches,
            "passed_over": passed_over,
            "verified_to": verified_to,
            "source": program.source(),
        }));
    }
    let most = question.size_max;
    printer.note(&format!(
        "{}: {} -> {} core operations; {searches} searches of at most {most} new operations beside a part of it",
        file.display(),
        before.core_operations,
        after.core_operations
    ));
    if passed_over > 0 {
        printer.note(&format!("{passed_over} parts could not be kept: they have more than this space can hold"));
    }
    if let Some(length) = verified_to {
        printer.note(&format!("verified to length {length}"));
    }
    printer.data(program.source())
}

/// The program, if it solves the task at the lengths tried.
fn known(question: &Question<'_>, file: &Path, profile: Profile) -> Result<Program, Error> {
    let Loaded::RaspL(program) = read(file, profile)? else {
        return Err(Error::Usage(format!("{} is in the rasp dialect: programs of rasp-l are searched around", file.display())));
    };
    for length in question.train.clone().chain(question.beyond.iter().copied()) {
        let examples = question.trials.examples(question.task, length)?;
        if let Some(wrong) = agreement(&program, length, &examples).counterexample {
            let example = wrong.example.show(question.task.vocabulary());
            return Err(Error::Usage(format!("{} does not solve {} at length {length}: {example}", file.display(), task_of(question))));
        }
    }
    Ok(program)
}

fn say(printer: Printer, by: &str, old: &Program, new: &Program) {
    printer.note(&format!("by {by}: {} -> {} core operations", old.length().core_operations, new.length().core_operations));
}
