//! A thread that goes through shards: the state, and what could be chosen next.

use super::super::kernel::Chunk;
use super::super::last;
use super::super::line::{self, Kind, Line, Slot};
use super::super::pool::Pool;
use super::super::settled::Settled;
use super::super::sieve::Sieve;
use super::super::sieve::pairs::Pairs;
use super::super::view::View;
use super::children::{Children, LastLines};
use super::{Found, Outcome, Search};
use std::sync::atomic::{AtomicBool, Ordering};

/// A thread's room: everything is allocated once and used for shard after shard.
#[derive(Debug)]
pub struct Worker<'s> {
    pub(super) search: &'s Search,
    pub(super) full: View<'s>,
    pub(super) screen: View<'s>,
    pub(super) pool: Pool,
    /// The first item of the pool that is no leaf.
    pub(super) first_item: usize,
    /// The lines of the state.
    pub(super) lines: Vec<Line>,
    pub(super) sieve: Sieve,
    pub(super) pairs: Pairs,
    pub(super) settled: Settled,
    pub(super) children: Children,
    pub(super) outcome: Outcome,
    pub(super) most: usize,
    /// For each line but the last, how many items there were before.
    pub(super) marks: Vec<usize>,
}

impl<'s> Worker<'s> {
    pub(super) fn new(search: &'s Search) -> Self {
        let space = &search.space;
        let mut worker = Worker {
            search,
            full: View::new(space, &search.full, false),
            screen: View::new(space, &search.screen, true),
            pool: Pool::new(search.full.chunks, search.screen.chunks),
            first_item: 0,
            lines: Vec::new(),
            sieve: Sieve::new(space, &search.screen),
            pairs: Pairs::default(),
            settled: Settled::default(),
            children: Children::default(),
            outcome: Outcome::default(),
            most: 0,
            marks: Vec::new(),
        };
        for slot in 0..line::leaves(space) as Slot {
            worker.sieve.push(&worker.screen, slot);
            // A line that is constant on the battery may make new constants with a written one, which two written ones do not: they would be folded.
            if !line::is_constant(space, slot) || worker.full.kinds[usize::from(slot)] != Kind::Token {
                worker.pool.add(None, worker.full.kinds[usize::from(slot)], worker.full.value(slot), || worker.screen.value(slot).to_vec());
            }
        }
        for given in &search.given {
            let slot = worker.full.kinds.len() as Slot;
            worker.full.push(given.kind, &given.full);
            worker.screen.push(given.kind, &given.screen);
            worker.sieve.push(&worker.screen, slot);
            worker.pool.add(None, given.kind, &given.full, || given.screen.clone());
        }
        worker.first_item = worker.pool.len();
        worker.derive(None);
        worker
    }

    /// Goes through one shard, and keeps at most `most` of the programs that agree. `None` when `stop` was set before the end.
    pub fn run(&mut self, shard: usize, most: usize, stop: &AtomicBool) -> Option<Outcome> {
        let shard = self.search.shards[shard];
        (self.outcome, self.most) = (Outcome::default(), most);
        self.children.begin();
        match (self.search.size, shard.first) {
            (0, _) => self.leaves(),
            (1, _) => {
                let fitting = self.fitting(0);
                self.keep(&fitting);
            }
            (2, _) => self.last_lines(LastLines { first: self.first_item, unused: 0, newest: None, beside: 0 }, stop),
            (3, Some(first)) => self.close(first, LastLines { first: first + 1, unused: 0, newest: None, beside: 0 }, stop),
            (size, Some(first)) => {
                let unused = self.push(first, 0);
                let complete = self.descend(self.first_item, first + 1, size - 2, unused, (shard.remainder, shard.modulus), stop);
                self.pop();
                complete?;
            }
            (_, None) => unreachable!("larger sizes are split by their first line"),
        }
        (!stop.load(Ordering::Relaxed)).then(|| std::mem::take(&mut self.outcome))
    }

    /// Chooses the next of `left` lines, two or more, among the items from `first` on; the newest line was chosen among those from `before` on.
    pub(super) fn descend(
        &mut self,
        before: usize,
        first: usize,
        left: usize,
        unused: u32,
        (remainder, modulus): (usize, usize),
        stop: &AtomicBool,
    ) -> Option<()> {
        self.settled.clear();
        if left == 2 {
            debug_assert_eq!(modulus, 1, "pairs are not split");
            self.last_pairs(before, first, unused, stop);
        }
        for item in first..self.pool.len() {
            // Each operation that is still to come reads at most three values and leaves one, and one is left in the end.
            if item % modulus != remainder || self.unused_with(item, unused).count_ones() as usize + 1 > 1 + 2 * left {
                continue;
            }
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            if left == 2 {
                let line = 1 << (self.full.kinds.len() - 1);
                let beside = if self.pool.reads(item) & line == 0 { line } else { 0 };
                self.close(item, LastLines { first: self.pool.len(), unused, newest: None, beside }, stop);
            } else {
                let unused = self.push(item, unused);
                let complete = self.descend(first, item + 1, left - 1, unused, (0, 1), stop);
                self.pop();
                complete?;
            }
        }
        Some(())
    }

