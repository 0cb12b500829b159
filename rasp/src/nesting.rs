//! Refuses text that nests so deep that parsing it by recursion would exhaust the stack.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;
use crate::words::words;

/// How many brackets and conditionals may be open at once.
const DEEPEST: usize = 100;

/// Looks through the text once, without recursion, before pest does.
pub(crate) fn check(source: &str) -> Result<(), Diagnostic> {
    let mut open: Vec<&str> = Vec::new();
    for (offset, word) in words(source) {
        match word {
            "(" | "[" | "{" | "if" => open.push(word),
            ")" => close(&mut open, "("),
            "]" => close(&mut open, "["),
            "}" => close(&mut open, "{"),
            "else" if open.last() == Some(&"if") => {
                open.pop();
            }
            ";" => open.truncate(open.iter().rposition(|&bracket| bracket == "{").map_or(0, |brace| brace + 1)),
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(Diagnostic::new(
                Code::TooDeep,
                format!("more than {DEEPEST} brackets and conditionals are open at once"),
                Span::new(offset, offset + word.len()),
                "one too many",
            )
            .help("give parts of the expression names of their own"));
        }
    }
    Ok(())
}

fn close(open: &mut Vec<&str>, bracket: &str) {
    if let Some(place) = open.iter().rposition(|&other| other == bracket) {
        open.truncate(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_what_is_open_at_once() {
        assert!(check(&"(1);".repeat(1000)).is_ok());
        assert!(check(&"1 if 2 else ".repeat(1000)).is_ok());
        assert!(check(&"(".repeat(DEEPEST)).is_ok());
        assert!(check(&"(".repeat(DEEPEST + 1)).is_err());
        assert!(check(&"1 if ".repeat(DEEPEST + 1)).is_err());
        assert!(check(&"[(".repeat(DEEPEST / 2 + 1)).is_err());
    }
}
