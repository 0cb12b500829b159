//! Which names mean what, and where: environments inside environments.
//!
//! As in the reference, a closure keeps its environment and not a copy, so a global that changes later changes what the function gives.

use crate::object::Object;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// Names that no variable may have, anywhere.
pub(crate) const RESERVED: [&str; 22] = [
    "if",
    "else",
    "not",
    "and",
    "or",
    "out",
    "def",
    "return",
    "range",
    "for",
    "in",
    "zip",
    "len",
    "get",
    "tokens_asis",
    "tokens_str",
    "tokens_int",
    "tokens_bool",
    "tokens_float",
    "indices",
    "True",
    "False",
];

/// The value of the last expression has this name.
pub(crate) const OUT: &str = "out";

/// One scope.
#[derive(Debug)]
pub(crate) struct Environment {
    /// As printed with the functions defined in it: `console`, a file's path, and a `'` more for each function around it.
    pub(crate) name: Rc<str>,
    parent: Option<Rc<Environment>>,
    /// Who gets a copy of every public assignment: the loader of this file.
    importer: Option<Rc<Environment>>,
    /// Names that cannot be assigned here, because the standard library defines them; and nobody's parameter is one of them.
    constants: RefCell<FxHashMap<Arc<str>, Object>>,
    variables: RefCell<FxHashMap<Arc<str>, Object>>,
    /// The value of the last expression.
    out: RefCell<Option<Object>>,
    /// Whether a closure keeps it.
    captured: Cell<bool>,
}

/// The name is reserved.
#[derive(Debug)]
pub(crate) struct Reserved;

impl Environment {
    pub(crate) fn root(name: &str) -> Rc<Self> {
        Rc::new(Environment::new(name.into(), None, None))
    }

    /// The scope of a call or comprehension.
    pub(crate) fn nested(self: &Rc<Self>) -> Rc<Self> {
        Rc::new(Environment::new(format!("{}'", self.name).into(), Some(Rc::clone(self)), None))
    }

    /// The scope of a file, which sees `base` and exports to `importer`.
    pub(crate) fn of_file(name: &str, base: &Rc<Self>, importer: &Rc<Self>) -> Rc<Self> {
        Rc::new(Environment::new(name.into(), Some(Rc::clone(base)), Some(Rc::clone(importer))))
    }

    fn new(name: Rc<str>, parent: Option<Rc<Self>>, importer: Option<Rc<Self>>) -> Self {
        Environment {
            name,
            parent,
            importer,
            constants: RefCell::default(),
            variables: RefCell::default(),
            out: RefCell::default(),
            captured: Cell::new(false),
        }
    }

    /// A copy that later changes here do not reach.
    pub(crate) fn snapshot(&self) -> Rc<Self> {
        Rc::new(Environment {
            name: Rc::clone(&self.name),
            parent: self.parent.clone(),
            importer: self.importer.clone(),
            constants: self.constants.clone(),
            variables: self.variables.clone(),
            out: self.out.clone(),
            captured: Cell::new(false),
        })
    }

    /// Makes the variables that `is_constant` picks constants.
    pub(crate) fn freeze(&self, is_constant: impl Fn(&str) -> bool) {
        let (constants, variables): (FxHashMap<_, _>, _) = self.variables.take().into_iter().partition(|(name, _)| is_constant(name));
        self.constants.borrow_mut().extend(constants);
        self.variables.replace(variables);
    }

    pub(crate) fn get(&self, name: &str) -> Option<Object> {
        let mut scope = Some(self);
        while let Some(environment) = scope {
            let found = match name {
                OUT => environment.out.borrow().clone(),
                _ => environment.constants.borrow().get(name).or(environment.variables.borrow().get(name)).cloned(),
            };
            if found.is_some() {
                return found;
            }
            scope = environment.parent.as_deref();
        }
        None
    }

    pub(crate) fn set(&self, name: &Arc<str>, value: &Object) -> Result<(), Reserved> {
        let mut scope = Some(self);
        while let Some(environment) = scope {
            if RESERVED.contains(&&**name) || environment.constants.borrow().contains_key(name) {
                return Err(Reserved);
            }
            environment.variables.borrow_mut().insert(Arc::clone(name), value.clone());
            scope = if is_private(name) { None } else { environment.importer.as_deref() };
        }
        Ok(())
    }

    /// Defines a name that is in the language itself.
    pub(crate) fn define_base(&self, name: &str, value: Object) {
        self.constants.borrow_mut().insert(name.into(), value);
    }

    pub(crate) fn set_out(&self, value: &Object) {
        *self.out.borrow_mut() = Some(value.clone());
    }

    /// Every name that can be read here.
    pub(crate) fn names(&self) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        let mut scope = Some(self);
        while let Some(environment) = scope {
            names.extend(environment.constants.borrow().keys().cloned());
            names.extend(environment.variables.borrow().keys().cloned());
            scope = environment.parent.as_deref();
        }
        names
    }

    /// The variables of this scope, in no order.
    pub(crate) fn variables(&self) -> Vec<(Arc<str>, Object)> {
        self.variables.borrow().iter().map(|(name, value)| (Arc::clone(name), value.clone())).collect()
    }

    /// Notes that a closure keeps this environment; whether it is the first.
    pub(crate) fn capture(&self) -> bool {
        !self.captured.replace(true)
    }

    pub(crate) fn parent(&self) -> Option<&Rc<Self>> {
        self.parent.as_ref()
    }

    /// Everything that a name here stands for.
    pub(crate) fn objects(&self) -> Vec<Object> {
        let constants = self.constants.borrow();
        let variables = self.variables.borrow();
        constants.values().chain(variables.values()).chain(&*self.out.borrow()).cloned().collect()
    }

    /// Forgets everything, so that a closure and its environment do not keep each other.
    pub(crate) fn clear(&self) {
        self.constants.take();
        self.variables.take();
        self.out.take();
    }
}

/// Whether a file keeps the name to itself.
pub(crate) fn is_private(name: &str) -> bool {
    name.starts_with('_') || name == OUT
}
