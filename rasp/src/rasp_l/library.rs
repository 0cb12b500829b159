//! The library, written in the language itself: `lib/rasp_l.rasp`. Every program sees its functions, and may give their names to its own.

use crate::diagnostic::Problems;
use crate::rasp_l::subset;
use crate::syntax::{Function, StatementForm};
use std::sync::{Arc, LazyLock};

/// The text of the library.
pub const LIBRARY: &str = include_str!("../../lib/rasp_l.rasp");

static FUNCTIONS: LazyLock<Vec<Arc<Function>>> = LazyLock::new(|| {
    let statements = subset::parse(LIBRARY, &mut Problems::default());
    let functions = statements.into_iter().flatten().filter_map(|statement| match statement.form {
        StatementForm::Define(function) => Some(function),
        _ => None,
    });
    functions.collect()
});

/// The library's functions, callees before their callers.
pub(crate) fn functions() -> &'static [Arc<Function>] {
    &FUNCTIONS
}
