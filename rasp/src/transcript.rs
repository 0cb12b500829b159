//! What a session prints, in the reference's own format: sequences, selectors, lists, dictionaries, functions and faults.
//!
//! Holds the formats alone; what is printed when is decided by `session` and `interpret::load`.

mod verbose;

use crate::atom::Atom;
use crate::diagnostic::Diagnostic;
use crate::evaluate::Value;
use crate::fault::{Fault, FaultClass};
use crate::flow::NodeId;
use crate::interpret::Machine;
use crate::object::{Applied, Object};
use crate::sequence::{SelectorMatrix, Sequence, SequenceKind};
use crate::source::Source;
use crate::span::Location;
use crate::syntax::Which;
use crate::trial::Trial;
use std::rc::Rc;
use std::sync::Arc;

/// How a piece of output may be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// What a value is and what it is called.
    Label,
    /// A value.
    Value,
    /// A problem.
    Error,
}

/// Text with styles, in order.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pieces: Vec<(Style, String)>,
}

impl Output {
    /// The pieces, first to last.
    pub fn pieces(&self) -> impl Iterator<Item = (Style, &str)> {
        self.pieces.iter().map(|(style, text)| (*style, text.as_str()))
    }

    /// The text without styles.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Puts more after it.
    pub fn append(&mut self, mut more: Output) {
        self.pieces.append(&mut more.pieces);
    }

    pub(crate) fn label(&mut self, text: impl AsRef<str>) {
        self.push(Style::Label, text.as_ref());
    }

    pub(crate) fn value(&mut self, text: impl AsRef<str>) {
        self.push(Style::Value, text.as_ref());
    }

    fn error(&mut self, text: impl AsRef<str>) {
        self.push(Style::Error, text.as_ref());
    }

    fn push(&mut self, style: Style, text: &str) {
        match self.pieces.last_mut() {
            Some((last, pieces)) if *last == style => pieces.push_str(text),
            _ => self.pieces.push((style, text.to_owned())),
        }
    }

    /// A statement that cannot be read.
    pub(crate) fn syntax_error(&mut self, problem: &Diagnostic, source: &Source) {
        let place = Location::find(&source.name, &source.text, problem.span().start);
        let message = std::iter::once(problem.message()).chain(problem.helps()).collect::<Vec<_>>().join("; ");
        self.error(format!("\t!! antlr exception: column {}: {message} \t-- ignoring input\n", place.column));
    }

    /// A statement without a result.
    pub(crate) fn fault(&mut self, fault: &Fault) {
        self.error(match fault.class() {
            FaultClass::Language => format!("\t\t!!ignoring input:\n\t {fault}\n"),
            FaultClass::NotCallable => format!("not implemented this command yet! ignoring: {fault}\n"),
            FaultClass::Arithmetic | FaultClass::Limit => format!("something went wrong: {fault}\n"),
        });
    }

    /// More than one statement where there can be one.
    pub(crate) fn several(&mut self) {
        self.error("something went wrong: more than one statement on a line: write each on a line of its own\n");
    }
}

/// What is shown beside a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Display {
    /// S-ops with their values on the example.
    pub(crate) sop_examples: bool,
    /// Selectors with their matrices on the example.
    pub(crate) selector_examples: bool,
    /// Sequences under their inputs, in columns.
    pub(crate) full: bool,
}

impl Default for Display {
    fn default() -> Self {
        Display { sop_examples: true, selector_examples: true, full: false }
    }
}

/// Something to be printed, now or when a file has been loaded.
#[derive(Clone, Debug)]
pub(crate) enum Print {
    Nothing,
    Named(Vec<(Arc<str>, Object)>),
    Applied(Rc<Applied>),
    Example(Which),
    Fault(Fault),
    Several,
}

impl Machine {
    /// Prints what loaded files have to show: of each name the last value only, unless something failed.
    pub(crate) fn show_prints(&mut self) {
        let prints = std::mem::take(&mut self.prints);
        let failed = prints.iter().any(|print| matches!(print, Print::Fault(_) | Print::Several));
        for (idx, print) in prints.iter().enumerate() {
            let comes_again = |name: &str| prints[idx + 1..].iter().any(|later| names(later).any(|other| other == name));
            if failed || !names(print).any(comes_again) {
                self.show(print);
            }
        }
    }

