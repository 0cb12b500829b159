//! Every set of lines, depth first, in shards that share nothing.

use super::SearchError;
use super::around::{Given, Part};
use super::battery::Battery;
use super::kernel::Chunk;
use super::last;
use super::layout::Layout;
use super::line::{self, Kind, Line, Slot};
use super::pool::{Pool, coarse, hash_of};
use super::screen::screen;
use super::sieve::{SLOTS_MAX, Sieve};
use super::space::Space;
use super::table::{Table, spread};
use super::view::View;
use crate::rasp_l::graph::Graph;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a search, or a part of it, went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sets of lines for which every last operation was ruled out or tried.
    pub states: u64,
    /// Values computed, equal ones counted each time.
    pub candidates: u64,
    /// Last operations that were ruled out or tried.
    pub last_operations: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.states += other.states;
        self.candidates += other.candidates;
        self.last_operations += other.last_operations;
    }
}

/// A program that agrees with the battery: its lines, the last one its output; without lines, the input itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Found {
    pub(super) lines: Vec<Line>,
}

/// What one shard came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What was gone through.
    pub counts: Counts,
    /// The programs that agree, in the order of enumeration; no more than were asked for.
    pub found: Vec<Found>,
    /// How many agree.
    pub agreeing: u64,
}

/// All programs of one size.
#[derive(Clone, Debug)]
pub struct Search {
    pub(super) space: Space,
    size: usize,
    battery: Battery,
    full: Layout,
    /// A few of the sequences, short ones, which every program must agree with before anything is computed on all.
    screen: Layout,
    shards: Vec<Shard>,
    /// The operations of a known program that every set of lines may read.
    pub(super) given: Vec<Given>,
    /// That program.
    pub(super) known: Graph,
}

/// The sets whose first line is this item, and whose second has this remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shard {
    /// An item of the root; `None`: the sets without lines or with one.
    first: Option<usize>,
    /// The second item's number is `remainder` modulo `modulus`.
    remainder: usize,
    modulus: usize,
}

impl Search {
    /// A search of all programs of `size` core operations of the space, for those that agree with the battery.
    ///
    /// It is exhaustive if no program of fewer operations agrees: what is left out is what a shorter program could do.
    ///
    /// # Errors
    /// [`SearchError::EmptyBattery`], [`SearchError::NoReduction`], [`SearchError::TooManySlots`].
    pub fn new(space: &Space, battery: &Battery, size: usize) -> Result<Self, SearchError> {
        if battery.sequences().is_empty() {
            return Err(SearchError::EmptyBattery);
        }
        if space.operations.reductions.is_empty() {
            return Err(SearchError::NoReduction);
        }
        if line::leaves(space) + size > SLOTS_MAX {
            let most = SLOTS_MAX - usize::from(line::FIRST_CONSTANT);
            return Err(SearchError::TooManySlots { constants: space.constants.len(), lines: size, most });
        }
        Ok(Self::with_given(space, battery, size, None))
    }

    /// A search of all programs that are the part of a known program and `size` more operations.
    ///
    /// Where a search has more slots than it can have, the operations are left out of sight that nothing else of the known program reads, the earliest first.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`SearchError::NothingKept`] where the part cannot be computed in the space.
    pub fn around(space: &Space, battery: &Battery, size: usize, part: &Part) -> Result<Self, SearchError> {
        Self::new(space, battery, size)?;
        let search = Self::with_given(space, battery, size, Some(part));
        if search.given.is_empty() { Err(SearchError::NothingKept) } else { Ok(search) }
    }

    fn with_given(space: &Space, battery: &Battery, size: usize, part: Option<&Part>) -> Self {
        let full = Layout::new(battery.sequences());
        let screen = Layout::new(screen(battery.sequences()));
        let room = SLOTS_MAX - line::leaves(space) - size;
        let given = part.and_then(|part| part.given(space, room, &full, &screen)).unwrap_or_default();
        let known = part.map(|part| part.graph.clone()).unwrap_or_default();
        let mut search = Search { space: space.clone(), size, battery: battery.clone(), full, screen, shards: Vec::new(), given, known };
        search.shards = search.split();
        search
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// The size searched.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Which programs are searched.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The battery.
    pub fn battery(&self) -> &Battery {
        &self.battery
    }

    /// Room for one thread to run shards in.
    pub fn worker(&self) -> Worker<'_> {
        Worker::new(self)
    }

