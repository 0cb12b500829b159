//! Decides what goes where: data to standard output, everything for people who wait to standard error.

use std::io::{self, IsTerminal, Write};

use crate::error::Error;

/// When to colour messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where output goes and how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    color: bool,
    json: bool,
}

impl Printer {
    /// A printer for the given choices.
    pub fn new(color: Color, json: bool) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        Self { color, json }
    }

    /// Whether machines read standard output.
    pub fn json(self) -> bool {
        self.json
    }

    /// Writes data to standard output. A reader that has gone away ends the program with success, as it ends `cat`.
    ///
    /// # Errors
    /// Where standard output cannot be written for another reason.
    pub fn data(self, text: &str) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        let ends = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        match write!(out, "{text}{ends}").and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            written => written.map_err(Error::file(std::path::Path::new("standard output"), "write")),
        }
    }

    /// Writes one JSON value and a newline to standard output.
    ///
    /// # Errors
    /// As [`Printer::data`].
    pub fn value(self, value: &impl serde::Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(value).map_err(io::Error::from);
        self.data(&text.map_err(Error::file(std::path::Path::new("standard output"), "write"))?)
    }

    /// Writes a note to standard error. Nobody can be told where that fails.
    pub fn note(self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Writes an error to standard error.
    pub fn error(self, error: &Error) {
        let label = if self.color { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        match error {
            Error::Program(diagnostics) => self.note(diagnostics.render(self.color).trim_end()),
            Error::Config(problems) if problems.list.len() > 1 => {
                self.note(&format!("{label}: {} problems", problems.list.len()));
                self.note(&problems.to_string());
            }
            Error::Several(errors) => errors.iter().for_each(|error| self.error(error)),
            _ => self.note(&format!("{label}: {error}")),
        }
    }
}
