//! Any text as a RASP-L program: no panic, no hang, its examples are run, and pieces of an input give what the whole gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rasp::rasp_l::Program;

fuzz_target!(|text: &str| {
    let Ok(program) = Program::parse("fuzz.rasp", &format!("#lang rasp-l\n{text}")) else { return };
    if program.length().core_operations > 2_000 {
        return;
    }
    let _ = program.test();
    let input = [3, 1, -1, 2, 127, 3, -128, 0];
    let whole = program.evaluate(&input);
    let mut run = program.run();
    let in_pieces = run.extend(&input[..3]).and_then(|()| run.extend(&input[3..])).and_then(|()| run.output());
    assert_eq!(whole.is_ok(), in_pieces.is_ok());
    if let (Ok(whole), Ok(in_pieces)) = (whole, in_pieces) {
        assert_eq!(whole, in_pieces);
    }
    let _ = program.generate(&input, -2, 20);
});
