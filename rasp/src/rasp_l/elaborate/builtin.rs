//! The built-in functions: their arguments, types and defaults.

use super::Elaborator;
use super::call::Callee;
use super::operator::Operand;
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline::{Bend, Rule};
use crate::rasp_l::graph::{Constant, Kind, Node, NodeId, Reduction};
use crate::span::Span;
use crate::syntax::{Expr, Form};

/// Every name that a program cannot give to something else.
pub(super) const NAMES: [&str; 9] =
    ["tokens", "indices", "True", "False", "select", "aggregate", "aggregate_max", "aggregate_min", "selector_width"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    Select,
    Aggregate(Reduction),
    Width,
}

impl Builtin {
    pub(super) const ALL: [Builtin; 5] = [
        Builtin::Select,
        Builtin::Aggregate(Reduction::Mean),
        Builtin::Aggregate(Reduction::Max),
        Builtin::Aggregate(Reduction::Min),
        Builtin::Width,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Builtin::Select => "select",
            Builtin::Aggregate(Reduction::Mean) => "aggregate",
            Builtin::Aggregate(Reduction::Max) => "aggregate_max",
            Builtin::Aggregate(Reduction::Min) => "aggregate_min",
            Builtin::Width => "selector_width",
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        Builtin::ALL.into_iter().find(|builtin| builtin.name() == name)
    }

    fn signature(self) -> String {
        match self {
            Builtin::Select => "select(keys, queries, ==)".to_owned(),
            Builtin::Aggregate(_) => format!("{}(selector, values, default)", self.name()),
            Builtin::Width => "selector_width(selector)".to_owned(),
        }
    }
}

