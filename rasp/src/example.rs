//! The examples that a program carries, in comments that other tools pass over.
//!
//! `#> 4 12 3 sep => 3 4 12 eos`: run on its own output, the program writes this after that input.
//! `#> 4 12 3 -> 12 12 3`: on that input, the program's output is this, position by position.
//! Here is what both dialects share; each says what its words mean.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Problems};
use crate::span::Span;
use crate::words::lexemes;

/// What begins an example.
const MARK: &str = "#>";

/// One example, not yet understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) input: Span,
    pub(crate) claim: Claim,
    pub(crate) expected: Span,
}

/// What an example says of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// `=>`: what the program writes after it, token by token.
    Writes,
    /// `->`: what the program's output on it is.
    Gives,
}

/// How a program did on its own examples.
#[derive(Clone, Debug)]
pub struct Tested {
    /// How many examples there are.
    pub examples: usize,
    /// How many of them fail.
    pub failed: usize,
    /// One problem for each example that fails, the first 100 of them; `None` if none does.
    pub failures: Option<Diagnostics>,
}

/// The examples of a text; what is no example goes to `problems`.
pub(crate) fn read(source: &str, problems: &mut Problems) -> Vec<Example> {
    let comments = lexemes(source).filter(|(_, lexeme)| lexeme.starts_with(MARK));
    comments
        .filter_map(|(start, comment)| {
            let arrows = [("=>", Claim::Writes), ("->", Claim::Gives)];
            let found = arrows
                .iter()
                .filter_map(|&(arrow, claim)| Some((comment[MARK.len()..].find(arrow)? + MARK.len(), claim)))
                .min_by_key(|&(at, _)| at);
            let Some((at, claim)) = found else {
                let span = Span::new(start, start + comment.trim_end().len());
                problems.push(malformed("an example needs `=>` or `->`", span));
                return None;
            };
            let input = trimmed(source, Span::new(start + MARK.len(), start + at));
            let expected = trimmed(source, Span::new(start + at + 2, start + comment.len()));
            Some(Example { input, claim, expected })
        })
        .collect()
}

/// An example that cannot be understood.
pub(crate) fn malformed(message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::new(Code::MalformedExample, message, span, "not an example").help(
        "`#> input => answer` says what the program writes after the input, `#> input -> output` what its output is at every position",
    )
}

/// An example that fails.
pub(crate) fn failed(example: &Example, found: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::FailedExample, "the example fails", example.expected, found).and(example.input, "on this input")
}

/// The span without blanks at its ends; where there is nothing else, its beginning.
fn trimmed(source: &str, span: Span) -> Span {
    let text = &source[span.start..span.end];
    let start = span.start + (text.len() - text.trim_start().len());
    Span::new(start, start.max(span.start + text.trim_end().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(source: &str) -> Vec<(&str, Claim, &str)> {
        let mut problems = Problems::default();
        let examples = read(source, &mut problems);
        assert!(problems.is_empty());
        examples.iter().map(|it| (&source[it.input.start..it.input.end], it.claim, &source[it.expected.start..it.expected.end])).collect()
    }

    #[test]
    fn examples_are_comments_anywhere() {
        let source = "#> 1 sep => 1 eos\nx; #>a->b # c\n\"#> no => example\"; # > no -> example\n#>=>\n";
        let expected = [("1 sep", Claim::Writes, "1 eos"), ("a", Claim::Gives, "b # c"), ("", Claim::Writes, "")];
        assert_eq!(parts(source), expected);
    }

    #[test]
    fn the_first_arrow_divides() {
        assert_eq!(parts("#> -1 -> => 2"), [("-1", Claim::Gives, "=> 2")]);
    }

    #[test]
    fn a_line_without_an_arrow_is_a_problem() {
        let mut problems = Problems::default();
        assert!(read("#> 1 2 3\r\n", &mut problems).is_empty());
        let found = problems.finish("f", "#> 1 2 3\r\n").unwrap();
        assert_eq!(
            found.iter().map(|problem| (problem.code(), problem.span())).collect::<Vec<_>>(),
            [(Code::MalformedExample, Span::new(0, 8))]
        );
    }
}
