//! A text's words, marks, strings and comments with their places: what is looked at before and after parsing, without a grammar.

/// The words, punctuation marks, whole strings and comments of the text with their offsets.
///
/// A `"` that its line does not close stands alone.
pub(crate) fn lexemes(source: &str) -> impl Iterator<Item = (usize, &str)> {
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
                // A number ends where its digits do: `1if` is two words.
                _ if first.is_ascii_digit() => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
                _ if in_word(first) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            offset += len;
            if !first.is_whitespace() && first != '\u{feff}' {
                return Some((start, &source[start..offset]));
            }
        }
    })
}

/// The words and punctuation marks alone.
pub(crate) fn words(source: &str) -> impl Iterator<Item = (usize, &str)> {
    lexemes(source).filter(|(_, word)| !word.starts_with(['#', '"']))
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
        let source = "a(\"(\" # ((\n\"x";
        assert_eq!(words(source).map(|(_, word)| word).collect::<Vec<_>>(), ["a", "(", "x"]);
        assert_eq!(lexemes(source).map(|(_, word)| word).collect::<Vec<_>>(), ["a", "(", "\"(\"", "# ((", "\"", "x"]);
        assert_eq!(words("1if x1").map(|(_, word)| word).collect::<Vec<_>>(), ["1", "if", "x1"]);
    }
}
