//! Unary and binary operators, on atoms and lists at once, and on s-ops and selectors as new nodes.

use super::{Eval, Frame, Machine, at};
use crate::atom::{self, Atom, AtomLimits};
use crate::comparison::Comparison;
use crate::evaluate::Value;
use crate::fault::Fault;
use crate::flow::{BinaryMap, Map, Node, Operand, UnaryMap};
use crate::object::Object;
use crate::sequence::SequenceKind;
use crate::span::Span;
use crate::syntax::{Binary, Unary};
use std::cmp::Ordering;

impl Machine {
    pub(super) fn unary(&mut self, unary: Unary, operand: &Object, span: Span, frame: &Frame) -> Eval<Object> {
        let (map, symbol) = match unary {
            Unary::Not => (UnaryMap::Not, "not"),
            Unary::Negate => (UnaryMap::Negate, "-"),
            Unary::Plus => (UnaryMap::Plus, "+"),
            Unary::Round => (UnaryMap::Round, "round"),
            Unary::Indicator => (UnaryMap::Indicator, "indicator"),
        };
        match (operand, map) {
            (Object::Sop(node), _) => {
                let name = self.flow.name(*node);
                let name = if map == UnaryMap::Indicator { format!("I({name})") } else { format!("( {symbol} {name} )") };
                Ok(Object::Sop(self.add(Node::Map(Map::Unary(map, *node)), &name, span, frame)?))
            }
            (_, UnaryMap::Indicator) => {
                let problem = format!("`indicator` turns an s-op into ones and zeros, and this is {}", operand.kind());
                at(span, Err(Fault::language(problem)))
            }
            (Object::Selector(selector), UnaryMap::Not) => {
                Ok(Object::Selector(self.add(Node::NotSelector(*selector), "plain select", span, frame)?))
            }
            (_, UnaryMap::Not) => Ok(Object::bool(!operand.truth())),
            (Object::Atom(atom), _) => at(span, atom::unary(map, atom)).map(Object::Atom),
            _ => at(span, Err(Fault::arithmetic(format!("`{symbol}` works on numbers, and this is {}", operand.kind())))),
        }
    }

    pub(super) fn binary(&mut self, binary: Binary, left: &Object, right: &Object, span: Span, frame: &Frame) -> Eval<Object> {
        let map = map_of(binary);
        match (left, right) {
            (Object::Selector(left), Object::Selector(right)) if binary == Binary::And => {
                Ok(Object::Selector(self.add(Node::AndSelectors(*left, *right), "plain select", span, frame)?))
            }
            (Object::Selector(left), Object::Selector(right)) if binary == Binary::Or => {
                Ok(Object::Selector(self.add(Node::OrSelectors(*left, *right), "plain select", span, frame)?))
            }
            (Object::Selector(_), other) | (other, Object::Selector(_)) => at(span, Err(refuse_selector(binary, other))),
            (Object::Sop(_), _) | (_, Object::Sop(_)) => self.elementwise(binary, left, right, span, frame),
            _ => match binary {
                Binary::And => Ok(if left.truth() { right.clone() } else { left.clone() }),
                Binary::Or => Ok(if left.truth() { left.clone() } else { right.clone() }),
                _ => at(span, self.at_once(map, left, right)),
            },
        }
    }

    /// An operation with at least one s-op and no selector.
    fn elementwise(&mut self, binary: Binary, left: &Object, right: &Object, span: Span, frame: &Frame) -> Eval<Object> {
        // Python turns `1 < x` around to `x > 1`; the name shows it.
        if let (Binary::Compare(comparison), false) = (binary, matches!(left, Object::Sop(_))) {
            return self.elementwise(Binary::Compare(mirrored(comparison)), right, left, span, frame);
        }
        let (symbol, end) = match binary {
            Binary::Power => ("pow", " )"),
            Binary::And => ("and", ")"),
            Binary::Or => ("or", ")"),
            other => (symbol(other), " )"),
        };
        let shown = |object: &Object| match object {
            Object::Sop(node) => self.flow.name(*node).to_owned(),
            other => other.to_text(&self.flow),
        };
        let name = format!("( {} {symbol} {}{end}", shown(left), shown(right));
        let map = match (operand(left), operand(right)) {
            (Some(left), Some(right)) => Map::Binary(map_of(binary), left, right),
            (Some(Operand::Node(node)), None) if binary == Binary::Compare(Comparison::Equal) => Map::In(node, [].into()),
            _ => {
                let other = if matches!(left, Object::Sop(_)) { right } else { left };
                let problem = format!("`{}` cannot be applied to an s-op and {}", super::operator::symbol(binary), other.kind());
                let makes_lists = match (binary, other) {
                    (Binary::And | Binary::Or, _) => true,
                    (Binary::Multiply, Object::List(_)) => self.is_whole(if matches!(left, Object::Sop(_)) { left } else { right }, frame),
                    _ => false,
                };
                return at(span, Err(if makes_lists { Fault::language(problem) } else { Fault::arithmetic(problem) }));
            }
        };
        Ok(Object::Sop(self.add(Node::Map(map), &name, span, frame)?))
    }

