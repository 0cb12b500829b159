//! The typing of operators. Operations on constants are done here and leave a constant.

use super::Elaborator;
use crate::comparison::Comparison;
use crate::diagnostic::{Code, Diagnostic};
use crate::rasp_l::discipline::{Bend, Rule};
use crate::rasp_l::graph::{Constant, IndexKind, Kind, Map, Node, NodeId, Type};
use crate::rasp_l::operation::{self, Arithmetic, ArithmeticFault};
use crate::span::Span;

/// A value and where it was written.
pub(super) type Operand = (NodeId, Span);

impl Elaborator<'_, '_> {
    pub(super) fn arithmetic(&mut self, arithmetic: Arithmetic, span: Span, left: Operand, right: Operand) -> Option<NodeId> {
        let symbol = arithmetic.symbol();
        if self.refuse_selector(symbol, &[left, right]) {
            return None;
        }
        match (self.kind(left), self.kind(right)) {
            (Some(Kind::Token), Some(Kind::Token)) => match (self.token(left), self.token(right)) {
                (Some(left), Some(right)) => self.folded_token(arithmetic.apply(left, right), span),
                _ => Some(self.map(Map::Arithmetic(arithmetic, left.0, right.0), span)),
            },
            (Some(Kind::Boolean), _) => self.refuse_boolean(symbol, left),
            (_, Some(Kind::Boolean)) => self.refuse_boolean(symbol, right),
            _ => match (arithmetic, self.token(left), self.token(right)) {
                (Arithmetic::Add, Some(steps), None) => self.step(right.0, i32::from(steps), span),
                (Arithmetic::Add, None, Some(steps)) => self.step(left.0, i32::from(steps), span),
                (Arithmetic::Subtract, None, Some(steps)) => self.step(left.0, -i32::from(steps), span),
                _ => {
                    let index = if matches!(self.kind(left), Some(Kind::Index(_))) { left } else { right };
                    self.report(
                        Diagnostic::new(Code::IndexRule, format!("`{symbol}` cannot be used on an index here"), span, "index arithmetic")
                            .and(index.1, "this is an index")
                            .note(Rule::Index.text())
                            .help("to move an index, add or take away a constant, as in `indices + 1`")
                            .help("to use what stands at a position, select that position and aggregate its token"),
                    );
                    None
                }
            },
        }
    }

    /// An index moved by a constant: one operation for each step.
    fn step(&mut self, index: NodeId, steps: i32, span: Span) -> Option<NodeId> {
        let one = if steps > 0 { Map::Successor } else { Map::Predecessor };
        if steps.abs() > 1 {
            let sign = if steps > 0 { "+" } else { "-" };
            let problem = Diagnostic::new(
                Bend::SeveralSteps.code(),
                format!("an index is moved by {} at once", steps.abs()),
                span,
                "read as so many steps",
            );
            self.bend(Bend::SeveralSteps, problem.help(format!("move it by one step at a time, as in `indices {sign} 1 {sign} 1`")))?;
        }
        self.expressions += steps.unsigned_abs() as usize;
        Some((0..steps.abs()).fold(index, |index, _| self.map(one(index), span)))
    }

    pub(super) fn negate(&mut self, span: Span, operand: Operand) -> Option<NodeId> {
        if self.refuse_selector("-", &[operand]) {
            return None;
        }
        match self.kind(operand) {
            Some(Kind::Boolean) => self.refuse_boolean("-", operand),
            Some(Kind::Index(_)) => {
                self.report(
                    Diagnostic::new(Code::IndexRule, "an index has no negative", span, "index arithmetic")
                        .and(operand.1, "this is an index")
                        .note(Rule::Index.text())
                        .help("to reverse an order, turn the comparison around"),
                );
                None
            }
            _ => match self.token(operand) {
                Some(token) => self.folded_token(operation::negate(token), span),
                None => Some(self.map(Map::Negate(operand.0), span)),
            },
        }
    }

    pub(super) fn compare(&mut self, comparison: Comparison, span: Span, left: Operand, right: Operand) -> Option<NodeId> {
        if self.refuse_selector(comparison.symbol(), &[left, right]) {
            return None;
        }
        self.comparable(span, left, right)?;
        let folded = match (self.constant_of(left), self.constant_of(right)) {
            (Some(Constant::Token(left)), Some(Constant::Token(right))) => Some(comparison.holds(&left, &right)),
            (Some(Constant::Boolean(left)), Some(Constant::Boolean(right))) => Some(comparison.holds(&left, &right)),
            _ => None,
        };
        Some(match folded {
            Some(value) => self.constant(Constant::Boolean(value), span),
            None => self.map(Map::Compare(comparison, left.0, right.0), span),
        })
    }

