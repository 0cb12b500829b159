//! One small file per problem and warning: its source and what is said of it. Files named `session...` are read as a session's lines.

use super::{Read, in_tests, parse, read, warnings};
use crate::diagnostic::{Diagnostics, Problems};

fn diagnostics(name: &str, source: &str) -> Option<Diagnostics> {
    let mut problems = Problems::default();
    if name.starts_with("session") {
        if let Read::Broken(problem) = read(source) {
            problems.push(problem);
        }
    } else {
        let statements = parse(source, &mut problems);
        for warning in warnings(source, &statements) {
            problems.push(warning);
        }
    }
    problems.finish(name, source)
}

#[test]
fn every_rasp_problem_is_explained() {
    insta::glob!("../../../tests/errors_rasp", "*.rasp", |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = std::fs::read_to_string(path).unwrap();
        let said = diagnostics(name, &source).unwrap();
        // Long lines are generated ones.
        let shown: Vec<String> = source.lines().map(|line| line.chars().take(100).collect()).collect();
        insta::with_settings!({
            omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../../../tests/snapshots"
        }, {
            insta::assert_snapshot!(format!("{}\n\n{said}", shown.join("\n")));
        });
    });
}

#[test]
fn every_syntax_code_and_warning_has_a_file() {
    let codes: std::collections::BTreeSet<&str> = std::fs::read_dir(in_tests("errors_rasp"))
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            let said = diagnostics(path.file_name().unwrap().to_str().unwrap(), &source).unwrap();
            said.iter().map(|problem| problem.code().as_str()).collect::<Vec<_>>()
        })
        .collect();
    let expected =
        ["E0101", "E0102", "E0104", "E0105", "E0106", "E0107", "W0001", "W0002", "W0003", "W0004", "W0005", "W0006", "W0007", "W0008"];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_broken_statement_does_not_hide_the_others() {
    let source = "a = ;\nb = 2\nc = 3;\ndef f( { return 1; }\nexamples\nd = 4;\nset example 1;\n) e = 5; }\nfor x in l { y = ; }\nf = 6;";
    let mut problems = Problems::default();
    let statements = parse(source, &mut problems);
    let read: Vec<&str> = statements.iter().map(|statement| &source[statement.span.start..statement.span.end]).collect();
    assert_eq!(read, ["c = 3;", "d = 4;", "set example 1", "e = 5;", "f = 6;"]);
    assert_eq!(problems.finish("f", source).unwrap().iter().count(), 8);
}

#[test]
fn in_files_comments_stand_anywhere() {
    let mut problems = Problems::default();
    let statements = parse("#lang rasp\nx = [ # a\n1, # b\n] # c\n;", &mut problems);
    assert_eq!(statements.len(), 0);
    assert!(problems.finish("f", "").is_some());
    let mut problems = Problems::default();
    assert_eq!(parse("#lang rasp\nx # a\n= [1, # b\n2 # c\n] # d\n; examples on # e", &mut problems).len(), 2);
    assert!(problems.finish("f", "").is_none());
}

#[test]
fn parenthesised_operators_raise_no_warning() {
    for source in [
        "(not a) == b; not (a == b); (not x) in l; not (x in l);",
        "x in (l and y); (x in l) and y; x in l; x in f(a)[0]; (a and x) in l; x in -l; x + 1 in l;",
        "a if b else (c if d else e); (a if b else c) if d else e; a if b else c; a if (b if c else d) else e;",
        "2 % (3 * 4); (2 % 3) * 4; 2 % 3 % 4; 2 * 3 / 4; 2 % 3 + 4;",
        "(-2)^2; -(2^2); 2^-2; -2*3; -a[0];",
        "(a or b) and c; a or (b and c); a or b or c; a and b and c; a and b or c; not a and not b;",
        "(1 < 2) < 3; 1 < 2 and 2 < 3; (1 == 2) == (3 == 4);",
        "(2^3)^2; 2^(3^2);",
        "((a) + (b)) * (c) ; ((a) or (b)) and (c);",
    ] {
        let mut problems = Problems::default();
        let statements = parse(source, &mut problems);
        assert!(problems.finish("f", source).is_none());
        let found: Vec<String> = warnings(source, &statements).iter().map(|warning| warning.message().to_owned()).collect();
        assert_eq!(found, [""; 0], "{source}");
    }
}

#[test]
fn warnings_are_found_wherever_an_expression_is() {
    for source in [
        "2^3^2;",
        "a, b = 1, 2^3^2;",
        "draw(a, 2^3^2);",
        "def f() { x = 2^3^2; return x; }",
        "def f() { return 1, 2^3^2; }",
        "for x in l { 2^3^2; }",
        "for x in [2^3^2] { 1; }",
        "set example 2^3^2",
        "f(1, 2^3^2);",
        "a[2^3^2];",
        "[2^3^2 for x in l];",
        "{1: 2^3^2};",
        "{a: b for a, b in 2^3^2};",
        "1 if 2^3^2 else 3;",
        "aggregate(a, b, 2^3^2);",
        "select(a, 2^3^2, ==);",
        "round(2^3^2);",
        "range(1, 2^3^2);",
        "(2^3^2);",
        "not (2^3^2);",
    ] {
        let mut problems = Problems::default();
        let found = warnings(source, &parse(source, &mut problems));
        assert_eq!(found.len(), 1, "{source}");
        assert!(found[0].is_warning());
        assert_eq!(&source[found[0].span().start..found[0].span().end], "2^3^2");
    }
}
