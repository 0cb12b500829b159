//! Syntax tree to graph: names are looked up, functions inlined at each call, types checked.
//!
//! An expression with a problem has no node, and whatever reads it is not blamed, so each cause is reported once and all of them are reported.
//! What `subset` refuses is one such problem.

mod builtin;
mod call;
mod name;
mod operator;
mod scope;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::rasp_l::discipline::{Bend, Profile, Rule};
use crate::rasp_l::graph::{Constant, Graph, Node, NodeId, Type};
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::subset::{Lack, assignment};
use crate::rasp_l::symbol::Symbols;
use crate::span::Span;
use crate::syntax::{Binary, Broken, Expr, Form, Name, Statement, StatementForm, Unary};
use call::{Callee, named};
use name::truth;
use num_bigint::BigInt;
use operator::Operand;
use scope::{Binding, Scope};
use std::collections::BTreeSet;

/// How many expressions a program may have once its functions are inlined.
const MOST_EXPRESSIONS: usize = 1_000_000;
/// How many expressions and calls may lie on top of one another while inlining.
const DEEPEST: usize = 400;

/// A program without problems.
#[derive(Debug)]
pub(crate) struct Elaborated {
    pub(crate) graph: Graph,
    pub(crate) output: NodeId,
    /// Every top-level name of a sequence or selector, with its last meaning.
    pub(crate) names: Vec<(String, NodeId)>,
    pub(crate) symbols: Symbols,
    /// As [`ProgramLength::statements`](crate::ProgramLength) counts them.
    pub(crate) statements: usize,
    /// Where the program does what only the published profile allows.
    pub(crate) bends: Problems,
}

/// Elaborates a whole file; `None` if there were problems, then or before.
pub(crate) fn elaborate(
    statements: &[Result<Statement, Broken>],
    end_of_source: usize,
    profile: Profile,
    problems: &mut Problems,
) -> Option<Elaborated> {
    let mut elaborator = Elaborator {
        graph: Graph::default(),
        scope: Scope::new(statements),
        problems,
        profile,
        bends: Problems::default(),
        library: None,
        symbols: Symbols::default(),
        called: BTreeSet::new(),
        calls: Vec::new(),
        expressions: 0,
        depth: 0,
    };
    let mut last = Last::Nothing;
    for statement in statements {
        last = match statement {
            Ok(statement) => elaborator.statement(statement),
            Err(broken) => elaborator.broken(broken),
        };
        if elaborator.exhausted() {
            break;
        }
    }
    let output = elaborator.output(&last, end_of_source)?;
    let bodies: usize = elaborator.called.iter().map(|&function| elaborator.scope.function(function).body.len() + 1).sum();
    let top_level = statements.iter().flatten().filter(|statement| match &statement.form {
        StatementForm::Assign { values, .. } => values.iter().any(|value| value.integer().is_none()),
        StatementForm::Define(_) => false,
        _ => true,
    });
    Some(Elaborated {
        output,
        names: elaborator.scope.names(),
        statements: top_level.count() + bodies,
        graph: elaborator.graph,
        symbols: elaborator.symbols,
        bends: elaborator.bends,
    })
}

/// What the statement just elaborated leaves as the program's output.
enum Last {
    Nothing,
    Broken,
    Function(Span),
    Value(NodeId, Span),
}

struct Elaborator<'f, 'p> {
    graph: Graph,
    scope: Scope<'f>,
    problems: &'p mut Problems,
    profile: Profile,
    bends: Problems,
    /// While a function of the library is inlined: where the file calls it, which stands for every place inside.
    library: Option<Span>,
    symbols: Symbols,
    /// Functions of the file that are called, by their order in it.
    called: BTreeSet<usize>,
    /// The calls being inlined, outermost first.
    calls: Vec<Callee<'f>>,
    expressions: usize,
    depth: usize,
}

