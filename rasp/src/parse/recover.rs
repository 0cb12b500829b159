//! What to say about a statement that cannot be read, and where to go on.

use super::expected::Expected;
use super::grammar::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::rasp_l::Lack;
use crate::span::Span;
use crate::words::{lexemes, words};
use pest::error::{Error, InputLocation};

/// The place at which the grammar has no way on.
pub(super) struct Failure<'s> {
    pub(super) source: &'s str,
    pub(super) dialect: Dialect,
    /// Where the statement begins.
    pub(super) start: usize,
    /// The first place that cannot be read, beyond blanks and comments.
    pub(super) at: usize,
    /// What is there; empty at the end of the text.
    pub(super) word: &'s str,
    /// The statement's words and marks before it, with their places.
    pub(super) before: Vec<(usize, &'s str)>,
    pub(super) expected: Expected,
}

impl<'s> Failure<'s> {
    /// Pest's error on the statement at `offset`, or at the first word after it.
    pub(super) fn new(source: &'s str, offset: usize, error: &Error<Rule>, dialect: Dialect) -> Self {
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let start = skip_trivia(source, offset);
        let at = skip_trivia(source, (offset + at).max(start));
        let rest = &source[at..];
        let tokens = ["==", "<=", ">=", "!=", "s-op"];
        let tokens = if dialect == Dialect::Rasp { &tokens[..] } else { &tokens[..4] };
        let longer = tokens.iter().find(|&token| rest.starts_with(token));
        let word = longer.map_or_else(|| lexemes(rest).next().map_or("", |(_, word)| word), |token| &rest[..token.len()]);
        let before = lexemes(&source[start..at]).filter(|(_, word)| !word.starts_with('#')).map(|(place, word)| (start + place, word));
        Failure { source, dialect, start, at, word, before: before.collect(), expected: Expected::of(error) }
    }

    /// What is wrong, and the way out.
    pub(super) fn problem(&self) -> Diagnostic {
        self.loop_in_rasp_l()
            .or_else(|| self.wrong_return())
            .or_else(|| self.empty_loop())
            .or_else(|| self.foreign())
            .unwrap_or_else(|| if self.lacks_semicolon() { self.missing_semicolon() } else { self.unexpected() })
    }

    /// Where the next statement may begin; beyond where this one did.
    pub(super) fn resume(&self) -> usize {
        let first = words(&self.source[self.start..]).next().map_or("", |(_, word)| word);
        if self.at == self.start && matches!(self.word, ")" | "]" | "}" | ";") {
            self.at + 1
        } else if matches!(first, "def" | "for") {
            after_body(self.source, self.start)
        } else if self.lacks_semicolon() {
            self.at
        } else if self.begins_command(first) {
            let end = self.end_of_code();
            self.source[end..].find('\n').map_or(self.source.len(), |line| end + line)
        } else {
            after_semicolon(self.source, self.at)
        }
    }

    /// Whether the statement is a command of a session, which ends with its line.
    fn begins_command(&self, first: &str) -> bool {
        let is_command =
            matches!(first, "set" | "show" | "examples" | "selector" | "full") || self.source[self.start..].starts_with("s-op");
        is_command && self.dialect == Dialect::Rasp
    }

