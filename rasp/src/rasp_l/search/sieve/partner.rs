//! The new line as the key or the query of an aggregation of another value.
//!
//! Its partner, the other input of the selector, is a slot of the same kind or the line itself. All partners are looked at together, one position after
//! another, until nothing is possible beside any.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::compared::Compared;
use super::defaults::Alike;
use super::position::selections;
use super::table::row_of;
use super::{Candidate, DEFAULTS, Row, SETS, SLOTS_MAX, Sieve, TABULATED, is_possible};
use crate::rasp_l::search::line::{Kind, Slot};
use crate::rasp_l::search::vectors::{Vectors, with_vectors};
use crate::rasp_l::search::words::{byte, compare};

/// The slots of one kind.
#[derive(Debug)]
pub(super) struct Group {
    kind: Kind,
    slots: Vec<Slot>,
    /// Those with which as keys some query could select what gives the targets.
    keys: Vec<Slot>,
}

/// What is possible beside each partner of a new line of which only its kind is known, and what it leaves to be read.
#[derive(Debug)]
pub(super) struct Start {
    kind: Kind,
    required: u32,
    group: usize,
    /// The partners as queries.
    pub(super) queries: Vec<Slot>,
    /// `[queries]`
    pub(super) as_key: Vec<Row>,
    /// The partners as keys, by their places in the group's `keys`.
    pub(super) keys: Vec<usize>,
    /// `[keys]`
    pub(super) as_query: Vec<Row>,
    /// What is possible with the new line as key and query.
    pub(super) as_both: u64,
    /// The same queries, where the key is several that differ by their defaults.
    pub(super) alike: Alike,
}

/// What some query could select with a slot as the key: see [`Sieve::reach`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    /// The table and the slot that it was made of.
    made_of: (u64, u64),
    row: Row,
}

impl Sieve {
    /// Makes ready for last lines of the present state.
    pub(super) fn begin_partners(&mut self) {
        self.order();
        self.starts.clear();
        self.groups.clear();
        for slot in 0..self.kinds.len() as Slot {
            let kind = self.kinds[usize::from(slot)];
            let known = self.groups.iter().position(|group| group.kind == kind);
            let group = known.unwrap_or_else(|| {
                self.groups.push(Group { kind, slots: Vec::new(), keys: Vec::new() });
                self.groups.len() - 1
            });
            self.groups[group].slots.push(slot);
            if self.reach(slot).into_iter().any(is_possible) {
                self.groups[group].keys.push(slot);
            }
        }
        self.query_rows.clear();
        self.query_rows.resize(self.groups.len() * self.first * 256, 0);
        self.queries.clear();
    }

    /// What could be left of everything with this slot as the key, whatever the query is.
    ///
    /// At each position, only few sets of places can be selected: those of queries that equal one of the values there, or lie just beside it.
    fn reach(&mut self, slot: Slot) -> Row {
        let (table, slot) = (self.table(), usize::from(slot));
        let place = table * SLOTS_MAX + slot;
        self.reaches.resize(self.reaches.len().max((table + 1) * SLOTS_MAX), Reach::default());
        let made_of = (self.table_made[table], self.slot_made[slot]);
        if self.reaches[place].made_of != made_of {
            let words = self.words_of(slot);
            let row = self.kernels.run(
                #[inline(always)]
                || {
                    let mut reach = self.by_comparison(u64::MAX);
                    for number in 0..self.first {
                        let position = &self.positions[number];
                        let mut of_position = [0; 8];
                        let mut take_in = |query| {
                            let row = self.row(number, words, query);
                            of_position.iter_mut().zip(row).for_each(|(all, row)| *all |= row);
                        };
                        let mut lowest = i8::MAX;
                        for place in 0..position.prefix_len {
                            let value = byte(words, 8 * position.word + place);
                            lowest = lowest.min(value);
                            take_in(value);
                            take_in(value.wrapping_add(1));
                        }
                        take_in(lowest.wrapping_sub(1));
                        reach.iter_mut().zip(of_position).for_each(|(reach, of_position)| *reach &= of_position);
                    }
                    reach
                },
            );
            self.reaches[place] = Reach { made_of, row };
        }
        self.reaches[place].row
    }