    pub(crate) fn show(&mut self, print: &Print) {
        let shown = match print {
            Print::Nothing => Ok(()),
            Print::Named(named) => named.iter().try_for_each(|(name, value)| self.named(Some(name), value, 0, "")),
            Print::Applied(applied) => {
                self.applied(applied);
                Ok(())
            }
            Print::Example(which) => {
                self.examples(*which);
                Ok(())
            }
            Print::Fault(fault) => {
                self.output.fault(fault);
                Ok(())
            }
            Print::Several => {
                self.output.several();
                Ok(())
            }
        };
        if let Err(fault) = shown {
            self.output.error(format!("\t!!statement executed, but result fails on evaluation:\n\t\t {fault}\n"));
        }
    }

    fn examples(&mut self, which: Which) {
        if which != Which::Selector {
            let example = self.example.object.quoted(&self.flow);
            self.output.label("\ts-op example: ");
            self.output.value(example + "\n");
        }
        if which != Which::Sop {
            let example = self.selector_example.object.quoted(&self.flow);
            self.output.label("\tselector example: ");
            self.output.value(example + "\n");
        }
    }

    /// What an s-op or selector gave on an input.
    fn applied(&mut self, applied: &Applied) {
        match &applied.value {
            Value::Selector(matrix) => {
                self.output.label("\t = \n");
                self.matrix(&applied.input, matrix, "");
            }
            Value::Sequence(sequence) if self.display.full => {
                self.output.label("\t = ");
                self.columns(&applied.input, sequence, "", "");
            }
            Value::Sequence(sequence) => {
                self.output.label("\t =  ");
                self.output.value(show_sequence(sequence).replace('\n', "\n\t\t\t") + "\n");
            }
        }
    }

    /// A value under its name, `tabs` deep inside others; `before` stands before an s-op, selector, list or dictionary.
    fn named(&mut self, name: Option<&str>, value: &Object, tabs: usize, before: &str) -> Result<(), Fault> {
        let indent = "\t".repeat(tabs);
        let equals = name.map_or_else(String::new, |name| format!("{name} = "));
        match value {
            Object::Sop(node) => {
                let name = name.map_or_else(|| self.flow.name(*node).to_owned(), str::to_owned);
                self.output.label(format!("{indent} {before}    s-op: {name}\n"));
                if self.display.sop_examples {
                    self.sop_example(&name, *node, &indent)?;
                }
            }
            Object::Selector(node) => {
                let name = name.map_or_else(|| self.flow.name(*node).to_owned(), str::to_owned);
                self.output.label(format!("{indent} {before}    selector: {name}\n"));
                if self.display.selector_examples {
                    self.output.label(format!("{indent} \t Example:\n"));
                    let trial = Rc::clone(&self.selector_example);
                    if let Some(Value::Selector(matrix)) = self.evaluate_shown(&trial, *node, &name)? {
                        self.matrix(&trial.object, &matrix, &indent);
                    }
                }
            }
            Object::Function(closure) => self.output.label(format!("{indent} {before}    {}\n", closure.describe())),
            Object::List(list) => {
                let head = format!("   list: {equals}");
                self.output.label(format!("{indent} {before} {head}"));
                if list.elements.iter().all(is_flat) {
                    let shown = value.repr(&self.flow);
                    self.output.value(shown + "\n");
                } else {
                    self.output.label(format!("{indent} [\n"));
                    for element in &list.elements {
                        self.named(None, element, tabs + 2, "")?;
                    }
                    self.output.label(format!("{indent}{}]\n", " ".repeat(head.chars().count() + 2)));
                }
            }
            Object::Dict(dict) => {
                let head = format!("   dict: {equals}");
                self.output.label(format!("{indent} {before} {head}"));
                if dict.entries().iter().all(|(_, element)| is_flat(element)) {
                    let shown = value.repr(&self.flow);
                    self.output.value(shown + "\n");
                } else {
                    self.output.label(format!("{indent} {{\n"));
                    for (key, element) in dict.entries() {
                        self.named(None, element, tabs + 3, &format!("{} : ", key.quoted()))?;
                    }
                    self.output.label(format!("{indent}{}}}\n", " ".repeat(head.chars().count() + 2)));
                }
            }
            Object::Atom(_) | Object::Applied(_) => {
                self.output.label(format!("{indent}    value: {equals} "));
                let shown = value.quoted(&self.flow);
                self.output.value(shown + "\n");
            }
        }
        Ok(())
    }

