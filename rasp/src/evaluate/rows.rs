//! A selector row by row, 64 cells a word: for what [`moments`](super::moments) cannot sum, and for showing matrices.
//!
//! A comparison that a cell cannot answer, such as text against a number, is a fault only where the reference would ask it: `a and b` asks
//! `b` where `a` selects. So each row has a word of faults beside each word of cells.

use super::dimension::{self, Classes, Ranks};
use crate::atom;
use crate::comparison::Comparison;
use crate::fault::Fault;
use crate::flow::{Flow, Node, NodeId};
use crate::sequence::{SelectorMatrix, Sequence, words_per_row};

/// A selector on one input, ready to give its rows.
pub(super) struct Rows<'s> {
    len: usize,
    /// The selector and the selectors that it is made of, inputs first.
    parts: Vec<(NodeId, Part<'s>)>,
    cells: Vec<Vec<u64>>,
    faults: Vec<Vec<u64>>,
    can_fault: bool,
}

enum Part<'s> {
    Equal {
        classes: Classes,
        negated: bool,
    },
    Below {
        ranks: Ranks,
        comparison: Comparison,
    },
    /// Values whose comparison may fault, or of which some are not equal to themselves.
    Slow {
        key: &'s Sequence,
        query: &'s Sequence,
        comparison: Comparison,
    },
    Not(usize),
    And(usize, usize),
    Or(usize, usize),
}