impl<'f> Elaborator<'f, '_> {
    pub(super) fn call_builtin(&mut self, builtin: Builtin, span: Span, callee: Callee<'f>, arguments: &'f [Expr]) -> Option<NodeId> {
        match (builtin, arguments) {
            (Builtin::Select, [key, query, comparison]) => self.select(span, key, query, comparison),
            (Builtin::Aggregate(reduction), [selector, value]) => self.aggregate(reduction, span, selector, value, None),
            (Builtin::Aggregate(reduction), [selector, value, default]) => self.aggregate(reduction, span, selector, value, Some(default)),
            (Builtin::Width, [selector]) => {
                let selector = self.selector(builtin, selector)?;
                Some(self.graph.intern(Node::Width { selector }, span))
            }
            _ => {
                let wanted = match builtin {
                    Builtin::Select => "3",
                    Builtin::Aggregate(_) => "2 or 3",
                    Builtin::Width => "1",
                };
                for argument in arguments {
                    if !matches!(argument.form, Form::Comparison(_)) {
                        self.expr(argument);
                    }
                }
                self.wrong_arity(callee, &builtin.signature(), wanted, arguments.len());
                None
            }
        }
    }

    fn select(&mut self, span: Span, key: &'f Expr, query: &'f Expr, comparison: &'f Expr) -> Option<NodeId> {
        let key_value = self.sequence(key, "keys");
        let query_value = self.sequence(query, "queries");
        let comparison = if let Form::Comparison(comparison) = comparison.form {
            Some(comparison)
        } else {
            self.report(
                Diagnostic::new(
                    Code::ExpectedComparison,
                    "the third argument of `select` is a comparison",
                    comparison.span,
                    "not a comparison",
                )
                .note(Rule::Attention.text())
                .help("write one of `==`, `!=`, `<`, `<=`, `>`, `>=`, as in `select(keys, queries, ==)`"),
            );
            None
        };
        let (key, query) = ((key_value?, self.at(key.span)), (query_value?, self.at(query.span)));
        self.comparable(span, key, query)?;
        Some(self.graph.intern(Node::Select { key: key.0, query: query.0, comparison: comparison? }, span))
    }

    fn aggregate(
        &mut self,
        reduction: Reduction,
        span: Span,
        selector: &'f Expr,
        value: &'f Expr,
        default: Option<&'f Expr>,
    ) -> Option<NodeId> {
        let builtin = Builtin::Aggregate(reduction);
        let selector = self.selector(builtin, selector);
        let value_span = self.at(value.span);
        let value = self.sequence(value, "values");
        let default = match default {
            Some(default) => self.expr(default).map(|node| Some((node, self.at(default.span)))),
            None => Some(None),
        };
        let value = (value?, value_span);
        let kind = self.kind(value)?;
        let refusal = match (kind, reduction) {
            (Kind::Boolean, Reduction::Mean) => Some(
                Diagnostic::new(Code::MixedTypes, "`aggregate` would average booleans", value.1, "this is a boolean")
                    .note(Rule::Boolean.text())
                    .help("whether any is true is `aggregate_max`, whether all are is `aggregate_min`")
                    .help("a boolean becomes a token with `1 if it else 0`"),
            ),
            (Kind::Index(_), Reduction::Mean) => Some(
                Diagnostic::new(Code::IndexRule, "`aggregate` would average indices", value.1, "this is an index")
                    .note(Rule::Index.text())
                    .help("take the largest with `aggregate_max` or the smallest with `aggregate_min`"),
            ),
            (Kind::Token, Reduction::Mean) if self.graph.may_hold_sentinel(value.0) => Some(
                Diagnostic::new(Code::IntegerRange, "`aggregate` would average a default outside int8", value.1, "may hold such a default")
                    .note(Rule::Int8.text())
                    .help("give the aggregation that makes these values an int8 default"),
            ),
            _ => None,
        };
        if let Some(problem) = refusal {
            self.report(problem);
            return None;
        }
        let default = match default? {
            Some(default) => self.default(kind, default)?,
            None => match kind {
                Kind::Token => Constant::Token(0),
                Kind::Index(_) => Constant::Index(0),
                Kind::Boolean => Constant::Boolean(false),
            },
        };
        Some(self.graph.intern(Node::Aggregate { selector: selector?, value: value.0, default, reduction }, span))
    }

    /// The constant that an aggregation of values of `kind` gives where nothing is selected.
    fn default(&mut self, kind: Kind, default: Operand) -> Option<Constant> {
        let constant = self.constant_of(default);
        let found = match (kind, constant) {
            (Kind::Token, Some(token @ Constant::Token(_))) => Some(token),
            (Kind::Boolean, Some(boolean @ Constant::Boolean(_))) => Some(boolean),
            (Kind::Index(_), Some(token @ Constant::Token(index))) if matches!(index, -1 | 0) || token.is_sentinel() => {
                Some(Constant::Index(i32::from(index)))
            }
            _ => None,
        };
        let Some(found) = found else {
            self.refuse_default(kind, constant, default.1);
            return None;
        };
        if found.is_sentinel() {
            let problem = Diagnostic::new(Bend::Sentinel.code(), "the default is no int8", default.1, "outside -128..=127");
            self.bend(
                Bend::Sentinel,
                match kind {
                    Kind::Index(_) => problem.help("write -1, which is before every position"),
                    _ => problem.help("write an int8 that no token of the task is"),
                },
            )?;
        }
        Some(found)
    }

    fn refuse_default(&mut self, kind: Kind, found: Option<Constant>, span: Span) {
        const INDEX_DEFAULTS: &str = "write 0, the first position, or -1, which is before every position";
        let problem = |message: &str| Diagnostic::new(Code::WrongDefault, message, span, "the default").note(Rule::Default.text());
        self.report(match (kind, found) {
            (Kind::Index(_), Some(Constant::Token(_))) => problem("the default of aggregated indices is -1 or 0").help(INDEX_DEFAULTS),
            (Kind::Boolean, Some(_)) => problem("the default is not of the values' kind").help("write `True` or `False`"),
            (_, Some(_)) => problem("the default is not of the values' kind").help("write an integer, such as 0"),
            (Kind::Index(_), None) => problem("a default is a constant").help(INDEX_DEFAULTS),
            (_, None) => problem("a default is a constant")
                .help("aggregate with a constant that stands for nothing selected, then choose: `other if found == -1 else found`"),
        });
    }

    fn selector(&mut self, builtin: Builtin, argument: &'f Expr) -> Option<NodeId> {
        let operand = (self.expr(argument)?, self.at(argument.span));
        if self.kind(operand).is_none() {
            return Some(operand.0);
        }
        let ty = self.graph.ty(operand.0);
        self.report(
            Diagnostic::new(
                Code::ExpectedSelector,
                format!("`{}` needs a selector first, not {ty}", builtin.name()),
                operand.1,
                format!("this is {ty}"),
            )
            .note(Rule::Attention.text())
            .help(format!("make one, as in `{}`", builtin.signature().replacen("(selector", "(select(keys, queries, ==)", 1))),
        );
        None
    }

    fn sequence(&mut self, argument: &'f Expr, role: &str) -> Option<NodeId> {
        let operand = (self.expr(argument)?, self.at(argument.span));
        if self.kind(operand).is_some() {
            return self.not_sentinel(operand).map(|(node, _)| node);
        }
        self.report(
            Diagnostic::new(Code::SelectorRule, format!("the {role} cannot be a selector"), operand.1, "this is a selector")
                .note(Rule::Attention.text())
                .help(
                    "aggregate with the selector first, as in `aggregate_max(selector, tokens)`, or count with `selector_width(selector)`",
                ),
        );
        None
    }
}
