//! What a node computes, as text: `round(1 / share) - 1`. Names stand for everything that is drawn elsewhere.

use crate::atom::{Atom, Int};
use crate::flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Table, UnaryMap};

/// Parts nested deeper than this are shown by name only.
const DEEPEST: usize = 5;

/// How tightly an expression holds together; parts that hold looser than their surroundings stand in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    In,
    Where,
    Logic,
    Compare,
    Add,
    Remainder,
    Multiply,
    Power,
    Prefix,
    Whole,
}

struct Expression {
    text: String,
    binding: Binding,
}

impl Expression {
    fn whole(text: impl Into<String>) -> Self {
        Expression { text: text.into(), binding: Binding::Whole }
    }

    /// As part of something that binds this tightly.
    fn within(self, binding: Binding) -> String {
        if self.binding < binding { format!("({})", self.text) } else { self.text }
    }
}

/// The operation of a node on its inputs.
pub(super) fn formula(flow: &Flow, id: NodeId) -> String {
    operation(flow, id, 0).text
}

/// The name of a row: as its author named it, else what it computes.
pub(super) fn label(flow: &Flow, id: NodeId) -> String {
    let named_selector = flow.node(id).is_selector() && flow.naming(id) == Naming::Given;
    if named_selector { flow.name(id).to_owned() } else { part(flow, id, 0).text }
}

/// A node inside other text.
fn part(flow: &Flow, id: NodeId, depth: usize) -> Expression {
    match flow.node(id) {
        Node::Constant(atom) => Expression::whole(literal(atom)),
        Node::Map(_) if flow.naming(id) == Naming::Derived && depth < DEEPEST => operation(flow, id, depth + 1),
        node if node.is_selector() && depth < DEEPEST => operation(flow, id, depth + 1),
        _ => Expression::whole(flow.name(id)),
    }
}

fn operation(flow: &Flow, id: NodeId, depth: usize) -> Expression {
    let part = |id: &NodeId| part(flow, *id, depth);
    let operand = |operand: &Operand| match operand {
        Operand::Node(id) => part(id),
        Operand::Atom(atom) => Expression::whole(literal(atom)),
    };
    match flow.node(id) {
        Node::Tokens(_) | Node::Indices | Node::Constant(_) => part(&id),
        Node::Map(Map::Unary(op, input)) => unary(*op, part(input)),
        Node::Map(Map::Binary(op, left, right)) => {
            let (symbol, binding) = symbol(*op);
            infix(operand(left), symbol, operand(right), binding)
        }
        Node::Map(Map::Where { condition, yes, no }) => {
            let [yes, condition, no] = [yes, condition, no].map(|input| part(input).within(Binding::Logic));
            Expression { text: format!("{yes} if {condition} else {no}"), binding: Binding::Where }
        }
        Node::Map(Map::In(input, atoms)) => {
            let text = format!("{} in {}", part(input).within(Binding::Where), list(atoms));
            Expression { text, binding: Binding::In }
        }
        Node::Map(Map::Lookup(table, input)) => Expression::whole(format!("{}[{}]", entries(table), part(input).text)),
        Node::Select { key, query, comparison } => infix(part(key), comparison.symbol(), part(query), Binding::Compare),
        Node::NotSelector(input) => prefix("not ", part(input)),
        Node::AndSelectors(left, right) => logic(part(left), "and", part(right)),
        Node::OrSelectors(left, right) => logic(part(left), "or", part(right)),
        Node::Aggregate { selector, value, .. } => Expression::whole(format!("aggregate({}, {})", part(selector).text, part(value).text)),
    }
}

fn unary(op: UnaryMap, input: Expression) -> Expression {
    match op {
        UnaryMap::Negate => prefix("-", input),
        UnaryMap::Plus => prefix("+", input),
        UnaryMap::Not => prefix("not ", input),
        UnaryMap::Round => Expression::whole(format!("round({})", input.text)),
        UnaryMap::Indicator => Expression::whole(format!("indicator({})", input.text)),
    }
}

