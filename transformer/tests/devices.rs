//! The same training on two devices: the CPU, and `RASPLAB_TEST_DEVICE` (`flex-plain` unless set). Both start from the same weights, and read the same batches.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Positions, Sequence, Trainer, open_device, score};

/// How far losses may be apart after as many steps: rounding, which training doubles every few steps.
const TOLERANCE: f32 = 2e-3;
const STEPS: usize = 12;

fn batch(step: usize) -> Vec<Sequence> {
    (0..16)
        .map(|b| {
            let tokens: Vec<u32> = (0..6 + b % 5).map(|t| ((b * 5 + t * 3 + step * 2) % 9) as u32).collect();
            let placement = Positions::Learned { rows: 16 }.in_training(&tokens, (b as u64) << 60);
            Sequence::example(tokens, 3, placement)
        })
        .collect()
}

#[test]
fn two_devices_agree_to_rounding() {
    let name = std::env::var("RASPLAB_TEST_DEVICE").unwrap_or("flex-plain".to_owned());
    let outcome = |name: &str| -> (Vec<f32>, Vec<f64>) {
        let device = open_device(name).unwrap();
        let config = ModelConfig {
            vocabulary: 9,
            layers: 2,
            heads: 2,
            width: 32,
            positions: Positions::Learned { rows: 16 },
            activation: Activation::Gelu,
            loops: 1,
            sharpen_beyond: None,
        };
        let optimizer = OptimizerConfig { weight_decay: 0.1, clip: Some(1.0), ..OptimizerConfig::default() };
        let mut trainer = Trainer::new(&config, &optimizer, LossOn::All, &mut ChaCha8Rng::seed_from_u64(1), &device).unwrap();
        let losses = (0..STEPS).map(|step| trainer.step(&batch(step), 3e-3).unwrap().value()).collect();
        let scores = score(&trainer.model(), &batch(100), &device).unwrap();
        (losses, scores.iter().map(|score| score.loss).collect())
    };
    let ((ours, our_scores), (theirs, their_scores)) = (outcome("flex"), outcome(&name));
    assert!(ours[STEPS - 1] < ours[0], "it learns: {ours:?}");
    assert!((ours[0] - theirs[0]).abs() < 1e-5, "before the first step only rounding differs: {} and {}", ours[0], theirs[0]);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() < TOLERANCE, "flex {ours}, {name} {theirs}");
    }
    for (ours, theirs) in our_scores.iter().zip(&their_scores) {
        assert!((ours - theirs).abs() < 20.0 * f64::from(TOLERANCE), "flex {ours}, {name} {theirs}");
    }
}
