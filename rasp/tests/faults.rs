//! One small program per fault of the `rasp` dialect: what it reports, with the source.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

use rasp::{Files, Input, Limits, Program};
use std::collections::BTreeSet;

fn explain(file: &str, source: &str) -> String {
    match Program::parse(file, source) {
        Ok(_) => panic!("{file} has no problem"),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn every_fault_is_explained() {
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::glob!("faults/*.rasp", |path| {
            let source = std::fs::read_to_string(path).expect("the file is there");
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            insta::assert_snapshot!(format!("{source}\n{}", explain(&file, &source)));
        });
    });
}

#[test]
fn what_an_input_brings_to_light_names_the_place() {
    let program = Program::parse(
        "f.rasp",
        "a = tokens_int;\nb = a + 1;\nc = aggregate(full_s, tokens);\nd = aggregate(select(indices, 0, !=), tokens);\n",
    )
    .expect("it is fine on some inputs");
    let input = Input::text("h12").expect("it is not empty");
    let message = |name: &str| program.evaluate(name, &input).map(|_| ()).expect_err("it fails on this input").to_string();
    insta::assert_snapshot!([message("b"), message("c"), message("d"), message("e")].join("\n"));
}

#[test]
fn problems_of_loaded_files_come_with_their_own_lines() {
    struct One;
    impl Files for One {
        fn read(&self, path: &str) -> Result<String, String> {
            if path == "lib.rasp" { Ok("x = 1;\ny = x + nope;\n_z = ;\n".to_owned()) } else { Err("there is no such file".to_owned()) }
        }
    }
    let problems = Program::with_limits("main.rasp", "load \"lib\";\na = y;\nb = x + \"a\";\n", Limits::default(), One)
        .expect_err("lib.rasp has problems");
    insta::assert_snapshot!(problems.to_string());
}

#[test]
fn warnings_do_not_stop_a_program() {
    let program = Program::parse("w.rasp", "a = not indices == 1;\n").expect("a warning is no error");
    let codes: BTreeSet<&str> = program.warnings().into_iter().flatten().map(|warning| warning.code().as_str()).collect();
    assert_eq!(codes, BTreeSet::from(["W0001"]));
}
