//! All that training goes on from: weights, AdamW's moments, and what the caller keeps beside them.
//!
//! burn keeps moments by numbers that it gives to weights anew in every process, in records of its own format. Here they have the names of their weights.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Bytes, DType, Tensor};
use burn_pack::{Reader, Scalar, Writer};
use safetensors::SafeTensors;

use super::{Stored, bad, deserialize, read_file, restore, weights, write};
use crate::error::ModelError;
use crate::model::Transformer;

/// The moments: what they are called here, and in burn's records.
const MOMENTS: [(&str, &str); 2] = [("first_moment", "momentum.moment_1"), ("second_moment", "momentum.moment_2")];
/// How many steps they have seen.
const STEPS: &str = "optimizer.steps";
const STEPS_IN_RECORD: &str = "momentum.time";
const RANK_IN_RECORD: &str = "__rank";

/// Writes the training state of one of the models. The file is incomplete until this returns; write beside, then rename.
pub(crate) fn save(
    model: &Transformer,
    optimizer: &ModuleOptimizer,
    replica: usize,
    mut metadata: HashMap<String, String>,
    path: &Path,
) -> Result<(), ModelError> {
    let mut tensors = weights(&model.replica(replica));
    let all = Weight::of_all(model);
    let in_words = |error: &dyn std::fmt::Display| bad(path, format!("the optimizer's state cannot be kept: {error}"));
    let bytes = optimizer.to_record().into_bytes().map_err(|error| in_words(&error))?;
    let record = Reader::from_bytes(bytes).map_err(|error| in_words(&error))?;
    for Weight { id, name, shape } in &all {
        for (here, there) in MOMENTS {
            // A state before the first step has none.
            if let Ok(bytes) = record.tensor_data(&format!("{id}.{there}")) {
                let of_each = bytes.len() / shape[0];
                let bytes = bytes[replica * of_each..][..of_each].to_vec();
                tensors.insert(format!("optimizer.{here}.{name}"), Stored { shape: shape[1..].to_vec(), bytes });
            }
        }
        if let Some(&Scalar::UInt(steps)) = record.scalars().get(&format!("{id}.{STEPS_IN_RECORD}")) {
            metadata.insert(STEPS.to_owned(), steps.to_string());
        }
    }
    write(path, &tensors, Some(metadata))
}

/// Puts a state that [`save`] wrote into a single model and an optimizer of the same configuration; gives what the caller kept.
pub(crate) fn resume(
    model: Transformer,
    optimizer: ModuleOptimizer,
    path: &Path,
) -> Result<(Transformer, ModuleOptimizer, HashMap<String, String>), ModelError> {
    let bytes = read_file(path)?;
    let stored = deserialize(path, &bytes)?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| bad(path, error.to_string()))?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let steps = match metadata.get(STEPS) {
        None => 0,
        Some(steps) => steps.parse().map_err(|_| bad(path, format!("`{STEPS}` is no number of steps: {steps}")))?,
    };
    let moments = stored.names().into_iter().filter(|name| name.starts_with("optimizer.")).count();
    let model = restore(model, path, &stored, stored.len() - moments)?;
    let all = Weight::of_all(&model);
    if moments != if steps == 0 { 0 } else { MOMENTS.len() * all.len() } {
        return Err(bad(path, format!("{moments} moments of the optimizer for {} weights after {steps} steps", all.len())));
    }
    if steps == 0 {
        return Ok((model, optimizer, metadata));
    }

    let mut tensors = Vec::with_capacity(moments);
    let mut scalars: BTreeMap<String, Scalar> = BTreeMap::new();
    for Weight { id, name, shape } in &all {
        for (here, there) in MOMENTS {
            let name = format!("optimizer.{here}.{name}");
            let Some(moment) = stored.tensor(&name).ok().filter(|moment| moment.shape() == &shape[1..]) else {
                return Err(bad(path, format!("tensor `{name}` is missing, or not of the shape {:?}", &shape[1..])));
            };
            let bytes = Bytes::from_bytes_vec(moment.data().to_vec());
            tensors.push(burn_pack::Tensor::new(format!("{id}.{there}"), DType::F32, shape.clone(), Some(*id), bytes));
        }
        scalars.insert(format!("{id}.{STEPS_IN_RECORD}"), Scalar::UInt(steps));
        scalars.insert(format!("{id}.{RANK_IN_RECORD}"), Scalar::UInt(shape.len() as u64));
    }
    let writer = scalars.into_iter().fold(Writer::new(tensors), |writer, (name, scalar)| writer.with_scalar(&name, scalar));
    // The path of a weight decides which group's settings it has.
    let writer = all.iter().fold(writer, |writer, weight| writer.with_metadata(&weight.id.to_string(), &weight.name));
    let in_words = |error: &dyn std::fmt::Display| bad(path, format!("the optimizer's state cannot be restored: {error}"));
    let record = OptimizerRecord::from_bytes(writer.into_bytes().map_err(|error| in_words(&error))?).map_err(|error| in_words(&error))?;
    Ok((model, optimizer.load_record(record), metadata))
}

/// A weight as burn and as files know it.
struct Weight {
    id: u64,
    name: String,
    /// The axis of replicas first, which files do not have.
    shape: Vec<usize>,
}

impl Weight {
    fn of_all(model: &Transformer) -> Vec<Self> {
        let mut namer = Namer { path: Vec::new(), names: Vec::new() };
        model.visit(&mut namer);
        namer.names
    }
}

struct Namer {
    path: Vec<String>,
    names: Vec<Weight>,
}

