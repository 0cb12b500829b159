//! The last two lines of a state at once, where neither reads the other.
//!
//! Of `n` values that a state makes possible there are `n * n / 2` such pairs, about half of the sets of lines there are. A last operation that reads both
//! takes them in two of its three roles, so each value in turn is put into one role and all others into another: which of them are right at a position
//! is a set of values, a bit for each, and what is right at all positions is in all these sets. Sets are looked up: by the value at the position
//! ([`columns`]), or by what a set of places comes to ([`Columns::reduced`]).

mod attention;
mod columns;
mod elementwise;
#[cfg(test)]
mod tests;

use super::Sieve;
use super::position::Prospects;
use crate::rasp_l::search::kernel::Chunk;
use crate::rasp_l::search::line::{Kind, Slot};
use crate::rasp_l::search::view::chunk_words;
use attention::Room;
use columns::Columns;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rasp_l::search) enum Origin {
    /// It was possible before the newest line, and stands before it in the order. Of its pairs only those with what reads the newest line belong to this state.
    Before,
    /// It was possible before the newest line, and stands after it.
    After,
    /// It reads the newest line.
    Newest,
}

impl Origin {
    /// Whether a pair of these origins belongs to this state.
    pub(in crate::rasp_l::search) fn pairs_with(self, other: Origin) -> bool {
        !matches!((self, other), (Origin::Before, Origin::Before | Origin::After) | (Origin::After, Origin::Before))
    }
}

/// A set of values, a bit for each.
type Set = Vec<u64>;

/// A value that could be one of the last two lines.
#[derive(Clone, Copy, Debug)]
struct Item {
    kind: Kind,
    origin: Origin,
    /// The slots that it reads of those that something must.
    reads: u32,
    /// Which reductions of it could be the targets, and with which defaults.
    prospects: u64,
}

/// The values that could be the last two lines of a state.
#[derive(Debug, Default)]
pub(in crate::rasp_l::search) struct Pairs {
    items: Vec<Item>,
    /// Words of a set: a multiple of eight.
    words: usize,
    columns: Columns,
    /// The values of each kind.
    kinds: Vec<(Kind, Set)>,
    /// Those that read the same of what must be read.
    readers: Vec<(u32, Set)>,
    /// Those of each origin.
    origins: [Set; 3],
    /// Those of which each reduction could be the targets.
    prospective: [Set; 3],
    room: Room,
    found: Set,
}

/// What a value may be paired with.
#[derive(Debug, Default)]
struct Partners {
    /// Those with which nothing else must be read.
    free: Set,
    /// Slots, and those with which one must be read.
    with: Vec<(Slot, Set)>,
}

impl Partners {
    /// Those of `among` that may be paired where `third` is read too.
    fn where_read(&self, third: Option<Slot>, among: &[u64], set: &mut Set) {
        set.clear();
        set.extend_from_slice(&self.free);
        if let Some((_, with)) = third.and_then(|third| self.with.iter().find(|(slot, _)| *slot == third)) {
            set.iter_mut().zip(with).for_each(|(set, with)| *set |= with);
        }
        set.iter_mut().zip(among).for_each(|(set, among)| *set &= among);
    }
}

impl Pairs {
    /// Forgets all values.
    pub(in crate::rasp_l::search) fn clear(&mut self) {
        self.items.clear();
        self.columns.clear();
    }

    /// Adds a value; `reads` are the slots that it reads, of those that something must read.
    pub(in crate::rasp_l::search) fn add(&mut self, sieve: &Sieve, kind: Kind, value: &[Chunk], origin: Origin, reads: u32) {
        let start = self.columns.add(value.iter().map(chunk_words));
        let prospects = if kind == Kind::Token { sieve.prospects_of(&self.columns.values[start..]) } else { 0 };
        self.items.push(Item { kind, origin, reads, prospects });
    }

    /// Gives each pair of values, by their numbers, beside which some last operation could agree that reads both, and all other slots of `unread`
    /// that neither reads.
    pub(in crate::rasp_l::search) fn find(&mut self, sieve: &Sieve, unread: u32, mut give: impl FnMut(usize, usize)) {
        self.arrange(sieve);
        let mut partners = Partners::default();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for item in 0..self.items.len() {
            self.partners(item, unread, &mut partners);
            if partners.free.iter().chain(partners.with.iter().flat_map(|(_, set)| set)).all(|&word| word == 0) {
                continue;
            }
            self.columns.bound();
            self.found.clear();
            self.found.resize(self.words, 0);
            self.calculate(sieve, item, &partners);
            self.choose(sieve, item, &partners);
            self.select_by_both(sieve, item, &partners);
            self.select_for_partner(sieve, item, &partners);
            pairs.extend(members(&self.found).map(|other| (item.min(other), item.max(other))));
        }
        pairs.sort_unstable();
        pairs.dedup();
        for (first, second) in pairs {
            give(first, second);
        }
    }

