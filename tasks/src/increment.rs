//! The number after a decimal number.

use std::fmt;
use std::sync::Arc;

use crate::addition::{BALANCED_CARRY, Order, between, number};
use crate::catalogue::Entry;
use crate::coupling::Coupling;
use crate::error::TaskError;
use crate::random::{ChaCha8Rng, below};
use crate::task::{Example, STANDARD, Task, data_before_sep, not_a_prompt, unknown_distribution};
use crate::vocabulary::{EOS, SEP, Vocabulary};

pub(crate) static FORWARD: Entry = Entry {
    name: "increment",
    version: 1,
    summary: "the number after a number, most significant digit first",
    format: "0 1 2 9 sep => 0 1 3 0 eos",
    unit: "digits of the number",
    alphabet_default: 10,
    alphabet_bounds: None,
    program: Some(("increment.rasp", include_str!("../programs/increment.rasp"))),
    make: Some(|_| Increment::shared(&FORWARD, Order::Forward)),
};

pub(crate) static REVERSE: Entry = Entry {
    name: "increment-reverse",
    version: 1,
    summary: "the number after a number, least significant digit first",
    format: "9 2 1 0 sep => 0 3 1 0 eos",
    unit: "digits of the number",
    alphabet_default: 10,
    alphabet_bounds: None,
    program: Some(("increment_reverse.rasp", include_str!("../programs/increment_reverse.rasp"))),
    make: Some(|_| Increment::shared(&REVERSE, Order::Reverse)),
};

/// The number after a number: `increment` and `increment-reverse`.
///
/// Length is digits of the number. Length 3, 129 + 1; as in `addition` a 0 stands in front, so that the answer has as many digits
/// as the prompt:
/// - `increment`: prompt `0 1 2 9 sep`, answer `0 1 3 0 eos`;
/// - `increment-reverse`: prompt `9 2 1 0 sep`, answer `0 3 1 0 eos`. Unlike in `addition-reverse` the prompt is reversed too.
///
/// Two distributions:
/// - `standard`: the number is uniform among all of so many digits, 0 being one of one digit; so a carry through many nines is
///   rare;
/// - `balanced-carry`: the number ends in uniformly 0 to all nines, before which another digit stands.
///
/// Not a task of Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>, whose format for addition it has; we know of no result in
/// this format.
pub struct Increment {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    order: Order,
}

impl Increment {
    fn shared(entry: &'static Entry, order: Order) -> Arc<dyn Task> {
        Arc::new(Self { entry, vocabulary: Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], 10), order })
    }

    /// The digits, least significant first, as the task writes them, and behind them `end`.
    fn write(&self, mut digits: Vec<i8>, end: i8) -> Vec<i8> {
        self.turn(&mut digits);
        digits.push(end);
        digits
    }

    /// Turns digits as the task writes them into digits with the least significant first, or back.
    fn turn(&self, digits: &mut [i8]) {
        if self.order == Order::Forward {
            digits.reverse();
        }
    }
}

impl fmt::Debug for Increment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Increment").field(&self.entry.name).finish()
    }
}

impl Task for Increment {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        2 * (length + 2)
    }

    fn coupling(&self) -> Option<Coupling> {
        Some(Coupling { prompt: self.order.counted(), answer: self.order.counted(), tokens: 1 })
    }

    fn distributions(&self) -> &'static [&'static str] {
        &[STANDARD, BALANCED_CARRY]
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.sample_as(STANDARD, length, rng)
    }

    fn sample_as(&self, distribution: &str, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        let draw = match distribution {
            STANDARD => standard,
            BALANCED_CARRY => balanced_carry,
            _ => return Err(unknown_distribution(self.entry, distribution, self.distributions())),
        };
        self.check_length(length)?;
        let digits = draw(rng, length);
        let answer = self.write(increment(&digits), EOS);
        Ok(Example { prompt: self.write(digits, SEP), answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let mut digits = data_before_sep(self, prompt)?.to_vec();
        self.turn(&mut digits);
        match digits[..] {
            [_, .., 0] => Ok(self.write(increment(&digits), EOS)),
            _ => Err(not_a_prompt(self, prompt)),
        }
    }
}

fn standard(rng: &mut ChaCha8Rng, digits: usize) -> Vec<i8> {
    number(rng, digits, digits)
}

fn balanced_carry(rng: &mut ChaCha8Rng, digits: usize) -> Vec<i8> {
    let nines = below(rng, digits + 1);
    let mut number = number(rng, digits, digits);
    number[..nines].fill(9);
    // The 0 in front stays.
    if nines < digits && number[nines] == 9 {
        let least = i8::from(nines + 1 == digits && digits > 1);
        number[nines] = between(rng, least, 8);
    }
    number
}

/// One more; the last digit, which is the most significant, is a 0.
fn increment(digits: &[i8]) -> Vec<i8> {
    let nines = digits.iter().take_while(|&&digit| digit == 9).count();
    let mut more = digits.to_vec();
    more[..nines].fill(0);
    more[nines] += 1;
    more
}
