//! Any text as a program, run on two inputs: no panic, no hang, and the same result twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rasp::{Input, Limits, NoFiles, Program};

fuzz_target!(|text: &str| {
    let limits = Limits { steps: 20_000, calls: 2_000, call_depth: 200, nodes: 2_000, elements: 2_000, integer_bits: 4_096, text_bytes: 4_096, ..Limits::default() };
    let Ok(program) = Program::with_limits("fuzz.rasp", text, limits, NoFiles) else { return };
    let names: Vec<String> = program.names().map(|(name, _)| name.to_owned()).collect();
    for input in ["hello", "1213211"].into_iter().filter_map(Input::text) {
        for name in &names {
            let once = format!("{:?}", program.evaluate(name, &input));
            assert_eq!(once, format!("{:?}", program.evaluate(name, &input)));
        }
    }
});
