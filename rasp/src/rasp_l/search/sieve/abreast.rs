//! The slots of a state, eight abreast.

use super::SLOTS_MAX;
use super::position::Position;
use crate::rasp_l::search::vectors::Words;
use crate::rasp_l::search::words::{broadcast, byte};

/// Eights of slots, the new line, which is the slot behind the others, among them.
pub(super) const EIGHTS: usize = SLOTS_MAX / 8 + 1;

/// What the slots hold where a position looks.
#[derive(Debug)]
pub(super) struct Abreast {
    /// Words of a sequence.
    width: usize,
    /// `[positions][width][EIGHTS]`: the places of the position's sequence.
    keys: Vec<Words>,
    /// `[positions][EIGHTS]`: the value at the position, in every byte.
    queries: Vec<Words>,
}

impl Abreast {
    pub(super) fn new(positions: usize, width: usize) -> Self {
        Abreast { width, keys: vec![[0; 8]; positions * width * EIGHTS], queries: vec![[0; 8]; positions * EIGHTS] }
    }

    /// Sets what a slot holds.
    pub(super) fn set(&mut self, slot: usize, words: &[u64], positions: &[Position]) {
        let (eight, lane) = (slot / 8, slot % 8);
        for (number, position) in positions.iter().enumerate() {
            for word in 0..self.width {
                self.keys[(number * self.width + word) * EIGHTS + eight][lane] = words[position.word + word];
            }
            self.queries[number * EIGHTS + eight][lane] = broadcast(byte(words, position.lane));
        }
    }

    /// A word of the places of eight slots.
    #[inline]
    pub(super) fn keys(&self, number: usize, word: usize, eight: usize) -> &Words {
        &self.keys[(number * self.width + word) * EIGHTS + eight]
    }

    /// The values of eight slots at a position.
    #[inline]
    pub(super) fn queries(&self, number: usize, eight: usize) -> &Words {
        &self.queries[number * EIGHTS + eight]
    }
}
