//! Graph to text: a program that the parser reads back as the same operations, in the layout of the formatter.
//!
//! Every attention operation is a statement of its own, and so is whatever is read more than once; the rest is written where it is read, while
//! that is short. Parsing the text gives the operations in the graph's own order, so every measure of the graph stays what it was. Knows
//! no source but the graph: whatever made it.

mod expression;
mod name;

use crate::rasp_l::graph::{Graph, Kind, Map, Node, NodeId, Type};
use crate::rasp_l::length::is_operation;
use expression::Writer;
use name::Names;

/// How many operations may lie inside one another in a statement.
const DEEPEST: usize = 6;

/// A program whose output is `output`, of what it needs alone: the `#lang` line, `comments` as they are to be read, the symbols, and a
/// statement for each attention operation and each value that is read more than once; the last is the output.
///
/// A comment that begins with `>` is an example. A token that has a symbol is written by it, except in arithmetic.
pub(crate) fn source(graph: &Graph, output: NodeId, symbols: &[(String, i8)], comments: &[String]) -> String {
    let needed = graph.needed_for(output);
    let statements = statements(graph, &needed);
    let mut names = Names::new(symbols);
    let mut text = "#lang rasp-l\n".to_owned();
    for line in comments.iter().flat_map(|comment| if comment.is_empty() { vec![""] } else { comment.lines().collect() }) {
        let gap = if line.is_empty() || line.starts_with('>') { "" } else { " " };
        text += format!("#{gap}{line}").trim_end();
        text.push('\n');
    }
    if !symbols.is_empty() {
        text.push('\n');
    }
    for (name, token) in symbols {
        define(&mut text, name, &token.to_string());
    }
    text.push('\n');
    for id in statements.into_iter().filter(|&id| id != output) {
        let value = Writer::new(graph, symbols, &names).statement(id);
        define(&mut text, names.give(graph, id), &value);
    }
    let value = Writer::new(graph, symbols, &names).statement(output);
    if is_operation(&graph.node(output)) {
        let word = if graph.ty(output) == Type::Sequence(Kind::Token) { "next" } else { "output" };
        define(&mut text, &names.unused(word), &value);
        text
    } else {
        text + &value + ";\n"
    }
}

fn define(text: &mut String, name: &str, value: &str) {
    for part in [name, " = ", value, ";\n"] {
        text.push_str(part);
    }
}

/// The nodes that are statements, in the graph's order; the output is among them.
fn statements(graph: &Graph, needed: &[NodeId]) -> Vec<NodeId> {
    let mut readers = vec![0_usize; graph.len()];
    let mut depth = vec![0_usize; graph.len()];
    for &id in needed {
        graph.node(id).inputs().for_each(|input| readers[input.idx()] += 1);
    }
    let mut is_statement = vec![false; graph.len()];
    for &id in needed {
        let node = graph.node(id);
        if matches!(node, Node::Tokens | Node::Indices | Node::Constant(_)) {
            continue;
        }
        let inside = node.inputs().filter(|input| !is_statement[input.idx()]).map(|input| depth[input.idx()]).max();
        depth[id.idx()] = 1 + inside.unwrap_or(0);
        is_statement[id.idx()] = node.is_attention() || readers[id.idx()] > 1 || depth[id.idx()] >= DEEPEST;
    }
    if let Some(output) = needed.last() {
        is_statement[output.idx()] = true;
    }
    while let Some(late) = first_late(graph, needed, &is_statement) {
        is_statement[late.idx()] = true;
    }
    needed.iter().copied().filter(|id| is_statement[id.idx()]).collect()
}

/// The first operation that the parser would meet later than the graph has it, since it is written inside another one.
fn first_late(graph: &Graph, needed: &[NodeId], is_statement: &[bool]) -> Option<NodeId> {
    let mut last = None;
    for &id in needed.iter().filter(|id| is_statement[id.idx()]) {
        for met in in_order_of_reading(graph, id, is_statement) {
            if last > Some(met) {
                return Some(met);
            }
            last = Some(met);
        }
    }
    None
}

/// The operations of one statement as the parser meets them.
fn in_order_of_reading(graph: &Graph, statement: NodeId, is_statement: &[bool]) -> Vec<NodeId> {
    let mut met = Vec::new();
    // What is still to be read, with whether its inputs were.
    let mut open = vec![(statement, false)];
    while let Some((id, inputs_read)) = open.pop() {
        let node = graph.node(id);
        if !inputs_read && (id == statement || !is_statement[id.idx()]) {
            open.push((id, true));
            open.extend(in_text(&node).into_iter().rev().map(|input| (input, false)));
        } else if inputs_read && is_operation(&node) {
            met.push(id);
        }
    }
    met
}

/// The inputs of a node in the order in which its text has them.
fn in_text(node: &Node) -> Vec<NodeId> {
    match *node {
        Node::Map(Map::Where { condition, yes, no }) => vec![yes, condition, no],
        _ => node.inputs().collect(),
    }
}

#[cfg(test)]
mod tests;
