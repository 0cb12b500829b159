//! Aggregations that differ by their defaults as keys.
#![expect(clippy::inline_always, reason = "only what is inlined is compiled with the instructions that were chosen")]

use super::super::partner::{Start, compare_all, is_any, narrow};
use super::super::position::{Position, selections};
use super::super::table::row_of;
use super::super::words::{broadcast, byte, compare};
use super::super::{DEFAULTS_TOGETHER, Row, SLOTS_MAX, Sieve, is_possible};
use super::Candidates;
use crate::rasp_l::search::line;

/// The queries of a [`Start`], each with some defaults that are alike to it.
#[derive(Debug, Default)]
pub(in crate::rasp_l::search::sieve) struct Alike {
    /// By its place among the queries.
    queries: Vec<u8>,
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
        for (place, &query) in start.queries.iter().enumerate() {
            let is_constant = line::is_constant(&self.space, query);
            let value = byte(self.words_of(usize::from(query)), self.positions[0].lane);
            for (number, &default) in self.space.constants.iter().take(DEFAULTS_TOGETHER).enumerate() {
                let is_like = |&other: &usize| {
                    let same_query = usize::from(alike.queries[other]) == place;
                    same_query && is_constant && digit(defaults_of[other], value) == digit(default, value)
                };
                if let Some(like) = (0..defaults_of.len()).find(is_like) {
                    alike.defaults[like] |= 1 << number;
                } else {
                    alike.queries.push(place as u8);
                    alike.defaults.push(1 << number);
                    defaults_of.push(default);
                }
            }
        }
        for position in &self.positions[..self.first] {
            let digits = alike.queries.iter().zip(&defaults_of).map(|(&query, &default)| {
                let query = start.queries[usize::from(query)];
                digit(default, byte(self.words_of(usize::from(query)), position.lane))
            });
            alike.digits.extend(digits);
        }
        alike
    }

    pub(super) fn could_be_key_with(&mut self, candidates: &Candidates<'_>, start: usize) -> u32 {
        let mut alive = std::mem::take(&mut self.alive);
        let start = &self.starts[start];
        alive.clear();
        alive.extend(start.alike.queries.iter().map(|&query| start.as_key[usize::from(query)]));
        let any = !alive.is_empty() && self.narrow_all_with(candidates, start, &mut alive);
        let left = start.alike.defaults.iter().zip(&alive).filter(|(_, alive)| any && alive.iter().any(|&bits| is_possible(bits)));
        let defaults = left.fold(0, |all, (defaults, _)| all | defaults);
        self.alive = alive;
        defaults
    }

    /// What is left beside each query after the first positions; whether anything is.
    fn narrow_all_with(&self, candidates: &Candidates<'_>, start: &Start, alive: &mut [Row]) -> bool {
        let (partners, like) = (start.queries.len(), &start.alike);
        self.kernels.run(
            #[inline(always)]
            || {
                let mut orders = [0; SLOTS_MAX];
                let positions = start.query_words.chunks_exact(partners).zip(like.digits.chunks_exact(alive.len()));
                for (number, (query_words, digits)) in positions.enumerate() {
                    let (position, gap) = (&self.positions[number], &candidates.gaps[number]);
                    let mut left = [0; 8];
                    let alive = alive.iter_mut().zip(&like.queries).zip(digits);
                    if number < self.short {
                        let (rows, key, weight) = (self.rows(number), candidates.words[position.word], gap.weight);
                        for (order, &query) in orders.iter_mut().zip(query_words) {
                            *order = position.order_without(key, query, gap.bytes);
                        }
                        for ((alive, &query), &digit) in alive {
                            narrow(alive, &rows[orders[usize::from(query)] + usize::from(digit) * weight], &mut left);
                        }
                    } else {
                        let sets = self.sets_of(number);
                        let orders = compare_all(&candidates.words[position.word..], position.prefix_len.div_ceil(8), query_words);
                        for ((alive, &query), &digit) in alive {
                            let selected = selections_with(orders[usize::from(query)], position, gap.places, digit);
                            narrow(alive, &row_of(sets, selected), &mut left);
                        }
                    }
                    if !is_any(&left) {
                        return false;
                    }
                }
                true
            },
        )
    }

    /// As key and query of an aggregation of another value.
    pub(super) fn could_be_both_with(&self, candidates: &Candidates<'_>, start: usize) -> u32 {
        let allowed = self.starts[start].as_both;
        if allowed == 0 {
            return 0;
        }
        let mut alive = [self.by_comparison(allowed); DEFAULTS_TOGETHER];
        let any = self.kernels.run(
            #[inline(always)]
            || {
                for number in 0..self.first {
                    let (position, gap) = (&self.positions[number], &candidates.gaps[number]);
                    let mut left = [0; 8];
                    let query = candidates.at(position.lane);
                    for (alive, &default) in alive.iter_mut().zip(&self.space.constants) {
                        let query = query.unwrap_or(default);
                        let digit = digit(default, query);
                        if number < self.short {
                            let order = position.order_without(candidates.words[position.word], broadcast(query), gap.bytes);
                            narrow(alive, &self.rows(number)[order + usize::from(digit) * gap.weight], &mut left);
                        } else {
                            let order = compare(&candidates.words[position.word..], position.prefix_len.div_ceil(8), query);
                            narrow(alive, &row_of(self.sets_of(number), selections_with(order, position, gap.places, digit)), &mut left);
                        }
                    }
                    if !is_any(&left) {
                        return false;
                    }
                }
                true
            },
        );
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
