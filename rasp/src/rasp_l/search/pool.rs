//! The values that could be lines: a stack of items, no two of which are the same value.

use super::kernel::Chunk;
use super::line::{Kind, Line};
use super::table::{Table, hash, spread};
use super::view::chunk_words;

/// Values that one operation makes of a state on the way to the present one, in the order in which they became possible.
///
/// The newest state's list of what could be chosen next is a tail of this stack: the items behind the one that was chosen last. An item is never
/// the same value as a leaf that was added, a line, or any other item on the stack, whichever state it came from; so each set of values is reached once.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    /// Chunks of a value.
    chunks: usize,
    lines: Vec<Option<Line>>,
    /// The slots that each reads, as bits.
    reads: Vec<u32>,
    kinds: Vec<Kind>,
    /// `[items][chunks]`
    values: Vec<Chunk>,
    /// `[items][screen_chunks]`: the same on the screen.
    screens: Vec<Chunk>,
    screen_chunks: usize,
    /// The hash of each item's value on the screen.
    screen_hashes: Vec<u64>,
    table: Table,
}

impl Pool {
    pub(super) fn new(chunks: usize, screen_chunks: usize) -> Self {
        Pool {
            chunks,
            lines: Vec::new(),
            reads: Vec::new(),
            kinds: Vec::new(),
            values: Vec::new(),
            screens: Vec::new(),
            screen_chunks,
            screen_hashes: Vec::new(),
            table: Table::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn kind(&self, item: usize) -> Kind {
        self.kinds[item]
    }

    pub(super) fn value(&self, item: usize) -> &[Chunk] {
        &self.values[item * self.chunks..][..self.chunks]
    }

    /// Its value on the screen.
    pub(super) fn screen(&self, item: usize) -> &[Chunk] {
        &self.screens[item * self.screen_chunks..][..self.screen_chunks]
    }

    pub(super) fn screen_hash(&self, item: usize) -> u64 {
        self.screen_hashes[item]
    }

    /// The slots that the item reads, as bits; a leaf reads none.
    pub(super) fn reads(&self, item: usize) -> u32 {
        self.reads[item]
    }

    /// The operation that makes the item; a leaf has none.
    pub(super) fn line(&self, item: usize) -> Option<Line> {
        self.lines[item]
    }

    /// Adds a value unless it is there. A leaf comes without a line.
    ///
    /// Of two values that are the same on the battery but of different kinds, both are kept, except that a width of a new type is dropped where any index
    /// has its value: whatever is done with the width can be done with that index, since nothing else has the width's type.
    pub(super) fn add(&mut self, line: Option<Line>, kind: Kind, value: &[Chunk], screen: impl FnOnce() -> Vec<Chunk>) {
        let hash = hash_of(value) ^ spread(coarse(kind));
        let is_same = |item: usize| {
            let same_kind = self.kinds[item] == kind || kind == super::line::NEW_WIDTH && self.kinds[item].is_index();
            same_kind && self.values[item * self.chunks..][..self.chunks] == *value
        };
        if self.table.find(hash, is_same).is_some() {
            return;
        }
        self.table.push(hash);
        self.lines.push(line);
        self.reads.push(line.map_or(0, Line::reads));
        self.kinds.push(kind);
        self.values.extend_from_slice(value);
        let screen = screen();
        self.screen_hashes.push(hash_of(&screen));
        self.screens.extend(screen);
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.table.truncate(len);
        self.lines.truncate(len);
        self.reads.truncate(len);
        self.screen_hashes.truncate(len);
        self.kinds.truncate(len);
        self.values.truncate(len * self.chunks);
        self.screens.truncate(len * self.screen_chunks);
    }
}

/// The hash of a value, whatever its kind.
#[inline]
pub(super) fn hash_of(value: &[Chunk]) -> u64 {
    hash(0, value.iter().map(chunk_words))
}

/// Tokens, booleans and indices, as numbers.
pub(super) fn coarse(kind: Kind) -> u64 {
    match kind {
        Kind::Token => 1,
        Kind::Boolean => 2,
        Kind::Index(_) => 3,
    }
}
