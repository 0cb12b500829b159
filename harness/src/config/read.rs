//! From the text of a sweep file to a checked configuration, or to all of its problems.
//!
//! A file's own keys lie over those of the files that it includes. Every cell is `base`, then the entry of `cells`, then one combination of `grid`, then the `--set`
//! overrides, merged key by key. Unknown keys and wrong types are found on what the user wrote, so that each problem is reported once, where it stands.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::problem::{Problem, Problems, suggest};
use super::schema::{below, properties, schema};
use super::source::Source;
use super::tree::{CellConfig, SweepConfig, default_device};
use super::value::{get, merge, set, take_out};
use super::{program, validate, yaml};

/// A sweep whose configuration has been checked: includes, `base`, `grid` and overrides are merged into its cells, and it can be expanded and run.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidConfig {
    config: SweepConfig,
    /// The same as a sweep file, not expanded: a grid of 100,000 cells is as short as it was written.
    stored: Value,
    /// The texts of programs, by the paths that stand for them in it.
    programs: BTreeMap<String, String>,
    is_auto: bool,
}

impl Deref for ValidConfig {
    type Target = SweepConfig;

    fn deref(&self) -> &SweepConfig {
        &self.config
    }
}

impl ValidConfig {
    /// The sweep as its folder keeps it: a sweep file that includes nothing, with overrides applied and every default written out.
    ///
    /// # Errors
    /// serde's, in words.
    pub fn to_yaml(&self) -> Result<String, String> {
        yaml::write(&self.stored)
    }

    /// The programs that the sweep names, by their paths in its folder, with their texts.
    pub fn programs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.programs.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether the device was left to this machine.
    pub fn is_auto(&self) -> bool {
        self.is_auto
    }

    pub(crate) fn take_cells(&mut self) -> Vec<CellConfig> {
        std::mem::take(&mut self.config.cells)
    }
}

/// Reads the text of a sweep file, and from the disk what it includes and names. `overrides` are `key=value`, with dotted keys of a cell (`train.lr=0.001`) or of the file
/// (`device=wgpu`, `report.fit_gate=0.95`).
///
/// # Errors
/// Every [`Problem`] of the file and of the overrides.
pub fn read(file: &str, text: &str, overrides: &[String]) -> Result<ValidConfig, Problems> {
    let mut list = Vec::new();
    let Some(source) = Source::read(file, text, &mut list) else { return Err(Problems::new(file, list)) };
    let folder = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    let mut reader = Reader { source, folder, schema: schema(), problems: list };
    let config = reader.read(overrides);
    let Reader { source, problems: mut list, .. } = reader;
    list.iter_mut().filter(|problem| problem.line.is_none()).for_each(|problem| source.place(problem));
    list.sort_by_key(|problem| (problem.file.clone(), problem.line));
    if list.is_empty() { Ok(config) } else { Err(Problems::new(file, list)) }
}

/// The name of the sweep that a text is of.
///
/// # Errors
/// What is wrong with the text.
pub fn name(text: &str) -> Result<String, String> {
    let tree = yaml::parse(text).map_err(|problem| problem.message)?;
    tree.get("sweep").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| "it names no sweep".to_owned())
}

const AUTO: &str = "auto";

/// What `auto` is on this machine, so that a cell is known by the device that it is trained on.
fn device(name: String) -> String {
    if name == AUTO { transformer::best_device().to_owned() } else { name }
}

