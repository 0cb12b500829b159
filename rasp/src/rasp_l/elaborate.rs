//! Syntax tree to graph: names are looked up, functions inlined at each call, types checked.
//!
//! An expression with a problem has no node, and whatever reads it is not blamed, so each cause is reported once and all of them are reported.

mod builtin;
mod operator;
mod scope;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::rasp_l::discipline::{Bend, Profile, Rule};
use crate::rasp_l::graph::{Constant, Graph, Node, NodeId, Type};
use crate::rasp_l::symbol::Symbols;
use crate::rasp_l::syntax::{Argument, Binary, Expr, File, Form, Function, Name, Statement};
use crate::span::Span;
use operator::Operand;
use scope::{Binding, Frame, Scope};
use std::collections::BTreeSet;

/// How many expressions a program may have once its functions are inlined.
const MOST_EXPRESSIONS: usize = 1_000_000;
/// How many expressions and calls may lie on top of one another while inlining.
const DEEPEST: usize = 400;

/// A program without problems.
#[derive(Debug)]
pub(crate) struct Elaborated {
    pub(crate) graph: Graph,
    pub(crate) output: NodeId,
    /// Every top-level name of a sequence or selector, with its last meaning.
    pub(crate) names: Vec<(String, NodeId)>,
    pub(crate) symbols: Symbols,
    /// As [`ProgramLength::statements`](crate::ProgramLength) counts them.
    pub(crate) statements: usize,
    /// Where the program does what only the published profile allows.
    pub(crate) bends: Problems,
}

/// Elaborates a whole file; `None` if there were problems, then or before.
pub(crate) fn elaborate(file: &File, end_of_source: usize, profile: Profile, problems: &mut Problems) -> Option<Elaborated> {
    let mut elaborator = Elaborator {
        graph: Graph::default(),
        scope: Scope::new(&file.statements),
        problems,
        profile,
        bends: Problems::default(),
        library: None,
        symbols: Symbols::default(),
        called: BTreeSet::new(),
        calls: Vec::new(),
        expressions: 0,
        depth: 0,
    };
    let mut last = Last::Nothing;
    for statement in &file.statements {
        last = elaborator.statement(statement);
        if elaborator.exhausted() {
            break;
        }
    }
    let output = elaborator.output(&last, end_of_source)?;
    let bodies: usize = elaborator.called.iter().map(|&function| elaborator.scope.function(function).assignments.len() + 1).sum();
    let top_level = file.statements.iter().filter(|statement| match statement {
        Statement::Assign(assign) => !matches!(assign.value.form, Form::Integer(_)),
        Statement::Show(_) => true,
        Statement::Define(_) | Statement::Broken { .. } => false,
    });
    Some(Elaborated {
        output,
        names: elaborator.scope.names(),
        statements: top_level.count() + bodies,
        graph: elaborator.graph,
        symbols: elaborator.symbols,
        bends: elaborator.bends,
    })
}

/// What the statement just elaborated leaves as the program's output.
enum Last {
    Nothing,
    Broken,
    Function(Span),
    Value(NodeId, Span),
}

struct Elaborator<'f, 'p> {
    graph: Graph,
    scope: Scope<'f>,
    problems: &'p mut Problems,
    profile: Profile,
    bends: Problems,
    /// While a function of the library is inlined: where the file calls it, which stands for every place inside.
    library: Option<Span>,
    symbols: Symbols,
    /// Functions of the file that are called, by their order in it.
    called: BTreeSet<usize>,
    /// The calls being inlined, outermost first.
    calls: Vec<&'f Name>,
    expressions: usize,
    depth: usize,
}