impl<'s> Rows<'s> {
    pub(super) fn new(flow: &Flow, selector: NodeId, sequence: &impl Fn(NodeId) -> &'s Sequence, len: usize) -> Self {
        let mut parts: Vec<(NodeId, Part<'s>)> = Vec::new();
        for id in flow.selectors_of(selector) {
            let place = |part: NodeId| parts.binary_search_by_key(&part, |(id, _)| *id).expect("inputs come before what reads them");
            let part = match *flow.node(id) {
                Node::Select { key, query, comparison } => compare(sequence(key), sequence(query), comparison),
                Node::NotSelector(inner) => Part::Not(place(inner)),
                Node::AndSelectors(left, right) => Part::And(place(left), place(right)),
                Node::OrSelectors(left, right) => Part::Or(place(left), place(right)),
                _ => continue,
            };
            parts.push((id, part));
        }
        let can_fault = parts.iter().any(|(_, part)| matches!(part, Part::Slow { .. }));
        let words = words_per_row(len);
        let cells = vec![vec![0; words]; parts.len()];
        let faults = vec![vec![0; words]; if can_fault { parts.len() } else { 0 }];
        Rows { len, parts, cells, faults, can_fault }
    }

    /// The cells of one row; bits beyond the last column are 0.
    ///
    /// # Errors
    /// The fault of the first cell without an answer.
    pub(super) fn row(&mut self, query: usize) -> Result<&[u64], Fault> {
        for part in 0..self.parts.len() {
            let (before, rest) = self.cells.split_at_mut(part);
            fill(&self.parts[part].1, query, before, &mut rest[0], self.len);
            if self.can_fault {
                let (before_faults, rest_faults) = self.faults.split_at_mut(part);
                fill_faults(&self.parts[part].1, query, before, before_faults, &mut rest[0], &mut rest_faults[0], self.len);
            }
        }
        let last = self.parts.len() - 1;
        if self.can_fault
            && let Some(key) = ones(&self.faults[last]).next()
        {
            return Err(self.explain(last, query, key));
        }
        Ok(&self.cells[last])
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub(super) fn matrix(mut self) -> Result<SelectorMatrix, Fault> {
        let mut words = Vec::with_capacity(self.len * words_per_row(self.len));
        for query in 0..self.len {
            words.extend_from_slice(self.row(query)?);
        }
        Ok(SelectorMatrix::new(self.len, words))
    }

    /// The fault of a cell: that of the first part that was asked and had no answer.
    fn explain(&self, mut part: usize, query: usize, key: usize) -> Fault {
        let is_fault = |part: usize| self.faults[part][key / 64] >> (key % 64) & 1 == 1;
        loop {
            part = match &self.parts[part].1 {
                Part::Not(inner) => *inner,
                Part::And(left, right) | Part::Or(left, right) => {
                    if is_fault(*left) {
                        *left
                    } else {
                        *right
                    }
                }
                Part::Slow { key: keys, query: queries, comparison } => {
                    let answer = atom::compare(*comparison, &keys.get(key), &queries.get(query));
                    return answer.err().unwrap_or_else(|| unreachable!("the cell has no answer"));
                }
                Part::Equal { .. } | Part::Below { .. } => unreachable!("numbers and texts always have an answer"),
            };
        }
    }
}

fn compare<'s>(key: &'s Sequence, query: &'s Sequence, comparison: Comparison) -> Part<'s> {
    let part = match comparison {
        Comparison::Equal | Comparison::NotEqual => {
            dimension::classes(key, query).map(|classes| Part::Equal { classes, negated: comparison == Comparison::NotEqual })
        }
        _ => dimension::ranks(key, query).map(|ranks| Part::Below { ranks, comparison }),
    };
    part.unwrap_or(Part::Slow { key, query, comparison })
}

fn fill(part: &Part<'_>, query: usize, before: &[Vec<u64>], cells: &mut [u64], len: usize) {
    match part {
        Part::Equal { classes, negated } => {
            let wanted = classes.query[query];
            pack(&classes.key, cells, |class| (class == wanted) != *negated);
        }
        Part::Below { ranks, comparison } => {
            let (bound, is_below) = match comparison {
                Comparison::Less => (ranks.less[query], true),
                Comparison::GreaterOrEqual => (ranks.less[query], false),
                Comparison::LessOrEqual => (ranks.less_or_equal[query], true),
                _ => (ranks.less_or_equal[query], false),
            };
            pack(&ranks.key, cells, |rank| (rank < bound) == is_below);
        }
        Part::Slow { .. } => {}
        Part::Not(inner) => {
            for (cell, inner) in cells.iter_mut().zip(&before[*inner]) {
                *cell = !inner;
            }
            clear_beyond(cells, len);
        }
        Part::And(left, right) => {
            for (cell, (left, right)) in cells.iter_mut().zip(before[*left].iter().zip(&before[*right])) {
                *cell = left & right;
            }
        }
        Part::Or(left, right) => {
            for (cell, (left, right)) in cells.iter_mut().zip(before[*left].iter().zip(&before[*right])) {
                *cell = left | right;
            }
        }
    }
}

/// Sets the faults of a part's row, and clears its cells there.
fn fill_faults(
    part: &Part<'_>,
    query: usize,
    before: &[Vec<u64>],
    before_faults: &[Vec<u64>],
    cells: &mut [u64],
    faults: &mut [u64],
    len: usize,
) {
    for word in 0..faults.len() {
        faults[word] = match part {
            Part::Equal { .. } | Part::Below { .. } => 0,
            Part::Not(inner) => before_faults[*inner][word],
            Part::And(left, right) => before_faults[*left][word] | before[*left][word] & before_faults[*right][word],
            Part::Or(left, right) => before_faults[*left][word] | !before[*left][word] & before_faults[*right][word],
            Part::Slow { key, query: queries, comparison } => {
                let (mut selected, mut failed) = (0_u64, 0_u64);
                let asked = queries.get(query);
                for bit in 0..64.min(len - word * 64) {
                    match atom::compare(*comparison, &key.get(word * 64 + bit), &asked) {
                        Ok(answer) => selected |= u64::from(answer) << bit,
                        Err(_) => failed |= 1 << bit,
                    }
                }
                cells[word] = selected;
                failed
            }
        };
        cells[word] &= !faults[word];
    }
}

fn pack(values: &[u32], cells: &mut [u64], is_selected: impl Fn(u32) -> bool) {
    for (cell, values) in cells.iter_mut().zip(values.chunks(64)) {
        *cell = values.iter().enumerate().fold(0, |word, (bit, &value)| word | u64::from(is_selected(value)) << bit);
    }
}

fn clear_beyond(cells: &mut [u64], len: usize) {
    if let (Some(last), rest @ 1..) = (cells.last_mut(), len % 64) {
        *last &= (1 << rest) - 1;
    }
}

/// The places of the bits that are 1, in order.
pub(super) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(idx, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(idx * 64 + bit)
        })
    })
}
