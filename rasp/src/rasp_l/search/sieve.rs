//! Whether any last operation could agree with the screen, without making one.
//!
//! A last line and a last operation that reads it are ruled out together, position by position: at a scored position a selector comes to the set of places
//! that it selects, and whether a maximum, minimum or mean over such a set is the target depends on nothing else. So for each position there is a table from
//! sets of places (up to eight of them: 256 sets) to the values and reductions that give the target, a bit for each; the new line as key or query makes one such set for each
//! partner and comparison; and the bits left after a few positions are those last operations that are still possible, mostly none.
//!
//! What passes may still be wrong (faults are not looked for, and of more than four defaults not all are told apart): [`last`](super::last) settles it. What
//! is ruled out is so for certain, which the tests of [`search`](super) check against plain evaluation.

#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

mod calculate;
mod position;
mod words;

use super::kernel::{Chunk, Kernels, LANES};
use super::layout::Layout;
use super::line::{self, Kind, Slot};
use super::space::Space;
use super::view::{View, chunk_words};
use crate::rasp_l::graph::Reduction;
use position::{Against, ORDER_SETS, Position, SET_SIZES, arrange, mean_bit, mean_bounds, position, selections};
use std::collections::HashMap;
use words::{byte, compare};

/// The most scored positions that are looked at.
const POSITIONS_MAX: usize = 64;
/// Positions that come first, each with a table of its own: all that most new lines meet.
const FIRST: usize = 8;
/// The longest prefix of a first position, and how many ways its places can compare with a value: each is less, equal or greater.
pub(super) const FIRST_PREFIX: usize = 5;
const ORDERS: usize = 243;
/// Comparisons of a selector, and two more words so that a row is a vector.
type Row = [u64; 8];
/// The longest prefix for which all sets of places are tabulated.
const TABULATED: usize = 8;
const SETS: usize = 1 << TABULATED;
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
    /// The reductions that the space has.
    reductions: u64,
    kinds: Vec<Kind>,
    /// `[slots][words]`
    values: Vec<u64>,
    /// `[slots][positions]`
    against: Vec<Against>,
    /// `[positions]`: bits of the slots that hold the target.
    hits: Vec<Vec<u32>>,
    /// For each slot, the table that is right with it: `[tables][positions][SETS]`.
    tables: Vec<u64>,
    table_of: Vec<usize>,
    /// For each slot, the bits of all values up to it.
    bits: Vec<u64>,
    /// `[selectors][positions]`: which places each selects.
    sets: Vec<u32>,
    /// The slots that each selector reads.
    reads: Vec<u32>,
    /// For each slot, how many selectors there were before.
    marks: Vec<usize>,
    /// How many of the positions are first ones.
    first: usize,
    /// `[first][ORDERS]`: for each way in which the places of the prefix compare with a query, and each comparison, what the table has for the places that are selected.
    orders: Vec<Row>,
    /// The table that `orders` was made from.
    orders_of: Option<(usize, u64)>,
    /// Counts the states, to know whether a table has changed.
    made: u64,
    table_made: Vec<u64>,
    /// For each kind, its slots.
    partners: Vec<(Kind, Vec<Slot>)>,
    /// `[partners][first][256]`: where in `queries` the rows for this query value begin, plus one.
    query_rows: Vec<u32>,
    queries: Vec<Row>,
    /// `[first][256]`: the operations and slots that make the target of a value.
    sums: Vec<Option<u128>>,
    kernels: Kernels,
    /// `[positions]`: the new line against each target.
    own: Vec<Against>,
    /// `[first][2^FIRST_PREFIX]`: for each set of places, which reductions of the new line over it give the target.
    own_sets: Vec<u64>,
    /// Room for what is still possible with each partner.
    alive: Vec<Row>,
    /// Selectors that read certain slots, in an order in which those that select the same at the first positions stand together.
    lists: Vec<(u32, List)>,
    /// How many last operations a state has, by its kinds, the last line's kind and what must be read.
    last_operations: HashMap<(Vec<Kind>, Kind, u32), u64>,
}

/// Selectors in order, with where to go on when the first or second position rules one out.
#[derive(Debug, Default)]
struct List {
    selectors: Vec<u32>,
    after_first: Vec<u32>,
    after_second: Vec<u32>,
}

