//! One layout for every program of either dialect; nothing but blanks and line breaks changes.
//!
//! - Every statement begins a line, indented by 2 more than the function or loop that it is in, and `}` is on a line of its own. A body of one
//!   statement that was on one line stays there if the line has room for it in 100 columns. `{` ends the line of its `def` or `for`.
//! - Inside a statement the lines stay as they were broken. What goes on is indented by 4 more than the line of the innermost open bracket, or
//!   than the statement if none is open; a line that begins with a closing bracket is indented like the line that opened it.
//! - One blank around words and operators and after `,` and `:`; none inside brackets, after a sign, or between a function and its `(`.
//! - A comment is kept, without blanks at its end, on a line of its own or two blanks behind what it follows. An example, `#>`, is kept with
//!   the blanks at its end.
//! - One empty line at most in a row, none at the beginning and end of the file or of a body. Lines end with a line feed, as does the last.
//!
//! Two exceptions keep the meaning. In `rasp`, `select(` is one token and `select (` is a call of what is called `select`, so that blank stays,
//! and so it is with `aggregate`, `range`, `zip` and `len`. And an empty line stays in front of a `#lang` line that it makes a mere comment.
//!
//! Built on lexemes and not on the syntax tree, which has no comments; knows no names, so a program need only be in the grammar.

mod layout;
#[cfg(test)]
mod tests;
mod token;

use crate::diagnostic::{Diagnostics, Problems};
use crate::dialect::{self, Dialect};
use crate::syntax::{Statement, StatementForm};
use crate::{parse, rasp_l};

/// A program, of the dialect that its first line names, in the one layout that all programs have: indented, a statement a line, blanks
/// around operators. Comments and the breaks of long lines are kept. What is formatted already comes back as it is.
///
/// ```
/// let text = rasp::format("hist.rasp", "same=select(tokens,tokens,==);hist=selector_width( same ) ; # counts")?;
/// assert_eq!(text, "same = select(tokens, tokens, ==);\nhist = selector_width(same);  # counts\n");
/// # Ok::<(), rasp::Diagnostics>(())
/// ```
///
/// # Errors
/// A text that is not in the grammar, or has what its dialect lacks: all problems of its syntax, at most 100 of them. Names and types are not looked at.
pub fn format(file_name: &str, source: &str) -> Result<String, Diagnostics> {
    let dialect = dialect::dialect(file_name, source)?;
    let mut problems = Problems::default();
    let command_ends = read(source, dialect, &mut problems);
    if let Some(problems) = problems.finish(file_name, source) {
        return Err(problems);
    }
    let mut text = layout::lay_out(&token::tokens(source, dialect, &command_ends));
    if dialect::read(&text) != Ok(dialect) {
        text.insert(0, '\n');
    }
    Ok(text)
}

/// Where the commands to the session end, which no mark does.
fn read(source: &str, dialect: Dialect, problems: &mut Problems) -> Vec<usize> {
    let statements: Vec<Statement> = match dialect {
        Dialect::Rasp => parse::parse(source, problems),
        Dialect::RaspL => rasp_l::parse(source, problems).into_iter().flatten().collect(),
    };
    let commands = statements.iter().filter(|statement| matches!(statement.form, StatementForm::Command(_)));
    commands.map(|command| command.span.end).collect()
}
