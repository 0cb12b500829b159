//! Programs drawn at random, and the tasks that they make.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::collections::HashSet;

use rasp::rasp_l::{Profile, Program};
use tasks::{Answer, Draw, OwnTask, Prompts, RANDOM_ALPHABET, RandomProgram, Sampler, Task, random};

fn task(drawn: &RandomProgram) -> OwnTask {
    let program = Program::parse_in(Profile::Strict, &drawn.name(), &drawn.source).unwrap_or_else(|problems| panic!("{problems}"));
    let prompts = Prompts {
        alphabet: RANDOM_ALPHABET,
        draw: Draw::Repeated,
        begin: String::new(),
        end: "sep".to_owned(),
        condition: None,
        longest: None,
        answer: Answer::Last,
    };
    OwnTask::new(&drawn.name(), program, prompts).unwrap()
}

#[test]
fn programs_of_each_length_become_tasks() {
    let sampler = Sampler::new(7);
    for core_operations in 1..=6 {
        let drawn = sampler.draw(core_operations, 8);
        assert_eq!(drawn.len(), 8, "{core_operations} operations");
        for program in &drawn {
            let parsed = Program::parse_in(Profile::Strict, "f", &program.source).unwrap();
            assert_eq!(parsed.length().core_operations, core_operations);
            assert_eq!(parsed.test().unwrap().failures.map(|it| it.to_string()), None);
            let task = task(program);
            let answers: HashSet<i8> =
                (0..60).map(|index| task.sample(8, &mut random::stream(0, "test", index)).unwrap().answer[0]).collect();
            assert!(answers.len() > 1, "{}", program.source);
        }
    }
}

#[test]
fn programs_differ_on_other_prompts_too() {
    let sampler = Sampler::new(1);
    let drawn: Vec<RandomProgram> = (1..=4).flat_map(|core_operations| sampler.draw(core_operations, 10)).collect();
    let answers = |program: &RandomProgram| {
        let task = task(program);
        (0..300)
            .map(|index| task.sample(1 + index as usize % 12, &mut random::stream(5, "test", index)).unwrap().answer[0])
            .collect::<Vec<_>>()
    };
    let distinct: HashSet<Vec<i8>> = drawn.iter().map(answers).collect();
    // Some differ on rare prompts alone, such as sorted ones, which the battery has.
    assert!(distinct.len() >= drawn.len() - 2, "{} of {}", distinct.len(), drawn.len());
}

#[test]
fn the_same_seed_draws_the_same_programs() {
    let draw = |seed| Sampler::new(seed).draw(3, 2).into_iter().map(|program| program.source).collect::<Vec<_>>();
    let sampler = Sampler::new(7);
    let alone: Vec<String> = sampler.draw(3, 25).into_iter().map(|program| program.source).collect();
    sampler.draw(2, 25);
    sampler.draw(4, 5);
    assert_eq!(sampler.draw(3, 30).into_iter().map(|program| program.source).take(25).collect::<Vec<_>>(), alone);
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    insta::assert_snapshot!(draw(7).join("\n"));
}
