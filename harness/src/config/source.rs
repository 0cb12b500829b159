//! A sweep file with the files that it includes and the programs that it names, read from the disk, so that nothing else is needed to repeat it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::problem::Problem;
use super::{program, value, yaml};

/// What was read.
#[derive(Default)]
pub(super) struct Source {
    /// The file's own keys, laid over those of the files that it includes.
    pub(super) tree: Map<String, Value>,
    /// The texts of programs, by the paths that stand for them in the tree and in the sweep's folder.
    pub(super) programs: BTreeMap<String, String>,
    /// The texts of files, the strongest first, and the names of the included ones.
    texts: Vec<(Option<String>, String)>,
}

impl Source {
    /// Reads what a sweep file includes and names. Where a file is no table of keys, nothing comes of it but problems.
    pub(super) fn read(file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut source = Self::default();
        let Value::Object(tree) = source.add(&mut vec![PathBuf::from(file)], text, problems)? else { return None };
        source.tree = tree;
        Some(source)
    }

    /// Reads the last file of `files`, each of which includes the next.
    fn add(&mut self, files: &mut Vec<PathBuf>, text: &str, problems: &mut Vec<Problem>) -> Option<Value> {
        let file = files.last()?.clone();
        let name = (files.len() > 1).then(|| file.display().to_string());
        let place = |problem: Problem| Problem { file: name.clone(), ..problem };
        let mut tree = match yaml::parse(text) {
            Ok(Value::Object(tree)) => tree,
            Ok(_) => {
                problems.push(place(Problem::new("", "a sweep file is a table of keys: begin with `sweep: a-name`")));
                return None;
            }
            Err(problem) => {
                problems.push(place(problem));
                return None;
            }
        };
        self.texts.push((name.clone(), text.to_owned()));
        let folder = file.parent().unwrap_or_else(|| Path::new("")).to_owned();
        self.programs_of(&mut tree, &folder, problems);
        let mut included = Vec::new();
        // The last one counts most, and so does its text where a key's line is looked for.
        for path in includes(&mut tree, problems).iter().rev() {
            let path = folder.join(path);
            let told =
                |message: String| Problem { line: yaml::line_of(text, "include"), file: name.clone(), ..Problem::new("include", message) };
            // One file has many paths, as in `a/../b.yaml`.
            let is_same = |other: &PathBuf| other.canonicalize().is_ok_and(|other| path.canonicalize().is_ok_and(|path| path == other));
            if files.iter().any(is_same) {
                problems.push(told(format!("{} includes itself: remove it from one of the files", path.display())));
                continue;
            }
            match fs::read_to_string(&path) {
                Ok(text) => {
                    files.push(path);
                    included.extend(self.add(files, &text, problems));
                    files.pop();
                }
                Err(error) => {
                    let message = format!("cannot read {}: {error}: a path begins at the folder of the file that names it", path.display());
                    problems.push(told(message));
                }
            }
        }
        let mut all = Value::Object(Map::new());
        included.iter().rev().for_each(|tree| value::merge(&mut all, tree));
        value::merge(&mut all, &Value::Object(tree));
        Some(all)
    }

    /// Puts a path within the sweep's folder in the place of each program's.
    pub(super) fn programs_of(&mut self, tree: &mut Map<String, Value>, folder: &Path, problems: &mut Vec<Problem>) {
        let mut found: Vec<(String, &mut Value)> = Vec::new();
        for (key, value) in tree.iter_mut() {
            match (key.as_str(), value) {
                ("base", Value::Object(base)) => found.extend(base.get_mut("program").map(|value| ("base.program".to_owned(), value))),
                ("cells", Value::Array(cells)) => {
                    let programs = cells.iter_mut().enumerate().map(|(idx, cell)| (idx, cell.get_mut("program")));
                    found.extend(programs.filter_map(|(idx, value)| Some((format!("cells[{idx}].program"), value?))));
                }
                ("grid", Value::Object(grid)) => {
                    let programs = grid.get_mut("program").and_then(Value::as_array_mut);
                    found.extend(programs.into_iter().flatten().map(|value| ("grid.program".to_owned(), value)));
                }
                _ => {}
            }
        }
        for (path, value) in found {
            if let Err(message) = self.program(value, folder) {
                problems.push(Problem::new(path, message));
            }
        }
    }

    /// Puts a path within the sweep's folder in the place of a program's.
    pub(super) fn program(&mut self, value: &mut Value, folder: &Path) -> Result<(), String> {
        let read = |text: &&str| program::is_text(text) || self.programs.contains_key(*text);
        let Some(named) = value.as_str().filter(|text| !read(text)) else { return Ok(()) };
        let path = folder.join(named);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}: a path begins at the sweep file's folder", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kept = format!("programs/{}/{name}", &blake3::hash(text.as_bytes()).to_hex()[..12]);
        *value = Value::String(kept.clone());
        self.programs.insert(kept, text);
        Ok(())
    }

    /// Gives a problem the file and the line of its path, or of the nearest enclosing part that there is.
    pub(super) fn place(&self, problem: &mut Problem) {
        let mut path = problem.path.as_str();
        while !path.is_empty() && problem.line.is_none() {
            if let Some((file, line)) = self.texts.iter().find_map(|(file, text)| Some((file, yaml::line_of(text, path)?))) {
                (problem.file, problem.line) = (file.clone(), Some(line));
                return;
            }
            path = &path[..path.rfind(['.', '[']).unwrap_or(0)];
        }
    }
}

/// Takes the names of the included files out.
fn includes(tree: &mut Map<String, Value>, problems: &mut Vec<Problem>) -> Vec<String> {
    match tree.remove("include") {
        None => Vec::new(),
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(paths)) if paths.iter().all(Value::is_string) => {
            paths.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect()
        }
        Some(_) => {
            problems.push(Problem::new("include", "expected a path or a list of paths, as in [common.yaml]"));
            Vec::new()
        }
    }
}
