//! A known program as the start of a search: what a shorter program could keep of it.
//!
//! A program too long to be found by going through all programs can still be bettered near itself. A *part* of it is a set of its operations, each with
//! all that it reads; a search around the part goes through all programs that are the part and a few more operations.

use std::collections::HashMap;

use super::kernel::Chunk;
use super::layout::Layout;
use super::line::{self, Line, POSITION, Select, Slot};
use super::space::Space;
use super::view::View;
use crate::rasp_l::discipline::Profile;
use crate::rasp_l::graph::{self, Constant, Graph, IndexKind, Map, Node, NodeId, Type};
use crate::rasp_l::program::Program;

/// Kinds of the widths of a known program begin here, beyond those of lines.
const FIRST_KNOWN_WIDTH: usize = 128;

/// The operations of a program.
#[derive(Clone, Debug)]
pub struct Known {
    graph: Graph,
    /// Inputs before what reads them, the output last.
    operations: Vec<NodeId>,
}

/// Operations of a known program, each with all that it reads.
#[derive(Clone, Debug)]
pub struct Part {
    pub(super) graph: Graph,
    /// In the order of the program.
    operations: Vec<NodeId>,
    /// Those that the rest of the program reads.
    read: Vec<NodeId>,
}

/// An operation of a part that a search may read.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) node: NodeId,
    pub(super) kind: line::Kind,
    pub(super) full: Vec<Chunk>,
    pub(super) screen: Vec<Chunk>,
}

impl Known {
    /// The operations of a program.
    pub fn new(program: &Program) -> Self {
        let graph = program.graph().clone();
        let is_operation = |&id: &NodeId| matches!(graph.node(id), Node::Map(_) | Node::Aggregate { .. } | Node::Width { .. });
        let operations = graph.needed_for(program.output()).into_iter().filter(is_operation).collect();
        Known { graph, operations }
    }

    /// How many operations it has.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The tokens that it writes as constants or defaults.
    pub fn constants(&self) -> impl Iterator<Item = i8> {
        let needed = self.operations.last().map(|&output| self.graph.needed_for(output)).unwrap_or_default();
        needed.into_iter().filter_map(|id| match self.graph.node(id) {
            Node::Constant(Constant::Token(token)) | Node::Aggregate { default: Constant::Token(token), .. } => i8::try_from(token).ok(),
            _ => None,
        })
    }

    /// Every part of so many operations, the output's not among them.
    pub fn parts(&self, size: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let inner = &self.operations[..self.len().saturating_sub(1)];
        self.choose(inner, size, &mut Vec::new(), &mut parts);
        parts
    }

    fn choose(&self, left: &[NodeId], size: usize, chosen: &mut Vec<NodeId>, parts: &mut Vec<Part>) {
        if chosen.len() == size {
            let others: Vec<NodeId> = self.operations.iter().copied().filter(|id| !chosen.contains(id)).collect();
            let is_read = |id: &NodeId| others.iter().any(|&other| reads(&self.graph, other).contains(id));
            let read = chosen.iter().copied().filter(is_read).collect();
            parts.push(Part { graph: self.graph.clone(), operations: chosen.clone(), read });
            return;
        }
        if left.len() + chosen.len() < size {
            return;
        }
        let Some((&next, left)) = left.split_first() else { return };
        let is_operation = |id: &NodeId| self.operations.contains(id);
        if reads(&self.graph, next).iter().filter(|id| is_operation(id)).all(|id| chosen.contains(id)) {
            chosen.push(next);
            self.choose(left, size, chosen, parts);
            chosen.pop();
        }
        self.choose(left, size, chosen, parts);
    }
}

impl Part {
    /// The values of at most `most` operations: those that the rest of the program reads first, then the latest. `None` where one cannot be
    /// computed in the space: it has a fault, or a default that is no token.
    pub(super) fn given(&self, space: &Space, most: usize, full: &Layout, screen: &Layout) -> Option<Vec<Given>> {
        let (full, screen) = (self.values(space, full)?, self.values(space, screen)?);
        let mut places: Vec<usize> = (0..self.operations.len()).rev().collect();
        places.sort_by_key(|&place| !self.read.contains(&self.operations[place]));
        places.truncate(most);
        places.sort_unstable();
        let given = |place: usize| Given {
            node: self.operations[place],
            kind: self.kind(space, self.operations[place]),
            full: full[place].clone(),
            screen: screen[place].clone(),
        };
        Some(places.into_iter().map(given).collect())
    }

