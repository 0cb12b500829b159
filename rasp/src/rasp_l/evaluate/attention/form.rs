//! What a selector comes to.

use crate::comparison::Comparison;
use crate::rasp_l::evaluate::chains::Chains;
use crate::rasp_l::graph::{Constant, Graph, Node, NodeId};

/// The ways to answer a selector's questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rasp_l::evaluate) enum Form {
    /// Each position selects the one so far to its left: keys and queries are both positions, moved.
    Shift { distance: usize },
    /// Each position selects at most the one `offset` to the left of where its query points: keys are positions, moved.
    Gather { query: NodeId, offset: i32 },
    /// What is selected only ever grows.
    Running(Scope),
    /// Keys equal to the query.
    Equal { key: NodeId, query: NodeId },
    /// Keys below, above or other than the query.
    Ordered { key: NodeId, query: NodeId, comparison: Comparison },
}

/// What a growing selection takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rasp_l::evaluate) enum Scope {
    /// All positions but the last `delay`.
    All { delay: usize },
    /// The positions whose key lies in the band: the query is a constant.
    Keys(NodeId, Band),
    /// All positions, for those whose query lies in the band: the key is a constant.
    Queries(NodeId, Band),
}

/// The values that stand in some comparison to a constant: those from `low` to `low + span`, or else all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rasp_l::evaluate) struct Band {
    low: i32,
    span: u32,
    inside: bool,
}

impl Band {
    /// The values of which `value COMPARISON constant` is true.
    fn new(comparison: Comparison, constant: i32) -> Self {
        let below = |bound: i32| Band { low: i32::MIN, span: bound.wrapping_sub(i32::MIN).wrapping_sub(1) as u32, inside: true };
        let one = Band { low: constant, span: 0, inside: true };
        let outside = |band: Band| Band { inside: false, ..band };
        match comparison {
            Comparison::Equal => one,
            Comparison::NotEqual => outside(one),
            Comparison::Less => below(constant),
            Comparison::LessOrEqual => below(constant + 1),
            Comparison::Greater => outside(below(constant + 1)),
            Comparison::GreaterOrEqual => outside(below(constant)),
        }
    }

    #[inline]
    pub(super) fn contains(self, value: i32) -> bool {
        (value.wrapping_sub(self.low) as u32 <= self.span) == self.inside
    }
}

impl Form {
    /// The form of a selector.
    pub(in crate::rasp_l::evaluate) fn of(chains: &Chains<'_>, selector: NodeId) -> Form {
        let graph = chains.graph;
        let Node::Select { key, query, comparison } = graph.node(selector) else {
            unreachable!("the elaborator checked that {selector:?} is a selector");
        };
        match (chains.position(key), chains.position(query)) {
            (Some(key_offset), Some(query_offset)) => {
                // Position i selects j <= i iff j COMPARISON i - distance.
                let distance = key_offset - query_offset;
                match (comparison, usize::try_from(distance)) {
                    (Comparison::Equal, Ok(distance)) => return Form::Shift { distance },
                    (Comparison::LessOrEqual, Ok(delay)) => return Form::Running(Scope::All { delay }),
                    (Comparison::Less, Ok(distance)) => return Form::Running(Scope::All { delay: distance + 1 }),
                    (Comparison::LessOrEqual | Comparison::Less, Err(_)) => return Form::Running(Scope::All { delay: 0 }),
                    _ => {}
                }
            }
            (Some(offset), None) if comparison == Comparison::Equal => return Form::Gather { query, offset },
            _ => {}
        }
        match (constant(graph, key), constant(graph, query), comparison) {
            (_, Some(constant), _) => Form::Running(Scope::Keys(key, Band::new(comparison, constant))),
            (Some(constant), None, _) => Form::Running(Scope::Queries(query, Band::new(comparison.mirrored(), constant))),
            (None, None, Comparison::Equal) => Form::Equal { key, query },
            (None, None, _) => Form::Ordered { key, query, comparison },
        }
    }

    /// The nodes whose values are read at all positions, and the one whose value is read where an answer is wanted.
    pub(in crate::rasp_l::evaluate) fn reads(self) -> (Option<NodeId>, Option<NodeId>) {
        match self {
            Form::Shift { .. } | Form::Running(Scope::All { .. }) => (None, None),
            Form::Gather { query, .. } | Form::Running(Scope::Queries(query, _)) => (None, Some(query)),
            Form::Running(Scope::Keys(key, _)) => (Some(key), None),
            Form::Equal { key, query } | Form::Ordered { key, query, .. } => (Some(key), Some(query)),
        }
    }
}

/// The value of a constant as it stands in a column.
pub(in crate::rasp_l::evaluate) fn cell(constant: Constant) -> i32 {
    match constant {
        Constant::Token(value) => i32::from(value),
        Constant::Index(value) => value,
        Constant::Boolean(value) => i32::from(value),
    }
}

fn constant(graph: &Graph, node: NodeId) -> Option<i32> {
    match graph.node(node) {
        Node::Constant(constant) => Some(cell(constant)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_hold_what_the_comparisons_do() {
        for constant in [-300, -128, 0, 1, 127, 30_000] {
            for comparison in Comparison::ALL {
                let band = Band::new(comparison, constant);
                for value in [i32::MIN, -1_000, constant - 1, constant, constant + 1, 1_000_000, i32::MAX] {
                    assert_eq!(band.contains(value), comparison.holds(&value, &constant), "{value} {} {constant}", comparison.symbol());
                    assert_eq!(comparison.holds(&value, &constant), comparison.mirrored().holds(&constant, &value));
                }
            }
        }
    }
}
