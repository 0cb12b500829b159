//! A program that was found, as a graph and as a text.

use super::enumerate::{Found, Search};
use super::line::{self, Line, Select, Slot};
use crate::comparison::Comparison;
use crate::rasp_l::graph::{Constant, Graph, Kind, Map, Node, NodeId, Type};
use crate::rasp_l::write;
use crate::span::Span;

impl Search {
    /// A program that was found, as the text of a `.rasp` file with these comments. Tokens that are among the `symbols` are written by name.
    pub fn source(&self, found: &Found, symbols: &[(&str, i8)], comments: &[String]) -> String {
        let (graph, output) = self.graph(found);
        let symbols: Vec<(String, i8)> = symbols.iter().map(|&(name, token)| (name.to_owned(), token)).collect();
        write::source(&graph, output, &symbols, comments)
    }

    /// The operations of a program, and its output.
    fn graph(&self, found: &Found) -> (Graph, NodeId) {
        let mut builder = Builder { graph: self.known.clone(), slots: Vec::new() };
        let leaves = [Node::Tokens, Node::Indices, Node::Constant(Constant::Boolean(false)), Node::Constant(Constant::Boolean(true))];
        let constants = self.space.constants.iter().map(|&constant| Node::Constant(Constant::Token(i16::from(constant))));
        for leaf in leaves.into_iter().chain(constants) {
            let node = builder.add(leaf);
            builder.slots.push(node);
        }
        builder.slots.extend(self.given.iter().map(|given| given.node));
        for &line in &found.lines {
            let node = builder.line(line);
            builder.slots.push(node);
        }
        let output = if found.lines.is_empty() { line::TOKENS } else { builder.slots.len() as Slot - 1 };
        let output = builder.at(output);
        (builder.graph, output)
    }
}

struct Builder {
    graph: Graph,
    slots: Vec<NodeId>,
}

impl Builder {
    fn add(&mut self, node: Node) -> NodeId {
        self.graph.intern(node, Span::new(0, 0))
    }

    fn at(&self, slot: Slot) -> NodeId {
        self.slots[usize::from(slot)]
    }

    fn select(&mut self, Select { key, query, comparison }: Select) -> NodeId {
        self.add(Node::Select { key: self.at(key), query: self.at(query), comparison })
    }

    fn line(&mut self, line: Line) -> NodeId {
        let node = match line {
            Line::Arithmetic(operation, left, right) => Node::Map(Map::Arithmetic(operation, self.at(left), self.at(right))),
            Line::Negate(input) => Node::Map(Map::Negate(self.at(input))),
            Line::Successor(input) => Node::Map(Map::Successor(self.at(input))),
            Line::Predecessor(input) => Node::Map(Map::Predecessor(self.at(input))),
            Line::Compare(comparison, left, right) => self.compare(comparison, left, right),
            Line::Not(input) => Node::Map(Map::Not(self.at(input))),
            Line::And(left, right) => Node::Map(Map::And(self.at(left), self.at(right))),
            Line::Or(left, right) => Node::Map(Map::Or(self.at(left), self.at(right))),
            Line::Where(condition, yes, no) => Node::Map(Map::Where { condition: self.at(condition), yes: self.at(yes), no: self.at(no) }),
            Line::Width(select) => Node::Width { selector: self.select(select) },
            Line::Aggregate { select, value, reduction, default } => {
                let selector = self.select(select);
                let value = self.at(value);
                let default = match self.graph.ty(value) {
                    Type::Sequence(Kind::Boolean) => Constant::Boolean(default != 0),
                    Type::Sequence(Kind::Index(_)) => Constant::Index(i32::from(default)),
                    _ => Constant::Token(i16::from(default)),
                };
                Node::Aggregate { selector, value, default, reduction }
            }
        };
        self.add(node)
    }

    /// A comparison with a constant reads better with the constant on the right.
    fn compare(&self, comparison: Comparison, left: Slot, right: Slot) -> Node {
        let (left, right) = (self.at(left), self.at(right));
        let is_constant = |node| matches!(self.graph.node(node), Node::Constant(_));
        Node::Map(if is_constant(left) && !is_constant(right) {
            Map::Compare(comparison.mirrored(), right, left)
        } else {
            Map::Compare(comparison, left, right)
        })
    }
}
