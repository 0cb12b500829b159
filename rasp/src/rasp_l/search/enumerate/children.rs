//! The last lines of a state, one by one.

use super::super::kernel::Chunk;
use super::super::line::{Kind, Line, Slot};
use super::super::pool::{Pool, coarse, hash_of};
use super::super::settled::Settled;
use super::super::sieve::{Roles, Sieve};
use super::super::table::{Table, spread};
use super::super::view::{Take, Unfilled};
use super::Counts;
use super::worker::{Made, Worker};
use std::sync::atomic::{AtomicBool, Ordering};

/// Values that are looked at together before it is said whether that is worth it.
const WORTH_IT: u64 = 1000;

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

/// Values of equal length without duplicates, each with what last line it would be: its kind, and what it leaves to be read; and, where a default is still to come,
/// the [gaps](Unfilled::gaps) that get it.
#[derive(Debug, Default)]
struct Distinct {
    table: Table,
    kinds: Vec<(Kind, u32)>,
    gaps: Vec<u32>,
    /// `[values][chunks]`
    values: Vec<Chunk>,
}

impl Distinct {
    fn clear(&mut self) {
        self.table.truncate(0);
        self.kinds.clear();
        self.gaps.clear();
        self.values.clear();
    }

    /// Adds a value unless it is there; `hash` is its own. Whether it was added.
    #[inline]
    fn add(&mut self, kind: Kind, unused: u32, gaps: u32, value: &[Chunk], hash: u64) -> bool {
        let hash = hash ^ spread(coarse(kind) ^ u64::from(unused) << 2 ^ u64::from(gaps) << 32);
        let is_same = |place: usize| {
            self.kinds[place] == (kind, unused) && self.gaps[place] == gaps && self.values[place * value.len()..][..value.len()] == *value
        };
        if self.table.find(hash, is_same).is_some() {
            return false;
        }
        self.table.push(hash);
        self.kinds.push((kind, unused));
        self.gaps.push(gaps);
        self.values.extend_from_slice(value);
        true
    }

    fn value(&self, place: usize) -> &[Chunk] {
        let chunks = self.values.len() / self.kinds.len();
        &self.values[place * chunks..][..chunks]
    }
}

/// The last lines that a state could have, as far as the screen tells them apart.
#[derive(Debug, Default)]
pub(super) struct Children {
    /// Those that were looked at one by one.
    lines: Distinct,
    /// Those that were looked at for all their defaults together: what they are where something is selected.
    unfilled: Distinct,
    /// How many of the latter were ruled out so, by kind and what they leave to be read.
    ruled_out: Vec<((Kind, u32), u64)>,
    /// Those of `lines` with which some last operation agrees with the screen.
    passed: Vec<usize>,
    /// Of those that were looked at together in this shard, how many there were and how many of them were left.
    together: u64,
    left: u64,
}

impl Children {
    /// Begins with a shard.
    pub(super) fn begin(&mut self) {
        (self.together, self.left) = (0, 0);
    }

    /// Whether it has been worth it in this shard to look at all defaults together: where most are left, it is not.
    fn is_worth_it(&self) -> bool {
        2 * self.left <= self.together + WORTH_IT
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.unfilled.clear();
        self.ruled_out.clear();
        self.passed.clear();
    }

    fn rule_out(&mut self, kind: Kind, unused: u32, number: u64) {
        match self.ruled_out.iter_mut().find(|(other, _)| *other == (kind, unused)) {
            Some((_, known)) => *known += number,
            None => self.ruled_out.push(((kind, unused), number)),
        }
    }

    /// How many there are of each kind that leave the same to be read.
    fn numbers(&self) -> impl Iterator<Item = ((Kind, u32), u64)> {
        self.ruled_out.iter().copied().chain(self.lines.kinds.iter().map(|&of_line| (of_line, 1)))
    }
}

