//! Addition of decimal numbers, in four formats: with and without index hints, the answer forward and reversed.

mod summands;

use std::fmt;
use std::sync::Arc;

use crate::catalogue::Entry;
use crate::coupling::{Counted, Coupling};
use crate::error::TaskError;
use crate::hints;
use crate::random::ChaCha8Rng;
use crate::task::{Example, STANDARD, Task, not_a_prompt, unknown_distribution};
use crate::vocabulary::{EOS, PLUS, SEP, Vocabulary};
pub(crate) use summands::{Summands, between, number};

pub(crate) static FORWARD: Entry = Entry {
    name: "addition",
    version: 1,
    summary: "the sum of two numbers, most significant digit first",
    format: "0 5 4 plus 0 3 7 sep => 0 9 1 eos",
    unit: "digits of the longer summand",
    alphabet_default: 10,
    alphabet_bounds: None,
    program: Some(("addition.rasp", include_str!("../programs/addition.rasp"))),
    make: Some(|_| Addition::plain(&FORWARD, Order::Forward)),
};

pub(crate) static REVERSE: Entry = Entry {
    name: "addition-reverse",
    version: 1,
    summary: "the sum of two numbers, least significant digit first",
    format: "0 5 4 plus 0 3 7 sep => 1 9 0 eos",
    unit: "digits of the longer summand",
    alphabet_default: 10,
    alphabet_bounds: None,
    program: None,
    make: Some(|_| Addition::plain(&REVERSE, Order::Reverse)),
};

pub(crate) static FORWARD_HINTS: Entry = Entry {
    name: "addition-hints",
    version: 1,
    summary: "the sum of two numbers with index hints, most significant digit first",
    format: "13 0 12 5 11 4 plus 13 0 12 3 11 7 sep => 13 0 12 9 11 1 eos",
    unit: "digits of the longer summand",
    alphabet_default: hints::DEFAULT,
    alphabet_bounds: Some(2..=hints::MOST),
    program: Some(("addition_hints.rasp", include_str!("../programs/addition_hints.rasp"))),
    make: Some(|hints| Addition::hinted(&FORWARD_HINTS, Order::Forward, hints)),
};

pub(crate) static REVERSE_HINTS: Entry = Entry {
    name: "addition-reverse-hints",
    version: 1,
    summary: "the sum of two numbers with index hints, least significant digit first",
    format: "13 0 12 5 11 4 plus 13 0 12 3 11 7 sep => 11 1 12 9 13 0 eos",
    unit: "digits of the longer summand",
    alphabet_default: hints::DEFAULT,
    alphabet_bounds: Some(2..=hints::MOST),
    program: Some(("addition_reverse_hints.rasp", include_str!("../programs/addition_reverse_hints.rasp"))),
    make: Some(|hints| Addition::hinted(&REVERSE_HINTS, Order::Reverse, hints)),
};

pub(crate) const BALANCED_CARRY: &str = "balanced-carry";
const HARD_CARRY: &str = "hard-carry";

/// The sum of two numbers: `addition`, `addition-reverse`, `addition-hints` and `addition-reverse-hints`.
///
/// Length is digits of the longer summand. Length 2, 54 + 37; both numbers are filled up with zeros to the same length and one
/// more:
/// - `addition`: prompt `0 5 4 plus 0 3 7 sep`, answer `0 9 1 eos`;
/// - `addition-reverse`: the answer's least significant digit comes first: `1 9 0 eos`;
/// - `addition-hints`: prompt `13 0 12 5 11 4 plus 13 0 12 3 11 7 sep`, answer `13 0 12 9 11 1 eos`;
/// - `addition-reverse-hints`: the same prompt, answer `11 1 12 9 13 0 eos`.
///
/// A hint stands before every digit; digits of one place have the same hint, one larger than that of the place to its right (as in
/// the paper's own code, whose hints too decrease from left to right). They are a uniformly drawn slice of a block of 100 unless
/// told, so the largest length is 99.
///
/// A number of d digits is uniform among all such numbers, 0 being one of one digit. Three distributions:
/// - `standard`: one number has as many digits as the length says, the other uniformly 1 to so many; which is first is a fair coin.
///   (In the paper both have uniform lengths, 1 to the longest. Here the length is given, and is that of the longer one.)
/// - `balanced-carry`: the first number has as many digits as the length says; a carry chain of uniformly 0 to so many places
///   begins at a uniformly drawn place where it fits. A carry arises at its lowest place, is handed on at each other place of it by
///   digits that add up to 9, and no other place carries. The second number is uniform among those of that kind; so is the first
///   but that its digit is not 0 where the carry arises and not 9 where the chain has ended.
/// - `hard-carry`: the same with the longest chain there is, as in 381 + 619.
///
/// Source: Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>. Without hints they find chance beyond the training lengths and
/// give no program. For `addition` there is one, which counts places; for `addition-reverse` none is known, which makes it a
/// control: the place to read from goes down while the place to write to goes up.
pub struct Addition {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    order: Order,
    /// The number of hint tokens, where there are hints.
    hints: Option<usize>,
}

/// In which order an answer's digits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Most significant first.
    Forward,
    /// Least significant first.
    Reverse,
}

impl Order {
    /// From where places of equal significance are counted.
    pub(crate) fn counted(self) -> Counted {
        match self {
            Self::Forward => Counted::FromLast,
            Self::Reverse => Counted::FromFirst,
        }
    }
}

