//! From data to pixels: linear scales with round ticks.

/// A linear map from a range of data to a range of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    data: (f64, f64),
    pixels: (f64, f64),
}

impl Scale {
    /// Maps `data.0` to `pixels.0` and `data.1` to `pixels.1`; an empty range of data is widened by one.
    pub(super) fn new(data: (f64, f64), pixels: (f64, f64)) -> Self {
        let data = if data.1 > data.0 { data } else { (data.0, data.0 + 1.0) };
        Self { data, pixels }
    }

    pub(super) fn at(self, value: f64) -> f64 {
        let part = (value - self.data.0) / (self.data.1 - self.data.0);
        self.pixels.0 + part * (self.pixels.1 - self.pixels.0)
    }

    /// Round values inside the range of data, about `wanted` of them, at steps of 1, 2 or 5 times a power of ten and at least
    /// `smallest_step`.
    pub(super) fn ticks(self, wanted: usize, smallest_step: f64) -> Vec<f64> {
        let step = round_step((self.data.1 - self.data.0) / wanted.max(1) as f64).max(smallest_step);
        let (first, last) = ((self.data.0 / step).ceil() as i64, (self.data.1 / step + 1e-9).floor() as i64);
        (first..=last).map(|multiple| multiple as f64 * step).collect()
    }
}

/// The smallest of 1, 2 or 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let leading = [1.0, 2.0, 5.0].into_iter().find(|leading| leading * power >= step - 1e-9);
    leading.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::new((0.0, 60.0), (0.0, 1.0)).ticks(4, 1.0), [0.0, 20.0, 40.0, 60.0]);
        assert_eq!(Scale::new((4.0, 23.0), (0.0, 1.0)).ticks(5, 1.0), [5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Scale::new((0.0, 2.0), (0.0, 1.0)).ticks(9, 1.0), [0.0, 1.0, 2.0]);
        assert_eq!(Scale::new((3.0, 3.0), (0.0, 1.0)).ticks(4, 1.0), [3.0, 4.0]);
    }

    #[test]
    fn scales_turn_data_into_pixels() {
        let scale = Scale::new((0.0, 10.0), (100.0, 0.0));
        assert_eq!([0.0, 2.5, 10.0].map(|value| scale.at(value)).to_vec(), [100.0, 75.0, 0.0]);
    }
}
