//! What may be named, and what a name stands for.

use super::call::{Callee, named};
use super::scope::{Binding, Frame};
use super::{Elaborator, builtin};
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline::Rule;
use crate::rasp_l::graph::{Node, NodeId};
use crate::rasp_l::subset::{self, Lack, assignment};
use crate::span::Span;
use crate::syntax::{Expr, Form, Function, Name};

impl<'f> Elaborator<'f, '_> {
    /// Whether `name` may become a sequence: it may have been one before.
    pub(super) fn may_assign(&mut self, name: &'f Name) -> bool {
        let is_fixed = self.symbols.get(&name.text).is_some() || matches!(self.scope.find(&name.text), Some(Binding::Function(_)));
        if is_fixed { self.may_define(name) } else { self.not_reserved(name) }
    }

    /// Whether `name` may become a symbol or function: it must be new.
    pub(super) fn may_define(&mut self, name: &'f Name) -> bool {
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
        let reserved = builtin::NAMES.contains(&&*name.text);
        if reserved {
            self.problems.push(
                Diagnostic::new(Code::ReservedName, format!("`{}` is built in", name.text), name.span, "cannot be redefined")
                    .help(format!("choose another name, such as `my_{}`", name.text)),
            );
        }
        !reserved
    }

    /// What can be said of a function before any call: its names.
    pub(super) fn check_function(&mut self, function: &'f Function) {
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
        for statement in &function.body {
            let Some((name, value)) = assignment(statement) else {
                self.refused(statement);
                continue;
            };
            self.check_names(value, function);
            self.not_reserved(name);
            self.scope.bind(name, Binding::Broken);
        }
        for result in &function.results {
            self.check_names(result, function);
        }
        self.scope.leave(outer);
    }

    fn check_names(&mut self, expr: &'f Expr, function: &Function) {
        match &expr.form {
            _ if Lack::of(expr).is_some() => {}
            Form::Name(name) => {
                if truth(name).is_none() {
                    self.find_value(name, expr.span);
                }
            }
            Form::Call { callee, arguments } => {
                if let Some(callee) = named(callee) {
                    if *callee.text == *function.name.text {
                        self.refuse_recursion(callee, function.name.span);
                    } else {
                        self.find_function(callee);
                    }
                }
                for argument in arguments {
                    self.check_names(argument, function);
                }
            }
            _ => {
                for child in expr.children() {
                    self.check_names(child, function);
                }
            }
        }
    }

    pub(super) fn find_value(&mut self, name: &str, span: Span) -> Option<NodeId> {
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

    pub(super) fn find_function(&mut self, callee: Callee<'_>) -> Option<usize> {
        let name = callee.text;
        let problem = match self.scope.find(name) {
            Some(Binding::Function(function)) => return Some(function),
            Some(Binding::Broken) => return None,
            None if builtin::Builtin::read(name).is_some() || self.problems.knows(Code::UnknownName, callee.span) => return None,
            None if !matches!(name, "tokens" | "indices") && truth(name).is_none() => {
                if let Some(later) = self.scope.defined_anywhere(name) {
                    self.refuse_recursion(callee, later);
                    return None;
                }
                if let Some(problem) = subset::foreign_function(name, callee.span) {
                    self.report(problem);
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

    fn refuse_recursion(&mut self, callee: Callee<'_>, definition: Span) {
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
}

/// The truth value of this name.
pub(super) fn truth(name: &str) -> Option<bool> {
    match name {
        "True" => Some(true),
        "False" => Some(false),
        _ => None,
    }
}
