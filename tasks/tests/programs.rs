//! Every program that a task claims is verified: run autoregressively, it gives the task's answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::sync::Arc;

use rasp::rasp_l::{Profile, Program};
use tasks::{ALPHABET_MAX, EOS, SEP, SOS, Task, TaskSpec, build, catalogue, random};

/// Long examples cost most of the time: generation is cubic in their length.
fn examples_at(length: usize) -> usize {
    if length <= 50 { 5 } else { 2 }
}

/// The tasks that have a program, at their largest alphabet.
fn solved() -> Vec<(Arc<dyn Task>, Program)> {
    let solved: Vec<_> = catalogue()
        .iter()
        .filter_map(|entry| {
            let alphabet = entry.alphabet_bounds.as_ref().map(|bounds| *bounds.end());
            let task = build(&TaskSpec { name: entry.name.to_owned(), alphabet }).unwrap();
            let (file_name, source) = task.program_source()?;
            let program = Program::parse(file_name, source).unwrap_or_else(|problems| panic!("{problems:?}"));
            Some((task, program))
        })
        .collect();
    assert_eq!(solved.len(), 15);
    solved
}

fn solved_by(name: &str) -> (Arc<dyn Task>, Program) {
    solved().into_iter().find(|(task, _)| task.name() == name).unwrap()
}

fn assert_solves(program: &Program, task: &dyn Task, prompt: &[i8]) {
    let answer = task.answer(prompt).unwrap();
    let generated = program.generate(prompt, EOS, answer.len() + 1).unwrap();
    assert_eq!(generated, answer, "{}: {}", task.name(), task.vocabulary().show(prompt));
}

fn assert_solves_every_length(name: &str) {
    let (task, program) = solved_by(name);
    let longest = task.length_limit().map_or(200, |limit| limit.min(200));
    assert!(longest >= ALPHABET_MAX);
    for length in 1..=longest {
        let mut rng = random::stream(0, "program", length as u64);
        for _ in 0..examples_at(length) {
            assert_solves(&program, &*task, &task.sample(length, &mut rng).unwrap().prompt);
        }
    }
}

#[test]
fn binary_majority_is_solved_at_every_length() {
    assert_solves_every_length("binary-majority");
}

#[test]
fn sort_is_solved_at_every_length() {
    assert_solves_every_length("sort");
}

#[test]
fn count_is_solved_at_every_length() {
    assert_solves_every_length("count");
}

#[test]
fn copy_unique_is_solved_at_every_length() {
    assert_solves_every_length("copy-unique");
}

#[test]
fn boolean_and_is_solved_at_every_length() {
    assert_solves_every_length("boolean-and");
}

#[test]
fn majority_26_is_solved_at_every_length() {
    assert_solves_every_length("majority-26");
}

#[test]
fn flip_flop_is_solved_at_every_length() {
    assert_solves_every_length("flip-flop");
}

#[test]
fn dyck_1_is_solved_at_every_length() {
    assert_solves_every_length("dyck-1");
}

#[test]
fn shuffle_dyck_2_is_solved_at_every_length() {
    assert_solves_every_length("shuffle-dyck-2");
}

#[test]
fn anbn_is_solved_at_every_length() {
    assert_solves_every_length("anbn");
}

#[test]
fn anbncn_is_solved_at_every_length() {
    assert_solves_every_length("anbncn");
}

#[test]
fn the_solved_languages_of_tomita_are_so_at_every_length() {
    for name in ["tomita-1", "tomita-2", "tomita-4", "tomita-7"] {
        assert_solves_every_length(name);
    }
}

/// Calls `visit` with all sequences of 1 to `longest` tokens of `0..alphabet`, each followed by the separator.
fn every_prompt(alphabet: i8, longest: usize, mut visit: impl FnMut(&[i8])) {
    let mut shorter = vec![vec![]];
    for _ in 0..longest {
        let extend = |data: Vec<i8>| (0..alphabet).map(move |token| [&data[..], &[token]].concat());
        shorter = shorter.into_iter().flat_map(extend).collect();
        for data in &shorter {
            visit(&[&data[..], &[SEP]].concat());
        }
    }
}

