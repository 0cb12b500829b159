//! Programs that a sweep file names: read when the file is, so that the configuration holds their text and nothing else is needed to repeat it.

use std::fs;
use std::path::Path;

use super::problem::Problem;
use super::tree::CellConfig;

/// Puts the text of a cell's program in place of its path, and gives the task the file's name where it has none.
pub(super) fn load(cell: &mut CellConfig, folder: &Path) -> Result<(), Problem> {
    let Some(program) = &mut cell.program else { return Ok(()) };
    if is_text(program) {
        return Ok(());
    }
    let path = folder.join(&*program);
    let text = fs::read_to_string(&path).map_err(|error| Problem {
        path: "program".to_owned(),
        line: None,
        message: format!("cannot read {}: {error}: a path begins at the sweep file's folder", path.display()),
    })?;
    if cell.task.is_empty() {
        cell.task = path.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    }
    *program = text;
    Ok(())
}

fn is_text(program: &str) -> bool {
    program.contains('\n') || program.starts_with("#lang")
}
