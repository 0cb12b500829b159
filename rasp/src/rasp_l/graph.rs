//! The graph: a program with its names, functions and text gone.
//!
//! Nodes are hash-consed: the same operation on the same inputs is one node. Inputs always have smaller ids than the node that
//! reads them, so going through the ids in order is a topological order, and no analysis needs recursion.
//! Every node has one [`Type`]; the elaborator admits only well-typed nodes. Knows nothing of syntax except where each node came from.

use crate::comparison::Comparison;
use crate::rasp_l::operation::Arithmetic;
use crate::span::Span;
use std::collections::HashMap;
use std::fmt;

/// A node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The node's place in the graph's order.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// What one position of a sequence holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An int8, or a sentinel where one may be.
    Token,
    /// A position or a count: compared within its own kind, stepped by one, selected by and aggregated, and nothing else.
    Index(IndexKind),
    /// A truth value.
    Boolean,
}

/// What an index counts. Indices of two kinds are two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// A place in the input, from 0.
    Position,
    /// How many positions this [`Node::Width`] selects: each selector width is a kind of its own.
    Width(NodeId),
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// One value of this kind per position.
    Sequence(Kind),
    /// For each position, the earlier positions (itself included) that it attends to.
    Selector,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Sequence(Kind::Token) => "a token",
            Type::Sequence(Kind::Index(IndexKind::Position)) => "an index",
            Type::Sequence(Kind::Index(IndexKind::Width(_))) => "a selector width",
            Type::Sequence(Kind::Boolean) => "a boolean",
            Type::Selector => "a selector",
        })
    }
}

/// The same value at every position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constant {
    /// A token, or outside int8 a sentinel: a value that no token has.
    Token(i16),
    /// An index; only as the default of an aggregation.
    Index(i32),
    /// A truth value.
    Boolean(bool),
}

impl Constant {
    /// Whether it is an integer outside int8.
    pub fn is_sentinel(self) -> bool {
        match self {
            Constant::Token(value) => i8::try_from(value).is_err(),
            Constant::Index(value) => i8::try_from(value).is_err(),
            Constant::Boolean(_) => false,
        }
    }
}

/// An elementwise operation: the value at a position depends on its inputs at that position alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Map {
    /// Two tokens to a token.
    Arithmetic(Arithmetic, NodeId, NodeId),
    /// A token's negative.
    Negate(NodeId),
    /// The next index.
    Successor(NodeId),
    /// The index before.
    Predecessor(NodeId),
    /// Two values of one kind to a boolean.
    Compare(Comparison, NodeId, NodeId),
    /// A boolean's opposite.
    Not(NodeId),
    /// Both booleans.
    And(NodeId, NodeId),
    /// Either boolean, or both.
    Or(NodeId, NodeId),
    /// `yes` where `condition` holds, `no` elsewhere; both are evaluated everywhere.
    Where {
        /// A boolean.
        condition: NodeId,
        /// A token or boolean.
        yes: NodeId,
        /// Of the same kind as `yes`.
        no: NodeId,
    },
}

/// How an aggregation makes one value of the selected ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reduction {
    /// The mean, truncated toward zero; tokens only.
    Mean,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// One node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The input.
    Tokens,
    /// The positions, from 0.
    Indices,
    /// The same value everywhere.
    Constant(Constant),
    /// An elementwise operation.
    Map(Map),
    /// Position `i` attends to position `j <= i` iff `key[j] COMPARISON query[i]`.
    Select {
        /// Read at the position attended to.
        key: NodeId,
        /// Read at the position that attends; of the same kind as `key`.
        query: NodeId,
        /// Between them, the key on the left.
        comparison: Comparison,
    },
    /// The values at the selected positions, made one; the default where none is selected.
    Aggregate {
        /// A selector.
        selector: NodeId,
        /// Tokens; or, unless the reduction is a mean, indices or booleans.
        value: NodeId,
        /// Of the same kind as `value`.
        default: Constant,
        /// How.
        reduction: Reduction,
    },
    /// How many positions are selected.
    Width {
        /// A selector.
        selector: NodeId,
    },
}

impl Node {
    /// The nodes that this one reads, in order.
    pub fn inputs(&self) -> impl Iterator<Item = NodeId> + use<> {
        let inputs = match *self {
            Node::Tokens | Node::Indices | Node::Constant(_) => [None; 3],
            Node::Map(map) => match map {
                Map::Negate(input) | Map::Successor(input) | Map::Predecessor(input) | Map::Not(input) => [Some(input), None, None],
                Map::Arithmetic(_, left, right) | Map::Compare(_, left, right) | Map::And(left, right) | Map::Or(left, right) => {
                    [Some(left), Some(right), None]
                }
                Map::Where { condition, yes, no } => [Some(condition), Some(yes), Some(no)],
            },
            Node::Select { key, query, .. } => [Some(key), Some(query), None],
            Node::Aggregate { selector, value, .. } => [Some(selector), Some(value), None],
            Node::Width { selector } => [Some(selector), None, None],
        };
        inputs.into_iter().flatten()
    }

    /// The same with other inputs, each made of the one that stands there.
    #[cfg(test)]
    pub(crate) fn with_inputs(self, mut other: impl FnMut(NodeId) -> NodeId) -> Node {
        match self {
            Node::Tokens | Node::Indices | Node::Constant(_) => self,
            Node::Map(map) => Node::Map(match map {
                Map::Arithmetic(arithmetic, left, right) => Map::Arithmetic(arithmetic, other(left), other(right)),
                Map::Negate(input) => Map::Negate(other(input)),
                Map::Successor(input) => Map::Successor(other(input)),
                Map::Predecessor(input) => Map::Predecessor(other(input)),
                Map::Compare(comparison, left, right) => Map::Compare(comparison, other(left), other(right)),
                Map::Not(input) => Map::Not(other(input)),
                Map::And(left, right) => Map::And(other(left), other(right)),
                Map::Or(left, right) => Map::Or(other(left), other(right)),
                Map::Where { condition, yes, no } => Map::Where { condition: other(condition), yes: other(yes), no: other(no) },
            }),
            Node::Select { key, query, comparison } => Node::Select { key: other(key), query: other(query), comparison },
            Node::Aggregate { selector, value, default, reduction } => {
                Node::Aggregate { selector: other(selector), value: other(value), default, reduction }
            }
            Node::Width { selector } => Node::Width { selector: other(selector) },
        }
    }

