//! Where a comment may stand in a session: after `;`, `{`, `}`, a command or another comment, or first of all.
//!
//! Elsewhere it may hide the rest of a statement that was meant to end, and the session would wait for that forever.

use super::{Read, read};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;
use crate::syntax::{Statement, StatementForm};
use crate::words::lexemes;

/// The first comment of `text` that stands inside a statement; `statements` are those of `text` that are whole.
pub(super) fn misplaced(text: &str, statements: &[Statement]) -> Option<Diagnostic> {
    let ends_command =
        |end: usize| statements.iter().any(|statement| statement.span.end == end && matches!(statement.form, StatementForm::Command(_)));
    let mut last: Option<(usize, &str)> = None;
    for (place, word) in lexemes(text) {
        match last {
            Some((start, before)) if word.starts_with('#') => {
                let end = start + before.len();
                if !matches!(before, ";" | "{" | "}") && !ends_command(end) {
                    let (comment, code) = (Span::new(place, place + word.len()), Span::new(start, end));
                    let may_end = !matches!(read(&format!("{};", &text[..end])), Read::Broken(_));
                    return Some(
                        Diagnostic::new(Code::MisplacedComment, "a comment inside a statement", comment, "this comment")
                            .and(code, "the statement is not over here")
                            .help(if may_end {
                                "end the statement with `;` before the comment"
                            } else {
                                "in a session a comment comes after `;`, `{` or `}`, or stands on a line between statements"
                            }),
                    );
                }
            }
            _ if word.starts_with('#') => {}
            _ => last = Some((place, word)),
        }
    }
    None
}
