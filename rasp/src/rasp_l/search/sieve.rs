//! Whether any last operation could agree with the screen, without making one.
//!
//! A last line and a last operation that reads it are ruled out together, position by position: at a scored position a selector comes to the set of places
//! that it selects, and whether a maximum, minimum or mean over such a set is the target depends on nothing else. So for each position there is a table from
//! sets of places (as long as there are few) to the values and reductions that give the target, a bit for each; the new line as key or query makes one such set for each
//! partner and comparison; and the bits left after a few positions are those last operations that are still possible, mostly none. Aggregations of tokens that
//! differ by their default alone, most values of a state, are looked at together ([`defaults`]).
//!
//! What passes may still be wrong (faults are not looked for, of more than four defaults not all are told apart, and means of the new line are taken from sums modulo
//! 256): [`last`](super::last) settles it. What is ruled out is so for certain, which the tests of [`search`](super) check against plain evaluation.

#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

mod abreast;
mod calculate;
mod choose;
mod compared;
mod defaults;
mod itself;
mod own;
pub(super) mod pairs;
mod partner;
mod position;
mod reduce;
mod table;
#[cfg(test)]
mod tests;

use super::kernel::{Bits, Chunk, Kernels, LANES};
use super::layout::Layout;
use super::line::{self, Kind, Slot};
use super::space::Space;
use super::view::{View, chunk_words};
use super::words::byte;
use crate::rasp_l::graph::Reduction;
use abreast::Abreast;
use calculate::Calculations;
use choose::Branch;
use defaults::Gap;
use itself::Pairings;
use own::Own;
use partner::{Group, Reach, Start};
use position::{Against, Eight, Position, Prospects, arrange, by_turns, position};
use reduce::List;
use std::collections::HashMap;

/// Slots that a state can have: three bits for each in a word, and four to spare.
pub(super) const SLOTS_MAX: usize = 20;
/// The most scored positions that are looked at.
const POSITIONS_MAX: usize = 64;
/// Positions that come first, each with a table of its own: all that most new lines meet.
const FIRST: usize = 8;
/// The longest prefix of a first position, and how many ways its places can compare with a value: each is less, equal or greater.
pub(super) const FIRST_PREFIX: usize = 5;
const ORDERS: usize = 243;
/// Comparisons of a selector, and two more words so that a row is a vector.
type Row = [u64; 8];
/// The longest prefix for which all sets of places are tabulated at every position.
const TABULATED: usize = 8;
const SETS: usize = 1 << TABULATED;
/// The longest at a first position.
const TABULATED_FIRST: usize = 12;
/// The most words of a value on a screen.
const WORDS_MAX: usize = 8 * 8;
/// The most defaults that are looked at together.
const DEFAULTS_TOGETHER: usize = 8;
/// The bits of one value: its maximum, minimum and mean.
const REDUCTIONS: u64 = 0b111;
/// The highest bits of a word: which defaults are still possible. An empty set has all reductions that its target is a default of, but only that default.
const DEFAULTS: u64 = 0xf << 60;

