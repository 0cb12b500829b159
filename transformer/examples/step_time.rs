//! Times training steps on request, for `benches/against_pytorch.py`.
//!
//! `step_time BATCH TOKENS LAYERS WIDTH HEADS THREADS DEVICE` trains a model with 64 token ids, learned positions and GELU on BATCH sequences of
//! which TOKENS are read and TOKENS predicted. It says `ready`; then, for each line of standard input with a number of steps, it takes them and
//! answers with their median time, in milliseconds.

use std::io::{BufRead, Write};
use std::time::Instant;

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Placement, Positions, Sequence, Trainer, open_device};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VOCABULARY: usize = 64;
const WARM_UP: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |idx: usize| -> Result<usize, Box<dyn std::error::Error>> { Ok(arguments.get(idx).ok_or("an argument is missing")?.parse()?) };
    let (batch, tokens) = (number(0)?, number(1)?);
    let config = ModelConfig {
        vocabulary: VOCABULARY,
        layers: number(2)?,
        heads: number(4)?,
        width: number(3)?,
        positions: Positions::Learned { rows: tokens + 1 },
        activation: Activation::Gelu,
        loops: 1,
        sharpen_beyond: None,
    };
    let device = open_device(arguments.get(6).map_or("flex", String::as_str))?;
    let rng = &mut ChaCha8Rng::seed_from_u64(0);
    let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::All, rng, &device)?;
    trainer.set_threads(number(5)?);
    let batch: Vec<Sequence> = (0..batch)
        .map(|b| {
            let tokens = (0..=tokens).map(|t| ((b * 7 + t * 5 + t * t) % VOCABULARY) as u32).collect();
            Sequence::example(tokens, 1, Placement::default())
        })
        .collect();
    let mut step = || -> Result<f64, Box<dyn std::error::Error>> {
        let started = Instant::now();
        trainer.step(&batch, 1e-3)?.value();
        Ok(started.elapsed().as_secs_f64() * 1e3)
    };
    for _ in 0..WARM_UP {
        step()?;
    }
    let mut output = std::io::stdout();
    writeln!(output, "ready")?;
    for line in std::io::stdin().lock().lines() {
        let mut times = (0..line?.trim().parse::<usize>()?).map(|_| step()).collect::<Result<Vec<_>, _>>()?;
        times.sort_by(f64::total_cmp);
        writeln!(output, "{:.3}", times.get(times.len() / 2).ok_or("no step was asked for")?)?;
    }
    Ok(())
}
