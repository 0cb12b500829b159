//! The library and the published programs give what np-rasp gives, the paper's own implementation, at every position.
//!
//! `np_rasp/cases.json` holds its recorded outputs (commit d77577a; `argmax`, `argmin` and `mode` mended as docs/rasp-l.md says).
#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]

use rasp::rasp_l::{Program, Sequence};
use serde_json::Value;
use std::collections::BTreeMap;

struct Case {
    function: String,
    arguments: BTreeMap<String, Value>,
    output: Vec<i32>,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/np_rasp/cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let case = |value: &Value| Case {
        function: value["function"].as_str().unwrap().to_owned(),
        arguments: value["arguments"].as_object().unwrap().clone().into_iter().collect(),
        output: value["output"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap() as i32).collect(),
    };
    cases.iter().map(case).collect()
}

impl Case {
    fn sequence(&self, name: &str) -> Vec<i8> {
        self.arguments[name].as_array().unwrap().iter().map(|it| it.as_i64().unwrap() as i8).collect()
    }

    fn constant(&self, name: &str) -> i64 {
        self.arguments.get(name).map_or(0, |it| it.as_i64().unwrap())
    }

    /// An expression with these values, on the input `0 1 2 ...`.
    fn tokens(&self, name: &str) -> String {
        let choice = |(place, value): (usize, &i8)| format!("({value}) if tokens == {place} else");
        let choices: Vec<String> = self.sequence(name).iter().enumerate().map(choice).collect();
        format!("({} 0)", choices.join(" "))
    }

    fn booleans(&self, name: &str) -> String {
        format!("{} != 0", self.tokens(name))
    }

    /// The call in RASP-L that has this case's value, on the input `0 1 2 ...`.
    fn call(&self) -> String {
        let (function, default) = (self.function.as_str(), self.constant("default"));
        // RASP-L's indices have no other default; none of the recorded ones is a position.
        let index_default = if default == 0 { 0 } else { -1 };
        let offset = self.constant("offset");
        let null = self.constant("null_val");
        match function {
            "shift_right" => format!("shift_right({}, {}, {default});", self.tokens("x"), self.constant("n")),
            "cumsum" => format!("cumsum({});", self.booleans("bool_array")),
            "where" => format!("where({}, {}, {});", self.booleans("condition"), self.tokens("x_if"), self.tokens("y_else")),
            "mask" => format!("mask({}, {}, {});", self.tokens("x"), self.booleans("bool_mask"), self.constant("mask_val")),
            "maximum" | "minimum" | "argmax" | "argmin" | "mode" | "binary_mode" => format!("{function}({});", self.tokens("x")),
            "num_prev" | "has_seen" => format!("{function}({}, {});", self.tokens("x"), self.tokens("queries")),
            "firsts" | "lasts" => format!("{function}({}, {}, {index_default});", self.tokens("x"), self.tokens("queries")),
            // Each position holds its own number, so where a number was seen is its index.
            "index_select" => format!("index_select({}, firsts(tokens, {}, -1), {default});", self.tokens("x"), self.tokens("idx")),
            "first_true" => format!("first_true({} == 1, {index_default});", self.tokens("x")),
            "induct_kqv" => {
                format!("induct_kqv({}, {}, {}, {offset}, {default}, {null});", self.tokens("k"), self.tokens("q"), self.tokens("v"))
            }
            "induct" => format!("induct({}, {}, {offset}, {default}, {null});", self.tokens("k"), self.tokens("q")),
            "induct_prev" => format!("induct_prev({}, {}, {offset}, {default});", self.tokens("k"), self.tokens("q")),
            other => panic!("{other} is no function of the library"),
        }
    }
}

fn integers(sequence: Sequence) -> Vec<i32> {
    match sequence {
        Sequence::Tokens(values) => values.into_iter().map(i32::from).collect(),
        Sequence::Indices(values) => values,
        Sequence::Booleans(values) => values.into_iter().map(i32::from).collect(),
    }
}

fn published(name: &str) -> Program {
    let path = format!("{}/programs/published/{name}.rasp", env!("CARGO_MANIFEST_DIR"));
    Program::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_library_and_the_programs_give_what_np_rasp_gives() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let [sort, count, reverse, forward] = ["sort", "count", "addition_reverse", "addition_forward"].map(published);
    for case in cases() {
        *counts.entry(case.function.clone()).or_default() += 1;
        let found = match case.function.as_str() {
            "sort_next" => sort.evaluate(&case.sequence("x")),
            "count" => count.evaluate(&case.sequence("x")),
            "add_reverse" => reverse.evaluate(&case.sequence("seq")),
            // With 29 hints the forward program counts one below -128.
            "add_forward" if case.sequence("seq").contains(&-128) => {
                assert!(forward.evaluate(&case.sequence("seq")).is_err());
                continue;
            }
            "add_forward" => forward.evaluate(&case.sequence("seq")),
            _ => {
                let program = Program::parse("case.rasp", &format!("#lang rasp-l\n{}", case.call()));
                let input: Vec<i8> = (0..case.output.len() as i8).collect();
                program.unwrap_or_else(|problems| panic!("{problems}")).evaluate(&input)
            }
        };
        let is_index = matches!(case.function.as_str(), "firsts" | "lasts" | "first_true");
        let default = case.constant("default") as i32;
        let expected: Vec<i32> =
            case.output.iter().map(|&value| if is_index && value == default && default != 0 { -1 } else { value }).collect();
        assert_eq!(
            integers(found.unwrap_or_else(|error| panic!("{}: {error}", case.function))),
            expected,
            "{} {:?}",
            case.function,
            case.arguments
        );
    }
    assert_eq!(counts.len(), 23);
    assert!(counts.values().all(|&count| count >= 25));
}
