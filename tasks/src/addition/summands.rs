//! Two numbers to add: how they are drawn, and their sum. Knows nothing of tokens and hints.

use crate::random::{ChaCha8Rng, below};

/// Two numbers of equally many digits, least significant first, a 0 at the most significant place of both.
pub(crate) struct Summands {
    pub(crate) first: Vec<i8>,
    pub(crate) second: Vec<i8>,
}

impl Summands {
    /// One number of `digits` digits and one of uniformly 1 to `digits` digits, in random order.
    pub(crate) fn standard(rng: &mut ChaCha8Rng, digits: usize) -> Self {
        let longer = number(rng, digits, digits);
        let digits_other = 1 + below(rng, digits);
        let other = number(rng, digits_other, digits);
        if below(rng, 2) == 1 { Self { first: longer, second: other } } else { Self { first: other, second: longer } }
    }

    /// A first number of `digits` digits, and a second that makes one carry chain in it, of uniformly 0 to `digits` places, uniform among
    /// the places where that fits.
    pub(crate) fn balanced_carry(rng: &mut ChaCha8Rng, digits: usize) -> Self {
        let places = below(rng, digits + 1);
        let lowest = below(rng, digits - places + 1);
        Self::with_chain(rng, digits, lowest, places)
    }

    /// As [`balanced_carry`](Self::balanced_carry), with the longest chain there is.
    pub(crate) fn hard_carry(rng: &mut ChaCha8Rng, digits: usize) -> Self {
        Self::with_chain(rng, digits, 0, digits)
    }

    /// A carry arises at the place `lowest` and runs through `places` places in all; no other place carries.
    fn with_chain(rng: &mut ChaCha8Rng, digits: usize, lowest: usize, places: usize) -> Self {
        let mut first = number(rng, digits, digits);
        let mut second = vec![0; digits + 1];
        let end = lowest + places;
        for place in 0..digits {
            let least = i8::from(place + 1 == digits && digits > 1);
            let carried_in = places > 0 && place == end;
            if places > 0 && place == lowest {
                // From a 0 no carry can arise.
                redraw(rng, &mut first[place], 1, 9);
                second[place] = between(rng, 10 - first[place], 9);
            } else if (lowest..end).contains(&place) {
                second[place] = 9 - first[place];
            } else if carried_in {
                // A 9 would carry on.
                redraw(rng, &mut first[place], least, 8);
                second[place] = between(rng, 0, 8 - first[place]);
            } else {
                second[place] = between(rng, 0, 9 - first[place]);
            }
        }
        Self { first, second }
    }

    /// The digits of the sum, least significant first, as many as the summands have.
    pub(crate) fn sum(&self) -> Vec<i8> {
        let mut carry = 0;
        let digit = |(one, other): (&i8, &i8)| {
            let sum = one + other + carry;
            carry = sum / 10;
            sum % 10
        };
        self.first.iter().zip(&self.second).map(digit).collect()
    }
}

/// A number of exactly `digits` digits, all such equally likely, with zeros up to and including the place `padded_to`.
pub(crate) fn number(rng: &mut ChaCha8Rng, digits: usize, padded_to: usize) -> Vec<i8> {
    let mut number = Vec::with_capacity(padded_to + 1);
    number.extend((1..digits).map(|_| between(rng, 0, 9)));
    number.push(between(rng, i8::from(digits > 1), 9));
    number.resize(padded_to + 1, 0);
    number
}

/// Uniform over `least..=most`.
pub(crate) fn between(rng: &mut ChaCha8Rng, least: i8, most: i8) -> i8 {
    least + below(rng, (most - least + 1) as usize) as i8
}

/// Draws the digit again where it is not within bounds; it was uniform, so it is uniform within them.
fn redraw(rng: &mut ChaCha8Rng, digit: &mut i8, least: i8, most: i8) {
    if !(least..=most).contains(digit) {
        *digit = between(rng, least, most);
    }
}
