//! Statements and expressions of the `rasp` dialect, carried out: names, functions, loops and lists are gone afterwards, and what is left
//! is the [`Flow`].
//!
//! Every s-op and selector is evaluated at once on an example (eager testing), so that a mistake is reported where it is written.

mod binding;
mod call;
mod collection;
mod expression;
mod load;
mod operator;

use crate::diagnostic::{Code, Diagnostics, closest};
use crate::draw::Drawing;
use crate::environment::{Environment, Reserved};
use crate::fault::{Fault, FaultClass};
use crate::flow::{Flow, Naming, Node, NodeId, Reading};
use crate::limits::Limits;
use crate::object::{Applied, Object};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Expr, Form, Statement, StatementForm};
use crate::transcript::{Display, Output, Print};
use crate::trial::Trial;
use std::rc::Rc;
use std::sync::Arc;

/// Reads the files that programs load.
pub trait Files {
    /// The text of a file, by the path in `load` with `.rasp` added.
    ///
    /// # Errors
    /// Why it cannot be read, in a few words.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// No files: every `load` fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<String, String> {
        Err("files cannot be loaded here".to_owned())
    }
}

/// Why a statement was not carried out, and where.
#[derive(Clone, Debug)]
pub(crate) struct Halt {
    pub(crate) fault: Fault,
    /// Where it came to light; a call of a function from another text stands for what is inside.
    pub(crate) span: Span,
    /// The calls that led there within the same text, innermost first.
    pub(crate) calls: Vec<(Span, String)>,
}

pub(crate) type Eval<T> = Result<T, Box<Halt>>;

/// What a statement gives to be shown.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Nothing,
    Named(Vec<(Arc<str>, Object)>),
    Applied(Rc<Applied>),
}

/// Where an expression is evaluated.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(super) environment: Rc<Environment>,
    /// What s-ops are tested on, if not on the session's example.
    pub(super) trial: Option<Rc<Trial>>,
    pub(super) source: Arc<Source>,
    /// Inside a function of another text: where the user's text called it.
    pub(super) site: Option<(Arc<Source>, Span)>,
}

/// The whole state of a session.
pub(crate) struct Machine {
    pub(crate) flow: Flow,
    /// Where each node was made.
    pub(crate) origins: Vec<(Arc<Source>, Span)>,
    pub(crate) limits: Limits,
    pub(crate) console: Rc<Environment>,
    pub(crate) example: Rc<Trial>,
    pub(crate) selector_example: Rc<Trial>,
    /// Whether s-ops are evaluated on an example as they are made.
    pub(crate) testing: bool,
    pub(crate) drawings: Vec<Drawing>,
    /// In a batch: the problems of loaded files. In a session these are printed.
    pub(crate) batch: Option<Vec<Diagnostics>>,
    /// What loaded files have to show, in order.
    pub(crate) prints: Vec<Print>,
    pub(crate) output: Output,
    pub(crate) display: Display,
    files: Rc<dyn Files>,
    /// What every loaded file sees.
    base: Rc<Environment>,
    /// Every position attends to every position; for `atom in s_op`.
    everywhere: NodeId,
    /// Environments that closures keep, and how many there may be before the unreachable ones are cleared.
    captured: Vec<Rc<Environment>>,
    most_captured: usize,
    steps: u64,
    calls: u64,
    call_depth: usize,
    load_depth: usize,
}

const LIBRARY: &str = include_str!("../lib/rasplib.rasp");
/// The library's name, as the reference prints it.
const LIBRARY_NAME: &str = "RASP_support/rasplib";

