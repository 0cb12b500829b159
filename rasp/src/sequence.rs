//! What a node gives on an input: sequences, stored in columns of one kind, and selector matrices, stored in bits.

use crate::atom::Atom;
use crate::fault::Fault;
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// The type of a sequence, decided by all of its values together (Weiss et al. 2021; the reference's `Sequence`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceKind {
    /// Booleans only.
    Bool,
    /// Integers, perhaps with booleans among them.
    Int,
    /// Floats, perhaps with integers and booleans among them.
    Float,
    /// Text only.
    Text,
}

/// One value per position. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sequence {
    column: Column,
}

/// Values of one kind side by side, so that an operation is one loop over numbers.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    Bools(Arc<[bool]>),
    Ints(Arc<[i64]>),
    Floats(Arc<[f64]>),
    /// Floats and integers below 2^53; true where it is an integer. Means begin like this: a single selected integer stays one.
    Numbers(Arc<[f64]>, Arc<[bool]>),
    Texts(Arc<[SmolStr]>),
    /// Every other mixture that a sequence may be, and integers beyond 64 bits.
    Atoms(Arc<[Atom]>, SequenceKind),
}

/// Integers up to here are floats without loss.
pub(crate) const EXACT: i64 = 1 << 53;

/// Whether an integer, and its sum with a float or with another, is a float without loss.
pub(crate) fn is_exact(value: i64) -> bool {
    value.unsigned_abs() < EXACT as u64
}

impl Sequence {
    pub(crate) fn new(column: Column) -> Self {
        Sequence { column }
    }

    /// A sequence of any atoms, in the column that suits them.
    ///
    /// # Errors
    /// A language fault if text and numbers are mixed.
    pub(crate) fn from_atoms(atoms: Vec<Atom>) -> Result<Self, Fault> {
        let (mut bools, mut ints, mut floats, mut texts, mut bigs) = (0, 0, 0, 0, 0);
        for atom in &atoms {
            match atom {
                Atom::Bool(_) => bools += 1,
                Atom::Int(value) => {
                    ints += 1;
                    bigs += usize::from(value.to_i64().is_none_or(|value| !is_exact(value)));
                }
                Atom::Float(_) => floats += 1,
                Atom::Text(_) => texts += 1,
            }
        }
        let len = atoms.len();
        if texts > 0 && texts < len {
            return Err(mixed(&atoms));
        }
        let as_float = |atom: &Atom| match atom {
            Atom::Float(value) => *value,
            Atom::Int(value) => value.to_i64().unwrap_or_default() as f64,
            _ => 0.0,
        };
        let column = if texts == len {
            Column::Texts(
                atoms.iter().map(|atom| if let Atom::Text(text) = atom { SmolStr::new(text) } else { SmolStr::default() }).collect(),
            )
        } else if bools == len {
            Column::Bools(atoms.iter().map(Atom::truth).collect())
        } else if floats == len {
            Column::Floats(atoms.iter().map(as_float).collect())
        } else if let (true, Some(values)) = (ints == len, atoms.iter().map(small_int).collect::<Option<Arc<[i64]>>>()) {
            Column::Ints(values)
        } else if bools == 0 && bigs == 0 {
            let is_int = atoms.iter().map(|atom| matches!(atom, Atom::Int(_))).collect();
            Column::Numbers(atoms.iter().map(as_float).collect(), is_int)
        } else {
            Column::Atoms(atoms.into(), if floats == 0 { SequenceKind::Int } else { SequenceKind::Float })
        };
        Ok(Sequence { column })
    }

    pub(crate) fn column(&self) -> &Column {
        &self.column
    }

    /// The type.
    pub fn kind(&self) -> SequenceKind {
        match &self.column {
            Column::Bools(_) => SequenceKind::Bool,
            Column::Ints(_) => SequenceKind::Int,
            Column::Floats(_) | Column::Numbers(..) => SequenceKind::Float,
            Column::Texts(_) => SequenceKind::Text,
            Column::Atoms(_, kind) => *kind,
        }
    }

    /// How many positions there are, at least one.
    #[allow(clippy::len_without_is_empty, reason = "a sequence is never empty")]
    pub fn len(&self) -> usize {
        match &self.column {
            Column::Bools(values) => values.len(),
            Column::Ints(values) => values.len(),
            Column::Floats(values) | Column::Numbers(values, _) => values.len(),
            Column::Texts(values) => values.len(),
            Column::Atoms(values, _) => values.len(),
        }
    }

