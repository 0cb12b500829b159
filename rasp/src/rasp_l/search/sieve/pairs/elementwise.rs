//! Both lines as operands of arithmetic, or inputs of a conditional.

use super::super::Sieve;
use super::super::position::Position;
use super::{Pairs, Partners, Set, join};
use crate::rasp_l::search::line::{self, Kind, Slot};
use crate::rasp_l::search::words::byte;

impl Pairs {
    /// The item as the left operand.
    pub(super) fn calculate(&mut self, sieve: &Sieve, item: usize, partners: &Partners) {
        let tokens = self.kinds.iter().find(|(kind, _)| *kind == Kind::Token);
        let (Kind::Token, Some((_, tokens))) = (self.items[item].kind, tokens) else { return };
        let (mut alive, mut right) = (Set::new(), Set::new());
        for &operation in &sieve.space.operations.arithmetic {
            partners.where_read(None, tokens, &mut alive);
            for (number, position) in sieve.positions.iter().enumerate() {
                if is_empty(&alive) {
                    break;
                }
                let own = i16::from(byte(self.columns.value(item), position.lane));
                right.clear();
                right.resize(self.words, 0);
                for rank in 0..self.columns.occurring(sieve, number).len() {
                    let other = i16::from(self.columns.occurring(sieve, number)[rank]);
                    if operation.apply(own, other).ok() == Some(i16::from(position.target)) {
                        self.columns.add_between(number, rank, rank + 1, &mut right);
                    }
                }
                meet(&mut alive, &right);
            }
            join(&mut self.found, &alive);
        }
    }

    /// The item as the condition, with a slot on either side; or beside a slot as the condition.
    pub(super) fn choose(&mut self, sieve: &Sieve, item: usize, partners: &Partners) {
        if !sieve.space.operations.choose {
            return;
        }
        let own = self.columns.value(item).to_vec();
        match self.items[item].kind {
            Kind::Boolean => {
                for value in [0, 1] {
                    let is_elsewhere = |position: &Position| byte(&own, position.lane) != value;
                    let others = hits(sieve, is_elsewhere);
                    for third in (0..sieve.kinds.len() as Slot).filter(|third| others >> third & 1 == 1) {
                        self.add_hitting(sieve, partners, third, |position| !is_elsewhere(position));
                    }
                }
            }
            Kind::Token => {
                for condition in 0..sieve.kinds.len() as Slot {
                    if sieve.kinds[usize::from(condition)] != Kind::Boolean || line::is_constant(&sieve.space, condition) {
                        continue;
                    }
                    let words = sieve.words_of(usize::from(condition));
                    let is_own = |position: &Position| byte(words, position.lane) == 1;
                    if sieve.positions.iter().all(|position| !is_own(position) || byte(&own, position.lane) == position.target) {
                        self.add_hitting(sieve, partners, condition, |position| !is_own(position));
                    }
                    if sieve.positions.iter().all(|position| is_own(position) || byte(&own, position.lane) == position.target) {
                        self.add_hitting(sieve, partners, condition, is_own);
                    }
                }
            }
            Kind::Index(_) => {}
        }
    }

    /// Finds the tokens that have the target at these positions, where `third` is read too.
    fn add_hitting(&mut self, sieve: &Sieve, partners: &Partners, third: Slot, is_needed: impl Fn(&Position) -> bool) {
        let Some((_, tokens)) = self.kinds.iter().find(|(kind, _)| *kind == Kind::Token) else { return };
        let (mut alive, mut right) = (Set::new(), Set::new());
        partners.where_read(Some(third), tokens, &mut alive);
        for (number, position) in sieve.positions.iter().enumerate().filter(|(_, position)| is_needed(position)) {
            if is_empty(&alive) {
                return;
            }
            let target = i16::from(position.target);
            let (low, high) = (self.columns.rank(sieve, number, target), self.columns.rank(sieve, number, target + 1));
            right.clear();
            right.resize(self.words, 0);
            self.columns.add_between(number, low, high, &mut right);
            meet(&mut alive, &right);
        }
        join(&mut self.found, &alive);
    }
}

/// The slots that have the target at all of these positions, as bits.
fn hits(sieve: &Sieve, is_needed: impl Fn(&Position) -> bool) -> u32 {
    let hits = sieve.hits.last().expect("leaves are slots");
    let needed = sieve.positions.iter().zip(hits).filter(|(position, _)| is_needed(position));
    needed.fold(u32::MAX, |all, (_, hits)| all & hits)
}

fn is_empty(set: &[u64]) -> bool {
    set.iter().all(|&word| word == 0)
}

fn meet(set: &mut Set, other: &[u64]) {
    set.iter_mut().zip(other).for_each(|(set, other)| *set &= other);
}
