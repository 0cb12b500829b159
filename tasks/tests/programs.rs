//! Every program that a task claims is verified: run autoregressively, it gives the task's answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy sees only the functions marked as tests")]

use std::sync::Arc;

use rasp::rasp_l::{Profile, Program};
use tasks::{EOS, PLUS, SEP, SOS, Task, TaskSpec, build, catalogue, random};

/// Examples of each length.
const EXAMPLES: usize = 10;

/// The tasks that have a program, at their largest alphabet.
fn solved() -> Vec<(Arc<dyn Task>, Program)> {
    let solved: Vec<_> = catalogue()
        .iter()
        .filter_map(|entry| {
            let alphabet = entry.alphabet_bounds.as_ref().map(|bounds| *bounds.end());
            let task = build(&TaskSpec { name: entry.name.to_owned(), alphabet }).unwrap();
            let (file_name, source) = task.program_source()?;
            let program = Program::parse_in(Profile::Strict, file_name, source).unwrap_or_else(|problems| panic!("{problems:?}"));
            Some((task, program))
        })
        .collect();
    assert_eq!(solved.len(), 26);
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

fn assert_solves_every_length(name: &str, longest_verified: usize) {
    let (task, program) = solved_by(name);
    let longest = task.length_limit().map_or(200, |limit| limit.min(200));
    for length in 1..=longest {
        let mut rng = random::stream(0, "program", length as u64);
        for example in 0..EXAMPLES {
            // Where there is but one example, the distributions take turns.
            let distribution = task.distributions()[(length + example) % task.distributions().len()];
            assert_solves(&program, &*task, &task.sample_as(distribution, length, &mut rng).unwrap().prompt);
        }
    }
    assert_eq!(longest, longest_verified, "{name}");
}

#[test]
fn binary_majority_is_solved_at_every_length() {
    assert_solves_every_length("binary-majority", 200);
}

#[test]
fn sort_is_solved_at_every_length() {
    assert_solves_every_length("sort", 120);
}

#[test]
fn count_is_solved_at_every_length() {
    assert_solves_every_length("count", 120);
}

#[test]
fn copy_unique_is_solved_at_every_length() {
    assert_solves_every_length("copy-unique", 120);
}

#[test]
fn copy_repeat_is_solved_at_every_length() {
    assert_solves_every_length("copy-repeat", 200);
}

#[test]
fn boolean_and_is_solved_at_every_length() {
    assert_solves_every_length("boolean-and", 200);
}

#[test]
fn boolean_and_fixed_is_solved_at_every_length() {
    assert_solves_every_length("boolean-and-fixed", 20);
}

#[test]
fn mode_is_solved_at_every_length() {
    assert_solves_every_length("mode", 200);
}

#[test]
fn reverse_unique_is_solved_at_every_length() {
    assert_solves_every_length("reverse-unique", 120);
}

#[test]
fn parity_hints_is_solved_at_every_length() {
    assert_solves_every_length("parity-hints", 110);
}

#[test]
fn addition_reverse_hints_is_solved_at_every_length() {
    assert_solves_every_length("addition-reverse-hints", 109);
}

#[test]
fn addition_hints_is_solved_at_every_length() {
    assert_solves_every_length("addition-hints", 109);
}

#[test]
fn addition_is_solved_at_every_length() {
    assert_solves_every_length("addition", 200);
}

#[test]
fn increment_reverse_is_solved_at_every_length() {
    assert_solves_every_length("increment-reverse", 200);
}

#[test]
fn increment_is_solved_at_every_length() {
    assert_solves_every_length("increment", 200);
}

#[test]
fn majority_26_is_solved_at_every_length() {
    assert_solves_every_length("majority-26", 200);
}

#[test]
fn sort_repeat_is_solved_at_every_length() {
    assert_solves_every_length("sort-repeat", 200);
}

/// Where nearly all tokens are one, the shares that the program's mean must tell apart are as near to each other as they get.
#[test]
fn sort_repeat_counts_to_two_hundred() {
    let (task, program) = solved_by("sort-repeat");
    for token in [0, 1, 2, 118, 119] {
        for others in [&[][..], &[0], &[1], &[119], &[0, 1, 118, 119, 119]] {
            assert_solves(&program, &*task, &[&vec![token; 200 - others.len()][..], others, &[SEP]].concat());
            assert_solves(&program, &*task, &[others, &vec![token; 199 - others.len()][..], &[SEP]].concat());
        }
    }
}

#[test]
fn flip_flop_is_solved_at_every_length() {
    assert_solves_every_length("flip-flop", 200);
}

#[test]
fn dyck_1_is_solved_at_every_length() {
    assert_solves_every_length("dyck-1", 200);
}

#[test]
fn shuffle_dyck_2_is_solved_at_every_length() {
    assert_solves_every_length("shuffle-dyck-2", 200);
}

#[test]
fn anbn_is_solved_at_every_length() {
    assert_solves_every_length("anbn", 200);
}

#[test]
fn anbncn_is_solved_at_every_length() {
    assert_solves_every_length("anbncn", 200);
}

#[test]
fn the_solved_languages_of_tomita_are_so_at_every_length() {
    for name in ["tomita-1", "tomita-2", "tomita-4", "tomita-7"] {
        assert_solves_every_length(name, 200);
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
        ("copy-repeat", 2, 10, 2_046),
        // 3 + 3 + 21 + 63 + 153: the words without a tie.
        ("majority-26", 3, 5, 243),
        // 5 + 25 + 125 + 625 + 3,125.
        ("sort-repeat", 5, 5, 3_905),
        ("sort-repeat", 2, 10, 2_046),
        ("tomita-1", 2, 12, 8_190),
        ("tomita-2", 2, 12, 8_190),
        ("tomita-4", 2, 12, 8_190),
        ("tomita-7", 2, 12, 8_190),
        // Words of 2, 4, 6 and so on, or 3, 6 and 9 letters.
        ("dyck-1", 2, 12, 5_460),
        ("anbn", 2, 12, 5_460),
        ("shuffle-dyck-2", 4, 6, 4_368),
        ("anbncn", 3, 9, 20_439),
        ("reverse-unique", 5, 5, 325),
        // Those with one commonest token: 3 + 3 + 21 + 63 + 153 + 579.
        ("mode", 3, 6, 822),
        // Those with a 0 in front and another digit.
        ("increment", 10, 4, 1_110),
        ("increment-reverse", 10, 4, 1_110),
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
fn every_sum_of_two_numbers_below_a_hundred_is_solved() {
    for name in ["addition-hints", "addition-reverse-hints"] {
        let (task, program) = solved_by(name);
        for both in 0..10_000 {
            // The slice of hints moves through the whole block, so that each digit meets each hint.
            let lowest = 11 + (both % 107) as i8;
            let number = |number: i32| [lowest + 2, 0, lowest + 1, (number / 10) as i8, lowest, (number % 10) as i8];
            assert_solves(&program, &*task, &[&number(both / 100)[..], &[PLUS], &number(both % 100), &[SEP]].concat());
        }
    }
    let (task, program) = solved_by("addition");
    for both in 0..10_000 {
        let number = |number: i32| [0, (number / 10) as i8, (number % 10) as i8];
        assert_solves(&program, &*task, &[&number(both / 100)[..], &[PLUS], &number(both % 100), &[SEP]].concat());
    }
}

#[test]
fn every_ten_bits_with_hints_are_solved() {
    let (task, program) = solved_by("parity-hints");
    for length in 1..=10 {
        for bits in 0..1 << length {
            let first = 11 + (bits % (111 - length)) as i8;
            let data = (0..length).flat_map(|place| [first + place as i8, (bits >> place & 1) as i8]);
            assert_solves(&program, &*task, &data.chain([SEP]).collect::<Vec<_>>());
        }
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
    let expected = [
        ("binary-majority", 3),
        ("sort", 1),
        ("count", 4),
        ("copy-unique", 4),
        ("boolean-and", 2),
        ("copy-repeat", 4),
        ("boolean-and-fixed", 2),
        ("mode", 3),
        ("reverse-unique", 3),
        ("parity-hints", 7),
        ("addition-reverse-hints", 15),
        ("addition-hints", 19),
        ("increment-reverse", 9),
        ("increment", 10),
        ("addition", 18),
        ("majority-26", 3),
        ("sort-repeat", 4),
        ("flip-flop", 4),
        ("dyck-1", 4),
        ("shuffle-dyck-2", 6),
        ("anbn", 4),
        ("anbncn", 4),
        ("tomita-1", 2),
        ("tomita-2", 5),
        ("tomita-4", 5),
        ("tomita-7", 4),
    ];
    assert_eq!(lengths, expected);
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
    let papers = ["parity", "reverse-repeat", "parity-mod10", "mode-scratchpad-sorted", "mode-scratchpad-ordered", "addition-reverse"];
    let modular = ["tomita-3", "tomita-5", "tomita-6", "aa-star", "interleaved-majority", "modular-sum", "cycle-navigation"];
    assert_eq!(unsolved, [&papers[..], &modular].concat());
}

#[test]
fn the_examples_in_the_programs_are_right() {
    for (task, program) in solved() {
        let tested = program.test().unwrap();
        assert!(tested.examples > 1 && tested.failures.is_none(), "{}: {:?}", task.name(), tested.failures);
    }
}
