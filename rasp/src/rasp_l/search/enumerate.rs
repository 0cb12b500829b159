//! Every set of lines, depth first, in shards that share nothing.

mod children;
mod pairs;
mod worker;

use super::SearchError;
use super::around::{Given, Part};
use super::battery::Battery;
use super::layout::Layout;
use super::line::{self, Line};
use super::screen::screen;
use super::sieve::SLOTS_MAX;
use super::space::Space;
use crate::rasp_l::graph::Graph;
pub use worker::Worker;

/// What a search, or a part of it, went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sets of lines for which every last operation was ruled out or tried. Of last lines that are ruled out for all their defaults together, what is equal to
    /// another counts again.
    pub states: u64,
    /// Values computed, equal ones counted each time; of equal reductions of a value one.
    pub candidates: u64,
    /// Last operations that were ruled out or tried, for each of these sets.
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
    /// How many agree; one whose lines can be made in several ways may be counted for more than one.
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

/// The sets that begin with this item and go on with one of this remainder. Where only one of the last two lines reads the line before, and neither the other,
/// that line decides, whatever the other is.
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
