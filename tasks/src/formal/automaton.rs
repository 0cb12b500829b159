//! Finite automata over two letters, and their words drawn uniformly by counting.

use crate::random::{ChaCha8Rng, below_wide};

/// The most states of any automaton here.
const STATES_MAX: usize = 5;

/// Counts are halved from here on, so that the sum of two still fits.
const COUNT_MAX: u128 = 1 << 126;

/// A complete deterministic automaton over the letters 0 and 1. It starts in state 0.
pub(crate) struct Automaton {
    /// Where each state goes on 0 and on 1.
    pub(crate) next: &'static [[usize; 2]],
    pub(crate) accepting: &'static [usize],
}

impl Automaton {
    pub(crate) fn accepts(&self, word: &[i8]) -> bool {
        let last = word.iter().fold(0, |state, &letter| self.next[state][letter as usize]);
        self.accepting.contains(&last)
    }

    /// An accepted word of so many letters, uniform among them; `None` where there is none.
    ///
    /// A letter is drawn with the probability that the rest can be completed so: the number of accepted ends behind it, over
    /// that behind both letters. The counts are exact to 127 letters and longer where the language is thin; beyond, they keep
    /// at least 125 bits, and no word's probability is off by more than a factor of 1 + letters / 2^120.
    pub(crate) fn member(&self, rng: &mut ChaCha8Rng, letters: usize) -> Option<Vec<i8>> {
        let ends = self.ends(letters);
        if ends[letters][0] == 0 {
            return None;
        }
        let mut word = Vec::with_capacity(letters + 1);
        let mut state = 0;
        for ends in ends[..letters].iter().rev() {
            let [zero, one] = self.next[state];
            let letter = usize::from(below_wide(rng, ends[zero] + ends[one]) >= ends[zero]);
            word.push(letter as i8);
            state = self.next[state][letter];
        }
        Some(word)
    }

    /// For 0 to so many letters, how many words of them lead each state to an accepting one; within a length, up to a common
    /// factor.
    fn ends(&self, letters: usize) -> Vec<[u128; STATES_MAX]> {
        let mut ends = Vec::with_capacity(letters + 1);
        let mut counts = [0; STATES_MAX];
        for &state in self.accepting {
            counts[state] = 1;
        }
        ends.push(counts);
        for _ in 0..letters {
            let shorter = counts;
            for (count, &[zero, one]) in counts.iter_mut().zip(self.next) {
                *count = shorter[zero] + shorter[one];
            }
            if counts.iter().any(|&count| count >= COUNT_MAX) {
                counts = counts.map(|count| count >> 1);
            }
            ends.push(counts);
        }
        ends
    }
}
