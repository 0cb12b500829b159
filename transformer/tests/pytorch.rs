//! What the documentation has for Python gives the logits that this one gives, for every scheme. Needs a Python with torch and safetensors, which
//! `RASPLAB_PYTHON` names (`python3` unless set); says so and passes where there is none.
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::path::Path;
use std::process::Command;

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Placement, Positions, Sequence, Trainer, open_device};

const TOKENS: [u32; 9] = [3, 5, 1, 6, 2, 2, 4, 0, 6];

/// Reads `cases.json`, prints the logits of each.
const SCRIPT: &str = "
import json, sys
sys.path.insert(0, sys.argv[1])
from load_in_pytorch import logits
from safetensors.torch import load_file
for case in json.load(open(sys.argv[2])):
    print(json.dumps(logits(case['config'], load_file(case['weights']), case['tokens'], case['positions']).flatten().tolist()))
";

#[test]
fn pytorch_gives_the_same_logits() {
    let python = std::env::var("RASPLAB_PYTHON").unwrap_or("python3".to_owned());
    let has_torch = Command::new(&python).args(["-c", "import torch, safetensors.torch"]).output();
    if !has_torch.is_ok_and(|output| output.status.success()) {
        println!("skipped: {python} has no torch and safetensors; name one that has with RASPLAB_PYTHON");
        return;
    }

    let folder = tempfile::tempdir().unwrap();
    let device = open_device("flex").unwrap();
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    let schemes = [
        Positions::None,
        Positions::Learned { rows: 12 },
        Positions::Sinusoidal,
        Positions::Rotary,
        Positions::Alibi,
        Positions::T5,
        Positions::Fire { threshold: 3 },
        Positions::Randomized { rows: 40 },
        Positions::Abacus { rows: 12, digits_from: 2 },
        Positions::Coupled { rows: 8 },
    ];
    for (number, positions) in schemes.into_iter().enumerate() {
        let (activation, loops) = if number % 2 == 0 { (Activation::Gelu, 1) } else { (Activation::Relu, 1 + number % 3) };
        let config = ModelConfig { vocabulary: 7, layers: 2, heads: 3, width: 18, positions, activation, loops, sharpen_beyond: None };
        let rng = &mut ChaCha8Rng::seed_from_u64(number as u64);
        let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::All, rng, &device).unwrap();
        let at: Vec<u32> = match positions {
            Positions::Randomized { .. } => (0..9).map(|place| 2 + 4 * place).collect(),
            Positions::Abacus { .. } => vec![1, 2, 0, 1, 2, 3, 4, 0, 1],
            Positions::Coupled { .. } => vec![1, 2, 3, 0, 1, 2, 3, 4, 5],
            _ => (0..9).collect(),
        };
        let placement = if positions == Positions::None { Placement::default() } else { Placement::At(at.clone()) };
        for _ in 0..30 {
            trainer.step(&[Sequence::example(TOKENS.to_vec(), 1, placement.clone())], 1e-2).unwrap();
        }
        let model = trainer.model();
        let weights = folder.path().join(format!("{number}.safetensors"));
        model.save(&weights).unwrap();
        cases.push(serde_json::json!({ "config": config, "weights": weights, "tokens": TOKENS, "positions": at }));
        expected.push(model.logits_of(&TOKENS, &placement).unwrap().concat());
    }
    let file = folder.path().join("cases.json");
    std::fs::write(&file, serde_json::to_string(&cases).unwrap()).unwrap();

    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let output = Command::new(&python).env("PYTHONDONTWRITEBYTECODE", "1").args(["-c", SCRIPT]).arg(docs).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let given: Vec<Vec<f32>> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(given.len(), expected.len());
    for ((given, expected), positions) in given.iter().zip(&expected).zip(schemes) {
        let furthest = given.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let largest = expected.iter().copied().map(f32::abs).fold(0.0, f32::max);
        assert!(given.len() == expected.len() && furthest < 1e-4 * (1.0 + largest), "{positions:?}: {furthest} apart, of {largest}");
        println!("{positions:?}: at most {furthest:.1e} apart, of {largest:.1}");
    }
}
