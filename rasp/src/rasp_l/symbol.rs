//! The words of a program's inputs and outputs: integers, and the symbols that the program names.
//!
//! A symbol is a top-level `name = integer;`. It compiles to a constant and costs nothing in any measure of length but the syntax nodes.

use crate::diagnostic::{Code, Diagnostic, Problems, closest};
use crate::span::Span;
use thiserror::Error;

/// Why a text is not a sequence of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InputError {
    /// A word is neither an integer nor a symbol.
    #[error("word {position}: `{word}` is neither an integer nor a symbol of the program: {way_out}")]
    UnknownWord {
        /// Counted from 1.
        position: usize,
        /// As written.
        word: String,
        /// What to write instead.
        way_out: String,
    },
    /// An integer is not an int8.
    #[error("word {position}: {word} is outside -128..=127: RASP-L's tokens are int8")]
    OutOfRange {
        /// Counted from 1.
        position: usize,
        /// As written.
        word: String,
    },
}

/// A program's symbols in source order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    list: Vec<(String, i8)>,
    /// Where each is defined.
    spans: Vec<Span>,
}

impl Symbols {
    /// Adds a symbol; its name is new.
    pub(crate) fn define(&mut self, name: &str, token: i8, span: Span) {
        self.list.push((name.to_owned(), token));
        self.spans.push(span);
    }

    /// Reports each symbol that is not among the `known` ones.
    pub(crate) fn check(&self, owner: &str, known: &[(&str, i8)], problems: &mut Problems) {
        for ((name, token), &span) in self.list.iter().zip(&self.spans) {
            let problem = |message: String| Diagnostic::new(Code::ForeignSymbol, message, span, format!("token {token}"));
            match known.iter().find(|(other, _)| other == name) {
                Some((_, other)) if other == token => {}
                Some((_, other)) => {
                    problems.push(problem(format!("`{name}` is token {other} in {owner}")).help(format!("write `{name} = {other};`")));
                }
                None => {
                    let problem = problem(format!("{owner} has no symbol `{name}`"));
                    let names = || known.iter().map(|(name, _)| *name);
                    problems.push(match closest(name, names()) {
                        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                        None => problem.help(format!("its symbols are {}", names().collect::<Vec<_>>().join(", "))),
                    });
                }
            }
        }
    }

    pub(crate) fn list(&self) -> &[(String, i8)] {
        &self.list
    }

    pub(crate) fn get(&self, name: &str) -> Option<i8> {
        self.list.iter().find(|(other, _)| other == name).map(|&(_, token)| token)
    }

    /// The first symbol for the token, or else its number.
    pub(crate) fn show(&self, token: i16) -> String {
        self.list.iter().find(|&&(_, other)| i16::from(other) == token).map_or_else(|| token.to_string(), |(name, _)| name.clone())
    }

    pub(crate) fn read(&self, text: &str) -> Result<Vec<i8>, InputError> {
        text.split_whitespace().enumerate().map(|(idx, word)| self.read_word(word, idx + 1)).collect()
    }

    fn read_word(&self, word: &str, position: usize) -> Result<i8, InputError> {
        let digits = word.strip_prefix('-').unwrap_or(word);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return word.parse().map_err(|_| InputError::OutOfRange { position, word: word.to_owned() });
        }
        self.get(word).ok_or_else(|| {
            let names = || self.list.iter().map(|(name, _)| name.as_str());
            let way_out = match closest(word, names()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if self.list.is_empty() => "name it in the program, as in `sep = -1;`".to_owned(),
                None => format!("its symbols are {}", names().collect::<Vec<_>>().join(", ")),
            };
            InputError::UnknownWord { position, word: word.to_owned(), way_out }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols() -> Symbols {
        let mut symbols = Symbols::default();
        let nowhere = Span::new(0, 0);
        symbols.define("sep", -1, nowhere);
        symbols.define("end", -2, nowhere);
        symbols.define("stop", -2, nowhere);
        symbols
    }

    #[test]
    fn words_are_integers_or_symbols() {
        assert_eq!(symbols().read(" 3 007 -128\tsep\nstop "), Ok(vec![3, 7, -128, -1, -2]));
        assert_eq!(symbols().read(""), Ok(vec![]));
    }

    #[test]
    fn a_token_is_shown_by_its_first_symbol() {
        assert_eq!([symbols().show(-2), symbols().show(5)], ["end", "5"]);
    }

    #[test]
    fn a_wrong_word_is_named_with_its_place() {
        let message = |text| symbols().read(text).unwrap_err().to_string();
        assert_eq!(message("1 128"), "word 2: 128 is outside -128..=127: RASP-L's tokens are int8");
        assert_eq!(message("1 2 sepp"), "word 3: `sepp` is neither an integer nor a symbol of the program: did you mean `sep`?");
        assert_eq!(message("+1"), "word 1: `+1` is neither an integer nor a symbol of the program: its symbols are sep, end, stop");
        assert_eq!(message("99999999999999999999"), "word 1: 99999999999999999999 is outside -128..=127: RASP-L's tokens are int8");
    }
}
