//! No text makes the parser panic, hang or exhaust the stack.

use super::{Read, parse, read, warnings};
use crate::diagnostic::Problems;
use proptest::prelude::*;

/// Reads the text both ways and renders all that is said.
fn survive(text: &str) {
    let mut problems = Problems::default();
    if let Read::Broken(problem) = read(text) {
        problems.push(problem);
    }
    let statements = parse(text, &mut problems);
    for warning in warnings(text, &statements) {
        problems.push(warning);
    }
    if let Some(said) = problems.finish("any.rasp", text) {
        assert!(!said.to_string().is_empty());
    }
}

const WORDS: [&str; 72] = [
    "set",
    "show",
    "example",
    "examples",
    "on",
    "off",
    "selector",
    "s-op",
    "exit",
    "quit",
    "exit()",
    "load",
    "draw",
    "def",
    "for",
    "in",
    "return",
    "if",
    "else",
    "not",
    "and",
    "or",
    "round",
    "indicator",
    "select(",
    "aggregate(",
    "range(",
    "zip(",
    "len(",
    "select",
    "full seq display",
    "x",
    "y",
    "f",
    "tokens",
    "True",
    "while",
    "lambda",
    "1",
    "007",
    "0.5",
    "1.",
    "e5",
    "\"s\"",
    "\"",
    "'",
    "\n",
    "# c\n",
    "é",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ";",
    ":",
    ".",
    "=",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "!",
];

const PROGRAM: &str = "#lang rasp
full_s = select(1, 1, ==);
def hist(seq) { # counts
    same = select(seq, seq, ==);
    def f(x, y) { return x if y > 0 else (-x) ^ 2; }
    for i, j in zip(range(3), [1, 2.5, \"c\"]) { same = same and not select(f(i, j), indices[0], !=); }
    return aggregate(same, {k: v for k, v in [[1, 2]]}[1], 0), round(1 / len([3]));
}
set s-op example [\"a\", \"b\"]
show selector example
a, b = hist(tokens)(\"hey\");
draw(a, \"hi\");
load \"lib\";
full seq display on
tokens in [\"x\", \"y\"] or indices % 2 == 1;
";

#[test]
fn the_program_to_be_damaged_is_whole() {
    assert!(matches!(read(PROGRAM), Read::Whole(statements) if statements.len() == 9));
}

#[test]
fn every_prefix_of_a_program_is_unfinished_or_whole_or_inside_a_word() {
    for (end, _) in PROGRAM.char_indices() {
        let prefix = &PROGRAM[..end];
        survive(prefix);
        if let Read::Broken(problem) = read(prefix) {
            // Only text and words cut in two may be wrong.
            let rest = &PROGRAM[problem.span().start..end];
            let is_cut = PROGRAM[end..].starts_with(|c: char| !c.is_whitespace()) || rest.starts_with("seq");
            assert!(is_cut && !rest.contains('\n'), "{prefix}: {problem:?}");
        }
    }
}

#[test]
fn a_file_full_of_problems_is_reported_up_to_a_limit() {
    let source = "a = ;\n".repeat(10_000);
    let mut problems = Problems::default();
    parse(&source, &mut problems);
    assert_eq!(problems.finish("f", &source).unwrap().iter().count(), 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_text_is_survived(text in any::<String>()) {
        survive(&text);
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..60), spaced in any::<bool>()) {
        survive(&words.join(if spaced { " " } else { "" }));
    }

    #[test]
    fn a_damaged_program_is_survived(start in 0..700_usize, len in 0..40_usize, put in prop::sample::select(&WORDS[..])) {
        let mut damaged: Vec<char> = PROGRAM.chars().collect();
        let start = start.min(damaged.len());
        let end = (start + len).min(damaged.len());
        damaged.splice(start..end, put.chars());
        survive(&damaged.into_iter().collect::<String>());
    }

    #[test]
    fn what_is_read_does_not_depend_on_blanks_at_the_end(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12)) {
        let text = words.join(" ");
        let kind = |text: &str| std::mem::discriminant(&read(text));
        prop_assert_eq!(kind(&text), kind(&format!("{text} \n\t\n")));
    }
}