fn prefix(symbol: &str, input: Expression) -> Expression {
    Expression { text: format!("{symbol}{}", input.within(Binding::Prefix)), binding: Binding::Prefix }
}

/// Chains read from the left, so only a right operand needs parentheses around its equals.
fn infix(left: Expression, symbol: &str, right: Expression, binding: Binding) -> Expression {
    let right = if right.binding == binding { format!("({})", right.text) } else { right.within(binding) };
    Expression { text: format!("{} {symbol} {right}", left.within(binding)), binding }
}

/// `and` beside `or` stands in parentheses, as the language gives neither precedence and readers may.
fn logic(left: Expression, symbol: &str, right: Expression) -> Expression {
    let [left, right] = [left, right].map(|side| side.within(Binding::Compare));
    Expression { text: format!("{left} {symbol} {right}"), binding: Binding::Logic }
}

fn symbol(op: BinaryMap) -> (&'static str, Binding) {
    match op {
        BinaryMap::Power => ("^", Binding::Power),
        BinaryMap::Multiply => ("*", Binding::Multiply),
        BinaryMap::Divide => ("/", Binding::Multiply),
        BinaryMap::Remainder => ("%", Binding::Remainder),
        BinaryMap::Add => ("+", Binding::Add),
        BinaryMap::Subtract => ("-", Binding::Add),
        BinaryMap::Compare(comparison) => (comparison.symbol(), Binding::Compare),
        BinaryMap::And => ("and", Binding::Logic),
        BinaryMap::Or => ("or", Binding::Logic),
    }
}

fn entries(table: &Table) -> String {
    match table {
        Table::List(atoms) => list(atoms),
        Table::Text(characters) => format!("\"{}\"", characters.iter().collect::<String>()),
        Table::Dict(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}: {}", literal(key), literal(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn list(atoms: &[Atom]) -> String {
    format!("[{}]", atoms.iter().map(literal).collect::<Vec<_>>().join(", "))
}

/// As a program writes it.
fn literal(atom: &Atom) -> String {
    match atom {
        Atom::Bool(true) => "True".to_owned(),
        Atom::Bool(false) => "False".to_owned(),
        Atom::Int(Int::Small(value)) => value.to_string(),
        Atom::Int(Int::Big(value)) => value.to_string(),
        Atom::Float(value) => format!("{value:?}"),
        Atom::Text(text) => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Comparison;
    use crate::layers::programs::{self, Sketch};

    fn int(value: i64) -> Atom {
        Atom::Int(Int::Small(value))
    }

    #[test]
    fn names_end_a_formula_and_unnamed_operations_are_written_out() {
        let mut sketch = Sketch::default();
        let hist = programs::hist(&mut sketch);
        assert_eq!(formula(&sketch.flow, hist), "round(1 / share - 1 + selects_first)");
        assert_eq!(label(&sketch.flow, hist), "hist");
    }

    #[test]
    fn parentheses_stand_where_the_language_needs_them() {
        let mut sketch = Sketch::default();
        let indices = sketch.indices();
        let one_more = sketch.with_atom(BinaryMap::Add, indices, int(1));
        let product = sketch.binary(BinaryMap::Multiply, one_more, one_more);
        let difference = sketch.binary(BinaryMap::Subtract, product, one_more);
        let negative = sketch.unary(UnaryMap::Negate, difference);
        let shown = label(&sketch.flow, negative);
        assert_eq!(shown, "-((indices + 1) * (indices + 1) - (indices + 1))");
    }

    #[test]
    fn selectors_read_as_comparisons_of_key_and_query() {
        let mut sketch = Sketch::default();
        let (tokens, indices) = (sketch.tokens(), sketch.indices());
        let zero = sketch.constant(int(0));
        let same = sketch.select(tokens, tokens, Comparison::Equal);
        let earlier = sketch.select(indices, indices, Comparison::Less);
        let first = sketch.select(indices, zero, Comparison::Equal);
        let both = sketch.and(same, earlier);
        let either = sketch.or(both, first);
        assert_eq!(formula(&sketch.flow, either), "(tokens == tokens and indices < indices) or indices == 0");
    }
}
