//! Aggregation of selected values, and their count, in one pass over each row.

use super::select::Selection;
use crate::rasp_l::graph::{Constant, Reduction};
use crate::rasp_l::value::Sequence;

/// The selected values made one, at every position.
pub(super) fn aggregate(selection: &Selection<'_>, values: &Sequence, default: Constant, reduction: Reduction) -> Sequence {
    match (values, default) {
        (Sequence::Tokens(values), Constant::Token(default)) => Sequence::Tokens(match reduction {
            Reduction::Mean => mean(selection, values, default),
            Reduction::Max => best(selection, values, default, i16::max),
            Reduction::Min => best(selection, values, default, i16::min),
        }),
        (Sequence::Indices(values), Constant::Index(default)) if reduction != Reduction::Mean => {
            let better = if reduction == Reduction::Max { i32::max } else { i32::min };
            Sequence::Indices(best(selection, values, default, better))
        }
        (Sequence::Booleans(values), Constant::Boolean(default)) if reduction != Reduction::Mean => {
            let better = if reduction == Reduction::Max { bool::max } else { bool::min };
            Sequence::Booleans(best(selection, values, default, better))
        }
        other => unreachable!("the elaborator checked that {other:?} are of one kind, which {reduction:?} takes"),
    }
}

/// How many positions each position selects.
pub(super) fn width(selection: &Selection<'_>) -> Sequence {
    Sequence::Indices(selection.fold(&0, |count, _| *count += 1))
}

/// The mean, truncated toward zero as int8 conversion does: the mean of -1 and -2 is -1.
fn mean(selection: &Selection<'_>, values: &[i16], default: i16) -> Vec<i16> {
    let sums = selection.fold(&(0_i64, 0_i64), |(sum, count), position| {
        *sum += i64::from(values[position]);
        *count += 1;
    });
    sums.into_iter().map(|(sum, count)| if count == 0 { default } else { (sum / count) as i16 }).collect()
}

fn best<T: Copy>(selection: &Selection<'_>, values: &[T], default: T, better: impl Fn(T, T) -> T) -> Vec<T> {
    let found = selection.fold(&None, |best: &mut Option<T>, position| {
        *best = Some(best.map_or(values[position], |best| better(best, values[position])));
    });
    found.into_iter().map(|best| best.unwrap_or(default)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Comparison;

    fn everything(values: &Sequence) -> Selection<'_> {
        Selection { key: values, query: values, comparison: Comparison::LessOrEqual, len: values.len() }
    }

    #[test]
    fn the_mean_is_truncated_toward_zero() {
        let values = Sequence::Tokens(vec![-2, -1, 3, 127]);
        let mean = aggregate(&everything(&values), &values, Constant::Token(0), Reduction::Mean);
        assert_eq!(mean, Sequence::Tokens(vec![-2, -1, 0, 31]));
    }

    #[test]
    fn nothing_selected_gives_the_default() {
        let values = Sequence::Tokens(vec![5, 6]);
        let nothing = Selection { comparison: Comparison::Greater, ..everything(&values) };
        for reduction in [Reduction::Mean, Reduction::Max, Reduction::Min] {
            assert_eq!(aggregate(&nothing, &values, Constant::Token(-9), reduction), Sequence::Tokens(vec![-9, -9]));
        }
        assert_eq!(width(&nothing), Sequence::Indices(vec![0, 0]));
    }
}