struct Reader<'t> {
    source: Source,
    /// Where the paths of programs in overrides begin.
    folder: &'t Path,
    schema: Value,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(path, message));
    }

    fn read(&mut self, overrides: &[String]) -> ValidConfig {
        let mut tree = std::mem::take(&mut self.source.tree);
        let cell_overrides = self.apply_overrides(&mut tree, overrides);
        let known = self.schema.clone();
        self.unknown_keys(&Value::Object(tree.clone()), &known, "");

        if !tree.contains_key("sweep") {
            self.problem("sweep", "missing: name the sweep, as in `sweep: my-first-sweep`");
        }
        let overrides: Vec<(String, Value)> = cell_overrides.into_iter().filter(|change| self.fits(change, "--set ")).collect();
        let mut base = tree.remove("base").unwrap_or_else(|| Value::Object(Map::new()));
        if self.repair::<CellConfig>(&mut base, "base").is_none() {
            base = Value::Object(Map::new());
        }
        settle(&mut tree, &mut base, &overrides);
        // Both have been checked.
        let base_config: CellConfig = serde_json::from_value(base.clone()).unwrap_or_default();
        let config = SweepConfig {
            sweep: self.section(&tree, "sweep").unwrap_or_default(),
            description: self.section(&tree, "description").unwrap_or_default(),
            device: device(self.section(&tree, "device").unwrap_or_else(default_device)),
            seeds: self.section(&tree, "seeds").unwrap_or_default(),
            cells: self.cells(&tree, &base, &overrides),
            predict: self.section(&tree, "predict").unwrap_or_default(),
            report: self.section(&tree, "report").unwrap_or_default(),
            ..SweepConfig::default()
        };
        validate::validate_sweep(&config, &mut self.problems);
        let stored = json!({
            "sweep": config.sweep,
            "description": config.description,
            "device": config.device,
            "seeds": config.seeds,
            "base": base_config,
            "cells": tree.get("cells"),
            "grid": tree.get("grid").unwrap_or(&json!({})),
            "predict": config.predict,
            "report": config.report,
        });
        let is_auto = tree.get("device").and_then(Value::as_str) == Some(AUTO);
        ValidConfig { config, stored, programs: std::mem::take(&mut self.source.programs), is_auto }
    }

    /// Applies overrides of the file's own keys, and returns those that go to every cell.
    fn apply_overrides(&mut self, tree: &mut Map<String, Value>, overrides: &[String]) -> Vec<(String, Value)> {
        let mut for_cells = Vec::new();
        for text in overrides {
            let Some((path, value)) = text.split_once('=') else {
                self.problem("", format!("--set {text}: write key=value, as in --set train.lr=0.001"));
                continue;
            };
            let mut value = match yaml::parse(value) {
                Ok(value) => value,
                Err(problem) => {
                    self.problem("", format!("--set {text}: {}", problem.message));
                    continue;
                }
            };
            if path == "program"
                && let Err(message) = self.source.program(&mut value, self.folder)
            {
                self.problem("", format!("--set {text}: {message}"));
                continue;
            }
            let cell_schema = cell_schema(&self.schema);
            if cell_schema.is_some_and(|schema| below(schema, path).is_some()) {
                for_cells.push((path.to_owned(), value));
            } else if path == "include" {
                self.problem("", format!("--set {text}: write it into the file: what a file includes is read before anything is set"));
            } else if below(&self.schema, path).is_some() {
                set(tree, path, value);
                self.source.programs_of(tree, self.folder, &mut self.problems);
            } else {
                let names = cell_schema.map(leaves).unwrap_or_default();
                self.problem("", format!("--set {text}: unknown key `{path}`: {}", suggest(path, names.iter().map(String::as_str))));
            }
        }
        for_cells
    }

    /// Reports keys that the schema does not know, at any depth.
    fn unknown_keys(&mut self, value: &Value, schema: &Value, path: &str) {
        match value {
            Value::Object(map) => {
                let Some(known) = properties(schema) else { return };
                for (key, value) in map {
                    let here = join(path, key);
                    match known.get(key) {
                        Some(schema) => self.unknown_keys(value, schema, &here),
                        None => self.problem(here, format!("unknown key: {}", suggest(key, known.keys().map(String::as_str)))),
                    }
                }
            }
            Value::Array(items) => {
                let Some(schema) = schema.get("items") else { return };
                for (idx, item) in items.iter().enumerate() {
                    self.unknown_keys(item, schema, &format!("{path}[{idx}]"));
                }
            }
            _ => {}
        }
    }

    /// One section of the file; `None` where it is absent or wrong.
    fn section<T: DeserializeOwned>(&mut self, tree: &Map<String, Value>, name: &str) -> Option<T> {
        tree.get(name).and_then(|value| self.typed(value.clone(), name))
    }

    /// A value as `T`.
    fn typed<T: DeserializeOwned>(&mut self, mut value: Value, path: &str) -> Option<T> {
        self.repair(&mut value, path)
    }

    /// A value as `T`. Each wrong part is reported and taken out, until the rest fits; unknown keys have been reported before.
    fn repair<T: DeserializeOwned>(&mut self, value: &mut Value, path: &str) -> Option<T> {
        loop {
            let error = match serde_path_to_error::deserialize(value.clone()) {
                Ok(typed) => return Some(typed),
                Err(error) => error,
            };
            let inner = error.path().to_string();
            let inner = if inner == "." { String::new() } else { inner };
            let message = error.into_inner().to_string();
            if !message.starts_with("unknown field") {
                self.problem(join(path, &inner), in_words(&message));
            }
            if inner.is_empty() || !take_out(value, &inner) {
                return None;
            }
        }
    }

    /// The cells: `base`, an entry of `cells` and a combination of `grid`, for each entry and combination; overrides have been applied to all three.
    fn cells(&mut self, tree: &Map<String, Value>, base: &Value, overrides: &[(String, Value)]) -> Vec<CellConfig> {
        let Some(Value::Array(entries)) = tree.get("cells") else {
            self.problem("cells", "missing: list at least one cell, as in `cells: [{task: sort}]`");
            return Vec::new();
        };
        if entries.is_empty() {
            self.problem("cells", "empty: list at least one cell, as in `cells: [{task: sort}]`");
        }
        let combinations = self.combinations(tree);
        let mut cells = Vec::new();
        for (idx, entry) in entries.iter().enumerate() {
            let path = format!("cells[{idx}]");
            let mut entry = entry.clone();
            if self.repair::<CellConfig>(&mut entry, &path).is_none() {
                continue;
            }
            for combination in &combinations {
                let mut merged = base.clone();
                merge(&mut merged, &entry);
                if let Value::Object(map) = &mut merged {
                    for (path, value) in combination {
                        set(map, path, value.clone());
                    }
                }
                let Some(mut cell) = self.typed::<CellConfig>(merged, &path) else { continue };
                let source = |key: &str| match key {
                    _ if overrides.iter().any(|(path, _)| path == key) => "--set ",
                    _ if combination.iter().any(|(path, _)| path == key) => "grid.",
                    _ if get(&entry, key).is_none() && get(base, key).is_some() => "base.",
                    _ => "",
                };
                program::load(&mut cell, &self.source.programs);
                let mut found = Vec::new();
                // A program that could not be read has been reported.
                if cell.program.as_deref().is_none_or(program::is_text) {
                    validate::validate_cell(&cell, &mut found);
                }
                for mut problem in found {
                    problem.path = match source(&problem.path) {
                        "" => join(&path, &problem.path),
                        source => format!("{source}{}", problem.path),
                    };
                    // Cells share what they have from elsewhere.
                    if !self.problems.contains(&problem) {
                        self.problems.push(problem);
                    }
                }
                cells.push(cell);
            }
        }
        cells
    }

    /// Whether a dotted key of a cell takes this value; reports where it does not.
    fn fits(&mut self, (key, value): &(String, Value), from: &str) -> bool {
        let mut alone = Map::new();
        set(&mut alone, key, value.clone());
        let before = self.problems.len();
        self.typed::<CellConfig>(Value::Object(alone), "");
        for problem in &mut self.problems[before..] {
            problem.path = format!("{from}{}", problem.path);
        }
        self.problems.len() == before
    }

    /// Every combination of the grid's values; one empty combination where there is no grid.
    fn combinations(&mut self, tree: &Map<String, Value>) -> Vec<Vec<(String, Value)>> {
        let grid: BTreeMap<String, Vec<Value>> = self.section(tree, "grid").unwrap_or_default();
        let mut combinations = vec![Vec::new()];
        for (path, values) in grid {
            let Some(cell_schema) = cell_schema(&self.schema) else { continue };
            if below(cell_schema, &path).is_none() {
                let names = leaves(cell_schema);
                self.problem("grid", format!("unknown key `{path}`: {}", suggest(&path, names.iter().map(String::as_str))));
                continue;
            }
            if values.is_empty() {
                self.problem("grid", format!("`{path}` has no values: list at least one"));
            }
            let values: Vec<Value> = values.into_iter().filter(|value| self.fits(&(path.clone(), value.clone()), "grid.")).collect();
            combinations = combinations
                .iter()
                .flat_map(|combination: &Vec<(String, Value)>| {
                    values.iter().map(|value| {
                        let mut longer = combination.clone();
                        longer.push((path.clone(), value.clone()));
                        longer
                    })
                })
                .collect();
        }
        combinations
    }
}

