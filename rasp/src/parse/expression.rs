//! Flat runs of operators and operands to expression trees, by one table of precedences per dialect.

use super::grammar::Rule;
use super::span_of;
use super::statement::unquoted;
use crate::comparison::Comparison;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::span::Span;
use crate::syntax::{Binary, Expr, Form, Name, Unary};
use num_bigint::BigInt;
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, ConstPrattParser, Op};
use std::cell::Cell;

/// The precedences of a dialect, loosest first; `true` begins a level.
type Precedences = ConstPrattParser<Rule, 16>;

/// The reference's. They are not Python's, and nothing groups to the right.
static RASP: Precedences = ConstPrattParser::new_const([
    (Op::infix(Rule::in_word, Assoc::Left), true),
    (Op::infix(Rule::conditional, Assoc::Left), true),
    (Op::infix(Rule::and, Assoc::Left), true),
    (Op::infix(Rule::or, Assoc::Left), false),
    (Op::infix(Rule::comparison, Assoc::Left), true),
    (Op::infix(Rule::add, Assoc::Left), true),
    (Op::infix(Rule::subtract, Assoc::Left), false),
    (Op::infix(Rule::remainder, Assoc::Left), true),
    (Op::infix(Rule::multiply, Assoc::Left), true),
    (Op::infix(Rule::divide, Assoc::Left), false),
    (Op::infix(Rule::power, Assoc::Left), true),
    (Op::prefix(Rule::not), true),
    (Op::prefix(Rule::negate), false),
    (Op::prefix(Rule::plus), false),
    (Op::postfix(Rule::index), true),
    (Op::postfix(Rule::call), false),
]);

/// Python's.
static RASP_L: Precedences = ConstPrattParser::new_const([
    (Op::infix(Rule::conditional, Assoc::Right), true),
    (Op::infix(Rule::or, Assoc::Left), true),
    (Op::infix(Rule::and, Assoc::Left), true),
    (Op::prefix(Rule::not), true),
    (Op::infix(Rule::comparison, Assoc::Left), true),
    (Op::infix(Rule::in_word, Assoc::Left), false),
    (Op::infix(Rule::add, Assoc::Left), true),
    (Op::infix(Rule::subtract, Assoc::Left), false),
    (Op::infix(Rule::multiply, Assoc::Left), true),
    (Op::infix(Rule::divide, Assoc::Left), false),
    (Op::infix(Rule::remainder, Assoc::Left), false),
    (Op::prefix(Rule::negate), true),
    (Op::prefix(Rule::plus), false),
    (Op::infix(Rule::power, Assoc::Right), true),
    (Op::postfix(Rule::index), true),
    (Op::postfix(Rule::call), false),
]);

/// How many operators and brackets may lie on top of one another, so that walking a tree by recursion is safe.
const DEEPEST: usize = 300;

/// As in Python, whose time to read an integer grows with the square of its length.
const MOST_DIGITS: usize = 4300;

/// Trees of expressions, or why there is none.
type Values = std::vec::IntoIter<Result<Expr, Diagnostic>>;

/// Builds the tree from pest's pairs. What is in the grammar and still refused, for its depth or size, is an error.
pub(super) struct Builder {
    base: usize,
    dialect: Dialect,
    depth: Cell<usize>,
}

impl Builder {
    /// For pairs of a text that begins at byte `base` of the source.
    pub(super) fn new(base: usize, dialect: Dialect) -> Self {
        Builder { base, dialect, depth: Cell::new(0) }
    }

    /// The tree of an `expression` or `setting` pair.
    pub(super) fn expression(&self, pair: Pair<'_, Rule>) -> Result<Expr, Diagnostic> {
        let span = self.span(&pair);
        let parts = pair.into_inner();
        let outer = self.depth.get();
        let depth = outer + parts.clone().filter(|part| is_operator(part.as_rule())).count() + 1;
        if depth > DEEPEST {
            let message = format!("more than {DEEPEST} operators and brackets in one expression");
            return Err(Diagnostic::new(Code::TooDeep, message, span, "too deep").help("give parts of the expression names of their own"));
        }
        self.depth.set(depth);
        let precedences = match self.dialect {
            Dialect::Rasp => &RASP,
            Dialect::RaspL => &RASP_L,
        };
        let expr = precedences
            .map_primary(|part| self.primary(part))
            .map_prefix(|operator, operand| Ok(self.prefix(&operator, operand?)))
            .map_postfix(|operand, operator| self.postfix(operand?, operator))
            .map_infix(|left, operator, right| self.infix(left?, operator, right?))
            .parse(parts);
        self.depth.set(outer);
        expr
    }

