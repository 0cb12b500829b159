//! `tasks random`: programs drawn by their length, printed, or written as files with a sweep of them all.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;
use tasks::{RANDOM_ALPHABET, RandomProgram, Sampler};

use super::rasp::Range;
use crate::error::Error;
use crate::printer::Printer;
use crate::run::write_whole;

/// The longest programs that are drawn: of longer ones, most come to less than they have operations.
const MOST_OPERATIONS: usize = 10;

pub(super) fn draw(core_ops: Range, count: usize, seed: u64, out: Option<&Path>, printer: Printer) -> Result<(), Error> {
    if *core_ops.end() > MOST_OPERATIONS {
        return Err(Error::Usage(format!(
            "--core-ops: programs are drawn up to {MOST_OPERATIONS} core operations, not {}",
            core_ops.end()
        )));
    }
    let sampler = Sampler::new(seed);
    let mut programs = Vec::new();
    for core_operations in core_ops {
        let drawn = sampler.draw(core_operations, count);
        if drawn.len() < count {
            let found = drawn.len();
            printer.note(&format!(
                "warning: {found} of {count} programs of {core_operations} core operations: no more were found that answer otherwise"
            ));
        }
        programs.extend(drawn);
    }
    match out {
        None => print(&programs, printer),
        Some(folder) => write(&programs, seed, folder, printer),
    }
}

fn print(programs: &[RandomProgram], printer: Printer) -> Result<(), Error> {
    if printer.json() {
        for program in programs {
            let (name, source) = (program.name(), &program.source);
            printer.value(&json!({ "name": name, "core_operations": program.core_operations, "seed": program.seed, "source": source }))?;
        }
        return Ok(());
    }
    printer.data(&programs.iter().map(|program| program.source.as_str()).collect::<Vec<_>>().join("\n"))
}

fn write(programs: &[RandomProgram], seed: u64, folder: &Path, printer: Printer) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder, "create"))?;
    let mut sweep = format!(
        "sweep: random-{seed}\n\
         description: RASP-L programs drawn at random by their length; the answer is the output at the prompt's end.\n\
         seeds: [0, 1, 2]\n\
         base:\n  \
           alphabet: {RANDOM_ALPHABET}\n  \
           prompts: {{answer: last}}\n  \
           model: {{layers: 2, heads: 2, width: 64, positions: learned}}\n  \
           train: {{lengths: 20, steps: 3000, batch: 64, lr: 2.0e-3}}\n\
         cells:\n"
    );
    for program in programs {
        let name = program.name();
        let file = format!("{}.rasp", name.replace('-', "_"));
        write_whole(&folder.join(&file), program.source.as_bytes())?;
        let _ = writeln!(sweep, "  - {{task: {name}, program: {file}}}");
        printer.data(&folder.join(&file).display().to_string())?;
    }
    let path = folder.join("random.yaml");
    write_whole(&path, sweep.as_bytes())?;
    printer.note(&format!("a sweep of them all: rasplab run {}", path.display()));
    Ok(())
}
