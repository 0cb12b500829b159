//! What a name can stand for in a session: atoms, lists, dictionaries, functions, s-ops and selectors.

use crate::atom::{Atom, AtomKey};
use crate::environment::Environment;
use crate::evaluate::Value;
use crate::fault::Fault;
use crate::flow::{Flow, NodeId};
use crate::input::{Input, Item};
use crate::source::Source;
use crate::syntax::Function;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) enum Object {
    Atom(Atom),
    List(Rc<List>),
    Dict(Rc<Dict>),
    Function(Rc<Closure>),
    Sop(NodeId),
    Selector(NodeId),
    /// What an s-op or selector gives on an input: to be shown, and nothing else.
    Applied(Rc<Applied>),
}

/// How many lists and dictionaries may lie inside one another, so that walking them by recursion is safe.
const DEEPEST: u32 = 200;

/// A list that never changes.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) elements: Vec<Object>,
    depth: u32,
}

/// A dictionary, in order of insertion; `1`, `1.0` and `True` are one key, as in Python.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    entries: Vec<(Atom, Object)>,
    places: FxHashMap<AtomKey, usize>,
    depth: u32,
}

impl Dict {
    fn insert(&mut self, key: Atom, value: Object) {
        let next = self.entries.len();
        let place = *self.places.entry(AtomKey(key.clone())).or_insert(next);
        match self.entries.get_mut(place) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key, value)),
        }
    }

    pub(crate) fn get(&self, key: &Atom) -> Option<&Object> {
        self.places.get(&AtomKey(key.clone())).map(|&place| &self.entries[place].1)
    }

    pub(crate) fn entries(&self) -> &[(Atom, Object)] {
        &self.entries
    }
}

/// A function and the environment in which it was defined.
#[derive(Debug)]
pub(crate) struct Closure {
    pub(crate) function: Arc<Function>,
    pub(crate) environment: Rc<Environment>,
    /// The text that it was read from.
    pub(crate) source: Arc<Source>,
}

impl Closure {
    /// As printed: where it was defined, and how it is called.
    pub(crate) fn describe(&self) -> String {
        let parameters: Vec<&str> = self.function.parameters.iter().map(|name| &*name.text).collect();
        format!("{} function: {}({})", self.environment.name, self.function.name.text, parameters.join(", "))
    }
}

/// A result, and the input that it came from.
#[derive(Debug)]
pub(crate) struct Applied {
    pub(crate) input: Object,
    pub(crate) value: Value,
}

impl Object {
    /// # Errors
    /// A limit fault if lists lie too deep inside one another.
    pub(crate) fn list(elements: Vec<Object>) -> Result<Self, Fault> {
        let depth = depth_around(&elements)?;
        Ok(Object::List(Rc::new(List { elements, depth })))
    }

    /// # Errors
    /// As [`list`](Self::list).
    pub(crate) fn dict(entries: impl IntoIterator<Item = (Atom, Object)>) -> Result<Self, Fault> {
        let mut dict = Dict::default();
        for (key, value) in entries {
            dict.insert(key, value);
        }
        dict.depth = depth_around(dict.entries.iter().map(|(_, value)| value))?;
        Ok(Object::Dict(Rc::new(dict)))
    }

    pub(crate) fn int(value: i64) -> Self {
        Object::Atom(Atom::Int(value.into()))
    }

    pub(crate) fn bool(value: bool) -> Self {
        Object::Atom(Atom::Bool(value))
    }

    pub(crate) fn atom(&self) -> Option<&Atom> {
        match self {
            Object::Atom(atom) => Some(atom),
            _ => None,
        }
    }

    pub(crate) fn is_flow(&self) -> bool {
        matches!(self, Object::Sop(_) | Object::Selector(_))
    }