    /// How many pairs there are of each two kinds and slots that must be read beside them.
    pub(in crate::rasp_l::search) fn numbers(&self, unread: u32) -> Vec<((Kind, Kind, u32), u64)> {
        let mut classes: Vec<(Item, u64)> = Vec::new();
        for &item in &self.items {
            let same = |class: &&mut (Item, u64)| (class.0.kind, class.0.origin, class.0.reads) == (item.kind, item.origin, item.reads);
            match classes.iter_mut().find(same) {
                Some((_, number)) => *number += 1,
                None => classes.push((item, 1)),
            }
        }
        let mut numbers = Vec::new();
        for (place, (first, count)) in classes.iter().enumerate() {
            for (second, others) in &classes[place..] {
                let required = unread & !first.reads & !second.reads;
                if first.origin.pairs_with(second.origin) && required.count_ones() <= 1 {
                    let is_same = std::ptr::eq(second, &raw const classes[place].0);
                    let pairs = if is_same { count * (count - 1) / 2 } else { count * others };
                    numbers.push(((first.kind, second.kind, required), pairs));
                }
            }
        }
        numbers
    }

    /// Makes the sets of values by what is known of each.
    fn arrange(&mut self, sieve: &Sieve) {
        self.words = self.items.len().div_ceil(512) * 8;
        self.columns.begin(sieve, self.items.len(), self.words);
        let empty = || vec![0; self.words];
        self.kinds.clear();
        self.readers.clear();
        self.origins = std::array::from_fn(|_| empty());
        self.prospective = std::array::from_fn(|_| empty());
        for (number, item) in self.items.iter().enumerate() {
            insert(of_key(&mut self.kinds, item.kind, self.words), number);
            insert(of_key(&mut self.readers, item.reads, self.words), number);
            insert(&mut self.origins[item.origin as usize], number);
            for (reduction, set) in self.prospective.iter_mut().enumerate() {
                if item.prospects >> reduction & 1 == 1 {
                    insert(set, number);
                }
            }
        }
    }

    fn of_kind(&self, kind: Kind) -> Option<&Set> {
        self.kinds.iter().find(|(other, _)| *other == kind).map(|(_, set)| set)
    }

    /// What an item may be paired with.
    fn partners(&self, item: usize, unread: u32, partners: &mut Partners) {
        let Item { origin, reads, .. } = self.items[item];
        let mut allowed = vec![0; self.words];
        for (other, set) in [Origin::Before, Origin::After, Origin::Newest].into_iter().zip(&self.origins) {
            if origin.pairs_with(other) {
                allowed.iter_mut().zip(set).for_each(|(allowed, set)| *allowed |= set);
            }
        }
        allowed[item / 64] &= !(1 << (item % 64));
        partners.free.clear();
        partners.free.resize(self.words, 0);
        partners.with.clear();
        for (other, set) in &self.readers {
            let required = unread & !reads & !other;
            let into = match required.count_ones() {
                0 => &mut partners.free,
                1 => of_key(&mut partners.with, required.trailing_zeros() as Slot, self.words),
                _ => continue,
            };
            into.iter_mut().zip(set).zip(&allowed).for_each(|((into, set), allowed)| *into |= set & allowed);
        }
    }
}

impl Sieve {
    /// Which reductions of a token could be the targets, and with which defaults.
    fn prospects_of(&self, words: &[u64]) -> u64 {
        let mut prospects = Prospects::default();
        for position in &self.positions {
            prospects.meet(position, position.against(words, self.width));
            if prospects.bits(self.reductions) == 0 {
                return 0;
            }
        }
        prospects.bits(self.reductions)
    }
}

/// The set under a key, empty if there was none.
fn of_key<K: PartialEq>(sets: &mut Vec<(K, Set)>, key: K, words: usize) -> &mut Set {
    let place = sets.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
        sets.push((key, vec![0; words]));
        sets.len() - 1
    });
    &mut sets[place].1
}

fn join(set: &mut [u64], other: &[u64]) {
    set.iter_mut().zip(other).for_each(|(set, other)| *set |= other);
}

fn insert(set: &mut Set, number: usize) {
    set[number / 64] |= 1 << (number % 64);
}

/// The numbers in a set, in order.
fn members(set: &[u64]) -> impl Iterator<Item = usize> {
    set.iter().enumerate().flat_map(|(word, &bits)| {
        std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)))
            .take_while(|&bits| bits != 0)
            .map(move |bits| 64 * word + bits.trailing_zeros() as usize)
    })
}
