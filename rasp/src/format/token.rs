//! Lexemes to tokens: of each what its place and the blanks around it depend on.

use crate::dialect::Dialect;
use crate::words::lexemes;

/// What the blanks and lines around a token depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, number or text.
    Operand,
    /// A name that a parenthesis right after it would swallow: `select (`.
    Apart,
    /// A keyword, `=`, or an operator between two operands.
    Operator,
    /// A `-` or `+` in front of its operand.
    Sign,
    /// `(`, `[`, `select(`, or the `{` of a dictionary.
    Open,
    Close,
    /// `,` or `:`.
    Separator,
    Semicolon,
    /// The `{` of a function or loop.
    OpenBody,
    CloseBody,
    Comment,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    pub(super) kind: Kind,
    /// How many line breaks are before it.
    pub(super) breaks: usize,
    /// Whether it is between statements: it begins one, closes a body, or is a comment outside all of them.
    pub(super) is_between: bool,
}

impl Token<'_> {
    /// The blanks between two tokens of a line.
    pub(super) fn gap(&self, next: &Token<'_>) -> &'static str {
        match (self.kind, next.kind) {
            (_, Kind::Comment) => "  ",
            (_, Kind::Separator | Kind::Semicolon | Kind::Close)
            | (Kind::Open | Kind::Sign, _)
            | (Kind::Operand | Kind::Close, Kind::Open) => "",
            (Kind::Apart, Kind::Open) if next.text != "(" => "",
            _ => " ",
        }
    }

    fn ends_operand(&self) -> bool {
        matches!(self.kind, Kind::Operand | Kind::Apart | Kind::Close)
    }
}

/// The tokens of a text that is in the grammar of the dialect.
pub(super) fn tokens<'s>(source: &'s str, dialect: Dialect, command_ends: &[usize]) -> Vec<Token<'s>> {
    let mut lexemes = lexemes(source);
    let mut command_ends = command_ends.iter().peekable();
    let mut tokens: Vec<Token<'s>> = Vec::new();
    // Of every `{` that is open, whether it opens a body.
    let mut braces = Vec::new();
    let mut is_between = true;
    let mut is_after_operand = false;
    let mut last_end = 0;
    while let Some((start, word)) = lexemes.next() {
        let further = further_lexemes(&source[start..], word, dialect);
        let (last_start, last_word) = lexemes.by_ref().take(further).last().unwrap_or((start, word));
        let end = last_start + last_word.len();
        let text = &source[start..end];
        let kind = kind(text, dialect, is_after_operand, &mut braces);
        let breaks = source[last_end..start].matches('\n').count();
        let token = Token { text: if kind == Kind::Comment { comment(text) } else { text }, kind, breaks, is_between };
        tokens.push(token);
        last_end = end;
        if kind != Kind::Comment {
            let ends_command = command_ends.next_if(|&&command_end| command_end == end).is_some();
            is_between = ends_command || matches!(kind, Kind::Semicolon | Kind::OpenBody | Kind::CloseBody);
            is_after_operand = token.ends_operand() && !is_between;
        }
    }
    tokens
}

/// How many lexemes after `word`, with which `rest` begins, belong to the same token.
fn further_lexemes(rest: &str, word: &str, dialect: Dialect) -> usize {
    let after = &rest[word.len()..];
    match word {
        "=" | "<" | ">" | "!" if after.starts_with('=') => 1,
        "s" if dialect == Dialect::Rasp && after.starts_with("-op") => 2,
        _ if is_glued(word, dialect) && after.starts_with('(') => 1,
        _ if word.starts_with(|c: char| c.is_ascii_digit()) && after.starts_with('.') => 2,
        _ => 0,
    }
}

fn kind(text: &str, dialect: Dialect, is_after_operand: bool, braces: &mut Vec<bool>) -> Kind {
    match text {
        // After an operand a dictionary cannot begin, so a body does.
        "{" => {
            braces.push(is_after_operand);
            if is_after_operand { Kind::OpenBody } else { Kind::Open }
        }
        "}" if braces.pop() == Some(false) => Kind::Close,
        "}" => Kind::CloseBody,
        ")" | "]" => Kind::Close,
        "," | ":" => Kind::Separator,
        ";" => Kind::Semicolon,
        "-" | "+" if !is_after_operand => Kind::Sign,
        _ if text.starts_with('#') => Kind::Comment,
        _ if text.ends_with(['(', '[']) => Kind::Open,
        _ if is_keyword(text, dialect) => Kind::Operator,
        _ if is_glued(text, dialect) => Kind::Apart,
        _ if text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '"') => Kind::Operand,
        _ => Kind::Operator,
    }
}

/// Whether the dialect reads the word and a parenthesis right after it as one token.
fn is_glued(word: &str, dialect: Dialect) -> bool {
    dialect == Dialect::Rasp && matches!(word, "select" | "aggregate" | "range" | "zip" | "len")
}

/// The words that are no operands. What is written like a call, as `round(x)` is, counts as one.
fn is_keyword(word: &str, dialect: Dialect) -> bool {
    match word {
        "def" | "return" | "if" | "else" | "not" | "and" | "or" => true,
        "set" | "show" | "example" | "examples" | "on" | "off" | "selector" | "load" | "for" | "in" => dialect == Dialect::Rasp,
        // Nothing need be between `s-op` and the word after it.
        _ => dialect == Dialect::Rasp && word.starts_with("s-op"),
    }
}

/// A comment without the blanks at its end, which only an example needs.
fn comment(text: &str) -> &str {
    if text.starts_with("#>") { text.trim_end_matches('\r') } else { text.trim_end() }
}
