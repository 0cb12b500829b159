//! Values on their way to the tree: laid over one another, and changed at a path.

use serde_json::{Map, Value};

use super::yaml;

/// Lays `over` on `base`, key by key; lists and scalars replace.
pub(super) fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// Sets a dotted path, making tables on the way.
pub(super) fn set(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((key, rest)) => {
            let inner = map.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// The value at a dotted path.
pub(super) fn get<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// Takes the value at a path out; false where there is none.
pub(super) fn take_out(value: &mut Value, path: &str) -> bool {
    let steps = yaml::steps(path);
    let Some((last, before)) = steps.split_last() else { return false };
    let mut parent = value;
    for step in before {
        let next = match step {
            yaml::Step::Key(key) => parent.get_mut(key),
            yaml::Step::Index(idx) => parent.get_mut(*idx),
        };
        let Some(next) = next else { return false };
        parent = next;
    }
    match (parent, last) {
        (Value::Object(map), yaml::Step::Key(key)) => map.remove(key).is_some(),
        (Value::Array(items), yaml::Step::Index(idx)) if *idx < items.len() => {
            items.remove(*idx);
            true
        }
        _ => false,
    }
}
