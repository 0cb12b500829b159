//! One teacher-forced pass measures what greedy decoding measures.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{Activation, LossOn, ModelConfig, OptimizerConfig, Positions, Sequence, Trainer, decode_greedily, open_device, score};

const END: u32 = 0;
const SEPARATOR: u32 = 1;

/// Copying of two to five tokens out of three: easy enough to be half learned, which is where the two measures could differ.
fn examples(count: usize, seed: u64) -> Vec<Sequence> {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let length = 2 + rng.next_u32() as usize % 4;
            let copied: Vec<u32> = (0..length).map(|_| 2 + rng.next_u32() % 3).collect();
            let tokens = [&copied[..], &[SEPARATOR], &copied, &[END]].concat();
            Sequence { tokens, answer_start: length + 1, offset: 0 }
        })
        .collect()
}

#[test]
fn teacher_forced_exact_match_equals_greedy_decoding() {
    let device = open_device(&std::env::var("RASPLAB_TEST_DEVICE").unwrap_or("flex".to_owned())).unwrap();
    let config = ModelConfig { vocabulary: 5, layers: 2, heads: 2, width: 32, positions: Positions::Learned { rows: 16 }, activation: Activation::Relu };
    let rng = &mut ChaCha8Rng::seed_from_u64(4);
    let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::Answer, rng, &device).unwrap();
    let mut right_and_wrong = [0, 0];
    for round in 0..6 {
        for step in 0..40 {
            trainer.step(&examples(32, 100 + round * 40 + step), 3e-3).unwrap();
        }
        let model = trainer.model();
        let tested = examples(20, round);
        for (sequence, score) in tested.iter().zip(score(&model, &tested, &device).unwrap()) {
            let (prompt, answer) = sequence.tokens.split_at(sequence.answer_start);
            let decoded = decode_greedily(&model, prompt, END, answer.len()).unwrap();
            assert_eq!(score.exact, decoded == answer, "prompt {prompt:?}, decoded {decoded:?}, answer {answer:?}");
            right_and_wrong[usize::from(score.exact)] += 1;
        }
    }
    assert!(
        right_and_wrong.iter().all(|&count| count >= 10),
        "the model must be half trained for this to test anything: {right_and_wrong:?}"
    );
}