const SPECIAL: [(&str, i8); 3] = [("sep", SEP), ("eos", EOS), ("plus", PLUS)];

impl Addition {
    fn plain(entry: &'static Entry, order: Order) -> Arc<dyn Task> {
        Arc::new(Self { entry, vocabulary: Vocabulary::with_data(&SPECIAL, 10), order, hints: None })
    }

    fn hinted(entry: &'static Entry, order: Order, hints: usize) -> Arc<dyn Task> {
        Arc::new(Self { entry, vocabulary: hints::vocabulary(&SPECIAL, 10, hints), order, hints: Some(hints) })
    }

    /// Tokens of one number that is written with so many digits.
    fn width(&self, digits: usize) -> usize {
        if self.hints.is_some() { 2 * digits } else { digits }
    }

    /// Writes one place of a number; `lowest` is the hint of place 0.
    fn write(tokens: &mut Vec<i8>, lowest: Option<i8>, place: usize, digit: i8) {
        tokens.extend(lowest.map(|lowest| lowest + place as i8));
        tokens.push(digit);
    }

    fn write_answer(&self, summands: &Summands, lowest: Option<i8>) -> Vec<i8> {
        let sum = summands.sum();
        let mut answer = Vec::with_capacity(self.width(sum.len()) + 1);
        let digits = sum.iter().copied().enumerate();
        match self.order {
            Order::Forward => digits.rev().for_each(|(place, digit)| Self::write(&mut answer, lowest, place, digit)),
            Order::Reverse => digits.for_each(|(place, digit)| Self::write(&mut answer, lowest, place, digit)),
        }
        answer.push(EOS);
        answer
    }

    /// The digits of a written number, least significant first, and the hint of place 0.
    fn read(&self, tokens: &[i8]) -> Option<(Vec<i8>, Option<i8>)> {
        let (digits, lowest): (Vec<i8>, Option<i8>) = match self.hints {
            None => (tokens.iter().rev().copied().collect(), None),
            Some(hints) => {
                let (pairs, rest) = tokens.as_chunks::<2>();
                let &[lowest, _] = pairs.last()?;
                let in_order = pairs.windows(2).all(|two| two[0][0] == two[1][0] + 1);
                let are_hints = pairs.iter().all(|&[hint, _]| hints::is_hint(hint, hints));
                if !rest.is_empty() || !are_hints || !in_order {
                    return None;
                }
                (pairs.iter().rev().map(|&[_, digit]| digit).collect(), Some(lowest))
            }
        };
        // The last one is the zero in front; there is a digit besides.
        let is_number = digits.len() > 1 && digits.last() == Some(&0) && digits.iter().all(|digit| (0..10).contains(digit));
        is_number.then_some((digits, lowest))
    }

    fn read_prompt(&self, prompt: &[i8]) -> Option<(Summands, Option<i8>)> {
        let [prompt @ .., SEP] = prompt else { return None };
        let plus = prompt.iter().position(|&token| token == PLUS)?;
        let (first, lowest) = self.read(&prompt[..plus])?;
        let (second, lowest_of_second) = self.read(&prompt[plus + 1..])?;
        (first.len() == second.len() && lowest == lowest_of_second).then_some((Summands { first, second }, lowest))
    }
}

impl fmt::Debug for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Addition").field(&self.entry.name).finish()
    }
}

impl Task for Addition {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn alphabet(&self) -> usize {
        self.hints.unwrap_or(10)
    }

    fn alphabet_unit(&self) -> &'static str {
        if self.hints.is_some() { hints::UNIT } else { "data tokens" }
    }

    fn length_limit(&self) -> Option<usize> {
        // The zero in front has a hint too.
        self.hints.map(|hints| hints - 1)
    }

    fn tokens_max(&self, length: usize) -> usize {
        3 * self.width(length + 1) + 3
    }

    fn coupling(&self) -> Option<Coupling> {
        Some(Coupling { prompt: Counted::FromLast, answer: self.order.counted(), tokens: self.width(1) })
    }

    fn distributions(&self) -> &'static [&'static str] {
        &[STANDARD, BALANCED_CARRY, HARD_CARRY]
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.sample_as(STANDARD, length, rng)
    }

    fn sample_as(&self, distribution: &str, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        let draw = match distribution {
            STANDARD => Summands::standard,
            BALANCED_CARRY => Summands::balanced_carry,
            HARD_CARRY => Summands::hard_carry,
            _ => return Err(unknown_distribution(self.entry, distribution, self.distributions())),
        };
        self.check_length(length)?;
        let summands = draw(rng, length);
        let lowest = self.hints.map(|hints| hints::slice(rng, hints, length + 1));
        let mut prompt = Vec::with_capacity(2 * self.width(length + 1) + 2);
        for (number, end) in [(&summands.first, PLUS), (&summands.second, SEP)] {
            number.iter().enumerate().rev().for_each(|(place, &digit)| Self::write(&mut prompt, lowest, place, digit));
            prompt.push(end);
        }
        let answer = self.write_answer(&summands, lowest);
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let (summands, lowest) = self.read_prompt(prompt).ok_or_else(|| not_a_prompt(self, prompt))?;
        Ok(self.write_answer(&summands, lowest))
    }
}
