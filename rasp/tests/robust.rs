//! No text makes the parser panic, hang or exhaust the stack.

use proptest::prelude::*;
use rasp::rasp_l::Program;

/// Parses, renders whatever is said, and evaluates whatever can be.
fn survive(source: &str) {
    match Program::parse("any.rasp", source) {
        Ok(program) => {
            let _ = program.evaluate(&[1, 2, -1, 3]);
            let _ = program.generate(&[1], -2, 3);
            assert!(program.length().core_operations <= program.length().tree_operations);
        }
        Err(problems) => {
            assert!(problems.iter().count() > 0);
            assert!(!problems.to_string().is_empty() && !problems.render(true).is_empty());
        }
    }
}

fn first_code(source: &str) -> &'static str {
    let problems = Program::parse("deep.rasp", source).err();
    let code = problems.iter().flatten().next().map(|problem| problem.code().as_str());
    code.unwrap_or("none")
}

const WORDS: [&str; 68] = [
    "tokens",
    "indices",
    "select",
    "aggregate",
    "aggregate_max",
    "selector_width",
    "a",
    "b",
    "f",
    "x",
    "def",
    "return",
    "if",
    "else",
    "and",
    "or",
    "not",
    "True",
    "False",
    "for",
    "in",
    "set",
    "s-op",
    "example",
    "full seq display",
    "on",
    "load",
    "draw",
    "exit",
    "len",
    "range",
    "round",
    "[",
    "]",
    ":",
    "for x in [1] {",
    "[x for x in",
    "load \"s\";",
    "**",
    "!",
    "a, b =",
    "(",
    ")",
    "{",
    "}",
    ",",
    ";",
    ";",
    "=",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "%",
    "/",
    "^",
    "1",
    "-2",
    "128",
    "0.5",
    "\"s\"",
    "\"",
    "\n",
    "# c\n",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_text_is_survived(text in any::<String>()) {
        survive(&text);
        survive(&format!("#lang rasp-l\n{text}"));
        survive(&format!("#lang {text}"));
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..60), spaced in any::<bool>()) {
        survive(&format!("#lang rasp-l\n{}", words.join(if spaced { " " } else { "" })));
    }

    #[test]
    fn a_damaged_program_is_survived(start in 0..400_usize, len in 0..40_usize, put in prop::sample::select(&WORDS[..])) {
        let whole = include_str!("programs/functions.rasp");
        let mut damaged: Vec<char> = whole.chars().collect();
        let start = start.min(damaged.len());
        let end = (start + len).min(damaged.len());
        damaged.splice(start..end, put.chars());
        survive(&damaged.into_iter().collect::<String>());
    }
}

#[test]
fn the_deepest_nesting_is_survived() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("#lang rasp-l\ndef f(x) {{ return x; }}\na = {}{inner}{};", open.repeat(times), close.repeat(times))
    };
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("not (", ")"),
        ("-(tokens + ", ")"),
        ("(tokens if True else ", ")"),
        ("tokens if ", " else tokens"),
        ("aggregate(select(tokens, tokens, ==), ", ")"),
        ("not ", ""),
        ("- ", ""),
        ("tokens + ", ""),
        ("tokens if True else ", ""),
        ("tokens * (tokens + (", "))"),
    ] {
        for times in [10, 49, 90, 97, 98, 99, 100, 200, 290, 300, 1000, 10_000] {
            survive(&nested(open, "tokens", close, times));
            survive(&nested(open, "tokens", "", times));
        }
    }
    assert_eq!(first_code(&nested("(", "tokens", ")", 90)), "none");
    assert_eq!(first_code(&nested("tokens + ", "tokens", "", 250)), "none");
    assert_eq!(first_code(&nested("(", "tokens", ")", 100_000)), "E0102");
    assert_eq!(first_code(&nested("not ", "tokens", "", 100_000)), "E0102");
}

