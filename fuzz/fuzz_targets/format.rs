//! Any text, formatted as a program of either dialect: no panic, no hang, and what is formatted is so for good.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for program in [text.to_owned(), format!("#lang rasp-l\n{text}")] {
        if let Ok(once) = rasp::format("fuzz.rasp", &program) {
            assert_eq!(rasp::format("fuzz.rasp", &once).ok(), Some(once));
        }
    }
});