impl ModuleVisitor for Namer {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.names.push(Weight { id: param.id.val(), name: self.path.join("."), shape: param.dims().to_vec() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Sequence;
    use crate::device::{Device, open_device, test_device};
    use crate::model::{Activation, ModelConfig};
    use crate::position::Positions;
    use crate::train::{LossOn, OptimizerConfig, Trainer};
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    fn config(positions: Positions) -> ModelConfig {
        ModelConfig {
            vocabulary: 9,
            layers: 2,
            heads: 2,
            width: 16,
            positions,
            activation: Activation::Gelu,
            loops: 1,
            sharpen_beyond: None,
        }
    }

    fn trainer(positions: Positions, device: &Device) -> Trainer {
        // Decay and clipping are settings that a restored state must keep.
        let optimizer = OptimizerConfig { weight_decay: 0.1, clip: Some(1.0), ..OptimizerConfig::default() };
        Trainer::new(&config(positions), &optimizer, LossOn::All, &mut ChaCha8Rng::seed_from_u64(5), device).unwrap()
    }

    fn steps(trainer: &mut Trainer, from: usize, to: usize) -> Vec<u32> {
        let batch = |step: usize| -> Vec<Sequence> {
            (0..6)
                .map(|b| {
                    let tokens: Vec<u32> = (0..7).map(|t| ((b * 5 + t * 3 + step) % 9) as u32).collect();
                    let placement = trainer_positions(trainer).in_training(&tokens, (b as u64) << 60);
                    Sequence::example(tokens, 3, placement)
                })
                .collect()
        };
        let batches: Vec<_> = (from..to).map(batch).collect();
        batches.iter().map(|batch| trainer.step(batch, 1e-2).unwrap().value().to_bits()).collect()
    }

    fn trainer_positions(trainer: &Trainer) -> Positions {
        trainer.raw_model().config().positions
    }

    #[test]
    fn a_resumed_training_goes_on_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        // On the CPU: fused and plain, and with weights that do not decay.
        for (device, positions) in [
            (open_device("flex").unwrap(), Positions::Learned { rows: 12 }),
            (open_device("flex-plain").unwrap(), Positions::Learned { rows: 12 }),
            (open_device("flex").unwrap(), Positions::Fire { threshold: 3 }),
        ] {
            let mut undisturbed = trainer(positions, &device);
            steps(&mut undisturbed, 0, 4);
            undisturbed.save(&path, HashMap::from([("step".to_owned(), "4".to_owned())])).unwrap();
            let mut resumed = trainer(positions, &device);
            steps(&mut resumed, 20, 23);
            let kept = resumed.resume(&path).unwrap();
            assert_eq!(kept["step"], "4");
            assert_eq!(steps(&mut undisturbed, 4, 12), steps(&mut resumed, 4, 12), "{positions:?} on {}", device.name());
            assert_eq!(weights(&undisturbed.model()), weights(&resumed.model()));
        }
    }

    #[test]
    fn a_state_of_one_of_several_is_that_of_a_model_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        let device = open_device("flex-plain").unwrap();
        let optimizer = OptimizerConfig { weight_decay: 0.1, clip: Some(1.0), ..OptimizerConfig::default() };
        let rngs = &mut [0, 1, 2].map(ChaCha8Rng::seed_from_u64);
        let mut several = Trainer::side_by_side(&config(Positions::T5), &optimizer, LossOn::All, rngs, &device).unwrap();
        let batches = |step: usize| -> Vec<Vec<Sequence>> {
            let sequence = |shift: usize| {
                let tokens = (0..7).map(|t| ((t * 3 + step + shift) % 9) as u32).collect();
                Sequence::example(tokens, 3, crate::position::Placement::default())
            };
            (0..3).map(|replica| (0..4).map(|b| sequence(5 * b + replica)).collect()).collect()
        };
        let together = |several: &mut Trainer, step: usize| -> f32 {
            let batches = batches(step);
            let of_each: Vec<&[Sequence]> = batches.iter().map(Vec::as_slice).collect();
            several.step_side_by_side(&of_each, &[1e-2; 3]).unwrap().values()[1]
        };
        for step in 0..4 {
            together(&mut several, step);
        }
        several.save_of(1, &path, HashMap::new()).unwrap();
        let mut alone = trainer(Positions::T5, &device);
        alone.resume(&path).unwrap();
        assert_eq!(weights(&alone.model()), weights(&several.model_of(1)));
        for step in 4..8 {
            let (one, other) = (alone.step(&batches(step)[1], 1e-2).unwrap().value(), together(&mut several, step));
            assert!((one - other).abs() < 1e-4, "{one} is not {other}");
        }
    }

    #[test]
    fn a_state_before_the_first_step_is_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        let device = test_device();
        let mut fresh = trainer(Positions::None, &device);
        fresh.save(&path, HashMap::new()).unwrap();
        let mut resumed = trainer(Positions::None, &device);
        resumed.resume(&path).unwrap();
        assert_eq!(steps(&mut fresh, 0, 3), steps(&mut resumed, 0, 3));
    }

    #[test]
    fn a_state_that_is_cut_short_or_of_another_model_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        let device = test_device();
        let mut trained = trainer(Positions::None, &device);
        steps(&mut trained, 0, 2);
        trained.save(&path, HashMap::new()).unwrap();
        let message = |error: ModelError| error.to_string();
        let mut other = trainer(Positions::Learned { rows: 12 }, &device);
        let before = weights(&other.model());
        assert!(message(other.resume(&path).unwrap_err()).contains("tensor `positions` is missing"));
        let whole = std::fs::read(&path).unwrap();
        for cut in [whole.len() - 3, 40, 0] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(message(trained.resume(&path).unwrap_err()).contains("not a safetensors file"), "{cut}");
        }
        // Weights alone are no training state with moments, but one of no step.
        trained.model().save(&path).unwrap();
        trained.resume(&path).unwrap();
        assert_eq!(weights(&other.model()), before);
    }
}