    /// The last word or mark before the failure.
    pub(super) fn last(&self) -> &'s str {
        self.before.last().map_or("", |&(_, word)| word)
    }

    /// The last word or mark, if nothing is between it and the failure.
    pub(super) fn last_adjacent(&self) -> &'s str {
        self.before.last().filter(|(place, word)| place + word.len() == self.at).map_or("", |&(_, word)| word)
    }

    /// Where the last word or mark before the failure ends.
    fn end_of_code(&self) -> usize {
        self.before.last().map_or(self.at, |(place, word)| place + word.len())
    }

    pub(super) fn span(&self) -> Span {
        Span::new(self.at, self.at + self.word.len())
    }

    fn unexpected(&self) -> Diagnostic {
        let found = match self.word {
            "" => "the end of the file".to_owned(),
            word if word.chars().any(char::is_control) => format!("{word:?}"),
            word => format!("`{word}`"),
        };
        let expected = self.expected.in_words();
        let mut problem =
            Diagnostic::new(Code::Syntax, format!("expected {expected}, found {found}"), self.span(), format!("expected {expected}"));
        if let Some(bracket) =
            self.open_bracket().filter(|bracket| !bracket.is_closed_by(self.word) && matches!(self.word, "" | ";" | ")" | "]" | "}"))
        {
            problem = problem.and(bracket.span(), "not closed yet");
        }
        match self.advice() {
            Some(advice) => problem.help(advice),
            None => problem,
        }
    }

    /// Whether the statement could have ended here, and what follows begins another or closes a body.
    fn lacks_semicolon(&self) -> bool {
        self.expected.has(Rule::semicolon)
            && (matches!(self.word, "" | "}" | "def" | "for" | "return" | "load" | "draw" | "set" | "show" | "examples" | "exit" | "quit")
                || self.source[self.end_of_code()..self.at].contains('\n'))
    }

    fn missing_semicolon(&self) -> Diagnostic {
        let end = self.end_of_code();
        let last = self.source[..end].char_indices().next_back().map_or(0, |(start, _)| start);
        Diagnostic::new(Code::Syntax, "a statement ends with `;`", Span::new(last, end), "`;` is missing after this")
    }

    /// A loop, which is wrong whatever is wrong with it.
    fn loop_in_rasp_l(&self) -> Option<Diagnostic> {
        let mut last = ";";
        let begins = |(place, word)| {
            let is_loop = word == "for" && matches!(std::mem::replace(&mut last, word), ";" | "{" | "}");
            is_loop.then(|| Lack::Loop.problem(Span::new(place, place + word.len())))
        };
        if self.dialect == Dialect::RaspL { self.before.iter().copied().find_map(begins) } else { None }
    }

    /// A `return` too few, too many, or where there is no function.
    fn wrong_return(&self) -> Option<Diagnostic> {
        if self.expected.has(Rule::return_word) && self.word == "}" {
            let (place, name) = self.open_function()?;
            let span = Span::new(place, place + name.len());
            return Some(
                Diagnostic::new(Code::FunctionBody, format!("`{name}` returns nothing"), span, "this function")
                    .and(self.span(), "no `return` before this")
                    .help("end its body with `return ...;`"),
            );
        }
        if self.expected.has_only(Rule::close_body) && !self.word.is_empty() {
            return Some(
                Diagnostic::new(Code::FunctionBody, "nothing may follow `return`", self.span(), "never reached")
                    .help("a function is statements and then one `return`; to choose, write `return a if condition else b;`"),
            );
        }
        if self.word != "return" || !self.expected.a_statement() || self.expected.has(Rule::return_word) {
            return None;
        }
        Some(if self.open_function().is_some() {
            Diagnostic::new(Code::StrayReturn, "`return` inside a loop", self.span(), "the loop cannot end here")
                .help("give the result a name in the loop, and `return` it after the loop")
        } else {
            Diagnostic::new(Code::StrayReturn, "`return` outside a function", self.span(), "not in a function").help(match self.dialect {
                Dialect::Rasp => "to see a value, write the expression alone",
                Dialect::RaspL => "a program's output is its last statement: write the expression alone, or give it a name",
            })
        })
    }

    fn empty_loop(&self) -> Option<Diagnostic> {
        let end = self.expected.refuses(Rule::empty_body).then(|| after_body(self.source, self.at))?;
        let (message, span) = ("a `for` needs a statement to repeat", Span::new(self.at, end));
        Some(Diagnostic::new(Code::Syntax, message, span, "nothing in here").help("`for x in list { total = total + x; }`"))
    }

    /// The name, and its place, of the innermost function whose body is open.
    fn open_function(&self) -> Option<(usize, &'s str)> {
        let mut braces = Vec::new();
        let mut defined = None;
        for pair in self.before.windows(2) {
            match [pair[0].1, pair[1].1] {
                ["def", _] => defined = Some(pair[1]),
                [_, "{"] => braces.push(defined.take()),
                [_, "}"] => {
                    braces.pop();
                }
                _ => {}
            }
        }
        braces.into_iter().flatten().next_back()
    }
}

/// The first place from `offset` on that is neither blank nor comment.
fn skip_trivia(source: &str, offset: usize) -> usize {
    lexemes(&source[offset..]).find(|(_, word)| !word.starts_with('#')).map_or(source.len(), |(place, _)| offset + place)
}

/// Beyond the first `;`, or beyond the `}` of a body before it.
fn after_semicolon(source: &str, at: usize) -> usize {
    let mut depth = 0_usize;
    let mut holds_statement = false;
    for (offset, word) in words(&source[at..]) {
        match word {
            ";" if depth == 0 => return at + offset + 1,
            ";" => holds_statement = true,
            "{" => depth += 1,
            "}" if depth == 1 && holds_statement => return at + offset + 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    source.len()
}

/// Beyond the `}` that closes the first `{`; where there is no `{`, beyond the first `;`.
fn after_body(source: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, word) in words(&source[start..]) {
        match word {
            "{" => depth += 1,
            "}" if depth <= 1 => return start + offset + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return start + offset + 1,
            _ => {}
        }
    }
    source.len()
}
