//! The values of a state on one layout, and the values that its newest line makes possible.

use super::kernel::{Bits, Chunk, Kernels, LANES};
use super::layout::Layout;
use super::line::{self, INDICES, Kind, Line, Select, Slot, TOKENS};
use super::space::Space;
use super::table::{Table, hash};
use crate::comparison::Comparison;
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::operation::Arithmetic;
use std::ops::Range;

/// What takes the values that a state makes possible.
pub(super) trait Take {
    /// Takes one.
    fn take(&mut self, line: Line, kind: Kind, value: &[Chunk]);

    /// Takes the aggregations that differ by their defaults alone: all, unless it knows better.
    #[inline]
    fn take_defaults(&mut self, aggregation: &Unfilled<'_>, out: &mut [Chunk]) {
        for &default in aggregation.defaults {
            let value = aggregation.fill(default, out);
            self.take(aggregation.line(default), aggregation.kind, value);
        }
    }
}

impl<F: FnMut(Line, Kind, &[Chunk])> Take for F {
    #[inline]
    fn take(&mut self, line: Line, kind: Kind, value: &[Chunk]) {
        self(line, kind, value);
    }
}

/// An aggregation without its default.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfilled<'v> {
    /// The number of its selector.
    pub(super) selector: usize,
    pub(super) select: Select,
    pub(super) value: Slot,
    pub(super) reduction: Reduction,
    pub(super) kind: Kind,
    pub(super) defaults: &'v [i8],
    /// `[chunks]`: its values where something is selected, and 0 elsewhere.
    pub(super) reduced: &'v [Chunk],
    /// `[chunks]`: all ones at positions where nothing is.
    pub(super) unselected: &'v [Chunk],
    /// The first selector that selects nothing at the same positions.
    pub(super) gaps: u32,
    kernels: Kernels,
}

impl Unfilled<'_> {
    /// The slots that it reads, as bits.
    pub(super) fn reads(&self) -> u32 {
        self.select.reads() | 1 << self.value
    }

    pub(super) fn line(&self, default: i8) -> Line {
        Line::Aggregate { select: self.select, value: self.value, reduction: self.reduction, default }
    }

    /// Its values with a default; `out` is room for them.
    #[inline]
    pub(super) fn fill<'o>(&'o self, default: i8, out: &'o mut [Chunk]) -> &'o [Chunk] {
        if default == 0 {
            return self.reduced;
        }
        for ((out, reduced), unselected) in out.iter_mut().zip(self.reduced).zip(self.unselected) {
            self.kernels.map(reduced, unselected, &[u8::MAX; LANES], out, |reduced, unselected| reduced | default & unselected);
        }
        out
    }
}

/// The leaves and lines of a state, with what they are in every lane of a layout, and each selector over them that is unlike the others.
#[derive(Clone, Debug)]
pub(super) struct View<'s> {
    pub(super) layout: &'s Layout,
    pub(super) kinds: Vec<Kind>,
    space: &'s Space,
    kernels: Kernels,
    /// `[slots][chunks]`
    values: Vec<Chunk>,
    /// `[slots][width][chunks]`
    spreads: Vec<Chunk>,
    selects: Vec<Select>,
    /// `[selectors][width / 8][chunks]`
    masks: Vec<Bits>,
    /// `[selectors][chunks]`: how many places each selects.
    counts: Vec<Chunk>,
    /// `[selectors][chunks]`: all ones at positions where each selects nothing.
    unselected: Vec<Chunk>,
    /// For each selector, the first one that selects nothing at the same positions.
    gaps: Vec<u32>,
    /// The first ones, and the same by these positions.
    first_gaps: Vec<u32>,
    gaps_table: Table,
    /// Whether there is such a position; in [`derive_by`](Self::derive_by), in the other view.
    some_empty: Vec<bool>,
    /// Whether the layout is a part of the sequences only.
    is_part: bool,
    /// The selectors by mask.
    table: Table,
    /// For each slot, how many selectors there were before.
    marks: Vec<usize>,
    scratch: Vec<Chunk>,
    /// `[comparisons][width / 8][chunks]`
    pair_masks: Vec<Bits>,
}

