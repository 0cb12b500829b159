//! Values of the `rasp` dialect as JSON, every number with its kind: `1` is an integer, `1.0` a float.

use rasp::{Atom, EvaluationError, FaultClass, Input, SelectorMatrix, Sequence, SequenceKind, Value};
use serde_json::Value as Json;

/// One row of a batch: the place of its input, the name, and what the name stands for on the input.
pub(super) fn row(place: usize, name: &str, result: &Result<Value, EvaluationError>) -> String {
    let start = format!("{{\"input\":{place},\"name\":{}", quote(name));
    match result {
        Ok(Value::Sequence(sequence)) => format!("{start},\"kind\":\"sequence\",{}}}", values(sequence)),
        Ok(Value::Selector(matrix)) => format!("{start},\"kind\":\"selector\",\"rows\":{}}}", rows(matrix)),
        Err(error) => {
            let class = match error.fault().class() {
                FaultClass::Language => "language",
                FaultClass::Arithmetic => "arithmetic",
                FaultClass::NotCallable => "call",
                _ => "limit",
            };
            format!("{start},\"kind\":\"error\",\"class\":\"{class}\",\"message\":{}}}", quote(&error.to_string()))
        }
    }
}

fn values(sequence: &Sequence) -> String {
    let kind = match sequence.kind() {
        SequenceKind::Bool => "bool",
        SequenceKind::Int => "int",
        SequenceKind::Float => "float",
        SequenceKind::Text => "string",
    };
    let values: Vec<String> = sequence.iter().map(|value| atom(&value)).collect();
    format!("\"type\":\"{kind}\",\"values\":[{}]", values.join(","))
}

fn rows(matrix: &SelectorMatrix) -> String {
    let row = |query| {
        let cells: Vec<&str> = (0..matrix.len()).map(|key| if matrix.selects(query, key) { "true" } else { "false" }).collect();
        format!("[{}]", cells.join(","))
    };
    format!("[{}]", (0..matrix.len()).map(row).collect::<Vec<_>>().join(","))
}

/// Infinities and NaN, which JSON does not have, become text.
fn atom(atom: &Atom) -> String {
    match atom {
        Atom::Bool(value) => value.to_string(),
        Atom::Text(text) => quote(text),
        Atom::Float(value) if !value.is_finite() => quote(&atom.to_string()),
        Atom::Int(_) | Atom::Float(_) => atom.to_string(),
    }
}

fn quote(text: &str) -> String {
    Json::from(text).to_string()
}

/// An input from JSON: text, one character a position, or an array with one element a position.
pub(super) fn read_input(text: &str) -> Result<Input, String> {
    let input = match serde_json::from_str(text).map_err(|error| error.to_string())? {
        Json::String(text) => Input::text(&text),
        Json::Array(items) => Input::atoms(items.iter().map(read_atom).collect::<Result<Vec<_>, _>>()?),
        other => return Err(format!("an input is text, as in \"hello\", or an array, as in [1, 2]; this is {other}")),
    };
    input.ok_or_else(|| "an input has at least one element, and this has none".to_owned())
}

fn read_atom(item: &Json) -> Result<Atom, String> {
    match item {
        Json::Bool(value) => Ok(Atom::Bool(*value)),
        Json::String(text) => Ok(Atom::text(text)),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Ok(Atom::Int(int.into())),
            None => number.as_f64().map(Atom::Float).ok_or_else(|| format!("{number} is beyond a float")),
        },
        other => Err(format!("the elements of an input are numbers, text, true or false; this is {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_survive() {
        assert_eq!(atom(&Atom::Float(1.0)), "1.0");
        assert_eq!(atom(&Atom::Int(1.into())), "1");
        assert_eq!(atom(&Atom::Float(1e16)), "1e+16");
        assert_eq!(atom(&Atom::Float(f64::INFINITY)), "\"inf\"");
        assert_eq!(atom(&Atom::text("a\"b")), "\"a\\\"b\"");
        assert_eq!(read_atom(&serde_json::json!(2.0)).map(|value| value.to_string()), Ok("2.0".to_owned()));
        assert!(read_input("[]").is_err() && read_input("3").is_err() && read_input("[[1]]").is_err());
    }
}
