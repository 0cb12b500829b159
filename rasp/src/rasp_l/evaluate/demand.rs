//! Where each node's value is wanted: nowhere, at the newest position, or at every position.
//!
//! Whoever wants only the next token needs many nodes at the newest position alone. What other positions read (keys and values) is needed everywhere,
//! and so is what can fail: a fault is a fault wherever it occurs.

use super::attention::Form;
use super::chains::Chains;
use crate::rasp_l::graph::{Map, Node, NodeId};

/// At which positions a node is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answers {
    /// The last position of each chunk.
    Last,
    /// All positions.
    All,
}

/// The demand for every node of a graph.
#[derive(Debug)]
pub(super) struct Demand {
    /// In the graph's order, the nodes that are evaluated.
    nodes: Vec<(NodeId, Answers)>,
}

impl Demand {
    pub(super) fn new(chains: &Chains<'_>, wanted: NodeId, answers: Answers) -> Self {
        let graph = chains.graph;
        let mut demand = vec![None; wanted.idx() + 1];
        demand[wanted.idx()] = Some(answers);
        let needed = graph.needed_for(wanted);
        for &id in &needed {
            if can_fail(&graph.node(id)) {
                demand[id.idx()] = Some(Answers::All);
            }
        }
        for &id in needed.iter().rev() {
            let Some(answers) = demand[id.idx()] else { continue };
            let mut ask = |input: NodeId, answers| demand[input.idx()] = demand[input.idx()].max(Some(answers));
            match graph.node(id) {
                Node::Aggregate { selector, value, .. } => {
                    ask(value, Answers::All);
                    ask_selector(chains, selector, answers, ask);
                }
                Node::Width { selector } => ask_selector(chains, selector, answers, ask),
                Node::Map(Map::Successor(_) | Map::Predecessor(_)) => {
                    if chains.position(id).is_none() {
                        ask(chains.root(id).0, answers);
                    }
                }
                node => node.inputs().for_each(|input| ask(input, answers)),
            }
        }
        let nodes = needed.into_iter().filter_map(|id| demand[id.idx()].map(|answers| (id, answers)));
        Demand { nodes: nodes.collect() }
    }

    /// The nodes that are evaluated, in the graph's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NodeId, Answers)> {
        self.nodes.iter().copied()
    }
}

fn ask_selector(chains: &Chains<'_>, selector: NodeId, answers: Answers, mut ask: impl FnMut(NodeId, Answers)) {
    let (everywhere, where_answered) = Form::of(chains, selector).reads();
    if let Some(key) = everywhere {
        ask(key, Answers::All);
    }
    if let Some(query) = where_answered {
        ask(query, answers);
    }
}

fn can_fail(node: &Node) -> bool {
    matches!(node, Node::Map(Map::Arithmetic(..) | Map::Negate(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::Program;

    #[test]
    fn the_newest_position_suffices_unless_others_read_it_or_it_can_fail() {
        let program = Program::parse(
            "test.rasp",
            "#lang rasp-l
             seen = tokens == 3; sum = tokens + 1; last = aggregate_max(select(seen, tokens == 4, ==), tokens);
             sum if last == 5 else last;",
        )
        .unwrap_or_else(|problems| panic!("{problems}"));
        let demand = Demand::new(&Chains::new(program.graph()), program.output(), Answers::Last);
        let of = |name| demand.iter().find(|&(id, _)| Some(id) == program.node(name)).map(|(_, answers)| answers);
        assert_eq!([of("seen"), of("sum"), of("last")], [Some(Answers::All), Some(Answers::All), Some(Answers::Last)]);
    }
}
