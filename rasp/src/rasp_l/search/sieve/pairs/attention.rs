//! Both lines as two of the key, the query and the value of an aggregation.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::super::position::{Position, selections};
use super::super::{DEFAULTS, REDUCTIONS, Sieve};
use super::{Pairs, Partners, Set, join};
use crate::comparison::Comparison;
use crate::rasp_l::search::kernel::Kernels;
use crate::rasp_l::search::line::{NEW_WIDTH, Slot};
use crate::rasp_l::search::words::{byte, compare};

/// The words of a set that are looked at together.
const BLOCK: usize = 8;
/// The most values before a position.
const PLACES_MAX: usize = 32;

/// Room for what is still possible with one item.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// The item.
    own: Vec<u64>,
    aggregations: Vec<Aggregation>,
    /// `[aggregations][words]`: the partners with which each is still possible.
    alive: Vec<u64>,
    classes: Vec<Class>,
    /// `[classes][words]`
    class_sets: Vec<u64>,
    /// `[comparisons][defaults][words]`: the partners beside which each default is right wherever nothing was selected so far.
    defaults: Vec<u64>,
    set: Set,
}

/// What is reduced after a selector, and how.
#[derive(Clone, Copy, Debug)]
struct Aggregation {
    comparison: Comparison,
    value: Value,
    /// 0, 1, 2: maximum, minimum, mean.
    reduction: usize,
    /// Where in `alive` its set begins.
    start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Slot(Slot),
    /// The item itself.
    Item,
    Partner,
}

/// Queries that compare alike with each place of a key: what each comparison selects for them.
type Class = [u32; 6];

impl Pairs {
    /// The item as key and its partner as query, of a slot or one of the two.
    pub(super) fn select_by_both(&mut self, sieve: &Sieve, item: usize, partners: &Partners) {
        let mut room = std::mem::take(&mut self.room);
        self.begin_aggregations(sieve, item, partners, &mut room);
        for (number, position) in sieve.positions.iter().enumerate() {
            if room.aggregations.is_empty() {
                break;
            }
            self.classify(sieve, number, position, &mut room);
            room.rule_out_defaults(position, self.words);
            self.narrow(sieve, item, number, &mut room);
        }
        for aggregation in &room.aggregations {
            join(&mut self.found, &room.alive[aggregation.start..][..self.words]);
        }
        self.room = room;
    }

    /// Every aggregation with some partner; two widths are never compared.
    fn begin_aggregations(&mut self, sieve: &Sieve, item: usize, partners: &Partners, room: &mut Room) {
        room.own.clear();
        room.own.extend_from_slice(self.columns.value(item));
        room.aggregations.clear();
        room.alive.clear();
        room.defaults.clear();
        room.defaults.resize(6 * 4 * self.words, u64::MAX);
        let kind = self.items[item].kind;
        let (Some(queries), false) = (self.of_kind(kind), kind == NEW_WIDTH) else { return };
        let bits = sieve.bits[sieve.kinds.len()];
        let slots = (0..sieve.kinds.len() as Slot).map(|slot| (Value::Slot(slot), bits >> (3 * slot) & REDUCTIONS));
        for (value, reductions) in slots.chain([(Value::Item, self.items[item].prospects & REDUCTIONS), (Value::Partner, sieve.reductions)])
        {
            for reduction in (0..3).filter(|reduction| reductions >> reduction & 1 == 1) {
                match value {
                    Value::Slot(slot) => partners.where_read(Some(slot), queries, &mut room.set),
                    Value::Item => partners.where_read(None, queries, &mut room.set),
                    Value::Partner => {
                        partners.where_read(None, queries, &mut room.set);
                        room.set.iter_mut().zip(&self.prospective[reduction]).for_each(|(set, right)| *set &= right);
                    }
                }
                if room.set.iter().all(|&word| word == 0) {
                    continue;
                }
                for &comparison in &sieve.space.operations.select {
                    room.aggregations.push(Aggregation { comparison, value, reduction, start: room.alive.len() });
                    room.alive.extend_from_slice(&room.set);
                }
            }
        }
        room.aggregations.sort_by_key(|aggregation| aggregation.comparison as usize);
    }

