//! Programs in RASP-L as a user writes, tests, checks and formats them.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const SORT: &str =
    "#lang rasp-l\n#> 4 12 3 sep => 3 4 12 eos\nsep = -1;\neos = -2;\nnext = aggregate_min(select(tokens, tokens, >), tokens, eos);\n";
const MAJORITY: &str = "#lang rasp-l\n#> 1 0 1 -> 1 0 1\nbinary_mode(tokens);\n";

/// The command, its exit status, its data and its messages.
fn session(desk: &Desk, commands: &[&[&str]]) -> String {
    let shown = commands.iter().map(|args| {
        let answer = desk.rasplab(&[&["rasp"], *args].concat());
        format!("$ rasplab rasp {}\n{}{}exit status {}\n", args.join(" "), answer.stdout, answer.stderr, answer.status)
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn programs_are_tested_by_their_own_examples() {
    let desk = Desk::new();
    desk.write("sort.rasp", SORT);
    desk.write("wrong.rasp", &SORT.replace("3 4 12 eos", "3 12 4 eos"));
    desk.write("none.rasp", "#lang rasp-l\ntokens + 1;\n");
    desk.write("hist.rasp", "#> hello -> [1, 1, 2, 2, 1]\nhist = selector_width(select(tokens, tokens, ==));\n");
    insta::assert_snapshot!(session(
        &desk,
        &[
            &["test", "sort.rasp", "hist.rasp"],
            &["test", "sort.rasp", "wrong.rasp"],
            &["test", "none.rasp"],
            &["test", "sort.rasp", "--json"]
        ]
    ));
}

#[test]
fn a_program_is_held_against_a_task() {
    let desk = Desk::new();
    desk.write("sort.rasp", SORT);
    desk.write("copy.rasp", &SORT.replace("eos", "end").replace("sep = -1", "sep = -9").replace("#> ", "# "));
    let task = |file: &'static str, name: &'static str| ["test", file, "--task", name, "--lengths", "1..4"];
    insta::assert_snapshot!(session(
        &desk,
        &[
            &task("sort.rasp", "sort"),
            &task("sort.rasp", "copy-unique"),
            &task("copy.rasp", "sort"),
            &task("sort.rasp", "srot"),
            &["test", "sort.rasp", "--lengths", "4..1"],
        ]
    ));
}

#[test]
fn check_says_which_dialects_accept_a_program_and_why_not_the_others() {
    let desk = Desk::new();
    desk.write("majority.rasp", MAJORITY);
    desk.write("both.rasp", "hist = selector_width(select(tokens, tokens, ==));\n");
    insta::assert_snapshot!(session(
        &desk,
        &[
            &["check", "majority.rasp"],
            &["check", "majority.rasp", "--profile", "strict"],
            &["check", "both.rasp"],
            &["check", "majority.rasp", "--json"],
            &["length", "majority.rasp", "--profile", "strict"],
        ]
    ));
}

#[test]
fn programs_are_formatted_in_place_and_nothing_is_lost() {
    let desk = Desk::new();
    let messy = SORT.replace(" = ", "=").replace("eos=-2;\n", "eos=-2;  # the end\n\n\n");
    desk.write("sort.rasp", &messy);
    desk.write("broken.rasp", "#lang rasp-l\nx = (tokens;\n");
    assert_eq!(session(&desk, &[&["fmt", "--check", "sort.rasp"]]).lines().nth(1), Some("sort.rasp"));
    assert_eq!(desk.read("sort.rasp"), messy);
    let both = desk.rasplab(&["rasp", "fmt", "sort.rasp", "broken.rasp"]);
    assert_eq!((both.status, desk.read("sort.rasp")), (2, messy), "nothing is written where one file cannot be read");
    assert_eq!(desk.rasplab(&["rasp", "fmt", "sort.rasp"]).status, 0);
    insta::assert_snapshot!(desk.read("sort.rasp"));
    assert_eq!(desk.rasplab(&["rasp", "fmt", "--check", "sort.rasp"]).status, 0);
    let piped = desk.command(&["rasp", "fmt", "-"]).write_stdin("#lang rasp-l\ntokens+1 ;").output().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), "#lang rasp-l\ntokens + 1;\n");
}

#[test]
fn a_generation_that_never_ends_is_stopped() {
    let desk = Desk::new();
    desk.write("loop.rasp", "#lang rasp-l\neos = -2;\ntokens * 0 + 7;\n");
    insta::assert_snapshot!(session(&desk, &[&["run", "loop.rasp", "--input", "1", "--generate", "--max-tokens", "3"]]));
}
