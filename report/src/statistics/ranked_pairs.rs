//! Pairs sorted once, so that a rank correlation of any resample of them needs no sorting: a resample is how many times each pair
//! was drawn.

use super::rank::{comparable, compare};

/// Pairs by the order of their two sides, and room to count in.
#[derive(Debug, Clone, Default)]
pub struct RankedPairs {
    x: Side,
    y: Side,
    /// Places of the pairs, ascending in x.
    by_x: Vec<usize>,
    /// Draws by level of y, as a tree of partial sums.
    tree: Vec<u64>,
}

/// One side of the pairs. Its levels are its distinct values, ascending.
#[derive(Debug, Clone, Default)]
struct Side {
    /// The level of each pair.
    levels: Vec<usize>,
    /// Draws of each level.
    drawn: Vec<u64>,
    /// Rank of each level among the draws, less the mean rank.
    ranks: Vec<f64>,
    order: Vec<usize>,
}

impl RankedPairs {
    /// `None` where no correlation is defined: fewer than two pairs, a NaN, or sides of unequal length.
    pub fn new(x: &[f64], y: &[f64]) -> Option<Self> {
        let mut pairs = Self::default();
        comparable(x, y).then(|| {
            pairs.assign(x, y);
            pairs
        })
    }

    /// Puts other pairs in the place of these, in the same memory. Both sides are of one length and hold no NaN.
    pub(crate) fn assign(&mut self, x: &[f64], y: &[f64]) {
        self.x.assign(x);
        self.y.assign(y);
        self.by_x.clone_from(&self.x.order);
    }

    /// The level of each pair's y: how many distinct values lie below it.
    pub(crate) fn y_levels(&self) -> &[usize] {
        &self.y.levels
    }

    /// Spearman's rho when each pair counts as many times as it was drawn, in linear time; `None` where a side is constant.
    pub fn spearman(&mut self, times: &[u32]) -> Option<f64> {
        let scale = (self.x.rank(times) * self.y.rank(times)).sqrt();
        let levels = self.x.levels.iter().zip(&self.y.levels);
        let sum: f64 = levels.zip(times).map(|((&x, &y), &times)| f64::from(times) * self.x.ranks[x] * self.y.ranks[y]).sum();
        (scale > 0.0).then(|| (sum / scale).clamp(-1.0, 1.0))
    }

    /// Kendall's tau-b when each pair counts as many times as it was drawn; `None` where a side is constant.
    ///
    /// As Knight 1966, <https://doi.org/10.1080/01621459.1966.10480879>, with a tree of partial sums in the place of a merge sort.
    pub fn kendall_tau_b(&mut self, times: &[u32]) -> Option<f64> {
        let draws: u64 = times.iter().map(|&times| u64::from(times)).sum();
        let untied = |side: &mut Side| {
            side.count(times);
            let tied: u64 = side.drawn.iter().map(|&drawn| pairs_of(drawn)).sum();
            (pairs_of(draws) - tied) as f64
        };
        let scale = (untied(&mut self.x) * untied(&mut self.y)).sqrt();
        let levels = std::mem::take(&mut self.y.levels);
        let concordance = self.concordance(&levels, times);
        self.y.levels = levels;
        (scale > 0.0).then(|| (concordance as f64 / scale).clamp(-1.0, 1.0))
    }

    /// Concordant less discordant pairs of draws, for these levels of y.
    pub(crate) fn concordance(&mut self, y_levels: &[usize], times: &[u32]) -> i64 {
        let y_max = self.y.drawn.len();
        self.tree.clear();
        self.tree.resize(y_max + 1, 0);
        let times_of = |place: usize| times.get(place).copied().unwrap_or(0);
        let (mut sum, mut before, mut start) = (0i64, 0u64, 0);
        while start < self.by_x.len() {
            let level = self.x.levels[self.by_x[start]];
            let end = start + self.by_x[start..].iter().take_while(|&&place| self.x.levels[place] == level).count();
            for &place in self.by_x[start..end].iter().filter(|&&place| times_of(place) > 0) {
                let below = sum_below(&self.tree, y_levels[place]);
                let above = before - sum_below(&self.tree, y_levels[place] + 1);
                sum += i64::from(times_of(place)) * (below as i64 - above as i64);
            }
            for &place in &self.by_x[start..end] {
                add_at(&mut self.tree, y_levels[place], u64::from(times_of(place)));
                before += u64::from(times_of(place));
            }
            start = end;
        }
        sum
    }
}

