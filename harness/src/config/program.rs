//! Programs that a sweep file names.

use std::collections::BTreeMap;
use std::path::Path;

use super::tree::CellConfig;

/// Puts the text of a cell's program in place of its path, and gives the task the file's name where it has none.
pub(super) fn load(cell: &mut CellConfig, programs: &BTreeMap<String, String>) {
    let Some(program) = &mut cell.program else { return };
    let Some(text) = programs.get(program) else { return };
    if cell.task.is_empty() {
        cell.task = Path::new(program).file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    }
    program.clone_from(text);
}

/// Whether a program is given as its text, not as the path of a file.
pub(super) fn is_text(program: &str) -> bool {
    program.contains('\n') || program.starts_with("#lang")
}