impl Machine {
    pub(crate) fn new(limits: Limits, files: Rc<dyn Files>) -> Self {
        let console = Environment::root("console");
        let library: Arc<Source> = Arc::new(Source { name: format!("{LIBRARY_NAME}.rasp"), text: LIBRARY.to_owned() });
        let mut flow = Flow::default();
        let mut origins = Vec::new();
        let mut add = |node: Node, name: &str| {
            origins.push((Arc::clone(&library), Span::new(0, 0)));
            flow.add(node, name, Naming::Given)
        };
        let readings = [
            ("tokens_asis", Reading::AsIs),
            ("tokens_str", Reading::Text),
            ("tokens_int", Reading::Int),
            ("tokens_float", Reading::Float),
            ("tokens_bool", Reading::Bool),
        ];
        for (name, reading) in readings {
            console.define_base(name, Object::Sop(add(Node::Tokens(reading), name)));
        }
        console.define_base("indices", Object::Sop(add(Node::Indices, "indices")));
        console.define_base("True", Object::bool(true));
        console.define_base("False", Object::bool(false));
        let one = add(Node::Constant(crate::Atom::Int(1.into())), "1");
        let everywhere = add(Node::Select { key: one, query: one, comparison: crate::Comparison::Equal }, "full average");
        let example = Rc::new(Trial::new(Object::Atom(crate::Atom::text("hello")), &flow));
        let mut machine = Machine {
            flow,
            origins,
            limits,
            base: Rc::clone(&console),
            console,
            selector_example: Rc::clone(&example),
            example,
            testing: true,
            drawings: Vec::new(),
            batch: None,
            prints: Vec::new(),
            output: Output::default(),
            display: Display::default(),
            files,
            everywhere,
            captured: Vec::new(),
            most_captured: 10_000,
            steps: 0,
            calls: 0,
            call_depth: 0,
            load_depth: 0,
        };
        machine.load_library(&library);
        machine
    }

    fn load_library(&mut self, library: &Arc<Source>) {
        let base = self.console.snapshot();
        let environment = Environment::of_file(LIBRARY_NAME, &base, &self.console);
        self.captured.push(Rc::clone(&environment));
        let mut frame = Self::file_frame(library, &environment);
        let mut problems = crate::diagnostic::Problems::default();
        for statement in &crate::parse::parse(&library.text, &mut problems) {
            self.statement(statement, &mut frame).unwrap_or_else(|halt| unreachable!("the standard library runs: {halt:?}"));
        }
        // `tokens` alone stays a variable.
        let tokens = self.console.get("tokens").expect("the standard library defines `tokens`");
        self.console.freeze(|name| name != "tokens");
        self.console.set_out(&tokens);
        self.base = self.console.snapshot();
        self.captured.push(Rc::clone(&self.base));
    }

    /// Where a statement of the user's is carried out; what earlier ones used up is forgotten.
    pub(crate) fn top_frame(&mut self, source: &Arc<Source>) -> Frame {
        self.steps = 0;
        self.calls = 0;
        self.call_depth = 0;
        self.load_depth = 0;
        let console = Rc::clone(&self.console);
        Self::file_frame(source, &console)
    }

    /// Where a file's statements are carried out.
    pub(crate) fn file_frame(source: &Arc<Source>, environment: &Rc<Environment>) -> Frame {
        Frame { environment: Rc::clone(environment), trial: None, source: Arc::clone(source), site: None }
    }

    pub(crate) fn statement(&mut self, statement: &Statement, frame: &mut Frame) -> Eval<Outcome> {
        match &statement.form {
            StatementForm::Show(expr) => {
                let value = self.expression(expr, frame)?;
                Ok(match (value, &expr.form) {
                    (Object::Applied(applied), _) => Outcome::Applied(applied),
                    (value, Form::Name(name)) => Outcome::Named(vec![(Arc::clone(name), value)]),
                    (value, _) => Outcome::Named(vec![("out".into(), value)]),
                })
            }
            StatementForm::Assign { names, values } => self.assign(names, values, frame),
            StatementForm::Draw { sop, input } => self.draw(sop, input.as_ref(), frame),
            StatementForm::Load { path } => self.load(path, statement.span, frame),
            StatementForm::Define(function) => self.define(function, frame),
            StatementForm::For { names, iterable, body } => self.repeat(names, iterable, body, frame),
            StatementForm::Command(_) => Ok(Outcome::Nothing),
        }
    }

    fn draw(&mut self, sop: &Expr, input: Option<&Expr>, frame: &mut Frame) -> Eval<Outcome> {
        let trial = match input {
            Some(input) => Rc::new(Trial::new(self.expression(input, frame)?, &self.flow)),
            None => Rc::clone(&self.example),
        };
        let outer = frame.trial.replace(Rc::clone(&trial));
        let drawn = self.expression(sop, frame);
        frame.trial = outer;
        let Object::Sop(node) = drawn? else {
            return at(sop.span, Err(Fault::language("`draw` shows how an s-op is computed, and this is none")));
        };
        let value = at(sop.span, trial.evaluate(&self.flow, node))?;
        let title = format!("{}({})", self.flow.name(node), trial.object.quoted(&self.flow));
        let items: Vec<String> = trial.object.unpack().unwrap_or_default().iter().map(|item| item.to_text(&self.flow)).collect();
        let drawing = Drawing::new(&self.flow, node, title, &items, |id| trial.evaluate(&self.flow, id));
        self.drawings.push(at(sop.span, drawing)?);
        let applied = Applied { input: trial.object.clone(), value };
        Ok(Outcome::Applied(Rc::new(applied)))
    }