/// What is known of a state on the screen.
#[derive(Debug)]
pub(super) struct Sieve {
    space: Space,
    /// Words of a sequence.
    width: usize,
    words: usize,
    positions: Vec<Position>,
    /// Those that have prefixes of at most eight places, and the others, targets taking turns.
    eights: Vec<Eight>,
    long: Vec<Position>,
    /// The reductions that the space has.
    reductions: u64,
    kinds: Vec<Kind>,
    /// `[slots][words]`
    values: Vec<u64>,
    /// `[slots][positions]`
    against: Vec<Against>,
    /// `[positions]`: bits of the slots that hold the target.
    hits: Vec<Vec<u32>>,
    /// `[tables][positions][SETS]`. A slot whose values could be the targets has a table of its own, which holds them and those before.
    tables: Vec<u64>,
    /// `[tables][sets]`: the same for the first positions with prefixes of more than eight places, one after another.
    wide_tables: Vec<u64>,
    /// Where each first position begins in a wide table; what comes last is its size.
    wide_places: Vec<usize>,
    /// Room for the sums of all sets of places.
    sums: Vec<i16>,
    /// For each slot, the last table with it.
    table_of: Vec<usize>,
    /// For each slot, how it could be the targets: reductions, shifted to its place, and defaults with which they could.
    own_bits: Vec<u64>,
    /// For each slot, those of all slots up to it.
    bits: Vec<u64>,
    /// `[selectors][positions]`: which places each selects.
    sets: Vec<u32>,
    /// The slots that each selector reads.
    reads: Vec<u32>,
    /// The defaults that give the target wherever each selector selects nothing.
    defaults: Vec<u64>,
    /// `[selectors][first]`: where, among the places up to each first position, each selects nothing.
    gaps: Vec<Gap>,
    /// For each slot, how many selectors there were before.
    marks: Vec<usize>,
    /// How many of the positions are first ones.
    first: usize,
    /// How many of these have short prefixes.
    short: usize,
    /// `[tables][short][ORDERS]`: see [`rows`](Self::rows).
    orders: Vec<Row>,
    /// For each table, what the orders were made from.
    orders_of: Vec<u64>,
    /// Counts the slots that were ever added, to know what has changed.
    made: u64,
    table_made: Vec<u64>,
    slot_made: Vec<u64>,
    /// `[tables][SLOTS_MAX]`
    reaches: Vec<Reach>,
    /// The slots, by kind.
    groups: Vec<Group>,
    starts: Vec<Start>,
    /// `[groups][first][256]`: where in `queries` the rows for this query value begin, plus one.
    query_rows: Vec<u32>,
    queries: Vec<Row>,
    branches: Vec<Branch>,
    calculations: Calculations,
    kernels: Kernels,
    own: Own,
    abreast: Abreast,
    /// Keys and queries beside a new line that is reduced too.
    pairings: Vec<Pairings>,
    /// Room for what is still possible with each selector.
    alive_sets: Vec<Bits>,
    /// Room for what is still possible with each partner.
    alive: Vec<Row>,
    /// Selectors that read certain slots.
    lists: Vec<(u32, List)>,
    /// How many last operations a state has, by its kinds, the last line's kind and what must be read.
    last_operations: HashMap<(Vec<Kind>, Kind, u32), u64>,
}

/// In which roles a last operation may read a new line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roles {
    /// As something else than what is reduced.
    otherwise: bool,
    /// If that is known, the [`prospects`](Candidate::prospects) where it is reduced, itself key or query too or not.
    prospects: Option<u64>,
}

impl Roles {
    /// In all roles.
    pub(super) const ALL: Roles = Roles { otherwise: true, prospects: None };
}

/// What is left of aggregations that differ by their defaults.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// A bit for each default with which some last operation could agree that reads it as something else than what is reduced.
    otherwise: u32,
    /// The prospects of each.
    prospects: [u64; DEFAULTS_TOGETHER],
}

impl Left {
    /// In which roles a default is left, if in any.
    #[inline]
    pub(super) fn roles(&self, number: usize) -> Option<Roles> {
        let (otherwise, prospects) = (self.otherwise >> number & 1 == 1, self.prospects[number]);
        (otherwise || prospects != 0).then_some(Roles { otherwise, prospects: Some(prospects) })
    }
}

/// The new line.
struct Candidate<'c> {
    words: &'c [u64],
    /// Slots that must be read beside it.
    required: u32,
    /// Which reductions of its values could be each target, and with which defaults; only tokens' can.
    prospects: u64,
}

impl Sieve {
    pub(super) fn new(space: &Space, layout: &Layout) -> Self {
        let defaults: Vec<i8> =
            space.constants.iter().copied().filter(|constant| layout.scored.iter().any(|scored| scored.target == *constant)).collect();
        let (positions, first) =
            arrange(layout.scored.iter().map(|&scored| position(scored, &defaults, &space.constants)).collect(), layout);
        let bit = |reduction, bit: u64| if space.operations.reductions.contains(&reduction) { bit } else { 0 };
        let (eights, long): (Vec<Position>, Vec<Position>) =
            by_turns(&positions).into_iter().partition(|position| position.prefix_len <= TABULATED);
        let short = positions[..first].iter().filter(|position| position.prefix_len <= FIRST_PREFIX).count();
        let mut wide_places = vec![0];
        for position in &positions[..first] {
            let sets = if position.prefix_len > TABULATED { 1 << position.prefix_len } else { 0 };
            wide_places.push(wide_places[wide_places.len() - 1] + sets);
        }
        Sieve {
            space: space.clone(),
            width: layout.width / 8,
            words: layout.chunks * LANES / 8,
            eights: Eight::all(eights.into_iter()),
            long,
            reductions: bit(Reduction::Max, 1) | bit(Reduction::Min, 2) | bit(Reduction::Mean, 4),
            kinds: Vec::new(),
            values: Vec::new(),
            against: Vec::new(),
            hits: Vec::new(),
            tables: vec![0; positions.len() * SETS],
            wide_tables: vec![0; wide_places[first]],
            wide_places,
            sums: vec![0; 1 << TABULATED_FIRST],
            table_of: vec![0],
            own_bits: Vec::new(),
            bits: vec![0],
            sets: Vec::new(),
            reads: Vec::new(),
            defaults: Vec::new(),
            gaps: Vec::new(),
            marks: Vec::new(),
            first,
            short,
            orders: Vec::new(),
            orders_of: Vec::new(),
            made: 1,
            table_made: vec![1],
            slot_made: Vec::new(),
            reaches: Vec::new(),
            groups: Vec::new(),
            starts: Vec::new(),
            query_rows: Vec::new(),
            queries: Vec::new(),
            branches: Vec::new(),
            calculations: Calculations::new(&space.operations, &positions),
            kernels: Kernels::new(),
            own: Own::new(positions.len()),
            abreast: Abreast::new(positions.len(), layout.width / 8),
            pairings: Vec::new(),
            alive_sets: Vec::new(),
            alive: Vec::new(),
            lists: Vec::new(),
            last_operations: HashMap::new(),
            positions,
        }
    }

