//! What to say about a statement that cannot be read, and where to go on.

use super::grammar::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline;
use crate::span::Span;
use crate::words::words;
use pest::error::{Error, ErrorVariant, InputLocation};
use std::collections::BTreeSet;

pub(super) struct Recovery {
    pub(super) problem: Diagnostic,
    /// The name that the statement seems to define.
    pub(super) name: Option<String>,
    /// Where the next statement may begin; beyond where this one did.
    pub(super) resume: usize,
}

/// Explains pest's error on the statement at `offset`, or at the first word after it.
pub(super) fn recover(source: &str, offset: usize, error: &Error<Rule>) -> Recovery {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let statement: Vec<(usize, &str)> = words(&source[offset..]).map(|(start, word)| (offset + start, word)).take(4).collect();
    let start = statement.first().map_or(offset, |&(start, _)| start);
    let at = skip_trivia(source, (offset + at).max(start));
    let expected = expectation(error);
    let found = source[at..].chars().next();
    let found_len = words(&source[at..])
        .next()
        .filter(|&(start, _)| start == 0)
        .map_or_else(|| found.map_or(0, char::len_utf8), |(_, word)| word.len());
    let word = &source[at..at + found_len];

    let before = source[..at].trim_end();
    let ends_early = expected.contains("`;`") && (found.is_none() || source[line_end_of(source, offset, at)..at].contains('\n'));
    let expected: Vec<&str> = expected.into_iter().collect();
    let expected = join_or(&expected);
    let problem = if ends_early {
        let end = last_code_end(source, offset, at).unwrap_or(before.len());
        let last = source[..end].char_indices().next_back().map_or(0, |(start, _)| start);
        Diagnostic::new(Code::Syntax, "a statement ends with `;`", Span::new(last, end), "`;` is missing after this")
    } else {
        let found = match found {
            None => "the end of the file".to_owned(),
            Some(c) if word.is_empty() || c.is_control() => format!("{c:?}"),
            Some(_) => format!("`{word}`"),
        };
        Diagnostic::new(
            Code::Syntax,
            format!("expected {expected}, found {found}"),
            Span::new(at, at + found_len),
            format!("expected {expected}"),
        )
    };
    let misnamed = match statement[..] {
        [(_, first), (_, "="), ..] if keyword(first) => Some(first),
        _ => keyword(word).then_some(word),
    };
    let problem = match (word, misnamed) {
        ("def", _) => {
            problem.note(discipline::Rule::StraightLine.text()).help("functions are defined at the top level, not inside one another")
        }
        ("for", _) => problem.note(discipline::Rule::StraightLine.text()).help("write each step, or define a function and call it"),
        ("[", _) => problem.note(discipline::Rule::Sequences.text()).help("give each value a name"),
        ("!", _) => problem.help("`not` is the opposite, `!=` is not equal"),
        ("\"", _) => problem.note(discipline::Rule::Int8.text()).help("give each word or letter a number, as in `sep = -1;`"),
        (_, Some(word)) => problem.help(format!("`{word}` is a keyword and cannot be a name")),
        ("=", _) => problem.help("`==` compares; `name = ...;` at the start of a statement assigns"),
        _ => problem,
    };

    let name = match statement[..] {
        [(_, "def"), (_, name), ..] | [(_, name), (_, "="), ..] => Some(name.to_owned()),
        _ => None,
    };
    let resume = if matches!(word, ")" | "}" | ";") && at == start {
        at + 1
    } else if statement.first().is_some_and(|&(_, word)| matches!(word, "def" | "for")) {
        after_body(source, start)
    } else if ends_early && at > start {
        at
    } else {
        after_semicolon(source, at)
    };
    Recovery { problem, name, resume: resume.max(offset + 1).min(source.len()) }
}

/// What could have stood at the place of the error.
fn expectation(error: &Error<Rule>) -> BTreeSet<&'static str> {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return BTreeSet::from(["a statement"]);
    };
    let mut expected: BTreeSet<&str> = positives.iter().map(|&rule| describe(rule)).collect();
    if expected.contains("a statement") {
        return BTreeSet::from(["a statement"]);
    }
    if expected.contains("an expression") {
        expected.remove("a name");
        expected.remove("a comparison");
    }
    if expected.len() > 1 {
        // Any name could have been a function's; nobody needs to be told.
        expected.remove("`(`");
    }
    expected
}

fn describe(rule: Rule) -> &'static str {
    match rule {
        Rule::semicolon => "`;`",
        Rule::comma => "`,`",
        Rule::open => "`(`",
        Rule::close => "`)`",
        Rule::open_body => "`{`",
        Rule::close_body => "`}`",
        Rule::assign => "`=`",
        Rule::else_word => "`else`",
        Rule::name | Rule::parameters => "a name",
        Rule::conditional
        | Rule::if_word
        | Rule::or
        | Rule::and
        | Rule::comparison
        | Rule::add
        | Rule::subtract
        | Rule::multiply
        | Rule::divide
        | Rule::remainder
        | Rule::power => "an operator",
        Rule::operator_argument => "a comparison",
        Rule::EOI
        | Rule::definition
        | Rule::def
        | Rule::assignment
        | Rule::expression_statement
        | Rule::return_statement
        | Rule::return_word => "a statement",
        _ => "an expression",
    }
}

fn join_or(words: &[&str]) -> String {
    match words {
        [] => "something else".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn keyword(word: &str) -> bool {
    matches!(word, "and" | "def" | "else" | "for" | "if" | "in" | "not" | "or" | "return" | "True" | "False")
}

/// The first place from `offset` on that is neither blank nor comment.
fn skip_trivia(source: &str, mut offset: usize) -> usize {
    loop {
        let rest = &source[offset..];
        let text = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']);
        offset += rest.len() - text.len();
        if !text.starts_with('#') {
            return offset;
        }
        offset += text.find('\n').unwrap_or(text.len());
    }
}

/// Where the last word before `at` ends, if there is one since `offset`.
fn last_code_end(source: &str, offset: usize, at: usize) -> Option<usize> {
    words(&source[offset..])
        .map(|(start, word)| (offset + start, offset + start + word.len()))
        .take_while(|&(start, _)| start < at)
        .last()
        .map(|(_, end)| end)
}

fn line_end_of(source: &str, offset: usize, at: usize) -> usize {
    last_code_end(source, offset, at).unwrap_or(offset).min(at)
}

fn after_semicolon(source: &str, at: usize) -> usize {
    words(&source[at..]).find(|&(_, word)| word == ";").map_or(source.len(), |(start, _)| at + start + 1)
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