impl Side {
    fn assign(&mut self, values: &[f64]) {
        self.order.clear();
        self.order.extend(0..values.len());
        self.order.sort_unstable_by(|&a, &b| compare(values[a], values[b]));
        self.levels.clear();
        self.levels.resize(values.len(), 0);
        let mut level = 0;
        for idx in 1..self.order.len() {
            let (below, here) = (self.order[idx - 1], self.order[idx]);
            level += usize::from(compare(values[below], values[here]).is_ne());
            self.levels[here] = level;
        }
        self.drawn.clear();
        self.drawn.resize(level + 1, 0);
        self.ranks.clear();
        self.ranks.resize(level + 1, 0.0);
    }

    fn count(&mut self, times: &[u32]) {
        self.drawn.fill(0);
        for (&level, &times) in self.levels.iter().zip(times) {
            self.drawn[level] += u64::from(times);
        }
    }

    /// Ranks the levels, draws of one level sharing the mean of their places; returns the sum of their squares over all draws.
    fn rank(&mut self, times: &[u32]) -> f64 {
        self.count(times);
        let middle = self.drawn.iter().sum::<u64>() as f64 / 2.0;
        let (mut before, mut squares) = (0, 0.0);
        for (rank, &drawn) in self.ranks.iter_mut().zip(&self.drawn) {
            *rank = before as f64 + drawn as f64 / 2.0 - middle;
            squares += drawn as f64 * *rank * *rank;
            before += drawn;
        }
        squares
    }
}

fn pairs_of(draws: u64) -> u64 {
    draws * draws.saturating_sub(1) / 2
}

/// Adds to a level. Source: Fenwick 1994, <https://doi.org/10.1002/spe.4380240306>.
fn add_at(tree: &mut [u64], level: usize, draws: u64) {
    let mut node = level + 1;
    while node < tree.len() {
        tree[node] += draws;
        node += node & node.wrapping_neg();
    }
}

/// Draws of all levels below this one.
fn sum_below(tree: &[u64], level: usize) -> u64 {
    let (mut node, mut sum) = (level, 0);
    while node > 0 {
        sum += tree[node];
        node &= node - 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rank::{kendall_tau_b, spearman};
    use super::*;

    prop_compose! {
        /// Pairs with many ties, some at infinity, each with how many times it was drawn.
        fn drawn()(drawn in proptest::collection::vec((0u8..8, 0u8..8, 0u32..4), 2..12)) -> (Vec<f64>, Vec<f64>, Vec<u32>) {
            let value = |v: u8| if v == 7 { f64::INFINITY } else { f64::from(v) };
            let (x, y) = drawn.iter().map(|&(x, y, _)| (value(x), value(y))).unzip();
            (x, y, drawn.iter().map(|&(.., times)| times).collect())
        }
    }

    /// The pairs written out as often as they were drawn.
    fn written_out(x: &[f64], y: &[f64], times: &[u32]) -> (Vec<f64>, Vec<f64>) {
        let places = times.iter().enumerate().flat_map(|(place, &times)| vec![place; times as usize]);
        places.map(|place| (x[place], y[place])).unzip()
    }

    proptest! {
        #[test]
        fn a_resample_has_the_correlation_of_its_pairs_written_out((x, y, times) in drawn()) {
            let mut pairs = RankedPairs::new(&x, &y).unwrap();
            let (x, y) = written_out(&x, &y, &times);
            let found = [pairs.spearman(&times), pairs.kendall_tau_b(&times)];
            for (found, plain) in found.into_iter().zip([spearman(&x, &y), kendall_tau_b(&x, &y)]) {
                prop_assert_eq!(found.is_some(), plain.is_some());
                prop_assert!(found.zip(plain).is_none_or(|(found, plain)| (found - plain).abs() < 1e-12), "{:?} {:?}", found, plain);
            }
        }

        #[test]
        fn other_pairs_in_the_same_memory_are_as_new((x, y, times) in drawn(), (other_x, other_y, _) in drawn()) {
            let mut pairs = RankedPairs::new(&other_x, &other_y).unwrap();
            pairs.kendall_tau_b(&vec![1; other_x.len()]);
            pairs.assign(&x, &y);
            let mut new = RankedPairs::new(&x, &y).unwrap();
            prop_assert_eq!(pairs.spearman(&times), new.spearman(&times));
            prop_assert_eq!(pairs.kendall_tau_b(&times), new.kendall_tau_b(&times));
        }
    }
}
