//! What a program is applied to.

use crate::atom::Atom;
use std::sync::Arc;

/// A non-empty row of items, which the `tokens` s-ops read.
#[derive(Clone, Debug)]
pub struct Input {
    items: Arc<[Item]>,
}

/// One item of an input.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Atom(Atom),
    /// A list, dictionary or other value that is no atom: it can be read as text or truth, never as itself.
    Other {
        /// As Python's `str` shows it.
        text: Arc<str>,
        truth: bool,
        /// Its Python type, such as `list`.
        type_name: &'static str,
    },
}

impl Item {
    /// As Python's `str` shows it.
    pub(crate) fn text(&self) -> String {
        match self {
            Item::Atom(atom) => atom.to_python_str(),
            Item::Other { text, .. } => text.to_string(),
        }
    }
}

impl Input {
    /// `None` if there are no items.
    pub(crate) fn from_items(items: Vec<Item>) -> Option<Input> {
        (!items.is_empty()).then(|| Input { items: items.into() })
    }

    /// One item per character; `None` if there are none.
    pub fn text(text: &str) -> Option<Input> {
        Input::from_items(text.chars().map(|c| Item::Atom(Atom::text(c.encode_utf8(&mut [0; 4])))).collect())
    }

    /// One item per atom; `None` if there are none.
    pub fn atoms(atoms: impl IntoIterator<Item = Atom>) -> Option<Input> {
        Input::from_items(atoms.into_iter().map(Item::Atom).collect())
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// How many items there are, at least one.
    #[allow(clippy::len_without_is_empty, reason = "an input is never empty")]
    pub fn len(&self) -> usize {
        self.items.len()
    }
}
