//! `rasp length`: programs side by side, by each measure.

use std::path::PathBuf;

use rasp::rasp_l::Profile;
use serde_json::{Map, Value};

use super::{Loaded, each, read};
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn length(files: &[PathBuf], profile: Profile, printer: Printer) -> Result<(), Error> {
    let programs = each(files, |file| match read(file, profile)? {
        Loaded::RaspL(program) => Ok(program),
        Loaded::Rasp(_) => {
            let file = file.display();
            Err(Error::Usage(format!(
                "{file} is in the rasp dialect: program length is defined for rasp-l; `rasp layers {file}` counts layers and heads"
            )))
        }
    })?;
    if printer.json() {
        for program in &programs {
            let length = program.length();
            let mut row: Map<String, Value> = length.measures().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            row.insert("program".to_owned(), program.name().into());
            row.insert("profile".to_owned(), program.profile().name().into());
            row.insert("heads_per_layer".to_owned(), length.heads.into());
            printer.value(&row)?;
        }
        return Ok(());
    }
    let width = programs.iter().map(|program| program.name().len()).chain(["program".len()]).max().unwrap_or(0);
    let names: Vec<&str> =
        programs.first().map(|program| program.length().measures()).into_iter().flatten().map(|(name, _)| name).collect();
    let mut lines = vec![format!("{:width$}  profile    {}  heads per layer", "program", names.join("  "))];
    for program in &programs {
        let length = program.length();
        let measures = length.measures();
        let values: Vec<String> = measures.iter().map(|(name, value)| format!("{value:>columns$}", columns = name.len())).collect();
        let heads: Vec<String> = length.heads.iter().map(usize::to_string).collect();
        lines.push(format!("{:width$}  {:9}  {}  {}", program.name(), program.profile(), values.join("  "), heads.join(" ")));
    }
    printer.data(&lines.join("\n"))
}
