//! Any text, as a program of either dialect: no panic, no hang.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = rasp::check_syntax("fuzz.rasp", text);
    let _ = rasp::rasp_l::Program::parse("fuzz.rasp", &format!("#lang rasp-l\n{text}"));
});