/// The new line.
struct Candidate<'c> {
    kind: Kind,
    words: &'c [u64],
    /// Slots that must be read beside it.
    required: u32,
    /// Whether it holds values that reduce to each target; only tokens do.
    is_value: bool,
}

impl Sieve {
    pub(super) fn new(space: &Space, layout: &Layout) -> Self {
        let defaults: Vec<i8> =
            space.constants.iter().copied().filter(|constant| layout.scored.iter().any(|scored| scored.target == *constant)).collect();
        let (positions, first) = arrange(layout.scored.iter().map(|&scored| position(scored, &defaults)).collect(), layout);
        let bit = |reduction, bit: u64| if space.operations.reductions.contains(&reduction) { bit } else { 0 };
        Sieve {
            space: space.clone(),
            width: layout.width / 8,
            words: layout.chunks * LANES / 8,
            reductions: bit(Reduction::Max, 1) | bit(Reduction::Min, 2) | bit(Reduction::Mean, 4),
            kinds: Vec::new(),
            values: Vec::new(),
            against: Vec::new(),
            hits: Vec::new(),
            tables: vec![0; positions.len() * SETS],
            table_of: vec![0],
            bits: vec![0],
            sets: Vec::new(),
            reads: Vec::new(),
            marks: Vec::new(),
            first,
            orders: vec![[0; 8]; first * ORDERS],
            orders_of: None,
            made: 0,
            table_made: vec![0],
            partners: Vec::new(),
            query_rows: Vec::new(),
            queries: Vec::new(),
            sums: Vec::new(),
            kernels: Kernels::new(),
            own: vec![Against::default(); positions.len()],
            own_sets: vec![0; first << FIRST_PREFIX],
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
        let words = &self.values[usize::from(slot) * self.words..];
        let mut hits = self.hits.last().cloned().unwrap_or_else(|| vec![0; self.positions.len()]);
        let table = *self.table_of.last().expect("there is a first table");
        if kind == Kind::Token {
            for (hits, position) in hits.iter_mut().zip(&self.positions) {
                *hits |= u32::from(byte(words, position.lane) == position.target) << slot;
            }
            let against = self.positions.iter().map(|position| position.against(words, self.width));
            self.against.extend(against);
            self.tabulate(slot, table);
            self.made += 1;
            self.table_made.truncate(table + 1);
            self.table_made.push(self.made);
            self.table_of.push(table + 1);
            self.bits.push(self.bits[self.bits.len() - 1] | self.reductions << (3 * slot));
        } else {
            self.against.extend(std::iter::repeat_n(Against::default(), self.positions.len()));
            self.table_of.push(table);
            self.bits.push(self.bits[self.bits.len() - 1]);
        }
        self.hits.push(hits);
    }

    pub(super) fn pop(&mut self) {
        self.kinds.pop();
        self.hits.pop();
        self.table_of.pop();
        self.bits.pop();
        self.values.truncate(self.kinds.len() * self.words);
        self.against.truncate(self.kinds.len() * self.positions.len());
        self.reads.truncate(self.marks.pop().expect("a slot was added"));
        self.sets.truncate(self.reads.len() * self.positions.len());
    }

    /// The next table: the last one, and the bits of the slot.
    fn tabulate(&mut self, slot: Slot, table: usize) {
        let size = self.positions.len() * SETS;
        self.tables.resize((table + 2) * size, 0);
        let (before, after) = self.tables.split_at_mut((table + 1) * size);
        let words = &self.values[usize::from(slot) * self.words..];
        for (number, position) in self.positions.iter().enumerate() {
            if position.prefix_len > TABULATED {
                continue;
            }
            let (before, after) = (&before[table * size + number * SETS..][..SETS], &mut after[number * SETS..][..SETS]);
            let against = self.against[usize::from(slot) * self.positions.len() + number];
            let mut sums = [0_i16; SETS];
            for place in 0..position.prefix_len {
                let value = i16::from(byte(words, 8 * position.word + place));
                let (low, high) = sums.split_at_mut(1 << place);
                for (high, low) in high.iter_mut().zip(low) {
                    *high = *low + value;
                }
            }
            let (lowest, highest) = mean_bounds(position.target);
            for set in 1..1 << position.prefix_len {
                let bits = against.reductions(set as u32) | mean_bit(sums[set], SET_SIZES[set], lowest, highest);
                after[set] = before[set] | (bits & self.reductions) << (3 * slot) | DEFAULTS;
            }
            after[0] = before[0] | if position.default == 0 { 0 } else { self.reductions << (3 * slot) | position.default };
        }
    }

    /// Takes in the view's new selectors.
    pub(super) fn take_in(&mut self, view: &View<'_>) {
        let chunks = view.layout.chunks;
        for selector in self.reads.len()..view.selects().len() {
            let (select, mask) = (view.selects()[selector], view.mask(selector));
            self.reads.push(select.reads());
            for position in &self.positions {
                let (chunk, lane) = (position.lane / LANES, position.lane % LANES);
                let set = (0..self.width).map(|byte| u32::from(mask[byte * chunks + chunk][lane]) << (8 * byte));
                self.sets.push(set.fold(0, |set, byte| set | byte));
            }
        }
    }

    /// Makes ready for last lines of the view's state.
    pub(super) fn begin(&mut self, view: &View<'_>) {
        self.take_in(view);
        self.lists.clear();
        self.order();
        self.partners.clear();
        for (slot, &kind) in self.kinds.iter().enumerate() {
            match self.partners.iter_mut().find(|(other, _)| *other == kind) {
                Some((_, slots)) => slots.push(slot as Slot),
                None => self.partners.push((kind, vec![slot as Slot])),
            }
        }
        self.query_rows.clear();
        self.query_rows.resize(self.partners.len() * self.first * 256, 0);
        self.queries.clear();
        self.sums.clear();
        self.sums.resize(self.first * 256, None);
    }

    /// Makes `orders` from the present table.
    fn order(&mut self) {
        let table = self.table_of[self.kinds.len()];
        let version = Some((table, self.table_made[table]));
        if self.orders_of == version {
            return;
        }
        self.orders_of = version;
        for number in 0..self.first {
            let position = &self.positions[number];
            let sets = &self.tables[(table * self.positions.len() + number) * SETS..][..SETS];
            let orders = 3_usize.pow(position.prefix_len as u32);
            for (order, &(equal, less)) in ORDER_SETS.iter().enumerate().take(orders) {
                let selected = selections(u32::from(equal), u32::from(less), position.prefix);
                let row = &mut self.orders[number * ORDERS + order];
                for &comparison in &self.space.operations.select {
                    row[comparison as usize] = sets[selected[comparison as usize] as usize];
                }
            }
        }
    }

    /// Whether a last operation that reads this new value, and all slots of `required`, could agree.
    pub(super) fn passes(&mut self, kind: Kind, value: &[Chunk], required: u32) -> bool {
        let mut room = [0; 8 * 8];
        let words = &mut room[..self.words];
        for (words, chunk) in words.chunks_exact_mut(8).zip(value) {
            words.copy_from_slice(&chunk_words(chunk));
        }
        let mut candidate = Candidate { kind, words, required, is_value: false };
        if kind == Kind::Token {
            self.weigh(&mut candidate);
        }
        let by_choice = match kind {
            Kind::Token => self.could_calculate(&candidate) || self.could_be_chosen(&candidate),
            Kind::Boolean => self.could_choose(&candidate),
            Kind::Index(_) => false,
        };
        by_choice
            || self.could_be_key(&candidate)
            || self.could_be_query(&candidate)
            || candidate.is_value && (self.could_be_reduced(&candidate) || self.could_reduce_itself(&candidate))
    }

    /// Compares a token with the targets.
    fn weigh(&mut self, candidate: &mut Candidate<'_>) {
        for (own, position) in self.own.iter_mut().zip(&self.positions) {
            *own = position.against(candidate.words, self.width);
            // A maximum or minimum is one of the values, and a mean lies between two of them.
            let between = (own.equal | own.above) != 0 && (own.equal | own.below) != 0;
            if !between && position.default == 0 {
                return;
            }
        }
        candidate.is_value = true;
        let (kernels, words) = (self.kernels, candidate.words);
        for number in 0..self.first {
            let (position, own) = (&self.positions[number], self.own[number]);
            let sets = &mut self.own_sets[number << FIRST_PREFIX..][..1 << FIRST_PREFIX];
            let mut values = [0; FIRST_PREFIX];
            for (place, value) in values.iter_mut().enumerate().take(position.prefix_len) {
                *value = i16::from(byte(words, 8 * position.word + place));
            }
            let (lowest, highest) = mean_bounds(position.target);
            kernels.run(
                #[inline(always)]
                || {
                    let mut sums = [0; 1 << FIRST_PREFIX];
                    for (place, value) in values.iter().enumerate() {
                        for set in 0..1 << place {
                            sums[set | 1 << place] = sums[set] + value;
                        }
                    }
                    for (set, bits) in sets.iter_mut().enumerate() {
                        *bits = own.reductions(set as u32) | mean_bit(sums[set], SET_SIZES[set], lowest, highest) | DEFAULTS;
                    }
                },
            );
            sets[0] = if position.default == 0 { 0 } else { REDUCTIONS | position.default };
        }
    }

    /// The values and reductions that are possible beside a partner: those that read what neither the new line nor the partner is.
    #[inline(always)]
    fn allowed(&self, required: u32, partner: u32) -> u64 {
        let (rest, all) = (required & !partner, self.bits[self.kinds.len()]);
        match rest.count_ones() {
            0 => all,
            1 => self.reductions << (3 * rest.trailing_zeros()) & all,
            _ => 0,
        }
    }

    /// As the key of an aggregation of another value.
    fn could_be_key(&self, candidate: &Candidate<'_>) -> bool {
        self.kernels.run(
            #[inline(always)]
            || {
                let slots = self.kinds.len();
                for partner in 0..=slots {
                    let is_itself = partner == slots;
                    if !is_itself && self.kinds[partner] != candidate.kind {
                        continue;
                    }
                    let allowed = self.allowed(candidate.required, if is_itself { 0 } else { 1 << partner });
                    if allowed == 0 {
                        continue;
                    }
                    let query = if is_itself { candidate.words } else { &self.values[partner * self.words..][..self.words] };
                    let mut alive = [allowed | DEFAULTS; 8];
                    let mut any = true;
                    for number in 0..self.first {
                        let position = &self.positions[number];
                        let row = &self.orders[number * ORDERS + position.order(candidate.words, byte(query, position.lane))];
                        any = narrow(&mut alive, row);
                        if !any {
                            break;
                        }
                    }
                    if any && self.remain(alive, candidate.words, query) {
                        return true;
                    }
                }
                false
            },
        )
    }

    /// As the query of an aggregation of another value.
    fn could_be_query(&mut self, candidate: &Candidate<'_>) -> bool {
        let Some(group) = self.partners.iter().position(|(kind, _)| *kind == candidate.kind) else { return false };
        let mut alive = std::mem::take(&mut self.alive);
        alive.clear();
        let partners = self.partners[group].1.iter();
        alive.extend(partners.map(|&partner| match self.allowed(candidate.required, 1 << partner) {
            0 => [0; 8],
            allowed => [allowed | DEFAULTS; 8],
        }));
        let mut any = true;
        for number in 0..self.first {
            let rows = self.query_rows(group, number, byte(candidate.words, self.positions[number].lane));
            let rows = &self.queries[rows..][..alive.len()];
            any = self.kernels.run(
                #[inline(always)]
                || alive.iter_mut().zip(rows).fold(false, |any, (alive, row)| any | narrow(alive, row)),
            );
            if !any {
                break;
            }
        }
        let passes = any
            && self.partners[group].1.iter().zip(&alive).any(|(&partner, alive)| {
                alive.iter().any(|&alive| is_possible(alive))
                    && self.remain(*alive, &self.values[usize::from(partner) * self.words..], candidate.words)
            });
        self.alive = alive;
        passes
    }

    /// Where in `queries` the rows for this query value at a first position begin: one for each partner as key.
    #[inline]
    fn query_rows(&mut self, group: usize, number: usize, value: i8) -> usize {
        let place = (group * self.first + number) * 256 + usize::from(value.cast_unsigned());
        if self.query_rows[place] == 0 {
            self.query_rows[place] = self.queries.len() as u32 + 1;
            let position = &self.positions[number];
            for &partner in &self.partners[group].1 {
                let order = position.order(&self.values[usize::from(partner) * self.words..], value);
                self.queries.push(self.orders[number * ORDERS + order]);
            }
        }
        self.query_rows[place] as usize - 1
    }

    /// Whether some of what is alive after the first positions gives the target at the others too.
    #[cold]
    fn remain(&self, mut alive: Row, key: &[u64], query: &[u64]) -> bool {
        let table = &self.tables[self.table_of[self.kinds.len()] * self.positions.len() * SETS..];
        for (number, position) in self.positions.iter().enumerate().skip(self.first) {
            let (equal, less) = compare(&key[position.word..], self.width, byte(query, position.lane));
            let sets = selections(equal, less, position.prefix);
            let mut any = false;
            for (&set, alive) in sets.iter().zip(&mut alive) {
                if is_possible(*alive) {
                    *alive &= if position.prefix_len <= TABULATED {
                        table[number * SETS + set as usize]
                    } else {
                        self.reductions_of_all(number, set)
                    };
                    any |= is_possible(*alive);
                }
            }
            if !any {
                return false;
            }
        }
        // Without a first position, comparisons that the space lacks were never ruled out.
        self.space.operations.select.iter().any(|&comparison| is_possible(alive[comparison as usize]))
    }

    /// As key or query and as value, at once.
    fn could_reduce_itself(&self, candidate: &Candidate<'_>) -> bool {
        let slots = self.kinds.len();
        let partners = (0..=slots).filter(|&partner| partner == slots || self.kinds[partner] == candidate.kind);
        for partner in partners {
            let is_itself = partner == slots;
            if candidate.required & !(u32::from(!is_itself) << partner) != 0 {
                continue;
            }
            let other = if is_itself { candidate.words } else { &self.values[partner * self.words..][..self.words] };
            if self.reduces(candidate, candidate.words, other) || !is_itself && self.reduces(candidate, other, candidate.words) {
                return true;
            }
        }
        false
    }

    /// Whether the new line, reduced by some selector of this key and query, gives the target at each position.
    fn reduces(&self, candidate: &Candidate<'_>, key: &[u64], query: &[u64]) -> bool {
        let mut alive = [0; 6];
        for &comparison in &self.space.operations.select {
            alive[comparison as usize] = self.reductions | DEFAULTS;
        }
        for (number, position) in self.positions.iter().enumerate() {
            let (equal, less) = compare(&key[position.word..], self.width, byte(query, position.lane));
            let sets = selections(equal, less, position.prefix);
            let mut any = false;
            for (alive, set) in alive.iter_mut().zip(sets) {
                if is_possible(*alive) {
                    *alive &= self.own_reductions(candidate, number, set);
                    any |= is_possible(*alive);
                }
            }
            if !any {
                return false;
            }
        }
        true
    }

    /// What the table would hold for a set of more than eight places.
    fn reductions_of_all(&self, number: usize, set: u32) -> u64 {
        let position = &self.positions[number];
        let mut bits = 0;
        for slot in (0..self.kinds.len()).filter(|&slot| self.kinds[slot] == Kind::Token) {
            let words = &self.values[slot * self.words..];
            let reductions = position.reductions(self.against[slot * self.positions.len() + number], words, set);
            bits |= (reductions & self.reductions) << (3 * slot) | reductions & DEFAULTS;
        }
        bits
    }

    /// Which reductions of the new line over a set of places give the target.
    #[inline(always)]
    fn own_reductions(&self, candidate: &Candidate<'_>, number: usize, set: u32) -> u64 {
        if number < self.first {
            return self.own_sets[(number << FIRST_PREFIX) + set as usize] & (self.reductions | DEFAULTS);
        }
        self.positions[number].reductions(self.own[number], candidate.words, set) & (self.reductions | DEFAULTS)
    }

    /// As what is reduced, by a selector that the state has.
    fn could_be_reduced(&mut self, candidate: &Candidate<'_>) -> bool {
        let list = self.list(candidate.required);
        let (list, count) = (&self.lists[list].1, self.positions.len());
        let set = |selector: u32, number: usize| self.sets[selector as usize * count + number];
        let mut place = 0;
        while let Some(&selector) = list.selectors.get(place) {
            let first = self.own_reductions(candidate, 0, set(selector, 0));
            if !is_possible(first) {
                place = list.after_first[place] as usize;
                continue;
            }
            let end = list.after_second[place] as usize;
            let second = if count > 1 { first & self.own_reductions(candidate, 1, set(selector, 1)) } else { first };
            if is_possible(second) {
                for &selector in &list.selectors[place..end] {
                    let mut alive = second;
                    for number in 2..count {
                        alive &= self.own_reductions(candidate, number, set(selector, number));
                        if !is_possible(alive) {
                            break;
                        }
                    }
                    if is_possible(alive) {
                        return true;
                    }
                }
            }
            place = end;
        }
        false
    }

    /// The list of the selectors that read all slots of `required`.
    fn list(&mut self, required: u32) -> usize {
        if let Some(known) = self.lists.iter().position(|(other, _)| *other == required) {
            return known;
        }
        let count = self.positions.len();
        let key = |selector: &u32| {
            let sets = &self.sets[*selector as usize * count..][..count];
            (sets[0], sets.get(1).copied().unwrap_or(0))
        };
        let mut selectors: Vec<u32> =
            (0..self.reads.len() as u32).filter(|&selector| required & !self.reads[selector as usize] == 0).collect();
        selectors.sort_unstable_by_key(key);
        let len = selectors.len();
        let mut list = List { after_first: vec![len as u32; len], after_second: vec![len as u32; len], selectors };
        for place in (0..len.saturating_sub(1)).rev() {
            let (here, next) = (key(&list.selectors[place]), key(&list.selectors[place + 1]));
            list.after_first[place] = if here.0 == next.0 { list.after_first[place + 1] } else { place as u32 + 1 };
            list.after_second[place] = if here == next { list.after_second[place + 1] } else { place as u32 + 1 };
        }
        self.lists.push((required, list));
        self.lists.len() - 1
    }

    /// As a branch of a conditional.
    fn could_be_chosen(&self, candidate: &Candidate<'_>) -> bool {
        if !self.space.operations.choose {
            return false;
        }
        let hits = self.hits.last().expect("leaves are slots");
        let conditions = (0..self.kinds.len() as Slot)
            .filter(|&slot| self.kinds[usize::from(slot)] == Kind::Boolean && !line::is_constant(&self.space, slot));
        for condition in conditions {
            let rest = candidate.required & !(1 << condition);
            let words = &self.values[usize::from(condition) * self.words..];
            for branch in [0, 1] {
                // The new line where the condition is `branch`, another slot elsewhere.
                let mut others = u32::MAX;
                let holds = self.positions.iter().zip(hits).all(|(position, hits)| {
                    if byte(words, position.lane) == branch {
                        byte(candidate.words, position.lane) == position.target
                    } else {
                        others &= hits;
                        others != 0
                    }
                });
                if holds && rest & !others == 0 && rest.count_ones() <= 1 {
                    return true;
                }
            }
        }
        false
    }

    /// As the condition of a conditional.
    fn could_choose(&self, candidate: &Candidate<'_>) -> bool {
        if !self.space.operations.choose {
            return false;
        }
        let hits = self.hits.last().expect("leaves are slots");
        let mut branches = [u32::MAX; 2];
        for (position, hits) in self.positions.iter().zip(hits) {
            let branch = &mut branches[usize::from(byte(candidate.words, position.lane) != 0)];
            *branch &= hits;
            if *branch == 0 {
                return false;
            }
        }
        candidate.required & !(branches[0] | branches[1]) == 0
    }

    /// How many last operations read a last line of each of these kinds and the slots required with it.
    pub(super) fn last_operations(&mut self, last_lines: &[(Kind, u32)]) -> u64 {
        let mut numbers: HashMap<(Kind, u32), u64> = HashMap::new();
        for &(kind, required) in last_lines {
            *numbers.entry((kind, required)).or_default() += 1;
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

/// Takes out of what is alive what a row lacks; whether anything is left.
#[inline(always)]
fn narrow(alive: &mut Row, row: &Row) -> bool {
    let mut any = 0;
    for (alive, row) in alive.iter_mut().zip(row) {
        *alive &= row;
        any |= if *alive & DEFAULTS == 0 { 0 } else { *alive & !DEFAULTS };
    }
    any != 0
}

/// Whether some reduction is left, and a default for it.
#[inline(always)]
fn is_possible(bits: u64) -> bool {
    bits & DEFAULTS != 0 && bits & !DEFAULTS != 0
}
