//! `alibi`: each logit is lowered by its head's slope times the distance of query and key (Press et al. 2022, section 3,
//! <https://arxiv.org/abs/2108.12409>). Nothing is trained.
//!
//! Slopes of H heads, H a power of two: `2^(-8/H)`, `2^(-16/H)`, ..., `2^(-8)`. Other numbers of heads, by the rule of the paper's code:
//! the slopes of the next smaller power of two, then every other slope of the power above, from its first on, until there are enough.
//!
//! In training and at evaluation: distances alone; the logit of a query and itself is as it was.

use burn::tensor::{Device, Tensor, TensorData};

/// # Shapes
/// - returns `[1, H, T, T]`: query in the third axis, key in the fourth; 0 where the key comes later
pub(super) fn bias(tokens: usize, heads: usize, device: &Device) -> Tensor<4> {
    let distances: Vec<f32> = (0..tokens).flat_map(|query| (0..tokens).map(move |key| query.saturating_sub(key) as f32)).collect();
    let distances = Tensor::<4>::from_data(TensorData::new(distances, [1, 1, tokens, tokens]), device);
    let lowered: Vec<f32> = slopes(heads).into_iter().map(|slope| -slope).collect();
    Tensor::<4>::from_data(TensorData::new(lowered, [1, heads, 1, 1]), device) * distances
}

fn slopes(heads: usize) -> Vec<f32> {
    let of_power = |heads: usize| (1..=heads).map(move |head| (-8.0 * head as f64 / heads as f64).exp2() as f32);
    let power = 1 << heads.ilog2();
    of_power(power).chain(of_power(2 * power).step_by(2)).take(heads).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    #[test]
    fn slopes_are_the_paper_s_for_any_number_of_heads() {
        assert_eq!(slopes(1), [0.003_906_25]);
        assert_eq!(slopes(8), [0.5, 0.25, 0.125, 0.0625, 0.031_25, 0.015_625, 0.007_812_5, 0.003_906_25]);
        assert_eq!(slopes(3), [0.0625, 0.003_906_25, 0.25]);
        assert_eq!(slopes(6), [0.25, 0.0625, 0.015_625, 0.003_906_25, 0.5, 0.125]);
        // The last four are 2^(-1/2), 2^(-3/2), 2^(-5/2), 2^(-7/2).
        for (slope, halves) in slopes(12)[8..].iter().zip([1.0, 2.0, 4.0, 8.0]) {
            assert!((slope - std::f32::consts::FRAC_1_SQRT_2 / halves).abs() < 1e-7);
        }
    }

    #[test]
    fn the_bias_is_minus_slope_times_distance() {
        let bias: Vec<f32> = read(bias(3, 2, test_device().burn()));
        let (a, b) = (-0.0625, -0.003_906_25);
        assert_eq!(bias, [0.0, 0.0, 0.0, a, 0.0, 0.0, 2.0 * a, a, 0.0, 0.0, 0.0, 0.0, b, 0.0, 0.0, 2.0 * b, b, 0.0]);
    }
}
