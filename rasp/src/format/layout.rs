//! Tokens to lines.

use super::token::{Kind, Token};

/// How many columns a body has room in that stays on the line of its `def` or `for`.
const WIDTH: usize = 100;
/// How much further a body is indented.
const BODY: usize = 2;
/// How much further a line is indented that goes on with a statement.
const CONTINUATION: usize = 4;

/// The text of a file.
pub(super) fn lay_out(tokens: &[Token<'_>]) -> String {
    let mut lines = Lines::default();
    for (idx, token) in tokens.iter().enumerate() {
        if token.kind == Kind::CloseBody {
            lines.depth = lines.depth.saturating_sub(1);
        }
        if let Some(before) = idx.checked_sub(1).map(|before| &tokens[before]) {
            if idx < lines.inline_end {
                lines.text += before.gap(token);
            } else {
                lines.separate(before, token);
            }
        }
        lines.text += token.text;
        match token.kind {
            Kind::Open => lines.open.push(lines.indent),
            Kind::Close => {
                lines.open.pop();
            }
            Kind::OpenBody => {
                lines.depth += 1;
                if idx >= lines.inline_end {
                    let room = WIDTH.saturating_sub(lines.column());
                    lines.inline_end = idx + inline_len(&tokens[idx..], room).unwrap_or(0);
                }
            }
            _ => {}
        }
    }
    if !tokens.is_empty() {
        lines.text.push('\n');
    }
    lines.text
}

#[derive(Default)]
struct Lines {
    text: String,
    /// How many bodies are open.
    depth: usize,
    /// How far the last line is indented.
    indent: usize,
    /// Of every open bracket how far its line is indented.
    open: Vec<usize>,
    /// The token after the last one of a body that stays on one line.
    inline_end: usize,
}

impl Lines {
    /// What comes between two tokens outside such bodies.
    fn separate(&mut self, before: &Token<'_>, token: &Token<'_>) {
        let block = BODY * self.depth;
        let has_empty_line = token.breaks > 1;
        if token.is_between && (token.kind != Kind::Comment || token.breaks > 0) {
            self.begin_line(block, has_empty_line && before.kind != Kind::OpenBody && token.kind != Kind::CloseBody);
        } else if token.kind == Kind::OpenBody && before.kind == Kind::Comment {
            self.begin_line(block, false);
        } else if token.breaks > 0 && token.kind != Kind::OpenBody {
            let opener = self.open.last().copied();
            let indent = if token.kind == Kind::Close { opener.unwrap_or(block) } else { opener.unwrap_or(block) + CONTINUATION };
            self.begin_line(indent, has_empty_line);
        } else {
            self.text += before.gap(token);
        }
    }

    fn begin_line(&mut self, indent: usize, after_empty_line: bool) {
        self.text += if after_empty_line { "\n\n" } else { "\n" };
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
    }

    /// How many columns of the last line are taken.
    fn column(&self) -> usize {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }
}

/// How many tokens the body has with which `tokens` begin, braces included, if it stays on one line; `room` is left there after its `{`.
fn inline_len(tokens: &[Token<'_>], mut room: usize) -> Option<usize> {
    let mut depth = 1;
    for (idx, pair) in tokens.windows(2).enumerate() {
        let (before, token) = (&pair[0], &pair[1]);
        let begins_second = token.is_between && token.kind != Kind::CloseBody && before.kind != Kind::OpenBody;
        if token.breaks > 0 || token.kind == Kind::Comment || begins_second {
            return None;
        }
        room = room.checked_sub(before.gap(token).len() + token.text.chars().count())?;
        match token.kind {
            Kind::OpenBody => depth += 1,
            Kind::CloseBody => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(idx + 2);
        }
    }
    None
}