    /// Checks that two sequences are of one kind.
    pub(super) fn comparable(&mut self, span: Span, left: Operand, right: Operand) -> Option<()> {
        let (left_kind, right_kind) = (self.kind(left), self.kind(right));
        if left_kind == right_kind {
            return Some(());
        }
        if let (Some(Kind::Index(left_kind)), Some(Kind::Index(right_kind))) = (left_kind, right_kind) {
            return self.comparable_indices(span, (left, left_kind), (right, right_kind));
        }
        let (left_type, right_type) = (self.graph.ty(left.0), self.graph.ty(right.0));
        let problem =
            Diagnostic::new(Code::MixedTypes, format!("{left_type} and {right_type} cannot be compared"), span, "different kinds")
                .and(left.1, format!("this is {left_type}"))
                .and(right.1, format!("this is {right_type}"));
        let kinds = [left_kind, right_kind];
        let problem = if kinds.contains(&Some(Kind::Boolean)) {
            problem
                .note(Rule::Boolean.text())
                .help("a boolean becomes a token with `1 if it else 0`, a token becomes a boolean with a comparison such as `tokens == 1`")
        } else if self.token(left).is_some() || self.token(right).is_some() {
            problem.note(Rule::Index.text()).help(
                "a written integer is a token; the first position is `indices == aggregate_min(select(indices, indices, <=), indices)`, \
                 and whether a selector selects anything is `aggregate_max(selector, 1) == 1`",
            )
        } else {
            problem.note(Rule::Index.text()).help("to use what stands at a position, select that position and aggregate its token")
        };
        self.report(problem);
        None
    }

    /// Two indices of different kinds: two widths are compared in a listing of the paper, a width and a position nowhere.
    fn comparable_indices(
        &mut self,
        span: Span,
        (left, left_kind): (Operand, IndexKind),
        (right, right_kind): (Operand, IndexKind),
    ) -> Option<()> {
        let both_widths = ![left_kind, right_kind].contains(&IndexKind::Position);
        let code = if both_widths { Bend::WidthsCompared.code() } else { Code::IndexRule };
        let describe = |kind| if kind == IndexKind::Position { "this is an index" } else { "this is a selector width" };
        let what = if both_widths { "the widths of two selectors are compared" } else { "an index is compared with a selector width" };
        let problem = Diagnostic::new(code, what, span, "different kinds of index")
            .and(left.1, describe(left_kind))
            .and(right.1, describe(right_kind));
        if both_widths {
            self.bend(
                Bend::WidthsCompared,
                problem.help("compare tokens instead: the sign of a mean tells which of two kinds of token is the commoner"),
            )
        } else {
            let help = "to count positions, take the width of a selector that selects all, `selector_width(select(True, True, ==))`";
            self.report(problem.note(Rule::Width.text()).help(help));
            None
        }
    }

    pub(super) fn not(&mut self, span: Span, operand: Operand) -> Option<NodeId> {
        if !self.all_booleans("not", &[operand]) {
            return None;
        }
        Some(match self.constant_of(operand) {
            Some(Constant::Boolean(value)) => self.constant(Constant::Boolean(!value), span),
            _ => self.map(Map::Not(operand.0), span),
        })
    }

    /// `and`, or else `or`.
    pub(super) fn connect(&mut self, and: bool, span: Span, left: Operand, right: Operand) -> Option<NodeId> {
        if !self.all_booleans(if and { "and" } else { "or" }, &[left, right]) {
            return None;
        }
        Some(match (self.constant_of(left), self.constant_of(right)) {
            (Some(Constant::Boolean(left)), Some(Constant::Boolean(right))) => {
                let value = if and { left && right } else { left || right };
                self.constant(Constant::Boolean(value), span)
            }
            _ if and => self.map(Map::And(left.0, right.0), span),
            _ => self.map(Map::Or(left.0, right.0), span),
        })
    }

