//! The new line as an input of a conditional.

use super::position::Position;
use super::{Candidate, Sieve};
use crate::rasp_l::search::line::{self, Kind, Slot};
use crate::rasp_l::search::words::byte;

/// One side of a conditional whose condition is a slot; the new line is there, and another slot on the other side.
#[derive(Debug)]
pub(super) struct Branch {
    condition: Slot,
    /// The condition's value where the new line is.
    value: i8,
    /// The slots that have the target wherever the condition is otherwise.
    others: u32,
}

impl Sieve {
    /// Makes ready for last lines of the present state: the branches whose other side some slot could be.
    pub(super) fn begin_branches(&mut self) {
        let mut branches = std::mem::take(&mut self.branches);
        branches.clear();
        let hits = self.hits.last().expect("leaves are slots");
        for condition in 0..self.kinds.len() as Slot {
            let is_condition = self.kinds[usize::from(condition)] == Kind::Boolean && !line::is_constant(&self.space, condition);
            if !is_condition || !self.space.operations.choose {
                continue;
            }
            let words = self.words_of(usize::from(condition));
            for value in [0, 1] {
                let elsewhere = self.positions.iter().zip(hits).filter(|(position, _)| byte(words, position.lane) != value);
                let others = elsewhere.fold(u32::MAX, |others, (_, hits)| others & hits);
                if others != 0 {
                    branches.push(Branch { condition, value, others });
                }
            }
        }
        self.branches = branches;
    }

    /// As a branch of a conditional.
    pub(super) fn could_be_chosen(&self, candidate: &Candidate<'_>) -> bool {
        self.some_branch(candidate.required, |position| byte(candidate.words, position.lane) == position.target)
    }

    /// Whether what has the target at these positions could be a branch of a conditional.
    pub(super) fn some_branch(&self, required: u32, is_target: impl Fn(&Position) -> bool) -> bool {
        self.branches.iter().any(|branch| {
            let rest = required & !(1 << branch.condition);
            let condition = self.words_of(usize::from(branch.condition));
            let is_right = |position: &Position| byte(condition, position.lane) != branch.value || is_target(position);
            rest.count_ones() <= 1 && rest & !branch.others == 0 && self.positions.iter().all(is_right)
        })
    }

    /// As the condition of a conditional.
    pub(super) fn could_choose(&self, candidate: &Candidate<'_>) -> bool {
        if !self.space.operations.choose {
            return false;
        }
        let hits = self.hits.last().expect("leaves are slots");
        let mut branches = [u32::MAX; 2];
        for (position, hits) in self.positions.iter().zip(hits) {
            let branch = &mut branches[usize::from(byte(candidate.words, position.lane) != 0)];
            *branch &= hits;
            if *branch == 0 {
                return false;
            }
        }
        candidate.required & !(branches[0] | branches[1]) == 0
    }
}
