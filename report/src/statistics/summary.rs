//! Medians and quantiles.

/// The value at `share` of the way through `values`, interpolated linearly (numpy's default, type 7 of Hyndman and Fan 1996).
///
/// `None` without values. `values` need not be sorted and must hold no NaN.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    quantile_in_place(&mut values.to_vec(), share)
}

/// [`quantile`] of values that may be sorted in their place.
pub(crate) fn quantile_in_place(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    // Two infinities have no difference to interpolate.
    if below.total_cmp(&above).is_eq() { Some(below) } else { Some(below + (above - below) * place.fract()) }
}

/// The middle value, or the mean of the two middle values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(quantile(&[0.0, 10.0], 0.025), Some(0.25));
        assert_eq!(quantile(&[1.0, 5.0], 1.0), Some(5.0));
    }
}
