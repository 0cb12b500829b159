//! One statement's expression, with no more parentheses than the precedences of RASP-L need.

use super::name::Names;
use crate::rasp_l::graph::{Constant, Graph, Map, Node, NodeId, Reduction};
use crate::rasp_l::operation::Arithmetic;

/// How loosely an expression is bound, loosest first: an operand that is looser than its place allows stands in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Whole,
}

pub(super) struct Writer<'g> {
    graph: &'g Graph,
    symbols: &'g [(String, i8)],
    names: &'g Names,
}

impl<'g> Writer<'g> {
    pub(super) fn new(graph: &'g Graph, symbols: &'g [(String, i8)], names: &'g Names) -> Self {
        Writer { graph, symbols, names }
    }

    /// The node's own operation, what it reads by name or, if that has none, in place.
    pub(super) fn statement(&self, id: NodeId) -> String {
        self.expression(self.graph.node(id)).0
    }

    fn expression(&self, node: Node) -> (String, Binding) {
        match node {
            Node::Tokens => ("tokens".to_owned(), Binding::Whole),
            Node::Indices => ("indices".to_owned(), Binding::Whole),
            Node::Constant(constant) => (self.constant(constant), Binding::Whole),
            Node::Map(map) => self.map(map),
            Node::Select { key, query, comparison } => {
                (format!("select({}, {}, {})", self.argument(key), self.argument(query), comparison.symbol()), Binding::Whole)
            }
            Node::Aggregate { selector, value, default, reduction } => {
                let name = match reduction {
                    Reduction::Mean => "aggregate",
                    Reduction::Max => "aggregate_max",
                    Reduction::Min => "aggregate_min",
                };
                let default = match default {
                    Constant::Token(0) | Constant::Index(0) | Constant::Boolean(false) => String::new(),
                    other => format!(", {}", self.constant(other)),
                };
                (format!("{name}({}, {}{default})", self.argument(selector), self.argument(value)), Binding::Whole)
            }
            Node::Width { selector } => (format!("selector_width({})", self.argument(selector)), Binding::Whole),
        }
    }

    fn map(&self, map: Map) -> (String, Binding) {
        use Binding::{And, Choice, Comparison, Not, Or, Product, Sign, Sum};
        match map {
            Map::Arithmetic(arithmetic, left, right) => {
                let (own, tighter) = match arithmetic {
                    Arithmetic::Add | Arithmetic::Subtract => (Sum, Product),
                    Arithmetic::Multiply | Arithmetic::Remainder => (Product, Sign),
                };
                (format!("{} {} {}", self.number(left, own), arithmetic.symbol(), self.number(right, tighter)), own)
            }
            Map::Negate(input) => (format!("-{}", self.number(input, Sign)), Sign),
            Map::Successor(input) => (format!("{} + 1", self.operand(input, Sum)), Sum),
            Map::Predecessor(input) => (format!("{} - 1", self.operand(input, Sum)), Sum),
            // Comparisons do not chain.
            Map::Compare(comparison, left, right) => {
                (format!("{} {} {}", self.operand(left, Sum), comparison.symbol(), self.operand(right, Sum)), Comparison)
            }
            Map::Not(input) => (format!("not {}", self.operand(input, Not)), Not),
            Map::And(left, right) => (format!("{} and {}", self.operand(left, And), self.operand(right, Not)), And),
            Map::Or(left, right) => (format!("{} or {}", self.operand(left, Or), self.operand(right, And)), Or),
            Map::Where { condition, yes, no } => {
                let (yes, condition, no) = (self.operand(yes, Or), self.operand(condition, Or), self.operand(no, Choice));
                (format!("{yes} if {condition} else {no}"), Choice)
            }
        }
    }

    fn argument(&self, id: NodeId) -> String {
        self.operand(id, Binding::Choice)
    }

    /// What the node is, in parentheses if it is bound more loosely than `loosest`.
    fn operand(&self, id: NodeId, loosest: Binding) -> String {
        if let Some(name) = self.names.get(id) {
            return name.to_owned();
        }
        let (text, binding) = self.expression(self.graph.node(id));
        if binding < loosest { format!("({text})") } else { text }
    }

    /// As [`operand`](Self::operand), in arithmetic, where a token is a number and not what it stands for.
    fn number(&self, id: NodeId, loosest: Binding) -> String {
        match self.graph.node(id) {
            Node::Constant(Constant::Token(token)) => token.to_string(),
            _ => self.operand(id, loosest),
        }
    }

    fn constant(&self, constant: Constant) -> String {
        match constant {
            Constant::Token(token) => match self.symbols.iter().find(|&&(_, other)| i16::from(other) == token) {
                Some((name, _)) => name.clone(),
                None => token.to_string(),
            },
            Constant::Index(index) => index.to_string(),
            Constant::Boolean(true) => "True".to_owned(),
            Constant::Boolean(false) => "False".to_owned(),
        }
    }
}
