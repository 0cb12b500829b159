//! Flat runs of operators and operands to expression trees, by one table of precedences per dialect.

use super::grammar::Rule;
use super::{next, span_of};
use crate::comparison::Comparison;
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline;
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::syntax::{Argument, Binary, Expr, Form, Name};
use crate::span::Span;
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, ConstPrattParser, Op};
use std::cell::{Cell, RefCell};

/// The precedences of `rasp-l`, loosest first: Python's. `true` begins a level.
static RASP_L: ConstPrattParser<Rule, 12> = ConstPrattParser::new_const([
    (Op::infix(Rule::conditional, Assoc::Right), true),
    (Op::infix(Rule::or, Assoc::Left), true),
    (Op::infix(Rule::and, Assoc::Left), true),
    (Op::prefix(Rule::not), true),
    (Op::infix(Rule::comparison, Assoc::Left), true),
    (Op::infix(Rule::add, Assoc::Left), true),
    (Op::infix(Rule::subtract, Assoc::Left), false),
    (Op::infix(Rule::multiply, Assoc::Left), true),
    (Op::infix(Rule::divide, Assoc::Left), false),
    (Op::infix(Rule::remainder, Assoc::Left), false),
    (Op::prefix(Rule::negate), true),
    (Op::infix(Rule::power, Assoc::Right), true),
]);

/// How many operators and brackets may lie on top of one another, so that walking a tree by recursion is safe.
const DEEPEST: usize = 300;

/// Builds expressions of the `rasp-l` dialect.
pub(super) struct Expressions {
    base: usize,
    depth: Cell<usize>,
    problems: RefCell<Vec<Diagnostic>>,
}

impl Expressions {
    /// For pairs of a text that begins at byte `base` of the source.
    pub(super) fn new(base: usize) -> Self {
        Expressions { base, depth: Cell::new(0), problems: RefCell::default() }
    }

    pub(super) fn take_problems(&mut self) -> Vec<Diagnostic> {
        std::mem::take(self.problems.get_mut())
    }

    /// The tree of an `expression` pair.
    pub(super) fn build(&self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let parts = pair.into_inner();
        let operators = parts.clone().filter(|part| is_operator(part.as_rule())).count();
        let outer = self.depth.get();
        let depth = outer + operators + 1;
        if depth > DEEPEST {
            self.report(
                Diagnostic::new(Code::TooDeep, format!("more than {DEEPEST} operators and brackets in one expression"), span, "too deep")
                    .help("give parts of the expression names of their own"),
            );
            return Expr { form: Form::Broken, span };
        }
        let chained = self.refuse_chained_comparisons(parts.clone());
        self.depth.set(depth);
        let expr = RASP_L
            .map_primary(|part| self.primary(part))
            .map_prefix(|operator, operand| self.prefix(&operator, operand))
            .map_infix(|left, operator, right| self.infix(left, operator, right))
            .parse(parts);
        self.depth.set(outer);
        if chained { Expr { form: Form::Broken, span } } else { expr }
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let form = match pair.as_rule() {
            Rule::integer => Form::Integer(pair.as_str().parse().unwrap_or(i64::MAX)),
            Rule::boolean => Form::Boolean(pair.as_str() == "True"),
            Rule::name => Form::Name(pair.as_str().to_owned()),
            Rule::call => self.call(pair),
            Rule::group => {
                let inner = pair.into_inner().find(|part| part.as_rule() == Rule::expression);
                inner.map_or(Form::Broken, |inner| self.build(inner).form)
            }
            other => {
                let what = if other == Rule::float { "a fraction" } else { "text" };
                self.report(
                    Diagnostic::new(Code::NotInDialect, format!("{what} is not a RASP-L value"), span, "not an int8")
                        .note(discipline::Rule::Int8.text())
                        .help("give each word or letter a number, as in `sep = -1;`"),
                );
                Form::Broken
            }
        };
        Expr { form, span }
    }

