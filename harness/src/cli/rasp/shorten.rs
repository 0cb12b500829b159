//! `rasp shorten`: a program of fewer operations that does the same.

use std::path::Path;

use rasp::rasp_l::{self, Profile, ShortenLimits};
use serde_json::json;

use super::{Loaded, read};
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn shorten(file: &Path, terms: usize, profile: Profile, printer: Printer) -> Result<(), Error> {
    let Loaded::RaspL(program) = read(file, profile)? else {
        return Err(Error::Usage(format!("{} is in the rasp dialect: programs of rasp-l are shortened", file.display())));
    };
    let shortened = rasp_l::shorten(&program, &ShortenLimits { terms, ..ShortenLimits::default() });
    let (before, after) = (program.length(), shortened.program.length());
    if printer.json() {
        return printer.value(&json!({
            "program": program.name(),
            "core_operations": [before.core_operations, after.core_operations],
            "bits": [before.bits, after.bits],
            "rules": shortened.rules_used,
            "terms": shortened.nodes,
            "saturated": shortened.saturated,
            "source": shortened.program.source(),
        }));
    }
    printer.note(&format!(
        "{}: {} -> {} core operations, {} -> {} bits",
        program.name(),
        before.core_operations,
        after.core_operations,
        before.bits,
        after.bits
    ));
    for rule in &shortened.rules_used {
        printer.note(&format!("  by {rule}"));
    }
    if !shortened.saturated {
        printer.note("the rules had more to add: --terms may find more");
    }
    printer.data(shortened.program.source())
}
