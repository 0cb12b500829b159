//! The constructs that RASP-L lacks: what to say of each.

use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline::Rule;
use crate::span::Span;
use crate::syntax::{Binary, Expr, Form, Unary};

/// What RASP-L lacks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lack {
    Fraction,
    Text,
    List,
    Dictionary,
    Comprehension,
    Lookup,
    Membership,
    Plus,
    /// An operator, as written.
    Operation(&'static str),
    /// `a < b < c`, which is read differently by every language, so it is nobody's meaning here.
    Chain,
    /// A call of what is no name.
    Call,
    SeveralValues,
    SeveralResults,
    Loop,
    Load,
    Command,
    InnerFunction,
}

impl Lack {
    /// What is lacking for the expression, leaving aside those inside it.
    pub(crate) fn of(expr: &Expr) -> Option<Lack> {
        Some(match &expr.form {
            Form::Float(_) => Lack::Fraction,
            Form::Text(_) => Lack::Text,
            Form::List(_) => Lack::List,
            Form::Dict(_) => Lack::Dictionary,
            Form::ListComprehension { .. } | Form::DictComprehension { .. } => Lack::Comprehension,
            Form::Index(..) => Lack::Lookup,
            Form::In(..) => Lack::Membership,
            Form::Unary(Unary::Plus, _) => Lack::Plus,
            Form::Binary(Binary::Power, ..) => Lack::Operation("^"),
            Form::Binary(Binary::Divide, ..) => Lack::Operation("/"),
            Form::Binary(Binary::Compare(_), left, _) if compared(left).is_some() => Lack::Chain,
            Form::Call { callee, .. } if !matches!(callee.form, Form::Name(_)) => Lack::Call,
            _ => return None,
        })
    }

    /// The problem that it stands at `span`.
    pub(crate) fn problem(self, span: Span) -> Diagnostic {
        let operation = |symbol: &str| format!("`{symbol}` is not a RASP-L operation");
        let not_there = |what: &str| format!("{what} not in RASP-L");
        let (message, label, rule, help) = match self {
            Lack::Fraction => {
                ("a fraction is not a RASP-L value".to_owned(), "not an int8", Rule::Int8, "write an integer from -128 to 127")
            }
            Lack::Text => {
                ("text is not a RASP-L value".to_owned(), "not an int8", Rule::Int8, "give each word or letter a number, as in `sep = -1;`")
            }
            Lack::List => (not_there("lists are"), "a list", Rule::Sequences, "give each value a name: `first = 1; second = 2;`"),
            Lack::Dictionary => {
                (not_there("dictionaries are"), "a dictionary", Rule::Sequences, "choose: `10 if x == 1 else 20 if x == 2 else 0`")
            }
            Lack::Comprehension => (
                not_there("comprehensions are"),
                "a comprehension",
                Rule::Sequences,
                "an operation is done at every position at once: `tokens + 1` is one more everywhere",
            ),
            Lack::Lookup => (
                "nothing is looked up by its place in RASP-L".to_owned(),
                "a lookup",
                Rule::Attention,
                "`index_select(tokens, place, 0)` of the library is the token at an earlier place",
            ),
            Lack::Membership => (operation("in"), "needs a list", Rule::Sequences, "compare with each value: `x == 1 or x == 2`"),
            Lack::Plus => (not_there("signs `+` are"), "a sign without a meaning", Rule::StraightLine, "leave it out"),
            Lack::Operation(symbol) => (
                operation(symbol),
                "may leave the int8 tokens",
                Rule::Int8,
                "tokens have `+`, `-`, `*` and `%`; the mean of selected tokens is `aggregate(selector, tokens)`",
            ),
            Lack::Chain => {
                return Diagnostic::new(Code::ChainedComparison, "comparisons cannot be chained", span, "second comparison")
                    .help("join two comparisons with `and`, or put one in parentheses");
            }
            Lack::Call => {
                return Diagnostic::new(Code::NotAFunction, "only a function's name can be called", span, "no name")
                    .note(Rule::StraightLine.text())
                    .help("a program is applied to its input from outside; to call a function, write `f(x)`");
            }
            Lack::SeveralValues => (
                not_there("several names or values in one statement are"),
                "more than one",
                Rule::Sequences,
                "write a statement for each: `a = 1; b = 2;`",
            ),
            Lack::SeveralResults => {
                (not_there("functions of several results are"), "more than one", Rule::Sequences, "write a function for each result")
            }
            Lack::Loop => (not_there("loops are"), "a loop", Rule::StraightLine, "write each step, or define a function and call it"),
            Lack::Load => (
                not_there("other files are"),
                "loads a file",
                Rule::StraightLine,
                "the library's functions are there without it; copy others into this file",
            ),
            Lack::Command => (
                not_there("commands to a session are"),
                "a command",
                Rule::StraightLine,
                "an input is given from outside: `rasplab rasp run FILE --input \"3 1 2\"`",
            ),
            Lack::InnerFunction => (
                not_there("functions inside functions are"),
                "defined inside a function",
                Rule::StraightLine,
                "functions are defined at the top level, not inside one another",
            ),
        };
        Diagnostic::new(Code::NotInDialect, message, span, label).note(rule.text()).help(help)
    }
}

/// What to say of a call of a function that `rasp` has and RASP-L has not.
pub(crate) fn foreign_function(name: &str, span: Span) -> Option<Diagnostic> {
    let (rule, help) = match name {
        "range" | "zip" => (Rule::Sequences, "there are no lists: give each value a name"),
        "len" => (Rule::Sequences, "there are no lists; how many tokens there are so far is `selector_width(select(True, True, ==))`"),
        "round" => (Rule::Int8, "every token is an integer already"),
        "indicator" => (Rule::Boolean, "a boolean becomes a token with `1 if it else 0`"),
        "draw" => (Rule::StraightLine, "only programs in the `rasp` dialect are drawn"),
        _ => return None,
    };
    let problem = Diagnostic::new(Code::NotInDialect, format!("`{name}` is not a RASP-L function"), span, "not in RASP-L");
    Some(problem.note(rule.text()).help(help))
}

/// What the expression compares, if it is a comparison without parentheses.
pub(super) fn compared(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match expr.bare()? {
        Form::Binary(Binary::Compare(_), left, right) => Some((left, right)),
        _ => None,
    }
}