    /// What kind of thing it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Object::Atom(Atom::Bool(_)) => "a boolean",
            Object::Atom(Atom::Int(_)) => "an integer",
            Object::Atom(Atom::Float(_)) => "a float",
            Object::Atom(Atom::Text(_)) => "text",
            Object::List(_) => "a list",
            Object::Dict(_) => "a dictionary",
            Object::Function(_) => "a function",
            Object::Sop(_) => "an s-op",
            Object::Selector(_) => "a selector",
            Object::Applied(_) => "the result of an application",
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Object::Atom(Atom::Bool(_)) => "bool",
            Object::Atom(Atom::Int(_)) => "int",
            Object::Atom(Atom::Float(_)) => "float",
            Object::Atom(Atom::Text(_)) => "str",
            Object::List(_) => "list",
            Object::Dict(_) => "dict",
            Object::Function(_) => "function",
            Object::Sop(_) => "s-op",
            Object::Selector(_) => "selector",
            Object::Applied(_) => "result",
        }
    }

    /// Python's truth: empty things are false.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Object::Atom(atom) => atom.truth(),
            Object::List(list) => !list.elements.is_empty(),
            Object::Dict(dict) => !dict.entries.is_empty(),
            _ => true,
        }
    }

    /// Python's equality; functions, s-ops and selectors are equal to themselves alone.
    pub(crate) fn equals(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Atom(left), Object::Atom(right)) => left.python_eq(right),
            (Object::List(left), Object::List(right)) => {
                left.elements.len() == right.elements.len()
                    && left.elements.iter().zip(&right.elements).all(|(left, right)| left.equals(right))
            }
            (Object::Dict(left), Object::Dict(right)) => {
                left.entries.len() == right.entries.len()
                    && left.entries.iter().all(|(key, value)| right.get(key).is_some_and(|other| value.equals(other)))
            }
            (Object::Function(left), Object::Function(right)) => Rc::ptr_eq(left, right),
            (Object::Sop(left), Object::Sop(right)) | (Object::Selector(left), Object::Selector(right)) => left == right,
            _ => false,
        }
    }

    /// What a loop goes through: a list's elements or a dictionary's keys.
    pub(crate) fn elements(&self) -> Option<Vec<Object>> {
        match self {
            Object::List(list) => Some(list.elements.clone()),
            Object::Dict(dict) => Some(dict.entries.iter().map(|(key, _)| Object::Atom(key.clone())).collect()),
            _ => None,
        }
    }

    /// The objects inside a list or dictionary.
    pub(crate) fn contents(&self) -> Vec<Object> {
        match self {
            Object::List(list) => list.elements.clone(),
            Object::Dict(dict) => dict.entries.iter().map(|(_, value)| value.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// What several names can be given to: [`elements`](Self::elements), or the characters of a text.
    pub(crate) fn unpack(&self) -> Option<Vec<Object>> {
        match self {
            Object::Atom(Atom::Text(text)) => Some(text.chars().map(|c| Object::Atom(Atom::text(c.encode_utf8(&mut [0; 4])))).collect()),
            _ => self.elements(),
        }
    }

    /// Whether it can be an input or example, if it is not empty.
    pub(crate) fn is_iterable(&self) -> bool {
        matches!(self, Object::Atom(Atom::Text(_)) | Object::List(_) | Object::Dict(_))
    }

    /// The input that it makes, if it is not empty and can be iterated.
    pub(crate) fn input(&self, flow: &Flow) -> Option<Input> {
        let item = |object: Object| match object {
            Object::Atom(atom) => Item::Atom(atom),
            other => Item::Other { text: other.to_text(flow).into(), truth: other.truth(), type_name: other.type_name() },
        };
        Input::from_items(self.unpack()?.into_iter().map(item).collect())
    }

    /// As Python's `str` would show it: text without quotes.
    pub(crate) fn to_text(&self, flow: &Flow) -> String {
        match self {
            Object::Atom(atom) => atom.to_python_str(),
            other => other.repr(flow),
        }
    }

    /// As Python's `repr` would show it: text in single quotes. S-ops and functions by their names.
    pub(crate) fn repr(&self, flow: &Flow) -> String {
        match self {
            Object::Atom(atom) => atom.python_repr(),
            Object::List(list) => {
                let elements: Vec<String> = list.elements.iter().map(|element| element.repr(flow)).collect();
                format!("[{}]", elements.join(", "))
            }
            Object::Dict(dict) => {
                let entries: Vec<String> =
                    dict.entries.iter().map(|(key, value)| format!("{}: {}", key.python_repr(), value.repr(flow))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Object::Function(closure) => closure.describe(),
            Object::Sop(id) | Object::Selector(id) => flow.name(*id).to_owned(),
            Object::Applied(_) => "the result of an application".to_owned(),
        }
    }

    /// As the language writes it: text in double quotes.
    pub(crate) fn quoted(&self, flow: &Flow) -> String {
        match self {
            Object::Atom(atom) => atom.quoted(),
            other => other.repr(flow),
        }
    }

    /// As it stands in the name of something made from it: s-ops by name, text in double quotes, long lists as `(list)`.
    pub(crate) fn describe(&self, flow: &Flow, longest: Option<usize>) -> String {
        let shorten = |text: String, short: &str| match longest {
            Some(longest) if text.chars().count() > longest => short.to_owned(),
            _ => text,
        };
        match self {
            Object::List(list) => {
                let elements: Vec<String> = list.elements.iter().map(|element| element.describe(flow, None)).collect();
                shorten(format!("[{}]", elements.join(", ")), "(list)")
            }
            Object::Dict(dict) => {
                let entries: Vec<String> =
                    dict.entries.iter().map(|(key, value)| format!("{}: {}", key.quoted(), value.describe(flow, None))).collect();
                shorten(format!("{{{}}}", entries.join(", ")), "(dict)")
            }
            other => other.quoted(flow),
        }
    }
}

/// One more than the deepest of the elements.
fn depth_around<'o>(elements: impl IntoIterator<Item = &'o Object>) -> Result<u32, Fault> {
    let inside = elements.into_iter().map(|element| match element {
        Object::List(list) => list.depth,
        Object::Dict(dict) => dict.depth,
        _ => 0,
    });
    match inside.max().unwrap_or(0) + 1 {
        depth if depth > DEEPEST => Err(Fault::limit(format!("more than {DEEPEST} lists lie inside one another: build flatter lists"))),
        depth => Ok(depth),
    }
}
