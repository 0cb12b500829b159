//! Aggregations that differ by their defaults as keys.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::super::compared::Compared;
use super::super::partner::{Start, is_any, narrow};
use super::super::position::{Position, selections};
use super::super::table::row_of;
use super::super::{DEFAULTS_TOGETHER, Row, Sieve, is_possible};
use super::Candidates;
use crate::rasp_l::search::line::{self, Slot};
use crate::rasp_l::search::vectors::{Words, with_vectors};
use crate::rasp_l::search::words::{broadcast, byte};

/// The queries of a [`Start`], each with some defaults that are alike to it.
#[derive(Debug, Default)]
pub(in crate::rasp_l::search::sieve) struct Alike {
    queries: Vec<Slot>,
    /// What is possible with each.
    as_key: Vec<Row>,
    /// The defaults, a bit each.
    defaults: Vec<u32>,
    /// `[first][queries]`: 0, 1 or 2 where a gap is greater than the query, equal or less.
    digits: Vec<u8>,
}

impl Sieve {
    /// The queries beside keys that differ by their defaults.
    pub(in crate::rasp_l::search::sieve) fn alike(&self, start: &Start) -> Alike {
        let mut alike = Alike::default();
        let mut defaults_of: Vec<i8> = Vec::new();
        for (&query, &as_key) in start.queries.iter().zip(&start.as_key) {
            let is_constant = line::is_constant(&self.space, query);
            let value = byte(self.words_of(usize::from(query)), self.positions[0].lane);
            for (number, &default) in self.space.constants.iter().take(DEFAULTS_TOGETHER).enumerate() {
                let is_like = |&other: &usize| {
                    alike.queries[other] == query && is_constant && digit(defaults_of[other], value) == digit(default, value)
                };
                if let Some(like) = (0..defaults_of.len()).find(is_like) {
                    alike.defaults[like] |= 1 << number;
                } else {
                    alike.queries.push(query);
                    alike.as_key.push(as_key);
                    alike.defaults.push(1 << number);
                    defaults_of.push(default);
                }
            }
        }
        for position in &self.positions[..self.first] {
            let digits = alike
                .queries
                .iter()
                .zip(&defaults_of)
                .map(|(&query, &default)| digit(default, byte(self.words_of(usize::from(query)), position.lane)));
            alike.digits.extend(digits);
        }
        alike
    }

    pub(super) fn could_be_key_with(&mut self, candidates: &Candidates<'_>, start: usize) -> u32 {
        let mut alive = std::mem::take(&mut self.alive);
        let start = &self.starts[start];
        alive.clear();
        alive.extend_from_slice(&start.alike.as_key);
        let any = !alive.is_empty() && self.narrow_all_with(candidates, start, &mut alive);
        let left = start.alike.defaults.iter().zip(&alive).filter(|(_, alive)| any && alive.iter().any(|&bits| is_possible(bits)));
        let defaults = left.fold(0, |all, (defaults, _)| all | defaults);
        self.alive = alive;
        defaults
    }

    /// What is left beside each query after the first positions; whether anything is.
    fn narrow_all_with(&self, candidates: &Candidates<'_>, start: &Start, alive: &mut [Row]) -> bool {
        let like = &start.alike;
        with_vectors!(self.kernels, |vectors| {
            for (number, digits) in like.digits.chunks_exact(alive.len()).enumerate() {
                let (position, gap) = (&self.positions[number], &candidates.gaps[number]);
                let compared = self.compare_slots(vectors, number, candidates.words);
                let mut left = [0; 8];
                let alive = alive.iter_mut().zip(&like.queries).zip(digits);
                if number < self.short {
                    let (rows, orders) = (self.rows(number), compared.orders(vectors, position.prefix & !gap.places));
                    for ((alive, &query), &digit) in alive {
                        let order = usize::from(orders[usize::from(query)]) + usize::from(digit) * gap.weight;
                        narrow(alive, &rows[order], &mut left);
                    }
                } else {
                    let sets = self.sets_of(number);
                    for ((alive, &query), &digit) in alive {
                        let selected = selections_with(compared.sets(usize::from(query)), position, gap.places, digit);
                        narrow(alive, &row_of(sets, selected), &mut left);
                    }
                }
                if !is_any(&left) {
                    return false;
                }
            }
            true
        })
    }

    /// As key and query of an aggregation of another value.
    pub(super) fn could_be_both_with(&self, candidates: &Candidates<'_>, start: usize) -> u32 {
        let allowed = self.starts[start].as_both;
        if allowed == 0 {
            return 0;
        }
        let defaults = &self.space.constants[..self.space.constants.len().min(DEFAULTS_TOGETHER)];
        let in_bytes: Words = std::array::from_fn(|number| defaults.get(number).map_or(0, |&default| broadcast(default)));
        let mut alive = [self.by_comparison(allowed); DEFAULTS_TOGETHER];
        let alive = &mut alive[..defaults.len()];
        let any = with_vectors!(self.kernels, |vectors| {
            for number in 0..self.first {
                let position = &self.positions[number];
                let queries = candidates.at(position.lane).map_or(in_bytes, |query| [broadcast(query); 8]);
                let pairs = |word: usize, _| {
                    let (key, gap) = (candidates.words[position.word + word], candidates.unselected[position.word + word]);
                    (in_bytes.map(|default| key | gap & default), queries)
                };
                let compared = Compared::new(vectors, position.prefix_len, 1, pairs);
                let mut left = [0; 8];
                if number < self.short {
                    let (orders, rows) = (compared.orders(vectors, position.prefix), self.rows(number));
                    for (alive, &order) in alive.iter_mut().zip(&orders) {
                        narrow(alive, &rows[usize::from(order)], &mut left);
                    }
                } else {
                    let sets = self.sets_of(number);
                    for (number, alive) in alive.iter_mut().enumerate() {
                        let (equal, less) = compared.sets(number);
                        narrow(alive, &row_of(sets, selections(equal, less, position.prefix)), &mut left);
                    }
                }
                if !is_any(&left) {
                    return false;
                }
            }
            true
        });
        if any { self.defaults_where(|number, _| alive[number].into_iter().any(is_possible)) } else { 0 }
    }
}

/// How a gap of this default compares with a query: 0, 1 or 2 where it is greater, equal or less.
#[inline(always)]
fn digit(default: i8, query: i8) -> u8 {
    u8::from(default == query) | u8::from(default < query) << 1
}

/// The places that each comparison selects, where those of a gap compare by a digit, and the others as these say.
#[inline(always)]
fn selections_with((equal, less): (u32, u32), position: &Position, gap: u32, digit: u8) -> [u32; 6] {
    let of_gap = |is: bool| if is { gap } else { 0 };
    selections(equal & !gap | of_gap(digit == 1), less & !gap | of_gap(digit == 2), position.prefix)
}
