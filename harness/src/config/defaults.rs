//! A cell written out for people who want to know what it comes to.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::tree::CellConfig;

/// A cell as YAML, with a mark at every key that has the value which it has where nothing is said.
pub fn with_defaults_marked(cell: &CellConfig) -> String {
    let table = |cell: &CellConfig| match serde_json::to_value(cell) {
        Ok(Value::Object(table)) => table,
        _ => Map::new(),
    };
    let mut text = String::new();
    write(&table(cell), &table(&CellConfig::default()), 0, &mut text);
    text
}

fn write(table: &Map<String, Value>, defaults: &Map<String, Value>, indent: usize, text: &mut String) {
    for (key, value) in table {
        let default = defaults.get(key);
        if let Value::Object(table) = value {
            let _ = writeln!(text, "{:indent$}{key}:", "");
            let none = Map::new();
            write(table, default.and_then(Value::as_object).unwrap_or(&none), indent + 2, text);
        } else {
            // JSON is YAML, too.
            let mark = if default == Some(value) { "  # default" } else { "" };
            let _ = writeln!(text, "{:indent$}{key}: {value}{mark}", "");
        }
    }
}