impl<'s> View<'s> {
    /// The state without lines.
    pub(super) fn new(space: &'s Space, layout: &'s Layout, is_part: bool) -> Self {
        let mut view = View {
            layout,
            kinds: Vec::new(),
            space,
            kernels: Kernels::new(),
            values: Vec::new(),
            spreads: Vec::new(),
            selects: Vec::new(),
            masks: Vec::new(),
            counts: Vec::new(),
            unselected: Vec::new(),
            gaps: Vec::new(),
            first_gaps: Vec::new(),
            gaps_table: Table::default(),
            some_empty: Vec::new(),
            is_part,
            table: Table::default(),
            marks: Vec::new(),
            scratch: Vec::new(),
            pair_masks: Vec::new(),
        };
        for (slot, kind) in line::leaf_kinds(space).into_iter().enumerate() {
            let values: Vec<Chunk> = match slot as Slot {
                TOKENS => layout.tokens.clone(),
                INDICES => layout.indices.clone(),
                line::FALSE => layout.constant(0).collect(),
                line::TRUE => layout.constant(1).collect(),
                constant => layout.constant(space.constants[usize::from(constant - line::FIRST_CONSTANT)]).collect(),
            };
            view.push(kind, &values);
        }
        view
    }

    /// A slot's value.
    pub(super) fn value(&self, slot: Slot) -> &[Chunk] {
        &self.values[usize::from(slot) * self.layout.chunks..][..self.layout.chunks]
    }

    /// The selectors that are unlike each other.
    pub(super) fn selects(&self) -> &[Select] {
        &self.selects
    }

    /// `[width / 8][chunks]`: which places a selector selects.
    pub(super) fn mask(&self, selector: usize) -> &[Bits] {
        let size = self.mask_size();
        &self.masks[selector * size..][..size]
    }

    fn mask_size(&self) -> usize {
        self.layout.width / 8 * self.layout.chunks
    }

    /// Adds a value, without what it makes possible.
    pub(super) fn push(&mut self, kind: Kind, values: &[Chunk]) {
        let slot = self.kinds.len() as Slot;
        self.kinds.push(kind.in_slot(slot));
        self.values.extend_from_slice(values);
        self.layout.spread(values, &mut self.spreads);
        self.marks.push(self.selects.len());
    }

    /// Takes the newest value away, and its selectors.
    pub(super) fn pop(&mut self) {
        self.kinds.pop();
        let selectors = self.marks.pop().expect("a value was added");
        self.values.truncate(self.kinds.len() * self.layout.chunks);
        self.spreads.truncate(self.kinds.len() * self.layout.width * self.layout.chunks);
        self.truncate_selectors(selectors);
        self.table.truncate(selectors);
    }

    fn truncate_selectors(&mut self, selectors: usize) {
        self.selects.truncate(selectors);
        self.masks.truncate(selectors * self.mask_size());
        self.counts.truncate(selectors * self.layout.chunks);
        self.unselected.truncate(selectors * self.layout.chunks);
        self.gaps.truncate(selectors);
        self.first_gaps.truncate(self.first_gaps.partition_point(|&first| (first as usize) < selectors));
        self.gaps_table.truncate(self.first_gaps.len());
        self.some_empty.truncate(selectors);
    }

    /// Gives every value that one operation makes of the slots there are, the slot `newest` among them, with the operation and its kind; before the
    /// first line is chosen (`newest` is `None`), every value that one operation makes of the leaves. Values come more than once, but of a value's reductions that are
    /// the same on this layout only one. Operations with a fault
    /// somewhere are left out, and so is what reads no slot of `beside`, unless that is 0. `known` is what [`add_selectors`](Self::add_selectors) gave.
    pub(super) fn derive(&mut self, newest: Option<Slot>, known: usize, beside: u32, give: &mut impl Take) {
        self.elementwise(newest, beside, give);
        self.attention(newest, 0..known, known..self.selects.len(), beside, true, give);
    }

    /// As [`derive`](Self::derive) by the selectors of another view of the same state: what selects the same here may differ there, and reductions that are the same
    /// here may too, so all are given.
    pub(super) fn derive_by(&mut self, other: &View<'_>, newest: Slot, known: usize, give: &mut impl Take) {
        self.elementwise(Some(newest), 0, give);
        let own = self.selects.len();
        for (&select, &some_empty) in other.selects.iter().zip(&other.some_empty) {
            let mask = self.mask_of(select);
            self.push_selector(select, &mask);
            self.some_empty.push(some_empty);
        }
        self.attention(Some(newest), own..own + known, own + known..self.selects.len(), 0, false, give);
        self.truncate_selectors(own);
    }