    pub(super) fn choose(&mut self, span: Span, condition: Operand, yes: Operand, no: Operand) -> Option<NodeId> {
        if self.refuse_selector("if", &[condition, yes, no]) || !self.all_booleans("if", &[condition]) {
            return None;
        }
        let (yes_type, no_type) = (self.graph.ty(yes.0), self.graph.ty(no.0));
        if let Some(index) = [yes, no].into_iter().find(|&branch| matches!(self.kind(branch), Some(Kind::Index(_)))) {
            self.report(
                Diagnostic::new(Code::IndexRule, "`if` cannot choose between indices", span, "a choice of indices")
                    .and(index.1, "this is an index")
                    .note(Rule::Index.text())
                    .help("choose between tokens, or give the choice to the keys and queries of a `select`"),
            );
            return None;
        }
        if yes_type != no_type {
            self.report(
                Diagnostic::new(Code::MixedTypes, format!("`if` cannot choose between {yes_type} and {no_type}"), span, "different kinds")
                    .and(yes.1, format!("this is {yes_type}"))
                    .and(no.1, format!("this is {no_type}"))
                    .note(Rule::Boolean.text())
                    .help("make both tokens or both booleans"),
            );
            return None;
        }
        match (self.constant_of(condition), self.constant_of(yes), self.constant_of(no)) {
            (Some(Constant::Boolean(condition)), Some(yes), Some(no)) => Some(self.constant(if condition { yes } else { no }, span)),
            _ => Some(self.map(Map::Where { condition: condition.0, yes: yes.0, no: no.0 }, span)),
        }
    }

    fn map(&mut self, map: Map, span: Span) -> NodeId {
        self.graph.intern(Node::Map(map), span)
    }

    fn folded_token(&mut self, result: Result<i16, ArithmeticFault>, span: Span) -> Option<NodeId> {
        let problem = match result {
            Ok(token) => return Some(self.constant(Constant::Token(token), span)),
            Err(ArithmeticFault::Overflow { operation, result }) => {
                Diagnostic::new(Code::ConstantFault, format!("`{operation}` is {result}, which is not an int8"), span, "outside -128..=127")
                    .note(Rule::Int8.text())
                    .help("RASP-L's tokens and constants are integers from -128 to 127")
            }
            Err(ArithmeticFault::Sentinel { .. }) => unreachable!("a sentinel is no operand"),
            Err(ArithmeticFault::RemainderByZero { left }) => {
                Diagnostic::new(Code::ConstantFault, format!("`{left} % 0` has no value"), span, "divides by zero")
                    .help("divide by another number than 0")
            }
        };
        self.report(problem);
        None
    }

    /// Whether one of the operands is a selector, which no operator takes.
    fn refuse_selector(&mut self, symbol: &str, operands: &[Operand]) -> bool {
        let Some(&(_, span)) = operands.iter().find(|&&operand| self.kind(operand).is_none()) else {
            return false;
        };
        let problem = Diagnostic::new(Code::SelectorRule, format!("`{symbol}` does not apply to a selector"), span, "this is a selector")
            .note(Rule::Attention.text());
        self.report(match symbol {
            "and" | "or" | "not" => {
                problem.help("encode the combination in the keys and queries, as in `select(a * 2 + b, query_a * 2 + query_b, ==)`")
            }
            _ => problem.help(
                "aggregate with the selector first, as in `aggregate_max(selector, tokens)`, or count with `selector_width(selector)`",
            ),
        });
        true
    }

    fn refuse_boolean(&mut self, symbol: &str, operand: Operand) -> Option<NodeId> {
        self.report(
            Diagnostic::new(Code::MixedTypes, format!("`{symbol}` needs tokens, not a boolean"), operand.1, "this is a boolean")
                .note(Rule::Boolean.text())
                .help("a boolean becomes a token with `1 if it else 0`"),
        );
        None
    }

    fn all_booleans(&mut self, symbol: &str, operands: &[Operand]) -> bool {
        if self.refuse_selector(symbol, operands) {
            return false;
        }
        let Some(&(node, span)) = operands.iter().find(|&&operand| self.kind(operand) != Some(Kind::Boolean)) else {
            return true;
        };
        let ty = self.graph.ty(node);
        let wanted = if operands.len() == 1 { "a boolean" } else { "booleans" };
        self.report(
            Diagnostic::new(Code::MixedTypes, format!("`{symbol}` needs {wanted}, not {ty}"), span, format!("this is {ty}"))
                .note(Rule::Boolean.text())
                .help("a comparison makes a boolean, as in `tokens != 0`"),
        );
        false
    }

    /// What kind of sequence it is; `None` for a selector.
    pub(super) fn kind(&self, (node, _): Operand) -> Option<Kind> {
        match self.graph.ty(node) {
            Type::Sequence(kind) => Some(kind),
            Type::Selector => None,
        }
    }

    pub(super) fn constant_of(&self, (node, _): Operand) -> Option<Constant> {
        match self.graph.node(node) {
            Node::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// The token that it is at every position, if it is a constant one.
    pub(super) fn token(&self, operand: Operand) -> Option<i16> {
        match self.constant_of(operand) {
            Some(Constant::Token(token)) => Some(token),
            _ => None,
        }
    }
}