    /// The value of each operation.
    fn values(&self, space: &Space, layout: &Layout) -> Option<Vec<Vec<Chunk>>> {
        let mut view = View::new(space, layout, false);
        let mut slots: HashMap<NodeId, Slot> = HashMap::new();
        for (id, node) in self.graph.nodes() {
            let slot = match *node {
                Node::Tokens => line::TOKENS,
                Node::Indices => line::INDICES,
                Node::Constant(Constant::Boolean(value)) => line::FALSE + Slot::from(value),
                Node::Constant(Constant::Token(token)) => {
                    let Some(place) = space.constants.iter().position(|&constant| i16::from(constant) == token) else { continue };
                    line::FIRST_CONSTANT + place as Slot
                }
                _ => continue,
            };
            slots.insert(id, slot);
        }
        let mut values = Vec::new();
        for &id in &self.operations {
            let value = view.evaluate(self.line(id, &slots)?)?;
            slots.insert(id, view.kinds.len() as Slot);
            view.push(self.kind(space, id), &value);
            values.push(value);
        }
        Some(values)
    }

    fn kind(&self, space: &Space, id: NodeId) -> line::Kind {
        match self.graph.ty(id) {
            Type::Sequence(graph::Kind::Boolean) => line::Kind::Boolean,
            Type::Sequence(graph::Kind::Index(IndexKind::Position)) => POSITION,
            Type::Sequence(graph::Kind::Index(IndexKind::Width(width))) if space.profile == Profile::Strict => {
                let place = self.operations.iter().position(|&other| other == width).unwrap_or(0);
                line::Kind::Index((FIRST_KNOWN_WIDTH + place) as u8)
            }
            Type::Sequence(graph::Kind::Index(_)) => line::width_kind(space),
            Type::Sequence(graph::Kind::Token) | Type::Selector => line::Kind::Token,
        }
    }

    /// An operation as a line over slots.
    fn line(&self, id: NodeId, slots: &HashMap<NodeId, Slot>) -> Option<Line> {
        let at = |id: NodeId| slots.get(&id).copied();
        let select = |selector: NodeId| match self.graph.node(selector) {
            Node::Select { key, query, comparison } => Some(Select { key: at(key)?, query: at(query)?, comparison }),
            _ => None,
        };
        Some(match self.graph.node(id) {
            Node::Map(map) => match map {
                Map::Arithmetic(operation, left, right) => Line::Arithmetic(operation, at(left)?, at(right)?),
                Map::Negate(input) => Line::Negate(at(input)?),
                Map::Successor(input) => Line::Successor(at(input)?),
                Map::Predecessor(input) => Line::Predecessor(at(input)?),
                Map::Compare(comparison, left, right) => Line::Compare(comparison, at(left)?, at(right)?),
                Map::Not(input) => Line::Not(at(input)?),
                Map::And(left, right) => Line::And(at(left)?, at(right)?),
                Map::Or(left, right) => Line::Or(at(left)?, at(right)?),
                Map::Where { condition, yes, no } => Line::Where(at(condition)?, at(yes)?, at(no)?),
            },
            Node::Width { selector } => Line::Width(select(selector)?),
            Node::Aggregate { selector, value, default, reduction } => {
                let default = match default {
                    Constant::Token(token) => i8::try_from(token).ok()?,
                    Constant::Index(index) => i8::try_from(index).ok()?,
                    Constant::Boolean(value) => i8::from(value),
                };
                Line::Aggregate { select: select(selector)?, value: at(value)?, reduction, default }
            }
            _ => return None,
        })
    }
}

