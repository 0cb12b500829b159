//! Loss and gradient of a whole batch, on one thread or several.

use std::sync::{Mutex, PoisonError};

use super::chunk::Chunk;
use super::forward::{Pass, Workspace};

/// Shares of a batch, each with a gradient of its own: the most threads that can help. Fixed, and summed in a fixed order, so that no
/// result depends on the number of threads.
const SHARES: usize = 4;

/// What training keeps from step to step.
#[derive(Debug, Default)]
pub(super) struct TrainingRoom {
    /// One for each share.
    gradients: Vec<Vec<f32>>,
    /// One for each thread.
    workspaces: Vec<Workspace>,
}

impl Pass<'_> {
    /// The cross-entropy summed over all predicted tokens, and the gradient of `scale` times it.
    pub(super) fn train<'r>(&self, chunks: &[Chunk], scale: f32, threads: usize, room: &'r mut TrainingRoom) -> (f64, &'r [f32]) {
        let shares = SHARES.min(chunks.len()).max(1);
        let threads = threads.clamp(1, shares);
        room.gradients.resize_with(SHARES, Vec::new);
        room.workspaces.resize_with(threads.max(room.workspaces.len()), Workspace::default);

        let queue = Mutex::new(room.gradients[..shares].iter_mut().enumerate());
        let work = |workspace: &mut Workspace| {
            let mut losses = Vec::new();
            loop {
                let share = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((share, gradient)) = share else { return losses };
                gradient.clear();
                gradient.resize(self.weights.layout.len, 0.0);
                let mut loss = 0.0;
                for chunk in chunks.iter().skip(share).step_by(shares) {
                    self.forward(chunk, workspace);
                    loss += self.backward(chunk, workspace, scale, gradient);
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
        let (sum, others) = room.gradients[..shares].split_at_mut(1);
        for other in others {
            for (sum, number) in sum[0].iter_mut().zip(other) {
                *sum += *number;
            }
        }
        (losses.iter().map(|(_, loss)| loss).sum(), &sum[0])
    }
}
