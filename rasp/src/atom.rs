//! Atoms: the booleans, integers, floats and text that sequences are made of, with Python's meaning of every operation on them.
//!
//! Python's, because the reference interpreter hands atoms to Python; its results are the measure to the last bit. Knows no sequences.

mod arithmetic;
mod equality;
mod int;
mod number;
#[cfg(test)]
mod python;
mod read;
mod text;

pub(crate) use arithmetic::{AtomLimits, binary, unary};
pub(crate) use equality::{AtomKey, compare};
pub use int::Int;
pub(crate) use read::read;

use std::fmt;
use std::sync::Arc;

/// One value of a sequence, or of a list.
#[derive(Clone, Debug)]
pub enum Atom {
    /// A truth value; in arithmetic, 1 or 0.
    Bool(bool),
    /// An integer of any size.
    Int(Int),
    /// An IEEE double.
    Float(f64),
    /// Text.
    Text(Arc<str>),
}

/// Which of the four kinds an atom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AtomKind {
    Bool,
    Int,
    Float,
    Text,
}

impl Atom {
    /// Text.
    pub fn text(text: &str) -> Atom {
        Atom::Text(text.into())
    }

    /// A small integer.
    pub(crate) fn int(value: i64) -> Atom {
        Atom::Int(Int::Small(value))
    }

    pub(crate) fn kind(&self) -> AtomKind {
        match self {
            Atom::Bool(_) => AtomKind::Bool,
            Atom::Int(_) => AtomKind::Int,
            Atom::Float(_) => AtomKind::Float,
            Atom::Text(_) => AtomKind::Text,
        }
    }

    /// False for `False`, zeros and empty text; true for all else, NaN included.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Atom::Bool(value) => *value,
            Atom::Int(value) => *value != Int::Small(0),
            Atom::Float(value) => *value != 0.0,
            Atom::Text(text) => !text.is_empty(),
        }
    }
}

/// As Python's `str` shows it: text without quotes, floats with the fewest digits that tell them apart.
impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_python_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_empty_text_are_false() {
        for atom in [Atom::Bool(false), Atom::int(0), Atom::Float(0.0), Atom::Float(-0.0), Atom::text("")] {
            assert!(!atom.truth(), "{atom:?}");
        }
        for atom in [Atom::Bool(true), Atom::int(-1), Atom::Float(f64::NAN), Atom::Float(5e-324), Atom::text("0"), Atom::text(" ")] {
            assert!(atom.truth(), "{atom:?}");
        }
    }
}
