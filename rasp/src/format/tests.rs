//! Formatting changes blanks and nothing else, and settles at once: on every program there is, and on random ones.
#![allow(clippy::disallowed_methods, reason = "tests read the programs of the repository")]

mod laws;
mod messy;

use super::format;
use crate::dialect::{self, Dialect};
use crate::words::lexemes;
use crate::{diagnostic::Problems, parse, rasp_l};

/// Formats, and asserts every law of a program that is in its grammar; `None` if it is not.
fn formatted(source: &str) -> Option<String> {
    let Some(tree) = tree(source) else {
        assert!(format("f.rasp", source).is_err(), "{source:?} was formatted");
        return None;
    };
    let text = format("f.rasp", source).unwrap_or_else(|problems| panic!("{source:?}\n{problems}"));
    let shown = || format!("{source}\n----\n{text}");
    assert_eq!(tree, self::tree(&text).unwrap_or_default(), "another meaning: {}", shown());
    assert_eq!(code(source), code(&text), "other lexemes: {}", shown());
    assert_eq!(comments(source), comments(&text), "other comments: {}", shown());
    assert_eq!(format("f.rasp", &text).unwrap(), text, "formatted again: {}", shown());
    for line in text.lines() {
        assert!(line.contains("#>") || line == line.trim_end(), "blanks at the end of {line:?}: {}", shown());
    }
    let begins_empty = text.starts_with('\n') && !text.starts_with("\n#lang");
    assert!(text.is_empty() || text.ends_with('\n') && !text.ends_with("\n\n"), "{}", shown());
    assert!(!begins_empty && !text.contains("\n\n\n") && !text.contains("\r\n"), "{}", shown());
    for start in statements(&text) {
        let line = text[..start].rsplit('\n').next().unwrap_or_default();
        assert!(line.trim().is_empty(), "a statement after {line:?} on its line: {}", shown());
    }
    Some(text)
}

/// Where the statements outside functions and loops begin; those of `rasp` alone say so.
fn statements(source: &str) -> Vec<usize> {
    let is_rasp = dialect::read(source) == Ok(Dialect::Rasp);
    let statements = if is_rasp { parse::parse(source, &mut Problems::default()) } else { Vec::new() };
    statements.iter().map(|statement| statement.span.start).collect()
}

/// The dialect and the syntax tree, without places.
fn tree(source: &str) -> Option<String> {
    let mut problems = Problems::default();
    let dialect = dialect::read(source).ok()?;
    let tree = match dialect {
        Dialect::Rasp => format!("{:?}", parse::parse(source, &mut problems)),
        Dialect::RaspL => format!("{:?}", rasp_l::parse(source, &mut problems)),
    };
    let mut parts = tree.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    let without_places = parts.fold(first, |text, part| text + part.split_once('}').map_or("", |(_, rest)| rest));
    problems.is_empty().then(|| format!("{dialect:?} {without_places}"))
}

fn code(source: &str) -> Vec<&str> {
    lexemes(source).map(|(_, lexeme)| lexeme).filter(|lexeme| !lexeme.starts_with('#')).collect()
}

fn comments(source: &str) -> Vec<&str> {
    lexemes(source).map(|(_, lexeme)| lexeme).filter(|lexeme| lexeme.starts_with('#')).map(str::trim_end).collect()
}

#[test]
fn every_program_of_the_repository_keeps_its_meaning() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut count = 0;
    for folder in [
        "rasp/lib",
        "rasp/programs",
        "rasp/programs/published",
        "rasp/tests/profiles",
        "tasks/programs",
        "rasp/tests/programs",
        "rasp/tests/errors",
        "rasp/tests/errors_rasp",
        "rasp/tests/faults",
        "rasp/tests/conformance",
    ] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).into_iter().flatten() {
            let path = entry.unwrap().path();
            let Ok(source) = std::fs::read_to_string(&path) else { continue };
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("rasp") => count += usize::from(formatted(&source).is_some()),
                // A session, in which some lines are meant to be wrong.
                Some("in") => count += source.lines().filter(|line| formatted(line).is_some()).count(),
                _ => {}
            }
        }
    }
    assert!(count > 500, "only {count} were formatted");
}

#[test]
fn a_program_outside_the_grammar_is_refused_with_its_problems() {
    for (source, code) in [
        ("x = ;", "E0101"),
        ("#lang rasp-l\nx = 1.5;", "E0106"),
        ("#lang raspl\nx;", "E0002"),
        ("#lang rasp-l\nx = {1: 2};", "E0106"),
        ("x = \"a", "E0101"),
        ("#lang rasp-l\nreturn 1;", "E0105"),
    ] {
        let problems = format("f.rasp", source).unwrap_err();
        assert_eq!(problems.iter().next().map(|problem| problem.code().as_str()), Some(code), "{source}");
    }
}