#[test]
fn every_short_prompt_is_solved() {
    for (name, alphabet, longest, prompts) in [
        // Fewer than the 2,046 of boolean-and by the ties: 2, 6, 20, 70 and 252.
        ("binary-majority", 2, 10, 1_696),
        ("boolean-and", 2, 10, 2_046),
        // 5 + 20 + 60 + 120 + 120: the prompts without repetition.
        ("sort", 5, 5, 325),
        ("copy-unique", 5, 5, 325),
        // 3 + 3 + 21 + 63 + 153: the words without a tie.
        ("majority-26", 3, 5, 243),
        ("tomita-1", 2, 12, 8_190),
        ("tomita-2", 2, 12, 8_190),
        ("tomita-4", 2, 12, 8_190),
        ("tomita-7", 2, 12, 8_190),
        // Words of 2, 4, 6 and so on, or 3, 6 and 9 letters.
        ("dyck-1", 2, 12, 5_460),
        ("anbn", 2, 12, 5_460),
        ("shuffle-dyck-2", 4, 6, 4_368),
        ("anbncn", 3, 9, 20_439),
    ] {
        let (task, program) = solved_by(name);
        let mut solved = 0;
        every_prompt(alphabet, longest, |prompt| {
            if task.answer(prompt).is_ok() {
                assert_solves(&program, &*task, prompt);
                solved += 1;
            }
        });
        assert_eq!(solved, prompts, "{name}");
    }
}

#[test]
fn every_count_below_thirty_is_solved() {
    let (task, program) = solved_by("count");
    for start in 0..30 {
        for end in start..30 {
            assert_solves(&program, &*task, &[SOS, start, end, SEP]);
        }
    }
}

/// One to four instructions, in every way.
#[test]
fn every_short_flip_flop_is_solved() {
    let (task, program) = solved_by("flip-flop");
    let (write, ignore, read) = (-8, -5, -4);
    let pairs = [write, ignore, read].map(|instruction| [[instruction, 0], [instruction, 1]]).concat();
    let mut prefixes = vec![vec![write, 0], vec![write, 1]];
    for _ in 0..4 {
        for prefix in &prefixes {
            let prompt = [&prefix[..], &[read]].concat();
            if task.answer(&prompt).is_ok() {
                assert_solves(&program, &*task, &prompt);
            }
        }
        prefixes = prefixes.iter().flat_map(|prefix| pairs.iter().map(move |pair| [&prefix[..], pair].concat())).collect();
    }
}

#[test]
fn the_symbols_of_a_program_are_those_of_the_vocabulary() {
    for (task, program) in solved() {
        let mut of_program: Vec<(&str, i8)> = program.symbols().iter().map(|(name, token)| (name.as_str(), *token)).collect();
        let mut of_task: Vec<(&str, i8)> = task.vocabulary().symbols().collect();
        of_program.sort_unstable();
        of_task.sort_unstable();
        assert_eq!(of_program, of_task, "{}", task.name());
    }
}

#[test]
fn programs_are_as_long_as_they_should_be() {
    let lengths: Vec<_> = solved().iter().map(|(task, program)| (task.name(), program.length().core_operations)).collect();
    let papers = [("binary-majority", 3), ("sort", 1), ("count", 6), ("copy-unique", 4), ("boolean-and", 2)];
    let brackets = [("dyck-1", 5), ("shuffle-dyck-2", 6), ("anbn", 6), ("anbncn", 8)];
    let tomitas = [("tomita-1", 2), ("tomita-2", 5), ("tomita-4", 5), ("tomita-7", 4)];
    assert_eq!(lengths, [&papers[..], &[("majority-26", 3), ("flip-flop", 4)], &brackets, &tomitas].concat());
}

#[test]
fn every_program_is_strict() {
    for (task, program) in solved() {
        assert_eq!(program.profile(), Profile::Strict, "{}", task.name());
    }
}

#[test]
fn the_controls_and_what_counts_modulo_a_number_have_no_program() {
    let unsolved: Vec<_> = catalogue().iter().filter(|entry| entry.program.is_none()).map(|entry| entry.name).collect();
    let modular = ["tomita-3", "tomita-5", "tomita-6", "aa-star", "interleaved-majority", "modular-sum", "cycle-navigation"];
    assert_eq!(unsolved, [&["copy-repeat", "parity"], &modular[..]].concat());
}
