//! What RASP-L has not of the language. A program is parsed by the grammar of both dialects; then each whole construct that RASP-L lacks is
//! refused, with the rule that it breaks and what to write instead. Knows no names and no types.

mod lack;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::dialect::Dialect;
use crate::parse;
use crate::span::Span;
use crate::syntax::{Broken, Expr, Form, Function, Name, Statement, StatementForm};
use crate::words::words;
use lack::compared;
pub(crate) use lack::{Lack, foreign_function};

/// Parses a program; `problems` say what cannot be read, and what RASP-L has not.
pub(crate) fn parse(source: &str, problems: &mut Problems) -> Vec<Result<Statement, Broken>> {
    let statements = parse::statements(source, Dialect::RaspL, problems);
    let mut subset = Subset { source, problems };
    for statement in statements.iter().flatten() {
        subset.statement(statement);
    }
    statements
}

/// The one assignment that RASP-L has: `name = value;`.
pub(crate) fn assignment(statement: &Statement) -> Option<(&Name, &Expr)> {
    match &statement.form {
        StatementForm::Assign { names, values } => match (&names[..], &values[..]) {
            ([name], [value]) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

struct Subset<'s, 'p> {
    source: &'s str,
    problems: &'p mut Problems,
}

impl Subset<'_, '_> {
    fn statement(&mut self, statement: &Statement) {
        let from_start = |end: usize| Span::new(statement.span.start, end);
        let (lack, span) = match &statement.form {
            StatementForm::Show(value) => return self.expr(value),
            StatementForm::Define(function) => return self.function(function),
            StatementForm::Assign { .. } => match assignment(statement) {
                Some((_, value)) => return self.expr(value),
                None => (Lack::SeveralValues, statement.span),
            },
            StatementForm::For { iterable, .. } => (Lack::Loop, from_start(iterable.span.end)),
            StatementForm::Load { .. } => (Lack::Load, statement.span),
            // `draw(x);` is a call here, as it may be of a function of that name.
            StatementForm::Draw { .. } | StatementForm::Command(_) => (Lack::Command, statement.span),
        };
        self.problems.push(lack.problem(span));
    }

    fn function(&mut self, function: &Function) {
        for statement in &function.body {
            match &statement.form {
                StatementForm::Define(inner) => {
                    self.problems.push(Lack::InnerFunction.problem(Span::new(statement.span.start, inner.name.span.end)));
                }
                StatementForm::Show(_) => self.problems.push(
                    Diagnostic::new(Code::FunctionBody, "this expression's value is lost", statement.span, "nothing reads it")
                        .help("give it a name (`name = ...;`) or `return` it"),
                ),
                _ => self.statement(statement),
            }
        }
        match &function.results[..] {
            [first, .., last] => self.problems.push(Lack::SeveralResults.problem(first.span.to(last.span))),
            results => results.iter().for_each(|result| self.expr(result)),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match (Lack::of(expr), &expr.form) {
            (None, _) => {}
            // What the operands are is right or wrong whatever is between them.
            (Some(lack), Form::Binary(_, left, right)) => {
                let problem = lack.problem(self.operator(left, right));
                self.problems.push(match compared(left).filter(|_| matches!(lack, Lack::Chain)) {
                    Some((left, right)) => problem.and(self.operator(left, right), "first comparison"),
                    None => problem,
                });
            }
            (Some(lack), Form::In(item, container)) => return self.problems.push(lack.problem(self.operator(item, container))),
            (Some(lack), _) => return self.problems.push(lack.problem(expr.span)),
        }
        expr.children().into_iter().for_each(|child| self.expr(child));
    }

    /// Where the operator between two operands is.
    fn operator(&self, left: &Expr, right: &Expr) -> Span {
        let start = left.span.end;
        let marks = words(self.source.get(start..right.span.start).unwrap_or_default());
        let spans = marks.map(|(place, mark)| Span::new(start + place, start + place + mark.len()));
        spans.reduce(Span::to).unwrap_or(left.span.to(right.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::length::syntax_nodes;

    fn parse_all(source: &str) -> (Vec<Result<Statement, Broken>>, Vec<&'static str>) {
        let mut problems = Problems::default();
        let statements = parse(source, &mut problems);
        let found = problems.finish("test", source);
        (statements, found.iter().flatten().map(|problem| problem.code().as_str()).collect())
    }

    fn node_count(source: &str) -> usize {
        let (statements, problems) = parse_all(source);
        assert_eq!(problems, [""; 0], "{source}");
        syntax_nodes(statements.iter().flatten())
    }

    #[test]
    fn statements_may_share_a_line() {
        let (statements, problems) = parse_all("a = 1; b = 2;c=3; # comment\n def f(x) { y = x; return y; } f(a);");
        assert_eq!((statements.len(), problems), (5, vec![]));
    }

    #[test]
    fn a_broken_statement_does_not_hide_the_others() {
        let (statements, problems) = parse_all("a = ;\nb = 2\nc = 3;\ndef f( { return 1; }\nd = 4;");
        assert_eq!(problems, ["E0101"; 3]);
        let names = statements.iter().map(|statement| match statement {
            Ok(statement) => assignment(statement).map(|(name, _)| format!("{} whole", name.text)),
            Err(broken) => broken.name.as_ref().map(ToString::to_string),
        });
        assert_eq!(names.flatten().collect::<Vec<_>>(), ["a", "b", "c whole", "f", "d whole"]);
    }

    #[test]
    fn each_construct_is_one_problem() {
        for (source, codes) in [
            ("x = [1, 2.5, \"a\", nobody];", &["E0106"][..]),
            ("for x in [1, 2] { y = {1: 2}; }", &["E0106"]),
            ("for x in [1, 2] { y = ; }", &["E0106"]),
            ("def f(x) { for i in x { return i; } return x; }", &["E0106"]),
            ("a / b / 2.5;", &["E0106"; 3]),
            ("a < b < c < d;", &["E0103"; 2]),
            ("a in b;", &["E0106"]),
            ("f(1)(2);", &["E0206"]),
            ("a ** b;", &["E0106"]),
            ("a = 'x';", &["E0106"]),
        ] {
            assert_eq!(parse_all(source).1, codes, "{source}");
        }
    }

    #[test]
    fn words_of_the_other_dialect_are_names() {
        for source in [
            "set = 1; show = set; example = show; on = example; full = on;",
            "load = 1; draw = load; exit = draw; quit = exit; selector = quit; selector - 1;",
            "s = 1; op = 2; s-op; s-op == op;",
            "def len(round, zip) { range = round; return range; } len (len(1, 2), 3);",
            "select (tokens, tokens, ==); select(tokens, tokens, != # other\n);",
        ] {
            assert_eq!(parse_all(source).1, [""; 0], "{source}");
        }
    }

    #[test]
    fn operators_group_as_in_python() {
        for (source, same) in [
            ("not a == b;", "not (a == b);"),
            ("a or b and c;", "a or (b and c);"),
            ("a * b % c;", "(a * b) % c;"),
            ("a % b * c;", "(a % b) * c;"),
            ("a if b else c if d else e;", "a if b else (c if d else e);"),
            ("-a * b;", "(-a) * b;"),
        ] {
            let shape = |source: &str| {
                let tree = format!("{:?}", parse_all(source).0);
                tree.split("Span {").map(|part| part.split_once('}').map_or(part, |(_, rest)| rest).to_owned()).collect::<String>()
            };
            assert_eq!(shape(source), shape(same), "{source}");
        }
    }

    #[test]
    fn tree_nodes_are_counted_as_documented() {
        assert_eq!(node_count("a = -128;"), 2);
        assert_eq!(node_count("select(tokens, tokens, == # the same\n);"), 5);
        // definition, two parameters, return, +, x, y; statement, f, select, tokens, 1, ==, conditional, not, a, True, 2
        assert_eq!(node_count("def f(x, y) { return x + (y); } f(select(tokens, 1, ==), not a if True else 2);"), 7 + 11);
    }
}
