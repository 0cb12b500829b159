//! A session: statements one line at a time, as the reference's interactive interpreter takes them.

use crate::fault::Fault;
use crate::interpret::{Eval, Files, Frame, Machine, NoFiles, Outcome};
use crate::limits::Limits;
use crate::reader::{Reader, Reading};
use crate::source::Source;
use crate::syntax::{Command, Statement, StatementForm, Which};
use crate::transcript::{Output, Print};
use crate::trial::Trial;
use std::rc::Rc;
use std::sync::Arc;

/// An interactive session in the `rasp` dialect.
///
/// ```
/// let mut session = rasp::Session::new();
/// let reply = session.feed("hist = selector_width(select(tokens, tokens, ==));");
/// assert!(reply.output.text().ends_with("hist(\"hello\") = [1, 1, 2, 2, 1] (ints)\n"));
/// assert_eq!(session.feed("hist(\"mississippi\")[0] + ;").output.text().lines().count(), 1); // a syntax error
/// ```
pub struct Session {
    machine: Machine,
    reader: Reader,
}

/// What a line gave.
#[derive(Debug, Default)]
pub struct Reply {
    /// To be printed; empty while a statement goes on.
    pub output: Output,
    /// The drawings that were asked for.
    pub drawings: Vec<crate::draw::Drawing>,
    /// Whether the session is over.
    pub ended: bool,
}

impl Default for Session {
    fn default() -> Self {
        Session::new()
    }
}

impl Session {
    /// A session that cannot load files.
    pub fn new() -> Self {
        Session::with(Limits::default(), NoFiles)
    }

    /// A session with its own limits, and files to load.
    pub fn with(limits: Limits, files: impl Files + 'static) -> Self {
        Session { machine: Machine::new(limits, Rc::new(files)), reader: Reader::default() }
    }

    /// What to print before the first line.
    pub fn banner(&self) -> Output {
        let mut output = Output::default();
        output.label("RASP 0.1\nrunning example is: ");
        output.value(self.machine.example.object.to_text(&self.machine.flow) + "\n");
        output
    }

    /// What to print before the next line.
    pub fn prompt(&self) -> String {
        if !self.reader.is_continuing() {
            return ">> ".to_owned();
        }
        let definitions = self.reader.buffer().split_whitespace().filter(|&word| word == "def").count();
        format!(".. {}", "  ".repeat(definitions))
    }

    /// Whether the next line goes on with a statement that has begun.
    pub fn is_continuing(&self) -> bool {
        !self.reader.buffer().trim().is_empty()
    }

    /// Whether a line would end a statement, rightly or wrongly, rather than be only its beginning.
    pub fn would_end(&self, text: &str) -> bool {
        !matches!(crate::parse::read(text), crate::parse::Read::Unfinished)
    }

    /// Forgets a statement that has begun.
    pub fn abandon(&mut self) {
        self.reader.take();
    }

    /// Takes one line, without its line break.
    pub fn feed(&mut self, line: &str) -> Reply {
        let mut ended = false;
        match self.reader.read(line) {
            Reading::Nothing => {}
            Reading::Several => self.machine.show(&Print::Several),
            Reading::Broken { problem, text } => {
                let source = Source { name: "console".to_owned(), text };
                self.machine.output.syntax_error(&problem, &source);
            }
            Reading::Statement { statement, text } => {
                if matches!(statement.form, StatementForm::Command(Command::Exit)) {
                    ended = true;
                } else {
                    let source = Arc::new(Source { name: "console".to_owned(), text });
                    let print = self.machine.carry_out_at_top(&statement, &source);
                    self.machine.show(&print);
                    self.machine.collect();
                }
            }
        }
        let drawings = std::mem::take(&mut self.machine.drawings);
        Reply { output: std::mem::take(&mut self.machine.output), drawings, ended }
    }

    /// Every name that an expression could use now.
    pub fn names(&self) -> Vec<String> {
        self.machine.console.names().iter().map(ToString::to_string).chain(["out".to_owned()]).collect()
    }
}

impl Machine {
    fn carry_out_at_top(&mut self, statement: &Statement, source: &Arc<Source>) -> Print {
        let mut frame = self.top_frame(source);
        self.carry_out(statement, &mut frame).unwrap_or_else(|halt| Print::Fault(halt.fault))
    }

    /// Carries out a statement or a command.
    pub(crate) fn carry_out(&mut self, statement: &Statement, frame: &mut Frame) -> Eval<Print> {
        let StatementForm::Command(command) = &statement.form else {
            return Ok(match self.statement(statement, frame)? {
                Outcome::Nothing => Print::Nothing,
                Outcome::Named(named) => Print::Named(named),
                Outcome::Applied(applied) => Print::Applied(applied),
            });
        };
        match command {
            Command::SetExample(which, expr) => {
                let object = self.expression(expr, frame)?;
                if !object.is_iterable() {
                    let problem = format!("an example is text, a list or a dictionary, and this is {}", object.kind());
                    return crate::interpret::at(expr.span, Err(Fault::language(problem)));
                }
                let trial = Rc::new(Trial::new(object, &self.flow));
                if *which != Which::Selector {
                    self.example = Rc::clone(&trial);
                }
                if *which != Which::Sop {
                    self.selector_example = trial;
                }
            }
            Command::ShowExample(which) => return Ok(Print::Example(*which)),
            Command::Examples(which, on) => {
                if *which != Which::Selector {
                    self.display.sop_examples = *on;
                }
                if *which != Which::Sop {
                    self.display.selector_examples = *on;
                }
            }
            Command::FullDisplay(on) => self.display.full = *on,
            Command::Exit => {}
        }
        Ok(Print::Nothing)
    }
}