    /// What is possible for new lines of this kind that leave these slots to be read.
    pub(super) fn start(&mut self, kind: Kind, required: u32) -> usize {
        if let Some(known) = self.starts.iter().position(|start| start.kind == kind && start.required == required) {
            return known;
        }
        let mut start = Start {
            kind,
            required,
            group: 0,
            queries: Vec::new(),
            as_key: Vec::new(),
            keys: Vec::new(),
            as_query: Vec::new(),
            as_both: self.allowed(required, 0),
            alike: Alike::default(),
        };
        if let Some(group) = self.groups.iter().position(|group| group.kind == kind) {
            start.group = group;
            for &slot in &self.groups[group].slots {
                let allowed = self.allowed(required, 1 << slot);
                if allowed != 0 {
                    start.queries.push(slot);
                    start.as_key.push(self.by_comparison(allowed));
                }
            }
            for place in 0..self.groups[group].keys.len() {
                let slot = self.groups[group].keys[place];
                let allowed = self.allowed(required, 1 << slot);
                let row = self.reach(slot).map(|reach| reach & allowed);
                if row.into_iter().any(is_possible) {
                    start.keys.push(place);
                    start.as_query.push(row);
                }
            }
            if Self::looks_at_together(kind, &self.space.constants) {
                start.alike = self.alike(&start);
            }
        }
        self.starts.push(start);
        self.starts.len() - 1
    }

    /// The values, reductions and defaults that are possible beside a partner: those that read what neither the new line nor the partner is.
    fn allowed(&self, required: u32, partner: u32) -> u64 {
        let rest = required & !partner;
        match rest.count_ones() {
            0 => self.bits[self.kinds.len()],
            1 => self.own_bits[rest.trailing_zeros() as usize],
            _ => 0,
        }
    }

    /// The same for each comparison of the space.
    pub(super) fn by_comparison(&self, bits: u64) -> Row {
        let mut row = [0; 8];
        for &comparison in &self.space.operations.select {
            row[comparison as usize] = bits;
        }
        row
    }

    /// As the key of an aggregation of another value.
    pub(super) fn could_be_key(&mut self, candidate: &Candidate<'_>, start: usize) -> bool {
        let mut alive = std::mem::take(&mut self.alive);
        let start = &self.starts[start];
        alive.clear();
        alive.extend_from_slice(&start.as_key);
        let any = !alive.is_empty() && self.narrow_all(candidate.words, &start.queries, &mut alive);
        let passes = any
            && start.queries.iter().zip(&alive).any(|(&query, &alive)| {
                alive.into_iter().any(is_possible) && self.remain(alive, candidate.words, self.words_of(usize::from(query)))
            });
        let passes = passes || start.as_both != 0 && self.could_be_both(candidate, start.as_both);
        self.alive = alive;
        passes
    }

    /// What is left beside each of these queries after the first positions; whether anything is.
    fn narrow_all(&self, key: &[u64], queries: &[Slot], alive: &mut [Row]) -> bool {
        with_vectors!(self.kernels, |vectors| {
            for number in 0..self.first {
                let position = &self.positions[number];
                let compared = self.compare_slots(vectors, number, key);
                let mut left = [0; 8];
                if number < self.short {
                    let (orders, rows) = (compared.orders(vectors, position.prefix), self.rows(number));
                    for (alive, &query) in alive.iter_mut().zip(queries) {
                        narrow(alive, &rows[usize::from(orders[usize::from(query)])], &mut left);
                    }
                } else {
                    let sets = self.sets_of(number);
                    for (alive, &query) in alive.iter_mut().zip(queries) {
                        let (equal, less) = compared.sets(usize::from(query));
                        narrow(alive, &row_of(sets, selections(equal, less, position.prefix)), &mut left);
                    }
                }
                if !is_any(&left) {
                    return false;
                }
            }
            true
        })
    }

    /// A key at a first position, compared with all slots.
    #[inline(always)]
    pub(super) fn compare_slots(&self, vectors: impl Vectors, number: usize, key: &[u64]) -> Compared {
        let position = &self.positions[number];
        let pairs = |word: usize, eight: usize| ([key[position.word + word]; 8], *self.abreast.queries(number, eight));
        Compared::new(vectors, position.prefix_len, self.kinds.len().div_ceil(8), pairs)
    }

    /// As key and query of an aggregation of another value.
    fn could_be_both(&self, candidate: &Candidate<'_>, allowed: u64) -> bool {
        let words = candidate.words;
        let mut alive = self.by_comparison(allowed);
        let any = self.kernels.run(
            #[inline(always)]
            || {
                for number in 0..self.first {
                    let query = byte(words, self.positions[number].lane);
                    let mut left = [0; 8];
                    narrow(&mut alive, &self.row(number, words, query), &mut left);
                    if !is_any(&left) {
                        return false;
                    }
                }
                true
            },
        );
        any && self.remain(alive, words, words)
    }

