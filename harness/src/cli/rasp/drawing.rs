//! Drawings of computation flows, written to files.

use std::fs;
use std::path::Path;

use rasp::{Drawing, Input, Program};

use super::Format;
use crate::error::Error;
use crate::printer::Printer;

/// Where `draw` statements write, as in the reference.
const FOLDER: &str = "comp_flows";

pub(super) fn draw(
    program: &Program,
    sop: Option<&str>,
    input: &Input,
    formats: &[Format],
    out: &Path,
    printer: Printer,
) -> Result<(), Error> {
    let name = sop.or_else(|| program.output()).ok_or_else(|| {
        let names: Vec<&str> = program.names().map(|(name, _)| name).collect();
        Error::Usage(format!("{} ends with no s-op that has a name: choose with --sop one of {}", program.name(), names.join(", ")))
    })?;
    let drawing = program.draw(name, input).map_err(|error| Error::Usage(error.to_string()))?;
    let formats = if formats.is_empty() { &[Format::Svg, Format::Png] } else { formats };
    for path in save(&drawing, formats, out)? {
        printer.data(&path)?;
    }
    Ok(())
}

/// Writes what `draw` statements asked for, and says where.
pub(super) fn save_all(drawings: &[Drawing], printer: Printer) -> Result<(), Error> {
    for drawing in drawings {
        for path in save(drawing, &[Format::Svg, Format::Png], Path::new(FOLDER))? {
            printer.note(&format!("drawn: {path}"));
        }
    }
    Ok(())
}

fn save(drawing: &Drawing, formats: &[Format], folder: &Path) -> Result<Vec<String>, Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder, "create"))?;
    let mut paths = Vec::new();
    for format in formats {
        let (extension, bytes) = match format {
            Format::Svg => ("svg", drawing.svg().into_bytes()),
            Format::Png => ("png", report::png(drawing.title(), &drawing.svg())?),
            Format::Dot => ("dot", drawing.dot().into_bytes()),
        };
        let path = folder.join(format!("{}.{extension}", file_stem(drawing.title())));
        fs::write(&path, bytes).map_err(Error::file(&path, "write"))?;
        paths.push(path.display().to_string());
    }
    Ok(paths)
}

/// The title without what file systems refuse.
fn file_stem(title: &str) -> String {
    const LONGEST: usize = 80;
    title.chars().filter(|&c| c != '"').map(|c| if c.is_control() || "/\\:*?<>|".contains(c) { '_' } else { c }).take(LONGEST).collect()
}
