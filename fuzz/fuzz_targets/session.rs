//! Any text, typed into a session line by line: no panic, no hang, bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rasp::{Limits, NoFiles, Session};

fuzz_target!(|text: &str| {
    // Small enough that a run is short; what is asked is that every limit holds.
    let limits = Limits { steps: 20_000, calls: 2_000, call_depth: 200, nodes: 5_000, elements: 2_000, integer_bits: 4_096, text_bytes: 4_096, ..Limits::default() };
    let mut session = Session::with(limits, NoFiles);
    for line in text.lines() {
        let prompt = session.prompt();
        assert!(prompt.starts_with(">>") || prompt.starts_with(".."));
        if session.feed(line).ended {
            break;
        }
    }
});
