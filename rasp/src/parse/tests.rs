//! The parser as a whole.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod explained;
mod session;
mod shape;
mod survival;

use super::*;

/// The statements of a text without problems.
fn whole(source: &str) -> Vec<Statement> {
    match read(source) {
        Read::Whole(statements) => statements,
        other => panic!("{source}: {other:?}"),
    }
}

fn in_tests(path: &str) -> std::path::PathBuf {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).join(path)
}
