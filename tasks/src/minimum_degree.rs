//! The minimum-degree interpolator: what the simplest polynomial that fits the seen inputs of a Boolean task says of the others.
//!
//! A rival of the RASP-L conjecture. Every function of `n` bits, each read as +1 (bit 1) or -1 (bit 0), is a sum of monomials,
//! `f(x) = Σ_S a_S Π_{i in S} x_i`, its Fourier-Walsh expansion. Its **degree profile** is the energy `Σ_{|S|=k} a_S²` of each degree `k`,
//! the highest degree first. Of all functions that agree with the seen inputs, the **minimum-degree-profile interpolator** is the one
//! whose profile is least in lexicographic order; some networks learn it where a part of the inputs is never seen.
//! Source: Abbe, Bengio, Lotfi and Rizk 2023, <https://arxiv.org/abs/2301.13105>. It ignores each bit that never changes in what is seen: a
//! monomial with the bit can be replaced by one without it, of a degree less. Zhou et al. 2023, section 6,
//! <https://arxiv.org/abs/2310.16028>, show a task where it is therefore wrong, and a Transformer and its one-line program are right.
//!
//! # How it is computed
//!
//! Not over the 2^n monomials: over the `m` seen inputs. Of the `n` bits that change, two inputs differ in `h`; then their monomials of degree `k`
//! have the inner product `K_k(h)`, a Krawtchouk polynomial, the coefficient of `z^k` in `(1 - z)^h (1 + z)^(n-h)` (`MacWilliams` and
//! Sloane 1977, The Theory of Error-Correcting Codes, chapter 5). So the Gram matrix of degree `k` is `G_k[i][j] = K_k(h_ij)`, and the
//! coefficients of least energy are combinations of the inputs' own monomials. Write `y` for the answers, +1 and -1.
//!
//! 1. Upwards, `k = 0, 1, …`: keep a basis of the vectors `t` with `t G_j = 0` for each `j < k`, that is, of all that degrees below `k`
//!    cannot tell. Make it orthogonal under `G_k`. Its vectors of positive norm `t G_k t'` are the *directions* of degree `k`; the
//!    others are the basis for `k + 1`. The **least degree** is the first after which those are all orthogonal to `y`.
//! 2. Downwards, from that degree to 0: the energy of degree `k` is least with `c_k = Σ t (t · r) / (t G_k t')` over the directions, where
//!    `r` is what is left of `y`; then `r` becomes `r - G_k c_k`, which degrees below `k` can tell.
//!
//! Then `f(x) = Σ_k Σ_i c_k[i] K_k(h(x, x_i))`. Whether a number is 0, and so each rank, the degree and each tie, is found modulo a prime of
//! 61 bits, never by a tolerance. Values are rounded, and checked: at each seen input `f` must be its answer to 1e-6.
//!
//! # Limits
//!
//! At most 512 distinct inputs of at most 64 bits, about two seconds. It is a function of one number of bits: of prompts that have more or fewer, as
//! longer ones of most tasks do, it says nothing.

mod number;
mod seen;

use crate::error::TaskError;
use number::Number;
pub use seen::{SeenInputs, boolean};

/// How far from the answer of a seen input the interpolator may be.
const GAP_MAX: f64 = 1e-6;

/// The function of least degree profile that agrees with what was seen.
///
/// ```
/// use tasks::minimum_degree::{MinimumDegree, SeenInputs};
///
/// // The exclusive or of two bits, beside a third that is always 1.
/// let seen = [([0, 0, 1], 0), ([0, 1, 1], 1), ([1, 0, 1], 1), ([1, 1, 1], 0)];
/// let seen = SeenInputs::new("xor", seen.iter().map(|(bits, answer)| (&bits[..], *answer)))?;
/// let interpolator = MinimumDegree::fit("xor", &seen)?;
/// assert_eq!(interpolator.degree(), 2);
/// assert_eq!(interpolator.constant_bits(), [3]);
/// // The third bit is ignored.
/// assert_eq!(interpolator.predict("xor", &[0, 1, 0])?.bit, Some(1));
/// # Ok::<(), tasks::TaskError>(())
/// ```
#[derive(Debug, Clone)]
pub struct MinimumDegree {
    bits: usize,
    /// The bits that change among the seen inputs.
    changing: u64,
    /// The seen inputs, of those bits.
    points: Vec<u64>,
    /// The Krawtchouk polynomials, by degree and distance.
    kernels: Vec<Vec<Number>>,
    /// By degree, the weight of each seen input.
    weights: Vec<Vec<Number>>,
    energies: Vec<f64>,
}

