//! What holds for every scheme, in whole models.

use std::collections::BTreeSet;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::*;
use crate::batch::{Sequence, read};
use crate::device::{open_device, test_device};
use crate::model::{Activation, ModelConfig, Transformer};
use crate::train::{LossOn, OptimizerConfig, Trainer};

/// Every scheme, with tables for 20 tokens.
const SCHEMES: [Positions; 10] = [
    Positions::None,
    Positions::Learned { rows: 20 },
    Positions::Sinusoidal,
    Positions::Rotary,
    Positions::Alibi,
    Positions::T5,
    Positions::Fire { threshold: 3 },
    Positions::Randomized { rows: 40 },
    Positions::Abacus { rows: 21, digits_from: 2 },
    Positions::Coupled { rows: 20 },
];
const TOKENS: [u32; 9] = [3, 5, 1, 6, 2, 4, 0, 6, 2];

fn config(positions: Positions) -> ModelConfig {
    ModelConfig { vocabulary: 7, layers: 2, heads: 2, width: 8, positions, activation: Activation::Gelu, loops: 1, sharpen_beyond: None }
}

/// A model a few steps from its start, where every weight does something.
fn trained(positions: Positions) -> Transformer {
    let rng = &mut ChaCha8Rng::seed_from_u64(2);
    let mut trainer = Trainer::new(&config(positions), &OptimizerConfig::default(), LossOn::All, rng, &test_device()).unwrap();
    for random in 0..20 {
        let placement = positions.in_training(&TOKENS, random << 59);
        trainer.step(&[Sequence::example(TOKENS.to_vec(), 1, placement)], 1e-2).unwrap();
    }
    trainer.model()
}

fn differ(one: &[f32], other: &[f32]) -> bool {
    one.iter().zip(other).any(|(a, b)| (a - b).abs() > 1e-5)
}

#[test]
fn a_logit_depends_on_no_later_token() {
    for positions in SCHEMES {
        let model = trained(positions);
        let mut other = TOKENS;
        other[5] = 1;
        let [one, other] = [TOKENS, other].map(|tokens| model.logits_of(&tokens, &positions.at_evaluation(9, 0)).unwrap());
        for t in 0..9 {
            assert_eq!(differ(&one[t], &other[t]), t >= 5, "{positions:?}, after token {t}");
        }
        // Nor on how many there are.
        let prefix = model.logits_of(&TOKENS[..5], &positions.at_evaluation(9, 0)).unwrap();
        assert!((0..5).all(|t| !differ(&one[t], &prefix[t])), "{positions:?}");
    }
}

#[test]
fn order_is_told_by_every_scheme_but_none() {
    for positions in SCHEMES {
        // With one layer and no positions the last token sees the others as a bag.
        let config = ModelConfig { layers: 1, ..config(positions) };
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::All, rng, &test_device()).unwrap();
        let placement = positions.at_evaluation(9, 5);
        for _ in 0..20 {
            let sequence = Sequence::example(TOKENS.to_vec(), 1, placement.clone());
            trainer.step(&[sequence], 1e-2).unwrap();
        }
        let last = |tokens: &[u32]| trainer.model().logits_of(tokens, &placement).unwrap().remove(3);
        // 1 is no digit, so these have other places too.
        let differs = last(&[3, 5, 1, 6]).iter().zip(last(&[5, 1, 3, 6])).any(|(a, b)| (a - b).abs() > 1e-4);
        assert_eq!(differs, positions != Positions::None, "{positions:?}");
    }
}

#[test]
fn a_shift_of_all_positions_changes_what_absolute_vectors_say_and_nothing_else() {
    for positions in SCHEMES {
        let model = trained(positions);
        let shifted = match positions {
            Positions::Randomized { .. } => Placement::At((4..13).collect()),
            Positions::Abacus { digits_from, .. } => Placement::Places { digits_from, offset: 4 },
            _ => Placement::From(4),
        };
        let unshifted = match positions {
            Positions::Randomized { .. } => Placement::At((0..9).collect()),
            other => other.at_evaluation(9, 0),
        };
        let [one, other] = [unshifted, shifted].map(|placement| model.logits_of(&TOKENS, &placement).unwrap());
        let absolute = positions.rows().is_some() || positions == Positions::Sinusoidal;
        assert_eq!((0..9).any(|t| differ(&one[t], &other[t])), absolute, "{positions:?}");
    }
}

