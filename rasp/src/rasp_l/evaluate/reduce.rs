//! How the selected values become one: four monoids.

use std::fmt::Debug;

/// A summary of some values, which grows by a value or by another summary, in any order.
pub(super) trait Reduce: Debug + Send + Sync + 'static {
    type Summary: Copy + Debug + PartialEq + Send + Sync;
    /// The summary of no values.
    const NOTHING: Self::Summary;
    fn add(summary: Self::Summary, value: i32) -> Self::Summary;
    fn merge(left: Self::Summary, right: Self::Summary) -> Self::Summary;
    /// The values as one; `default` where there are none.
    fn answer(summary: Self::Summary, default: i32) -> i32;
}

/// How many there are.
#[derive(Debug)]
pub(super) struct Count;

impl Reduce for Count {
    type Summary = i32;
    const NOTHING: i32 = 0;

    fn add(summary: i32, _: i32) -> i32 {
        summary + 1
    }

    fn merge(left: i32, right: i32) -> i32 {
        left + right
    }

    fn answer(summary: i32, _: i32) -> i32 {
        summary
    }
}

/// The largest. Values are never the most extreme integer, which stands for none.
#[derive(Debug)]
pub(super) struct Max;

impl Reduce for Max {
    type Summary = i32;
    const NOTHING: i32 = i32::MIN;

    fn add(summary: i32, value: i32) -> i32 {
        summary.max(value)
    }

    fn merge(left: i32, right: i32) -> i32 {
        left.max(right)
    }

    fn answer(summary: i32, default: i32) -> i32 {
        if summary == Self::NOTHING { default } else { summary }
    }
}

/// The smallest.
#[derive(Debug)]
pub(super) struct Min;

impl Reduce for Min {
    type Summary = i32;
    const NOTHING: i32 = i32::MAX;

    fn add(summary: i32, value: i32) -> i32 {
        summary.min(value)
    }

    fn merge(left: i32, right: i32) -> i32 {
        left.min(right)
    }

    fn answer(summary: i32, default: i32) -> i32 {
        if summary == Self::NOTHING { default } else { summary }
    }
}

/// The mean, truncated toward zero as int8 conversion does: the mean of -1 and -2 is -1.
#[derive(Debug)]
pub(super) struct Mean;

/// Of int8 values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Total {
    sum: i64,
    count: i64,
}

impl Reduce for Mean {
    type Summary = Total;
    const NOTHING: Total = Total { sum: 0, count: 0 };

    fn add(summary: Total, value: i32) -> Total {
        Total { sum: summary.sum + i64::from(value), count: summary.count + 1 }
    }

    fn merge(left: Total, right: Total) -> Total {
        Total { sum: left.sum + right.sum, count: left.count + right.count }
    }

    fn answer(summary: Total, default: i32) -> i32 {
        if summary.count == 0 { default } else { (summary.sum / summary.count) as i32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<R: Reduce>(values: &[i32], default: i32) -> i32 {
        R::answer(values.iter().fold(R::NOTHING, |summary, &value| R::add(summary, value)), default)
    }

    #[test]
    fn the_mean_is_truncated_toward_zero() {
        assert_eq!([of::<Mean>(&[-1, -2], 0), of::<Mean>(&[-2, -1, 3, 127], 0), of::<Mean>(&[1, 2], 0)], [-1, 31, 1]);
    }

    #[test]
    fn of_no_values_there_is_the_default_but_always_a_count() {
        assert_eq!([of::<Mean>(&[], -9), of::<Max>(&[], -9), of::<Min>(&[], -9), of::<Count>(&[], -9)], [-9, -9, -9, 0]);
        assert_eq!([of::<Max>(&[-3, -5], 0), of::<Min>(&[3, 5], 0), of::<Count>(&[3, 5], 0)], [-3, 3, 2]);
    }
}
