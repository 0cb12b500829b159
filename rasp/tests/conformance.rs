//! What was recorded from the reference interpreter: whole sessions, and values of expressions on inputs.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its cases, and fails where they are not as they should be"
)]

use rasp::{Atom, FaultClass, Input, Program, Sequence, SequenceKind, Session, Value};
use serde_json::Value as Json;
use std::fs;
use std::path::Path;

/// What a session prints when it is fed from a pipe.
fn transcript(input: &str) -> String {
    let mut session = Session::new();
    let mut printed = session.banner().text();
    for line in input.lines() {
        printed += &session.prompt();
        let reply = session.feed(line);
        printed += &reply.output.text();
        if reply.ended {
            return printed;
        }
    }
    printed + &session.prompt() + "\n"
}

/// Where the reference has a defect: session, line of the recording, and what takes its place.
const DIFFERENCES: [(&str, usize, &[&str]); 3] = [
    // Equal inputs of other kinds, here `[1, 1.0]` and `[1, True]`, do not share a result.
    ("03_seq_display", 46, &[">> \t =  [1]*2 (ints)"]),
    // Something in parentheses can be indexed.
    ("10_indexing", 51, &[">>      s-op: out", " \t Example: out(\"hello\") = [1]*5 (ints)"]),
    ("10_indexing", 52, &[">>     value: out =  1"]),
];

/// The text with every error message replaced by its class.
fn with_classes(text: &str) -> String {
    const MARKERS: [&str; 4] =
        ["\t!! antlr exception:", "\t\t!!ignoring input:", "something went wrong:", "not implemented this command yet! ignoring"];
    let mut lines = text.split('\n').peekable();
    let mut kept = Vec::new();
    while let Some(line) = lines.next() {
        match MARKERS.iter().find_map(|marker| Some((line.find(marker)?, marker))) {
            Some((start, marker)) => {
                kept.push(format!("{}{marker}", &line[..start]));
                // A message goes on until the next prompt.
                while lines.peek().is_some_and(|next| next.starts_with('\t')) {
                    lines.next();
                }
            }
            None => kept.push(line.to_owned()),
        }
    }
    kept.join("\n")
}

#[test]
fn recorded_sessions_print_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut sessions = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let input = entry.unwrap().path();
        if input.extension().is_some_and(|extension| extension == "in") {
            let expected = with_classes(&fs::read_to_string(input.with_extension("out")).unwrap());
            let printed = transcript(&fs::read_to_string(&input).unwrap());
            similar_or_panic(&input, &with_differences(&input, &expected), &with_classes(&printed));
            sessions += 1;
        }
    }
    assert_eq!(sessions, 18);
}

fn with_differences(session: &Path, expected: &str) -> String {
    let session = session.file_stem().unwrap();
    let line = |(idx, line)| {
        let difference = DIFFERENCES.iter().find(|(name, number, _)| session == *name && *number == idx + 1);
        difference.map_or_else(|| vec![line], |(_, _, lines)| lines.to_vec())
    };
    expected.split('\n').enumerate().flat_map(line).collect::<Vec<_>>().join("\n")
}

fn similar_or_panic(session: &Path, expected: &str, printed: &str) {
    for (number, (expected, printed)) in expected.split('\n').zip(printed.split('\n')).enumerate() {
        assert_eq!(expected, printed, "{}: line {}", session.display(), number + 1);
    }
    assert_eq!(expected.len(), printed.len(), "{}: something is missing at the end", session.display());
}

#[test]
fn recorded_values_are_the_same() {
    let text = include_str!("conformance/values.jsonl");
    let mut cases = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let program = Program::parse("case.rasp", &format!("value = {};", case["expr"].as_str().unwrap())).unwrap();
        let input = read_input(&case["input"]);
        let expected = &case["result"];
        match (program.evaluate("value", &input), expected["kind"].as_str().unwrap()) {
            (Ok(Value::Sequence(sequence)), "seq") => check_sequence(line, &sequence, expected),
            (Ok(Value::Selector(matrix)), "selector") => {
                let rows = expected["rows"].as_array().unwrap();
                for (query, row) in rows.iter().enumerate() {
                    let cells: String = (0..matrix.len()).map(|key| if matrix.selects(query, key) { '1' } else { '0' }).collect();
                    assert_eq!(cells, row.as_str().unwrap(), "{line}");
                }
                assert_eq!(rows.len(), matrix.len());
            }
            (Err(error), "error") => {
                let class = match expected["class"].as_str().unwrap() {
                    "RASPTypeError" | "RASPValueError" => FaultClass::Language,
                    _ => FaultClass::Arithmetic,
                };
                assert_eq!(error.fault().class(), class, "{line}: {error}");
            }
            (result, _) => panic!("{line}: {result:?}"),
        }
        cases += 1;
    }
    assert_eq!(cases, 1020);
}

fn read_input(input: &Json) -> Input {
    let input = match input {
        Json::String(text) => Input::text(text),
        Json::Array(items) => Input::atoms(items.iter().map(read_atom)),
        other => panic!("no input: {other}"),
    };
    input.unwrap()
}

fn read_atom(atom: &Json) -> Atom {
    match atom {
        Json::Bool(value) => Atom::Bool(*value),
        Json::String(text) => Atom::text(text),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Atom::Int(int.into()),
            None => Atom::Float(number.as_f64().unwrap()),
        },
        other => panic!("no atom: {other}"),
    }
}

/// The same values, and each of the same kind.
fn check_sequence(line: &str, sequence: &Sequence, expected: &Json) {
    let kind = match sequence.kind() {
        SequenceKind::Bool => "bool",
        SequenceKind::Int => "int",
        SequenceKind::Float => "float",
        SequenceKind::Text => "string",
    };
    assert_eq!(kind, expected["type"].as_str().unwrap(), "{line}");
    let values = expected["vals"].as_array().unwrap();
    assert_eq!(values.len(), sequence.len());
    for (value, expected) in sequence.iter().zip(values) {
        assert_eq!(format!("{value:?}"), format!("{:?}", read_atom(expected)), "{line}");
    }
}