#[test]
fn names_and_types_are_not_looked_at() {
    assert_eq!(formatted("#lang rasp-l\nx=nobody+True ;"), Some("#lang rasp-l\nx = nobody + True;\n".to_owned()));
    assert_eq!(formatted("indices=nobody( ) ;"), Some("indices = nobody();\n".to_owned()));
}

#[test]
fn blanks_are_where_the_rules_say() {
    for (source, expected) in [
        ("a=- -b+c*( -d )-not e;", "a = --b + c * (-d) - not e;"),
        ("x = [ - 1 , 2.5 ] [ 0 ] ( a , \"b ;\" ) ;", "x = [-1, 2.5][0](a, \"b ;\");"),
        ("select( a ,b, == ) ;", "select(a, b, ==);"),
        ("select (a);select(a,b,!=);len (a);len(a);round (a) ;", "select (a);\nselect(a, b, !=);\nlen (a);\nlen(a);\nround(a);"),
        ("select [0]; range +1; zip-1;", "select[0];\nrange + 1;\nzip - 1;"),
        ("d={ 1:2,\"a\" :-x }; e={};", "d = {1: 2, \"a\": -x};\ne = {};"),
        ("{k:v for k,v in zip(a,b)}; [x for x in{1:2}];", "{k: v for k, v in zip(a, b)};\n[x for x in {1: 2}];"),
        ("1if(a)else 2;", "1 if (a) else 2;"),
        ("a<=b; a==-b;a>b;2^-1;a%b;x in l;", "a <= b;\na == -b;\na > b;\n2 ^ -1;\na % b;\nx in l;"),
        ("s - op; s -op;", "s - op;\ns - op;"),
        ("return_1,b=f(a)(b),2;", "return_1, b = f(a)(b), 2;"),
        ("load\"a b\";draw (a,\"x\");", "load \"a b\";\ndraw(a, \"x\");"),
        ("#lang rasp-l\nf(a,b, ==);g( ==,-1);len (x);s-op;on-1;", "#lang rasp-l\nf(a, b, ==);\ng(==, -1);\nlen(x);\ns - op;\non - 1;"),
        ("#lang rasp-l\na!=b;a if not(b)else-1;", "#lang rasp-l\na != b;\na if not (b) else -1;"),
    ] {
        assert_eq!(formatted(source), Some(format!("{expected}\n")));
    }
}

#[test]
fn a_command_to_the_session_ends_where_it_ended() {
    for (source, expected) in [
        ("set  s-op   example  \"a b\"\nx ;", "set s-op example \"a b\"\nx;"),
        ("set example x {1:2};", "set example x\n{1: 2};"),
        ("set example x\n(1);", "set example x\n(1);"),
        ("set example f (\n1)\n- 2;", "set example f(\n    1)\n-2;"),
        ("set example 1x=2;", "set example 1\nx = 2;"),
        ("show example examples  off full seq display on", "show example\nexamples off\nfull seq display on"),
        ("s-opexamples on full seq displayoff set s-opexample -1", "s-opexamples on\nfull seq displayoff\nset s-opexample -1"),
        ("exit (1);exit()(1);quit # bye", "exit\n(1);\nexit()\n(1);\nquit  # bye"),
        ("show selector example {1:2};", "show selector example\n{1: 2};"),
    ] {
        assert_eq!(formatted(source), Some(format!("{expected}\n")));
    }
}

#[test]
fn a_file_of_nothing_stays_one() {
    assert_eq!(formatted(""), Some(String::new()));
    assert_eq!(formatted(" \r\n\u{feff}\n"), Some(String::new()));
    assert_eq!(formatted("#lang rasp-l"), Some("#lang rasp-l\n".to_owned()));
}

#[test]
fn the_dialect_stays() {
    assert_eq!(formatted("\u{feff}#lang  rasp-l \r\nx;"), Some("#lang  rasp-l\nx;\n".to_owned()));
    assert_eq!(formatted("\n\n #lang rasp-l\nx;"), Some("\n#lang rasp-l\nx;\n".to_owned()));
    assert_eq!(formatted("\u{feff}\u{feff}#lang nothing\nx;"), Some("\n#lang nothing\nx;\n".to_owned()));
}
