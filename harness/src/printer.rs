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
    color_data: bool,
    json: bool,
}

impl Printer {
    /// A printer for the given choices.
    pub fn new(color: Color, json: bool) -> Self {
        let colors = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        Self { color: colors(io::stderr().is_terminal()), color_data: colors(io::stdout().is_terminal()), json }
    }

    /// Whether machines read standard output.
    pub fn json(self) -> bool {
        self.json
    }

    /// Whether what goes to standard output is coloured.
    pub fn colors_data(self) -> bool {
        self.color_data
    }

    /// Writes data to standard output. A reader that has gone away ends the program with success, as it ends `cat`.
    ///
    /// # Errors
    /// Where standard output cannot be written for another reason.
    pub fn data(self, text: &str) -> Result<(), Error> {
        let ends = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.raw(&format!("{text}{ends}"))
    }

    /// Writes text to standard output as it is, without a line break of its own.
    ///
    /// # Errors
    /// As [`Printer::data`].
    pub fn raw(self, text: &str) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            written => written.map_err(Error::file(std::path::Path::new("standard output"), "write")),
        }
    }

    /// Writes what a session prints to standard output, coloured on a terminal.
    ///
    /// # Errors
    /// As [`Printer::data`].
    pub fn styled(self, output: &rasp::Output) -> Result<(), Error> {
        let pieces = output.pieces().map(|(style, text)| {
            let code = match style {
                rasp::Style::Label => 2,
                rasp::Style::Value => 36,
                rasp::Style::Error => 31,
            };
            if self.color_data { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
        });
        self.raw(&pieces.collect::<String>())
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

    /// Writes warnings to standard error.
    pub fn diagnostics(self, diagnostics: &rasp::Diagnostics) {
        self.note(diagnostics.render(self.color).trim_end());
    }

    /// Writes an error to standard error.
    pub fn error(self, error: &Error) {
        let label = if self.color { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        match error {
            Error::Program(diagnostics) => self.diagnostics(diagnostics),
            Error::Config(problems) if problems.list.len() > 1 => {
                self.note(&format!("{label}: {} problems", problems.list.len()));
                self.note(&problems.to_string());
            }
            Error::Several(errors) => errors.iter().for_each(|error| self.error(error)),
            _ => self.note(&format!("{label}: {error}")),
        }
    }
}
