//! What a session reads line by line.

use super::{Read, in_tests, read};
use crate::diagnostic::Code;

fn code(buffer: &str) -> Option<Code> {
    match read(buffer) {
        Read::Broken(problem) => Some(problem.code()),
        _ => None,
    }
}

#[test]
fn a_beginning_is_unfinished() {
    for buffer in [
        "",
        " \n\t",
        "# c",
        "1",
        "x =",
        "x = 1",
        "x = 1 +",
        "a,",
        "a, b",
        "f(",
        "f(1",
        "f(1,",
        "[1",
        "[1,",
        "[x for",
        "[x for x in",
        "{1",
        "{1:",
        "{1:2",
        "1 if",
        "1 if x",
        "1 if x else",
        "not",
        "s-",
        "select(",
        "select(a, b,",
        "aggregate(a",
        "round",
        "round (",
        "def",
        "def f",
        "def f(",
        "def f()",
        "def f() {",
        "def f() { # c",
        "def f() { x = 1; # c\n",
        "def f() { return 1",
        "def f() { return 1;",
        "def f() { return 1; # c",
        "for",
        "for x in",
        "for x in l",
        "for x in l {",
        "for x in l { 1;",
        "for x in l { {}; for y in x {",
        "load",
        "load \"a\"",
        "draw",
        "draw(",
        "draw(a",
        "draw(a)",
        "set",
        "set s-op",
        "set example",
        "set example [",
        "set example x +",
        "show",
        "show selector",
        "s-op",
        "selector",
        "examples",
        "full seq display",
        "full",
        "1; 2",
        "x = {1:2} # c",
        "x = { # c",
    ] {
        assert!(matches!(read(buffer), Read::Unfinished), "{buffer}: {:?}", read(buffer));
    }
}

#[test]
fn whole_statements_are_whole() {
    for (buffer, count) in [
        ("1;", 1),
        ("1; # c", 1),
        ("# c\n# d\n1;", 1),
        ("1; 2;", 2),
        ("1; # c\n2;", 2),
        ("set example \"abc\"", 1),
        ("set example \"abc\" # c", 1),
        ("show example # c\n# d\nexamples off # c\n1;", 3),
        ("exit", 1),
        ("exit(1);", 2),
        ("full seq display on", 1),
        ("def f() { # c\n# d\nx = 1; # e\ny = {1: 2}; # f\nreturn x; # g\n} # h", 1),
        ("for x in l { # c\n x; } # d", 1),
    ] {
        assert!(matches!(read(buffer), Read::Whole(statements) if statements.len() == count), "{buffer}: {:?}", read(buffer));
    }
}

#[test]
fn what_nothing_can_finish_is_broken() {
    for buffer in [
        "4 not in [1];",
        "1 2;",
        "a b",
        "x = \"abc",
        "$",
        "1 $",
        "x = 1\ny",
        ";",
        "1;;",
        ")",
        "}",
        "x = y = 3",
        "a!",
        "1.",
        ".5",
        "1e5",
        "s-op;",
        "x = s-op",
        "select (1,1,==)",
        "select(1,2)",
        "on = 1",
        "set example x;",
        "def f() {}",
        "def f() { x = 1; }",
        "def len(",
        "def f(1",
        "def f() { return 1; return",
        "def f() { return 1; x",
        "for x in y {}",
        "for x in y {} def f(",
        "return",
        "return 1;",
        "full seq",
        "examples o",
        "f(1,)",
        "draw(a,b,",
        "x = draw(",
        "load x",
        "a,b;",
        "round x",
        "len()",
        "range()",
        "zip( )",
        "'a'",
        "x = =",
        "é = 1;",
    ] {
        assert!(matches!(read(buffer), Read::Broken(_)), "{buffer}: {:?}", read(buffer));
    }
}

#[test]
fn a_comment_stands_between_statements() {
    for buffer in
        ["x = 1 # c", "x = 1 # c\n+ 2;", "x # c\n= 1;", "f( # c\n1);", "def f() # c\n{ return 1; }", "set # c\nexample 1", "1; x # c"]
    {
        assert_eq!(code(buffer), Some(Code::MisplacedComment), "{buffer}");
    }
    assert_eq!(code("1 2 # c"), Some(Code::Syntax));
}