    fn sop_example(&mut self, name: &str, node: NodeId, indent: &str) -> Result<(), Fault> {
        let trial = Rc::clone(&self.example);
        let example = trial.object.quoted(&self.flow);
        let Some(Value::Sequence(sequence)) = self.evaluate_shown(&trial, node, name)? else { return Ok(()) };
        if self.display.full {
            self.output.label(format!("{indent} \t Example:"));
            // As in the reference, the input shown is the selectors' example.
            let input = self.selector_example.object.clone();
            self.columns(&input, &sequence, indent, &format!("{name}({example}) ="));
            return Ok(());
        }
        self.output.label(format!("{indent} \t Example: {name}("));
        self.output.value(example);
        self.output.label(") = ");
        self.output.value(show_sequence(&sequence) + "\n");
        Ok(())
    }

    /// A node's value on an example that it was not tested on; what fails is said, and the rest goes on.
    fn evaluate_shown(&mut self, trial: &Trial, node: NodeId, name: &str) -> Result<Option<Value>, Fault> {
        match trial.evaluate(&self.flow, node) {
            Ok(value) => Ok(Some(value)),
            Err(fault) if fault.class() == FaultClass::Language => Err(fault),
            Err(fault) => {
                let rule = "=".repeat(63);
                self.output.error(format!("{rule}\nevaluation failed in: [ {name} ] with exception:\n {fault}\n{rule}\n"));
                Ok(None)
            }
        }
    }

    /// A selector, one row per query position.
    fn matrix(&mut self, input: &Object, matrix: &SelectorMatrix, indent: &str) {
        let items: Vec<String> = input.unpack().unwrap_or_default().iter().map(|item| item.to_text(&self.flow)).collect();
        self.output.label(format!("{indent} \t\t\t     "));
        self.output.value(items.join(" ") + "\n");
        for (query, item) in items.iter().enumerate() {
            let cells: Vec<&str> = (0..matrix.len()).map(|key| if matrix.selects(query, key) { "1" } else { " " }).collect();
            self.output.label(format!("{indent} \t\t\t "));
            self.output.value(item);
            self.output.label(" | ");
            self.output.value(cells.join(" ") + "\n");
        }
    }
}

fn names(print: &Print) -> impl Iterator<Item = &str> {
    let named: &[(Arc<str>, Object)] = if let Print::Named(named) = print { named } else { &[] };
    named.iter().map(|(name, _)| &**name)
}

/// Whether the value fits on the line of the list that it is in.
fn is_flat(value: &Object) -> bool {
    matches!(value, Object::Atom(_) | Object::Function(_) | Object::Applied(_))
}

/// A sequence on one line: `[v]*n` where all values are equal, floats to three digits.
pub(crate) fn show_sequence(sequence: &Sequence) -> String {
    let len = sequence.len();
    let values = if len > 1 && is_uniform(sequence) {
        format!("[{}]*{len}", sequence.get(0).rounded())
    } else {
        let values: Vec<String> = sequence.iter().map(|value| value.rounded()).collect();
        format!("[{}]", values.join(", "))
    };
    format!("{values} ({}s)", kind_name(sequence.kind()))
}

fn is_uniform(sequence: &Sequence) -> bool {
    let first = sequence.get(0);
    sequence.iter().all(|value| value.python_eq(&first))
}

fn kind_name(kind: SequenceKind) -> &'static str {
    match kind {
        SequenceKind::Bool => "bool",
        SequenceKind::Int => "int",
        SequenceKind::Float => "float",
        SequenceKind::Text => "string",
    }
}

/// Python's truth of equal values: how many of the values are equal to a boolean.
fn count_equal(values: &[Atom], truth: bool) -> usize {
    values.iter().filter(|value| value.python_eq(&Atom::Bool(truth))).count()
}
