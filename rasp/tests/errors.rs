//! One small file per diagnostic: its source and what is said of it.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]

use rasp::rasp_l::{Profile, Program};

#[test]
fn every_problem_is_explained() {
    insta::glob!("errors/*.rasp", |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = std::fs::read_to_string(path).unwrap();
        let diagnostics = Program::parse(name, &source).unwrap_err();
        // Long lines are generated ones.
        let shown: Vec<String> = source.lines().map(|line| line.chars().take(100).collect()).collect();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{}\n\n{diagnostics}", shown.join("\n")));
        });
    });
}

#[test]
fn every_bend_is_named_and_refused_by_the_strict_profile() {
    insta::glob!("profiles/*.rasp", |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = std::fs::read_to_string(path).unwrap();
        let program = Program::parse(name, &source).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(program.profile(), Profile::Published);
        let named = program.bends().unwrap();
        let refused = Program::parse_in(Profile::Strict, name, &source).unwrap_err();
        assert!(named.iter().all(rasp::Diagnostic::is_warning) && !refused.iter().any(rasp::Diagnostic::is_warning));
        // The strict profile may find fewer: what reads a refused value is not looked at.
        let places = |found: &rasp::Diagnostics| found.iter().map(|it| (it.code(), it.span())).collect::<Vec<_>>();
        assert!(places(&refused).iter().all(|place| places(named).contains(place)));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{source}\n{named}"));
        });
    });
}

#[test]
fn every_code_has_a_file() {
    let files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let codes: std::collections::BTreeSet<&str> = files
        .iter()
        .flat_map(|source| Program::parse("f", source).unwrap_err().iter().map(|problem| problem.code().as_str()).collect::<Vec<_>>())
        .collect();
    let expected = [
        "E0001", "E0002", "E0101", "E0102", "E0103", "E0104", "E0105", "E0106", "E0201", "E0202", "E0203", "E0204", "E0205", "E0206",
        "E0207", "E0301", "E0302", "E0401", "E0402", "E0403", "E0404", "E0405", "E0406", "E0501", "E0502",
    ];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), expected);
}
