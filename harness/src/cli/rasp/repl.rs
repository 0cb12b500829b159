//! `rasp repl`: a session on a terminal, with history, completion and colours; or through a pipe, as the reference prints it.

use std::borrow::Cow;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use rasp::{Limits, Output, Reply, Session};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Editor, Helper};

use super::drawing;
use super::files::Disk;
use crate::error::Error;
use crate::printer::Printer;

/// Words of the language that are no variables.
const KEYWORDS: [&str; 24] = [
    "aggregate(",
    "and",
    "def",
    "draw(",
    "else",
    "examples",
    "for",
    "full seq display",
    "if",
    "in",
    "indicator(",
    "len(",
    "load",
    "not",
    "or",
    "quit",
    "range(",
    "return",
    "round(",
    "s-op",
    "select(",
    "set example",
    "show example",
    "zip(",
];

pub(super) fn repl(limits: Limits, printer: Printer) -> Result<(), Error> {
    let session = Session::with(limits, Disk::here());
    if io::stdin().is_terminal() && io::stdout().is_terminal() { interactive(session, printer) } else { piped(session, printer) }
}

/// Prints what the reference prints: the prompts too, and nothing of what is read.
fn piped(mut session: Session, printer: Printer) -> Result<(), Error> {
    printer.raw(&session.banner().text())?;
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        printer.raw(&session.prompt())?;
        line.clear();
        let read = input.read_until(b'\n', &mut line).map_err(Error::file(std::path::Path::new("standard input"), "read"))?;
        if read == 0 {
            return printer.raw("\n");
        }
        let text = String::from_utf8_lossy(&line);
        let reply = session.feed(text.trim_end_matches(['\n', '\r']));
        printer.raw(&reply.output.text())?;
        drawing::save_all(&reply.drawings, printer)?;
        if reply.ended {
            return Ok(());
        }
    }
}

fn interactive(session: Session, printer: Printer) -> Result<(), Error> {
    let config = Config::builder().auto_add_history(true).completion_type(rustyline::CompletionType::List).build();
    let terminal =
        |error: ReadlineError| Error::Usage(format!("the terminal cannot be used for editing: {error}; pipe the statements in instead"));
    let mut editor: Editor<Assistant, DefaultHistory> = Editor::with_config(config).map_err(terminal)?;
    let history = history_file();
    if let Some(history) = &history {
        // The first session has no history yet.
        let _ = editor.load_history(history);
    }
    printer.styled(&session.banner())?;
    printer.note("a statement ends with `;`; Tab completes, Ctrl-C abandons a statement, Ctrl-D or `quit` ends");
    editor.set_helper(Some(Assistant { session }));
    let result = loop {
        let Some(assistant) = editor.helper() else { break Ok(()) };
        let prompt = assistant.session.prompt();
        match editor.readline(&prompt) {
            Ok(text) => {
                let Some(assistant) = editor.helper_mut() else { break Ok(()) };
                let reply = feed_all(&mut assistant.session, &text);
                printer.styled(&reply.output)?;
                drawing::save_all(&reply.drawings, printer)?;
                if reply.ended {
                    break Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {
                if let Some(assistant) = editor.helper_mut() {
                    assistant.session.abandon();
                }
            }
            Err(ReadlineError::Eof) => break Ok(()),
            Err(error) => break Err(terminal(error)),
        }
    };
    if let Some(history) = &history {
        // A history that cannot be kept is no reason to end badly.
        let _ = editor.save_history(history);
    }
    result
}

/// A statement may have come in several lines.
fn feed_all(session: &mut Session, text: &str) -> Reply {
    let mut last = Reply::default();
    let mut drawings = Vec::new();
    let mut output = Output::default();
    // Blank lines mean nothing on a terminal.
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        last = session.feed(line);
        drawings.append(&mut last.drawings);
        output.append(std::mem::take(&mut last.output));
        if last.ended {
            break;
        }
    }
    Reply { output, drawings, ended: last.ended }
}

/// Where lines of earlier sessions are kept: `$XDG_STATE_HOME/rasplab/history`, by default in `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    let folder = state.join("rasplab");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// Completion, and the question whether a line is whole, asked of the session itself.
struct Assistant {
    session: Session,
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..pos];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |other| other + 1);
        let word = &before[start..];
        let names = self.session.names();
        let mut candidates: Vec<&str> = names.iter().map(String::as_str).chain(KEYWORDS).filter(|name| name.starts_with(word)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let pair = |name: &str| Pair { display: name.to_owned(), replacement: name.to_owned() };
        Ok((start, if word.is_empty() { Vec::new() } else { candidates.into_iter().map(pair).collect() }))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let is_whole = text.trim().is_empty() || self.session.would_end(text);
        Ok(if is_whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Highlighter for Assistant {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Hinter for Assistant {
    type Hint = String;
}

impl Helper for Assistant {}
