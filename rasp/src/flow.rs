//! The computation flow of a session: every s-op and selector that it has made, in the order in which they were made.
//!
//! A node reads only nodes made before it, so going through the ids in order is a topological order and no analysis needs recursion.
//! Equal nodes stay apart, as in the reference: two textually equal selectors are two heads until [`Layers`](crate::Layers) merges them.
//! Knows no syntax, no names of variables and no input.

use crate::atom::Atom;
use crate::comparison::Comparison;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A node of one [`Flow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The node's place in the order of creation.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// How the input is read as tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// `tokens_asis`: unchanged.
    AsIs,
    /// `tokens_str`: as Python's `str` shows each.
    Text,
    /// `tokens_int`: as Python's `int` reads each.
    Int,
    /// `tokens_float`: as Python's `float` reads each.
    Float,
    /// `tokens_bool`: each one's truth.
    Bool,
}

/// An elementwise operation with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryMap {
    /// `-x`
    Negate,
    /// `+x`: booleans become integers.
    Plus,
    /// `round(x)`: to the even neighbour, an integer.
    Round,
    /// `not x`, by truth.
    Not,
    /// `indicator(x)`: 1 where true, else 0.
    Indicator,
}

/// An elementwise operation with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryMap {
    /// `^`
    Power,
    /// `*`
    Multiply,
    /// `/`: always a float.
    Divide,
    /// `%`, with the divisor's sign.
    Remainder,
    /// `+`, which also joins text.
    Add,
    /// `-`
    Subtract,
    /// A comparison.
    Compare(Comparison),
    /// `and`, by truth; a boolean.
    And,
    /// `or`, by truth; a boolean.
    Or,
}

/// What an elementwise operation reads.
#[derive(Clone, Debug)]
pub enum Operand {
    /// The value at the same position.
    Node(NodeId),
    /// The same atom at every position.
    Atom(Atom),
}

/// What an s-op indexes.
#[derive(Clone, Debug)]
pub enum Table {
    /// A list of atoms; the index is an integer, negative ones count from the end.
    List(Arc<[Atom]>),
    /// Text, one character a place; indexed as a list.
    Text(Arc<[char]>),
    /// A dictionary's keys and values, in order of insertion.
    Dict(Arc<[(Atom, Atom)]>),
}

/// An elementwise operation: the value at a position depends on its inputs at that position alone.
#[derive(Clone, Debug)]
pub enum Map {
    /// One operand.
    Unary(UnaryMap, NodeId),
    /// Two operands, at least one of them a node.
    Binary(BinaryMap, Operand, Operand),
    /// `yes` where `condition` is true, `no` elsewhere; all are evaluated everywhere.
    Where {
        /// Read by its truth.
        condition: NodeId,
        /// Where it holds.
        yes: NodeId,
        /// Where it does not.
        no: NodeId,
    },
    /// Whether the value is one of a list.
    In(NodeId, Arc<[Atom]>),
    /// The entry of a table at the value.
    Lookup(Table, NodeId),
}

/// One s-op or selector.
#[derive(Clone, Debug)]
pub enum Node {
    /// The input, read as tokens.
    Tokens(Reading),
    /// The positions, from 0.
    Indices,
    /// The same atom everywhere.
    Constant(Atom),
    /// An elementwise operation.
    Map(Map),
    /// Row `i` selects column `j` iff `key[j] COMPARISON query[i]`.
    Select {
        /// Read at the selected position, the column.
        key: NodeId,
        /// Read at the selecting position, the row.
        query: NodeId,
        /// Between them, the key on the left.
        comparison: Comparison,
    },
    /// What a selector does not select.
    NotSelector(NodeId),
    /// What both selectors select; the right one is asked only where the left one selects.
    AndSelectors(NodeId, NodeId),
    /// What either selector selects; the right one is asked only where the left one does not select.
    OrSelectors(NodeId, NodeId),
    /// For each row the one selected value, the mean of several, or the default where none is selected.
    Aggregate {
        /// A selector.
        selector: NodeId,
        /// A sequence.
        value: NodeId,
        /// The integer 0 if absent.
        default: Option<Atom>,
    },
}

impl Node {
    /// Whether the node is a selector.
    pub fn is_selector(&self) -> bool {
        matches!(self, Node::Select { .. } | Node::NotSelector(_) | Node::AndSelectors(..) | Node::OrSelectors(..))
    }

    /// The same operation on other nodes.
    #[must_use]
    pub(crate) fn with_inputs(&self, place: impl Fn(NodeId) -> NodeId) -> Node {
        let operand = |operand: &Operand| match operand {
            Operand::Node(id) => Operand::Node(place(*id)),
            Operand::Atom(atom) => Operand::Atom(atom.clone()),
        };
        match self {
            Node::Tokens(_) | Node::Indices | Node::Constant(_) => self.clone(),
            Node::Map(Map::Unary(op, input)) => Node::Map(Map::Unary(*op, place(*input))),
            Node::Map(Map::Binary(op, left, right)) => Node::Map(Map::Binary(*op, operand(left), operand(right))),
            Node::Map(Map::Where { condition, yes, no }) => {
                Node::Map(Map::Where { condition: place(*condition), yes: place(*yes), no: place(*no) })
            }
            Node::Map(Map::In(input, list)) => Node::Map(Map::In(place(*input), Arc::clone(list))),
            Node::Map(Map::Lookup(table, index)) => Node::Map(Map::Lookup(table.clone(), place(*index))),
            Node::Select { key, query, comparison } => Node::Select { key: place(*key), query: place(*query), comparison: *comparison },
            Node::NotSelector(input) => Node::NotSelector(place(*input)),
            Node::AndSelectors(left, right) => Node::AndSelectors(place(*left), place(*right)),
            Node::OrSelectors(left, right) => Node::OrSelectors(place(*left), place(*right)),
            Node::Aggregate { selector, value, default } => {
                Node::Aggregate { selector: place(*selector), value: place(*value), default: default.clone() }
            }
        }
    }

    /// The nodes that this one reads, in order.
    pub fn inputs(&self) -> impl Iterator<Item = NodeId> + use<> {
        let node = |operand: &Operand| match operand {
            Operand::Node(id) => Some(*id),
            Operand::Atom(_) => None,
        };
        let inputs = match self {
            Node::Tokens(_) | Node::Indices | Node::Constant(_) => [None; 3],
            Node::Map(Map::Unary(_, input) | Map::In(input, _) | Map::Lookup(_, input)) | Node::NotSelector(input) => {
                [Some(*input), None, None]
            }
            Node::Map(Map::Binary(_, left, right)) => [node(left), node(right), None],
            Node::Map(Map::Where { condition, yes, no }) => [Some(*condition), Some(*yes), Some(*no)],
            Node::Select { key: left, query: right, .. }
            | Node::AndSelectors(left, right)
            | Node::OrSelectors(left, right)
            | Node::Aggregate { selector: left, value: right, .. } => [Some(*left), Some(*right), None],
        };
        inputs.into_iter().flatten()
    }
}

/// How much a node's own name matters in a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Named by its author: always shown.
    Given,
    /// Named after the operation that made it: shown only if something else asks for it.
    Derived,
}

#[derive(Clone, Debug)]
struct Entry {
    node: Node,
    name: Arc<str>,
    naming: Naming,
}

/// All nodes of a session.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    entries: Vec<Entry>,
}

/// A name longer than this many characters is not shown inside other things.
const LONGEST_NAME: usize = 30;

impl Flow {
    /// Adds a node. The caller has checked that its inputs are sequences and selectors where the node wants them.
    pub(crate) fn add(&mut self, node: Node, name: &str, naming: Naming) -> NodeId {
        let id = NodeId(u32::try_from(self.entries.len()).expect("sessions are limited to far fewer than 2^32 nodes"));
        let name = short_name(name, node.is_selector());
        self.entries.push(Entry { node, name, naming });
        id
    }

    /// Gives a node another name, as an assignment does.
    pub(crate) fn rename(&mut self, id: NodeId, name: &str) {
        let entry = &mut self.entries[id.idx()];
        entry.name = short_name(name, entry.node.is_selector());
        entry.naming = Naming::Given;
    }

    /// The node of this id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.entries[id.idx()].node
    }

    /// The last name that the node was given; `s-op` or `sel` if that is too long.
    pub fn name(&self, id: NodeId) -> &str {
        &self.entries[id.idx()].name
    }

    /// Where the node's name comes from.
    pub fn naming(&self, id: NodeId) -> Naming {
        self.entries[id.idx()].naming
    }

    /// All nodes, inputs before the nodes that read them.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.entries.iter().enumerate().map(|(idx, entry)| (NodeId(idx as u32), &entry.node))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The nodes that `outputs` depend on, themselves included, inputs before the nodes that read them.
    pub fn needed_for(&self, outputs: &[NodeId]) -> Vec<NodeId> {
        let end = outputs.iter().map(|id| id.idx() + 1).max().unwrap_or(0);
        let mut needed = vec![false; end];
        for output in outputs {
            needed[output.idx()] = true;
        }
        for idx in (0..end).rev() {
            if needed[idx] {
                for input in self.entries[idx].node.inputs() {
                    needed[input.idx()] = true;
                }
            }
        }
        (0..end as u32).map(NodeId).filter(|id| needed[id.idx()]).collect()
    }

    /// The selector and the selectors that it is made of, inputs first. Takes no longer than there are of these, however long the flow.
    pub(crate) fn selectors_of(&self, selector: NodeId) -> Vec<NodeId> {
        let mut open = BTreeSet::from([selector]);
        let mut selectors = Vec::new();
        // Nothing left reads the last one, as nodes read only what was made before them.
        while let Some(id) = open.pop_last() {
            selectors.push(id);
            open.extend(self.node(id).inputs().filter(|&input| self.node(input).is_selector()));
        }
        selectors.reverse();
        selectors
    }
}

fn short_name(name: &str, is_selector: bool) -> Arc<str> {
    match (name.chars().count() > LONGEST_NAME, is_selector) {
        (false, _) => name.into(),
        (true, false) => "s-op".into(),
        (true, true) => "sel".into(),
    }
}
