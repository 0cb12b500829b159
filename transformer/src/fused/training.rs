//! Loss and gradient of a whole batch, on one thread or several.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::chunk::Chunk;
use super::forward::{Pass, Workspace};
use super::layout::{BlockLayout, Layout};

/// Shares of a batch, each with a gradient of its own: the most threads that can help. Fixed, and summed in a fixed order, so that no
/// result depends on the number of threads.
const SHARES: usize = 4;

/// The gradient of a share of a batch.
#[derive(Debug, Default)]
pub(super) struct Gradient {
    /// Laid out as the weights are.
    pub(super) numbers: Vec<f32>,
    /// Whether the first chunk is still to come. What matrices of linear layers hold is then left over from earlier, and is written over
    /// rather than added to: they are most of the numbers, and zeros would go to memory and come back.
    pub(super) fresh: bool,
}

impl Gradient {
    fn forget(&mut self, layout: &Layout) {
        self.numbers.resize(layout.len, 0.0);
        self.fresh = true;
        let mut start = 0;
        for matrix in layout.blocks.iter().flat_map(BlockLayout::matrices) {
            self.numbers[start..matrix.start].fill(0.0);
            start = matrix.end;
        }
        self.numbers[start..].fill(0.0);
    }

    /// The sum of all shares, of those numbers that stand in `range`.
    pub(super) fn sum(shares: &[Self], range: Range<usize>) -> Vec<f32> {
        let mut sum = shares[0].numbers[range.clone()].to_vec();
        for share in &shares[1..] {
            for (sum, number) in sum.iter_mut().zip(&share.numbers[range.clone()]) {
                *sum += *number;
            }
        }
        sum
    }
}

/// What training keeps from step to step.
#[derive(Debug, Default)]
pub(super) struct TrainingRoom {
    /// One for each share.
    gradients: Vec<Gradient>,
    /// One for each thread.
    workspaces: Vec<Workspace>,
}

impl Pass<'_> {
    /// The cross-entropy summed over all predicted tokens, and the gradient of `scale` times it, in shares whose sum it is.
    pub(super) fn train<'r>(&self, chunks: &[Chunk], scale: f32, threads: usize, room: &'r mut TrainingRoom) -> (f64, &'r [Gradient]) {
        let shares = SHARES.min(chunks.len()).max(1);
        let threads = threads.clamp(1, shares);
        room.gradients.resize_with(SHARES, Gradient::default);
        room.workspaces.resize_with(threads.max(room.workspaces.len()), Workspace::default);

        let queue = Mutex::new(room.gradients[..shares].iter_mut().enumerate());
        let work = |workspace: &mut Workspace| {
            let mut losses = Vec::new();
            loop {
                let share = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((share, gradient)) = share else { return losses };
                gradient.forget(&self.weights.layout);
                let mut loss = 0.0;
                for chunk in chunks.iter().skip(share).step_by(shares) {
                    self.forward(chunk, workspace);
                    loss += self.backward(chunk, workspace, scale, gradient);
                    gradient.fresh = false;
                }
                losses.push((share, loss));
            }
        };
        let (own, others) = room.workspaces[..threads].split_at_mut(1);
        let mut losses = std::thread::scope(|scope| {
            let helpers: Vec<_> = others.iter_mut().map(|workspace| scope.spawn(|| work(workspace))).collect();
            let mut losses = work(&mut own[0]);
            for helper in helpers {
                match helper.join() {
                    Ok(more) => losses.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            losses
        });
        losses.sort_unstable_by_key(|(share, _)| *share);
        (losses.iter().map(|(_, loss)| loss).sum(), &room.gradients[..shares])
    }
}
