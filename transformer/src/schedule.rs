//! The learning rate over a run: linear warm-up, then decay to a final share of the peak.

use serde::{Deserialize, Serialize};

/// The shape of the decay after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decay {
    /// No decay.
    Constant,
    /// A straight line to the final rate.
    Linear,
    /// Half a cosine to the final rate.
    Cosine,
}

/// A learning-rate schedule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The rate after warm-up.
    pub peak: f64,
    /// Steps of linear warm-up from 0.
    pub warmup_steps: usize,
    /// Steps in all; the final rate is reached at the last one.
    pub steps: usize,
    /// Shape of the decay.
    pub decay: Decay,
    /// The final rate as a share of the peak.
    pub final_share: f64,
}

impl Schedule {
    /// The rate of a step, counted from 0.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warmup_steps {
            return self.peak * (step + 1) as f64 / self.warmup_steps as f64;
        }
        let decaying = self.steps.saturating_sub(self.warmup_steps + 1).max(1);
        let done = ((step - self.warmup_steps) as f64 / decaying as f64).min(1.0);
        let left = match self.decay {
            Decay::Constant => return self.peak,
            Decay::Linear => 1.0 - done,
            Decay::Cosine => f64::midpoint(1.0, (std::f64::consts::PI * done).cos()),
        };
        self.peak * (self.final_share + (1.0 - self.final_share) * left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(decay: Decay) -> Schedule {
        Schedule { peak: 2e-3, warmup_steps: 10, steps: 111, decay, final_share: 0.1 }
    }

    #[test]
    fn warm_up_rises_to_the_peak_and_decay_ends_at_the_final_rate() {
        for decay in [Decay::Linear, Decay::Cosine] {
            let schedule = schedule(decay);
            assert!((schedule.rate(0) - 2e-4).abs() < 1e-12);
            assert!((schedule.rate(9) - 2e-3).abs() < 1e-12);
            assert!((schedule.rate(10) - 2e-3).abs() < 1e-12);
            assert!((schedule.rate(60) - 1.1e-3).abs() < 1e-12, "half of the way is the middle of peak and final rate");
            assert!((schedule.rate(110) - 2e-4).abs() < 1e-12);
            assert!((schedule.rate(500) - 2e-4).abs() < 1e-12);
        }
        assert!((schedule(Decay::Constant).rate(100) - 2e-3).abs() < 1e-12);
    }

    #[test]
    fn a_run_of_warm_up_alone_has_a_finite_rate() {
        let schedule = Schedule { warmup_steps: 5, steps: 5, ..schedule(Decay::Linear) };
        assert!((0..6).all(|step| schedule.rate(step).is_finite()));
    }
}