/// Applies overrides to what every cell is made of.
fn settle(tree: &mut Map<String, Value>, base: &mut Value, overrides: &[(String, Value)]) {
    for (path, value) in overrides {
        if let Value::Object(base) = base {
            set(base, path, value.clone());
        }
        let entries = tree.get_mut("cells").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter(|entry| get(entry, path).is_some()).filter_map(Value::as_object_mut) {
            set(entry, path, value.clone());
        }
        if let Some(Value::Object(grid)) = tree.get_mut("grid") {
            let is_below = |key: &str, other: &str| key.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            grid.retain(|key, _| !is_below(key, path));
            for (key, values) in grid.iter_mut() {
                let Some(rest) = path.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('.')) else { continue };
                for table in values.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                    set(table, rest, value.clone());
                }
            }
        }
    }
}

fn cell_schema(schema: &Value) -> Option<&Value> {
    below(schema, "base")
}

/// Dotted paths of all leaves below a cell's schema.
fn leaves(schema: &Value) -> Vec<String> {
    let Some(known) = properties(schema) else { return Vec::new() };
    known
        .iter()
        .flat_map(|(key, schema)| {
            let inner = leaves(schema);
            if inner.is_empty() { vec![key.clone()] } else { inner.iter().map(|leaf| join(key, leaf)).collect() }
        })
        .collect()
}

