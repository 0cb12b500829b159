//! Spearman's rho of few clusters of many pairs, when whole clusters are drawn again: its cost is that of the clusters, not of the
//! pairs.

use super::rank::comparable;

/// What each three clusters add to the sums behind rho.
///
/// A pair's rank, less the mean rank, is a sum over the clusters drawn: those of their values that lie below, and half of those that
/// tie, less half of their size. So a sum of products of ranks over the pairs drawn is a sum over three clusters: that of the pair and
/// those that rank its two sides.
#[derive(Debug, Clone)]
pub struct ClusteredPairs {
    clusters: usize,
    /// Of x with y, x with x, y with y.
    sums: [Vec<f64>; 3],
}

impl ClusteredPairs {
    /// `None` where no correlation is defined, as for [`super::rank::spearman`], or a cluster holds a place beyond the pairs.
    ///
    /// `clusters` holds the places of each cluster's pairs. Takes time and room of the pairs times the squared number of clusters.
    pub fn new(x: &[f64], y: &[f64], clusters: &[Vec<usize>]) -> Option<Self> {
        if !comparable(x, y) || clusters.iter().flatten().any(|&place| place >= x.len()) {
            return None;
        }
        let number = clusters.len();
        let (x, y) = (shares_of_ranks(x, clusters), shares_of_ranks(y, clusters));
        let mut sums = [&x, &y, &y].map(|_| vec![0.0; number.pow(3)]);
        for (own, cluster) in clusters.iter().enumerate() {
            for &place in cluster {
                let of = |side: &[f64], by: usize| side[place * number + by];
                for one in 0..number {
                    for other in 0..number {
                        let at = (own * number + one) * number + other;
                        sums[0][at] += of(&x, one) * of(&y, other);
                        sums[1][at] += of(&x, one) * of(&x, other);
                        sums[2][at] += of(&y, one) * of(&y, other);
                    }
                }
            }
        }
        Some(Self { clusters: number, sums })
    }

    /// Spearman's rho when each cluster counts as many times as it was drawn; `None` where a side is constant.
    pub fn spearman(&self, drawn: &[u32]) -> Option<f64> {
        let drawn: Vec<f64> = drawn.iter().map(|&drawn| f64::from(drawn)).collect();
        let weighted = |sums: &[f64]| sums.iter().zip(&drawn).map(|(sum, drawn)| sum * drawn).sum::<f64>();
        let [xy, xx, yy] = [0, 1, 2].map(|which| {
            let rows = self.sums[which].chunks(self.clusters).zip(0..);
            let pair = |row: usize| drawn[row / self.clusters] * drawn[row % self.clusters];
            rows.filter(|&(_, row)| pair(row) > 0.0).map(|(sums, row)| pair(row) * weighted(sums)).sum::<f64>()
        });
        (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
    }
}

/// For each value, what each cluster drawn once adds to its rank less the mean rank; values in rows, clusters in columns.
fn shares_of_ranks(values: &[f64], clusters: &[Vec<usize>]) -> Vec<f64> {
    let number = clusters.len();
    let mut sorted: Vec<(f64, usize, usize)> = Vec::new();
    for (cluster, places) in clusters.iter().enumerate() {
        sorted.extend(places.iter().map(|&place| (values[place] + 0.0, place, cluster)));
    }
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut shares = vec![0.0; values.len() * number];
    let mut below: Vec<f64> = clusters.iter().map(|places| -(places.len() as f64) / 2.0).collect();
    for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        // Half of the tied before they are ranked, the other half after.
        for &(.., cluster) in tied {
            below[cluster] += 0.5;
        }
        for &(_, place, _) in tied {
            shares[place * number..(place + 1) * number].copy_from_slice(&below);
        }
        for &(.., cluster) in tied {
            below[cluster] += 0.5;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rank::spearman;
    use super::*;

    #[test]
    fn what_is_not_there_has_no_correlation() {
        assert!(ClusteredPairs::new(&[1.0, 2.0], &[2.0, 1.0], &[vec![0, 2]]).is_none());
        assert!(ClusteredPairs::new(&[1.0, f64::NAN], &[2.0, 1.0], &[vec![0, 1]]).is_none());
        let pairs = ClusteredPairs::new(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0], &[vec![0, 1], vec![2]]).unwrap();
        assert_eq!((pairs.spearman(&[2, 0]), pairs.spearman(&[0, 2])), (None, None));
        assert!(pairs.spearman(&[1, 1]).is_some());
    }

    proptest! {
        #[test]
        fn clusters_drawn_have_the_correlation_of_their_pairs_written_out(
            pairs in proptest::collection::vec((0u8..6, 0u8..6, 0usize..4), 2..14), drawn in proptest::collection::vec(0u32..4, 4),
        ) {
            let value = |v: u8| if v == 5 { f64::INFINITY } else if v == 0 { -0.0 } else { f64::from(v) };
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(x, y, _)| (value(x), value(y))).unzip();
            let places = |cluster| (0..pairs.len()).filter(|&place| pairs[place].2 == cluster).collect();
            let clusters: Vec<Vec<usize>> = (0..4).map(places).collect();
            let written = clusters.iter().zip(&drawn).flat_map(|(places, &drawn)| places.repeat(drawn as usize));
            let (all_x, all_y): (Vec<f64>, Vec<f64>) = written.map(|place| (x[place], y[place])).unzip();
            let found = ClusteredPairs::new(&x, &y, &clusters).unwrap().spearman(&drawn);
            let plain = spearman(&all_x, &all_y);
            prop_assert_eq!(found.is_some(), plain.is_some());
            prop_assert!(found.zip(plain).is_none_or(|(found, plain)| (found - plain).abs() < 1e-12), "{:?} {:?}", found, plain);
        }
    }
}
