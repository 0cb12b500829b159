//! Where each position of each sequence lies among the lanes.

use super::battery::Sequence;
use super::kernel::{Bits, Chunk, LANES};
use std::collections::HashMap;

/// A position at which the next token is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scored {
    /// The lane of the position.
    pub(super) lane: usize,
    /// The lane of its sequence's first position.
    pub(super) start: usize,
    /// The token wanted.
    pub(super) target: i8,
}

impl Scored {
    /// How many positions the prefix has, this one included.
    pub(super) fn prefix_len(self) -> usize {
        self.lane - self.start + 1
    }
}

/// Sequences side by side, each in `width` lanes; lanes beyond a sequence's end are no positions and hold 0 throughout.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Lanes for each sequence: 8, 16 or 32.
    pub(super) width: usize,
    /// Chunks of lanes.
    pub(super) chunks: usize,
    /// `[chunks]`
    pub(super) tokens: Vec<Chunk>,
    /// `[chunks]`: each position's place in its sequence.
    pub(super) indices: Vec<Chunk>,
    /// `[chunks]`: all ones at positions.
    pub(super) valid: Vec<Bits>,
    /// `[width / 8][chunks]`: which places of its sequence a position may look at.
    pub(super) causal: Vec<Bits>,
    /// Different targets by turns, the rarest first: what gives one of them everywhere is found wrong soon.
    pub(super) scored: Vec<Scored>,
}

/// The most tokens of a sequence of a battery: places are bits of a `u32`.
pub(super) const TOKENS_MAX: usize = 32;

impl Layout {
    /// Lays the sequences side by side; each has at most [`TOKENS_MAX`] tokens.
    pub(super) fn new<'s>(sequences: impl IntoIterator<Item = &'s Sequence> + Clone) -> Self {
        let longest = sequences.clone().into_iter().map(|sequence| sequence.tokens.len()).max().unwrap_or(1);
        let width = longest.next_power_of_two().max(8);
        let count = sequences.clone().into_iter().count();
        let chunks = (count * width).div_ceil(LANES).max(1);
        let mut layout = Layout {
            width,
            chunks,
            tokens: vec![[0; LANES]; chunks],
            indices: vec![[0; LANES]; chunks],
            valid: vec![[0; LANES]; chunks],
            causal: vec![[0; LANES]; width / 8 * chunks],
            scored: Vec::new(),
        };
        for (number, sequence) in sequences.into_iter().enumerate() {
            let start = number * width;
            for (place, &token) in sequence.tokens.iter().enumerate() {
                let (chunk, lane) = ((start + place) / LANES, (start + place) % LANES);
                layout.tokens[chunk][lane] = token;
                layout.indices[chunk][lane] = place as i8;
                layout.valid[chunk][lane] = u8::MAX;
                let visible = (1_u64 << (place + 1)) - 1;
                for byte in 0..width / 8 {
                    layout.causal[byte * chunks + chunk][lane] = (visible >> (8 * byte)) as u8;
                }
            }
            let scored = sequence.targets.iter().map(|&(place, target)| Scored { lane: start + place, start, target });
            layout.scored.extend(scored);
        }
        let mut frequencies: HashMap<i8, usize> = HashMap::new();
        let mut turns = Vec::with_capacity(layout.scored.len());
        for scored in &layout.scored {
            let frequency = frequencies.entry(scored.target).or_default();
            turns.push((*frequency, *scored));
            *frequency += 1;
        }
        turns.sort_by_key(|&(turn, scored)| (turn, frequencies[&scored.target], scored.lane));
        layout.scored = turns.into_iter().map(|(_, scored)| scored).collect();
        layout
    }

    /// A constant at every position.
    pub(super) fn constant(&self, value: i8) -> impl Iterator<Item = Chunk> {
        self.valid.iter().map(move |valid| valid.map(|valid| value & valid.cast_signed()))
    }

    /// `[width][chunks]`: at `place`, what stands there in each lane's sequence.
    pub(super) fn spread(&self, values: &[Chunk], out: &mut Vec<Chunk>) {
        let from = out.len();
        out.resize(from + self.width * self.chunks, [0; LANES]);
        let out = &mut out[from..];
        for (chunk, values) in values.iter().enumerate() {
            for start in (0..LANES).step_by(self.width) {
                for place in 0..self.width {
                    out[place * self.chunks + chunk][start..start + self.width].fill(values[start + place]);
                }
            }
        }
    }
}
