//! How much memory a training step takes, before it takes it.

use crate::device::Device;
use crate::model::ModelConfig;

/// Bytes that plain burn keeps for the backward pass for each number of attention's weights, and of the residual stream, in each block. Measured as the peak of runs with 3 and
/// 6 layers, 4 and 8 heads, width 64 and 128, 256 and 512 tokens, which it gives within a tenth.
const PLAIN: [usize; 2] = [12, 110];
/// The same of the fused passes, which keep one chunk a thread.
const FUSED: [usize; 2] = [4, 60];
/// Threads of the fused passes at most.
const THREADS: usize = 4;
/// Copies of each weight: itself, its gradient, two moments, and one more while it is stepped.
const COPIES: usize = 5;

/// About the bytes that a training step takes, of `replicas` models on batches of so many sequences of so many tokens each.
pub fn step_bytes(config: &ModelConfig, replicas: usize, sequences: usize, tokens: usize, device: &Device) -> usize {
    let ModelConfig { layers, heads, width, .. } = *config;
    let is_fused = replicas == 1 && device.fused(config).is_some();
    let ([of_attention, of_stream], at_once) = if is_fused { (FUSED, THREADS) } else { (PLAIN, replicas * sequences) };
    let block = (of_attention * heads).saturating_mul(tokens).saturating_mul(tokens).saturating_add(of_stream * width * tokens);
    let weights = replicas * COPIES * size_of::<f32>() * (12 * layers * width * width + config.vocabulary * width);
    block.saturating_mul(at_once * config.loops * layers).saturating_add(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::open_device;
    use crate::model::Activation;
    use crate::position::Positions;

    #[test]
    fn what_was_measured_is_given_within_a_tenth() {
        let bytes = |layers: usize, heads: usize, width: usize, sequences: usize, tokens: usize| {
            let positions = Positions::Learned { rows: tokens };
            let config = ModelConfig {
                vocabulary: 4,
                layers,
                heads,
                width,
                positions,
                activation: Activation::Relu,
                loops: 1,
                sharpen_beyond: None,
            };
            step_bytes(&config, 1, sequences, tokens, &open_device("flex-plain").unwrap())
        };
        // Peaks of processes in kB, less the 59,000 of one that trains next to nothing.
        for ((layers, heads, width, sequences, tokens), peak) in [
            ((3, 4, 64, 32, 256), 527_476),
            ((3, 4, 64, 32, 512), 1_711_808),
            ((3, 4, 64, 64, 256), 948_468),
            ((6, 4, 64, 32, 256), 935_728),
            ((3, 8, 64, 32, 256), 839_056),
            ((3, 4, 128, 32, 256), 693_668),
        ] {
            let share = bytes(layers, heads, width, sequences, tokens) as f64 / (1024.0 * f64::from(peak - 59_000));
            assert!((0.9..1.1).contains(&share), "{layers} layers, {heads} heads, {width} wide, {sequences} x {tokens}: {share}");
        }
    }
}
