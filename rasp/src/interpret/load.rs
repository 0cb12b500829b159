//! `load "path";`: a file's statements, carried out in a scope of its own, whose public names the loader gets.

use super::{Eval, Frame, Machine, Outcome, at};
use crate::diagnostic::Code;
use crate::environment::{Environment, is_private};
use crate::fault::Fault;
use crate::reader::{Reader, Reading};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Command, Statement, StatementForm};
use crate::transcript::Print;
use std::rc::Rc;
use std::sync::Arc;

impl Machine {
    pub(super) fn load(&mut self, path: &str, span: Span, frame: &Frame) -> Eval<Outcome> {
        let file = format!("{path}.rasp");
        if self.load_depth >= self.limits.load_depth {
            let problem = format!("{} files load one another here, at {file}", self.limits.load_depth);
            return at(span, Err(Fault::limit(problem).help("a file that loads itself never ends")));
        }
        let text = self.files.read(&file);
        let text = at(span, text.map_err(|why| Fault::language(format!("could not load {file}: {why}")).code(Code::CannotLoad)))?;
        let environment = Environment::of_file(path, &self.base, &frame.environment);
        if environment.capture() {
            self.captured.push(Rc::clone(&environment));
        }
        self.load_depth += 1;
        if self.batch.is_some() {
            self.load_whole(file, text, &environment);
            self.load_depth -= 1;
            return Ok(Outcome::Nothing);
        }
        let shown = (self.display.sop_examples, self.display.selector_examples);
        (self.display.sop_examples, self.display.selector_examples) = (false, false);
        self.run_file(&file, &text, &environment);
        self.show_prints();
        (self.display.sop_examples, self.display.selector_examples) = shown;
        self.load_depth -= 1;
        Ok(Outcome::Nothing)
    }

    /// Loads a file of a batch: all of its problems are found, and kept for the end.
    fn load_whole(&mut self, file: String, text: String, environment: &Rc<Environment>) {
        let source = Arc::new(Source { name: file, text });
        let problems = self.run_whole(&source, environment).problems.finish(&source.name, &source.text);
        if let Some(found) = &mut self.batch {
            found.extend(problems);
        }
    }

    /// Carries out a file, statement by statement; a statement that fails does not keep the others from running.
    fn run_file(&mut self, file: &str, text: &str, environment: &Rc<Environment>) {
        let mut reader = Reader::default();
        for line in text.lines() {
            let reading = reader.read(line);
            if !self.run_reading(reading, file, environment) {
                return;
            }
        }
        let reading = reader.finish();
        self.run_reading(reading, file, environment);
    }

    /// Whether the file goes on.
    fn run_reading(&mut self, reading: Reading, file: &str, environment: &Rc<Environment>) -> bool {
        match reading {
            Reading::Nothing => {}
            Reading::Broken { problem, text } => {
                let source = Source { name: file.to_owned(), text };
                self.output.syntax_error(&problem, &source);
            }
            Reading::Statement { statement, text } => {
                if matches!(statement.form, StatementForm::Command(Command::Exit)) {
                    return false;
                }
                let source = Arc::new(Source { name: file.to_owned(), text });
                self.run_in_file(&statement, &source, environment);
            }
            Reading::Several => self.prints.push(Print::Several),
        }
        true
    }

    fn run_in_file(&mut self, statement: &Statement, source: &Arc<Source>, environment: &Rc<Environment>) {
        let mut frame = Self::file_frame(source, environment);
        match self.carry_out(statement, &mut frame) {
            Ok(Print::Named(named)) => {
                self.prints.extend(named.into_iter().filter(|(name, _)| !is_private(name)).map(|given| Print::Named(vec![given])));
            }
            Ok(Print::Applied(_)) => {}
            Ok(other) => self.prints.push(other),
            Err(halt) => self.prints.push(Print::Fault(halt.fault)),
        }
    }
}