impl<'f> Elaborator<'f, '_> {
    fn statement(&mut self, statement: &'f Statement) -> Last {
        match &statement.form {
            StatementForm::Show(expr) => self.operand(expr).map_or(Last::Broken, |(node, _)| Last::Value(node, expr.span)),
            StatementForm::Define(function) => {
                self.check_function(function);
                if self.may_define(&function.name) {
                    self.scope.bind_function(&function.name);
                }
                Last::Function(function.name.span)
            }
            _ => match assignment(statement) {
                Some((name, value)) => self.assign(name, value),
                None => self.refused(statement),
            },
        }
    }

    fn assign(&mut self, name: &'f Name, value: &'f Expr) -> Last {
        let node = self.expr(value).and_then(|node| self.not_sentinel((node, value.span))).map(|(node, _)| node);
        let defined = match node {
            Some(node) if value.integer().is_some() => self.define_symbol(name, node),
            _ => self.may_assign(name),
        };
        if defined {
            self.scope.bind(name, node.map_or(Binding::Broken, Binding::Node));
        }
        node.map_or(Last::Broken, |node| Last::Value(node, value.span))
    }

    fn broken(&mut self, broken: &'f Broken) -> Last {
        if let Some(name) = &broken.name {
            self.scope.bind_broken(name);
        }
        Last::Broken
    }

    /// A statement that RASP-L has not: whatever it would name is not known.
    fn refused(&mut self, statement: &'f Statement) -> Last {
        let (names, body): (&[Name], &[Statement]) = match &statement.form {
            StatementForm::Assign { names, .. } => (names, &[]),
            StatementForm::For { names, body, .. } => (names, body),
            StatementForm::Define(function) => (std::slice::from_ref(&function.name), &[]),
            _ => (&[], &[]),
        };
        for name in names {
            self.scope.bind_broken(&name.text);
        }
        for statement in body {
            self.refused(statement);
        }
        Last::Broken
    }

    fn define_symbol(&mut self, name: &'f Name, node: NodeId) -> bool {
        let defined = self.may_define(name);
        if defined
            && let Node::Constant(Constant::Token(token)) = self.graph.node(node)
            && let Ok(token) = i8::try_from(token)
        {
            self.symbols.define(&name.text, token, name.span);
        }
        defined
    }

    fn expr(&mut self, expr: &'f Expr) -> Option<NodeId> {
        self.expressions += 1;
        if self.expressions > MOST_EXPRESSIONS {
            self.report(
                Diagnostic::new(
                    Code::TooLarge,
                    format!("the program has more than {MOST_EXPRESSIONS} expressions once its functions are inlined"),
                    self.calls.first().map_or(expr.span, |call| call.span),
                    "grows beyond the limit here",
                )
                .help("functions that call functions twice double at every level: call them less, or name shared values"),
            );
            return None;
        }
        self.depth += 1;
        let node = if self.depth > DEEPEST { self.too_deep(expr) } else { self.form(expr) };
        self.depth -= 1;
        node
    }

    fn form(&mut self, expr: &'f Expr) -> Option<NodeId> {
        let span = self.at(expr.span);
        if Lack::of(expr).is_some() {
            return None;
        }
        if let Some(value) = expr.integer() {
            return self.integer(&value, span);
        }
        match &expr.form {
            Form::Name(name) => match truth(name) {
                Some(value) => Some(self.constant(Constant::Boolean(value), span)),
                None => self.find_value(name, span),
            },
            Form::Comparison(comparison) => {
                self.refuse_comparison(comparison.symbol(), span);
                None
            }
            Form::Unary(unary, operand) => {
                let operand = self.operand(operand)?;
                if *unary == Unary::Not { self.not(span, operand) } else { self.negate(span, operand) }
            }
            Form::Binary(binary, left, right) => {
                // Both sides first, so that the problems of both are found.
                let (left, right) = (self.operand(left), self.operand(right));
                let (left, right) = (left?, right?);
                match *binary {
                    Binary::Add => self.arithmetic(Arithmetic::Add, span, left, right),
                    Binary::Subtract => self.arithmetic(Arithmetic::Subtract, span, left, right),
                    Binary::Multiply => self.arithmetic(Arithmetic::Multiply, span, left, right),
                    Binary::Remainder => self.arithmetic(Arithmetic::Remainder, span, left, right),
                    Binary::Compare(comparison) => self.compare(comparison, span, left, right),
                    Binary::And => self.connect(true, span, left, right),
                    Binary::Or => self.connect(false, span, left, right),
                    Binary::Divide | Binary::Power => None,
                }
            }
            Form::Conditional { condition, yes, no } => {
                let (yes, condition, no) = (self.operand(yes), self.operand(condition), self.operand(no));
                self.choose(span, condition?, yes?, no?)
            }
            Form::Call { callee, arguments } => self.call(span, named(callee)?, arguments),
            _ => None,
        }
    }

    /// A value that something is done with.
    fn operand(&mut self, expr: &'f Expr) -> Option<Operand> {
        let node = self.expr(expr)?;
        self.not_sentinel((node, self.at(expr.span)))
    }

    /// Refuses a constant outside int8, which may be a default and nothing else.
    fn not_sentinel(&mut self, operand: Operand) -> Option<Operand> {
        if self.constant_of(operand).is_some_and(Constant::is_sentinel) {
            self.refuse_integer(operand.1);
            return None;
        }
        Some(operand)
    }

    fn integer(&mut self, value: &BigInt, span: Span) -> Option<NodeId> {
        if let Ok(value) = i16::try_from(value) {
            return Some(self.constant(Constant::Token(value), span));
        }
        self.refuse_integer(span);
        None
    }

    fn refuse_integer(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::IntegerRange, "the integer is not an int8", span, "outside -128..=127")
                .note(Rule::Int8.text())
                .help("write an integer from -128 to 127"),
        );
    }

    fn constant(&mut self, constant: Constant, span: Span) -> NodeId {
        self.graph.intern(Node::Constant(constant), span)
    }

    fn too_deep(&mut self, expr: &Expr) -> Option<NodeId> {
        self.report(
            Diagnostic::new(
                Code::TooDeep,
                format!("more than {DEEPEST} expressions and calls lie on top of one another"),
                self.calls.first().map_or(expr.span, |call| call.span),
                "too deep",
            )
            .help("give inner values names of their own, or let functions call fewer layers of functions"),
        );
        None
    }

    /// Reports a problem, and, inside a function, the call that led there.
    fn report(&mut self, problem: Diagnostic) {
        let problem = self.with_call(problem);
        self.problems.push(problem);
    }

    /// Names a place that only the published profile allows, which in the strict one is a problem.
    fn bend(&mut self, bend: Bend, problem: Diagnostic) -> Option<()> {
        let problem = self.with_call(problem.note(bend.rule().text()));
        match self.profile {
            Profile::Published => {
                self.bends.push(problem.into_warning());
                Some(())
            }
            Profile::Strict => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn with_call(&self, problem: Diagnostic) -> Diagnostic {
        let inlined = self.calls.iter().rev().find(|_| self.library.is_some());
        match (inlined, self.calls.first()) {
            (Some(callee), _) => problem.without_labels().note(format!("inside `{}`, a function of the library", callee.text)),
            (None, Some(call)) if call.span != problem.span() => problem.and(call.span, format!("in this call of `{}`", call.text)),
            _ => problem,
        }
    }

    /// Where something is in the file: inside a function of the library, where the file calls it.
    fn at(&self, span: Span) -> Span {
        self.library.unwrap_or(span)
    }

    fn exhausted(&self) -> bool {
        self.expressions > MOST_EXPRESSIONS || self.problems.full()
    }

    fn output(&mut self, last: &Last, end_of_source: usize) -> Option<NodeId> {
        let help = "end with the sequence to output: `name = expression;` or `expression;`";
        let problem = match *last {
            Last::Broken => return None,
            Last::Nothing => {
                let end = Span::new(end_of_source, end_of_source);
                Diagnostic::new(Code::NoOutput, "the program has no statements", end, "nothing to output")
            }
            Last::Function(span) => {
                Diagnostic::new(Code::NoOutput, "the program ends with a function, which is no output", span, "a function")
            }
            Last::Value(node, span) => match (self.graph.ty(node), self.graph.node(node)) {
                (Type::Selector, _) => {
                    Diagnostic::new(Code::NoOutput, "the program ends with a selector, which is no output", span, "a selector")
                        .help("aggregate values with it: `aggregate_max(selector, tokens)`")
                }
                (_, Node::Constant(_)) => Diagnostic::new(
                    Code::NoOutput,
                    "the program ends with a constant, which is no output",
                    span,
                    "the same for every input",
                ),
                _ => return Some(node),
            },
        };
        self.problems.push(problem.help(help));
        None
    }
}
