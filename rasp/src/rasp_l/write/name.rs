//! Names for what a written program computes: what it is, and a number where that is not enough.

use crate::comparison::Comparison;
use crate::rasp_l::graph::{Graph, Kind, Map, Node, NodeId, Reduction, Type};
use crate::rasp_l::operation::Arithmetic;
use std::collections::{HashMap, HashSet};

/// The names given so far. None is that of a symbol or of a function of the library.
pub(super) struct Names {
    of: HashMap<NodeId, String>,
    taken: HashSet<String>,
}

impl Names {
    pub(super) fn new(symbols: &[(String, i8)]) -> Self {
        Names { of: HashMap::new(), taken: symbols.iter().map(|(name, _)| name.clone()).collect() }
    }

    pub(super) fn get(&self, id: NodeId) -> Option<&str> {
        self.of.get(&id).map(String::as_str)
    }

    pub(super) fn give(&mut self, graph: &Graph, id: NodeId) -> &str {
        let name = self.unused(word(graph, id));
        self.taken.insert(name.clone());
        self.of.entry(id).or_insert(name)
    }

    /// The word, with the first number from 2 that makes a new name of it if need be.
    pub(super) fn unused(&self, word: &str) -> String {
        let numbered = (2..).map(|number| format!("{word}_{number}"));
        std::iter::once(word.to_owned()).chain(numbered).find(|name| !self.taken.contains(name)).unwrap_or_default()
    }
}

fn word(graph: &Graph, id: NodeId) -> &'static str {
    match graph.node(id) {
        Node::Tokens | Node::Indices | Node::Constant(_) => "input",
        Node::Select { .. } => "seen",
        Node::Width { .. } => "count",
        Node::Aggregate { reduction, .. } => match (graph.ty(id), reduction) {
            (_, Reduction::Mean) => "mean",
            (Type::Sequence(Kind::Boolean), Reduction::Max) => "any",
            (Type::Sequence(Kind::Boolean), Reduction::Min) => "all",
            (Type::Sequence(Kind::Index(_)), Reduction::Max) => "last",
            (Type::Sequence(Kind::Index(_)), Reduction::Min) => "first",
            (_, Reduction::Max) => "largest",
            (_, Reduction::Min) => "smallest",
        },
        Node::Map(map) => match map {
            Map::Arithmetic(Arithmetic::Add, ..) => "sum",
            Map::Arithmetic(Arithmetic::Subtract, ..) => "difference",
            Map::Arithmetic(Arithmetic::Multiply, ..) => "product",
            Map::Arithmetic(Arithmetic::Remainder, ..) => "remainder",
            Map::Negate(_) => "negative",
            Map::Successor(_) => "after",
            Map::Predecessor(_) => "before",
            Map::Compare(Comparison::Equal, ..) => "same",
            Map::Compare(Comparison::NotEqual, ..) => "differs",
            Map::Compare(Comparison::Less | Comparison::LessOrEqual, ..) => "is_below",
            Map::Compare(Comparison::Greater | Comparison::GreaterOrEqual, ..) => "is_above",
            Map::Not(_) => "is_not",
            Map::And(..) => "both",
            Map::Or(..) => "either",
            Map::Where { .. } => "choice",
        },
    }
}
