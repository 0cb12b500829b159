//! What names mean: the names of the function being inlined, then the file's in the order of their definition, then the library's.
//!
//! A function sees what was defined above it, so its meaning does not depend on where it is called.

use crate::diagnostic::closest;
use crate::rasp_l::graph::NodeId;
use crate::rasp_l::library;
use crate::span::Span;
use crate::syntax::{Broken, Function, Name, Statement, StatementForm};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    Node(NodeId),
    /// By its order in the file, or beyond the file's in the library.
    Function(usize),
    /// Something already reported.
    Broken,
}

/// The names of one call.
#[derive(Debug)]
pub(super) struct Frame<'f> {
    locals: HashMap<&'f str, Binding>,
    horizon: usize,
}

impl<'f> Frame<'f> {
    /// A call that sees the first `horizon` definitions of the file.
    pub(super) fn new(horizon: usize) -> Self {
        Frame { locals: HashMap::new(), horizon }
    }

    pub(super) fn bind(&mut self, name: &'f str, binding: Binding) {
        self.locals.insert(name, binding);
    }
}

#[derive(Debug)]
struct Definition {
    order: usize,
    binding: Binding,
    span: Option<Span>,
}

#[derive(Debug)]
pub(super) struct Scope<'f> {
    functions: Vec<&'f Function>,
    /// How many definitions came before each function that is bound.
    horizons: HashMap<usize, usize>,
    globals: HashMap<&'f str, Vec<Definition>>,
    definitions: usize,
    frame: Option<Frame<'f>>,
}

impl<'f> Scope<'f> {
    pub(super) fn new(statements: &'f [Result<Statement, Broken>]) -> Self {
        let functions = statements.iter().flatten().filter_map(|statement| match &statement.form {
            StatementForm::Define(function) => Some(&**function),
            _ => None,
        });
        Scope { functions: functions.collect(), horizons: HashMap::new(), globals: HashMap::new(), definitions: 0, frame: None }
    }

    /// Gives the name a meaning, in the call being inlined or else in the file.
    pub(super) fn bind(&mut self, name: &'f Name, binding: Binding) {
        match &mut self.frame {
            Some(frame) => frame.bind(&name.text, binding),
            None => self.define(&name.text, binding, Some(name.span)),
        }
    }

    /// As [`bind`](Self::bind), for a name that something refused would give.
    pub(super) fn bind_broken(&mut self, name: &'f str) {
        match &mut self.frame {
            Some(frame) => frame.bind(name, Binding::Broken),
            None => self.define(name, Binding::Broken, None),
        }
    }

    pub(super) fn bind_function(&mut self, name: &'f Name) {
        if let Some(idx) = self.functions.iter().position(|function| function.name.span == name.span) {
            self.horizons.insert(idx, self.definitions);
            self.define(&name.text, Binding::Function(idx), Some(name.span));
        }
    }

    fn define(&mut self, name: &'f str, binding: Binding, span: Option<Span>) {
        let order = self.definitions;
        self.globals.entry(name).or_default().push(Definition { order, binding, span });
        self.definitions += 1;
    }

    pub(super) fn enter(&mut self, frame: Frame<'f>) -> Option<Frame<'f>> {
        self.frame.replace(frame)
    }

    pub(super) fn leave(&mut self, outer: Option<Frame<'f>>) {
        self.frame = outer;
    }

    /// How many definitions can be seen from here.
    pub(super) fn horizon(&self) -> usize {
        self.frame.as_ref().map_or(self.definitions, |frame| frame.horizon)
    }

    pub(super) fn horizon_of(&self, function: usize) -> usize {
        self.horizons.get(&function).copied().unwrap_or(0)
    }

    pub(super) fn function(&self, idx: usize) -> &'f Function {
        self.functions.get(idx).copied().unwrap_or_else(|| &library::functions()[idx - self.functions.len()])
    }

    /// Whether the function is the library's.
    pub(super) fn in_library(&self, idx: usize) -> bool {
        idx >= self.functions.len()
    }

    pub(super) fn find(&self, name: &str) -> Option<Binding> {
        let local = self.frame.as_ref().and_then(|frame| frame.locals.get(name)).copied();
        local.or_else(|| self.find_global(name)).or_else(|| self.find_in_library(name))
    }

    fn find_in_library(&self, name: &str) -> Option<Binding> {
        let idx = library::functions().iter().position(|function| *function.name.text == *name)?;
        Some(Binding::Function(self.functions.len() + idx))
    }

    fn find_global(&self, name: &str) -> Option<Binding> {
        let horizon = self.horizon();
        let definitions = self.globals.get(name)?;
        definitions.iter().rev().find(|definition| definition.order < horizon).map(|definition| definition.binding)
    }

    pub(super) fn first_definition(&self, name: &str) -> Option<Span> {
        self.globals.get(name)?.iter().find_map(|definition| definition.span)
    }

    /// Where a function of this name is defined, seen from here or not.
    pub(super) fn defined_anywhere(&self, name: &str) -> Option<Span> {
        self.functions.iter().find(|function| *function.name.text == *name).map(|function| function.name.span)
    }

    /// Every name of the file that is a sequence or selector in the end.
    pub(super) fn names(&self) -> Vec<(String, NodeId)> {
        let mut names: Vec<(usize, &str, NodeId)> = self
            .globals
            .iter()
            .filter_map(|(name, definitions)| match definitions.last()? {
                Definition { order, binding: Binding::Node(node), .. } => Some((*order, *name, *node)),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name, node)| (name.to_owned(), node)).collect()
    }

    pub(super) fn closest_value(&self, name: &str) -> Option<&str> {
        closest(name, self.visible(|binding| !matches!(binding, Binding::Function(_))).chain(["tokens", "indices", "True", "False"]))
    }

    pub(super) fn closest_function(&self, name: &str) -> Option<&str> {
        let functions = self.visible(|binding| matches!(binding, Binding::Function(_)));
        closest(name, functions.chain(super::builtin::Builtin::ALL.map(super::builtin::Builtin::name)))
    }

    fn visible(&self, wanted: impl Fn(Binding) -> bool) -> impl Iterator<Item = &str> {
        let locals = self.frame.iter().flat_map(|frame| frame.locals.keys().copied());
        let globals = self.globals.keys().copied();
        let library = library::functions().iter().map(|function| &*function.name.text);
        locals.chain(globals).chain(library).filter(move |name| self.find(name).is_some_and(&wanted))
    }
}