    /// Adds the view's newest slot.
    pub(super) fn push(&mut self, view: &View<'_>, slot: Slot) {
        let kind = view.kinds[usize::from(slot)];
        self.kinds.push(kind);
        self.values.extend(view.value(slot).iter().flat_map(chunk_words));
        self.marks.push(self.reads.len());
        self.made += 1;
        self.slot_made.push(self.made);
        let (table, bits) = (self.table(), self.bits[self.bits.len() - 1]);
        let words = &self.values[usize::from(slot) * self.words..];
        self.calculations.push((kind == Kind::Token).then_some(words));
        self.abreast.set(usize::from(slot), words, &self.positions);
        let mut hits = self.hits.last().cloned().unwrap_or_else(|| vec![0; self.positions.len()]);
        let mut prospects = Prospects::default();
        if kind == Kind::Token {
            for (hits, position) in hits.iter_mut().zip(&self.positions) {
                *hits |= u32::from(byte(words, position.lane) == position.target) << slot;
                let against = position.against(words, self.width);
                prospects.meet(position, against);
                self.against.push(against);
            }
        } else {
            self.against.extend(std::iter::repeat_n(Against::default(), self.positions.len()));
        }
        self.hits.push(hits);
        let prospects = if kind == Kind::Token { prospects.bits(self.reductions) } else { 0 };
        if prospects == 0 {
            self.table_of.push(table);
        } else {
            self.tabulate(slot, table);
            self.table_made.truncate(table + 1);
            self.table_made.push(self.made);
            self.table_of.push(table + 1);
        }
        let own_bits = (prospects & REDUCTIONS) << (3 * slot) | prospects & DEFAULTS;
        self.own_bits.push(own_bits);
        self.bits.push(bits | own_bits);
    }

    pub(super) fn pop(&mut self) {
        self.kinds.pop();
        self.calculations.pop();
        self.slot_made.pop();
        self.hits.pop();
        self.table_of.pop();
        self.own_bits.pop();
        self.bits.pop();
        self.values.truncate(self.kinds.len() * self.words);
        self.against.truncate(self.kinds.len() * self.positions.len());
        self.reads.truncate(self.marks.pop().expect("a slot was added"));
        self.defaults.truncate(self.reads.len());
        self.sets.truncate(self.reads.len() * self.positions.len());
        self.gaps.truncate(self.reads.len() * self.first);
    }

    /// The present table.
    fn table(&self) -> usize {
        *self.table_of.last().expect("there is a first table")
    }

    fn words_of(&self, slot: usize) -> &[u64] {
        &self.values[slot * self.words..][..self.words]
    }

    /// Takes in the view's new selectors.
    pub(super) fn take_in(&mut self, view: &View<'_>) {
        let chunks = view.layout.chunks;
        for selector in self.reads.len()..view.selects().len() {
            let (select, mask) = (view.selects()[selector], view.mask(selector));
            self.reads.push(select.reads());
            let mut defaults = DEFAULTS;
            for position in &self.positions {
                let (chunk, lane) = (position.lane / LANES, position.lane % LANES);
                let set = (0..self.width).map(|byte| u32::from(mask[byte * chunks + chunk][lane]) << (8 * byte));
                let set = set.fold(0, |set, byte| set | byte);
                defaults &= if set == 0 { position.default } else { DEFAULTS };
                self.sets.push(set);
            }
            self.defaults.push(defaults);
            self.add_gaps(view.unselected(selector));
        }
    }

