//! The configuration tree as a JSON Schema (draft-07), for editors and for finding unknown keys.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::tree::SweepConfig;

/// The JSON Schema of a sweep file.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<SweepConfig>().to_value()
}

/// Keys that the schema knows for an object.
pub(crate) fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

/// The schema at a dotted path below a cell, as `train.lr`.
pub(crate) fn below<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    path.split('.').try_fold(schema, |schema, key| properties(schema)?.get(key))
}
