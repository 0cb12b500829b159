//! Atoms: the booleans, integers, floats and text that sequences are made of, with Python's arithmetic.

use num_bigint::BigInt;
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

/// An integer of any size; small ones are stored in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Int {
    /// One that fits.
    Small(i64),
    /// One that does not; never one that does.
    Big(Arc<BigInt>),
}

impl Atom {
    /// Text.
    pub fn text(text: &str) -> Atom {
        Atom::Text(text.into())
    }
}
