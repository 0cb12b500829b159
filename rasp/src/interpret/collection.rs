//! Lists and dictionaries: comprehensions, `range`, `zip`, `in` and indexing.

use super::{Eval, Frame, Machine, at, unknown};
use crate::atom::Atom;
use crate::comparison::Comparison;
use crate::diagnostic::Code;
use crate::fault::Fault;
use crate::flow::{BinaryMap, Map, Node, NodeId, Operand, Table, UnaryMap};
use crate::object::Object;
use crate::span::Span;
use crate::syntax::{Expr, Form, Name};

impl Machine {
    pub(super) fn dict(&mut self, entries: &[(Expr, Expr)], span: Span, frame: &mut Frame) -> Eval<Object> {
        let mut evaluated = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            evaluated.push((self.key(key, frame)?, self.expression(value, frame)?));
        }
        at(span, Object::dict(evaluated))
    }

    fn key(&mut self, key: &Expr, frame: &mut Frame) -> Eval<Atom> {
        match self.expression(key, frame)? {
            Object::Atom(atom) => Ok(atom),
            other => at(key.span, Err(Fault::language(format!("a dictionary's keys are atoms, and this is {}", other.kind())))),
        }
    }

    pub(super) fn list_comprehension(
        &mut self,
        value: &Expr,
        names: &[Name],
        iterable: &Expr,
        span: Span,
        frame: &mut Frame,
    ) -> Eval<Object> {
        let elements = self.comprehend(names, iterable, frame, |machine, inner| machine.expression(value, inner))?;
        at(span, Object::list(elements))
    }

    pub(super) fn dict_comprehension(
        &mut self,
        (key, value): (&Expr, &Expr),
        names: &[Name],
        iterable: &Expr,
        span: Span,
        frame: &mut Frame,
    ) -> Eval<Object> {
        let entries =
            self.comprehend(names, iterable, frame, |machine, inner| Ok((machine.key(key, inner)?, machine.expression(value, inner)?)))?;
        at(span, Object::dict(entries))
    }

    /// One value for each element, in a scope of its own.
    fn comprehend<T>(
        &mut self,
        names: &[Name],
        iterable: &Expr,
        frame: &mut Frame,
        mut value: impl FnMut(&mut Self, &mut Frame) -> Eval<T>,
    ) -> Eval<Vec<T>> {
        let found = self.expression(iterable, frame)?;
        let Some(elements) = found.elements() else {
            let problem = format!("a comprehension goes through a list or dictionary, and this is {}", found.kind());
            return at(iterable.span, Err(Fault::language(problem)));
        };
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            let mut inner = Frame { environment: frame.environment.nested(), ..frame.clone() };
            self.bind(names, &element, &inner)?;
            values.push(value(self, &mut inner)?);
        }
        Ok(values)
    }

    pub(super) fn range(&self, arguments: &[Object]) -> Result<Object, Fault> {
        if arguments.len() > 3 {
            return Err(Fault::language(format!("`range` takes 1, 2 or 3 integers, not {}", arguments.len())).code(Code::WrongArity));
        }
        let mut bounds = Vec::new();
        for argument in arguments {
            let bound = match argument {
                Object::Atom(Atom::Bool(value)) => Some(i64::from(*value)),
                Object::Atom(Atom::Int(value)) => {
                    let too_large = || Fault::limit("`range` works with integers of at most 64 bits: use smaller ones");
                    Some(value.to_i64().ok_or_else(too_large)?)
                }
                _ => None,
            };
            bounds.push(bound.ok_or_else(|| Fault::language(format!("`range` takes integers, and this is {}", argument.kind())))?);
        }
        let (start, end, step) = match bounds[..] {
            [end] => (0, end, 1),
            [start, end] => (start, end, 1),
            _ => (bounds[0], bounds[1], bounds[2]),
        };
        if step == 0 {
            return Err(Fault::arithmetic("`range` cannot count in steps of 0: make the third argument positive or negative"));
        }
        let (start, end, step) = (i128::from(start), i128::from(end), i128::from(step));
        let distance = if step > 0 { end - start } else { start - end };
        let elements = if distance <= 0 { 0 } else { (distance - 1) / step.abs() + 1 };
        self.check_elements(usize::try_from(elements).unwrap_or(usize::MAX))?;
        Object::list((0..elements).map(|idx| Object::int((start + idx * step) as i64)).collect())
    }

    pub(super) fn zip(&self, arguments: &[Object]) -> Result<Object, Fault> {
        let mut lists = Vec::new();
        for (idx, argument) in arguments.iter().enumerate() {
            let Object::List(list) = argument else {
                return Err(Fault::language(format!("`zip` joins lists, and argument {} is {}", idx + 1, argument.kind())));
            };
            lists.push(list);
        }
        let len = lists.first().map_or(0, |list| list.elements.len());
        if let Some(idx) = lists.iter().position(|list| list.elements.len() != len) {
            let other = lists[idx].elements.len();
            return Err(Fault::language(format!("`zip` joins lists of one length: the first has {len}, argument {} has {other}", idx + 1)));
        }
        self.check_elements(len.saturating_mul(lists.len()))?;
        let rows = (0..len).map(|place| Object::list(lists.iter().map(|list| list.elements[place].clone()).collect()));
        Object::list(rows.collect::<Result<_, _>>()?)
    }

    /// `item in container`
    pub(super) fn contains(&mut self, item: &Object, container: &Object, written: &Expr, span: Span, frame: &Frame) -> Eval<Object> {
        match (item, container) {
            (Object::Sop(node), Object::List(list)) => {
                let atoms: Option<Vec<Atom>> = list.elements.iter().map(|element| element.atom().cloned()).collect();
                let Some(atoms) = atoms else {
                    let problem =
                        format!("an s-op can be `in` a list of atoms, and this list is {}", container.describe(&self.flow, Some(60)));
                    return at(span, Err(Fault::language(problem)));
                };
                let shown = match &written.form {
                    Form::Name(name) => name.to_string(),
                    _ => container.to_text(&self.flow),
                };
                let name = format!("{} in {shown}", self.flow.name(*node));
                Ok(Object::Sop(self.add(Node::Map(Map::In(*node, atoms.into())), &name, span, frame)?))
            }
            (Object::Sop(_), other) => {
                let problem = format!("an s-op can be `in` a list of atoms, and this is {}", other.kind());
                let help = "`in` binds more loosely than `and`, `or` and `if`: put parentheses around `x in list`";
                at(span, Err(Fault::language(problem).help(help)))
            }
            (Object::Atom(_), Object::List(list)) => Ok(Object::bool(list.elements.iter().any(|element| element.equals(item)))),
            (Object::Atom(atom), Object::Sop(node)) => {
                // The share of positions that hold the atom is above 0.
                let equal = Map::Binary(BinaryMap::Compare(Comparison::Equal), Operand::Node(*node), Operand::Atom(atom.clone()));
                let equal = self.add(Node::Map(equal), "s-op", span, frame)?;
                let hits = self.add(Node::Map(Map::Unary(UnaryMap::Indicator, equal)), "s-op", span, frame)?;
                let share = Node::Aggregate { selector: self.everywhere, value: hits, default: None };
                let share = self.add(share, "s-op", span, frame)?;
                let above = Map::Binary(BinaryMap::Compare(Comparison::Greater), Operand::Node(share), Operand::Atom(Atom::Int(0.into())));
                Ok(Object::Sop(self.add(Node::Map(above), "( s-op > 0 )", span, frame)?))
            }
            (Object::Atom(_), other) => {
                at(span, Err(Fault::language(format!("an atom can be `in` a list or an s-op, and this is {}", other.kind()))))
            }
            (other, _) => at(span, Err(Fault::language(format!("an atom or s-op can be `in` something, and this is {}", other.kind())))),
        }
    }

    /// `container[place]`
    pub(super) fn index(
        &mut self,
        (container_expr, container): (&Expr, &Object),
        (place_expr, place): (&Expr, &Object),
        span: Span,
        frame: &Frame,
    ) -> Eval<Object> {
        let table = match container {
            Object::Sop(node) => return self.index_sop(*node, place, span, frame),
            Object::List(list) => match place {
                Object::Sop(_) => {
                    let atoms: Option<Vec<Atom>> = list.elements.iter().map(|element| element.atom().cloned()).collect();
                    atoms.map(|atoms| Table::List(atoms.into()))
                }
                place => return at(span, index_list(list.elements.len(), place, "list")).map(|idx| list.elements[idx].clone()),
            },
            Object::Atom(Atom::Text(text)) => {
                let letters: Vec<char> = text.chars().collect();
                match place {
                    Object::Sop(_) => Some(Table::Text(letters.into())),
                    place => {
                        let idx = at(span, index_list(letters.len(), place, "text"))?;
                        return Ok(Object::Atom(Atom::text(letters[idx].encode_utf8(&mut [0; 4]))));
                    }
                }
            }
            Object::Dict(dict) => match place {
                Object::Sop(_) => {
                    let entries = dict.entries().iter().map(|(key, value)| Some((key.clone(), value.atom()?.clone())));
                    entries.collect::<Option<Vec<_>>>().map(|entries| Table::Dict(entries.into()))
                }
                Object::Atom(key) => {
                    let missing = || Fault::language(format!("the dictionary has no key {}", key.quoted()));
                    return at(span, dict.get(key).cloned().ok_or_else(missing));
                }
                other => return at(span, Err(Fault::language(format!("a dictionary's keys are atoms, and this is {}", other.kind())))),
            },
            other => {
                let problem = format!("only a list, a dictionary, text or an s-op can be indexed, and this is {}", other.kind());
                return at(span, Err(Fault::language(problem)));
            }
        };
        let (Some(table), Object::Sop(node)) = (table, place) else {
            return at(span, Err(Fault::language("an s-op can look up atoms only, and not everything in here is one")));
        };
        let name = format!("{}[{}]", shown_name(container_expr), shown_name(place_expr));
        Ok(Object::Sop(self.add_named(Node::Map(Map::Lookup(table, *node)), &name, span, frame)?))
    }

    /// The value at one position, everywhere.
    fn index_sop(&mut self, sop: NodeId, place: &Object, span: Span, frame: &Frame) -> Eval<Object> {
        let number = match place {
            Object::Atom(Atom::Bool(value)) => Atom::Int(i64::from(*value).into()),
            Object::Atom(atom @ Atom::Int(_)) => atom.clone(),
            other => {
                let problem = format!("an s-op is indexed with an integer, and this is {}", other.kind());
                return at(span, Err(Fault::language(problem)));
            }
        };
        let shown = place.to_text(&self.flow);
        let is_negative = matches!(&number, Atom::Int(int) if int.is_negative());
        let query = if is_negative {
            let Some(Object::Sop(length)) = frame.environment.get("length") else {
                return at(span, Err(unknown("length", &frame.environment)));
            };
            let name = format!("{}{shown}", self.flow.name(length));
            let sum = Map::Binary(BinaryMap::Add, Operand::Node(length), Operand::Atom(number));
            self.add_named(Node::Map(sum), &name, span, frame)?
        } else {
            self.sequence(&Object::Atom(number), span, frame)?
        };
        let Some(Object::Sop(key)) = frame.environment.get("indices") else { unreachable!("`indices` is in the language") };
        let select = Node::Select { key, query, comparison: Comparison::Equal };
        let selector = self.add(select, &format!("load from {shown}"), span, frame)?;
        let name = format!("{}[{shown}]", self.flow.name(sop));
        Ok(Object::Sop(self.add(Node::Aggregate { selector, value: sop, default: None }, &name, span, frame)?))
    }
}

/// The place in a list that an index means; negative ones count from the end.
fn index_list(len: usize, place: &Object, what: &str) -> Result<usize, Fault> {
    let number = match place {
        Object::Atom(Atom::Bool(value)) => Some(i64::from(*value)),
        Object::Atom(Atom::Int(value)) => value.to_i64(),
        other => return Err(Fault::language(format!("a {what} is indexed with an integer or an s-op, and this is {}", other.kind()))),
    };
    let from_start = number.and_then(|number| if number < 0 { number.checked_add(len as i64) } else { Some(number) });
    from_start.and_then(|place| usize::try_from(place).ok()).filter(|&place| place < len).ok_or_else(|| {
        let shown = number.map_or_else(|| "this".to_owned(), |number| number.to_string());
        Fault::language(format!("the {what} has {len} elements, so there is none at {shown}"))
    })
}

/// The name of a variable; anything else is called after the last result.
fn shown_name(expr: &Expr) -> &str {
    match &expr.form {
        Form::Name(name) => name,
        _ => crate::environment::OUT,
    }
}
