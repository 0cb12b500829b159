//! The last lines of a state, one by one.

use super::super::kernel::Chunk;
use super::super::line::{Kind, Slot};
use super::super::pool::{coarse, hash_of};
use super::super::table::{Table, spread};
use super::worker::{Made, Worker};
use std::sync::atomic::{AtomicBool, Ordering};

/// Which last lines are gone through.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastLines {
    /// Items of the pool from here on.
    pub(super) first: usize,
    /// The lines that nothing reads yet.
    pub(super) unused: u32,
    /// The newest line, which is an item, and its slot: what it makes possible is no item yet.
    pub(super) newest: Option<(usize, Slot)>,
    /// If not 0: of what the newest line makes possible, only what reads one of these too.
    pub(super) beside: u32,
}

/// The last lines that a state could have, as far as the screen tells them apart.
#[derive(Debug, Default)]
pub(super) struct Children {
    table: Table,
    kinds: Vec<(Kind, u32)>,
    /// `[children][chunks]`
    values: Vec<Chunk>,
    /// Those with which some last operation agrees with the screen.
    passed: Vec<usize>,
}

impl Children {
    fn clear(&mut self) {
        self.table.truncate(0);
        self.kinds.clear();
        self.values.clear();
        self.passed.clear();
    }

    /// Adds a child unless it is there; `hash` is its value's.
    #[inline]
    fn add(&mut self, kind: Kind, unused: u32, value: &[Chunk], hash: u64) -> bool {
        let hash = hash ^ spread(coarse(kind) ^ u64::from(unused) << 2);
        let is_same = |child: usize| self.kinds[child] == (kind, unused) && self.values[child * value.len()..][..value.len()] == *value;
        if self.table.find(hash, is_same).is_some() {
            return false;
        }
        self.table.push(hash);
        self.kinds.push((kind, unused));
        self.values.extend_from_slice(value);
        true
    }

    fn value(&self, child: usize) -> &[Chunk] {
        let chunks = self.values.len() / self.kinds.len();
        &self.values[child * chunks..][..chunks]
    }
}

impl Worker<'_> {
    /// Makes the item the last line but one, and goes through all last lines: the items from `first` on, and what it makes possible beside.
    pub(super) fn close(&mut self, item: usize, last: LastLines, stop: &AtomicBool) {
        let slot = self.push_screen(item);
        let unused = self.unused_with(item, last.unused) | 1 << slot;
        self.last_lines(LastLines { unused, newest: Some((item, slot)), ..last }, stop);
        self.pop_screen();
    }

    /// Goes through all last lines of the state: the items from `first` on, and what the newest line, which is no item of the pool's yet, makes possible.
    pub(super) fn last_lines(&mut self, last: LastLines, stop: &AtomicBool) {
        let LastLines { first, unused, newest, beside } = last;
        self.children.clear();
        let slot = newest.map(|(_, slot)| slot);
        let known = if slot.is_some() { self.screen.add_selectors(slot) } else { 0 };
        self.sieve.begin(&self.screen);
        let (children, sieve, counts, settled) = (&mut self.children, &mut self.sieve, &mut self.outcome.counts, &self.settled);
        let pool = &self.pool;
        let mut consider = |reads: u32, kind, value: &[Chunk], hash: &dyn Fn() -> u64| {
            let unused = unused & !reads;
            // A last operation reads three values at most.
            if unused.count_ones() > 2 {
                return;
            }
            let hash = hash();
            let mut required = unused;
            if let Some((added, slot)) = newest
                && let Some(item) = settled.find(pool, kind, value, hash)
                && !settled.passes(item)
            {
                if settled.is_ruled_out(pool, added, item, unused) {
                    return;
                }
                required |= 1 << slot;
            }
            if children.add(kind, unused, value, hash) && sieve.passes(kind, value, required) {
                children.passed.push(children.kinds.len() - 1);
            }
        };
        for item in first..pool.len() {
            consider(pool.reads(item), pool.kind(item), pool.screen(item), &|| pool.screen_hash(item));
        }
        if slot.is_some() {
            self.screen.derive(slot, known, beside, &mut |line, kind, value| {
                counts.candidates += 1;
                consider(line.reads(), kind, value, &|| hash_of(value));
            });
        }
        self.outcome.counts.states += self.children.kinds.len() as u64;
        self.outcome.counts.last_operations += self.sieve.last_operations(&self.children.kinds);
        if !self.children.passed.is_empty() {
            self.try_passed(last, stop);
        }
    }

    /// Goes through the last lines that the screen cannot tell from those that passed, on all sequences and with every last operation.
    fn try_passed(&mut self, last: LastLines, stop: &AtomicBool) {
        let LastLines { first, unused, newest, beside } = last;
        let mark = self.pool.len();
        let mut elsewhere = mark;
        if let Some((item, slot)) = newest {
            self.full.push(self.pool.kind(item), self.pool.value(item));
            let children = &self.children;
            // Of equal values the first is added, so all of them must come: an index too, where it stands for a width that passed.
            let of_child = |&child: &usize| (coarse(children.kinds[child].0), children.value(child).to_vec());
            let passed: Vec<(u64, Vec<Chunk>)> = children.passed.iter().map(of_child).collect();
            let is_like = |_, kind, screen: &[Chunk]| passed.iter().any(|(other, value)| *other == coarse(kind) && *value == screen);
            let mut made = self.derive_like(slot, is_like);
            // What is possible without the line before belongs to another state.
            made.sort_by_key(|made| made.line.reads() & beside != 0);
            for Made { line, kind, value, screen } in made {
                self.pool.add(Some(line), kind, &value, || screen);
                if line.reads() & beside == 0 && beside != 0 {
                    elsewhere = self.pool.len();
                }
            }
        }
        for item in (first..mark).chain(elsewhere..self.pool.len()) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let (kind, unused) = (self.pool.kind(item), self.unused_with(item, unused));
            let screen = self.pool.screen(item);
            let is_like = |&child: &usize| self.children.kinds[child] == (kind, unused) && self.children.value(child) == screen;
            if !self.children.passed.iter().any(is_like) {
                continue;
            }
            let slot = self.full.kinds.len();
            self.full.push(kind, self.pool.value(item));
            self.lines.push(self.pool.line(item).expect("leaves are never chosen"));
            let fitting = self.fitting(unused | 1 << slot);
            self.keep(&fitting);
            self.lines.pop();
            self.full.pop();
        }
        if newest.is_some() {
            self.full.pop();
        }
        self.pool.truncate(mark);
    }
}
