//! The last two lines where neither reads the other: those of a state all at once.

use super::super::kernel::Chunk;
use super::super::line::{self, Kind, Line, Slot};
use super::super::sieve::Roles;
use super::super::sieve::pairs::Origin;
use super::worker::Worker;
use std::sync::atomic::{AtomicBool, Ordering};

impl Worker<'_> {
    /// Goes through all last two lines of which neither reads the other: items from `first` on, and items from `before` on with what reads the newest line.
    pub(super) fn last_pairs(&mut self, before: usize, first: usize, unused: u32, stop: &AtomicBool) {
        let (pool, sieve, pairs) = (&self.pool, &mut self.sieve, &mut self.pairs);
        let newest = *self.marks.last().expect("there is a line");
        let items: Vec<usize> = (before..first - 1).chain(first..pool.len()).collect();
        pairs.clear();
        for &item in &items {
            let origin = match item {
                _ if item < first => Origin::Before,
                _ if item < newest => Origin::After,
                _ => Origin::Newest,
            };
            pairs.add(sieve, pool.kind(item), pool.screen(item), origin, pool.reads(item) & unused);
        }
        sieve.begin(&self.screen);
        let numbers = pairs.numbers(unused);
        self.outcome.counts.states += numbers.iter().map(|(_, number)| number).sum::<u64>();
        self.outcome.counts.last_operations += sieve.last_operations_of_pairs(&numbers);
        let mut passed = Vec::new();
        pairs.find(sieve, unused, |one, other| passed.push((items[one], items[other])));
        // A value that is right everywhere may be chosen by a condition that looks always true; without one no operation need give it.
        let could_end = |item: usize| {
            let (kind, value) = (pool.kind(item), pool.screen(item));
            sieve.passes(kind, value, 0, Roles::ALL) || sieve.is_right(kind, value)
        };
        self.settled.begin(pool, unused, (before, first, newest), could_end, &passed);
        for (one, other) in passed {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            self.try_pair(one, other, unused, one + 1 < first);
        }
    }

    /// Goes through all last operations beside two items as the last lines; `is_before` says of the first that it comes before the newest line.
    fn try_pair(&mut self, one: usize, other: usize, unused: u32, is_before: bool) {
        let mut reading = unused;
        for item in [one, other] {
            let slot = self.full.kinds.len();
            reading = self.unused_with(item, reading) | 1 << slot;
            self.full.push(self.pool.kind(item), self.pool.value(item));
            self.lines.push(self.pool.line(item).expect("leaves are never chosen"));
        }
        let fitting = self.fitting(reading);
        self.full.pop();
        // The same lines are gone through where the newest line comes after that which is before it here.
        if !(fitting.is_empty() || is_before && self.makes(one, other)) {
            self.keep(&fitting);
        }
        self.full.pop();
        self.lines.truncate(self.lines.len() - 2);
    }

    /// Whether an item, which is the newest slot on all sequences, makes another one's value, without the line before.
    fn makes(&mut self, item: usize, other: usize) -> bool {
        let (kind, value) = (self.pool.kind(other), self.pool.value(other).to_vec());
        let screen = self.pool.screen(other).to_vec();
        let slot = self.screen.kinds.len() as Slot;
        self.screen.push(self.pool.kind(item), self.pool.screen(item));
        let is_like = |line: Line, of: Kind, on_screen: &[Chunk]| {
            let stands_for = of == kind || kind == line::NEW_WIDTH && of.is_index();
            stands_for && on_screen == screen && line.reads() >> (slot - 1) & 1 == 0
        };
        let made = self.derive_like(slot, is_like);
        self.screen.pop();
        made.into_iter().any(|made| made.value == value)
    }
}
