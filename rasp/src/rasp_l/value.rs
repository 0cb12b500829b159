//! What a program computes on one input: sequences and selector matrices.

use std::fmt;

/// One value per position of the input, all of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sequence {
    /// Tokens, which are int8, and sentinels, which are not.
    Tokens(Vec<i16>),
    /// Positions and counts.
    Indices(Vec<i32>),
    /// Truth values.
    Booleans(Vec<bool>),
}

impl Sequence {
    /// How many positions there are.
    pub fn len(&self) -> usize {
        match self {
            Sequence::Tokens(values) => values.len(),
            Sequence::Indices(values) => values.len(),
            Sequence::Booleans(values) => values.len(),
        }
    }

    /// Whether there are no positions; never so for a program's output.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Values separated by spaces; booleans as `T` and `F`.
impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = match self {
            Sequence::Tokens(values) => values.iter().map(i16::to_string).collect(),
            Sequence::Indices(values) => values.iter().map(i32::to_string).collect(),
            Sequence::Booleans(values) => values.iter().map(|&value| if value { "T" } else { "F" }.to_owned()).collect(),
        };
        f.write_str(&words.join(" "))
    }
}

/// A selector on one input: which key positions each query position attends to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SelectorMatrix {
    rows: Vec<Vec<bool>>,
}

impl SelectorMatrix {
    pub(crate) fn new(rows: Vec<Vec<bool>>) -> Self {
        SelectorMatrix { rows }
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no positions; never so for an evaluated selector.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row per query position, one truth value per key position.
    pub fn rows(&self) -> &[Vec<bool>] {
        &self.rows
    }

    /// Whether position `query` attends to position `key`; false outside the matrix.
    pub fn selects(&self, query: usize, key: usize) -> bool {
        self.rows.get(query).and_then(|row| row.get(key)).copied().unwrap_or(false)
    }
}

/// One line per query position, one column per key position: `1` where selected, `.` where not.
impl fmt::Display for SelectorMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (query, row) in self.rows.iter().enumerate() {
            if query > 0 {
                writeln!(f)?;
            }
            let cells: Vec<&str> = row.iter().map(|&cell| if cell { "1" } else { "." }).collect();
            f.write_str(&cells.join(" "))?;
        }
        Ok(())
    }
}

/// What a name stands for on one input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A sequence.
    Sequence(Sequence),
    /// A selector.
    Selector(SelectorMatrix),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Sequence(sequence) => sequence.fmt(f),
            Value::Selector(matrix) => matrix.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_a_line_of_words_or_a_grid() {
        assert_eq!(Sequence::Tokens(vec![3, -2]).to_string(), "3 -2");
        assert_eq!(Sequence::Booleans(vec![true, false]).to_string(), "T F");
        let matrix = SelectorMatrix::new(vec![vec![true, false], vec![false, true]]);
        assert_eq!(matrix.to_string(), "1 .\n. 1");
        assert!(matrix.selects(1, 1) && !matrix.selects(0, 1) && !matrix.selects(2, 0));
    }
}
