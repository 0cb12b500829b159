//! Text to syntax tree: pest finds the statements, a Pratt table groups their operators.
//!
//! Whole files by [`parse`], which goes on at the next statement after one that cannot be read; a session's lines by [`read`], which tells
//! text that is wrong from text that is not yet all there. Knows no names and no values.

mod advice;
mod comments;
mod expected;
mod expression;
mod precedence;
mod recover;
mod statement;
#[cfg(test)]
mod tests;

pub(crate) use precedence::warnings;

use crate::diagnostic::{Diagnostic, Problems};
use crate::nesting;
use crate::span::Span;
use crate::syntax::Statement;
use expression::Builder;
use grammar::{Grammar, Rule};
use pest::Parser;
use pest::error::Error;
use pest::iterators::Pair;
use recover::Failure;

#[allow(missing_docs, unreachable_pub, reason = "pest generates a public `Rule`")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar.pest"]
    pub(crate) struct Grammar;
}

/// What a session's lines are so far.
#[derive(Debug)]
pub(crate) enum Read {
    /// Statements, at least one.
    Whole(Vec<Statement>),
    /// The beginning of a statement, or none at all: the next line may go on with it.
    Unfinished,
    /// Nothing that could follow would make this a statement.
    Broken(Diagnostic),
}

/// Reads what was typed into a session since the last statement, line breaks included.
pub(crate) fn read(buffer: &str) -> Read {
    if let Err(problem) = nesting::check(buffer) {
        return Read::Broken(problem);
    }
    let Stretch { statements, end, stop } = Stretch::read(buffer, 0);
    let statements: Vec<Statement> = match statements.into_iter().collect() {
        Ok(statements) => statements,
        Err(problem) => return Read::Broken(problem),
    };
    let failure = stop.map(|error| Failure::new(buffer, end, &error));
    let right_up_to = failure.as_ref().map_or(buffer.len(), |failure| failure.at);
    if let Some(problem) = comments::misplaced(&buffer[..right_up_to], &statements) {
        return Read::Broken(problem);
    }
    match failure {
        Some(failure) if right_up_to < buffer.len() => Read::Broken(failure.problem()),
        None if !statements.is_empty() => Read::Whole(statements),
        _ => Read::Unfinished,
    }
}

/// Parses a whole file; what cannot be read goes to `problems`, the rest is returned.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Err(problem) = nesting::check(source) {
        problems.push(problem);
        return statements;
    }
    let mut offset = 0;
    while !problems.full() {
        let stretch = Stretch::read(source, offset);
        for statement in stretch.statements {
            match statement {
                Ok(statement) => statements.push(statement),
                Err(problem) => problems.push(problem),
            }
        }
        let Some(error) = stretch.stop else { break };
        let failure = Failure::new(source, stretch.end, &error);
        problems.push(failure.problem());
        offset = failure.resume();
    }
    statements
}

/// What there is from one place on, up to the first syntax error.
struct Stretch {
    /// Those in the grammar; a problem stands for one that is too deep or large all the same.
    statements: Vec<Result<Statement, Diagnostic>>,
    /// Where the last of them ends.
    end: usize,
    /// Why there are no more; `None` at the end of the text.
    stop: Option<Error<Rule>>,
}

impl Stretch {
    fn read(source: &str, offset: usize) -> Stretch {
        let builder = Builder::new(offset);
        let mut statements = Vec::new();
        let mut end = offset;
        for pair in Grammar::parse(Rule::statements, &source[offset..]).into_iter().flatten() {
            end = offset + pair.as_span().end();
            statements.extend(pair.into_inner().map(|statement| builder.statement(statement)));
        }
        Stretch { statements, end, stop: Grammar::parse(Rule::item, &source[end..]).err() }
    }
}

/// Where a pest pair is in the whole source.
fn span_of(pair: &Pair<'_, Rule>, base: usize) -> Span {
    let span = pair.as_span();
    Span::new(base + span.start(), base + span.end())
}
