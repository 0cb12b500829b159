//! Scenes for tests: random ones, and those of the test programs, by a small evaluator of the operations that they use.

use super::{Cells, LONGEST_INPUT, Scene};
use crate::atom::{Atom, Int};
use crate::comparison::Comparison;
use crate::flow::{BinaryMap, Flow, Map, Node, NodeId, Operand, UnaryMap};
use crate::layers::programs::{self, Program, Sketch};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What a program of the tests shows on the characters of a text.
pub(super) fn scene(program: Program, input: &str) -> Scene {
    let mut sketch = Sketch::default();
    let output = program(&mut sketch);
    let input: Vec<String> = input.chars().map(String::from).collect();
    let values = evaluate(&sketch.flow, output, &input);
    Scene::new(&sketch.flow, output, &input, |id| shown(&values[&id])).unwrap()
}

/// A random program with random texts in its cells, as [`random`](fn@random) draws it.
pub(super) type Recipe = (Vec<programs::Step>, usize, Vec<String>);

pub(super) fn recipes() -> impl Strategy<Value = Recipe> {
    (programs::random_steps(16), 1..=LONGEST_INPUT, prop::collection::vec(any::<String>(), 1..8))
}

pub(super) fn random((steps, positions, texts): &Recipe) -> Scene {
    let (sketch, output) = programs::random(steps);
    let selects = |id: NodeId, row: usize, column: usize| (row * column + id.idx()).is_multiple_of(3);
    let cells = |id: NodeId| {
        if sketch.flow.node(id).is_selector() {
            let row = |row: usize| (0..*positions).map(|column| selects(id, row, column)).collect();
            Cells::Matrix((0..*positions).map(row).collect())
        } else {
            Cells::Sequence(texts.iter().cycle().skip(id.idx() % 7).take(*positions).cloned().collect())
        }
    };
    let input: Vec<String> = texts.iter().cycle().take(*positions).cloned().collect();
    Scene::new(&sketch.flow, output, &input, cells).unwrap()
}

/// The first place where a document's tags do not close each other, or markup is not escaped.
pub(super) fn unbalanced(document: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in document.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else { return Some(piece.to_owned()) };
        let escaped =
            |text: &str| text.split('&').skip(1).all(|rest| ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| rest.starts_with(entity)));
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap_or_default();
        let closes = !tag.starts_with('/') || open.pop() == Some(name);
        if !closes || !escaped(text) || text.contains('>') || tag.matches('"').count() % 2 != 0 {
            return Some(piece.to_owned());
        }
        if !tag.starts_with('/') && !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.pop().map(str::to_owned)
}

enum Value {
    Sequence(Vec<Atom>),
    Matrix(Vec<Vec<bool>>),
}

fn shown(value: &Value) -> Cells {
    match value {
        Value::Sequence(atoms) => Cells::Sequence(atoms.iter().map(show).collect()),
        Value::Matrix(rows) => Cells::Matrix(rows.clone()),
    }
}

fn show(atom: &Atom) -> String {
    match atom {
        Atom::Bool(truth) => if *truth { "T" } else { "F" }.to_owned(),
        Atom::Float(value) => format!("{:?}", (value * 1000.0).round() / 1000.0),
        Atom::Text(text) => text.to_string(),
        Atom::Int(_) => number(atom).to_string(),
    }
}

fn number(atom: &Atom) -> f64 {
    match atom {
        Atom::Bool(truth) => f64::from(u8::from(*truth)),
        Atom::Int(Int::Small(value)) => *value as f64,
        Atom::Float(value) => *value,
        _ => f64::NAN,
    }
}

fn int(value: f64) -> Atom {
    Atom::Int(Int::Small(value as i64))
}

fn holds(comparison: Comparison, left: &Atom, right: &Atom) -> bool {
    match (left, right) {
        (Atom::Text(left), Atom::Text(right)) => comparison.holds(left, right),
        (Atom::Text(_), _) | (_, Atom::Text(_)) => comparison == Comparison::NotEqual,
        _ => comparison.holds(&ordered(number(left)), &ordered(number(right))),
    }
}

