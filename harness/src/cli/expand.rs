//! `validate` and `expand`: what a sweep file comes to, before anything is created.

use serde_json::json;

use super::sweep::{default_folder, load};
use super::{ExpandArgs, SweepArgs};
use crate::config;
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn validate(args: &SweepArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(args)?;
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let (cells, runs) = (plural(sweep.cells.len(), "cell"), plural(sweep.runs.len(), "run"));
    printer.data(&format!("{}: {cells}, {runs}, no problems", args.file.display()))
}

pub(super) fn expand(args: &ExpandArgs, printer: Printer) -> Result<(), Error> {
    let sweep = load(&args.sweep)?;
    if args.show_defaults {
        for cell in &sweep.cells {
            printer.data(&format!("# {}\n{}", cell.id, config::with_defaults_marked(&cell.config)))?;
        }
        return Ok(());
    }
    for &run in &sweep.runs {
        let cell = &sweep.cells[run.cell];
        if args.commands {
            let out = args.out.clone().unwrap_or_else(|| default_folder(&sweep));
            let (file, out, name) = (args.sweep.file.display().to_string(), out.display().to_string(), sweep.name(run));
            let mut words = vec!["rasplab", "work", &file];
            args.sweep.overrides.iter().for_each(|change| words.extend(["--set", change]));
            words.extend(["--out", &out, "--run", name.as_str()]);
            printer.data(&words.into_iter().map(quoted).collect::<Vec<_>>().join(" "))?;
        } else if printer.json() {
            printer.value(&json!({ "run": sweep.name(run), "cell": cell.id, "seeds": run.seeds, "config": cell.config }))?;
        } else {
            printer.data(&format!("{}  init {}  data {}  {}", cell.id, run.seeds.init, run.seeds.data, cell.summary()))?;
        }
    }
    Ok(())
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("runs/a-b.1"), "runs/a-b.1");
        assert_eq!(quoted("train.lengths=[1, 2]"), "'train.lengths=[1, 2]'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
