//! The syntax tree: what was written, with spans, before any name or type is looked at.

use crate::comparison::Comparison;
use crate::rasp_l::operation::Arithmetic;
use crate::span::Span;

/// A whole program.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Assign(Assign),
    Define(Function),
    Show(Expr),
    /// A statement that could not be read, and the name that it seems to give, so that its users are not blamed.
    Broken {
        name: Option<String>,
    },
}

#[derive(Debug)]
pub(crate) struct Assign {
    pub(crate) name: Name,
    pub(crate) value: Expr,
}

/// `def name(parameters) { assignments  return result; }`
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) parameters: Vec<Name>,
    pub(crate) assignments: Vec<Assign>,
    pub(crate) result: Expr,
}

#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) form: Form,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Form {
    /// An integer of any size, its sign folded in.
    Integer(i64),
    Boolean(bool),
    Name(String),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Conditional {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
    },
    Call {
        callee: Name,
        arguments: Vec<Argument>,
    },
    /// Something already reported.
    Broken,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Binary {
    Arithmetic(Arithmetic),
    Compare(Comparison),
    And,
    Or,
}

#[derive(Debug)]
pub(crate) enum Argument {
    Expr(Expr),
    Comparison(Comparison, Span),
}

impl Argument {
    pub(crate) fn span(&self) -> Span {
        match self {
            Argument::Expr(expr) => expr.span,
            Argument::Comparison(_, span) => *span,
        }
    }
}

impl File {
    /// How many nodes the tree has: one for each statement (a function's `return` included), parameter, literal (its sign included), name,
    /// operator, call and comparison argument. Parentheses, comments and the names being defined are not nodes.
    pub(crate) fn node_count(&self) -> usize {
        self.statements
            .iter()
            .map(|statement| match statement {
                Statement::Assign(assign) => assign.node_count(),
                Statement::Define(function) => {
                    let body: usize = function.assignments.iter().map(Assign::node_count).sum();
                    1 + function.parameters.len() + body + 1 + function.result.node_count()
                }
                Statement::Show(expr) => 1 + expr.node_count(),
                Statement::Broken { .. } => 1,
            })
            .sum()
    }
}

impl Assign {
    fn node_count(&self) -> usize {
        1 + self.value.node_count()
    }
}

impl Expr {
    fn node_count(&self) -> usize {
        1 + self.children().map(Expr::node_count).sum::<usize>() + self.comparison_arguments()
    }

    fn comparison_arguments(&self) -> usize {
        match &self.form {
            Form::Call { arguments, .. } => arguments.iter().filter(|argument| matches!(argument, Argument::Comparison(..))).count(),
            _ => 0,
        }
    }

    /// The expressions directly inside this one, in source order except that a conditional's condition comes first.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Expr> {
        let (direct, arguments): ([Option<&Expr>; 3], &[Argument]) = match &self.form {
            Form::Integer(_) | Form::Boolean(_) | Form::Name(_) | Form::Broken => ([None; 3], &[]),
            Form::Negate(operand) | Form::Not(operand) => ([Some(operand), None, None], &[]),
            Form::Binary(_, left, right) => ([Some(left), Some(right), None], &[]),
            Form::Conditional { condition, yes, no } => ([Some(condition), Some(yes), Some(no)], &[]),
            Form::Call { arguments, .. } => ([None; 3], arguments),
        };
        let arguments = arguments.iter().filter_map(|argument| match argument {
            Argument::Expr(expr) => Some(expr),
            Argument::Comparison(..) => None,
        });
        direct.into_iter().flatten().chain(arguments)
    }
}
