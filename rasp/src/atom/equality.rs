//! Which atoms are equal, which comes first, and a key for tables that agrees with both. `1`, `1.0` and `True` are one value.

use super::number::Number;
use super::{Atom, AtomKind, Int};
use crate::comparison::Comparison;
use crate::fault::Fault;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

impl Atom {
    /// Whether Python's `==` holds: numbers by exact value, text by its characters; a number is never text, NaN never anything.
    pub(crate) fn python_eq(&self, other: &Atom) -> bool {
        order(self, other) == Some(Ordering::Equal)
    }
}

/// An atom as the key of a table: equal by [`Atom::python_eq`], so a NaN is stored but never found again.
#[derive(Clone, Debug)]
pub(crate) struct AtomKey(pub(crate) Atom);

impl PartialEq for AtomKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.python_eq(&other.0)
    }
}

impl Eq for AtomKey {}

impl Hash for AtomKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Atom::Bool(value) => Int::Small(i64::from(*value)).hash(state),
            Atom::Int(value) => value.hash(state),
            // A whole float equals an integer, so it must hash as that integer does.
            Atom::Float(value) => match Int::from_f64(*value).filter(|_| value.fract() == 0.0) {
                Some(whole) => whole.hash(state),
                None => value.to_bits().hash(state),
            },
            Atom::Text(text) => text.hash(state),
        }
    }
}

/// Whether `left OP right`; text is ordered by its code points.
///
/// # Errors
/// An arithmetic fault where a number and text are to be ordered. Whether they are equal can always be asked.
pub(crate) fn compare(comparison: Comparison, left: &Atom, right: &Atom) -> Result<bool, Fault> {
    match comparison {
        Comparison::Equal => return Ok(left.python_eq(right)),
        Comparison::NotEqual => return Ok(!left.python_eq(right)),
        _ => {}
    }
    if (left.kind() == AtomKind::Text) != (right.kind() == AtomKind::Text) {
        return Err(Fault::arithmetic(format!(
            "no order between {} and {}, so `{}` has no answer: read the tokens as numbers with tokens_int or tokens_float, or all as text with tokens_str",
            left.described(),
            right.described(),
            comparison.symbol()
        )));
    }
    Ok(order(left, right).is_some_and(|order| comparison.holds(&order, &Ordering::Equal)))
}

/// Which comes first; `None` between a number and text, and if one is NaN.
fn order(left: &Atom, right: &Atom) -> Option<Ordering> {
    if let (Atom::Text(left), Atom::Text(right)) = (left, right) {
        return Some(left.cmp(right));
    }
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Int(left), Number::Float(right)) => left.partial_cmp_f64(right),
        (Number::Float(left), Number::Int(right)) => right.partial_cmp_f64(left).map(Ordering::reverse),
        (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use proptest::prelude::*;
    use rustc_hash::FxBuildHasher;
    use std::hash::BuildHasher;

    fn big(text: &str) -> Atom {
        Atom::Int(text.parse::<BigInt>().unwrap().into())
    }

    #[test]
    fn equal_atoms_hash_alike() {
        let classes = [
            vec![Atom::Bool(true), Atom::int(1), Atom::Float(1.0)],
            vec![Atom::Bool(false), Atom::int(0), Atom::Float(0.0), Atom::Float(-0.0)],
            vec![big("9223372036854775808"), Atom::Float(9_223_372_036_854_775_808.0)],
            vec![big("9223372036854775809")],
            vec![Atom::int(i64::MIN), Atom::Float(-9_223_372_036_854_775_808.0)],
            vec![Atom::Float(0.5)],
            vec![Atom::Float(f64::INFINITY)],
            vec![Atom::text("1")],
            vec![Atom::text("")],
        ];
        for (place, class) in classes.iter().enumerate() {
            for (other_place, other_class) in classes.iter().enumerate() {
                for (left, right) in class.iter().flat_map(|left| other_class.iter().map(move |right| (left, right))) {
                    assert_eq!(left.python_eq(right), place == other_place, "{left:?} {right:?}");
                    if place == other_place {
                        assert_eq!(FxBuildHasher.hash_one(AtomKey(left.clone())), FxBuildHasher.hash_one(AtomKey(right.clone())));
                    }
                }
            }
        }
        assert!(!Atom::Float(f64::NAN).python_eq(&Atom::Float(f64::NAN)));
    }

    #[test]
    fn a_number_and_text_can_be_equated_but_not_ordered() {
        let (one, text) = (Atom::int(1), Atom::text("1"));
        assert_eq!(compare(Comparison::Equal, &one, &text), Ok(false));
        assert_eq!(compare(Comparison::NotEqual, &one, &text), Ok(true));
        let fault = compare(Comparison::Greater, &one, &text).unwrap_err();
        assert!(fault.message().starts_with("no order between the integer 1 and the text \"1\", so `>` has no answer"), "{fault}");
        assert!(compare(Comparison::Less, &Atom::text("Z"), &Atom::text("a")).unwrap());
    }

    #[test]
    fn every_order_with_nan_is_false() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        for other in [Atom::Float(f64::NAN), Atom::int(0), Atom::Bool(true)] {
            for comparison in [Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual] {
                assert_eq!(compare(comparison, &Atom::Float(f64::NAN), &other), Ok(comparison == NotEqual));
                assert_eq!(compare(comparison, &other, &Atom::Float(f64::NAN)), Ok(comparison == NotEqual));
            }
        }
    }

    proptest! {
        #[test]
        fn a_float_equals_exactly_the_integer_it_is(value: i64, float: f64) {
            let (rounded, int) = (value as f64, Atom::int(value));
            prop_assert_eq!(Atom::Float(rounded).python_eq(&int), rounded as i128 == i128::from(value));
            prop_assert_eq!(compare(Comparison::Less, &Atom::Float(rounded), &int).unwrap(), (rounded as i128) < i128::from(value));
            prop_assert_eq!(Atom::Float(float).python_eq(&Atom::Float(float)), !float.is_nan());
        }
    }
}
