//! `sinusoidal`: fixed waves of the position, added to the tokens' vectors (Vaswani et al. 2017, section 3.5,
//! <https://arxiv.org/abs/1706.03762>): `PE(p, 2i) = sin(p / 10000^(2i/D))`, `PE(p, 2i+1) = cos(p / 10000^(2i/D))`.
//!
//! There the tokens' vectors are multiplied by `sqrt(D)` before the waves are added (section 3.4). What follows is a norm, so the waves are
//! divided by it here instead, and the token vectors, which are the last matrix too, stay what they are under every other scheme.
//!
//! In training and at evaluation: the first token stands at position 0, as in the paper. Beyond the training lengths positions are new.

use burn::tensor::{Int, Tensor, TensorData};

const BASE: f64 = 10_000.0;

fn frequency(pair: usize, width: usize) -> f64 {
    BASE.powf(-2.0 * pair as f64 / width as f64)
}

fn amplitude(width: usize) -> f64 {
    (width as f64).powf(-0.5)
}

/// # Shapes
/// - `positions`: `[B, T]`; returns `[B, T, D]`
pub(super) fn vectors(positions: Tensor<2, Int>, width: usize) -> Tensor<3> {
    let [batch, tokens] = positions.dims();
    let pairs = width.div_ceil(2);
    let frequencies: Vec<f32> = (0..pairs).map(|pair| frequency(pair, width) as f32).collect();
    let frequencies = Tensor::<3>::from_data(TensorData::new(frequencies, [1, 1, pairs]), &positions.device());
    let angles = positions.float().unsqueeze_dim::<3>(2) * frequencies; // [B, T, D/2]
    let waves: Tensor<4> = Tensor::stack(vec![angles.clone().sin(), angles.cos()], 3); // [B, T, D/2, 2]
    waves.reshape([batch, tokens, 2 * pairs]).narrow(2, 0, width).mul_scalar(amplitude(width) as f32)
}

/// The same vectors for the fused passes, computed once for each position.
#[derive(Debug, Default)]
pub(crate) struct Waves {
    rows: Vec<f32>,
}

impl Waves {
    /// The vector of a position.
    pub(crate) fn row(&mut self, position: usize, width: usize) -> &[f32] {
        while self.rows.len() < (position + 1) * width {
            let new = (self.rows.len() / width) as f64;
            self.rows.extend((0..width).map(|column| {
                let angle = new * frequency(column / 2, width);
                (amplitude(width) * if column % 2 == 0 { angle.sin() } else { angle.cos() }) as f32
            }));
        }
        &self.rows[position * width..][..width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    /// (sin p, cos p, sin p/100, cos p/100) / 2 at p = 0, 1, 8: width 4 has the frequencies 1 and 10000^(-2/4), and amplitude 4^(-1/2).
    const VALUES: [(i32, [f64; 4]); 3] = [
        (0, [0.0, 0.5, 0.0, 0.5]),
        (1, [0.420_735_492, 0.270_151_153, 0.004_999_917, 0.499_975_000]),
        (8, [0.494_679_123, -0.072_750_017, 0.039_957_347, 0.498_400_853]),
    ];

    fn of(positions: &[i32], width: usize) -> Vec<f32> {
        let shape = [1, positions.len()];
        read(vectors(Tensor::from_data(TensorData::new(positions.to_vec(), shape), test_device().burn()), width))
    }

    #[test]
    fn vectors_are_the_paper_s_waves() {
        for (position, right) in VALUES {
            for (found, right) in of(&[position], 4).into_iter().zip(right) {
                assert!((f64::from(found) - right).abs() < 1e-6, "position {position}: {found} is not {right}");
            }
        }
    }

    #[test]
    fn the_fused_passes_add_the_same_vectors() {
        for width in [6, 7] {
            let mut waves = Waves::default();
            for position in [3, 0, 40] {
                for (fused, plain) in waves.row(position, width).iter().zip(of(&[position as i32], width)) {
                    assert!((fused - plain).abs() < 1e-5, "position {position}, width {width}: {fused} is not {plain}");
                }
            }
        }
    }
}