/// What looks at the last lines as they are made.
struct Look<'w> {
    children: &'w mut Children,
    sieve: &'w mut Sieve,
    counts: &'w mut Counts,
    settled: &'w Settled,
    pool: &'w Pool,
    unused: u32,
    newest: Option<(usize, Slot)>,
}

impl Look<'_> {
    /// What is read by nothing when a line that reads these slots is the last one; `None` where that is too much.
    fn unused_with(&self, reads: u32) -> Option<u32> {
        let unused = self.unused & !reads;
        // A last operation reads three values at most.
        (unused.count_ones() <= 2).then_some(unused)
    }

    /// Looks at a line that leaves these slots to be read.
    fn look_at(&mut self, unused: u32, kind: Kind, value: &[Chunk], hash: u64, roles: Roles) {
        let mut required = unused;
        if let Some((added, slot)) = self.newest
            && let Some(item) = self.settled.find(self.pool, kind, value, hash)
            && !self.settled.passes(item)
        {
            if self.settled.is_ruled_out(self.pool, added, item, unused) {
                return;
            }
            required |= 1 << slot;
        }
        if self.children.lines.add(kind, unused, 0, value, hash) && self.sieve.passes(kind, value, required, roles) {
            self.children.passed.push(self.children.lines.kinds.len() - 1);
        }
    }
}

impl Take for Look<'_> {
    #[inline]
    fn take(&mut self, line: Line, kind: Kind, value: &[Chunk]) {
        self.counts.candidates += 1;
        if let Some(unused) = self.unused_with(line.reads()) {
            self.look_at(unused, kind, value, hash_of(value), Roles::ALL);
        }
    }

    fn take_defaults(&mut self, aggregation: &Unfilled<'_>, out: &mut [Chunk]) {
        let (kind, defaults) = (aggregation.kind, aggregation.defaults);
        self.counts.candidates += defaults.len() as u64;
        let Some(unused) = self.unused_with(aggregation.reads()) else { return };
        let mut left = None;
        if Sieve::looks_at_together(kind, defaults) && self.children.is_worth_it() {
            let reduced = aggregation.reduced;
            if !self.children.unfilled.add(kind, unused, aggregation.gaps, reduced, hash_of(reduced)) {
                return;
            }
            let of_defaults = self.sieve.left_with_defaults(aggregation, unused);
            let ruled_out = (0..defaults.len()).filter(|&number| of_defaults.roles(number).is_none()).count();
            self.children.rule_out(kind, unused, ruled_out as u64);
            self.children.together += defaults.len() as u64;
            self.children.left += (defaults.len() - ruled_out) as u64;
            left = Some(of_defaults);
        }
        for (number, &default) in defaults.iter().enumerate() {
            if let Some(roles) = left.as_ref().map_or(Some(Roles::ALL), |left| left.roles(number)) {
                let value = aggregation.fill(default, out);
                self.look_at(unused, kind, value, hash_of(value), roles);
            }
        }
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
        let mut look = Look {
            children: &mut self.children,
            sieve: &mut self.sieve,
            counts: &mut self.outcome.counts,
            settled: &self.settled,
            pool: &self.pool,
            unused,
            newest,
        };
        for item in first..look.pool.len() {
            if let Some(unused) = look.unused_with(look.pool.reads(item)) {
                look.look_at(unused, look.pool.kind(item), look.pool.screen(item), look.pool.screen_hash(item), Roles::ALL);
            }
        }
        if slot.is_some() {
            self.screen.derive(slot, known, beside, &mut look);
        }
        self.outcome.counts.states += self.children.numbers().map(|(_, number)| number).sum::<u64>();
        self.outcome.counts.last_operations += self.sieve.last_operations(self.children.numbers());
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
            let of_child = |&child: &usize| (coarse(children.lines.kinds[child].0), children.lines.value(child).to_vec());
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
            let is_like = |&child: &usize| self.children.lines.kinds[child] == (kind, unused) && self.children.lines.value(child) == screen;
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