    /// Makes a node.
    pub(super) fn add(&mut self, node: Node, name: &str, span: Span, frame: &Frame) -> Eval<NodeId> {
        if self.flow.len() >= self.limits.nodes {
            let most = self.limits.nodes;
            return at(span, Err(Fault::limit(format!("the session has made {most} s-ops and selectors: begin a new one"))));
        }
        self.origins.push(frame.site.clone().unwrap_or_else(|| (Arc::clone(&frame.source), span)));
        Ok(self.flow.add(node, name, Naming::Derived))
    }

    /// Makes a node that shows under its own name.
    pub(super) fn add_named(&mut self, node: Node, name: &str, span: Span, frame: &Frame) -> Eval<NodeId> {
        let id = self.add(node, name, span, frame)?;
        self.flow.rename(id, name);
        Ok(id)
    }

    /// Tries an s-op or selector out.
    pub(super) fn test(&self, value: &Object, frame: &Frame) -> Result<(), Fault> {
        let (Object::Sop(node) | Object::Selector(node)) = value else { return Ok(()) };
        match &frame.trial {
            Some(trial) => trial.check(&self.flow, *node),
            None if self.testing => self.example.check(&self.flow, *node),
            None => Ok(()),
        }
    }

    pub(super) fn count_step(&mut self) -> Result<(), Fault> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            let most = self.limits.steps;
            return Err(Fault::limit(format!("the statement has evaluated {most} expressions and is not done: it may never be")));
        }
        Ok(())
    }

    pub(super) fn check_elements(&self, elements: usize) -> Result<(), Fault> {
        if elements > self.limits.elements {
            let most = self.limits.elements;
            return Err(Fault::limit(format!("a list of {elements} elements is beyond the limit of {most}: use a shorter one")));
        }
        Ok(())
    }

    /// Clears the environments that nothing can reach any more, once there are many.
    pub(crate) fn collect(&mut self) {
        if self.captured.len() < self.most_captured {
            return;
        }
        let mut reached: rustc_hash::FxHashSet<*const Environment> = rustc_hash::FxHashSet::default();
        let mut pending = vec![Rc::clone(&self.console), Rc::clone(&self.base)];
        while let Some(environment) = pending.pop() {
            if !reached.insert(Rc::as_ptr(&environment)) {
                continue;
            }
            pending.extend(environment.parent().cloned());
            let mut objects = environment.objects();
            while let Some(object) = objects.pop() {
                match object {
                    Object::Function(closure) => pending.push(Rc::clone(&closure.environment)),
                    other => objects.extend(other.contents()),
                }
            }
        }
        let (kept, unreachable): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.captured).into_iter().partition(|environment| reached.contains(&Rc::as_ptr(environment)));
        for environment in &unreachable {
            environment.clear();
        }
        self.most_captured = (2 * kept.len()).max(10_000);
        self.captured = kept;
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for environment in self.captured.iter().chain([&self.console, &self.base]) {
            environment.clear();
        }
    }
}

/// Puts a fault at its place in the text.
pub(crate) fn at<T>(span: Span, result: Result<T, Fault>) -> Eval<T> {
    result.map_err(|fault| Box::new(Halt { fault, span, calls: Vec::new() }))
}

pub(super) fn reserved(name: &str, result: Result<(), Reserved>) -> Result<(), Fault> {
    result.map_err(|Reserved| {
        Fault::language(format!("`{name}` is a reserved name"))
            .code(Code::ReservedName)
            .help(format!("choose another, such as `my_{name}`"))
    })
}

pub(super) fn unknown(name: &str, environment: &Environment) -> Fault {
    let names = environment.names();
    let fault = Fault::new(FaultClass::Language, format!("nothing is called `{name}`")).code(Code::UnknownName);
    match closest(name, names.iter().map(|name| &**name).chain(["range", "zip", "len", "select", "aggregate", "round", "indicator"])) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None => fault,
    }
}