fn join(path: &str, key: &str) -> String {
    match (path.is_empty(), key.is_empty()) {
        (true, _) => key.to_owned(),
        (_, true) => path.to_owned(),
        _ if key.starts_with('[') => format!("{path}{key}"),
        _ => format!("{path}.{key}"),
    }
}

/// serde's message in the user's words.
fn in_words(message: &str) -> String {
    message
        .replace("invalid type: ", "")
        .replace("invalid value: ", "")
        .replace(", expected usize", ": expected a whole number of at least 0")
        .replace(", expected u64", ": expected a whole number of at least 0")
        .replace(", expected f64", ": expected a number (write small ones as 1.0e-3)")
        .replace(", expected a string", ": expected text")
        .replace("floating point `", "the number `")
        .replace("integer `", "the number `")
        .replace("string \"", "the text \"")
        .replace("data did not match any variant of untagged enum Seeds", "expected a list, as in [0, 1], or {init: [0, 1], data: [0, 1]}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
sweep: example
base:
  train: {lengths: 8, lr: 2.0e-3}
  evaluate: {lengths: [8, 16]}
cells:
  - {task: sort, train: {lr: 5.0e-3}}
  - task: count
grid:
  train.batch: [16, 32]
";

    #[test]
    fn an_entry_overrides_base_the_grid_both_and_an_override_all() {
        let rates = |overrides: &[&str]| -> Vec<(String, f64, usize, usize)> {
            let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
            let config = read("example.yaml", TEXT, &overrides).unwrap();
            config.cells.iter().map(|cell| (cell.task.clone(), cell.train.lr, cell.train.batch, cell.train.lengths)).collect()
        };
        let row = |task: &str, lr: f64, batch: usize| (task.to_owned(), lr, batch, 8);
        assert_eq!(rates(&[]), [row("sort", 5e-3, 16), row("sort", 5e-3, 32), row("count", 2e-3, 16), row("count", 2e-3, 32)]);
        assert_eq!(
            rates(&["train.lr=0.1", "train.batch=4"]),
            [row("sort", 0.1, 4), row("count", 0.1, 4)],
            "an axis of the grid is overridden too"
        );
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_sweep() {
        let config = read("example.yaml", TEXT, &["report.fit_gate=0.5".to_owned()]).unwrap();
        let again = read("stored.yaml", &config.to_yaml().unwrap(), &[]).unwrap();
        assert_eq!(again, config);
        assert!((again.report.fit_gate - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_problem_of_base_is_reported_once_and_with_its_line() {
        let problems = read("example.yaml", &TEXT.replace("2.0e-3", "fast"), &[]).unwrap_err();
        assert_eq!(
            problems.to_string(),
            "example.yaml:3: base.train.lr: the text \"fast\": expected a number (write small ones as 1.0e-3)"
        );
    }

    #[test]
    fn a_value_of_the_grid_that_does_not_fit_is_reported_once() {
        let problems = read("example.yaml", &TEXT.replace("[16, 32]", "[16, much]"), &[]).unwrap_err();
        assert_eq!(problems.list.len(), 1, "{problems}");
        assert_eq!(problems.list[0].path, "grid.train.batch");
    }

    #[test]
    fn no_text_makes_the_reader_panic() {
        for text in [
            "",
            "{}",
            "[]",
            "cells: 3",
            "sweep: [1]",
            "base: 3\ncells: [{}]\nsweep: x",
            "cells: [3, null, {task: sort}]",
            "grid: {x: 1}",
            "\t",
            "a: *b",
        ] {
            let problems = read("odd.yaml", text, &[]).unwrap_err();
            assert!(!problems.list.is_empty(), "{text}");
        }
    }
}
