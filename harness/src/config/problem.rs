//! What is wrong with a sweep file: every problem with its path and its line.

use std::fmt;

/// One problem of a sweep file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The included file that it stands in; absent for the sweep file itself.
    pub file: Option<String>,
    /// Where in the tree, as in `cells[2].train.lr`; empty for the whole file.
    pub path: String,
    /// Line in the file, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, and the way out.
    pub message: String,
}

impl Problem {
    /// A problem whose line is to be found.
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: None, path: path.into(), line: None, message: message.into() }
    }
}

/// All problems of one file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as the user named it.
    pub file: String,
    /// The problems, in the order of the file's sections.
    pub list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: &str, list: Vec<Problem>) -> Self {
        Self { file: file.to_owned(), list }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, problem) in self.list.iter().enumerate() {
            if idx > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", problem.file.as_deref().unwrap_or(&self.file))?;
            if let Some(line) = problem.line {
                write!(f, ":{line}")?;
            }
            write!(f, ": ")?;
            if !problem.path.is_empty() {
                write!(f, "{}: ", problem.path)?;
            }
            write!(f, "{}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// `; did you mean `x`?` where one of the names is close to what was written, otherwise the list of names.
pub(crate) fn suggest<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let close = names.iter().map(|name| (strsim::jaro_winkler(written, name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    match close {
        Some((likeness, name)) if likeness > 0.8 => format!("did you mean `{name}`?"),
        _ => format!("expected one of {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}
