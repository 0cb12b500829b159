//! Text to syntax tree: pest finds the statements, a Pratt table per dialect groups their operators.
//!
//! Whole files by [`statements`], which goes on at the next statement after one that cannot be read; a session's lines by [`read`], which tells
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
use crate::dialect::Dialect;
use crate::nesting;
use crate::span::Span;
use crate::syntax::{Broken, Statement};
use crate::words::words;
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
    let Stretch { statements, end, stop } = Stretch::read(buffer, 0, Dialect::Rasp);
    let statements: Vec<Statement> = match statements.into_iter().map(|(_, statement)| statement).collect() {
        Ok(statements) => statements,
        Err(problem) => return Read::Broken(problem),
    };
    let failure = stop.map(|error| Failure::new(buffer, end, &error, Dialect::Rasp));
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

/// Parses a whole file of the `rasp` dialect; what cannot be read goes to `problems`, the rest is returned.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> Vec<Statement> {
    statements(source, Dialect::Rasp, problems).into_iter().flatten().collect()
}

/// Parses a whole file; where a statement cannot be read, `problems` say why.
pub(crate) fn statements(source: &str, dialect: Dialect, problems: &mut Problems) -> Vec<Result<Statement, Broken>> {
    if let Err(problem) = nesting::check(source) {
        problems.push(problem);
        return vec![Err(Broken { name: None })];
    }
    let mut statements = Vec::new();
    let mut offset = 0;
    while !problems.full() {
        let stretch = Stretch::read(source, offset, dialect);
        for (start, statement) in stretch.statements {
            statements.push(statement.map_err(|problem| {
                problems.push(problem);
                broken(&source[start..])
            }));
        }
        let Some(error) = stretch.stop else { break };
        let failure = Failure::new(source, stretch.end, &error, dialect);
        problems.push(failure.problem());
        statements.push(Err(broken(&source[failure.start..])));
        offset = failure.resume();
    }
    statements
}

/// What `text` begins with.
fn broken(text: &str) -> Broken {
    let mut words = words(text).map(|(_, word)| word);
    let name = match (words.next(), words.next()) {
        (Some("def"), Some(name)) | (Some(name), Some("=")) => Some(name.into()),
        _ => None,
    };
    Broken { name }
}

/// What there is from one place on, up to the first syntax error.
struct Stretch {
    /// Those in the grammar, with their beginnings; a problem stands for one that is too deep or large all the same.
    statements: Vec<(usize, Result<Statement, Diagnostic>)>,
    /// Where the last of them ends.
    end: usize,
    /// Why there are no more; `None` at the end of the text.
    stop: Option<Error<Rule>>,
}

impl Stretch {
    fn read(source: &str, offset: usize, dialect: Dialect) -> Stretch {
        let (all, one) = match dialect {
            Dialect::Rasp => (Rule::statements, Rule::item),
            Dialect::RaspL => (Rule::rasp_l_statements, Rule::rasp_l_item),
        };
        let builder = Builder::new(offset, dialect);
        let mut statements = Vec::new();
        let mut end = offset;
        for pair in Grammar::parse(all, &source[offset..]).into_iter().flatten() {
            end = offset + pair.as_span().end();
            statements.extend(pair.into_inner().map(|pair| (builder.span(&pair).start, builder.statement(pair))));
        }
        Stretch { statements, end, stop: Grammar::parse(one, &source[end..]).err() }
    }
}

/// Where a pest pair is in the whole source.
fn span_of(pair: &Pair<'_, Rule>, base: usize) -> Span {
    let span = pair.as_span();
    Span::new(base + span.start(), base + span.end())
}