    /// The value at a position.
    ///
    /// # Panics
    /// If there is no such position.
    pub fn get(&self, position: usize) -> Atom {
        match &self.column {
            Column::Bools(values) => Atom::Bool(values[position]),
            Column::Ints(values) => Atom::int(values[position]),
            Column::Numbers(values, is_int) if is_int[position] => Atom::int(values[position] as i64),
            Column::Floats(values) | Column::Numbers(values, _) => Atom::Float(values[position]),
            Column::Texts(values) => Atom::text(&values[position]),
            Column::Atoms(values, _) => values[position].clone(),
        }
    }

    /// The values, first to last.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Atom> + '_ {
        (0..self.len()).map(|position| self.get(position))
    }
}

fn small_int(atom: &Atom) -> Option<i64> {
    match atom {
        Atom::Int(value) => value.to_i64(),
        _ => None,
    }
}

fn mixed(atoms: &[Atom]) -> Fault {
    /// A message shows no more values than this.
    const MOST_SHOWN: usize = 12;
    let mut shown: Vec<String> = atoms.iter().take(MOST_SHOWN).map(Atom::python_repr).collect();
    if atoms.len() > MOST_SHOWN {
        shown.push("...".to_owned());
    }
    Fault::language(format!("a sequence holds text or numbers, and not both: ({})", shown.join(", ")))
        .help("give `aggregate` a default of the same type, and both branches of an `if` one type")
}

/// As a session shows it: `[v]*n` where all values are equal, floats to three digits.
impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::transcript::show_sequence(self))
    }
}

/// Which key positions each query position selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorMatrix {
    len: usize,
    /// Row after row, 64 columns a word.
    words: Arc<[u64]>,
}

impl SelectorMatrix {
    /// The matrix whose rows, of [`words_per_row`] each, follow one another in `words`.
    pub(crate) fn new(len: usize, words: Vec<u64>) -> Self {
        SelectorMatrix { len, words: words.into() }
    }

    /// How many rows there are, and columns; at least one.
    #[allow(clippy::len_without_is_empty, reason = "a selector has as many rows as its input has elements")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether position `query` selects position `key`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn selects(&self, query: usize, key: usize) -> bool {
        let row = query * words_per_row(self.len);
        key < self.len && self.words[row + key / 64] >> (key % 64) & 1 == 1
    }
}

/// Words of one row of a matrix.
pub(crate) fn words_per_row(len: usize) -> usize {
    len.div_ceil(64)
}

/// One line per query position, one column per key position: `1` where selected, `.` where not.
impl fmt::Display for SelectorMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for query in 0..self.len {
            let cells: Vec<&str> = (0..self.len).map(|key| if self.selects(query, key) { "1" } else { "." }).collect();
            writeln!(f, "{}", cells.join(" "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(atoms: &[Atom]) -> Option<SequenceKind> {
        Sequence::from_atoms(atoms.to_vec()).ok().map(|sequence| sequence.kind())
    }

    #[test]
    fn the_type_is_that_of_all_values_together() {
        let (yes, one, half, text) = (Atom::Bool(true), Atom::int(1), Atom::Float(0.5), Atom::text("a"));
        assert_eq!(kind(&[yes.clone(), yes.clone()]), Some(SequenceKind::Bool));
        assert_eq!(kind(&[yes.clone(), one.clone()]), Some(SequenceKind::Int));
        assert_eq!(kind(&[yes, half.clone()]), Some(SequenceKind::Float));
        assert_eq!(kind(&[one.clone(), half]), Some(SequenceKind::Float));
        assert_eq!(kind(&[text.clone(), text.clone()]), Some(SequenceKind::Text));
        assert_eq!(kind(&[text, one]), None);
    }

    #[test]
    fn every_value_keeps_its_own_kind() {
        let big = Atom::Int(num_bigint::BigInt::from(2).pow(70).into());
        let mixtures = [
            vec![Atom::int(1), Atom::Float(1.0)],
            vec![Atom::Bool(true), Atom::int(1)],
            vec![big, Atom::int(3)],
            vec![Atom::int(EXACT), Atom::Float(0.5)],
        ];
        for atoms in mixtures {
            let sequence = Sequence::from_atoms(atoms.clone()).unwrap();
            assert_eq!(format!("{:?}", sequence.iter().collect::<Vec<_>>()), format!("{atoms:?}"));
        }
    }

    #[test]
    fn a_matrix_has_a_bit_for_each_cell() {
        let matrix = SelectorMatrix::new(2, vec![0b01, 0b10]);
        assert_eq!(matrix.to_string(), "1 .\n. 1\n");
        assert!(!matrix.selects(0, 2));
    }
}
