//! RASP-L by definition: whole n x n matrices, one cell at a time, over the crate's public graph. Nothing here is fast, clever or shared with the crate.

use rasp::Comparison;
use rasp::rasp_l::{
    Arithmetic, Constant, EvaluationError, Graph, IndexKind, Kind, Map, Node, NodeId, Program, Reduction, Sequence, Type, Value,
};

/// What a node is on an input; booleans are 0 and 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slow {
    Sequence(Vec<i64>),
    Selector(Vec<Vec<bool>>),
}

/// Why a node has no value somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Overflow,
    RemainderByZero,
    Sentinel,
}

/// The first node in the graph's order that has no value somewhere, and the first position where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SlowFault {
    pub(crate) node: NodeId,
    pub(crate) position: usize,
    pub(crate) cause: Cause,
}

impl SlowFault {
    /// Whether the error is this fault.
    pub(crate) fn is(&self, program: &Program, error: &EvaluationError) -> bool {
        let (found_location, found_position, found_cause) = match error {
            EvaluationError::Overflow { location, position, .. } => (location, *position, Cause::Overflow),
            EvaluationError::RemainderByZero { location, position, .. } => (location, *position, Cause::RemainderByZero),
            EvaluationError::Sentinel { location, position, .. } => (location, *position, Cause::Sentinel),
            _ => return false,
        };
        (found_location, found_position, found_cause) == (&program.location(self.node), self.position, self.cause)
    }
}

/// The value of a node by definition.
pub(crate) fn evaluate(graph: &Graph, wanted: NodeId, tokens: &[i8]) -> Result<Slow, SlowFault> {
    let mut values = evaluate_all(graph, wanted, tokens, &|_| 0)?;
    Ok(values[wanted.idx()].take().expect("a node is needed for itself"))
}

/// The values of all nodes that one needs, where indices of each kind are counted from another number than 0.
pub(crate) fn evaluate_all(
    graph: &Graph,
    wanted: NodeId,
    tokens: &[i8],
    origin: &dyn Fn(IndexKind) -> i64,
) -> Result<Vec<Option<Slow>>, SlowFault> {
    let mut values: Vec<Option<Slow>> = vec![None; graph.len()];
    for id in graph.needed_for(wanted) {
        // Where a node begins to count, and what its default moves with.
        let from = match (graph.node(id), graph.ty(id)) {
            (Node::Indices | Node::Width { .. } | Node::Aggregate { .. }, Type::Sequence(Kind::Index(kind))) => origin(kind),
            _ => 0,
        };
        values[id.idx()] =
            Some(node(&graph.node(id), &values, tokens, from).map_err(|(position, cause)| SlowFault { node: id, position, cause })?);
    }
    Ok(values)
}

/// A value of the crate in the form of this module.
pub(crate) fn slow(value: Value) -> Slow {
    match value {
        Value::Sequence(sequence) => Slow::Sequence(integers(sequence)),
        Value::Selector(matrix) => Slow::Selector(matrix.rows().to_vec()),
    }
}

pub(crate) fn integers(sequence: Sequence) -> Vec<i64> {
    match sequence {
        Sequence::Tokens(values) => values.into_iter().map(i64::from).collect(),
        Sequence::Indices(values) => values.into_iter().map(i64::from).collect(),
        Sequence::Booleans(values) => values.into_iter().map(i64::from).collect(),
    }
}

fn node(node: &Node, values: &[Option<Slow>], tokens: &[i8], from: i64) -> Result<Slow, (usize, Cause)> {
    let at = |id: NodeId, position: usize| match &values[id.idx()] {
        Some(Slow::Sequence(values)) => values[position],
        other => panic!("{other:?} is no sequence"),
    };
    let rows = |id: NodeId| match &values[id.idx()] {
        Some(Slow::Selector(rows)) => rows,
        other => panic!("{other:?} is no selector"),
    };
    let positions = 0..tokens.len();
    let sequence = |value: &dyn Fn(usize) -> i64| Slow::Sequence(positions.clone().map(value).collect());
    Ok(match *node {
        Node::Tokens => sequence(&|position| i64::from(tokens[position])),
        Node::Indices => sequence(&|position| position as i64 + from),
        Node::Constant(constant) => sequence(&|_| integer(constant)),
        Node::Map(map) => {
            let results = positions.map(|position| scalar(map, &|id| at(id, position)).map_err(|cause| (position, cause)));
            Slow::Sequence(results.collect::<Result<_, _>>()?)
        }
        Node::Select { key, query, comparison } => {
            let cell = |row: usize, column: usize| column <= row && holds(comparison, at(key, column), at(query, row));
            Slow::Selector(positions.clone().map(|row| positions.clone().map(|column| cell(row, column)).collect()).collect())
        }
        Node::Width { selector } => sequence(&|row| rows(selector)[row].iter().filter(|&&selected| selected).count() as i64 + from),
        Node::Aggregate { selector, value, default, reduction } => sequence(&|row| {
            let selected = positions.clone().filter(|&column| rows(selector)[row][column]);
            let chosen: Vec<i64> = selected.map(|column| at(value, column)).collect();
            let one = match reduction {
                Reduction::Max => chosen.iter().copied().max(),
                Reduction::Min => chosen.iter().copied().min(),
                Reduction::Mean => (!chosen.is_empty()).then(|| (chosen.iter().sum::<i64>() as f64 / chosen.len() as f64).trunc() as i64),
            };
            one.unwrap_or(integer(default) + from)
        }),
    })
}

fn integer(constant: Constant) -> i64 {
    match constant {
        Constant::Token(value) => i64::from(value),
        Constant::Index(value) => i64::from(value),
        Constant::Boolean(value) => i64::from(value),
    }
}

fn scalar(map: Map, at: &dyn Fn(NodeId) -> i64) -> Result<i64, Cause> {
    let token = |id| Some(at(id)).filter(|value| (-128..=127).contains(value)).ok_or(Cause::Sentinel);
    let int8 = |value: i64| Some(value).filter(|value| (-128..=127).contains(value)).ok_or(Cause::Overflow);
    Ok(match map {
        Map::Arithmetic(operation, left, right) => {
            let (left, right) = (token(left)?, token(right)?);
            int8(match operation {
                Arithmetic::Add => left + right,
                Arithmetic::Subtract => left - right,
                Arithmetic::Multiply => left * right,
                Arithmetic::Remainder if right == 0 => return Err(Cause::RemainderByZero),
                Arithmetic::Remainder => left - right * (left as f64 / right as f64).floor() as i64,
            })?
        }
        Map::Negate(input) => int8(-token(input)?)?,
        Map::Successor(input) => at(input) + 1,
        Map::Predecessor(input) => at(input) - 1,
        Map::Compare(comparison, left, right) => i64::from(holds(comparison, at(left), at(right))),
        Map::Not(input) => 1 - at(input),
        Map::And(left, right) => at(left) * at(right),
        Map::Or(left, right) => at(left).max(at(right)),
        Map::Where { condition, yes, no } => at(if at(condition) == 1 { yes } else { no }),
    })
}

fn holds(comparison: Comparison, left: i64, right: i64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}
