//! Text to syntax tree: pest finds the statements, a Pratt table per dialect groups their operators.
//!
//! After a statement that cannot be read, parsing goes on at the next one, so all problems of a file are found. Knows no names and no types.

mod expression;
mod recover;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::nesting;
use crate::rasp_l::syntax::{Assign, File, Function, Name, Statement};
use crate::span::Span;
use expression::Expressions;
use grammar::{Grammar, Rule};
use pest::Parser;
use pest::iterators::{Pair, Pairs};

#[allow(missing_docs, unreachable_pub, reason = "pest generates a public `Rule`")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "rasp_l/grammar.pest"]
    pub(crate) struct Grammar;
}

/// Parses a program in the `rasp-l` dialect; what cannot be read goes to `problems` and into the tree as `Broken`.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> File {
    let mut file = File::default();
    if let Err(problem) = nesting::check(source) {
        problems.push(problem);
        return file;
    }
    let mut offset = 0;
    while !problems.full() {
        let rest = &source[offset..];
        let mut builder = Builder { base: offset, expressions: Expressions::new(offset), problems };
        let mut consumed = 0;
        for pair in Grammar::parse(Rule::statements, rest).into_iter().flatten() {
            consumed = pair.as_span().end();
            file.statements.extend(pair.into_inner().map(|statement| builder.statement(statement)));
        }
        offset += consumed;
        let rest = &source[offset..];
        match Grammar::parse(Rule::item, rest) {
            Ok(_) => break,
            Err(error) => {
                let recovery = recover::recover(source, offset, &error);
                problems.push(recovery.problem);
                file.statements.push(Statement::Broken { name: recovery.name });
                offset = recovery.resume;
            }
        }
    }
    file
}

/// Where a pest pair is in the whole source.
fn span_of(pair: &Pair<'_, Rule>, base: usize) -> Span {
    let span = pair.as_span();
    Span::new(base + span.start(), base + span.end())
}

/// The next part of a rule, which the grammar says is there.
fn next<'i>(pairs: &mut Pairs<'i, Rule>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar has another part here")
}

struct Builder<'p> {
    base: usize,
    expressions: Expressions,
    problems: &'p mut Problems,
}

impl Builder<'_> {
    fn statement(&mut self, pair: Pair<'_, Rule>) -> Statement {
        let statement = match pair.as_rule() {
            Rule::assignment => Statement::Assign(self.assignment(pair)),
            Rule::definition => self.definition(pair),
            Rule::return_statement => {
                self.problems.push(
                    Diagnostic::new(Code::StrayReturn, "`return` outside a function", span_of(&pair, self.base), "not in a function")
                        .help("a program's output is its last statement: write the expression alone, or give it a name"),
                );
                Statement::Broken { name: None }
            }
            _ => Statement::Show(self.expressions.build(next(&mut pair.into_inner()))),
        };
        for problem in self.expressions.take_problems() {
            self.problems.push(problem);
        }
        statement
    }

    fn assignment(&mut self, pair: Pair<'_, Rule>) -> Assign {
        let mut parts = pair.into_inner();
        let name = self.name(&next(&mut parts));
        next(&mut parts); // the `=`
        Assign { name, value: self.expressions.build(next(&mut parts)) }
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: pair.as_str().to_owned(), span: span_of(pair, self.base) }
    }

    fn definition(&mut self, pair: Pair<'_, Rule>) -> Statement {
        let mut name = None;
        let mut parameters = Vec::new();
        let mut assignments = Vec::new();
        let mut result = None;
        for part in pair.into_inner() {
            let span = span_of(&part, self.base);
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::parameters => {
                    parameters.extend(part.into_inner().filter(|part| part.as_rule() == Rule::name).map(|name| self.name(&name)));
                }
                Rule::assignment | Rule::expression_statement | Rule::return_statement if result.is_some() => {
                    self.problems.push(
                        Diagnostic::new(Code::FunctionBody, "nothing may follow `return`", span, "never reached")
                            .help("a function is assignments and then one `return`"),
                    );
                }
                Rule::assignment => assignments.push(self.assignment(part)),
                Rule::return_statement => {
                    let expression = part.into_inner().find(|part| part.as_rule() == Rule::expression);
                    result = expression.map(|expression| self.expressions.build(expression));
                }
                Rule::expression_statement => self.problems.push(
                    Diagnostic::new(Code::FunctionBody, "this expression's value is lost", span, "nothing reads it")
                        .help("give it a name (`name = ...;`) or `return` it"),
                ),
                _ => {}
            }
        }
        match (name, result) {
            (Some(name), Some(result)) => Statement::Define(Function { name, parameters, assignments, result }),
            (name, _) => {
                if let Some(name) = &name {
                    self.problems.push(
                        Diagnostic::new(Code::FunctionBody, format!("`{}` returns nothing", name.text), name.span, "no `return` inside")
                            .help("end its body with `return ...;`"),
                    );
                }
                Statement::Broken { name: name.map(|name| name.text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::syntax::Form;

    fn parse_all(source: &str) -> (File, Vec<(Code, Span)>) {
        let mut problems = Problems::default();
        let file = parse(source, &mut problems);
        let found = problems.finish("test", source);
        (file, found.iter().flatten().map(|problem| (problem.code(), problem.span())).collect())
    }

    #[test]
    fn statements_may_share_a_line() {
        let (file, problems) = parse_all("a = 1; b = 2;c=3; # comment\n def f(x) { y = x; return y; } f(a);");
        assert_eq!((file.statements.len(), problems), (5, vec![]));
    }

    #[test]
    fn a_broken_statement_does_not_hide_the_others() {
        let (file, problems) = parse_all("a = ;\nb = 2\nc = 3;\ndef f( { return 1; }\nd = 4;");
        assert_eq!(problems.len(), 3);
        let whole: Vec<&str> = file
            .statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Assign(assign) => Some(assign.name.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(whole, ["c", "d"]);
    }

    #[test]
    fn a_minus_sign_is_part_of_the_literal() {
        let (file, _) = parse_all("a = -128;");
        assert!(matches!(&file.statements[..], [Statement::Assign(Assign { value, .. })] if matches!(value.form, Form::Integer(-128))));
        assert_eq!(file.node_count(), 2);
    }

    #[test]
    fn a_comment_may_follow_a_comparison_as_argument() {
        let (file, problems) = parse_all("select(tokens, tokens, == # the same\n);");
        assert_eq!((file.node_count(), problems), (5, vec![]));
    }

    #[test]
    fn tree_nodes_are_counted_as_documented() {
        let (file, _) = parse_all("def f(x, y) { return x + (y); } f(select(tokens, 1, ==), not a if True else 2);");
        // definition, two parameters, return, +, x, y; statement, f, select, tokens, 1, ==, conditional, not, a, True, 2
        assert_eq!(file.node_count(), 7 + 11);
    }
}