    /// Makes ready for last lines of the view's state.
    pub(super) fn begin(&mut self, view: &View<'_>) {
        self.take_in(view);
        self.lists.clear();
        self.pairings.clear();
        self.begin_partners();
        self.begin_branches();
        self.calculations.begin();
    }

    /// Whether a last operation that reads this new value in one of these roles, and all slots of `required`, could agree.
    pub(super) fn passes(&mut self, kind: Kind, value: &[Chunk], required: u32, roles: Roles) -> bool {
        let mut room = [0; WORDS_MAX];
        let mut candidate = Candidate { words: as_words(value, &mut room), required, prospects: 0 };
        if roles.otherwise {
            let by_choice = match kind {
                Kind::Token => self.could_calculate(&candidate) || self.could_be_chosen(&candidate),
                Kind::Boolean => self.could_choose(&candidate),
                Kind::Index(_) => false,
            };
            let start = self.start(kind, required);
            if by_choice || self.could_be_key(&candidate, start) || self.could_be_query(&candidate, start) {
                return true;
            }
        }
        candidate.prospects = match roles.prospects {
            Some(prospects) => prospects,
            None if kind == Kind::Token => self.prospects(candidate.words),
            None => 0,
        };
        self.own.clear();
        candidate.prospects != 0 && (self.could_be_reduced(&candidate) || self.could_reduce_itself(&candidate))
    }

    /// Which reductions of a token's values could be each target, and with which defaults.
    fn prospects(&self, words: &[u64]) -> u64 {
        let mut prospects = Prospects::default();
        for eight in &self.eights {
            prospects = prospects.and(self.kernels.run(
                #[inline(always)]
                || eight.prospects(words),
            ));
            if prospects.bits(self.reductions) == 0 {
                return 0;
            }
        }
        for position in &self.long {
            prospects.meet(position, position.against(words, self.width));
            if prospects.bits(self.reductions) == 0 {
                return 0;
            }
        }
        prospects.bits(self.reductions)
    }

    /// Whether a value is the target at every position.
    pub(super) fn is_right(&self, kind: Kind, value: &[Chunk]) -> bool {
        let at = |lane: usize| value[lane / LANES][lane % LANES];
        kind == Kind::Token && self.positions.iter().all(|position| at(position.lane) == position.target)
    }

    /// How many last operations read the last two lines, of these kinds, and the slots required with them.
    pub(super) fn last_operations_of_pairs(&mut self, numbers: &[((Kind, Kind, u32), u64)]) -> u64 {
        let slot = self.kinds.len() as Slot;
        let mut total = 0;
        for &((one, other, required), number) in numbers {
            self.kinds.push(one.in_slot(slot));
            total += number * self.last_operations([((other, required | 1 << slot), 1)].into_iter());
            self.kinds.pop();
        }
        total
    }

    /// How many last operations read a last line of each of these kinds and the slots required with it.
    pub(super) fn last_operations(&mut self, last_lines: impl Iterator<Item = ((Kind, u32), u64)>) -> u64 {
        let mut numbers: Vec<((Kind, u32), u64)> = Vec::new();
        for (last_line, more) in last_lines {
            match numbers.iter_mut().find(|(other, _)| *other == last_line) {
                Some((_, number)) => *number += more,
                None => numbers.push((last_line, more)),
            }
        }
        let slot = self.kinds.len() as Slot;
        let mut total = 0;
        for ((kind, required), number) in numbers {
            let lines = self.kinds[line::leaves(&self.space)..].to_vec();
            let space = &self.space;
            let count = self.last_operations.entry((lines, kind, required)).or_insert_with(|| {
                let kinds: Vec<Kind> = self.kinds.iter().copied().chain([kind.in_slot(slot)]).collect();
                let reading = required | 1 << slot;
                let mut count = 0;
                line::visit(space, &kinds, reading, |line, kind| {
                    count += u64::from(kind == Kind::Token && line.reads() & reading == reading);
                });
                count
            });
            total += *count * number;
        }
        total
    }
}

/// The words of a value, in this room.
#[inline]
fn as_words<'r>(value: &[Chunk], room: &'r mut [u64; WORDS_MAX]) -> &'r [u64] {
    for (words, chunk) in room.chunks_exact_mut(8).zip(value) {
        words.copy_from_slice(&chunk_words(chunk));
    }
    &room[..8 * value.len()]
}

/// Whether some reduction is left, and a default for it.
#[inline(always)]
fn is_possible(bits: u64) -> bool {
    bits & DEFAULTS != 0 && bits & !DEFAULTS != 0
}