#[test]
fn the_deepest_calls_are_survived() {
    for levels in [100, 198, 200, 5000] {
        let functions: Vec<String> = (1..=levels).map(|level| format!("def f{level}(x) {{ return f{}(x) + 1; }}", level - 1)).collect();
        let source = format!("#lang rasp-l\ndef f0(x) {{ return x; }}\n{}\nf{levels}(tokens);", functions.join("\n"));
        assert_eq!(first_code(&source), if levels < 199 { "none" } else { "E0102" }, "{levels}");
    }
}

#[test]
fn long_programs_are_fine() {
    let statements: String = (0..20_000).map(|_| "x = x % 100 + 1;\n").collect();
    let program = Program::parse("long.rasp", &format!("#lang rasp-l\nx = tokens;\n{statements}"));
    let lengths = program.map(|program| (program.length().core_operations, program.evaluate(&[5]).map(|output| output.len())));
    assert_eq!(lengths, Ok((40_000, Ok(1))));
}

#[test]
fn inlining_that_doubles_is_stopped() {
    let functions: Vec<String> = (1..60).map(|level| format!("def f{level}(x) {{ return f{0}(f{0}(x)); }}\n", level - 1)).collect();
    assert_eq!(first_code(&format!("#lang rasp-l\ndef f0(x) {{ return x; }}\n{}f59(tokens);", functions.concat())), "E0501");
    let doubled: String = "x = x + x;\n".repeat(200);
    let program = Program::parse("doubled.rasp", &format!("#lang rasp-l\nx = tokens;\n{doubled}"));
    assert_eq!(program.map(|program| program.length().tree_operations), Ok(usize::MAX));
}

#[test]
fn a_file_full_of_problems_is_reported_up_to_a_limit() {
    let problems = Program::parse("bad.rasp", &format!("#lang rasp-l\n{}", "a = ;\n".repeat(10_000))).err();
    assert_eq!(problems.iter().flatten().count(), 100);
}

/// Types everything into a session, and parses it as a program; whatever is said, both live.
fn survive_a_session(text: &str) {
    let limits = rasp::Limits { steps: 5_000, calls: 500, call_depth: 100, nodes: 2_000, elements: 500, ..rasp::Limits::default() };
    let mut session = rasp::Session::with(limits, rasp::NoFiles);
    for line in text.lines() {
        let reply = session.feed(line);
        if reply.ended {
            break;
        }
        assert!(session.is_continuing() || reply.output.text().is_empty() || reply.output.text().ends_with('\n'));
    }
    let _ = rasp::Program::with_limits("any.rasp", text, limits, rasp::NoFiles);
}

proptest! {
    #[test]
    fn no_session_panics_on_any_text(text in "\\PC{0,80}(\n\\PC{0,80}){0,3}") {
        survive_a_session(&text);
    }

    #[test]
    fn no_session_panics_on_words_of_the_language(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "def f(x) {", "return", "}", "f(", "for", "in", "[", "]", "{", ":", "x", "=", "indices", "tokens", "1", "2.5", "\"a\"", "select(",
                "aggregate(", "==", "<", ",", ")", "(", ";", "\n", "+", "^", "not", "and", "if", "else", "range(", "zip(", "len(", "# c\n", "draw(",
                "set example", "show example", "full seq display on\n", "load", "out", "round(", "full_s", "sort(", "-", "%",
            ]),
            0..40,
        ),
    ) {
        survive_a_session(&words.join(" "));
    }
}

#[test]
fn a_session_outlives_what_would_be_endless() {
    let mut session = rasp::Session::new();
    let endless = [
        "def f(x) { return f(x); }",
        "f(1);",
        "def g(x) { return g(x - 1) if x > 0 else 0; }",
        "g(indices);",
        "range(10^12);",
        "9^9^9^9;",
        "l = [1];",
        "for i in range(100000) { l = [l]; }",
        "for i in range(100) { l = l + l; }",
        "t = \"a\";",
        "for i in range(100) { t = t + t; }",
        "def h(n) { return h(n - 1) + h(n - 1) if n > 0 else 1; }",
        "h(60);",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1;",
    ];
    for line in endless {
        session.feed(line);
        session.abandon();
    }
    assert!(session.feed("1 + 1;").output.text().ends_with("out =  2\n"));
}
