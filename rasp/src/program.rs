//! A whole `.rasp` file of the `rasp` dialect, carried out once and evaluated on many inputs.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Problems, closest};
use crate::draw::Drawing;
use crate::environment::Environment;
use crate::evaluate::{Memo, Plan, Value};
use crate::example::{self, Claim, Tested};
use crate::fault::Fault;
use crate::flow::{Flow, NodeId};
use crate::input::{Input, Item};
use crate::interpret::{Files, Halt, Machine, NoFiles};
use crate::layers::Layers;
use crate::limits::Limits;
use crate::object::Object;
use crate::parse;
use crate::sequence::Sequence;
use crate::source::Source;
use crate::span::{Location, Span};
use crate::syntax::{Name, Statement, StatementForm};
use crate::transcript::Print;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use thiserror::Error;

/// A program of the `rasp` dialect: its named s-ops and selectors. Cheap to clone, and to be shared between threads.
///
/// ```
/// use rasp::{Input, Program, Value};
///
/// let program = Program::parse("hist.rasp", "hist = selector_width(select(tokens, tokens, ==));")?;
/// let Value::Sequence(counts) = program.evaluate("hist", &Input::text("banana").unwrap())? else { unreachable!() };
/// assert_eq!(counts.iter().map(|count| count.to_string()).collect::<Vec<_>>(), ["1", "3", "2", "3", "2", "3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Arc<Source>,
    flow: Flow,
    names: Vec<Named>,
    output: Option<NodeId>,
    /// Where each node was made.
    origins: Vec<(Arc<Source>, Span)>,
    warnings: Option<Diagnostics>,
    /// How many nodes were there before the program.
    built_in: usize,
}

#[derive(Debug)]
struct Named {
    name: String,
    node: NodeId,
    plan: OnceLock<Plan>,
}

/// Why a program gives nothing for an input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}`{sop}`: {fault}", place = .location.as_ref().map_or_else(String::new, |location| format!("{location}: ")))]
pub struct EvaluationError {
    /// The s-op that has no value.
    sop: String,
    /// Where it was made, if that is in a file.
    location: Option<Location>,
    fault: Fault,
}

impl EvaluationError {
    /// What went wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where in the program.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }
}

impl Program {
    /// Carries a program out; it cannot load files.
    ///
    /// S-ops are not tried out on an example, so a program that needs numbers is fine; what is wrong with an input comes to light on it.
    ///
    /// # Errors
    /// All problems of the text, at most 100 of them.
    pub fn parse(file_name: &str, source: &str) -> Result<Program, Diagnostics> {
        Program::with_limits(file_name, source, Limits::default(), NoFiles)
    }

    /// Carries a program out, with its own limits and files to load.
    ///
    /// # Errors
    /// All problems of the text and of the files that it loads.
    pub fn with_limits(file_name: &str, source: &str, limits: Limits, files: impl Files + 'static) -> Result<Program, Diagnostics> {
        let mut machine = Machine::new(limits, Rc::new(files));
        machine.batch = Some(Vec::new());
        machine.testing = false;
        let built_in = machine.flow.len();
        let source = Arc::new(Source { name: file_name.to_owned(), text: source.to_owned() });
        let console = Rc::clone(&machine.console);
        let ran = machine.run_whole(&source, &console);
        let loaded = machine.batch.take().unwrap_or_default();
        let warnings = ran.warnings.finish(file_name, &source.text);
        if let Some(problems) = ran.problems.finish_with(file_name, &source.text, loaded) {
            return Err(problems);
        }
        let mut names: Vec<Named> = machine
            .console
            .variables()
            .into_iter()
            .filter_map(|(name, value)| match value {
                Object::Sop(node) | Object::Selector(node) => Some(Named { name: name.to_string(), node, plan: OnceLock::new() }),
                _ => None,
            })
            .collect();
        names.sort_by(|left, right| (left.node, &left.name).cmp(&(right.node, &right.name)));
        let inner = Inner {
            source: Arc::clone(&source),
            flow: machine.flow.clone(),
            names,
            output: ran.output,
            origins: machine.origins.clone(),
            warnings,
            built_in,
        };
        Ok(Program { inner: Arc::new(inner) })
    }

    /// The file name.
    pub fn name(&self) -> &str {
        &self.inner.source.name
    }

    /// Where the reference's precedence means something other than it looks.
    pub fn warnings(&self) -> Option<&Diagnostics> {
        self.inner.warnings.as_ref()
    }

    /// The named s-ops and selectors, in the order in which they were made.
    pub fn names(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.inner.names.iter().map(|named| (named.name.as_str(), named.node))
    }