    /// The trees of the expressions among `parts`, one by one or in a row.
    pub(super) fn values(&self, parts: Pairs<'_, Rule>) -> Values {
        let mut trees = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::expression => trees.push(self.expression(part)),
                Rule::expressions | Rule::arguments => trees.extend(self.values(part.into_inner())),
                // Of a call; that of `select(` is a `select_comparison`.
                Rule::comparison => {
                    trees.push(Ok(Expr { form: Form::Comparison(read_comparison(part.as_str())), span: self.span(&part) }));
                }
                _ => {}
            }
        }
        trees.into_iter()
    }

    /// The names of the `names` pairs among `parts`.
    pub(super) fn names(&self, parts: &Pairs<'_, Rule>) -> Vec<Name> {
        let lists = parts.clone().filter(|part| part.as_rule() == Rule::names);
        lists.flat_map(Pair::into_inner).filter(|part| part.as_rule() == Rule::name).map(|part| self.name(&part)).collect()
    }

    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: pair.as_str().into(), span: self.span(pair) }
    }

    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        span_of(pair, self.base)
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Result<Expr, Diagnostic> {
        let span = self.span(&pair);
        let form = match pair.as_rule() {
            Rule::integer => Form::Integer(self.integer(pair.as_str(), span)?),
            Rule::float => Form::Float(pair.as_str().parse().unwrap_or(f64::INFINITY)),
            Rule::string => Form::Text(unquoted(pair.as_str()).into()),
            Rule::name => Form::Name(pair.as_str().into()),
            Rule::group => next_value(&mut self.values(pair.into_inner()))?.form,
            Rule::list => self.list(pair.into_inner())?,
            Rule::dict => self.dict(pair.into_inner())?,
            rule => self.builtin(rule, pair.into_inner())?,
        };
        Ok(Expr { form, span })
    }

    fn integer(&self, digits: &str, span: Span) -> Result<BigInt, Diagnostic> {
        if digits.len() > MOST_DIGITS {
            let message = format!("an integer of more than {MOST_DIGITS} digits");
            let help = match self.dialect {
                Dialect::Rasp => "write it as a power: `10 ^ 5000`",
                Dialect::RaspL => "write an integer from -128 to 127",
            };
            return Err(Diagnostic::new(Code::Syntax, message, span, "too long").help(help));
        }
        Ok(digits.parse().unwrap_or_default())
    }

    /// What looks like a call, but of the language itself.
    fn builtin(&self, rule: Rule, parts: Pairs<'_, Rule>) -> Result<Form, Diagnostic> {
        let comparison = parts.clone().find(|part| part.as_rule() == Rule::select_comparison);
        let mut values = self.values(parts);
        Ok(match (rule, comparison) {
            (Rule::range, _) => Form::Range(values.collect::<Result<_, _>>()?),
            (Rule::zip, _) => Form::Zip(values.collect::<Result<_, _>>()?),
            (Rule::select, Some(comparison)) => Form::Select {
                key: Box::new(next_value(&mut values)?),
                query: Box::new(next_value(&mut values)?),
                comparison: read_comparison(comparison.as_str()),
            },
            (Rule::aggregate, _) => Form::Aggregate {
                selector: Box::new(next_value(&mut values)?),
                value: Box::new(next_value(&mut values)?),
                default: values.next().transpose()?.map(Box::new),
            },
            (Rule::len, _) => Form::Len(Box::new(next_value(&mut values)?)),
            (Rule::round, _) => Form::Unary(Unary::Round, Box::new(next_value(&mut values)?)),
            _ => Form::Unary(Unary::Indicator, Box::new(next_value(&mut values)?)),
        })
    }

    fn list(&self, parts: Pairs<'_, Rule>) -> Result<Form, Diagnostic> {
        let clause = parts.clone().find(|part| part.as_rule() == Rule::for_clause);
        let mut items = self.values(parts);
        let Some(clause) = clause else { return Ok(Form::List(items.collect::<Result<_, _>>()?)) };
        let value = Box::new(next_value(&mut items)?);
        let (names, iterable) = self.for_clause(clause)?;
        Ok(Form::ListComprehension { value, names, iterable })
    }

    fn dict(&self, parts: Pairs<'_, Rule>) -> Result<Form, Diagnostic> {
        let clause = parts.clone().find(|part| part.as_rule() == Rule::for_clause);
        let mut entries = Vec::new();
        for entry in parts.filter(|part| part.as_rule() == Rule::entry) {
            let mut sides = self.values(entry.into_inner());
            entries.push((next_value(&mut sides)?, next_value(&mut sides)?));
        }
        Ok(match (clause, entries.pop()) {
            (Some(clause), Some((key, value))) => {
                let (names, iterable) = self.for_clause(clause)?;
                Form::DictComprehension { key: Box::new(key), value: Box::new(value), names, iterable }
            }
            (_, last) => {
                entries.extend(last);
                Form::Dict(entries)
            }
        })
    }

    /// What `for names in iterable` says.
    fn for_clause(&self, clause: Pair<'_, Rule>) -> Result<(Vec<Name>, Box<Expr>), Diagnostic> {
        let parts = clause.into_inner();
        let iterable = next_value(&mut self.values(parts.clone()))?;
        Ok((self.names(&parts), Box::new(iterable)))
    }

    fn prefix(&self, operator: &Pair<'_, Rule>, operand: Expr) -> Expr {
        let span = self.span(operator).to(operand.span);
        let unary = match operator.as_rule() {
            Rule::not => Unary::Not,
            Rule::negate => Unary::Negate,
            _ => Unary::Plus,
        };
        Expr { form: Form::Unary(unary, Box::new(operand)), span }
    }

    fn postfix(&self, operand: Expr, operator: Pair<'_, Rule>) -> Result<Expr, Diagnostic> {
        let span = operand.span.to(self.span(&operator));
        let operand = Box::new(operand);
        let rule = operator.as_rule();
        let mut arguments = self.values(operator.into_inner());
        let form = if rule == Rule::index {
            Form::Index(operand, Box::new(next_value(&mut arguments)?))
        } else {
            Form::Call { callee: operand, arguments: arguments.collect::<Result<_, _>>()? }
        };
        Ok(Expr { form, span })
    }

    fn infix(&self, left: Expr, operator: Pair<'_, Rule>, right: Expr) -> Result<Expr, Diagnostic> {
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        let binary = match operator.as_rule() {
            Rule::in_word => return Ok(Expr { form: Form::In(left, right), span }),
            Rule::conditional => {
                let condition = next_value(&mut self.values(operator.into_inner()))?;
                return Ok(Expr { form: Form::Conditional { condition: Box::new(condition), yes: left, no: right }, span });
            }
            Rule::and => Binary::And,
            Rule::or => Binary::Or,
            Rule::comparison => Binary::Compare(read_comparison(operator.as_str())),
            Rule::add => Binary::Add,
            Rule::subtract => Binary::Subtract,
            Rule::remainder => Binary::Remainder,
            Rule::multiply => Binary::Multiply,
            Rule::divide => Binary::Divide,
            _ => Binary::Power,
        };
        Ok(Expr { form: Form::Binary(binary, left, right), span })
    }
}

/// The next tree, which the grammar says is there.
pub(super) fn next_value(values: &mut Values) -> Result<Expr, Diagnostic> {
    values.next().expect("the grammar has another expression here")
}

fn is_operator(rule: Rule) -> bool {
    use Rule::{
        add, and, call, comparison, conditional, divide, in_word, index, multiply, negate, not, or, plus, power, remainder, subtract,
    };
    let infix = matches!(rule, in_word | conditional | and | or | comparison | add | subtract | remainder | multiply | divide | power);
    infix || matches!(rule, not | negate | plus | index | call)
}

/// The grammar lets nothing but comparisons through.
fn read_comparison(symbol: &str) -> Comparison {
    Comparison::read(symbol).unwrap_or(Comparison::Equal)
}