    /// Whether it reads other positions: an aggregation or a selector width.
    pub fn is_attention(&self) -> bool {
        matches!(self, Node::Aggregate { .. } | Node::Width { .. })
    }
}

/// A program's operations, each once.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    entries: Vec<Entry>,
    ids: HashMap<Node, NodeId>,
}

/// A node and what is known of it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    node: Node,
    ty: Type,
    may_hold_sentinel: bool,
    occurrences: usize,
    origin: Span,
}

impl Graph {
    /// The id of `node`, new or already there. The caller has checked that its inputs have the types it needs.
    pub(crate) fn intern(&mut self, node: Node, origin: Span) -> NodeId {
        if let Some(&id) = self.ids.get(&node) {
            self.entries[id.idx()].occurrences += 1;
            return id;
        }
        let id = NodeId(u32::try_from(self.entries.len()).expect("the elaborator stops long before 2^32 nodes"));
        let ty = self.type_of(&node, id);
        let may_hold_sentinel = ty == Type::Sequence(Kind::Token) && self.passes_sentinel(&node);
        self.entries.push(Entry { node, ty, may_hold_sentinel, occurrences: 1, origin });
        self.ids.insert(node, id);
        id
    }

    fn type_of(&self, node: &Node, id: NodeId) -> Type {
        Type::Sequence(match *node {
            Node::Select { .. } => return Type::Selector,
            Node::Map(Map::Where { yes: input, .. } | Map::Successor(input) | Map::Predecessor(input))
            | Node::Aggregate { value: input, .. } => {
                return self.ty(input);
            }
            Node::Tokens | Node::Constant(Constant::Token(_)) | Node::Map(Map::Arithmetic(..) | Map::Negate(_)) => Kind::Token,
            Node::Indices | Node::Constant(Constant::Index(_)) => Kind::Index(IndexKind::Position),
            Node::Width { .. } => Kind::Index(IndexKind::Width(id)),
            Node::Constant(Constant::Boolean(_)) | Node::Map(Map::Compare(..) | Map::Not(_) | Map::And(..) | Map::Or(..)) => Kind::Boolean,
        })
    }

    /// Whether some token of the node may be a sentinel.
    fn passes_sentinel(&self, node: &Node) -> bool {
        match *node {
            Node::Constant(constant) => constant.is_sentinel(),
            Node::Aggregate { value, default, .. } => default.is_sentinel() || self.may_hold_sentinel(value),
            Node::Map(Map::Where { yes, no, .. }) => self.may_hold_sentinel(yes) || self.may_hold_sentinel(no),
            _ => false,
        }
    }

    /// Whether some token of the node may lie outside int8. What is computed from such a token is checked when it is.
    pub fn may_hold_sentinel(&self, id: NodeId) -> bool {
        self.entries[id.idx()].may_hold_sentinel
    }

    /// The node of this id.
    pub fn node(&self, id: NodeId) -> Node {
        self.entries[id.idx()].node
    }

    /// The node's type.
    pub fn ty(&self, id: NodeId) -> Type {
        self.entries[id.idx()].ty
    }

    /// How often the program writes the node's operation, its functions being inlined.
    pub fn occurrences(&self, id: NodeId) -> usize {
        self.entries[id.idx()].occurrences
    }

    /// The place in the source where the node was first written.
    pub fn origin(&self, id: NodeId) -> Span {
        self.entries[id.idx()].origin
    }

    /// How many distinct nodes there are, used by the output or not.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All nodes, inputs before the nodes that read them.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.entries.iter().enumerate().map(|(idx, entry)| (NodeId(idx as u32), &entry.node))
    }

    /// The nodes that `output` depends on, itself included, inputs before the nodes that read them.
    pub fn needed_for(&self, output: NodeId) -> Vec<NodeId> {
        let mut needed = vec![false; output.idx() + 1];
        needed[output.idx()] = true;
        for idx in (0..=output.idx()).rev() {
            if needed[idx] {
                for input in self.entries[idx].node.inputs() {
                    needed[input.idx()] = true;
                }
            }
        }
        (0..=output.0).map(NodeId).filter(|id| needed[id.idx()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_operation_on_the_same_inputs_is_one_node() {
        let mut graph = Graph::default();
        let here = Span::new(0, 0);
        let tokens = graph.intern(Node::Tokens, here);
        let first = graph.intern(Node::Map(Map::Negate(tokens)), Span::new(1, 2));
        let second = graph.intern(Node::Map(Map::Negate(tokens)), Span::new(3, 4));
        assert_eq!(first, second);
        assert_eq!((graph.len(), graph.origin(second)), (2, Span::new(1, 2)));
        assert_eq!(graph.ty(first), Type::Sequence(Kind::Token));
    }

    #[test]
    fn only_what_the_output_reads_is_needed() {
        let mut graph = Graph::default();
        let here = Span::new(0, 0);
        let tokens = graph.intern(Node::Tokens, here);
        graph.intern(Node::Indices, here);
        let output = graph.intern(Node::Map(Map::Negate(tokens)), here);
        assert_eq!(graph.needed_for(output), [tokens, output]);
    }
}