impl<'f> Elaborator<'f, '_> {
    fn statement(&mut self, statement: &'f Statement) -> Last {
        match statement {
            Statement::Assign(assign) => {
                let value = self.expr(&assign.value).and_then(|node| self.not_sentinel((node, assign.value.span))).map(|(node, _)| node);
                let defined = match (value, &assign.value.form) {
                    (Some(node), Form::Integer(_)) => self.define_symbol(&assign.name, node),
                    _ => self.may_assign(&assign.name),
                };
                if defined {
                    self.scope.bind(&assign.name, value.map_or(Binding::Broken, Binding::Node));
                }
                value.map_or(Last::Broken, |node| Last::Value(node, assign.value.span))
            }
            Statement::Show(expr) => self.operand(expr).map(|(node, _)| node).map_or(Last::Broken, |node| Last::Value(node, expr.span)),
            Statement::Define(function) => {
                self.check_function(function);
                if self.may_define(&function.name) {
                    self.scope.bind_function(&function.name);
                }
                Last::Function(function.name.span)
            }
            Statement::Broken { name } => {
                if let Some(name) = name {
                    self.scope.bind_broken(name);
                }
                Last::Broken
            }
        }
    }

    fn define_symbol(&mut self, name: &'f Name, node: NodeId) -> bool {
        let defined = self.may_define(name);
        if defined
            && let Node::Constant(Constant::Token(token)) = self.graph.node(node)
            && let Ok(token) = i8::try_from(token)
        {
            self.symbols.define(&name.text, token, name.span);
        }
        defined
    }

    /// Whether `name` may become a sequence: it may have been one before.
    fn may_assign(&mut self, name: &'f Name) -> bool {
        let is_fixed = self.symbols.get(&name.text).is_some() || matches!(self.scope.find(&name.text), Some(Binding::Function(_)));
        if is_fixed { self.may_define(name) } else { self.not_reserved(name) }
    }

    /// Whether `name` may become a symbol or function: it must be new.
    fn may_define(&mut self, name: &'f Name) -> bool {
        if let Some(earlier) = self.scope.first_definition(&name.text) {
            self.problems.push(
                Diagnostic::new(Code::DefinedTwice, format!("`{}` is defined twice", name.text), name.span, "defined again")
                    .and(earlier, "first defined here")
                    .help("symbols and functions keep one meaning: choose another name"),
            );
            return false;
        }
        self.not_reserved(name)
    }

    fn not_reserved(&mut self, name: &Name) -> bool {
        let reserved = builtin::NAMES.contains(&name.text.as_str());
        if reserved {
            self.problems.push(
                Diagnostic::new(Code::ReservedName, format!("`{}` is built in", name.text), name.span, "cannot be redefined")
                    .help(format!("choose another name, such as `my_{}`", name.text)),
            );
        }
        !reserved
    }

    /// What can be said of a function before any call: its names.
    fn check_function(&mut self, function: &'f Function) {
        let mut frame = Frame::new(self.scope.horizon());
        for (idx, parameter) in function.parameters.iter().enumerate() {
            self.not_reserved(parameter);
            if let Some(earlier) = function.parameters[..idx].iter().find(|earlier| earlier.text == parameter.text) {
                self.problems.push(
                    Diagnostic::new(Code::DefinedTwice, format!("two parameters are called `{}`", parameter.text), parameter.span, "again")
                        .and(earlier.span, "first here")
                        .help("give each parameter its own name"),
                );
            }
            frame.bind(&parameter.text, Binding::Broken);
        }
        let outer = self.scope.enter(frame);
        for assign in &function.assignments {
            self.check_names(&assign.value, function);
            self.not_reserved(&assign.name);
            self.scope.bind(&assign.name, Binding::Broken);
        }
        self.check_names(&function.result, function);
        self.scope.leave(outer);
    }

    fn check_names(&mut self, expr: &'f Expr, function: &Function) {
        match &expr.form {
            Form::Name(name) => {
                self.find_value(name, expr.span);
            }
            Form::Call { callee, .. } if callee.text == function.name.text => self.refuse_recursion(callee, function.name.span),
            Form::Call { callee, .. } => {
                self.find_function(callee);
            }
            _ => {}
        }
        for child in expr.children() {
            self.check_names(child, function);
        }
    }

    fn expr(&mut self, expr: &'f Expr) -> Option<NodeId> {
        self.expressions += 1;
        if self.expressions > MOST_EXPRESSIONS {
            self.report(
                Diagnostic::new(
                    Code::TooLarge,
                    format!("the program has more than {MOST_EXPRESSIONS} expressions once its functions are inlined"),
                    self.calls.first().map_or(expr.span, |call| call.span),
                    "grows beyond the limit here",
                )
                .help("functions that call functions twice double at every level: call them less, or name shared values"),
            );
            return None;
        }
        self.depth += 1;
        let node = if self.depth > DEEPEST { self.too_deep(expr) } else { self.form(expr) };
        self.depth -= 1;
        node
    }

    fn form(&mut self, expr: &'f Expr) -> Option<NodeId> {
        let span = self.at(expr.span);
        match &expr.form {
            Form::Integer(value) => self.integer(*value, span),
            Form::Boolean(value) => Some(self.constant(Constant::Boolean(*value), span)),
            Form::Name(name) => self.find_value(name, span),
            Form::Negate(operand) => {
                let operand = self.operand(operand)?;
                self.negate(span, operand)
            }
            Form::Not(operand) => {
                let operand = self.operand(operand)?;
                self.not(span, operand)
            }
            Form::Binary(binary, left, right) => {
                // Both sides first, so that the problems of both are found.
                let (left, right) = (self.operand(left), self.operand(right));
                let (left, right) = (left?, right?);
                match *binary {
                    Binary::Arithmetic(arithmetic) => self.arithmetic(arithmetic, span, left, right),
                    Binary::Compare(comparison) => self.compare(comparison, span, left, right),
                    Binary::And => self.connect(true, span, left, right),
                    Binary::Or => self.connect(false, span, left, right),
                }
            }
            Form::Conditional { condition, yes, no } => {
                let (yes, condition, no) = (self.operand(yes), self.operand(condition), self.operand(no));
                self.choose(span, condition?, yes?, no?)
            }
            Form::Call { callee, arguments } => self.call(span, callee, arguments),
            Form::Broken => None,
        }
    }

    /// A value that something is done with.
    fn operand(&mut self, expr: &'f Expr) -> Option<Operand> {
        let node = self.expr(expr)?;
        self.not_sentinel((node, self.at(expr.span)))
    }

    /// Refuses a constant outside int8, which may be a default and nothing else.
    fn not_sentinel(&mut self, operand: Operand) -> Option<Operand> {
        if self.constant_of(operand).is_some_and(Constant::is_sentinel) {
            self.refuse_integer(operand.1);
            return None;
        }
        Some(operand)
    }

    fn integer(&mut self, value: i64, span: Span) -> Option<NodeId> {
        if let Ok(value) = i16::try_from(value) {
            return Some(self.constant(Constant::Token(value), span));
        }
        self.refuse_integer(span);
        None
    }

    fn refuse_integer(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::IntegerRange, "the integer is not an int8", span, "outside -128..=127")
                .note(Rule::Int8.text())
                .help("write an integer from -128 to 127"),
        );
    }

    fn constant(&mut self, constant: Constant, span: Span) -> NodeId {
        self.graph.intern(Node::Constant(constant), span)
    }

    fn call(&mut self, span: Span, callee: &'f Name, arguments: &'f [Argument]) -> Option<NodeId> {
        if let Some(builtin) = builtin::Builtin::read(&callee.text) {
            return self.call_builtin(builtin, span, callee, arguments);
        }
        let function = self.find_function(callee);
        let values: Vec<Option<NodeId>> = arguments.iter().map(|argument| self.argument(argument)).collect();
        let idx = function?;
        let function = self.scope.function(idx);
        let (wanted, given) = (function.parameters.len(), arguments.len());
        if wanted != given {
            let parameters: Vec<&str> = function.parameters.iter().map(|parameter| parameter.text.as_str()).collect();
            let signature = format!("{}({})", callee.text, parameters.join(", "));
            self.wrong_arity(callee, &signature, &wanted.to_string(), given);
            return None;
        }
        let outer_library = self.library;
        if self.scope.in_library(idx) {
            self.library = Some(span);
        } else {
            self.called.insert(idx);
        }
        let mut frame = Frame::new(self.scope.horizon_of(idx));
        for (parameter, value) in function.parameters.iter().zip(values) {
            frame.bind(&parameter.text, value.map_or(Binding::Broken, Binding::Node));
        }
        let outer = self.scope.enter(frame);
        self.calls.push(callee);
        for assign in &function.assignments {
            let value = self.expr(&assign.value);
            self.scope.bind(&assign.name, value.map_or(Binding::Broken, Binding::Node));
        }
        let result = self.expr(&function.result);
        self.calls.pop();
        self.scope.leave(outer);
        self.library = outer_library;
        result
    }

    /// An argument that must be a value.
    fn argument(&mut self, argument: &'f Argument) -> Option<NodeId> {
        match argument {
            Argument::Expr(expr) => self.expr(expr),
            Argument::Comparison(comparison, span) => {
                let symbol = comparison.symbol();
                self.report(
                    Diagnostic::new(Code::ExpectedComparison, format!("`{symbol}` alone is not a value"), *span, "an operator")
                        .help(format!("only `select(keys, queries, {symbol})` takes an operator, as its third argument")),
                );
                None
            }
        }
    }

    fn find_value(&mut self, name: &str, span: Span) -> Option<NodeId> {
        match self.scope.find(name) {
            Some(Binding::Node(node)) => Some(node),
            Some(Binding::Broken) => None,
            None if name == "tokens" => Some(self.graph.intern(Node::Tokens, span)),
            None if name == "indices" => Some(self.graph.intern(Node::Indices, span)),
            _ if self.problems.knows(Code::UnknownName, span) => None,
            found => {
                let problem = if found.is_some() || builtin::Builtin::read(name).is_some() {
                    Diagnostic::new(Code::FunctionAsValue, format!("`{name}` is a function, not a value"), span, "a function")
                        .help(format!("call it: `{name}(...)`"))
                } else {
                    let problem = Diagnostic::new(Code::UnknownName, format!("nothing is called `{name}`"), span, "unknown name");
                    match self.scope.closest_value(name) {
                        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                        None => problem.help("names are defined above their use, as in `name = expression;`"),
                    }
                };
                self.report(problem);
                None
            }
        }
    }

    fn find_function(&mut self, callee: &Name) -> Option<usize> {
        let name = &callee.text;
        let problem = match self.scope.find(name) {
            Some(Binding::Function(function)) => return Some(function),
            Some(Binding::Broken) => return None,
            None if builtin::Builtin::read(name).is_some() || self.problems.knows(Code::UnknownName, callee.span) => return None,
            None if !matches!(name.as_str(), "tokens" | "indices") => {
                if let Some(later) = self.scope.defined_anywhere(name) {
                    self.refuse_recursion(callee, later);
                    return None;
                }
                let problem =
                    Diagnostic::new(Code::UnknownName, format!("no function is called `{name}`"), callee.span, "unknown function");
                match self.scope.closest_function(name) {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem.help(format!("define it above its use: `def {name}(...) {{ return ...; }}`")),
                }
            }
            _ => Diagnostic::new(Code::NotAFunction, format!("`{name}` is not a function"), callee.span, "cannot be called")
                .help(format!("write `{name}` alone; a program is applied to its input from outside")),
        };
        self.report(problem);
        None
    }

    fn refuse_recursion(&mut self, callee: &Name, definition: Span) {
        let problem = Diagnostic::new(
            Code::Recursion,
            format!("`{}` is not defined before this call", callee.text),
            callee.span,
            "called before it is whole",
        )
        .and(definition, "defined here")
        .note(Rule::StraightLine.text())
        .help("a function can call only functions defined above it, never itself");
        self.report(problem);
    }

    fn too_deep(&mut self, expr: &Expr) -> Option<NodeId> {
        self.report(
            Diagnostic::new(
                Code::TooDeep,
                format!("more than {DEEPEST} expressions and calls lie on top of one another"),
                self.calls.first().map_or(expr.span, |call| call.span),
                "too deep",
            )
            .help("give inner values names of their own, or let functions call fewer layers of functions"),
        );
        None
    }

    fn wrong_arity(&mut self, callee: &Name, signature: &str, wanted: &str, given: usize) {
        let plural = if wanted == "1" { "" } else { "s" };
        self.report(
            Diagnostic::new(
                Code::WrongArity,
                format!("`{}` takes {wanted} argument{plural}, not {given}", callee.text),
                callee.span,
                format!("{given} given"),
            )
            .help(format!("write `{signature}`")),
        );
    }

    /// Reports a problem, and, inside a function, the call that led there.
    fn report(&mut self, problem: Diagnostic) {
        let problem = self.with_call(problem);
        self.problems.push(problem);
    }

    /// Names a place that only the published profile allows, which in the strict one is a problem.
    fn bend(&mut self, bend: Bend, problem: Diagnostic) -> Option<()> {
        let problem = self.with_call(problem.note(bend.rule().text()));
        match self.profile {
            Profile::Published => {
                self.bends.push(problem.into_warning());
                Some(())
            }
            Profile::Strict => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn with_call(&self, problem: Diagnostic) -> Diagnostic {
        let inlined = self.calls.iter().rev().find(|_| self.library.is_some());
        match (inlined, self.calls.first()) {
            (Some(callee), _) => problem.without_labels().note(format!("inside `{}`, a function of the library", callee.text)),
            (None, Some(call)) if call.span != problem.span() => problem.and(call.span, format!("in this call of `{}`", call.text)),
            _ => problem,
        }
    }

    /// Where something is in the file: inside a function of the library, where the file calls it.
    fn at(&self, span: Span) -> Span {
        self.library.unwrap_or(span)
    }

    fn exhausted(&self) -> bool {
        self.expressions > MOST_EXPRESSIONS || self.problems.full()
    }

    fn output(&mut self, last: &Last, end_of_source: usize) -> Option<NodeId> {
        let help = "end with the sequence to output: `name = expression;` or `expression;`";
        let problem = match *last {
            Last::Broken => return None,
            Last::Nothing => {
                let end = Span::new(end_of_source, end_of_source);
                Diagnostic::new(Code::NoOutput, "the program has no statements", end, "nothing to output")
            }
            Last::Function(span) => {
                Diagnostic::new(Code::NoOutput, "the program ends with a function, which is no output", span, "a function")
            }
            Last::Value(node, span) => match (self.graph.ty(node), self.graph.node(node)) {
                (Type::Selector, _) => {
                    Diagnostic::new(Code::NoOutput, "the program ends with a selector, which is no output", span, "a selector")
                        .help("aggregate values with it: `aggregate_max(selector, tokens)`")
                }
                (_, Node::Constant(_)) => Diagnostic::new(
                    Code::NoOutput,
                    "the program ends with a constant, which is no output",
                    span,
                    "the same for every input",
                ),
                _ => return Some(node),
            },
        };
        self.problems.push(problem.help(help));
        None
    }
}
