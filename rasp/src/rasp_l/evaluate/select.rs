//! Selection: which earlier positions each position attends to, without building the matrix unless it is asked for.

use crate::comparison::Comparison;
use crate::rasp_l::value::{SelectorMatrix, Sequence};

/// A selector on one input, not yet written out.
#[derive(Debug)]
pub(super) struct Selection<'v> {
    pub(super) key: &'v Sequence,
    pub(super) query: &'v Sequence,
    pub(super) comparison: Comparison,
    pub(super) len: usize,
}

impl Selection<'_> {
    /// For each position, `step` over the positions that it selects, first to last, from `start`.
    ///
    /// Position `i` selects `j` iff `j <= i` and `key[j] COMPARISON query[i]`: no position sees a later one.
    pub(super) fn fold<A: Clone>(&self, start: &A, step: impl Fn(&mut A, usize)) -> Vec<A> {
        match (self.key, self.query) {
            (Sequence::Tokens(key), Sequence::Tokens(query)) => fold(self.comparison, key, query, start, step),
            (Sequence::Indices(key), Sequence::Indices(query)) => fold(self.comparison, key, query, start, step),
            (Sequence::Booleans(key), Sequence::Booleans(query)) => fold(self.comparison, key, query, start, step),
            other => unreachable!("the elaborator checked that {other:?} are of one kind"),
        }
    }

    /// The whole matrix.
    pub(super) fn matrix(&self) -> SelectorMatrix {
        SelectorMatrix::new(self.fold(&vec![false; self.len], |row, position| row[position] = true))
    }
}

/// Chooses the comparison once, outside the loops.
fn fold<T: Ord, A: Clone>(comparison: Comparison, key: &[T], query: &[T], start: &A, step: impl Fn(&mut A, usize)) -> Vec<A> {
    match comparison {
        Comparison::Equal => rows(key, query, start, step, |key, query| key == query),
        Comparison::NotEqual => rows(key, query, start, step, |key, query| key != query),
        Comparison::Less => rows(key, query, start, step, |key, query| key < query),
        Comparison::LessOrEqual => rows(key, query, start, step, |key, query| key <= query),
        Comparison::Greater => rows(key, query, start, step, |key, query| key > query),
        Comparison::GreaterOrEqual => rows(key, query, start, step, |key, query| key >= query),
    }
}

fn rows<T, A: Clone>(key: &[T], query: &[T], start: &A, step: impl Fn(&mut A, usize), selects: impl Fn(&T, &T) -> bool) -> Vec<A> {
    query
        .iter()
        .enumerate()
        .map(|(idx, query)| {
            let mut row = start.clone();
            for (position, key) in key[..=idx].iter().enumerate() {
                if selects(key, query) {
                    step(&mut row, position);
                }
            }
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_position_selects_a_later_one() {
        let (key, query) = (Sequence::Tokens(vec![3, 1, 2]), Sequence::Tokens(vec![1, 1, 1]));
        let selection = Selection { key: &key, query: &query, comparison: Comparison::Greater, len: 3 };
        assert_eq!(selection.matrix().to_string(), "1 . .\n1 . .\n1 . 1");
    }
}