    /// Whether an s-op holds integers or booleans on the example; times a list they would make lists, which no sequence holds.
    fn is_whole(&self, object: &Object, frame: &Frame) -> bool {
        let Object::Sop(node) = object else { return false };
        let trial = frame.trial.as_ref().unwrap_or(&self.example);
        match trial.evaluate(&self.flow, *node) {
            Ok(Value::Sequence(sequence)) => matches!(sequence.kind(), SequenceKind::Int | SequenceKind::Bool),
            _ => false,
        }
    }

    /// An operation on atoms and lists.
    fn at_once(&self, map: BinaryMap, left: &Object, right: &Object) -> Result<Object, Fault> {
        match (map, left, right) {
            (_, Object::Atom(left), Object::Atom(right)) => atom::binary(map, left, right, &self.atom_limits()).map(Object::Atom),
            (BinaryMap::Compare(Comparison::Equal), _, _) => Ok(Object::bool(left.equals(right))),
            (BinaryMap::Compare(comparison), Object::List(_), Object::List(_)) => {
                let ordering = compare_lists(left, right)?;
                Ok(Object::bool(comparison.holds(&ordering, &Ordering::Equal)))
            }
            (BinaryMap::Add, Object::List(left), Object::List(right)) => {
                self.check_elements(left.elements.len() + right.elements.len())?;
                Object::list(left.elements.iter().chain(&right.elements).cloned().collect())
            }
            (BinaryMap::Multiply, Object::List(list), Object::Atom(times))
            | (BinaryMap::Multiply, Object::Atom(times), Object::List(list)) => {
                let times = match times {
                    Atom::Bool(times) => usize::from(*times),
                    Atom::Int(times) => match times.to_i64() {
                        Some(times) => usize::try_from(times).unwrap_or(0),
                        None if times.is_negative() => 0,
                        None => usize::MAX,
                    },
                    _ => return Err(Fault::arithmetic("a list can be repeated a whole number of times")),
                };
                let elements = list.elements.len().saturating_mul(times);
                self.check_elements(elements)?;
                Object::list(list.elements.iter().cycle().take(elements).cloned().collect())
            }
            _ => {
                let problem = format!("`{}` cannot be applied to {} and {}", map_symbol(map), left.kind(), right.kind());
                Err(Fault::arithmetic(problem))
            }
        }
    }

    fn atom_limits(&self) -> AtomLimits {
        AtomLimits { max_bits: self.limits.integer_bits, max_text: self.limits.text_bytes }
    }
}

fn operand(object: &Object) -> Option<Operand> {
    match object {
        Object::Sop(node) => Some(Operand::Node(*node)),
        Object::Atom(atom) => Some(Operand::Atom(atom.clone())),
        _ => None,
    }
}

fn map_of(binary: Binary) -> BinaryMap {
    match binary {
        Binary::Power => BinaryMap::Power,
        Binary::Multiply => BinaryMap::Multiply,
        Binary::Divide => BinaryMap::Divide,
        Binary::Remainder => BinaryMap::Remainder,
        Binary::Add => BinaryMap::Add,
        Binary::Subtract => BinaryMap::Subtract,
        Binary::Compare(comparison) => BinaryMap::Compare(comparison),
        Binary::And => BinaryMap::And,
        Binary::Or => BinaryMap::Or,
    }
}

fn symbol(binary: Binary) -> &'static str {
    map_symbol(map_of(binary))
}

fn map_symbol(map: BinaryMap) -> &'static str {
    match map {
        BinaryMap::Power => "^",
        BinaryMap::Multiply => "*",
        BinaryMap::Divide => "/",
        BinaryMap::Remainder => "%",
        BinaryMap::Add => "+",
        BinaryMap::Subtract => "-",
        BinaryMap::Compare(comparison) => comparison.symbol(),
        BinaryMap::And => "and",
        BinaryMap::Or => "or",
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        symmetric => symmetric,
    }
}

fn refuse_selector(binary: Binary, other: &Object) -> Fault {
    let symbol = symbol(binary);
    if matches!(binary, Binary::And | Binary::Or) {
        return Fault::language(format!("`{symbol}` joins two selectors or two s-ops, and not a selector and {}", other.kind()));
    }
    Fault::language(format!("`{symbol}` cannot be applied to a selector"))
        .help("selectors are joined with `and`, `or` and `not`, and read with `aggregate`")
}

/// Python's order of lists: by the first elements that differ.
fn compare_lists(left: &Object, right: &Object) -> Result<Ordering, Fault> {
    match (left, right) {
        (Object::List(left), Object::List(right)) => {
            for (left, right) in left.elements.iter().zip(&right.elements) {
                if !left.equals(right) {
                    return compare_lists(left, right);
                }
            }
            Ok(left.elements.len().cmp(&right.elements.len()))
        }
        (Object::Atom(left), Object::Atom(right)) => {
            Ok(if atom::compare(Comparison::Less, left, right)? { Ordering::Less } else { Ordering::Greater })
        }
        _ => Err(Fault::arithmetic(format!("{} and {} have no order", left.kind(), right.kind()))),
    }
}