/// What an operation reads, through selectors.
fn reads(graph: &Graph, id: NodeId) -> Vec<NodeId> {
    let through = |input: NodeId| match graph.node(input) {
        Node::Select { .. } => graph.node(input).inputs().collect(),
        _ => vec![input],
    };
    graph.node(id).inputs().flat_map(through).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use proptest::prelude::*;

    use super::super::{Battery, Operations, Search, Sequence};
    use super::*;

    const COPY_REPEAT: &str = "#lang rasp-l
        last = aggregate_max(select(tokens, -1, ==), indices, -1);
        count = selector_width(select(indices, last, >));
        aggregate_max(select(count, count + 1, ==), tokens, -2);";
    const MODE: &str = "#lang rasp-l
        count = selector_width(select(tokens, tokens, ==));
        last = aggregate_max(select(-1, tokens, ==), count, -1);
        aggregate_max(select(count, last, ==), tokens, -2);";
    const PARTS: &str = "#lang rasp-l
        seen = aggregate_max(select(tokens, tokens - 1, ==), tokens >= 1);
        low = aggregate_min(select(True, True, ==), tokens);
        shown = seen and tokens == low;
        low if shown else -1;";

    fn parsed(source: &str) -> Program {
        Program::parse_in(Profile::Strict, "known.rasp", source).unwrap()
    }

    fn space_of(known: &Known) -> Space {
        Space::new(Operations::full(), known.constants().chain([0, 1]))
    }

    /// What the program gives at every position of these inputs.
    fn battery_of(program: &Program, inputs: &[Vec<i8>]) -> Battery {
        let mut battery = Battery::new();
        for tokens in inputs {
            let mut run = program.generation().unwrap();
            let mut targets = Vec::new();
            for (place, &token) in tokens.iter().enumerate() {
                run.extend(&[token]).unwrap();
                targets.push((place, run.next_token().unwrap()));
            }
            battery.add(Sequence { tokens: tokens.clone(), targets }).unwrap();
        }
        battery
    }

    fn found(search: &Search) -> Vec<Program> {
        let mut worker = search.worker();
        let outcomes = (0..search.shards()).map(|shard| worker.run(shard, 20, &AtomicBool::new(false)).unwrap());
        let found: Vec<_> = outcomes.flat_map(|outcome| outcome.found).collect();
        found.iter().map(|found| parsed(&search.source(found, &[], &[]))).collect()
    }

    #[test]
    fn a_part_has_all_that_it_reads() {
        let known = Known::new(&parsed(PARTS));
        assert_eq!(known.len(), 7);
        // `tokens - 1` and `tokens >= 1` come before `seen`, `low` before `==`, and these before `and`, the last of the six before the output.
        assert_eq!((0..=7).map(|size| known.parts(size).len()).collect::<Vec<_>>(), [1, 3, 4, 4, 2, 1, 1, 0]);
        assert!(Known::new(&parsed("#lang rasp-l\ntokens;")).is_empty());
    }

    #[test]
    fn a_detour_is_left_out() {
        let program = parsed("#lang rasp-l\na = tokens + 1; b = a - 1; aggregate_min(select(b, b, >), b, -2);");
        let known = Known::new(&program);
        let battery = battery_of(&program, &[vec![3, 1, 2, -1], vec![0, 5, 4, 1], vec![2, 2, 0, 7]]);
        for part in known.parts(1) {
            let search = Search::around(&space_of(&known), &battery, 1, &part).unwrap();
            assert!(found(&search).iter().any(|program| program.length().core_operations == 1));
        }
    }

    #[test]
    fn what_the_space_cannot_compute_is_no_part() {
        let known = Known::new(&parsed("#lang rasp-l\na = tokens + 9; aggregate_min(select(a, a, >), a, -2);"));
        let battery = battery_of(&parsed("#lang rasp-l\ntokens;"), &[vec![3, 1]]);
        let space = Space::new(Operations::full(), [0, 1]);
        let refused = Search::around(&space, &battery, 1, &known.parts(1)[0]);
        assert_eq!(refused.err(), Some(super::super::SearchError::NothingKept));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn what_is_taken_away_is_found_again(inputs in proptest::collection::vec(proptest::collection::vec(-1_i8..4, 2..9), 6..12), removed in 1_usize..=2) {
            for source in [COPY_REPEAT, MODE, PARTS] {
                let program = parsed(source);
                let known = Known::new(&program);
                let (space, battery) = (space_of(&known), battery_of(&program, &inputs));
                for part in known.parts(known.len() - removed) {
                    let again: Vec<Program> = (1..=removed).flat_map(|new| found(&Search::around(&space, &battery, new, &part).unwrap())).collect();
                    prop_assert!(!again.is_empty(), "{source}");
                    for program in again {
                        prop_assert!(program.length().core_operations <= known.len());
                        prop_assert_eq!(&battery_of(&program, &inputs), &battery, "{}", program.source());
                    }
                }
            }
        }
    }
}