/// What the interpolator says of one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The polynomial's value, which for a seen input is +1 or -1.
    pub value: f64,
    /// The value's sign, 1 above 0 and 0 below; `None` at 0 exactly, a tie.
    pub bit: Option<i8>,
}

/// A vector of weights of the seen inputs that no degree below sees, orthogonal to the others of its degree.
struct Direction {
    weights: Vec<Number>,
    /// Its squared norm under the degree's Gram matrix.
    norm: Number,
}

impl MinimumDegree {
    /// Interpolates; `task` is for messages.
    ///
    /// # Errors
    /// [`TaskError::Imprecise`] where rounding spoils the values, which a few hundred inputs of 20 bits do not do.
    pub fn fit(task: &str, seen: &SeenInputs) -> Result<Self, TaskError> {
        let (first, changing) = seen.words().fold((None, 0), |(first, changing), (word, _)| {
            let first = first.unwrap_or(word);
            (Some(first), changing | (word ^ first))
        });
        debug_assert!(first.is_some(), "something is seen");
        let points: Vec<u64> = seen.words().map(|(word, _)| word & changing).collect();
        let answers: Vec<Number> = seen.words().map(|(_, answer)| if answer { Number::ONE } else { Number::MINUS_ONE }).collect();
        let mut interpolator = Self {
            bits: seen.bits(),
            changing,
            kernels: krawtchouk(changing.count_ones() as usize),
            points,
            weights: Vec::new(),
            energies: Vec::new(),
        };
        interpolator.solve(&answers);
        let is_met = |(&point, answer): (&u64, &Number)| (interpolator.value(point).rounded() - answer.rounded()).abs() <= GAP_MAX;
        if interpolator.points.iter().zip(&answers).all(is_met) {
            Ok(interpolator)
        } else {
            Err(TaskError::Imprecise { task: task.to_owned(), inputs: seen.len(), bits: seen.bits() })
        }
    }

    /// The least degree of any polynomial that agrees with what was seen.
    pub fn degree(&self) -> usize {
        self.weights.len() - 1
    }

    /// The energy of each degree, from 0: its sum is the mean square of the function over all inputs.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// The places, counted from 1, of the bits that never change in what was seen and are therefore ignored.
    pub fn constant_bits(&self) -> Vec<usize> {
        (0..self.bits).filter(|place| self.changing >> place & 1 == 0).map(|place| place + 1).collect()
    }

    /// What it says of these bits.
    ///
    /// # Errors
    /// [`TaskError::BitsDiffer`] where there are more or fewer bits than in what was seen.
    pub fn predict(&self, task: &str, bits: &[i8]) -> Result<Prediction, TaskError> {
        if bits.len() != self.bits {
            return Err(TaskError::BitsDiffer { task: task.to_owned(), one: self.bits, other: bits.len() });
        }
        let value = self.value(seen::word(bits) & self.changing);
        let bit = (!value.is_zero()).then(|| i8::from(value.rounded() > 0.0));
        Ok(Prediction { value: value.rounded(), bit })
    }

    fn value(&self, point: u64) -> Number {
        let distances: Vec<usize> = self.points.iter().map(|&seen| distance(seen, point)).collect();
        let at_degree = |(kernel, weights): (&Vec<Number>, &Vec<Number>)| -> Number {
            distances.iter().zip(weights).map(|(&distance, &weight)| weight * kernel[distance]).sum()
        };
        self.kernels.iter().zip(&self.weights).map(at_degree).sum()
    }

