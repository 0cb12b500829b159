//! Growing the graph of equal terms, rule by rule in the table's order, until nothing is new or a limit is met. No clock has a say.

use super::known::{Equalities, Knowing};
use super::rule::Rule;
use super::term;
use super::{ShortenLimits, extract::Start};
use crate::rasp_l::graph::{Graph, NodeId};
use std::collections::BTreeSet;

/// A graph of equal terms that was grown from a program.
pub(super) struct Saturated {
    pub(super) graph: Equalities,
    /// The program's own terms.
    pub(super) start: Start,
    pub(super) iterations: usize,
    /// Whether no rule has anything to add.
    pub(super) is_whole: bool,
    /// The rules that made two classes one, by their places in the table.
    pub(super) fired: BTreeSet<usize>,
}

/// Applies the rules, each numbered by its place in the table, to all that `output` needs.
pub(super) fn saturate(program: &Graph, output: NodeId, rules: &[(usize, &Rule)], limits: &ShortenLimits) -> Saturated {
    let mut graph = Equalities::new(Knowing);
    let own = term::terms(program, output, |term| graph.add(term));
    let nodes = own.iter().map(|&(id, class)| (class, term::Term::of(program.node(id), |input| class_of(&own, input)))).collect();
    let start = Start { root: class_of(&own, output), nodes };
    graph.rebuild();
    let mut saturated = Saturated { graph, start, iterations: 0, is_whole: false, fired: BTreeSet::new() };
    while saturated.iterations < limits.iterations && !saturated.is_whole {
        saturated.iterations += 1;
        if !saturated.grow(rules, limits) {
            break;
        }
    }
    saturated
}

fn class_of(own: &[(NodeId, egg::Id)], node: NodeId) -> egg::Id {
    let place = own.binary_search_by_key(&node, |&(id, _)| id).expect("an input of a needed node is needed");
    own[place].1
}

impl Saturated {
    /// One round; false if the limit of terms was met.
    fn grow(&mut self, rules: &[(usize, &Rule)], limits: &ShortenLimits) -> bool {
        let size = |graph: &Equalities| (graph.total_number_of_nodes(), graph.number_of_classes());
        let before = size(&self.graph);
        let found: Vec<_> = rules.iter().map(|(place, rule)| (*place, rule.find(&self.graph))).collect();
        let mut has_room = true;
        'rules: for (place, matches) in found {
            for (class, new) in matches {
                if self.graph.total_size() >= limits.terms {
                    has_room = false;
                    break 'rules;
                }
                let made = new.add(&mut self.graph);
                if self.graph.union(class, made) {
                    self.fired.insert(place);
                }
            }
        }
        self.graph.rebuild();
        self.is_whole = has_room && size(&self.graph) == before;
        has_room
    }
}
