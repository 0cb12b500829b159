//! What the programs of the tasks and of the paper become when they are shortened.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rasp::rasp_l::{Program, ShortenLimits, Shortened, shorten};
use std::fmt::Write;
use std::sync::OnceLock;

/// The programs of the tasks, then those of the paper, each by name with what it becomes.
fn programs() -> &'static [(String, Program, Shortened)] {
    static PROGRAMS: OnceLock<Vec<(String, Program, Shortened)>> = OnceLock::new();
    PROGRAMS.get_or_init(shorten_all)
}

fn shorten_all() -> Vec<(String, Program, Shortened)> {
    let mut programs = Vec::new();
    for (owner, folder) in [("task", "../tasks/programs"), ("paper", "programs/published")] {
        let entries = std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let source = std::fs::read_to_string(&path).unwrap();
            let program = Program::parse("old.rasp", &source).unwrap_or_else(|problems| panic!("{problems}"));
            let shortened = shorten(&program, &ShortenLimits::default());
            programs.push((format!("{} {}", owner, path.file_stem().unwrap().to_str().unwrap()), program, shortened));
        }
    }
    programs
}

/// Inputs of a program's symbols, digits and hints, as its prompts are and as they are not.
fn inputs(program: &Program) -> impl Strategy<Value = Vec<i8>> + use<> {
    let symbols: Vec<i8> = program.symbols().iter().map(|(_, token)| *token).chain([0]).collect();
    let token = prop_oneof![3 => 0..2_i8, 4 => 0..10_i8, 2 => prop::sample::select(symbols), 1 => 11..40_i8];
    (prop::collection::vec(token, 0..24), Just(program.symbol("sep").unwrap_or(-1)))
        .prop_map(|(tokens, sep)| tokens.into_iter().chain([sep]).collect())
}

#[test]
fn published_programs_have_their_shorter_ones() {
    let mut table = format!("{:<34}{:>10}{:>16}  {}\n", "program", "operations", "bits", "saturated");
    for (name, program, shortened) in programs() {
        let (old, new) = (program.length(), shortened.program.length());
        let row = |old: usize, new: usize| if old == new { format!("{old}") } else { format!("{old} -> {new}") };
        let (operations, bits) = (row(old.core_operations, new.core_operations), row(old.bits, new.bits));
        writeln!(table, "{name:<34}{operations:>10}{bits:>16}  {}", shortened.saturated).unwrap();
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(table) });
}

#[test]
fn a_shorter_program_says_how_it_was_found() {
    let source = "#lang rasp-l
        place = selector_width(select(tokens, tokens, ==));
        before = aggregate_max(select(place, place - 1, ==), tokens);
        behind = aggregate_max(select(place - 1, place, ==), before);
        aggregate_max(select(place, place + 1, ==), behind);";
    let shortened = shorten(&Program::parse("places.rasp", source).unwrap(), &ShortenLimits::default());
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(format!("{}\n\n{}", shortened.rules_used.join("\n"), shortened.program.source()));
    });
}

#[test]
fn shorter_programs_write_what_the_old_ones_do() {
    for (name, program, Shortened { program: shorter, .. }) in programs() {
        let tested = shorter.test().unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert!(tested.failures.is_none(), "{name}: {:?}", tested.failures);
        assert_eq!(shorter.symbols(), program.symbols());
        assert!(shorter.profile() <= program.profile(), "{name}");
        let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let end = program.symbol("eos").unwrap_or(-2);
        let result = runner.run(&inputs(program), |input| {
            if let Ok(old) = program.evaluate(&input) {
                prop_assert_eq!(shorter.evaluate(&input), Ok(old));
            }
            if let Ok(old) = program.generate(&input, end, 30) {
                prop_assert_eq!(shorter.generate(&input, end, 30), Ok(old));
            }
            Ok(())
        });
        assert!(result.is_ok(), "{name}: {}\n{}", result.unwrap_err(), shorter.source());
    }
}

#[test]
fn limits_bound_the_work_and_not_the_result() {
    let source = include_str!("../programs/published/addition_reverse.rasp");
    let program = Program::parse("addition.rasp", source).unwrap();
    for limits in [
        ShortenLimits { terms: 0, iterations: 0, exchanges: 0 },
        ShortenLimits { terms: 150, ..ShortenLimits::default() },
        ShortenLimits { exchanges: 10, iterations: 2, ..ShortenLimits::default() },
    ] {
        let (once, again) = (shorten(&program, &limits), shorten(&program, &limits));
        assert!(!once.saturated && once.iterations <= limits.iterations);
        assert!(once.program.length().core_operations <= program.length().core_operations);
        assert_eq!((once.program.source(), once.rules_used, once.nodes), (again.program.source(), again.rules_used, again.nodes));
    }
}
