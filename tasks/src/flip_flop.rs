//! A memory of one bit.

use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng, below};
use crate::task::{Example, Task, not_a_prompt};
use crate::vocabulary::{EOS, Vocabulary};

// The program needs `write`, and nothing else in a prompt, to be at most twice `read`.
const READ: i8 = -4;
const IGNORE: i8 = -5;
const WRITE: i8 = -8;

pub(crate) static ENTRY: Entry = Entry {
    name: "flip-flop",
    version: 1,
    summary: "the bit that was written last, among bits that are ignored or read",
    format: "write 1 ignore 0 read 1 read => 1 eos",
    unit: "instructions before the last read",
    alphabet_default: 2,
    alphabet_bounds: None,
    program: Some(("flip_flop.rasp", include_str!("../programs/flip_flop.rasp"))),
    make: Some(|_| Arc::new(FlipFlop::new())),
};

/// The bit that was written last.
///
/// Length is instructions before the last `read`, each with its bit. Length 3: prompt `write 1 ignore 0 read 1 read`, answer
/// `1 eos`.
///
/// The first instruction writes. Each of the others ignores its bit with probability 0.8, writes it or reads it with
/// probability 0.1 each. The bits are fair, but for one that is read, which is the one written last; a prompt in which
/// another is read is no prompt.
///
/// Source: Liu et al. 2023, FFL(0.8), <https://arxiv.org/abs/2306.00946>; there the length varies with the whole text, and
/// every bit that is read is asked for. Here it is the last one.
#[derive(Debug)]
pub struct FlipFlop {
    vocabulary: Vocabulary,
}

impl FlipFlop {
    fn new() -> Self {
        Self { vocabulary: Vocabulary::with_data(&[("eos", EOS), ("read", READ), ("ignore", IGNORE), ("write", WRITE)], 2) }
    }
}

impl Task for FlipFlop {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        2 * length + 3
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let mut bits = random::bits(rng, length);
        let mut prompt = Vec::with_capacity(2 * length + 1);
        let mut memory = bits[0];
        for (pos, bit) in bits.iter_mut().enumerate() {
            let instruction = match below(rng, 10) {
                _ if pos == 0 => WRITE,
                0 => WRITE,
                1 => READ,
                _ => IGNORE,
            };
            match instruction {
                WRITE => memory = *bit,
                READ => *bit = memory,
                _ => {}
            }
            prompt.extend([instruction, *bit]);
        }
        prompt.push(READ);
        Ok(Example { prompt, answer: vec![memory, EOS] })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let [WRITE, first, rest @ .., READ] = prompt else { return Err(not_a_prompt(self, prompt)) };
        let mut memory = *first;
        let (pairs, unpaired) = rest.as_chunks();
        let sound = pairs.iter().all(|&[instruction, bit]| {
            if instruction == WRITE {
                memory = bit;
            }
            matches!(bit, 0 | 1) && (matches!(instruction, WRITE | IGNORE) || (instruction == READ && bit == memory))
        });
        let sound = sound && unpaired.is_empty() && matches!(first, 0 | 1);
        if sound { Ok(vec![memory, EOS]) } else { Err(not_a_prompt(self, prompt)) }
    }
}