    /// What the newest slot makes possible by the known selectors, and all slots by the new ones; of reductions that are the same here, one, if they are to be
    /// `unlike`.
    fn attention(&mut self, newest: Option<Slot>, known: Range<usize>, new: Range<usize>, beside: u32, unlike: bool, give: &mut impl Take) {
        let slots = self.kinds.len() as Slot;
        let is_wanted = |reads: u32| beside == 0 || reads & beside != 0;
        for selector in new {
            let reads = self.selects[selector].reads();
            if is_wanted(reads) {
                self.width(selector, give);
            }
            for value in (0..slots).filter(|&value| is_wanted(reads | 1 << value)) {
                self.aggregate(selector, value, unlike, give);
            }
        }
        if let Some(newest) = newest {
            for selector in known {
                if is_wanted(self.selects[selector].reads() | 1 << newest) {
                    self.aggregate(selector, newest, unlike, give);
                }
            }
        }
    }

    fn elementwise(&mut self, newest: Option<Slot>, beside: u32, give: &mut impl Take) {
        let mut out = std::mem::take(&mut self.scratch);
        out.resize(self.layout.chunks, [0; LANES]);
        let reading = newest.map_or(0, |newest| 1 << newest);
        line::visit_elementwise(self.space, &self.kinds, reading, |line, kind| {
            if (beside == 0 || line.reads() & beside != 0) && self.elementwise_line(line, &mut out) {
                give.take(line, kind, &out);
            }
        });
        self.scratch = out;
    }

    /// The value of an elementwise line; whether it is without fault.
    fn elementwise_line(&self, line: Line, out: &mut [Chunk]) -> bool {
        let mut fine = true;
        let kernels = self.kernels;
        for (chunk, out) in out.iter_mut().enumerate() {
            let at = |slot: Slot| &self.values[usize::from(slot) * self.layout.chunks + chunk];
            let valid = &self.layout.valid[chunk];
            match line {
                Line::Arithmetic(operation, left, right) => fine &= kernels.arithmetic(operation, at(left), at(right), valid, out),
                Line::Negate(input) => fine &= kernels.arithmetic(Arithmetic::Subtract, &[0; LANES], at(input), valid, out),
                Line::Successor(input) => kernels.map(at(input), &[1; LANES], valid, out, i8::wrapping_add),
                Line::Predecessor(input) => kernels.map(at(input), &[1; LANES], valid, out, i8::wrapping_sub),
                Line::Compare(comparison, left, right) => kernels.compare(comparison, at(left), at(right), valid, out),
                Line::Not(input) => kernels.map(at(input), &[1; LANES], valid, out, |input, one| input ^ one),
                Line::And(left, right) => kernels.map(at(left), at(right), valid, out, |left, right| left & right),
                Line::Or(left, right) => kernels.map(at(left), at(right), valid, out, |left, right| left | right),
                Line::Where(condition, yes, no) => kernels.choose(at(condition), at(yes), at(no), out),
                Line::Width(_) | Line::Aggregate { .. } => unreachable!("attention is not elementwise"),
            }
        }
        fine
    }

    /// Adds the selectors with the newest slot as key or query; before the first line, all. Gives how many there were before.
    pub(super) fn add_selectors(&mut self, newest: Option<Slot>) -> usize {
        let known = self.selects.len();
        let slots = self.kinds.len() as Slot;
        if newest.is_none() {
            self.add_constant_selectors();
        }
        for key in 0..slots {
            for query in 0..slots {
                let is_new = newest.is_none_or(|newest| key == newest || query == newest);
                let constants = line::is_constant(self.space, key) && line::is_constant(self.space, query);
                if is_new && !constants && self.kinds[usize::from(key)] == self.kinds[usize::from(query)] {
                    self.add_pair(key, query);
                }
            }
        }
        known
    }

    /// Everything that may be looked at, and nothing.
    fn add_constant_selectors(&mut self) {
        let all = Select { key: line::TRUE, query: line::TRUE, comparison: Comparison::Equal };
        let none = Select { query: line::FALSE, ..all };
        let causal = self.layout.causal.clone();
        self.add_selector(all, &causal);
        let nothing = vec![[0; LANES]; self.mask_size()];
        self.add_selector(none, &nothing);
    }

