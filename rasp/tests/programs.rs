//! Whole programs: what they compute and how long they are.
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]

use rasp::rasp_l::{EvaluationError, Program, Sequence, Value};

fn load(name: &str) -> Program {
    let path = format!("{}/tests/programs/{name}.rasp", env!("CARGO_MANIFEST_DIR"));
    Program::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn parse(body: &str) -> Program {
    Program::parse("test.rasp", &format!("#lang rasp-l\n{body}")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn core_operations(body: &str) -> usize {
    parse(body).length().core_operations
}

fn generate(program: &Program, prompt: &str) -> String {
    let prompt = program.read_tokens(prompt).unwrap();
    let answer = program.generate(&prompt, program.symbol("eos").unwrap(), 300).unwrap();
    answer.iter().map(|&token| program.show_token(token)).collect::<Vec<_>>().join(" ")
}

#[test]
fn programs_generate_their_answers() {
    for (program, prompt, answer) in [
        ("sort", "4 12 3 sep", "3 4 12 eos"),
        ("sort", "sep", "eos"),
        ("sort", "7 7 1 sep", "1 7 eos"),
        ("copy", "5 3 9 sep", "5 3 9 eos"),
        ("copy", "8 sep", "8 eos"),
        ("count", "sos 2 5 sep", "2 3 4 5 eos"),
        ("count", "sos 7 7 sep", "7 eos"),
        ("count", "sos 0 100 sep", &(0..=100).map(|number| format!("{number} ")).chain(["eos".to_owned()]).collect::<String>()),
    ] {
        assert_eq!(generate(&load(program), prompt), answer, "{program} on {prompt}");
    }
}

#[test]
fn programs_have_their_outputs() {
    let last = |program: &str, prompt: &str| {
        let program = load(program);
        let output = program.evaluate(&program.read_tokens(prompt).unwrap()).unwrap().to_string();
        output.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!([last("and", "1 1 1 sep"), last("and", "1 0 1 sep"), last("and", "1")], ["1", "0", "-2"]);
    assert_eq!([last("majority", "1 1 0 sep"), last("majority", "1 0 0 sep"), last("majority", "1 1 1 sep")], ["1", "0", "1"]);
    assert_eq!([last("mode", "1 2 2 3 2 1"), last("mode", "4 4 5 5")], ["2", "5"]);
    assert_eq!([last("functions", "7 3 7 7"), last("functions", "1 3 3")], ["T", "F"]);
}

#[test]
fn programs_have_their_lengths() {
    insta::glob!("programs/*.rasp", |path| {
        let source = std::fs::read_to_string(path).unwrap();
        let length = Program::parse("f", &source).unwrap_or_else(|problems| panic!("{problems}")).length();
        let measures: Vec<String> = length.measures().iter().map(|(name, value)| format!("{name:<21}{value}")).collect();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{source}\n{}\nheads per layer      {:?}", measures.join("\n"), length.heads));
        });
    });
}

#[test]
fn published_programs_have_the_agreed_counts() {
    for (name, statements, core, attention, depth) in
        [("sort", 1, 1, 1, 1), ("and", 2, 2, 1, 1), ("majority", 2, 3, 1, 1), ("copy", 3, 4, 3, 3), ("count", 2, 6, 1, 1)]
    {
        let length = load(name).length();
        let found = (length.statements, length.core_operations, length.attention_operations, length.attention_depth);
        assert_eq!(found, (statements, core, attention, depth), "{name}");
    }
}

#[test]
fn what_is_written_twice_is_one_operation() {
    let length = parse("(tokens + 1) * (tokens + 1);").length();
    assert_eq!((length.core_operations, length.tree_operations), (2, 3));
    assert_eq!(core_operations("aggregate(select(tokens, tokens, ==), tokens) + aggregate(select(tokens, tokens, ==), tokens, 0);"), 2);
}

#[test]
fn what_the_output_does_not_read_is_not_counted() {
    assert_eq!(core_operations("a = tokens * 2; b = a + 1; tokens - 1;"), 1);
}

#[test]
fn constants_fold() {
    assert_eq!(core_operations("tokens + (2 * 3 - 7 % 4 if not 1 > 2 and True or False else 9);"), 1);
    assert_eq!(parse("tokens + 2 * 3;").evaluate(&[1]), Ok(Sequence::Tokens(vec![7])));
}

#[test]
fn each_step_of_an_index_counts() {
    assert_eq!(core_operations("indices + 3;"), 3);
    assert_eq!(core_operations("indices - 2;"), 2);
    assert_eq!(core_operations("indices + 0 == indices;"), 1);
    assert_eq!(core_operations("indices + 3 == indices + 5;"), 6);
    assert_eq!(parse("2 + indices - 5 + -1;").evaluate(&[9, 9]), Ok(Sequence::Indices(vec![-4, -3])));
}

#[test]
fn a_selector_read_in_two_layers_is_two_heads() {
    let length = parse(
        "same = select(tokens, tokens, ==); first = aggregate_min(same, indices); width = selector_width(same);
         second = aggregate_max(same, first); second == first and width >= width;",
    )
    .length();
    assert_eq!((length.attention_operations, length.heads), (3, vec![1, 1]));
}

#[test]
fn statements_are_counted_once_per_function() {
    let length =
        parse("sep = -1; def f(x) { y = x + 1; return y; } def unused(x) { return x; } a = f(tokens); b = f(a); a == b and tokens != sep;")
            .length();
    assert_eq!((length.statements, length.core_operations), (5, 5));
}

#[test]
fn precedence_is_that_of_python() {
    for (expression, value) in [
        ("2 + 3 * 4 - 1", 13),
        ("-2 % 5", 3),
        ("7 % 4 * 2", 6),
        ("10 - 4 - 3", 3),
        ("1 if True else 2 if False else 3", 1),
        ("1 if False else 2 if False else 3", 3),
        ("1 if not 1 == 2 else 0", 1),
        ("1 if True or False and False else 0", 1),
        ("1 if not False and False else 0", 0),
        ("1 if (1 if False else 0) == 1 else 5", 5),
        ("- - 3", 3),
        ("-(1 + 2) * 2", -6),
        ("1 + (1 if 1 < 2 else 0)", 2),
        ("1 if 1 + 1 <= 2 else 0", 1),
        ("1 if False < True else 0", 1),
    ] {
        assert_eq!(parse(&format!("tokens * 0 + ({expression});")).evaluate(&[1]), Ok(Sequence::Tokens(vec![value])), "{expression}");
    }
}

#[test]
fn overflow_names_the_place_in_program_and_input() {
    let program = parse("a = tokens; # a comment\nb = a + 100;\nb;");
    assert_eq!(program.evaluate(&[27]), Ok(Sequence::Tokens(vec![127])));
    let error = program.evaluate(&[1, 27, 28]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "test.rasp:3:5: `28 + 100` is 128 at input position 2, outside -128..=127: use smaller tokens, or keep them small with `%`"
    );
    let error = parse("5 % tokens;").evaluate(&[1, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "test.rasp:2:1: `5 % 0` has no value at input position 1: make the divisor other than 0 at every position"
    );
    assert!(parse("-tokens;").evaluate(&[-128]).is_err());
}

#[test]
fn what_the_output_does_not_read_cannot_fail() {
    assert!(parse("a = tokens + 100; tokens;").evaluate(&[100]).is_ok());
}

#[test]
fn names_can_be_looked_at() {
    let program = load("copy");
    let tokens = program.read_tokens("5 3 sep").unwrap();
    assert_eq!(program.evaluate_named("previous", &tokens).unwrap().to_string(), "-1 5 -1");
    assert_eq!(program.evaluate_named("sep", &tokens), Ok(Value::Sequence(Sequence::Tokens(vec![-1; 3]))));
    assert_eq!(program.evaluate_named("indices", &tokens), Ok(Value::Sequence(Sequence::Indices(vec![0, 1, 2]))));
    let error = program.evaluate_named("plaec", &tokens).unwrap_err();
    assert_eq!(error.to_string(), "no sequence or selector is called `plaec`: did you mean `place`?");
    let selector = parse("s = select(tokens, tokens, <); selector_width(s);").evaluate_named("s", &[1, 2, 3]).unwrap();
    assert_eq!(selector.to_string(), ". . .\n1 . .\n1 1 .");
}

#[test]
fn a_name_may_be_given_again_and_a_function_sees_what_was_above_it() {
    let program = parse("a = tokens + 1; def f(x) { return a * x; } a = a + 1; f(2) + a;");
    assert_eq!(program.evaluate(&[5]), Ok(Sequence::Tokens(vec![19])));
    assert_eq!(program.evaluate_named("a", &[5]), Ok(Value::Sequence(Sequence::Tokens(vec![7]))));
}

#[test]
fn generation_needs_tokens_and_an_end() {
    assert_eq!(parse("tokens + 1;").generate(&[1], 4, 10), Ok(vec![2, 3, 4]));
    assert_eq!(parse("tokens + 1;").generate(&[1], 4, 3), Ok(vec![2, 3, 4]));
    let error = parse("tokens + 1;").generate(&[1], 4, 2).unwrap_err();
    assert_eq!(error, EvaluationError::NoEnd { end: 4, tokens: vec![2, 3] });
    assert_eq!(error.to_string(), "no end token 4 among 2 new tokens: allow more of them, or mend the program");
    let error = parse("indices;").generate(&[1], 4, 2).unwrap_err();
    assert_eq!(error.to_string(), "the program's output is an index, so it cannot generate: end the program with a sequence of tokens");
    assert_eq!(parse("tokens;").generate(&[], 4, 2), Err(EvaluationError::EmptyInput));
    assert_eq!(parse("tokens;").evaluate(&[]), Err(EvaluationError::EmptyInput));
}

#[test]
fn programs_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Program>();
}

/// Attention operations as written, without common sub-expressions; with them; and the depth: counted by instrumented runs of np-rasp.
#[test]
fn the_counts_of_the_published_programs_are_reproduced() {
    for (name, written, shared, depth) in [
        ("boolean_and", 1, 1, 1),
        ("sort", 1, 1, 1),
        ("binary_mode", 2, 2, 1),
        ("copy_unique", 3, 3, 3),
        ("count", 3, 3, 2),
        ("mode", 4, 4, 4),
        ("addition_reverse", 18, 15, 7),
        ("addition_forward", 22, 19, 7),
    ] {
        let path = format!("{}/programs/published/{name}.rasp", env!("CARGO_MANIFEST_DIR"));
        let program = Program::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap_or_else(|problems| panic!("{problems}"));
        let (graph, length) = (program.graph(), program.length());
        let needed = graph.needed_for(program.output());
        let attention = needed.iter().filter(|&&id| graph.node(id).is_attention());
        let found = attention.map(|&id| graph.occurrences(id)).sum::<usize>();
        assert_eq!((found, length.attention_operations, length.attention_depth), (written, shared, depth), "{name}");
    }
}