#[test]
fn depth_and_length_have_limits() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{1:", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("round(", ")"),
        ("[x for x in ", "]"),
        ("x if ", " else y"),
        ("1if ", " else 2"),
        ("-", ""),
        ("not ", ""),
        ("1+", ""),
        ("", "[0]"),
        ("", "(0)"),
        ("x in ", ""),
        ("", "^2"),
        ("select(", ",1,==)"),
        ("-(a + ", ")"),
        ("aggregate(1, 2 ^ [", "])"),
    ] {
        let nested = |times: usize| format!("{}x{};", open.repeat(times), close.repeat(times));
        assert_eq!(code(&nested(30)), None, "{open}");
        for times in [100, 150, 301, 50_000] {
            read(&nested(times));
            read(&open.repeat(times));
        }
        assert_eq!(code(&nested(301)), Some(Code::TooDeep), "{open}");
    }
    for open in ["def f() { ", "for x in l { ", "for x in [{1: "] {
        read(&open.repeat(99));
        assert_eq!(code(&open.repeat(101)), Some(Code::TooDeep), "{open}");
    }
    let deep = |times: usize| format!("{}1;{}", "for x in l { ".repeat(times), "}".repeat(times));
    assert!(matches!(read(&deep(100)), Read::Whole(_)));
    assert_eq!(code(&format!("{};", "9".repeat(5000))), Some(Code::Syntax));
    assert!(matches!(read(&format!("[{}1];", "1,".repeat(20_000))), Read::Whole(_)));
}

/// Feeds every line as a session does; what is broken, with how many lines of it.
fn broken_in(script: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let mut buffer = String::new();
    for line in script.lines() {
        buffer.push_str(line);
        buffer.push('\n');
        match read(&buffer) {
            Read::Unfinished => continue,
            Read::Whole(_) => {}
            Read::Broken(_) => broken.push(buffer.trim().to_owned()),
        }
        buffer.clear();
    }
    assert_eq!(buffer.trim(), "", "unfinished at the end");
    broken
}

#[test]
fn the_recorded_sessions_are_read_as_the_reference_reads_them() {
    let mut scripts = 0;
    for entry in std::fs::read_dir(in_tests("conformance")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "in") {
            continue;
        }
        scripts += 1;
        let script = std::fs::read_to_string(&path).unwrap();
        let record = std::fs::read_to_string(path.with_extension("out")).unwrap();
        let refused = record.matches("!! antlr exception").count();
        let broken = broken_in(&script);
        assert_eq!(broken.len(), refused, "{}: {broken:#?}", path.display());
    }
    assert_eq!(scripts, 18);
}

#[test]
fn every_expression_of_the_recorded_values_is_whole() {
    let values = std::fs::read_to_string(in_tests("conformance/values.jsonl")).unwrap();
    for line in values.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let statement = format!("{};", case["expr"].as_str().unwrap());
        assert!(matches!(read(&statement), Read::Whole(statements) if statements.len() == 1), "{statement}: {:?}", read(&statement));
    }
}

#[test]
fn the_lines_that_the_reference_cannot_parse_are_the_ones_refused() {
    let script = |name: &str| std::fs::read_to_string(in_tests("conformance").join(name)).unwrap();
    assert_eq!(
        broken_in(&script("07_aggregate_errors.in")),
        [
            "aggregate(full_s);",
            "aggregate(full_s,indices,);",
            "select(indices,indices,=<);",
            "select(indices,indices);",
            "select(indices);"
        ]
    );
    assert_eq!(broken_in(&script("14_functions.in")), ["def noret(x) { y=x; }", "def early(x) { return x; return 2; }"]);
    assert_eq!(broken_in(&script("15_assignment.in")), ["x=y=3;"]);
    assert_eq!(broken_in(&script("17_example_settings.in")), ["set example \"xyz\";"]);
}