    /// What is still read by nothing when the item is a line too, itself left out.
    pub(super) fn unused_with(&self, item: usize, unused: u32) -> u32 {
        unused & !self.pool.reads(item)
    }

    /// Adds an item to the state as a line, and what it makes possible to the pool; gives what is read by nothing then.
    fn push(&mut self, item: usize, unused: u32) -> u32 {
        self.marks.push(self.pool.len());
        let slot = self.push_screen(item);
        self.full.push(self.pool.kind(item), self.pool.value(item));
        self.derive(Some(slot));
        self.unused_with(item, unused) | 1 << slot
    }

    fn pop(&mut self) {
        self.full.pop();
        self.pop_screen();
        self.pool.truncate(self.marks.pop().expect("a line was added"));
    }

    /// Adds an item to the state on the screen alone.
    pub(super) fn push_screen(&mut self, item: usize) -> Slot {
        let slot = self.screen.kinds.len() as Slot;
        self.lines.push(self.pool.line(item).expect("leaves are never chosen"));
        self.screen.push(self.pool.kind(item), self.pool.screen(item));
        self.sieve.push(&self.screen, slot);
        slot
    }

    pub(super) fn pop_screen(&mut self) {
        self.screen.pop();
        self.sieve.pop();
        self.lines.pop();
    }

    /// Adds what the newest line makes possible to the pool.
    pub(super) fn derive(&mut self, newest: Option<Slot>) {
        self.screen.add_selectors(newest);
        self.sieve.take_in(&self.screen);
        self.derive_full(newest);
    }

    fn derive_full(&mut self, newest: Option<Slot>) {
        let known = self.full.add_selectors(newest);
        let (pool, screen, counts) = (&mut self.pool, &self.screen, &mut self.outcome.counts);
        self.full.derive(newest, known, 0, &mut |line: Line, kind: Kind, value: &[Chunk]| {
            counts.candidates += 1;
            pool.add(Some(line), kind, value, || screen.evaluate(line).expect("what has no fault on all sequences has none on some"));
        });
    }

    /// What the newest line makes possible on all sequences, of what is wanted by its operation, its kind and its value on the screen.
    pub(super) fn derive_like(&mut self, newest: Slot, is_wanted: impl Fn(Line, Kind, &[Chunk]) -> bool) -> Vec<Made> {
        let known = self.full.add_selectors(Some(newest));
        let (full, mut made) = (&self.full, Vec::new());
        self.screen.derive_by(full, newest, known, &mut |line: Line, kind: Kind, screen: &[Chunk]| {
            if is_wanted(line, kind, screen)
                && let Some(value) = full.evaluate(line)
            {
                made.push(Made { line, kind, value, screen: screen.to_vec() });
            }
        });
        made
    }

    /// Every last operation on the state's lines that reads these slots and agrees.
    pub(super) fn fitting(&self, reading: u32) -> Vec<Line> {
        let mut fitting = Vec::new();
        last::visit_fitting(&self.search.space, &self.full, reading, |line| fitting.push(line));
        fitting
    }

    /// Keeps the programs of the state's lines and each of these.
    pub(super) fn keep(&mut self, last: &[Line]) {
        self.outcome.agreeing += last.len() as u64;
        let room = self.most - self.outcome.found.len();
        let programs = last.iter().take(room).map(|&line| Found { lines: self.lines.iter().copied().chain([line]).collect() });
        self.outcome.found.extend(programs);
    }

    /// Whether the input itself agrees; no program ends with a constant.
    fn leaves(&mut self) {
        if last::agrees(&self.search.full, self.full.value(line::TOKENS)) {
            self.outcome.agreeing += 1;
            self.outcome.found.push(Found { lines: Vec::new() });
        }
    }
}

/// A value on all sequences.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) line: Line,
    pub(super) kind: Kind,
    pub(super) value: Vec<Chunk>,
    /// The same on the screen.
    pub(super) screen: Vec<Chunk>,
}