    /// The two sweeps of the module's first page.
    fn solve(&mut self, answers: &[Number]) {
        let seen = self.points.len();
        let mut basis: Vec<Vec<Number>> =
            (0..seen).map(|idx| (0..seen).map(|other| Number::from(i64::from(idx == other))).collect()).collect();
        let mut directions: Vec<Vec<Direction>> = Vec::new();
        while directions.is_empty() || basis.iter().any(|untold| !Number::dot(untold, answers).is_zero()) {
            let gram = self.gram(directions.len());
            directions.push(take_directions(&mut basis, &gram));
        }
        let mut rest = answers.to_vec();
        self.weights = vec![vec![Number::ZERO; seen]; directions.len()];
        self.energies = vec![0.0; directions.len()];
        for (degree, directions) in directions.iter().enumerate().rev() {
            for Direction { weights, norm } in directions {
                let told = Number::dot(weights, &rest);
                let share = told / *norm;
                self.energies[degree] += (told * share).rounded();
                subtract(&mut self.weights[degree], Number::ZERO - share, weights);
            }
            let (gram, weights) = (self.gram(degree), &self.weights[degree]);
            rest = rest.iter().zip(&gram).map(|(&rest, row)| rest - Number::dot(row, weights)).collect();
        }
    }

    /// The inner products of the monomials of one degree at each two seen inputs.
    fn gram(&self, degree: usize) -> Vec<Vec<Number>> {
        let row = |&one: &u64| self.points.iter().map(|&other| self.kernels[degree][distance(one, other)]).collect();
        self.points.iter().map(row).collect()
    }
}

/// Takes out of the basis what has a norm under the Gram matrix, made orthogonal; what is left has none.
fn take_directions(basis: &mut Vec<Vec<Number>>, gram: &[Vec<Number>]) -> Vec<Direction> {
    let images: Vec<Vec<Number>> = basis.iter().map(|vector| gram.iter().map(|row| Number::dot(row, vector)).collect()).collect();
    let mut products: Vec<Vec<Number>> =
        basis.iter().map(|vector| images.iter().map(|image| Number::dot(vector, image)).collect()).collect();
    let mut directions = Vec::new();
    // The largest norm first, so that rounding is divided by large numbers. In a Gram matrix what has no norm is orthogonal to all.
    while let Some(largest) = (0..basis.len())
        .filter(|&idx| !products[idx][idx].is_zero())
        .max_by(|&one, &other| products[one][one].rounded().total_cmp(&products[other][other].rounded()))
    {
        let weights = basis.swap_remove(largest);
        let mut column = products.swap_remove(largest);
        for row in &mut products {
            row.swap_remove(largest);
        }
        let norm = column.swap_remove(largest);
        for ((vector, row), &product) in basis.iter_mut().zip(&mut products).zip(&column) {
            if !product.is_zero() {
                subtract(vector, product / norm, &weights);
                subtract(row, product / norm, &column);
            }
        }
        directions.push(Direction { weights, norm });
    }
    directions
}

/// Subtracts `factor` times the second vector from the first.
fn subtract(from: &mut [Number], factor: Number, other: &[Number]) {
    for (from, &other) in from.iter_mut().zip(other) {
        if !other.is_zero() {
            *from = *from - factor * other;
        }
    }
}

fn distance(one: u64, other: u64) -> usize {
    (one ^ other).count_ones() as usize
}

/// The Krawtchouk polynomials of `bits` bits, by degree and distance: the coefficients of `(1 - z)^distance (1 + z)^(bits - distance)`.
fn krawtchouk(bits: usize) -> Vec<Vec<Number>> {
    let mut kernels = vec![vec![Number::ZERO; bits + 1]; bits + 1];
    for distance in 0..=bits {
        // The largest of 64 bits, 64 over 32, fits 61 bits.
        let mut coefficients = vec![0_i64; bits + 1];
        coefficients[0] = 1;
        for factor in 0..bits {
            let sign = if factor < distance { -1 } else { 1 };
            for degree in (1..=bits).rev() {
                coefficients[degree] += sign * coefficients[degree - 1];
            }
        }
        for (kernel, &coefficient) in kernels.iter_mut().zip(&coefficients) {
            kernel[distance] = Number::from(coefficient);
        }
    }
    kernels
}
