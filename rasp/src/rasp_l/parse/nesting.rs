//! Refuses text that nests so deep that parsing it by recursion would exhaust the stack.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// How many brackets and conditionals may be open at once.
const DEEPEST: usize = 100;

/// Looks through the text once, without recursion, before pest does.
pub(super) fn check(source: &str) -> Result<(), Diagnostic> {
    let mut open: Vec<&str> = Vec::new();
    for (offset, word) in words(source) {
        match word {
            "(" | "{" | "if" => open.push(word),
            ")" => close(&mut open, "("),
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

/// The words and punctuation marks of the text with their offsets; comments and strings left out.
pub(super) fn words(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &source[offset..];
            let first = rest.chars().next()?;
            let start = offset;
            let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let len = match first {
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '"' => string_len(rest).unwrap_or(1),
                _ if in_word(first) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            offset += len;
            if !first.is_whitespace() && !matches!(first, '#' | '"') {
                return Some((start, &source[start..offset]));
            }
        }
    })
}

/// How long the string literal at the start of `text` is; `None` if it is not closed on its line.
fn string_len(text: &str) -> Option<usize> {
    let end = 1 + text[1..].find(['"', '\n', '\r'])?;
    text[end..].starts_with('"').then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_comments_and_strings_do_not_count() {
        assert_eq!(words("a(\"(\" # ((\n\"x").map(|(_, word)| word).collect::<Vec<_>>(), ["a", "(", "x"]);
    }

    #[test]
    fn depth_is_what_is_open_at_once() {
        assert!(check(&"(1);".repeat(1000)).is_ok());
        assert!(check(&"1 if 2 else ".repeat(1000)).is_ok());
        assert!(check(&"(".repeat(DEEPEST)).is_ok());
        assert!(check(&"(".repeat(DEEPEST + 1)).is_err());
        assert!(check(&"1 if ".repeat(DEEPEST + 1)).is_err());
    }
}
