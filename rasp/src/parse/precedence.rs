//! Warnings where the reference's precedences mean something other than it looks.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::{Binary, Command, Expr, Form, Statement, StatementForm, Unary};

/// The longest operand that is quoted whole in a warning, in characters.
const LONGEST_QUOTE: usize = 24;

/// What the statements of `source` likely do not mean, in the order of the text.
pub(crate) fn warnings(source: &str, statements: &[Statement]) -> Vec<Diagnostic> {
    let mut reader = Reader { source, found: Vec::new() };
    reader.statements(statements);
    reader.found.sort_by_key(Diagnostic::span);
    // Of a chain, its first two say enough.
    reader.found.dedup_by_key(|warning| (warning.code(), warning.span().start));
    reader.found
}

struct Reader<'s> {
    source: &'s str,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            match &statement.form {
                StatementForm::Show(value) | StatementForm::Command(Command::SetExample(_, value)) => self.expr(value),
                StatementForm::Assign { values, .. } => self.exprs(values),
                StatementForm::Draw { sop, input } => {
                    self.exprs(std::iter::once(sop).chain(input));
                }
                StatementForm::Define(function) => {
                    self.statements(&function.body);
                    self.exprs(&function.results);
                }
                StatementForm::For { iterable, body, .. } => {
                    self.expr(iterable);
                    self.statements(body);
                }
                StatementForm::Load { .. } | StatementForm::Command(_) => {}
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.found.extend(self.doubt(expr));
        self.exprs(expr.children());
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    /// What is doubtful about the outermost operator.
    fn doubt(&self, expr: &Expr) -> Option<Diagnostic> {
        match &expr.form {
            Form::In(item, container) => self.doubt_in(item, container),
            Form::Conditional { condition, yes, no } => {
                let Form::Conditional { condition: inner_condition, yes: inner_yes, no: inner_no } = yes.bare()? else { return None };
                let [first, second, last] = [inner_yes, inner_no, no].map(|part| self.quote(part));
                let [inner_condition, condition] = [inner_condition, condition].map(|part| self.quote(part));
                let read = format!("({first} if {inner_condition} else {second}) if {condition} else {last}");
                let other = format!("{first} if {inner_condition} else ({second} if {condition} else {last})");
                Some(
                    Diagnostic::warning(Code::ConditionalChain, "a choice between choices", expr.span, "the left `if` is chosen first")
                        .help(format!("this is read as `{read}`"))
                        .help(format!("to ask one after the other, write `{other}`")),
                )
            }
            Form::Binary(binary, left, right) => self.doubt_binary(*binary, left, right),
            _ => None,
        }
    }

    fn doubt_in(&self, item: &Expr, container: &Expr) -> Option<Diagnostic> {
        if let Some(Form::Unary(Unary::Not, operand)) = item.bare() {
            return Some(self.not_first(item, operand, "in", container));
        }
        let [i, c] = [item, container].map(|part| self.quote(part));
        let (read, other) = match (item.bare(), container.bare()) {
            (_, Some(Form::Binary(binary, left, right))) => {
                let (left, right) = (self.quote(left), self.quote(right));
                (format!("{i} in ({c})"), Some(format!("({i} in {left}) {} {right}", symbol(*binary))))
            }
            (_, Some(Form::Conditional { condition, yes, no })) => {
                let [condition, yes, no] = [condition, yes, no].map(|part| self.quote(part));
                (format!("{i} in ({c})"), Some(format!("({i} in {yes}) if {condition} else {no}")))
            }
            (Some(Form::Binary(binary @ (Binary::And | Binary::Or | Binary::Compare(_)), left, right)), _) => {
                let (left, right) = (self.quote(left), self.quote(right));
                (format!("({i}) in {c}"), Some(format!("{left} {} ({right} in {c})", symbol(*binary))))
            }
            (Some(Form::Conditional { condition, yes, no }), _) => {
                let [condition, yes, no] = [condition, yes, no].map(|part| self.quote(part));
                (format!("({i}) in {c}"), Some(format!("{yes} if {condition} else ({no} in {c})")))
            }
            (Some(Form::In(..)), _) => (format!("({i}) in {c}"), None),
            _ => return None,
        };
        let span = item.span.to(container.span);
        let warning = Diagnostic::warning(Code::InLast, "`in` is read last", span, "all other operators come first")
            .help(format!("this is read as `{read}`"));
        Some(match other {
            Some(other) => warning.help(format!("to apply `in` first, write `{other}`")),
            None => warning,
        })
    }

    fn doubt_binary(&self, binary: Binary, left: &Expr, right: &Expr) -> Option<Diagnostic> {
        use Binary::{And, Compare, Divide, Multiply, Or, Power, Remainder};
        let span = left.span.to(right.span);
        let outer = symbol(binary);
        let r = self.quote(right);
        match (binary, left.bare(), right.bare()) {
            (_, Some(Form::Unary(Unary::Not, operand)), _) if !matches!(binary, And | Or) => {
                Some(self.not_first(left, operand, outer, right))
            }
            (Power, Some(Form::Unary(sign @ (Unary::Negate | Unary::Plus), operand)), _) => {
                let (sign, o) = (if *sign == Unary::Negate { "-" } else { "+" }, self.quote(operand));
                Some(
                    Diagnostic::warning(Code::SignFirst, "a sign comes before `^`", span, "the power of the signed number")
                        .help(format!("this is read as `({sign}{o}) ^ {r}`"))
                        .help(format!("for the sign of the power, write `{sign}({o} ^ {r})`")),
                )
            }
            (Remainder, _, Some(Form::Binary(inner @ (Multiply | Divide), a, b))) => {
                let (l, a, b, inner) = (self.quote(left), self.quote(a), self.quote(b), symbol(*inner));
                Some(
                    Diagnostic::warning(Code::RemainderMix, format!("`{inner}` comes before `%`"), span, "not from left to right")
                        .help(format!("this is read as `{l} % ({a} {inner} {b})`"))
                        .help(format!("for the other order, write `({l} % {a}) {inner} {b}`")),
                )
            }
            (Remainder, Some(Form::Binary(inner @ (Multiply | Divide), ..)), _) => {
                Some(self.left_first(Code::RemainderMix, format!("`{}` comes before `%`", symbol(*inner)), left, "%", right))
            }
            (And, Some(Form::Binary(Or, ..)), _) => {
                Some(self.left_first(Code::AndOrMix, "`and` does not come before `or`".to_owned(), left, "and", right))
            }
            (Compare(_), Some(Form::Binary(Compare(inner), a, b)), _) => {
                let (l, a, b, inner) = (self.quote(left), self.quote(a), self.quote(b), inner.symbol());
                Some(
                    Diagnostic::warning(Code::ComparisonChain, "a comparison of a comparison", span, "compares a truth value")
                        .help(format!("this is read as `({l}) {outer} {r}`"))
                        .help(format!("to ask both, write `{a} {inner} {b} and {b} {outer} {r}`")),
                )
            }
            (Power, Some(Form::Binary(Power, ..)), _) => {
                Some(self.left_first(Code::PowerChain, "powers go from left to right".to_owned(), left, "^", right))
            }
            _ => None,
        }
    }

    /// `not` before what looks like its operand.
    fn not_first(&self, negated: &Expr, operand: &Expr, operator: &str, right: &Expr) -> Diagnostic {
        let (o, r) = (self.quote(operand), self.quote(right));
        let span = negated.span.to(right.span);
        Diagnostic::warning(Code::NotFirst, format!("`not` comes before `{operator}`"), span, "`not` takes only the next value")
            .help(format!("this is read as `(not {o}) {operator} {r}`"))
            .help(format!("for the opposite of all, write `not ({o} {operator} {r})`"))
    }

    /// `a LEFT b RIGHT c`, read as `(a LEFT b) RIGHT c`.
    fn left_first(&self, code: Code, message: String, left: &Expr, operator: &str, right: &Expr) -> Diagnostic {
        let (l, r) = (self.quote(left), self.quote(right));
        let warning = Diagnostic::warning(code, message, left.span.to(right.span), "from left to right")
            .help(format!("this is read as `({l}) {operator} {r}`"));
        match &left.form {
            Form::Binary(inner, a, b) => {
                let (a, b, inner) = (self.quote(a), self.quote(b), symbol(*inner));
                warning.help(format!("for the other order, write `{a} {inner} ({b} {operator} {r})`"))
            }
            _ => warning,
        }
    }

    /// The text of an operand, or `...` where that is long.
    fn quote(&self, expr: &Expr) -> &str {
        let text = self.source.get(expr.span.start..expr.span.end).unwrap_or_default();
        if text.chars().count() > LONGEST_QUOTE || text.contains(['\n', '\r', '#']) { "..." } else { text }
    }
}

fn symbol(binary: Binary) -> &'static str {
    match binary {
        Binary::Power => "^",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Compare(comparison) => comparison.symbol(),
        Binary::And => "and",
        Binary::Or => "or",
    }
}
