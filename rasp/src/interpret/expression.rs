//! One expression to one object.

use super::{Eval, Frame, Machine, at, unknown};
use crate::atom::Atom;
use crate::fault::Fault;
use crate::flow::{Map, Node, NodeId};
use crate::object::Object;
use crate::span::Span;
use crate::syntax::{Expr, Form};

/// Stack to have left before going deeper, and how much to take when there is less.
const RED_ZONE: usize = 128 * 1024;
const STACK_CHUNK: usize = 4 * 1024 * 1024;

impl Machine {
    /// Evaluates an expression, tests it if it is an s-op or selector, and remembers it as `out`.
    pub(crate) fn expression(&mut self, expr: &Expr, frame: &mut Frame) -> Eval<Object> {
        at(expr.span, self.count_step())?;
        let value = stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || self.form(expr, frame))?;
        at(expr.span, self.test(&value, frame))?;
        if !matches!(value, Object::Applied(_)) {
            frame.environment.set_out(&value);
        }
        Ok(value)
    }

    pub(super) fn expressions(&mut self, exprs: &[Expr], frame: &mut Frame) -> Eval<Vec<Object>> {
        exprs.iter().map(|expr| self.expression(expr, frame)).collect()
    }

    fn form(&mut self, expr: &Expr, frame: &mut Frame) -> Eval<Object> {
        let span = expr.span;
        match &expr.form {
            Form::Integer(value) => Ok(Object::Atom(Atom::Int(value.clone().into()))),
            Form::Float(value) => Ok(Object::Atom(Atom::Float(*value))),
            Form::Text(text) => Ok(Object::Atom(Atom::Text(text.clone()))),
            Form::Name(name) => at(span, frame.environment.get(name).ok_or_else(|| unknown(name, &frame.environment))),
            Form::Comparison(comparison) => at(span, Err(Fault::language(format!("`{}` alone is not a value", comparison.symbol())))),
            Form::List(elements) => {
                let elements = self.expressions(elements, frame)?;
                at(span, Object::list(elements))
            }
            Form::Dict(entries) => self.dict(entries, span, frame),
            Form::ListComprehension { value, names, iterable } => self.list_comprehension(value, names, iterable, span, frame),
            Form::DictComprehension { key, value, names, iterable } => self.dict_comprehension((key, value), names, iterable, span, frame),
            Form::Unary(unary, operand) => {
                let operand = self.expression(operand, frame)?;
                self.unary(*unary, &operand, span, frame)
            }
            Form::Binary(binary, left, right) => {
                let left = self.expression(left, frame)?;
                let right = self.expression(right, frame)?;
                self.binary(*binary, &left, &right, span, frame)
            }
            Form::In(item, container) => {
                let item = self.expression(item, frame)?;
                let found = self.expression(container, frame)?;
                self.contains(&item, &found, container, span, frame)
            }
            Form::Conditional { condition, yes, no } => {
                let condition = self.expression(condition, frame)?;
                if !condition.is_flow() {
                    return self.expression(if condition.truth() { yes } else { no }, frame);
                }
                let yes = self.expression(yes, frame)?;
                let no = self.expression(no, frame)?;
                self.choose(&condition, &yes, &no, span, frame)
            }
            Form::Select { key, query, comparison } => {
                let key = self.expression(key, frame)?;
                let query = self.expression(query, frame)?;
                let key = self.sequence(&key, span, frame)?;
                let query = self.sequence(&query, span, frame)?;
                let node = Node::Select { key, query, comparison: *comparison };
                Ok(Object::Selector(self.add(node, "plain select", span, frame)?))
            }
            Form::Aggregate { selector, value, default } => {
                let selector = self.expression(selector, frame)?;
                let value = self.expression(value, frame)?;
                let default = default.as_ref().map(|default| self.expression(default, frame)).transpose()?;
                self.aggregate(&selector, &value, default, span, frame)
            }
            Form::Range(arguments) => {
                let arguments = self.expressions(arguments, frame)?;
                at(span, self.range(&arguments))
            }
            Form::Zip(arguments) => {
                let arguments = self.expressions(arguments, frame)?;
                at(span, self.zip(&arguments))
            }
            Form::Len(list) => match self.expression(list, frame)? {
                Object::List(list) => Ok(Object::int(list.elements.len() as i64)),
                other => at(span, Err(Fault::language(format!("`len` counts the elements of a list, and this is {}", other.kind())))),
            },
            Form::Index(container, index) => {
                let found = self.expression(container, frame)?;
                let place = self.expression(index, frame)?;
                self.index((container, &found), (index, &place), span, frame)
            }
            Form::Call { callee, arguments } => self.call(callee, arguments, span, frame),
        }
    }

    fn choose(&mut self, condition: &Object, yes: &Object, no: &Object, span: Span, frame: &Frame) -> Eval<Object> {
        let condition = self.sequence(condition, span, frame)?;
        let (yes, no) = (self.sequence(yes, span, frame)?, self.sequence(no, span, frame)?);
        let name = format!("{} if {} else {}", self.flow.name(yes), self.flow.name(condition), self.flow.name(no));
        Ok(Object::Sop(self.add(Node::Map(Map::Where { condition, yes, no }), &name, span, frame)?))
    }

    fn aggregate(&mut self, selector: &Object, value: &Object, default: Option<Object>, span: Span, frame: &Frame) -> Eval<Object> {
        let Object::Selector(selector) = *selector else {
            let problem = format!("`aggregate` takes a selector first, and this is {}", selector.kind());
            return at(span, Err(Fault::language(problem).help("make one with `select(keys, queries, ==)`")));
        };
        let default = match default {
            None => None,
            Some(Object::Atom(atom)) => Some(atom),
            Some(other) => {
                let problem = format!("the default of `aggregate` is an atom, and this is {}", other.kind());
                return at(span, Err(Fault::language(problem).help("write a number, text, True or False")));
            }
        };
        let value = self.sequence(value, span, frame)?;
        Ok(Object::Sop(self.add(Node::Aggregate { selector, value, default }, "s-op", span, frame)?))
    }

    /// The s-op itself, or the s-op that is this atom everywhere.
    pub(super) fn sequence(&mut self, object: &Object, span: Span, frame: &Frame) -> Eval<NodeId> {
        match object {
            Object::Sop(node) => Ok(*node),
            Object::Atom(atom) => self.add(Node::Constant(atom.clone()), &atom.to_python_str(), span, frame),
            other => at(span, Err(Fault::language(format!("a sequence holds booleans, numbers or text, and not {}", other.kind())))),
        }
    }
}