    fn call(&self, pair: Pair<'_, Rule>) -> Form {
        let mut parts = pair.into_inner();
        let callee = next(&mut parts);
        let callee = Name { text: callee.as_str().to_owned(), span: self.span(&callee) };
        let arguments = parts
            .filter(|part| part.as_rule() == Rule::arguments)
            .flat_map(Pair::into_inner)
            .filter_map(|part| match part.as_rule() {
                Rule::expression => Some(Argument::Expr(self.build(part))),
                // Only the comparison inside ends before blanks and comments do.
                Rule::operator_argument => {
                    let comparison = part.into_inner().next()?;
                    Some(Argument::Comparison(read_comparison(comparison.as_str())?, self.span(&comparison)))
                }
                _ => None,
            })
            .collect();
        Form::Call { callee, arguments }
    }

    fn prefix(&self, operator: &Pair<'_, Rule>, operand: Expr) -> Expr {
        let span = self.span(operator).to(operand.span);
        let form = match (operator.as_rule(), operand.form) {
            (Rule::negate, Form::Integer(value)) => Form::Integer(-value),
            (Rule::negate, form) => Form::Negate(Box::new(Expr { form, ..operand })),
            (_, form) => Form::Not(Box::new(Expr { form, ..operand })),
        };
        Expr { form, span }
    }

    fn infix(&self, left: Expr, operator: Pair<'_, Rule>, right: Expr) -> Expr {
        let span = left.span.to(right.span);
        let binary = match operator.as_rule() {
            Rule::or => Binary::Or,
            Rule::and => Binary::And,
            Rule::add => Binary::Arithmetic(Arithmetic::Add),
            Rule::subtract => Binary::Arithmetic(Arithmetic::Subtract),
            Rule::multiply => Binary::Arithmetic(Arithmetic::Multiply),
            Rule::remainder => Binary::Arithmetic(Arithmetic::Remainder),
            Rule::conditional => {
                let condition = operator.into_inner().find(|part| part.as_rule() == Rule::expression);
                let form = condition.map_or(Form::Broken, |condition| Form::Conditional {
                    condition: Box::new(self.build(condition)),
                    yes: Box::new(left),
                    no: Box::new(right),
                });
                return Expr { form, span };
            }
            Rule::comparison => match read_comparison(operator.as_str()) {
                Some(comparison) => Binary::Compare(comparison),
                None => return Expr { form: Form::Broken, span },
            },
            _ => {
                let symbol = operator.as_str();
                self.report(
                    Diagnostic::new(
                        Code::NotInDialect,
                        format!("`{symbol}` is not a RASP-L operation"),
                        self.span(&operator),
                        "may leave the int8 tokens",
                    )
                    .note(discipline::Rule::Int8.text())
                    .help("tokens have `+`, `-`, `*` and `%`; the mean of selected tokens is `aggregate(selector, tokens)`"),
                );
                return Expr { form: Form::Broken, span };
            }
        };
        Expr { form: Form::Binary(binary, Box::new(left), Box::new(right)), span }
    }

    /// Whether there is an `a < b < c`, which is read differently by every language, so it is nobody's meaning here.
    fn refuse_chained_comparisons(&self, parts: Pairs<'_, Rule>) -> bool {
        let mut first = None;
        let mut found = false;
        for part in parts {
            match (part.as_rule(), first) {
                (Rule::comparison, None) => first = Some(self.span(&part)),
                (Rule::comparison, Some(earlier)) => {
                    found = true;
                    self.report(
                        Diagnostic::new(Code::ChainedComparison, "comparisons cannot be chained", self.span(&part), "second comparison")
                            .and(earlier, "first comparison")
                            .help("join two comparisons with `and`, or put one in parentheses"),
                    );
                }
                (Rule::or | Rule::and | Rule::conditional | Rule::not, _) => first = None,
                _ => {}
            }
        }
        found
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        span_of(pair, self.base)
    }

    fn report(&self, problem: Diagnostic) {
        self.problems.borrow_mut().push(problem);
    }
}

fn is_operator(rule: Rule) -> bool {
    !matches!(rule, Rule::integer | Rule::float | Rule::string | Rule::boolean | Rule::name | Rule::call | Rule::group)
}

fn read_comparison(text: &str) -> Option<Comparison> {
    Comparison::read(text.trim())
}