    /// The selectors of one key and query, for every comparison.
    fn add_pair(&mut self, key: Slot, query: Slot) {
        let (width, chunks, size) = (self.layout.width, self.layout.chunks, self.mask_size());
        let mut masks = std::mem::take(&mut self.pair_masks);
        masks.resize(6 * size, [0; LANES]);
        for byte in 0..width / 8 {
            for chunk in 0..chunks {
                let spread = &self.spreads[usize::from(key) * width * chunks..][..width * chunks];
                let query = &self.values[usize::from(query) * chunks + chunk];
                let causal = &self.layout.causal[byte * chunks + chunk];
                let selected = self.kernels.select(|place| &spread[(8 * byte + place) * chunks + chunk], query, causal);
                for (comparison, selected) in selected.into_iter().enumerate() {
                    masks[comparison * size + byte * chunks + chunk] = selected;
                }
            }
        }
        let space = self.space;
        for &comparison in &space.operations.select {
            self.add_selector(Select { key, query, comparison }, &masks[comparison as usize * size..][..size]);
        }
        self.pair_masks = masks;
    }

    /// Adds a selector unless one selects the same.
    ///
    /// On a part of the sequences two selectors may select the same and differ elsewhere, so that both are needed. They stand for each other here if they
    /// read the same lines, since then the same is left to be read by others.
    fn add_selector(&mut self, select: Select, mask: &[Bits]) {
        let size = mask.len();
        let lines = |select: Select| if self.is_part { select.reads() >> line::leaves(self.space) } else { 0 };
        let reads = lines(select);
        let hash = hash(u64::from(reads), mask.iter().map(words));
        let is_same = |other: usize| lines(self.selects[other]) == reads && self.masks[other * size..][..size] == *mask;
        if self.table.find(hash, is_same).is_none() {
            self.table.push(hash);
            self.push_selector(select, mask);
            // Without a branch for each lane.
            let is_any = |chunk: &Chunk| chunk.iter().fold(0, |all, lane| all | lane) != 0;
            self.some_empty.push(self.unselected(self.selects.len() - 1).iter().any(is_any));
        }
    }

    fn push_selector(&mut self, select: Select, mask: &[Bits]) {
        self.selects.push(select);
        self.masks.extend_from_slice(mask);
        for chunk in 0..self.layout.chunks {
            let count = self.count(mask, chunk);
            let mut unselected = [0; LANES];
            self.kernels.fill(&[0; LANES], &count, -1, &self.layout.valid[chunk], &mut unselected);
            self.counts.push(count);
            self.unselected.push(unselected);
        }
        let selector = self.gaps.len();
        let hash = hash(0, self.unselected(selector).iter().map(chunk_words));
        let is_same = |place: usize| self.unselected(self.first_gaps[place] as usize) == self.unselected(selector);
        let known = self.gaps_table.find(hash, is_same).map(|place| self.first_gaps[place]);
        if known.is_none() {
            self.gaps_table.push(hash);
            self.first_gaps.push(selector as u32);
        }
        self.gaps.push(known.unwrap_or(selector as u32));
    }

    /// How many places a mask selects, in one chunk.
    fn count(&self, mask: &[Bits], chunk: usize) -> Chunk {
        self.kernels.count(self.layout.width / 8, |byte| &mask[byte * self.layout.chunks + chunk])
    }

    /// `[chunks]`: all ones at positions where a selector selects nothing.
    pub(super) fn unselected(&self, selector: usize) -> &[Chunk] {
        &self.unselected[selector * self.layout.chunks..][..self.layout.chunks]
    }

    /// `[chunks]`: how many places a selector selects.
    fn counts(&self, selector: usize) -> &[Chunk] {
        &self.counts[selector * self.layout.chunks..][..self.layout.chunks]
    }

    fn width(&self, selector: usize, give: &mut impl Take) {
        if self.space.operations.width {
            give.take(Line::Width(self.selects[selector]), line::width_kind(self.space), self.counts(selector));
        }
    }

