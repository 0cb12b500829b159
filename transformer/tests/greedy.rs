//! One teacher-forced pass measures what greedy decoding measures.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{
    Activation, LossOn, ModelConfig, OptimizerConfig, Positions, Prompt, Sequence, Stop, Trainer, decode, open_device, score,
};

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
    let plain = open_device("flex-plain").unwrap();
    let config = ModelConfig {
        vocabulary: 5,
        layers: 2,
        heads: 2,
        width: 32,
        positions: Positions::Learned { rows: 16 },
        activation: Activation::Relu,
    };
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
            let write = |stop: Stop, device: &transformer::Device| {
                decode(&model, &[Prompt { tokens: prompt.to_vec(), end: END, stop }], device).unwrap().remove(0)
            };
            let decoded = write(Stop::AtEnd { at_most: answer.len() }, &device);
            assert_eq!(score.exact, decoded == answer, "prompt {prompt:?}, decoded {decoded:?}, answer {answer:?}");
            right_and_wrong[usize::from(score.exact)] += 1;

            // With kept keys and values, and without; told the length, and not.
            let told = Stop::AtLength { tokens: answer.len() };
            assert_eq!(decoded, write(Stop::AtEnd { at_most: answer.len() }, &plain));
            assert_eq!(write(told, &device), write(told, &plain));
            assert_eq!(write(told, &device).len(), answer.len());
            assert_eq!(write(told, &device).iter().position(|&token| token == END), Some(answer.len() - 1));
            assert!(!score.exact || write(told, &device) == answer, "who is right is right when told the length");
        }
    }
    assert!(
        right_and_wrong.iter().all(|&count| count >= 10),
        "the model must be half trained for this to test anything: {right_and_wrong:?}"
    );
}

#[test]
fn prompts_of_all_lengths_are_continued_together_as_each_alone() {
    let device = open_device("flex").unwrap();
    let config = ModelConfig {
        vocabulary: 5,
        layers: 3,
        heads: 2,
        width: 20,
        positions: Positions::Learned { rows: 60 },
        activation: Activation::Gelu,
    };
    let rng = &mut ChaCha8Rng::seed_from_u64(4);
    let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::All, rng, &device).unwrap();
    for step in 0..10 {
        trainer.step(&examples(32, step), 1e-2).unwrap();
    }
    let model = trainer.model();
    let prompts: Vec<Prompt> = (0..20)
        .map(|i| {
            let tokens = (0..=i * 2).map(|t| ((t * 3 + i) % 5) as u32).collect();
            let stop = if i % 2 == 0 { Stop::AtEnd { at_most: 1 + i } } else { Stop::AtLength { tokens: i } };
            Prompt { tokens, end: END, stop }
        })
        .collect();
    let together = decode(&model, &prompts, &device).unwrap();
    let plainly = decode(&model, &prompts, &open_device("flex-plain").unwrap()).unwrap();
    assert_eq!(together, plainly);
    assert!(together.iter().flatten().any(|&token| token != together[3][0]), "a model that always says the same tests nothing");
    let beyond = Prompt { tokens: vec![1; 50], end: END, stop: Stop::AtEnd { at_most: 12 } };
    assert!(decode(&model, &[beyond], &device).is_err(), "61 positions are one too many");
}