    /// The name of what the last statement gives, if that is a named s-op or selector.
    pub fn output(&self) -> Option<&str> {
        self.names().find(|&(_, node)| Some(node) == self.inner.output).map(|(name, _)| name)
    }

    /// Everything that the program has made.
    pub fn flow(&self) -> &Flow {
        &self.inner.flow
    }

    /// The node of a name.
    ///
    /// # Errors
    /// That there is none, and which was perhaps meant.
    pub fn node(&self, name: &str) -> Result<NodeId, Fault> {
        self.named(name).map(|named| named.node)
    }

    /// What a named s-op or selector gives on an input. The name's plan is made once, however many inputs there are.
    ///
    /// # Errors
    /// Which s-op of the program has no value on this input, and why; or that the name is unknown.
    pub fn evaluate(&self, name: &str, input: &Input) -> Result<Value, EvaluationError> {
        let named = self.named(name).map_err(|fault| EvaluationError { sop: name.to_owned(), location: None, fault })?;
        let plan = named.plan.get_or_init(|| Plan::new(&self.inner.flow, &[named.node]));
        let mut values = plan.evaluate(input).map_err(|failed| {
            let (source, span) = &self.inner.origins[failed.node().idx()];
            let is_built_in = failed.node().idx() < self.inner.built_in;
            EvaluationError {
                sop: self.inner.flow.name(failed.node()).to_owned(),
                location: (!is_built_in).then(|| Location::find(&source.name, &source.text, span.start)),
                fault: failed.fault().clone(),
            }
        })?;
        Ok(values.remove(0))
    }

    /// The layers and heads of a named s-op.
    ///
    /// # Errors
    /// That the name is unknown.
    pub fn layers(&self, name: &str) -> Result<Layers, Fault> {
        Ok(Layers::of(&self.inner.flow, self.node(name)?))
    }

    /// The computation flow of a named s-op on an input, as a picture.
    ///
    /// # Errors
    /// That the name is unknown or a selector's, that the s-op has no value on the input, or that the input is too long to draw.
    pub fn draw(&self, name: &str, input: &Input) -> Result<Drawing, Fault> {
        let flow = &self.inner.flow;
        let node = self.node(name)?;
        if flow.node(node).is_selector() {
            return Err(Fault::language(format!("`{name}` is a selector, and what is drawn is how an s-op is computed")));
        }
        let items: Vec<String> = input.items().iter().map(Item::text).collect();
        let shown: String = items.concat();
        let title = if items.iter().all(|item| item.chars().count() == 1) {
            format!("{name}(\"{shown}\")")
        } else {
            format!("{name}([{}])", items.join(", "))
        };
        let memo = RefCell::new(Memo::new(input.clone()));
        memo.borrow_mut().check(flow, node)?;
        Drawing::new(flow, node, title, &items, |id| memo.borrow_mut().evaluate(flow, id))
    }

    /// Runs the examples that the text carries: `#> input -> output`, the input one character a position, the output as it is shown, with or
    /// without its type. They are about what the last statement gives.
    ///
    /// # Errors
    /// Comments that begin as examples and are none of this dialect, or a program whose last statement gives nothing to be looked at.
    pub fn test(&self) -> Result<Tested, Diagnostics> {
        let (file_name, text) = (&self.inner.source.name, &self.inner.source.text);
        let mut problems = Problems::default();
        let examples = example::read(text, &mut problems);
        for example in &examples {
            let span = example.input.to(example.expected);
            if example.claim == Claim::Writes {
                problems.push(example::malformed("programs in the `rasp` dialect do not write tokens one by one", span).help("write `->`"));
            } else if example.input.start == example.input.end {
                problems.push(example::malformed("the example has no input", span));
            } else if self.output().is_none() {
                problems.push(example::malformed("the program's last statement gives no named s-op that an example could be about", span));
            }
        }
        if let Some(problems) = problems.finish(file_name, text) {
            return Err(problems);
        }
        let mut failures = Problems::default();
        let mut failed = 0;
        for example in &examples {
            let [input, expected] = [example.input, example.expected].map(|span| &text[span.start..span.end]);
            let (Some(name), Some(input)) = (self.output(), Input::text(input)) else { continue };
            let problem = match self.evaluate(name, &input) {
                Ok(Value::Sequence(found)) if is_shown_as(&found, expected) => continue,
                Ok(Value::Sequence(found)) => example::failed(example, format!("the program gives `{found}`")),
                Ok(Value::Selector(_)) => example::failed(example, "the program gives a selector"),
                Err(error) => example::failed(example, "no result").note(error.to_string()),
            };
            failed += 1;
            failures.push(problem);
        }
        Ok(Tested { examples: examples.len(), failed, failures: failures.finish(file_name, text) })
    }

