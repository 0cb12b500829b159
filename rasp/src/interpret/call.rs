//! Calls of functions, and applications of s-ops and selectors to an input.

use super::{Eval, Frame, Halt, Machine, at, reserved};
use crate::diagnostic::Code;
use crate::environment::OUT;
use crate::fault::{Fault, FaultClass};
use crate::flow::NodeId;
use crate::object::{Applied, Closure, Object};
use crate::span::Span;
use crate::syntax::Expr;
use crate::trial::Trial;
use std::rc::Rc;
use std::sync::Arc;

/// An argument longer than this is shown as `(list)` in the name of what a call gives.
const LONGEST_ARGUMENT: usize = 20;

impl Machine {
    pub(super) fn call(&mut self, callee: &Expr, arguments: &[Expr], span: Span, frame: &mut Frame) -> Eval<Object> {
        // A single argument may be an input: what is applied to it need not work on the session's example.
        let mut only = match arguments {
            [argument] => Some(self.expression(argument, frame)?),
            _ => None,
        };
        let outer = frame.trial.clone();
        if let Some(argument) = &only {
            frame.trial = Some(Rc::new(Trial::new(argument.clone(), &self.flow)));
        }
        let result = self.expression(callee, frame);
        let trial = std::mem::replace(&mut frame.trial, outer);
        let function = result?;
        // The argument comes after the callee again, so that an `out` in it is the callee, as in the reference.
        match (arguments, &only) {
            ([argument], Some(_)) if argument.mentions(OUT) => only = Some(self.expression(argument, frame)?),
            (_, Some(argument)) => frame.environment.set_out(argument),
            _ => {}
        }
        match function {
            Object::Sop(node) | Object::Selector(node) => {
                if let (Some(input), Some(trial)) = (only, trial) {
                    return self.apply(node, input, &trial, span);
                }
                let problem = format!("an s-op or selector is applied to 1 input, not {}", arguments.len());
                at(span, Err(Fault::language(problem).code(Code::WrongArity)))
            }
            Object::Function(closure) => {
                let arguments = match only {
                    Some(argument) => vec![argument],
                    None => self.expressions(arguments, frame)?,
                };
                self.call_function(&closure, &arguments, span, frame)
            }
            other => {
                let problem = format!("{} cannot be called", other.kind());
                at(span, Err(Fault::new(FaultClass::NotCallable, problem).help("only functions, s-ops and selectors can")))
            }
        }
    }

    fn apply(&self, node: NodeId, input: Object, trial: &Trial, span: Span) -> Eval<Object> {
        let value = at(span, trial.evaluate(&self.flow, node))?;
        Ok(Object::Applied(Rc::new(Applied { input, value })))
    }

    fn call_function(&mut self, closure: &Rc<Closure>, arguments: &[Object], span: Span, frame: &Frame) -> Eval<Object> {
        let function = &closure.function;
        let name = &function.name.text;
        let parameters = &function.parameters;
        if parameters.len() != arguments.len() {
            let problem = format!("`{name}` takes {} arguments, not {}", parameters.len(), arguments.len());
            let names: Vec<&str> = parameters.iter().map(|parameter| &*parameter.text).collect();
            let help = format!("call it as `{name}({})`", names.join(", "));
            return at(span, Err(Fault::language(problem).code(Code::WrongArity).help(help)));
        }
        at(span, self.count_call(name))?;
        let environment = closure.environment.nested();
        let shown: Vec<String> = arguments.iter().map(|argument| argument.describe(&self.flow, Some(LONGEST_ARGUMENT))).collect();
        for (parameter, argument) in parameters.iter().zip(arguments) {
            at(span, reserved(&parameter.text, environment.set(&parameter.text, argument)))?;
        }
        let site = if Arc::ptr_eq(&closure.source, &frame.source) {
            frame.site.clone()
        } else {
            frame.site.clone().or_else(|| Some((Arc::clone(&frame.source), span)))
        };
        let mut inner = Frame { environment, trial: None, source: Arc::clone(&closure.source), site };
        self.call_depth += 1;
        let result = self.body(closure, &mut inner);
        self.call_depth -= 1;
        let result = result.map_err(|mut halt| {
            blame_caller(&mut halt, closure, span, frame);
            halt
        })?;
        if let Object::Sop(node) | Object::Selector(node) = result {
            self.flow.rename(node, &format!("{name}({})", shown.join(" , ")));
        }
        Ok(result)
    }

    fn body(&mut self, closure: &Closure, frame: &mut Frame) -> Eval<Object> {
        for statement in &closure.function.body {
            self.statement(statement, frame)?;
        }
        let mut results = self.expressions(&closure.function.results, frame)?;
        match (results.len(), results.pop()) {
            (1, Some(result)) => Ok(result),
            (_, last) => {
                results.extend(last);
                at(closure.function.name.span, Object::list(results))
            }
        }
    }

    fn count_call(&mut self, name: &str) -> Result<(), Fault> {
        self.calls += 1;
        if self.calls > self.limits.calls {
            return Err(Fault::limit(format!("the statement has called functions {} times and is not done", self.limits.calls)));
        }
        if self.call_depth >= self.limits.call_depth {
            let problem = format!("{} calls lie inside one another here, in `{name}`", self.limits.call_depth);
            return Err(Fault::limit(problem).help("a function that calls itself must stop at some atom, and never asks an s-op when"));
        }
        Ok(())
    }
}

/// The place to blame is in the text that the user is reading: where a function of another text was called, or inside a function of this one.
fn blame_caller(halt: &mut Halt, closure: &Closure, span: Span, frame: &Frame) {
    /// A deep recursion has one line each for its last calls, not for all.
    const MOST_CALLS: usize = 3;
    let label = format!("in this call of `{}`", closure.function.name.text);
    if !Arc::ptr_eq(&closure.source, &frame.source) {
        halt.span = span;
        halt.calls = vec![(span, label)];
    } else if halt.calls.len() < MOST_CALLS {
        halt.calls.push((span, label));
    }
}