    /// As the query of an aggregation of another value.
    pub(super) fn could_be_query(&mut self, candidate: &Candidate<'_>, start: usize) -> bool {
        if self.starts[start].keys.is_empty() {
            return false;
        }
        let mut alive = std::mem::take(&mut self.alive);
        alive.clear();
        alive.extend_from_slice(&self.starts[start].as_query);
        let any = self.narrow_as_query(start, |lane| Some(byte(candidate.words, lane)), &mut alive);
        let start = &self.starts[start];
        let keys = &self.groups[start.group].keys;
        let passes = any
            && start.keys.iter().zip(&alive).any(|(&key, &alive)| {
                alive.into_iter().any(is_possible) && self.remain(alive, self.words_of(usize::from(keys[key])), candidate.words)
            });
        self.alive = alive;
        passes
    }

    /// What is left beside each key after the first positions where `at` knows the query; whether anything is.
    #[inline]
    pub(super) fn narrow_as_query(&mut self, start: usize, at: impl Fn(usize) -> Option<i8>, alive: &mut [Row]) -> bool {
        for number in 0..self.first {
            let Some(query) = at(self.positions[number].lane) else { continue };
            let rows = self.query_rows(self.starts[start].group, number, query);
            let (rows, keys) = (&self.queries[rows..], &self.starts[start].keys);
            let any = self.kernels.run(
                #[inline(always)]
                || {
                    let mut left = [0; 8];
                    for (alive, &key) in alive.iter_mut().zip(keys) {
                        narrow(alive, &rows[key], &mut left);
                    }
                    is_any(&left)
                },
            );
            if !any {
                return false;
            }
        }
        true
    }

    /// Where in `queries` the rows for this query value at a first position begin: one for each key of the group.
    #[inline]
    fn query_rows(&mut self, group: usize, number: usize, value: i8) -> usize {
        let place = (group * self.first + number) * 256 + usize::from(value.cast_unsigned());
        if self.query_rows[place] == 0 {
            self.query_rows[place] = self.queries.len() as u32 + 1;
            for &key in &self.groups[group].keys {
                let row = self.row(number, self.words_of(usize::from(key)), value);
                self.queries.push(row);
            }
        }
        self.query_rows[place] as usize - 1
    }

    /// Whether some of what is alive after the first positions gives the target at the others too.
    #[cold]
    fn remain(&self, mut alive: Row, key: &[u64], query: &[u64]) -> bool {
        for (number, position) in self.positions.iter().enumerate().skip(self.first) {
            let (equal, less) = compare(&key[position.word..], self.width, byte(query, position.lane));
            let sets = selections(equal, less, position.prefix);
            let mut any = false;
            for (&set, alive) in sets.iter().zip(&mut alive) {
                if is_possible(*alive) {
                    *alive &= self.reductions_over(number, set, *alive);
                    any |= is_possible(*alive);
                }
            }
            if !any {
                return false;
            }
        }
        true
    }

    /// What gives the target at a position where these places are selected, of the slots that have bits in `left`.
    #[inline]
    pub(super) fn reductions_over(&self, number: usize, set: u32, left: u64) -> u64 {
        if self.positions[number].prefix_len <= TABULATED {
            self.tables[(self.table() * self.positions.len() + number) * SETS + set as usize]
        } else {
            self.reductions_of_slots(number, set, left)
        }
    }
}

/// Takes out of what is alive what a row lacks, and adds what is left to `left`.
#[inline(always)]
pub(super) fn narrow(alive: &mut Row, row: &Row, left: &mut Row) {
    // All is read before anything is written, and without a branch, so that a row is one vector.
    let (mut narrowed, row, mut sum) = (*alive, *row, *left);
    for word in 0..row.len() {
        narrowed[word] &= row[word];
        sum[word] |= if narrowed[word] & DEFAULTS == 0 { 0 } else { narrowed[word] };
    }
    (*alive, *left) = (narrowed, sum);
}

/// Whether anything but defaults is left.
#[inline(always)]
pub(super) fn is_any(left: &Row) -> bool {
    left.iter().fold(0, |all, bits| all | bits) & !DEFAULTS != 0
}
