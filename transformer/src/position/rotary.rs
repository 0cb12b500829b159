//! `rotary`: each pair of numbers of a query and of a key is turned by the token's position times the pair's frequency, `10000^(-2i/d)` for
//! a head of width d (Su et al. 2021, equations 15 and 34, <https://arxiv.org/abs/2104.09864>). The product of a query and a key then depends
//! on their distance alone. Number i of a head is paired with number i + d/2 (half-split), not with its neighbour as in the paper: the same
//! up to the order of a head's columns, which training chooses. An odd width of heads has no pairs and is refused.
//!
//! In training and at evaluation: tokens count from the sequence's first. A shift of all would change nothing.

use burn::tensor::{Device, Tensor, TensorData};

const BASE: f64 = 10_000.0;

/// Cosines and sines of every angle: `[1, 1, T, d/2]`.
#[derive(Debug, Clone)]
pub(crate) struct Rotation {
    cos: Tensor<4>,
    sin: Tensor<4>,
}

impl Rotation {
    pub(super) fn new(tokens: usize, head_width: usize, device: &Device) -> Self {
        let pairs = head_width / 2;
        let angles = (0..tokens).flat_map(|position| (0..pairs).map(move |pair| angle(position, pair, head_width)));
        let (cos, sin): (Vec<f32>, Vec<f32>) = angles.map(|angle| (angle.cos() as f32, angle.sin() as f32)).unzip();
        let tensor = |numbers: Vec<f32>| Tensor::from_data(TensorData::new(numbers, [1, 1, tokens, pairs]), device);
        Self { cos: tensor(cos), sin: tensor(sin) }
    }

    /// # Shapes
    /// - `x`: `[B, H, T, d]`, queries or keys; returns the same
    pub(crate) fn turn(&self, x: Tensor<4>) -> Tensor<4> {
        let [_, _, _, head_width] = x.dims();
        let pairs = head_width / 2;
        let first = x.clone().narrow(3, 0, pairs);
        let second = x.narrow(3, pairs, pairs);
        let turned_first = first.clone() * self.cos.clone() - second.clone() * self.sin.clone();
        let turned_second = first * self.sin.clone() + second * self.cos.clone();
        Tensor::cat(vec![turned_first, turned_second], 3)
    }
}

fn angle(position: usize, pair: usize, head_width: usize) -> f64 {
    position as f64 * BASE.powf(-2.0 * pair as f64 / head_width as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    fn turned(rows: &[[f32; 4]]) -> Vec<[f64; 4]> {
        let device = test_device().burn().clone();
        let x = Tensor::from_data(TensorData::new(rows.concat(), [1, 1, rows.len(), 4]), &device);
        let numbers: Vec<f32> = read(Rotation::new(rows.len(), 4, &device).turn(x));
        numbers.as_chunks().0.iter().map(|row| row.map(f64::from)).collect()
    }

    #[test]
    fn pairs_are_turned_by_position_times_frequency() {
        // (x0 cos p - x2 sin p, x1 cos p/100 - x3 sin p/100, x0 sin p + x2 cos p, x1 sin p/100 + x3 cos p/100) of x = (1, 2, 3, 4).
        let right = [
            [1.0, 2.0, 3.0, 4.0],
            [-1.984_110_649, 1.959_900_667, 2.462_377_902, 4.019_799_668],
            [-1.413_352_521, 1.879_118_067, -2.828_857_482, 4.058_191_135],
        ];
        let found = turned(&[[1.0, 2.0, 3.0, 4.0]; 4]);
        for (found, right) in [found[0], found[1], found[3]].iter().zip(right) {
            assert!(found.iter().zip(right).all(|(found, right)| (found - right).abs() < 1e-5), "{found:?} is not {right:?}");
        }
    }

    #[test]
    fn the_product_of_query_and_key_depends_on_their_distance_alone() {
        let (queries, keys) = (turned(&[[0.3, -1.0, 2.0, 0.7]; 40]), turned(&[[1.5, 0.2, -0.4, 1.1]; 40]));
        let product = |query: usize, key: usize| queries[query].iter().zip(keys[key]).map(|(q, k)| q * k).sum::<f64>();
        for distance in [0, 1, 7] {
            for key in 0..30 {
                assert!((product(key + distance, key) - product(distance, 0)).abs() < 1e-5);
            }
        }
        assert!((product(1, 0) - product(0, 0)).abs() > 0.1);
    }
}