#[test]
fn gradients_are_finite_and_reach_every_weight() {
    struct Judge<'g> {
        path: Vec<String>,
        gradients: &'g GradientsParams,
        still: BTreeSet<String>,
    }
    impl ModuleVisitor for Judge<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }

        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let name = self.path.join(".");
            let gradient: Vec<f32> = self.gradients.get::<D>(param.id).map(read).unwrap_or_default();
            assert!(gradient.iter().all(|number| number.is_finite()), "{name}");
            if gradient.iter().all(|&number| number == 0.0) {
                self.still.insert(name);
            }
        }
    }
    for positions in SCHEMES {
        let rng = &mut ChaCha8Rng::seed_from_u64(3);
        let device = open_device("flex-plain").unwrap();
        let mut trainer = Trainer::new(&config(positions), &OptimizerConfig::default(), LossOn::All, rng, &device).unwrap();
        let sequences: Vec<Sequence> = (0..4)
            .map(|idx| {
                let tokens = TOKENS[..9 - idx].to_vec();
                let placement = positions.in_training(&tokens, (idx as u64) << 62);
                Sequence::example(tokens, 1, placement)
            })
            .collect();
        trainer.step(&sequences, 1e-2).unwrap();
        let (_, gradients) = trainer.loss_and_gradients(&[&sequences]).unwrap();
        let mut judge = Judge { path: Vec::new(), gradients: &gradients, still: BTreeSet::new() };
        trainer.raw_model().visit(&mut judge);
        assert!(judge.still.is_empty(), "{positions:?}: {:?}", judge.still);
    }
}

#[test]
fn a_stored_model_of_every_scheme_computes_what_it_did() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    for positions in SCHEMES {
        let model = trained(positions);
        model.save(&path).unwrap();
        let loaded = Transformer::load(&config(positions), &path, &test_device()).unwrap();
        let logits = |model: &Transformer| model.logits_of(&TOKENS, &positions.at_evaluation(9, 1)).unwrap();
        assert_eq!(logits(&model), logits(&loaded), "{positions:?}");
        let stored = std::fs::read(&path).unwrap();
        let stored = safetensors::SafeTensors::deserialize(&stored).unwrap();
        let own: BTreeSet<&str> =
            stored.names().into_iter().filter(|name| ["positions", "relative_bias"].contains(name) || name.contains(".fire.")).collect();
        let expected: &[&str] = match positions {
            Positions::Learned { .. } | Positions::Randomized { .. } | Positions::Abacus { .. } | Positions::Coupled { .. } => {
                &["positions"]
            }
            Positions::T5 => &["relative_bias"],
            Positions::Fire { .. } => &["scale", "threshold", "hidden.weight", "hidden.bias", "per_head.weight", "per_head.bias"],
            _ => &[],
        };
        let of_block = |name: &&str| (0..2).map(|block| format!("blocks.{block}.attention.fire.{name}")).collect::<Vec<_>>();
        let expected: BTreeSet<String> = match positions {
            Positions::Fire { .. } => expected.iter().flat_map(of_block).collect(),
            _ => expected.iter().map(|&name| name.to_owned()).collect(),
        };
        assert_eq!(own, expected.iter().map(String::as_str).collect(), "{positions:?}");
    }
}

#[test]
fn shapes_and_placements_that_a_scheme_cannot_have_are_refused() {
    let odd = ModelConfig { width: 6, ..config(Positions::Rotary) };
    let message = odd.validate().unwrap_err().to_string();
    assert!(message.starts_with("heads are 3 wide, but rotary positions need an even width"), "{message}");
    assert!(ModelConfig { width: 6, ..config(Positions::Alibi) }.validate().is_ok());
    for positions in [Positions::Fire { threshold: 0 }, Positions::Randomized { rows: 0 }, Positions::Abacus { rows: 0, digits_from: 0 }] {
        assert!(matches!(config(positions).validate(), Err(ModelError::ZeroDimension { .. })), "{positions:?}");
    }

    let randomized = trained(Positions::Randomized { rows: 40 });
    let few = randomized.logits_of(&TOKENS, &Placement::At(vec![1, 2, 3])).unwrap_err();
    assert!(matches!(few, ModelError::TooFewPositions { tokens: 9, positions: 3 }));
    let far = randomized.logits_of(&TOKENS[..2], &Placement::At(vec![1, 40])).unwrap_err();
    assert!(matches!(far, ModelError::PositionBeyondTable { position: 40, rows: 40 }));
    let abacus = trained(Positions::Abacus { rows: 21, digits_from: 2 });
    let far = abacus.logits_of(&TOKENS, &Placement::Places { digits_from: 2, offset: 18 }).unwrap_err();
    assert!(matches!(far, ModelError::PositionBeyondTable { position: 21, rows: 21 }));
}
