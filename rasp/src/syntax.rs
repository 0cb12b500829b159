//! The syntax tree of both dialects: what was written, with spans, before any name is looked at.

use crate::comparison::Comparison;
use crate::span::Span;
use num_bigint::BigInt;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) form: StatementForm,
    pub(crate) span: Span,
}

/// A statement that could not be read, and the name that it seems to give, so that its users are not blamed.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) name: Option<Arc<str>>,
}

#[derive(Debug)]
pub(crate) enum StatementForm {
    /// `expression;`
    Show(Expr),
    /// `a, b = x, y;`
    Assign {
        names: Vec<Name>,
        values: Vec<Expr>,
    },
    /// `draw(s_op, input);`
    Draw {
        sop: Expr,
        input: Option<Expr>,
    },
    /// `load "path";`
    Load {
        path: String,
    },
    Define(Arc<Function>),
    /// `for a, b in iterable { body }`
    For {
        names: Vec<Name>,
        iterable: Expr,
        body: Vec<Statement>,
    },
    /// A command to the session, without `;`.
    Command(Command),
}

#[derive(Debug)]
pub(crate) enum Command {
    /// `set example expression`
    SetExample(Which, Expr),
    /// `show example`
    ShowExample(Which),
    /// `examples on`
    Examples(Which, bool),
    /// `full seq display on`
    FullDisplay(bool),
    /// `exit`
    Exit,
}

/// Which of a session's two examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Both,
    Sop,
    Selector,
}

/// `def name(parameters) { body  return results; }`
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) parameters: Vec<Name>,
    pub(crate) body: Vec<Statement>,
    /// At least one; several make a list.
    pub(crate) results: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) form: Form,
    /// With the parentheses around it, if there are any.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Form {
    Integer(BigInt),
    Float(f64),
    Text(Arc<str>),
    /// In `rasp-l`, `True` and `False` too.
    Name(Arc<str>),
    /// A comparison as argument of a call, in `rasp-l` alone.
    Comparison(Comparison),
    List(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    /// `[value for names in iterable]`
    ListComprehension {
        value: Box<Expr>,
        names: Vec<Name>,
        iterable: Box<Expr>,
    },
    /// `{key: value for names in iterable}`
    DictComprehension {
        key: Box<Expr>,
        value: Box<Expr>,
        names: Vec<Name>,
        iterable: Box<Expr>,
    },
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `item in container`
    In(Box<Expr>, Box<Expr>),
    /// `yes if condition else no`
    Conditional {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
    },
    Select {
        key: Box<Expr>,
        query: Box<Expr>,
        comparison: Comparison,
    },
    Aggregate {
        selector: Box<Expr>,
        value: Box<Expr>,
        default: Option<Box<Expr>>,
    },
    /// `range(a, b, c)`: any number of arguments, at least one.
    Range(Vec<Expr>),
    /// `zip(a, b)`: any number of arguments, at least one.
    Zip(Vec<Expr>),
    Len(Box<Expr>),
    /// `container[index]`
    Index(Box<Expr>, Box<Expr>),
    /// A call of a function, or an application of an s-op or selector to an input.
    Call {
        callee: Box<Expr>,
        arguments: Vec<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Not,
    Negate,
    Plus,
    Round,
    Indicator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Power,
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    Compare(Comparison),
    And,
    Or,
}

impl Expr {
    /// Whether the name stands anywhere in the expression.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        matches!(&self.form, Form::Name(own) if **own == *name) || self.children().into_iter().any(|child| child.mentions(name))
    }

    /// The integer that is written here, its signs included.
    pub(crate) fn integer(&self) -> Option<BigInt> {
        match &self.form {
            Form::Integer(value) => Some(value.clone()),
            Form::Unary(Unary::Negate, operand) => operand.integer().map(|value| -value),
            _ => None,
        }
    }

    /// The operator's form, if the author put no parentheses around it: then it ends where its last operand does.
    pub(crate) fn bare(&self) -> Option<&Form> {
        let (Form::Unary(Unary::Not | Unary::Negate | Unary::Plus, last)
        | Form::Binary(_, _, last)
        | Form::In(_, last)
        | Form::Conditional { no: last, .. }) = &self.form
        else {
            return None;
        };
        (last.span.end == self.span.end).then_some(&self.form)
    }

    /// The expressions directly inside this one.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.form {
            Form::Integer(_) | Form::Float(_) | Form::Text(_) | Form::Name(_) | Form::Comparison(_) => Vec::new(),
            Form::List(elements) | Form::Range(elements) | Form::Zip(elements) => elements.iter().collect(),
            Form::Dict(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Form::ListComprehension { value, iterable, .. } => vec![value, iterable],
            Form::DictComprehension { key, value, iterable, .. } => vec![key, value, iterable],
            Form::Unary(_, operand) | Form::Len(operand) => vec![operand],
            Form::Binary(_, left, right) | Form::In(left, right) | Form::Index(left, right) => vec![left, right],
            Form::Conditional { condition, yes, no } => vec![condition, yes, no],
            Form::Select { key, query, .. } => vec![key, query],
            Form::Aggregate { selector, value, default } => {
                [Some(selector), Some(value), default.as_ref()].into_iter().flatten().map(|expr| &**expr).collect()
            }
            Form::Call { callee, arguments } => std::iter::once(&**callee).chain(arguments).collect(),
        }
    }
}
