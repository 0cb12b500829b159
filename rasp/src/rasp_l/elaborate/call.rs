//! Calls: a function of the file or the library is inlined where it is called.

use super::scope::{Binding, Frame};
use super::{Elaborator, builtin};
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::graph::NodeId;
use crate::rasp_l::subset::assignment;
use crate::span::Span;
use crate::syntax::{Expr, Form};

/// The name by which a function is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callee<'f> {
    pub(super) text: &'f str,
    pub(super) span: Span,
}

/// The name that is called.
pub(super) fn named(callee: &Expr) -> Option<Callee<'_>> {
    match &callee.form {
        Form::Name(text) => Some(Callee { text, span: callee.span }),
        _ => None,
    }
}

impl<'f> Elaborator<'f, '_> {
    pub(super) fn call(&mut self, span: Span, callee: Callee<'f>, arguments: &'f [Expr]) -> Option<NodeId> {
        if let Some(builtin) = builtin::Builtin::read(callee.text) {
            return self.call_builtin(builtin, span, callee, arguments);
        }
        let function = self.find_function(callee);
        let values: Vec<Option<NodeId>> = arguments.iter().map(|argument| self.expr(argument)).collect();
        let idx = function?;
        let function = self.scope.function(idx);
        let (wanted, given) = (function.parameters.len(), arguments.len());
        if wanted != given {
            let parameters: Vec<&str> = function.parameters.iter().map(|parameter| &*parameter.text).collect();
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
        for statement in &function.body {
            if let Some((name, value)) = assignment(statement) {
                let value = self.expr(value);
                self.scope.bind(name, value.map_or(Binding::Broken, Binding::Node));
            } else {
                self.refused(statement);
            }
        }
        let result = if let [result] = &function.results[..] { self.expr(result) } else { None };
        self.calls.pop();
        self.scope.leave(outer);
        self.library = outer_library;
        result
    }

    pub(super) fn wrong_arity(&mut self, callee: Callee<'_>, signature: &str, wanted: &str, given: usize) {
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

    pub(super) fn refuse_comparison(&mut self, symbol: &str, span: Span) {
        self.report(
            Diagnostic::new(Code::ExpectedComparison, format!("`{symbol}` alone is not a value"), span, "an operator")
                .help(format!("only `select(keys, queries, {symbol})` takes an operator, as its third argument")),
        );
    }
}
