//! Weights, and all that training goes on from, as safetensors.
//!
//! Names of weights, with `L` the block from 0 (matrices are `[input, output]`): `tokens` `[V, D]`, `positions` `[rows, D]` (position schemes with a
//! table: learned, randomized, abacus), `relative_bias` `[32, H]` (t5), `blocks.L.attention.fire.{scale,threshold}` `[1]` and
//! `blocks.L.attention.fire.{hidden,per_head}.{weight,bias}` (fire),
//! `blocks.L.attention_norm.{gamma,beta}`, `blocks.L.attention.query_key_value.{weight,bias}` (queries, keys, values side by side, heads
//! inside each), `blocks.L.attention.output.{weight,bias}`, `blocks.L.hidden_norm.{gamma,beta}`, `blocks.L.widen.{weight,bias}`,
//! `blocks.L.narrow.{weight,bias}`, `norm.{gamma,beta}`. All are little-endian `f32`.
//!
//! A training state ([`Trainer::save`]) holds the same, and for each weight `NAME` AdamW's moments `optimizer.first_moment.NAME` and
//! `optimizer.second_moment.NAME`, of its shape; its metadata has `optimizer.steps`, which tells how far their bias has decayed, and whatever else the caller
//! keeps. There is no random state to keep: training draws no random numbers of its own.

mod training;

pub(crate) use training::{resume, save};

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::batch::read;
use crate::device::Device;
use crate::error::ModelError;
use crate::model::{ModelConfig, Transformer};
#[cfg(doc)]
use crate::train::Trainer;

/// Tensors by name.
type Tensors = BTreeMap<String, Stored>;

#[derive(Debug, PartialEq)]
struct Stored {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Transformer {
    /// Writes the weights to one safetensors file. The file is incomplete until this returns; write beside, then rename.
    ///
    /// # Errors
    /// [`ModelError::CheckpointFile`] and [`ModelError::BadCheckpoint`].
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        write(path, &weights(self), None)
    }

    /// Reads weights that [`Transformer::save`] wrote for the same configuration.
    ///
    /// # Errors
    /// [`ModelError::CheckpointFile`] where the file cannot be read; [`ModelError::BadCheckpoint`] where it is not a safetensors file, or its
    /// tensors are not those of the configuration.
    pub fn load(config: &ModelConfig, path: &Path, device: &Device) -> Result<Self, ModelError> {
        let bytes = read_file(path)?;
        let stored = deserialize(path, &bytes)?;
        restore(Self::shaped(config, 1, device.burn())?, path, &stored, stored.len())
    }
}

/// A model's weights by name.
fn weights(model: &Transformer) -> Tensors {
    let mut collector = Collector { path: Vec::new(), tensors: BTreeMap::new() };
    model.visit(&mut collector);
    collector.tensors
}

/// The model with weights of the file, which is to have `wanted` of them.
fn restore(model: Transformer, path: &Path, stored: &SafeTensors<'_>, wanted: usize) -> Result<Transformer, ModelError> {
    let mut loader = Loader { path: Vec::new(), stored, problems: Vec::new(), taken: 0 };
    let model = model.map(&mut loader);
    if wanted > loader.taken && loader.problems.is_empty() {
        loader.problems.push(format!("{} tensors too many for the configuration", wanted - loader.taken));
    }
    if loader.problems.is_empty() { Ok(model) } else { Err(bad(path, loader.problems.join("; "))) }
}

fn write(path: &Path, tensors: &Tensors, metadata: Option<HashMap<String, String>>) -> Result<(), ModelError> {
    let views = tensors
        .iter()
        .map(|(name, stored)| Ok((name, TensorView::new(Dtype::F32, stored.shape.clone(), &stored.bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| bad(path, error.to_string()))?;
    let bytes = safetensors::serialize(views, metadata).map_err(|error| bad(path, error.to_string()))?;
    std::fs::write(path, bytes).map_err(|source| ModelError::CheckpointFile { path: path.to_owned(), source })
}

fn read_file(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| ModelError::CheckpointFile { path: path.to_owned(), source })
}

fn deserialize<'b>(path: &Path, bytes: &'b [u8]) -> Result<SafeTensors<'b>, ModelError> {
    SafeTensors::deserialize(bytes).map_err(|error| bad(path, format!("not a safetensors file: {error}")))
}

fn bad(path: &Path, reason: String) -> ModelError {
    ModelError::BadCheckpoint { path: path.to_owned(), reason }
}

struct Collector {
    path: Vec<String>,
    tensors: Tensors,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        // The axis of replicas, of which there is one, is no part of the file.
        let shape = tensor.dims()[1..].to_vec();
        let bytes = read::<f32, D, _>(tensor).iter().flat_map(|number| number.to_le_bytes()).collect();
        self.tensors.insert(self.path.join("."), Stored { shape, bytes });
    }
}

struct Loader<'b> {
    path: Vec<String>,
    stored: &'b SafeTensors<'b>,
    problems: Vec<String>,
    taken: usize,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let Ok(view) = self.stored.tensor(&name) else {
            self.problems.push(format!("tensor `{name}` is missing"));
            return param;
        };
        self.taken += 1;
        let wanted = param.dims();
        if view.shape() != &wanted[1..] || view.dtype() != Dtype::F32 {
            self.problems.push(format!("tensor `{name}` is {:?} of {:?}, not {:?} of F32", view.shape(), view.dtype(), &wanted[1..]));
            return param;
        }
        let numbers: Vec<f32> = view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        param.map(|tensor| {
            let loaded = Tensor::from_data(TensorData::new(numbers, wanted), &tensor.device());
            if tensor.is_require_grad() { loaded.require_grad() } else { loaded }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::test_device;
    use crate::model::Activation;
    use crate::position::{Placement, Positions};
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    fn config(width: usize) -> ModelConfig {
        ModelConfig {
            vocabulary: 5,
            layers: 2,
            heads: 2,
            width,
            positions: Positions::Learned { rows: 8 },
            activation: Activation::Relu,
            loops: 1,
            sharpen_beyond: None,
        }
    }

    fn saved(width: usize) -> (tempfile::TempDir, std::path::PathBuf, Transformer, Device) {
        let device = test_device();
        let model = Transformer::new(&config(width), &mut [ChaCha8Rng::seed_from_u64(1)], device.burn()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        model.save(&path).unwrap();
        (dir, path, model, device)
    }

    #[test]
    fn a_loaded_model_computes_what_the_saved_one_did() {
        let (_dir, path, model, device) = saved(8);
        let loaded = Transformer::load(&config(8), &path, &device).unwrap();
        let logits = |model: &Transformer| model.logits_of(&[1, 2, 3], &Placement::default()).unwrap();
        assert_eq!(logits(&model), logits(&loaded));
    }

    #[test]
    fn weights_of_another_model_or_of_no_model_are_refused() {
        let (dir, path, _, device) = saved(8);
        let message = Transformer::load(&config(16), &path, &device).unwrap_err().to_string();
        assert!(message.contains("tensor `tokens` is [5, 8] of F32, not [5, 16] of F32"), "{message}");
        let one_layer = ModelConfig { layers: 1, ..config(8) };
        let message = Transformer::load(&one_layer, &path, &device).unwrap_err().to_string();
        assert!(message.contains("12 tensors too many"), "{message}");
        std::fs::write(&path, b"not weights").unwrap();
        assert!(matches!(Transformer::load(&config(8), &path, &device), Err(ModelError::BadCheckpoint { .. })));
        let absent = dir.path().join("absent");
        assert!(matches!(Transformer::load(&config(8), &absent, &device), Err(ModelError::CheckpointFile { .. })));
    }
}
