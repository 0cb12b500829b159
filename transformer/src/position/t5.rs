//! `t5`: a learned number per head and bucket of distances, added to the logits; one table for all blocks (Raffel et al. 2020, section 2.1,
//! <https://arxiv.org/abs/1910.10683>). 32 buckets of one direction: distances 0 to 15 have one each, those from 16 on share 16 that grow
//! in proportion, and all from 128 on fall into the last. Logits stay divided by `sqrt(D/H)`, which T5 leaves out.
//!
//! In training and at evaluation: distances alone. Beyond 128, longer than trained on is not new.

use burn::tensor::{Int, Tensor, TensorData};

/// Rows of the table.
pub(crate) const BUCKETS: usize = 32;
/// Distances below have a bucket of their own.
const EXACT: usize = BUCKETS / 2;
/// Distances from this one on share the last bucket.
const FARTHEST: usize = 128;

fn bucket(distance: usize) -> usize {
    if distance < EXACT {
        return distance;
    }
    let share = (distance as f64 / EXACT as f64).ln() / (FARTHEST as f64 / EXACT as f64).ln();
    (EXACT + (share * (BUCKETS - EXACT) as f64) as usize).min(BUCKETS - 1)
}

/// # Shapes
/// - `table`: `[K, BUCKETS, H]`
/// - returns `[K, H, T, T]`: query in the third axis, key in the fourth; keys that come later have that of distance 0
pub(super) fn bias(table: Tensor<3>, tokens: usize) -> Tensor<4> {
    let [replicas, _, heads] = table.dims();
    let buckets: Vec<i32> = (0..tokens).flat_map(|query| (0..tokens).map(move |key| bucket(query.saturating_sub(key)) as i32)).collect();
    let buckets = Tensor::<1, Int>::from_data(TensorData::new(buckets, [tokens * tokens]), &table.device());
    table.select(1, buckets).reshape([replicas, tokens, tokens, heads]).permute([0, 3, 1, 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::read;
    use crate::device::test_device;

    #[test]
    fn buckets_grow_in_proportion_to_the_distance() {
        // 16 + floor(16 ln(d / 16) / ln(128 / 16)): the borders are 16 x 8^(k/16), as 18.2, 20.7, 23.6, 26.9, 30.6, 34.9.
        let right = [
            (0, 0),
            (1, 1),
            (15, 15),
            (16, 16),
            (18, 16),
            (19, 17),
            (20, 17),
            (31, 21),
            (45, 23),
            (46, 24),
            (64, 26),
            (112, 30),
            (113, 31),
            (127, 31),
            (128, 31),
            (1000, 31),
        ];
        for (distance, right) in right {
            assert_eq!(bucket(distance), right, "distance {distance}");
        }
    }

    #[test]
    fn each_head_has_its_own_number_for_a_distance() {
        let table: Vec<f32> = (0..BUCKETS * 2).map(|idx| idx as f32).collect();
        let table = Tensor::from_data(TensorData::new(table, [1, BUCKETS, 2]), test_device().burn());
        let bias: Vec<f32> = read(bias(table, 3));
        let head = |head: f32| [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 4.0, 2.0, 0.0].map(|number| number + head);
        assert_eq!(bias, [head(0.0), head(1.0)].concat());
    }
}