    /// The partners in classes by how they compare with the item's values up to a position.
    fn classify(&mut self, sieve: &Sieve, number: usize, position: &Position, room: &mut Room) {
        room.classes.clear();
        room.class_sets.clear();
        let mut values = [0_i8; PLACES_MAX];
        let values = &mut values[..position.prefix_len];
        for (place, value) in values.iter_mut().enumerate() {
            *value = byte(&room.own, 8 * position.word + place);
        }
        values.sort_unstable();
        let words = self.words;
        let mut add = |columns: &super::Columns, low: usize, high: usize, equal: u32, less: u32| {
            if low < high {
                room.classes.push(selections(equal, less, position.prefix));
                let start = room.class_sets.len();
                room.class_sets.resize(start + words, 0);
                columns.add_between(number, low, high, &mut room.class_sets[start..]);
            }
        };
        let mut low = 0;
        for place in 0..values.len() {
            let value = values[place];
            if place > 0 && values[place - 1] == value {
                continue;
            }
            let (equal, less) = compare(&room.own[position.word..], sieve.width, value);
            let rank = self.columns.rank(sieve, number, i16::from(value));
            let above = self.columns.rank(sieve, number, i16::from(value) + 1);
            add(&self.columns, low, rank, 0, less);
            add(&self.columns, rank, above, equal, less);
            low = above;
        }
        let all = self.columns.occurring(sieve, number).len();
        add(&self.columns, low, all, 0, u32::MAX);
    }

    /// Takes out of each aggregation's partners those with which it does not give the target at a position.
    fn narrow(&mut self, sieve: &Sieve, item: usize, number: usize, room: &mut Room) {
        let Room { own, aggregations, alive, classes, class_sets, .. } = room;
        let (words, position, kernels) = (self.words, &sieve.positions[number], sieve.kernels);
        let (against, bits) = (position.against(own, sieve.width), sieve.bits[sieve.kinds.len()]);
        let is_own_read = self.items[item].prospects != 0;
        // Of one comparison: what the table has for each class, what comes of the item itself, and the sets of what is reduced itself.
        let (mut rows, mut own_rows, mut starts) = ([0; 2 * PLACES_MAX + 1], [0; 2 * PLACES_MAX + 1], [0; 2 * PLACES_MAX + 1]);
        let (mut of_rows, mut of_starts) = (None, None);
        aggregations.retain(|aggregation| {
            let comparison = aggregation.comparison;
            if of_rows != Some(comparison) {
                of_rows = Some(comparison);
                for (class, selected) in classes.iter().enumerate() {
                    let selected = selected[comparison as usize];
                    rows[class] = sieve.reductions_over(number, selected, bits);
                    own_rows[class] = if is_own_read { position.reductions(against, own, selected) } else { 0 };
                }
            }
            let alive = &mut alive[aggregation.start..][..words];
            let mut right = 0_u128;
            for class in 0..classes.len() {
                let is_right = match aggregation.value {
                    Value::Slot(slot) => rows[class] >> (3 * usize::from(slot) + aggregation.reduction) & 1,
                    Value::Item => own_rows[class] >> aggregation.reduction & 1,
                    Value::Partner => u64::from(classes[class][comparison as usize] != 0 || position.default != 0),
                };
                right |= u128::from(is_right) << class;
            }
            if aggregation.value != Value::Partner {
                let is_all = right.count_ones() as usize == classes.len();
                return is_all || keep(kernels, alive, right, |class, block| block_of(&class_sets[class * words..], block));
            }
            if of_starts != Some(comparison) {
                of_starts = Some(comparison);
                for (class, selected) in classes.iter().enumerate() {
                    let selected = selected[comparison as usize];
                    starts[class] = if selected == 0 { usize::MAX } else { self.columns.reduced(sieve, number, selected) };
                }
            }
            let columns = &self.columns;
            keep(kernels, alive, right, |class, block| {
                let of_class = block_of(&class_sets[class * words..], block);
                if starts[class] == usize::MAX {
                    return of_class;
                }
                let reduced = block_of(columns.of_reduction(starts[class], aggregation.reduction), block);
                std::array::from_fn(|word| of_class[word] & reduced[word])
            })
        });
    }

    /// The item as key or query, and its partner as what is reduced.
    pub(super) fn select_for_partner(&mut self, sieve: &Sieve, item: usize, partners: &Partners) {
        let kind = self.items[item].kind;
        let own = self.columns.value(item).to_vec();
        self.reduce_partner(sieve, partners, None, &own, &own);
        for slot in (0..sieve.kinds.len() as Slot).filter(|&slot| sieve.kinds[usize::from(slot)] == kind) {
            let other = sieve.words_of(usize::from(slot));
            self.reduce_partner(sieve, partners, Some(slot), &own, other);
            self.reduce_partner(sieve, partners, Some(slot), other, &own);
        }
    }

