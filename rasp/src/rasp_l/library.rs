//! The library, written in the language itself: `lib/rasp_l.rasp`. Every program sees its functions, and may give their names to its own.

use crate::diagnostic::Problems;
use crate::rasp_l::parse;
use crate::rasp_l::syntax::{Function, Statement};
use std::sync::LazyLock;

/// The text of the library.
pub const LIBRARY: &str = include_str!("../../lib/rasp_l.rasp");

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let file = parse::parse(LIBRARY, &mut Problems::default());
    let functions = file.statements.into_iter().filter_map(|statement| match statement {
        Statement::Define(function) => Some(function),
        _ => None,
    });
    functions.collect()
});

/// The library's functions, callees before their callers.
pub(crate) fn functions() -> &'static [Function] {
    &FUNCTIONS
}
