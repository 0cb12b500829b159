//! Lines to statements: a session is typed, and a loaded file read, one physical line at a time.

use crate::diagnostic::{Code, Diagnostic};
use crate::parse::{self, Read};
use crate::span::Span;
use crate::syntax::Statement;

/// Lines that are the beginning of a statement, so far.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    buffer: String,
    is_continuing: bool,
}

/// What one more line makes of them.
#[derive(Debug)]
pub(crate) enum Reading {
    /// Nothing whole yet.
    Nothing,
    Statement {
        statement: Statement,
        text: String,
    },
    /// More than one statement: a line holds one.
    Several,
    Broken {
        problem: Diagnostic,
        text: String,
    },
}

impl Reader {
    /// Takes a line, without its line break.
    pub(crate) fn read(&mut self, line: &str) -> Reading {
        // A line that is only a comment never matters, not even where the grammar has no comments.
        if !line.trim_start().starts_with('#') {
            self.buffer.push_str(line);
        }
        match parse::read(&self.buffer) {
            Read::Unfinished => {
                self.buffer.push('\n');
                self.is_continuing = true;
                Reading::Nothing
            }
            Read::Whole(mut statements) => {
                let text = self.take();
                match (statements.pop(), statements.is_empty()) {
                    (Some(statement), true) => Reading::Statement { statement, text },
                    _ => Reading::Several,
                }
            }
            Read::Broken(problem) => Reading::Broken { problem, text: self.take() },
        }
    }

    /// At the end of a file: a statement that has begun is not lost silently.
    pub(crate) fn finish(&mut self) -> Reading {
        let text = self.take();
        let end = text.trim_end().len();
        if end == 0 {
            return Reading::Nothing;
        }
        let last = text[..end].char_indices().next_back().map_or(0, |(start, _)| start);
        let problem =
            Diagnostic::new(Code::Syntax, "the file ends inside a statement", Span::new(last, end), "something is missing after this")
                .help("a statement ends with `;`, a function with `return ...; }`");
        Reading::Broken { problem, text }
    }

    /// Whether the next line goes on with a statement, or at least with a blank one.
    pub(crate) fn is_continuing(&self) -> bool {
        self.is_continuing
    }

    /// The lines so far.
    pub(crate) fn buffer(&self) -> &str {
        &self.buffer
    }

    /// Forgets the lines so far.
    pub(crate) fn take(&mut self) -> String {
        self.is_continuing = false;
        std::mem::take(&mut self.buffer)
    }
}