    fn split(&self) -> Vec<Shard> {
        if self.size < 3 {
            return vec![Shard { first: None, remainder: 0, modulus: 1 }];
        }
        let worker = self.worker();
        let modulus = if self.size < 5 { 1 } else { 16 };
        (worker.first_item..worker.pool.len())
            .flat_map(|item| (0..modulus).map(move |remainder| Shard { first: Some(item), remainder, modulus }))
            .collect()
    }
}

/// A thread's room: everything is allocated once and used for shard after shard.
#[derive(Debug)]
pub struct Worker<'s> {
    search: &'s Search,
    full: View<'s>,
    screen: View<'s>,
    pool: Pool,
    /// The first item of the pool that is no leaf.
    first_item: usize,
    /// The lines of the state.
    lines: Vec<Line>,
    sieve: Sieve,
    children: Children,
    outcome: Outcome,
    most: usize,
    /// For each line but the last, how many items there were before.
    marks: Vec<usize>,
}

/// The last lines that a state could have, as far as the screen tells them apart.
#[derive(Debug, Default)]
struct Children {
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

impl<'s> Worker<'s> {
    fn new(search: &'s Search) -> Self {
        let space = &search.space;
        let mut worker = Worker {
            search,
            full: View::new(space, &search.full, false),
            screen: View::new(space, &search.screen, true),
            pool: Pool::new(search.full.chunks, search.screen.chunks),
            first_item: 0,
            lines: Vec::new(),
            sieve: Sieve::new(space, &search.screen),
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
        match (self.search.size, shard.first) {
            (0, _) => self.leaves(),
            (1, _) => self.last_operations(0),
            (2, _) => self.last_lines(self.first_item, 0, None, stop),
            (3, Some(first)) => self.close(first, 0, stop),
            (size, Some(first)) => {
                let unused = self.push(first, 0);
                let complete = self.descend(first + 1, size - 2, unused, (shard.remainder, shard.modulus), stop);
                self.pop();
                complete?;
            }
            (_, None) => unreachable!("larger sizes are split by their first line"),
        }
        (!stop.load(Ordering::Relaxed)).then(|| std::mem::take(&mut self.outcome))
    }

    /// Chooses the next of `left` lines, two or more, among the items from `first` on.
    fn descend(&mut self, first: usize, left: usize, unused: u32, (remainder, modulus): (usize, usize), stop: &AtomicBool) -> Option<()> {
        for item in first..self.pool.len() {
            // Each operation that is still to come reads at most three values and leaves one, and one is left in the end.
            if item % modulus != remainder || self.unused_with(item, unused).count_ones() as usize + 1 > 1 + 2 * left {
                continue;
            }
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            if left == 2 {
                self.close(item, unused, stop);
            } else {
                let unused = self.push(item, unused);
                let complete = self.descend(item + 1, left - 1, unused, (0, 1), stop);
                self.pop();
                complete?;
            }
        }
        Some(())
    }

    /// What is still read by nothing when the item is a line too, itself left out.
    fn unused_with(&self, item: usize, unused: u32) -> u32 {
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
    fn push_screen(&mut self, item: usize) -> Slot {
        let slot = self.screen.kinds.len() as Slot;
        self.lines.push(self.pool.line(item).expect("leaves are never chosen"));
        self.screen.push(self.pool.kind(item), self.pool.screen(item));
        self.sieve.push(&self.screen, slot);
        slot
    }

    fn pop_screen(&mut self) {
        self.screen.pop();
        self.sieve.pop();
        self.lines.pop();
    }

    /// Adds what the newest line makes possible to the pool.
    fn derive(&mut self, newest: Option<Slot>) {
        self.screen.add_selectors(newest);
        self.sieve.take_in(&self.screen);
        self.derive_full(newest);
    }

    fn derive_full(&mut self, newest: Option<Slot>) {
        let known = self.full.add_selectors(newest);
        let (pool, screen, counts) = (&mut self.pool, &self.screen, &mut self.outcome.counts);
        self.full.derive(newest, known, &mut |line, kind, value| {
            counts.candidates += 1;
            pool.add(Some(line), kind, value, || screen.evaluate(line).expect("what has no fault on all sequences has none on some"));
        });
    }

    /// Makes the item the last line but one, and goes through all last lines: the items behind it, and what it makes possible.
    fn close(&mut self, item: usize, unused: u32, stop: &AtomicBool) {
        let slot = self.push_screen(item);
        let unused = self.unused_with(item, unused) | 1 << slot;
        self.last_lines(item + 1, unused, Some((item, slot)), stop);
        self.pop_screen();
    }

    /// Goes through all last lines of the state: the items from `first` on, and what the newest line, which is no item of the pool's yet, makes possible.
    fn last_lines(&mut self, first: usize, unused: u32, newest: Option<(usize, Slot)>, stop: &AtomicBool) {
        self.children.clear();
        let slot = newest.map(|(_, slot)| slot);
        let known = if slot.is_some() { self.screen.add_selectors(slot) } else { 0 };
        self.sieve.begin(&self.screen);
        let (children, sieve, counts) = (&mut self.children, &mut self.sieve, &mut self.outcome.counts);
        let mut consider = |reads: u32, kind, value: &[Chunk], hash: &dyn Fn() -> u64| {
            let unused = unused & !reads;
            // A last operation reads three values at most.
            if unused.count_ones() <= 2 && children.add(kind, unused, value, hash()) && sieve.passes(kind, value, unused) {
                children.passed.push(children.kinds.len() - 1);
            }
        };
        let pool = &self.pool;
        for item in first..pool.len() {
            consider(pool.reads(item), pool.kind(item), pool.screen(item), &|| pool.screen_hash(item));
        }
        if slot.is_some() {
            self.screen.derive(slot, known, &mut |line, kind, value| {
                counts.candidates += 1;
                consider(line.reads(), kind, value, &|| hash_of(value));
            });
        }
        self.outcome.counts.states += self.children.kinds.len() as u64;
        self.outcome.counts.last_operations += self.sieve.last_operations(&self.children.kinds);
        if !self.children.passed.is_empty() {
            self.try_passed(first, unused, newest, stop);
        }
    }

    /// Goes through the last lines that the screen cannot tell from those that passed, on all sequences and with every last operation.
    fn try_passed(&mut self, first: usize, unused: u32, newest: Option<(usize, Slot)>, stop: &AtomicBool) {
        let mark = self.pool.len();
        if let Some((item, slot)) = newest {
            self.full.push(self.pool.kind(item), self.pool.value(item));
            self.derive_passed(slot);
        }
        for item in first..self.pool.len() {
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
            self.last_operations(unused | 1 << slot);
            self.lines.pop();
            self.full.pop();
        }
        if newest.is_some() {
            self.full.pop();
        }
        self.pool.truncate(mark);
    }

    /// Adds to the pool what the newest line makes possible, as far as the screen cannot tell it from what passed.
    fn derive_passed(&mut self, newest: Slot) {
        let known = self.full.add_selectors(Some(newest));
        let (pool, full, children) = (&mut self.pool, &self.full, &self.children);
        self.screen.derive_by(full, newest, known, &mut |line, kind, screen| {
            // Of equal values the first is added, so all of them must come: an index too, where it stands for a width that passed.
            let is_like = |&child: &usize| coarse(children.kinds[child].0) == coarse(kind) && children.value(child) == screen;
            if children.passed.iter().any(is_like)
                && let Some(value) = full.evaluate(line)
            {
                pool.add(Some(line), kind, &value, || screen.to_vec());
            }
        });
    }

    /// Keeps every program of the state's lines and one more operation that reads these slots.
    fn last_operations(&mut self, reading: u32) {
        let (outcome, most, lines) = (&mut self.outcome, self.most, &self.lines);
        last::visit_fitting(&self.search.space, &self.full, reading, |line| {
            outcome.agreeing += 1;
            if outcome.found.len() < most {
                outcome.found.push(Found { lines: lines.iter().copied().chain([line]).collect() });
            }
        });
    }

    /// Whether the input itself agrees; no program ends with a constant.
    fn leaves(&mut self) {
        if last::agrees(&self.search.full, self.full.value(line::TOKENS)) {
            self.outcome.agreeing += 1;
            self.outcome.found.push(Found { lines: Vec::new() });
        }
    }
}
