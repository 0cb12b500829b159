//! A hash table of numbers that grows and shrinks as a stack does.

/// Numbers by hash; what was added last is taken away first.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Number plus one; 0 is empty. As many as a power of two, at most half of them in use.
    cells: Vec<u32>,
    /// The hash of each number that is in, and its cell, in the order of adding.
    added: Vec<(u64, u32)>,
}

impl Default for Table {
    fn default() -> Self {
        Table { cells: vec![0; 1 << 12], added: Vec::new() }
    }
}

impl Table {
    /// The first number of this hash that `is_same` accepts.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_same: impl FnMut(usize) -> bool) -> Option<usize> {
        let mask = self.cells.len() - 1;
        let mut cell = hash as usize & mask;
        loop {
            match self.cells[cell] {
                0 => return None,
                number if self.added[number as usize - 1].0 == hash && is_same(number as usize - 1) => return Some(number as usize - 1),
                _ => cell = (cell + 1) & mask,
            }
        }
    }

    /// Adds the next number, which is how many there are, under a hash.
    #[inline]
    pub(super) fn push(&mut self, hash: u64) {
        if 2 * self.added.len() >= self.cells.len() {
            self.grow();
        }
        let cell = self.place(hash, self.added.len() as u32 + 1);
        self.added.push((hash, cell));
    }

    /// Takes away all numbers from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        // A number's cell was free when it came, and only later ones can lie behind it.
        for &(_, cell) in &self.added[len..] {
            self.cells[cell as usize] = 0;
        }
        self.added.truncate(len);
    }

    fn place(&mut self, hash: u64, number: u32) -> u32 {
        let mask = self.cells.len() - 1;
        let mut cell = hash as usize & mask;
        while self.cells[cell] != 0 {
            cell = (cell + 1) & mask;
        }
        self.cells[cell] = number;
        cell as u32
    }

    fn grow(&mut self) {
        self.cells = vec![0; 2 * self.cells.len()];
        for number in 0..self.added.len() {
            let hash = self.added[number].0;
            self.added[number].1 = self.place(hash, number as u32 + 1);
        }
    }
}

const KEYS: [u64; 8] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

/// A small number's bits all over a word, to tell apart hashes of what is the same but for the number.
#[inline]
pub(super) fn spread(number: u64) -> u64 {
    number.wrapping_mul(KEYS[0]).rotate_left(32)
}

/// A hash of bytes in words of eight, good in its low bits.
#[inline]
pub(super) fn hash(seed: u64, words: impl Iterator<Item = [u64; 8]>) -> u64 {
    // Products of 64 bits folded onto themselves, four at a time so that they overlap.
    let fold = |left: u64, right: u64| {
        let product = u128::from(left) * u128::from(right);
        product as u64 ^ (product >> 64) as u64
    };
    let mut state = seed ^ KEYS[0];
    for words in words {
        let mut mixed = 0;
        for pair in 0..4 {
            mixed ^= fold(words[2 * pair] ^ KEYS[2 * pair], words[2 * pair + 1] ^ KEYS[2 * pair + 1]).rotate_left(16 * pair as u32);
        }
        state = fold(state ^ mixed, KEYS[1]);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_is_a_stack_of_numbers(steps in proptest::collection::vec((0_u64..40, any::<bool>()), 1..300)) {
            // Few hashes, and all in few cells: everything collides.
            let mut table = Table { cells: vec![0; 4], added: Vec::new() };
            let mut expected: Vec<u64> = Vec::new();
            for (value, grows) in steps {
                let hash = value % 7;
                if grows {
                    table.push(hash);
                    expected.push(value);
                } else {
                    let len = (value as usize).min(expected.len());
                    table.truncate(len);
                    expected.truncate(len);
                }
                for value in 0..40 {
                    let found = table.find(value % 7, |number| expected[number] == value);
                    prop_assert_eq!(found.is_some(), expected.contains(&value));
                }
            }
        }
    }
}