    fn named(&self, name: &str) -> Result<&Named, Fault> {
        let found = self.inner.names.iter().find(|named| named.name == name);
        found.ok_or_else(|| {
            let fault = Fault::language(format!("no s-op or selector is called `{name}`")).code(Code::UnknownName);
            match closest(name, self.names().map(|(name, _)| name)) {
                Some(meant) => fault.help(format!("did you mean `{meant}`?")),
                None => fault.help(format!("there are {}", self.names().map(|(name, _)| name).collect::<Vec<_>>().join(", "))),
            }
        })
    }
}

/// Whether a sequence is shown so, with its type or without, or written out value by value where a session is shorter.
fn is_shown_as(sequence: &Sequence, expected: &str) -> bool {
    let shown = sequence.to_string();
    let values: Vec<String> = sequence.iter().map(|value| value.to_string()).collect();
    let without_type = |shown: &str| shown.rsplit_once(" (").map_or(shown, |(values, _)| values).to_owned();
    shown == expected || without_type(&shown) == expected || format!("[{}]", values.join(", ")) == without_type(expected)
}

/// Checks a program's syntax alone.
///
/// # Errors
/// All problems of the text, at most 100 of them.
pub fn check_syntax(file_name: &str, source: &str) -> Result<(), Diagnostics> {
    let mut problems = Problems::default();
    parse::parse(source, &mut problems);
    problems.finish(file_name, source).map_or(Ok(()), Err)
}

/// What carrying out a whole file left.
#[derive(Default)]
pub(crate) struct Ran {
    pub(crate) problems: Problems,
    pub(crate) warnings: Problems,
    /// The s-op or selector that the last statement gives.
    pub(crate) output: Option<NodeId>,
}

impl Machine {
    /// Carries out a whole file; a statement that fails does not keep the others from being tried, and what needs it is not blamed.
    pub(crate) fn run_whole(&mut self, source: &Arc<Source>, environment: &Rc<Environment>) -> Ran {
        let mut ran = Ran::default();
        let statements = parse::parse(&source.text, &mut ran.problems);
        for warning in parse::warnings(&source.text, &statements) {
            ran.warnings.push(warning);
        }
        // A statement that could not be read may have given any name.
        let mut is_broken = !ran.problems.is_empty();
        let mut broken: BTreeSet<Arc<str>> = BTreeSet::new();
        for statement in &statements {
            let mut frame = Self::file_frame(source, environment);
            let loaded_problems = self.batch.as_ref().map_or(0, Vec::len);
            ran.output = None;
            match self.carry_out(statement, &mut frame) {
                Ok(Print::Named(named)) => {
                    if let Some((_, Object::Sop(node) | Object::Selector(node))) = named.last() {
                        ran.output = Some(*node);
                    }
                }
                // A file with problems may have given any name.
                Ok(_) => is_broken |= self.batch.as_ref().map_or(0, Vec::len) > loaded_problems,
                Err(halt) => {
                    let given = names_given(statement);
                    is_broken |= given.is_none();
                    broken.extend(given.unwrap_or_default().iter().map(|name| Arc::clone(&name.text)));
                    let unknown = source.text[halt.span.start..halt.span.end].trim_matches(['(', ')', ' ']);
                    let is_consequence = halt.fault.diagnostic_code() == Code::UnknownName && (is_broken || broken.contains(unknown));
                    if !is_consequence {
                        ran.problems.push(diagnose(&halt));
                    }
                }
            }
        }
        ran
    }
}

/// The names that a statement would have given; `None` if nobody can say.
fn names_given(statement: &Statement) -> Option<Vec<&Name>> {
    match &statement.form {
        StatementForm::Assign { names, .. } => Some(names.iter().collect()),
        StatementForm::Define(function) => Some(vec![&function.name]),
        StatementForm::Show(_) | StatementForm::Draw { .. } | StatementForm::Command(_) => Some(Vec::new()),
        StatementForm::For { .. } | StatementForm::Load { .. } => None,
    }
}

fn diagnose(halt: &Halt) -> Diagnostic {
    let fault = &halt.fault;
    let problem = Diagnostic::new(fault.diagnostic_code(), fault.message(), halt.span, "");
    let problem = halt
        .calls
        .iter()
        .fold(problem, |problem, (span, label)| if *span == halt.span { problem.label(label) } else { problem.and(*span, label.as_str()) });
    match fault.way_out() {
        Some(help) => problem.help(help),
        None => problem,
    }
}