    /// The partner as what is reduced by selectors of this key and query.
    fn reduce_partner(&mut self, sieve: &Sieve, partners: &Partners, third: Option<Slot>, key: &[u64], query: &[u64]) {
        let mut room = std::mem::take(&mut self.room);
        room.aggregations.clear();
        room.alive.clear();
        for reduction in 0..3 {
            partners.where_read(third, &self.prospective[reduction], &mut room.set);
            if room.set.iter().any(|&word| word != 0) {
                for &comparison in &sieve.space.operations.select {
                    room.aggregations.push(Aggregation { comparison, value: Value::Partner, reduction, start: room.alive.len() });
                    room.alive.extend_from_slice(&room.set);
                }
            }
        }
        let mut defaults = [DEFAULTS; 6];
        for (number, position) in sieve.positions.iter().enumerate() {
            if room.aggregations.is_empty() {
                break;
            }
            let (equal, less) = compare(&key[position.word..], sieve.width, byte(query, position.lane));
            let selected = selections(equal, less, position.prefix);
            let (alive, words, kernels, columns) = (&mut room.alive, self.words, sieve.kernels, &mut self.columns);
            for &comparison in &sieve.space.operations.select {
                if selected[comparison as usize] == 0 {
                    defaults[comparison as usize] &= position.default;
                }
            }
            room.aggregations.retain(|&Aggregation { comparison, reduction, start, .. }| {
                let selected = selected[comparison as usize];
                if selected == 0 {
                    return defaults[comparison as usize] != 0;
                }
                let reduced = columns.reduced(sieve, number, selected);
                let reduced = columns.of_reduction(reduced, reduction);
                keep(kernels, &mut alive[start..][..words], 1, |_, block| block_of(reduced, block))
            });
        }
        for aggregation in &room.aggregations {
            join(&mut self.found, &room.alive[aggregation.start..][..self.words]);
        }
        self.room = room;
    }
}

impl Room {
    /// Takes out the partners beside which nothing is selected at a position and no default is right there and before.
    fn rule_out_defaults(&mut self, position: &Position, words: usize) {
        if position.default == DEFAULTS {
            return;
        }
        let Room { aggregations, alive, classes, class_sets, defaults, set, .. } = self;
        for (comparison, defaults) in defaults.chunks_exact_mut(4 * words).enumerate() {
            let mut changed = false;
            for (class, _) in classes.iter().enumerate().filter(|(_, selected)| selected[comparison] == 0) {
                changed = true;
                for (default, left) in defaults.chunks_exact_mut(words).enumerate() {
                    if position.default >> (60 + default) & 1 == 0 {
                        left.iter_mut().zip(&class_sets[class * words..]).for_each(|(left, class)| *left &= !class);
                    }
                }
            }
            if changed {
                set.clear();
                set.resize(words, 0);
                defaults.chunks_exact(words).for_each(|left| join(set, left));
                for aggregation in aggregations.iter().filter(|aggregation| aggregation.comparison as usize == comparison) {
                    alive[aggregation.start..][..words].iter_mut().zip(&*set).for_each(|(alive, set)| *alive &= set);
                }
            }
        }
    }
}

/// The block of a set.
#[inline(always)]
fn block_of(set: &[u64], block: usize) -> [u64; BLOCK] {
    let block = &set[BLOCK * block..][..BLOCK];
    std::array::from_fn(|word| block[word])
}

/// Takes out of a set what is in none of the sets that `right` has a bit for; whether anything is left.
#[inline]
fn keep(kernels: Kernels, alive: &mut [u64], right: u128, of: impl Fn(usize, usize) -> [u64; BLOCK]) -> bool {
    kernels.run(
        #[inline(always)]
        || {
            let mut any = [0; BLOCK];
            for (block, alive) in alive.chunks_exact_mut(BLOCK).enumerate() {
                let mut all = [0; BLOCK];
                let mut left = right;
                while left != 0 {
                    let set = of(left.trailing_zeros() as usize, block);
                    left &= left - 1;
                    for word in 0..BLOCK {
                        all[word] |= set[word];
                    }
                }
                for word in 0..BLOCK {
                    alive[word] &= all[word];
                    any[word] |= alive[word];
                }
            }
            any != [0; BLOCK]
        },
    )
}