    /// Every aggregation of a value by a selector, the reductions `unlike` each other or not.
    fn aggregate(&mut self, selector: usize, value: Slot, unlike: bool, give: &mut impl Take) {
        let kind = self.kinds[usize::from(value)];
        let (chunks, width, size) = (self.layout.chunks, self.layout.width, self.mask_size());
        let is_constant = line::is_constant(self.space, value);
        let with_mean = kind == Kind::Token && !is_constant && self.space.operations.reductions.contains(&Reduction::Mean);
        let mut room = std::mem::take(&mut self.scratch);
        room.resize(4 * chunks, [0; LANES]);
        let (reduced, out) = room.split_at_mut(3 * chunks);
        let count = self.counts(selector);
        let mask = &self.masks[selector * size..][..size];
        let spread = &self.spreads[usize::from(value) * width * chunks..][..width * chunks];
        for chunk in 0..chunks {
            let mut fill = |reduction: usize, value: &Chunk| {
                self.kernels.fill(value, &count[chunk], 0, &self.layout.valid[chunk], &mut reduced[reduction * chunks + chunk]);
            };
            if is_constant {
                fill(0, &self.value(value)[chunk]);
                continue;
            }
            let (masks, values) = (|byte: usize| &mask[byte * chunks + chunk], |place: usize| &spread[place * chunks + chunk]);
            let of_chunk = self.kernels.reduce(width, with_mean.then_some(&count[chunk]), masks, values);
            [of_chunk.max, of_chunk.min, of_chunk.mean].iter().enumerate().for_each(|(reduction, value)| fill(reduction, value));
        }
        let (max, others) = reduced.split_at(chunks);
        let (min, mean) = others.split_at(chunks);
        let has = |reduction| self.space.operations.reductions.contains(&reduction);
        let mut given = 0;
        for &reduction in &self.space.operations.reductions {
            let (of_reduction, is_given) = match reduction {
                Reduction::Mean if kind != Kind::Token => continue,
                // All reductions of a constant are the same.
                _ if is_constant => (max, given > 0),
                Reduction::Max => (max, false),
                Reduction::Min => (min, unlike && has(Reduction::Max) && min == max),
                Reduction::Mean => (mean, unlike && (has(Reduction::Max) && mean == max || has(Reduction::Min) && mean == min)),
            };
            if is_given {
                continue;
            }
            given += 1;
            let defaults = line::defaults(self.space, kind);
            let aggregation = Unfilled {
                selector,
                select: self.selects[selector],
                value,
                reduction,
                kind,
                defaults: if self.some_empty[selector] { defaults } else { &defaults[..defaults.len().min(1)] },
                reduced: of_reduction,
                unselected: self.unselected(selector),
                gaps: self.gaps[selector],
                kernels: self.kernels,
            };
            give.take_defaults(&aggregation, out);
        }
        self.scratch = room;
    }

    /// The value of one line; `None` where it has a fault.
    pub(super) fn evaluate(&self, line: Line) -> Option<Vec<Chunk>> {
        let (Line::Width(select) | Line::Aggregate { select, .. }) = line else {
            let mut out = vec![[0; LANES]; self.layout.chunks];
            return self.elementwise_line(line, &mut out).then_some(out);
        };
        let (width, chunks) = (self.layout.width, self.layout.chunks);
        let masks = self.mask_of(select);
        let value = |chunk: usize| {
            let count = self.count(&masks, chunk);
            let Line::Aggregate { value, reduction, default, .. } = line else { return count };
            let values = self.spread(value);
            let with_mean = (reduction == Reduction::Mean).then_some(&count);
            let reduced =
                self.kernels.reduce(width, with_mean, |byte| &masks[byte * chunks + chunk], |place| &values[place * chunks + chunk]);
            let value = match reduction {
                Reduction::Max => reduced.max,
                Reduction::Min => reduced.min,
                Reduction::Mean => reduced.mean,
            };
            let mut out = [0; LANES];
            self.kernels.fill(&value, &count, default, &self.layout.valid[chunk], &mut out);
            out
        };
        Some((0..chunks).map(value).collect())
    }

    /// `[width / 8][chunks]`: which places a selector selects, whether or not it is among those there are.
    fn mask_of(&self, select: Select) -> Vec<Bits> {
        let chunks = self.layout.chunks;
        let (keys, query) = (self.spread(select.key), self.value(select.query));
        let of_place = |(place, causal): (usize, &Bits)| {
            let (byte, chunk) = (place / chunks, place % chunks);
            let key = |place: usize| &keys[(8 * byte + place) * chunks + chunk];
            self.kernels.select(key, &query[chunk], causal)[select.comparison as usize]
        };
        self.layout.causal.iter().enumerate().map(of_place).collect()
    }

    /// `[width][chunks]`: see [`Layout::spread`].
    fn spread(&self, slot: Slot) -> &[Chunk] {
        let size = self.layout.width * self.layout.chunks;
        &self.spreads[usize::from(slot) * size..][..size]
    }
}

/// The lanes of a chunk as words.
#[inline]
pub(super) fn words(bits: &Bits) -> [u64; 8] {
    std::array::from_fn(|word| u64::from_le_bytes(std::array::from_fn(|byte| bits[8 * word + byte])))
}

/// The lanes of a chunk as words.
#[inline]
pub(super) fn chunk_words(chunk: &Chunk) -> [u64; 8] {
    std::array::from_fn(|word| u64::from_le_bytes(std::array::from_fn(|byte| chunk[8 * word + byte].cast_unsigned())))
}
