//! Time of one training step: `cargo bench -p rasplab-transformer --bench step`.
//!
//! A model of 2 layers, 64 wide, on 64 sequences: of 64 tokens each with the loss on all of them, and of 4 to 64 tokens with the loss on
//! the second half, as tasks make them; fused with one thread and with two, and by plain burn.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Placement, Positions, Sequence, Trainer, open_device};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn step(criterion: &mut Criterion) {
    let positions = Positions::Learned { rows: 64 };
    let config = ModelConfig {
        vocabulary: 64,
        layers: 2,
        heads: 4,
        width: 64,
        positions,
        activation: Activation::Gelu,
        loops: 1,
        sharpen_beyond: None,
    };
    let mut group = criterion.benchmark_group("step");
    let batches = [("64 tokens", LossOn::All, batch(|_| 64)), ("4 to 64 tokens", LossOn::Answer, batch(|sequence| 4 + sequence * 60 / 63))];
    for (name, loss_on, batch) in batches {
        let tokens: usize = batch.iter().map(|sequence| sequence.tokens.len()).sum();
        group.sample_size(20).throughput(Throughput::Elements(tokens as u64));
        for (device, threads) in [("flex", 1), ("flex", 2), ("flex-plain", 1)] {
            let rng = &mut ChaCha8Rng::seed_from_u64(0);
            let device = open_device(device).expect("the CPU is always there");
            let mut trainer =
                Trainer::new(&config, &OptimizerConfig::default(), loss_on, rng, &device).expect("the configuration is valid");
            trainer.set_threads(threads);
            let name = format!("{name}/{}/{threads} threads", device.name());
            group.bench_function(name, |bencher| bencher.iter(|| trainer.step(&batch, 1e-3).expect("the batch is valid").value()));
        }
    }
    group.finish();
}

fn batch(tokens: impl Fn(usize) -> usize) -> Vec<Sequence> {
    (0..64)
        .map(|b| {
            let tokens: Vec<u32> = (0..tokens(b)).map(|t| ((b * 7 + t * 5) % 64) as u32).collect();
            let answer_start = tokens.len() / 2;
            Sequence::example(tokens, answer_start, Placement::default())
        })
        .collect()
}

criterion_group!(benches, step);
criterion_main!(benches);
