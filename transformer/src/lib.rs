//! A decoder-only Transformer, trained from scratch on sequences of token ids.
//!
//! This is the only crate that names burn, and it knows nothing of tasks or programs: sequences of ids go in; losses, exact matches and
//! weights come out. Every random number comes from a generator that the caller passes, so that one seed gives one result.
//!
//! ```
//! use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//! use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Placement, Positions, Sequence, Trainer, open_device};
//!
//! let config = ModelConfig { vocabulary: 4, layers: 1, heads: 1, width: 16, positions: Positions::None, activation: Activation::Relu, loops: 1, sharpen_beyond: None };
//! let device = open_device("flex")?;
//! let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::Answer, &mut ChaCha8Rng::seed_from_u64(0), &device)?;
//!
//! // Prompt `2 1`, answer `2 0`.
//! let batch = [Sequence::example(vec![2, 1, 2, 0], 2, Placement::default())];
//! let before = trainer.step(&batch, 1e-2)?.value();
//! for _ in 0..20 {
//!     trainer.step(&batch, 1e-2)?;
//! }
//! assert!(trainer.step(&batch, 1e-2)?.value() < before);
//! # Ok::<(), transformer::ModelError>(())
//! ```

mod attention;
mod batch;
mod checkpoint;
mod clip;
mod decode;
mod device;
mod error;
mod fused;
mod init;
mod layers;
mod memory;
mod model;
mod position;
mod rates;
mod schedule;
mod score;
mod train;

pub use batch::Sequence;
pub use decode::{Prompt, Stop, Written, decode};
pub use device::{Device, DeviceStatus, best_device, devices, open_device};
pub use error::ModelError;
#[cfg(feature = "benchmark")]
pub use fused::benchmark;
pub use memory::step_bytes;
pub use model::{Activation, ModelConfig, Transformer};
pub use position::{Placement, Positions};
pub use schedule::{Decay, Schedule};
pub use score::{Score, score};
pub use train::{LossOn, OptimizerConfig, StepLoss, Trainer};
