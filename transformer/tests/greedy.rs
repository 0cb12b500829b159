//! One teacher-forced pass measures what greedy decoding measures.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use transformer::{
    Activation, LossOn, ModelConfig, OptimizerConfig, Positions, Prompt, Sequence, Stop, Trainer, decode, open_device, score,
};

const END: u32 = 0;
const SEPARATOR: u32 = 1;

/// Every scheme, with tables for 16 tokens.
const SCHEMES: [Positions; 9] = [
    Positions::None,
    Positions::Learned { rows: 16 },
    Positions::Sinusoidal,
    Positions::Rotary,
    Positions::Alibi,
    Positions::T5,
    Positions::Fire { threshold: 4 },
    Positions::Randomized { rows: 32 },
    Positions::Abacus { rows: 17, digits_from: SEPARATOR + 1 },
];

/// Copying of two to five tokens out of three: easy enough to be half learned, which is where the two measures could differ.
fn examples(positions: Positions, count: usize, seed: u64) -> Vec<Sequence> {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let length = 2 + rng.next_u32() as usize % 4;
            let copied: Vec<u32> = (0..length).map(|_| 2 + rng.next_u32() % 3).collect();
            let tokens = [&copied[..], &[SEPARATOR], &copied, &[END]].concat();
            let placement = positions.at_evaluation(tokens.len(), rng.next_u64());
            Sequence::example(tokens, length + 1, placement)
        })
        .collect()
}

#[test]
fn teacher_forced_exact_match_equals_greedy_decoding() {
    let device = std::env::var("RASPLAB_TEST_DEVICE").unwrap_or("flex".to_owned());
    // A software GPU takes a minute or more for each: there, one of each kind.
    let one_of_each_kind = [Positions::Learned { rows: 16 }, Positions::Rotary, Positions::T5];
    let schemes = if device == "flex" { &SCHEMES[..] } else { &one_of_each_kind };
    for &positions in schemes {
        let device = open_device(&device).unwrap();
        let plain = open_device("flex-plain").unwrap();
        let config = ModelConfig {
            vocabulary: 5,
            layers: 2,
            heads: 2,
            width: 32,
            positions,
            activation: Activation::Relu,
            loops: 1,
            sharpen_beyond: None,
        };
        let rng = &mut ChaCha8Rng::seed_from_u64(4);
        let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::Answer, rng, &device).unwrap();
        let mut right_and_wrong = [0, 0];
        for round in 0..6 {
            for step in 0..40 {
                trainer.step(&examples(positions, 32, 100 + round * 40 + step), 3e-3).unwrap();
            }
            let model = trainer.model();
            let tested = examples(positions, 20, round);
            for (sequence, score) in tested.iter().zip(score(&model, &tested, &device).unwrap()) {
                let (prompt, answer) = sequence.tokens.split_at(sequence.answers[0].start);
                let write = |stop: Stop, device: &transformer::Device| {
                    let prompt = Prompt { tokens: prompt.to_vec(), placement: sequence.placement.clone(), end: END, stop };
                    decode(&model, &[prompt], device).unwrap().remove(0)
                };
                let free = write(Stop::AtEnd { at_most: answer.len() }, &device);
                // Confidence in what is right is what the loss says.
                assert!(!score.exact || (free.log_probability + score.loss).abs() < 1e-4 * (1.0 + score.loss), "{free:?}, {score:?}");
                let write = |stop: Stop, device: &transformer::Device| write(stop, device).tokens;
                let decoded = free.tokens;
                assert_eq!(score.exact, decoded == answer, "{positions:?}: prompt {prompt:?}, decoded {decoded:?}, answer {answer:?}");
                right_and_wrong[usize::from(score.exact)] += 1;

                // With kept keys and values, and without; told the length, and not.
                let told = Stop::AtLength { tokens: answer.len() };
                assert_eq!(decoded, write(Stop::AtEnd { at_most: answer.len() }, &plain), "{positions:?}");
                assert_eq!(write(told, &device), write(told, &plain), "{positions:?}");
                assert_eq!(write(told, &device).len(), answer.len());
                assert_eq!(write(told, &device).iter().position(|&token| token == END), Some(answer.len() - 1));
                assert_eq!(score.exact_with_length, write(told, &device) == answer, "{positions:?}: prompt {prompt:?}, answer {answer:?}");
            }
        }
        assert!(
            right_and_wrong.iter().all(|&count| count >= 10),
            "{positions:?}: the model must be half trained for this to test anything: {right_and_wrong:?}"
        );
    }
}

#[test]
fn prompts_of_all_lengths_are_continued_together_as_each_alone() {
    for positions in [
        Positions::None,
        Positions::Learned { rows: 60 },
        Positions::Sinusoidal,
        Positions::Randomized { rows: 100 },
        Positions::Abacus { rows: 61, digits_from: SEPARATOR + 1 },
    ] {
        let device = open_device("flex").unwrap();
        let config = ModelConfig {
            vocabulary: 5,
            layers: 3,
            heads: 2,
            width: 20,
            positions,
            activation: Activation::Gelu,
            loops: 1,
            sharpen_beyond: None,
        };
        let rng = &mut ChaCha8Rng::seed_from_u64(4);
        let mut trainer = Trainer::new(&config, &OptimizerConfig::default(), LossOn::All, rng, &device).unwrap();
        for step in 0..10 {
            trainer.step(&examples(positions, 32, step), 1e-2).unwrap();
        }
        let model = trainer.model();
        let prompts: Vec<Prompt> = (0..20)
            .map(|i| {
                let tokens = (0..=i * 2).map(|t| ((t * 3 + i) % 5) as u32).collect();
                let stop = if i % 2 == 0 { Stop::AtEnd { at_most: 1 + i } } else { Stop::AtLength { tokens: i } };
                Prompt { tokens, placement: positions.at_evaluation(1 + 3 * i + 1, i as u64), end: END, stop }
            })
            .collect();
        let on = |device: &transformer::Device| decode(&model, &prompts, device).unwrap();
        let (together, plainly) = (on(&device), on(&open_device("flex-plain").unwrap()));
        for (one, other) in together.iter().zip(&plainly) {
            assert!((one.log_probability - other.log_probability).abs() < 1e-4, "{positions:?}: {one:?}, {other:?}");
        }
        let [together, plainly] = [together, plainly].map(|all| all.into_iter().map(|written| written.tokens).collect::<Vec<_>>());
        assert_eq!(together, plainly, "{positions:?}");
        assert!(together.iter().flatten().any(|&token| token != together[3][0]), "a model that always says the same tests nothing");
        let placement = positions.at_evaluation(60, 0);
        let beyond = Prompt { tokens: vec![SEPARATOR + 1; 50], placement, end: END, stop: Stop::AtEnd { at_most: 12 } };
        let without_limit = matches!(positions, Positions::None | Positions::Sinusoidal);
        assert_eq!(decode(&model, &[beyond], &device).is_ok(), without_limit, "{positions:?}: 61 positions are one too many");
    }
}