/// Thousandths are enough for what the programs compare.
fn ordered(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

fn evaluate(flow: &Flow, output: NodeId, input: &[String]) -> BTreeMap<NodeId, Value> {
    let mut values = BTreeMap::new();
    let positions = input.len();
    for id in flow.needed_for(&[output]) {
        let sequence = |id: &NodeId| match &values[id] {
            Value::Sequence(atoms) => atoms.clone(),
            Value::Matrix(_) => panic!("{} is a selector", flow.name(*id)),
        };
        let matrix = |id: &NodeId| match &values[id] {
            Value::Matrix(rows) => rows.clone(),
            Value::Sequence(_) => panic!("{} is a sequence", flow.name(*id)),
        };
        let each = |cell: &dyn Fn(usize, usize) -> bool| {
            Value::Matrix((0..positions).map(|query| (0..positions).map(|key| cell(query, key)).collect()).collect())
        };
        let value = match flow.node(id) {
            Node::Tokens(_) => Value::Sequence(input.iter().map(|text| Atom::text(text)).collect()),
            Node::Indices => Value::Sequence((0..positions).map(|idx| int(idx as f64)).collect()),
            Node::Constant(atom) => Value::Sequence(vec![atom.clone(); positions]),
            Node::Map(map) => Value::Sequence((0..positions).map(|at| apply(map, |id| sequence(id)[at].clone())).collect()),
            Node::Select { key, query, comparison } => {
                let (keys, queries) = (sequence(key), sequence(query));
                each(&|query, key| holds(*comparison, &keys[key], &queries[query]))
            }
            Node::NotSelector(part) => {
                let part = matrix(part);
                each(&|query, key| !part[query][key])
            }
            Node::AndSelectors(left, right) => {
                let (left, right) = (matrix(left), matrix(right));
                each(&|query, key| left[query][key] && right[query][key])
            }
            Node::OrSelectors(left, right) => {
                let (left, right) = (matrix(left), matrix(right));
                each(&|query, key| left[query][key] || right[query][key])
            }
            Node::Aggregate { selector, value, default } => {
                let (atoms, default) = (sequence(value), default.clone().unwrap_or(int(0.0)));
                Value::Sequence(matrix(selector).iter().map(|row| average(row, &atoms, &default)).collect())
            }
        };
        values.insert(id, value);
    }
    values
}

fn average(row: &[bool], values: &[Atom], default: &Atom) -> Atom {
    let selected: Vec<&Atom> = row.iter().zip(values).filter_map(|(selected, value)| selected.then_some(value)).collect();
    match selected[..] {
        [] => default.clone(),
        [one] => one.clone(),
        _ => Atom::Float(selected.iter().map(|atom| number(atom)).sum::<f64>() / selected.len() as f64),
    }
}

fn apply(map: &Map, at: impl Fn(&NodeId) -> Atom) -> Atom {
    let operand = |operand: &Operand| match operand {
        Operand::Node(id) => at(id),
        Operand::Atom(atom) => atom.clone(),
    };
    let truth = |atom: &Atom| number(atom) != 0.0;
    match map {
        Map::Unary(UnaryMap::Not, input) => Atom::Bool(!truth(&at(input))),
        Map::Unary(UnaryMap::Indicator, input) => int(f64::from(u8::from(truth(&at(input))))),
        Map::Unary(UnaryMap::Round, input) => int(number(&at(input)).round_ties_even()),
        Map::Unary(UnaryMap::Negate, input) => Atom::Float(-number(&at(input))),
        Map::Unary(UnaryMap::Plus, input) => at(input),
        Map::Binary(op, left, right) => binary(*op, &operand(left), &operand(right)),
        Map::Where { condition, yes, no } => at(if truth(&at(condition)) { yes } else { no }),
        Map::In(input, atoms) => Atom::Bool(atoms.iter().any(|atom| holds(Comparison::Equal, atom, &at(input)))),
        Map::Lookup(..) => panic!("no test program looks anything up"),
    }
}

fn binary(op: BinaryMap, left: &Atom, right: &Atom) -> Atom {
    let of = |value: f64| match (left, right) {
        (Atom::Int(_), Atom::Int(_)) if op != BinaryMap::Divide => int(value),
        _ => Atom::Float(value),
    };
    let (a, b) = (number(left), number(right));
    match op {
        BinaryMap::Add => match (left, right) {
            (Atom::Text(left), Atom::Text(right)) => Atom::text(&format!("{left}{right}")),
            _ => of(a + b),
        },
        BinaryMap::Subtract => of(a - b),
        BinaryMap::Multiply => of(a * b),
        BinaryMap::Divide => of(a / b),
        BinaryMap::Power => of(a.powf(b)),
        BinaryMap::Remainder => of(a.rem_euclid(b)),
        BinaryMap::Compare(comparison) => Atom::Bool(holds(comparison, left, right)),
        BinaryMap::And => Atom::Bool(a != 0.0 && b != 0.0),
        BinaryMap::Or => Atom::Bool(a != 0.0 || b != 0.0),
    }
}
