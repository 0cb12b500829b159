//! Statements that give names: assignments, loops and function definitions.

use super::{Eval, Frame, Machine, Outcome, at, reserved};
use crate::fault::Fault;
use crate::object::{Closure, Object};
use crate::syntax::{Expr, Function, Name, Statement};
use std::rc::Rc;
use std::sync::Arc;

impl Machine {
    pub(super) fn assign(&mut self, names: &[Name], values: &[Expr], frame: &mut Frame) -> Eval<Outcome> {
        let mut evaluated = self.expressions(values, frame)?;
        let value_span = values.iter().map(|value| value.span).reduce(crate::Span::to).unwrap_or(names[0].span);
        let is_list = evaluated.len() > 1;
        if let ([name], false) = (names, is_list) {
            return self.assign_one(name, evaluated.remove(0), frame).map(|given| Outcome::Named(vec![given]));
        }
        if let [name] = names {
            let list = at(value_span, Object::list(evaluated))?;
            return self.assign_one(name, list, frame).map(|given| Outcome::Named(vec![given]));
        }
        if !is_list {
            let single = evaluated.remove(0);
            let parts = single.unpack();
            let nothing_to_unpack = || Fault::arithmetic(format!("{} names cannot share {}", names.len(), single.kind()));
            evaluated = at(value_span, parts.ok_or_else(nothing_to_unpack))?;
        }
        if names.len() != evaluated.len() {
            let problem = format!("{} names cannot share {} values", names.len(), evaluated.len());
            return at(value_span, Err(Fault::language(problem)));
        }
        let given = names.iter().zip(evaluated).map(|(name, value)| self.assign_one(name, value, frame));
        given.collect::<Eval<_>>().map(Outcome::Named)
    }

    /// The name becomes that of the s-op or selector itself, in drawings and inside other things.
    fn assign_one(&mut self, name: &Name, value: Object, frame: &Frame) -> Eval<(Arc<str>, Object)> {
        if matches!(value, Object::Applied(_)) {
            let problem = "what an s-op gives on an input is no value of the language";
            return at(name.span, Err(Fault::language(problem).help("show it in a statement of its own: `s_op(\"input\");`")));
        }
        at(name.span, reserved(&name.text, frame.environment.set(&name.text, &value)))?;
        if let Object::Sop(node) | Object::Selector(node) = value {
            self.flow.rename(node, &name.text);
        }
        Ok((Arc::clone(&name.text), value))
    }

    /// Gives an element to the names of a loop or comprehension.
    pub(super) fn bind(&mut self, names: &[Name], element: &Object, frame: &Frame) -> Eval<()> {
        if let [name] = names {
            return at(name.span, reserved(&name.text, frame.environment.set(&name.text, element)));
        }
        let span = names[0].span.to(names[names.len() - 1].span);
        let Some(parts) = element.unpack() else {
            return at(span, Err(Fault::language(format!("{} names cannot share {}", names.len(), element.kind()))));
        };
        if parts.len() != names.len() {
            let shown = element.describe(&self.flow, Some(60));
            return at(span, Err(Fault::language(format!("{} names cannot share {} values: {shown}", names.len(), parts.len()))));
        }
        for (name, part) in names.iter().zip(parts) {
            at(name.span, reserved(&name.text, frame.environment.set(&name.text, &part)))?;
        }
        Ok(())
    }

    pub(super) fn repeat(&mut self, names: &[Name], iterable: &Expr, body: &[Statement], frame: &mut Frame) -> Eval<Outcome> {
        let found = self.expression(iterable, frame)?;
        let Some(elements) = found.elements() else {
            let problem = format!("`for` goes through a list or dictionary, and this is {}", found.kind());
            return at(iterable.span, Err(Fault::language(problem)));
        };
        for element in elements {
            self.bind(names, &element, frame)?;
            for statement in body {
                at(statement.span, self.count_step())?;
                self.statement(statement, frame)?;
            }
        }
        Ok(Outcome::Nothing)
    }

    pub(super) fn define(&mut self, function: &Arc<Function>, frame: &Frame) -> Eval<Outcome> {
        let environment = Rc::clone(&frame.environment);
        if environment.capture() {
            self.captured.push(Rc::clone(&environment));
        }
        let closure = Closure { function: Arc::clone(function), environment, source: Arc::clone(&frame.source) };
        let value = Object::Function(Rc::new(closure));
        let name = &function.name;
        at(name.span, reserved(&name.text, frame.environment.set(&name.text, &value)))?;
        Ok(Outcome::Named(vec![(Arc::clone(&name.text), value)]))
    }
}
