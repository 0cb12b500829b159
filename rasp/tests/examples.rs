//! The examples that programs carry.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

use rasp::{Dialect, rasp_l};

fn typed(body: &str) -> String {
    let program = rasp_l::Program::parse("f.rasp", &format!("#lang rasp-l\nsep = -1; eos = -2; stop = -2;\n{body}"));
    let program = program.unwrap_or_else(|problems| panic!("{problems}"));
    match program.test() {
        Ok(tested) => format!(
            "{} examples, {} fail\n{}",
            tested.examples,
            tested.failed,
            tested.failures.map_or_else(String::new, |failures| failures.to_string())
        ),
        Err(problems) => format!("no examples\n{problems}"),
    }
}

#[test]
fn what_a_program_writes_is_compared_up_to_the_end() {
    let sort = "next = aggregate_min(select(tokens, tokens, >), tokens, eos);\n";
    insta::assert_snapshot!(typed(&format!(
        "{sort}#> 3 1 sep => 1 3 stop\n#> sep => eos\n#> 3 1 sep => 1\n#> 3 1 2 sep => 1 3 eos\n#> 3 1 sep => 1 3 4 eos"
    )));
    assert!(typed(&format!("{sort}#> 3 1 sep => 1 3 eos # no comment")).contains("`#` is neither an integer nor a symbol"));
}

#[test]
fn an_output_is_compared_at_every_position() {
    assert_eq!(typed("tokens + 1;\n#> 1 2 -> 2 3\n#> 3 -> 4"), "2 examples, 0 fail\n");
    assert_eq!(typed("tokens == eos;\n#> 1 eos -> F True"), "1 examples, 0 fail\n");
    assert_eq!(typed("indices;\n#> 7 sep -> 0 1"), "1 examples, 0 fail\n");
    assert_eq!(typed("-tokens;\n#> 2 1 -> stop sep"), "1 examples, 0 fail\n");
    insta::assert_snapshot!(typed("tokens + 1;\n#> 1 2 -> 2 4\n#> 1 2 -> 2\n#> 1 2 -> 2 3 4\n#> 5 127 -> 6 7"));
}

#[test]
fn what_is_no_example_is_a_problem_of_the_text() {
    insta::assert_snapshot!(typed("tokens;\n#> 1 2 3\n#> 1 two => 3\n#> => 1\n#> 1 -> 300\n#> 1 300 => 3"));
}

#[test]
fn every_failure_is_counted() {
    assert!(typed(&format!("tokens + 1;\n{}", "#> 1 -> 5\n".repeat(300))).starts_with("300 examples, 300 fail\n"));
}

#[test]
fn what_never_ends_is_cut_off() {
    assert_eq!(typed("tokens * 0 + 7;\n#> 1 => 7 7 7"), "1 examples, 0 fail\n");
    assert!(typed("tokens * 0 + 7;\n#> 1 => 7 7 eos").contains("word 3 is `7`, not `eos`"));
    assert!(typed("indices;\n#> 1 => 7").contains("the program's output is an index, so it cannot generate"));
}

#[test]
fn programs_in_the_rasp_dialect_have_examples_of_their_output() {
    let test = |source: &str| {
        let program = rasp::Program::parse("f.rasp", source).unwrap_or_else(|problems| panic!("{problems}"));
        match program.test() {
            Ok(tested) => format!("{} examples\n{}", tested.examples, tested.failures.map_or_else(String::new, |it| it.to_string())),
            Err(problems) => format!("no examples\n{problems}"),
        }
    };
    let hist = "hist = selector_width(select(tokens, tokens, ==));\n";
    assert_eq!(test(&format!("{hist}#> hello -> [1, 1, 2, 2, 1]\n#> aa -> [2, 2] (ints)\n")), "2 examples\n");
    insta::assert_snapshot!(
        test(&format!("{hist}#> hello -> [1, 1, 2, 2, 2]\n")) + "\n\n" + &test(&format!("{hist}#> a b => 1\n#> -> 2\n"))
    );
}

#[test]
fn the_programs_of_the_repository_fulfil_their_examples() {
    let mut examples = 0;
    for folder in ["programs", "programs/published", "../tasks/programs"] {
        for entry in std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let path = entry.unwrap().path();
            let Ok(source) = std::fs::read_to_string(&path) else { continue };
            let name = path.display().to_string();
            let tested = match rasp::dialect(&name, &source).unwrap() {
                Dialect::RaspL => rasp_l::Program::parse(&name, &source).unwrap_or_else(|problems| panic!("{problems}")).test(),
                Dialect::Rasp => rasp::Program::parse(&name, &source).unwrap_or_else(|problems| panic!("{problems}")).test(),
            };
            let tested = tested.unwrap_or_else(|problems| panic!("{problems}"));
            assert!(tested.failures.is_none(), "{}", tested.failures.unwrap());
            examples += tested.examples;
        }
    }
    assert!(examples >= 30, "{examples}");
}
