//! The only module that names `serde_yaml`: text to JSON values, and paths back to lines.

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::problem::Problem;

/// One step of a path: a key or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Reads YAML into the values that JSON has. Keys must be text.
pub(crate) fn parse(text: &str) -> Result<Value, Problem> {
    let problem = |line: Option<usize>, message: &str| Problem { line, ..Problem::new("", format!("not valid YAML: {message}")) };
    // By way of YAML's own values, which refuse a key that stands twice.
    let value: serde_yaml::Value = serde_yaml::from_str(text)
        .map_err(|error| problem(error.location().map(|location| location.line()), without_location(&error.to_string())))?;
    // JSON has no such numbers, and would take them for absent.
    if !is_finite(&value) {
        return Err(problem(None, "`.nan` and `.inf` are no values of any key: give a number, or leave the key out"));
    }
    serde_json::to_value(value).map_err(|error| problem(None, &error.to_string()))
}

fn is_finite(value: &serde_yaml::Value) -> bool {
    match value {
        serde_yaml::Value::Number(number) => number.as_f64().is_none_or(f64::is_finite),
        serde_yaml::Value::Sequence(items) => items.iter().all(is_finite),
        serde_yaml::Value::Mapping(map) => map.iter().all(|(key, value)| is_finite(key) && is_finite(value)),
        serde_yaml::Value::Tagged(tagged) => is_finite(&tagged.value),
        _ => true,
    }
}

/// Writes a value as YAML.
pub(crate) fn write(value: &impl serde::Serialize) -> Result<String, String> {
    serde_yaml::to_string(value).map_err(|error| error.to_string())
}

fn without_location(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

/// Steps of a path such as `cells[2].train.lr`.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let mut pieces = part.split('[');
        if let Some(key) = pieces.next().filter(|key| !key.is_empty()) {
            steps.push(Step::Key(key.to_owned()));
        }
        steps.extend(pieces.filter_map(|piece| piece.trim_end_matches(']').parse().ok()).map(Step::Index));
    }
    steps
}

/// The line, from 1, of the value at a path, if the text has one there.
///
/// `serde_yaml` gives lines only to errors; so this walks down the path and fails at its end on purpose.
pub(crate) fn line_of(text: &str, path: &str) -> Option<usize> {
    let steps = steps(path);
    let error = FailAt { steps: &steps }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    error.to_string().contains(HERE).then(|| error.location().map(|location| location.line())).flatten()
}

const HERE: &str = "the end of the path";

struct FailAt<'p> {
    steps: &'p [Step],
}

impl<'de> DeserializeSeed<'de> for FailAt<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FailAt<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HERE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), steps)) = self.steps.split_first() else {
            return self.here();
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == *wanted {
                return map.next_value_seed(FailAt { steps });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Err(A::Error::custom("no such key"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((Step::Index(wanted), steps)) = self.steps.split_first() else {
            return self.here();
        };
        for _ in 0..*wanted {
            seq.next_element::<IgnoredAny>()?;
        }
        seq.next_element_seed(FailAt { steps })?.ok_or_else(|| A::Error::custom("no such element"))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.here()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.here()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.here()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.here()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.here()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.here()
    }
}

impl FailAt<'_> {
    fn here<E: serde::de::Error>(&self) -> Result<(), E> {
        Err(E::custom(if self.steps.is_empty() { HERE } else { "the path ends early" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "sweep: x\nbase:\n  train:\n    lr: 1.0e-3\ncells:\n  - task: sort\n  - task: count\n    train:\n      steps: 10\n";

    #[test]
    fn a_path_leads_to_its_line() {
        for (path, line) in [("sweep", 1), ("base.train.lr", 4), ("cells[0].task", 6), ("cells[1].task", 7), ("cells[1].train.steps", 9)] {
            assert_eq!(line_of(TEXT, path), Some(line), "{path}");
        }
        assert_eq!(line_of(TEXT, "base.train.steps"), None);
        assert_eq!(line_of(TEXT, "cells[7].task"), None);
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let problem = parse("sweep: x\ncells: [1, 2\n").unwrap_err();
        assert!(problem.line.is_some(), "{problem:?}");
        assert!(problem.message.starts_with("not valid YAML: "), "{problem:?}");
    }
}
