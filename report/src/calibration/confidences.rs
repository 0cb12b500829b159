//! Confidences with their outcomes, checked once and kept in order.

use crate::error::ReportError;

/// What a model gave its answers, and whether they were right: at least one example, every confidence in `[0, 1]`, in ascending order.
///
/// The order in which examples were given does not matter to any measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Confidences {
    examples: Vec<(f64, bool)>,
}

impl Confidences {
    /// Examples as (confidence, right), in any order.
    ///
    /// # Errors
    /// [`ReportError::NoConfidences`] without examples; [`ReportError::ConfidenceOutOfRange`] where a confidence is NaN or outside `[0, 1]`.
    pub fn new(mut examples: Vec<(f64, bool)>) -> Result<Self, ReportError> {
        if examples.is_empty() {
            return Err(ReportError::NoConfidences);
        }
        if let Some(place) = examples.iter().position(|(confidence, _)| !(0.0..=1.0).contains(confidence)) {
            return Err(ReportError::ConfidenceOutOfRange { place, value: examples[place].0 });
        }
        // Bits of numbers that are not negative are in the order of the numbers, and are sorted faster.
        let mut packed: Vec<u64> =
            examples.iter().map(|&(confidence, right)| (confidence + 0.0).to_bits() << 1 | u64::from(right)).collect();
        packed.sort_unstable();
        for (example, bits) in examples.iter_mut().zip(packed) {
            *example = (f64::from_bits(bits >> 1), bits & 1 == 1);
        }
        Ok(Self { examples })
    }

    /// The examples of all parts together, each counted once.
    ///
    /// # Errors
    /// [`ReportError::NoConfidences`] without parts.
    pub fn pooled<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self, ReportError> {
        Self::new(parts.into_iter().flat_map(Self::iter).collect())
    }

    /// Number of examples, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Share of examples that were right.
    pub fn accuracy(&self) -> f64 {
        self.iter().filter(|&(_, right)| right).count() as f64 / self.len() as f64
    }

    /// Mean of the confidences.
    pub fn mean_confidence(&self) -> f64 {
        self.iter().map(|(confidence, _)| confidence).sum::<f64>() / self.len() as f64
    }

    /// The examples as (confidence, right), in ascending order of confidence.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (f64, bool)> + Clone {
        self.examples.iter().copied()
    }

    /// The residuals as (confidence, outcome less confidence), in ascending order of confidence.
    pub(super) fn residuals(&self) -> impl ExactSizeIterator<Item = (f64, f64)> + Clone {
        self.iter().map(|(confidence, right)| (confidence, f64::from(u8::from(right)) - confidence))
    }

    /// The distinct confidences, ascending, each with its examples.
    pub(super) fn atoms(&self) -> Vec<Atom> {
        #[expect(clippy::float_cmp, reason = "examples share an atom where their confidences are the same number")]
        let equal = self.examples.chunk_by(|one, other| one.0 == other.0);
        let atom = |examples: &[(f64, bool)]| Atom {
            confidence: examples[0].0,
            examples: examples.len() as f64,
            right: examples.iter().filter(|example| example.1).count() as f64,
        };
        equal.map(atom).collect()
    }

    /// Gives the examples other outcomes: each is right or wrong as `outcome` says of its confidence. The order stays, so nothing is sorted again.
    pub(super) fn set_outcomes(&mut self, mut outcome: impl FnMut(f64) -> bool) {
        for (confidence, right) in &mut self.examples {
            *right = outcome(*confidence);
        }
    }
}

/// All examples of one confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Atom {
    /// What they share.
    pub(super) confidence: f64,
    /// How many there are.
    pub(super) examples: f64,
    /// How many were right.
    pub(super) right: f64,
}

impl Atom {
    /// Sum of outcome less confidence.
    pub(super) fn residual(&self) -> f64 {
        self.right - self.examples * self.confidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(matches!(Confidences::new(Vec::new()), Err(ReportError::NoConfidences)));
        assert!(matches!(Confidences::pooled([]), Err(ReportError::NoConfidences)));
        for value in [1.2, -0.1, f64::NAN, f64::INFINITY] {
            let refused = Confidences::new(vec![(0.5, true), (value, false)]).unwrap_err();
            assert!(matches!(refused, ReportError::ConfidenceOutOfRange { place: 1, .. }), "{value}: {refused}");
        }
    }

    #[test]
    fn the_order_given_does_not_matter() {
        let one = Confidences::new(vec![(0.5, true), (0.25, false), (0.5, false), (1.0, true)]).unwrap();
        let other = Confidences::new(vec![(1.0, true), (0.5, false), (0.5, true), (0.25, false)]).unwrap();
        assert_eq!(one, other);
        assert_eq!((one.len(), one.accuracy(), one.mean_confidence()), (4, 0.5, 0.5625));
        let atoms: Vec<_> = one.atoms().iter().map(|atom| (atom.confidence, atom.examples, atom.right, atom.residual())).collect();
        assert_eq!(atoms, [(0.25, 1.0, 0.0, -0.25), (0.5, 2.0, 1.0, 0.0), (1.0, 1.0, 1.0, 0.0)]);
    }

    #[test]
    fn a_pool_holds_every_example() {
        let part = |confidence| Confidences::new(vec![(confidence, true), (0.5, false)]).unwrap();
        let pool = Confidences::pooled([&part(0.75), &part(0.25)]).unwrap();
        assert_eq!(pool.iter().collect::<Vec<_>>(), [(0.25, true), (0.5, false), (0.5, false), (0.75, true)]);
    }
}
