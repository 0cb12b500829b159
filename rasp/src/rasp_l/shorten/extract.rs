//! The shortest program that a graph of equal terms holds, as far as can be found: a choice of one term for every class that is needed.
//!
//! What counts is the number of *distinct* operations, so the usual bottom-up choice by the size of trees is wrong: what two terms share costs
//! once. Here every class keeps the set of classes that its choice needs, and the choices are made smaller until none changes; from there, and
//! from the program as it was given, exchanges of one term, alone or followed by others, are tried while they help. So the result is
//! never longer than the program, and no exchange of one term makes it shorter. It need not be the shortest of all: that is an NP-hard problem.

use super::known::{Equalities, number};
use super::term::{Operation, Term};
use crate::rasp_l::graph::{Constant, Graph, NodeId};
use egg::{Id, Language};
use std::collections::{BTreeMap, BTreeSet};

/// The terms of the program as it was given, inputs first, each with its class, and the class of its output.
pub(super) struct Start {
    pub(super) root: Id,
    pub(super) nodes: Vec<(Id, Term)>,
}

/// Operations, then about twice the bits of their inputs and constants, and the last bit for what reads oddly.
type Cost = (usize, usize);

/// For classes that may be needed, the term that stands for each.
pub(super) type Choice = BTreeMap<Id, Term>;

/// A graph of the program's own operations and as few as were found, with its output; `None` if that could only be a constant.
pub(super) fn extract(graph: &Equalities, start: &Start, exchanges: usize) -> Option<(Graph, NodeId)> {
    let extraction = Extraction { graph, root: graph.find(start.root) };
    let mut own = Choice::new();
    for (class, term) in &start.nodes {
        let term = term.clone().map_children(|input| graph.find(input));
        own.entry(graph.find(*class)).or_insert(term);
    }
    let greedy = extraction.greedy();
    // What the program does not need may be needed after an exchange.
    for (class, term) in &greedy {
        own.entry(*class).or_insert_with(|| term.clone());
    }
    let mut best: Option<(Cost, Choice)> = None;
    for mut choice in [own, greedy] {
        if let Some(cost) = extraction.improve(&mut choice, exchanges)
            && best.as_ref().is_none_or(|(least, _)| cost < *least)
        {
            best = Some((cost, choice));
        }
    }
    best.and_then(|(_, choice)| extraction.graph_of(&choice))
}

/// For every class the term that makes it smallest by itself.
#[cfg(test)]
pub(super) fn cheapest(graph: &Equalities) -> Choice {
    Extraction { graph, root: Id::from(usize::MAX >> 32) }.greedy()
}

struct Extraction<'g> {
    graph: &'g Equalities,
    root: Id,
}

impl Extraction<'_> {
    /// The terms that may stand for a class: a program's output is no constant.
    fn candidates(&self, class: Id) -> impl Iterator<Item = &Term> {
        self.graph[class].iter().filter(move |term| class != self.root || !matches!(term.operation, Operation::Constant(_)))
    }

    fn own_cost(&self, term: &Term) -> Cost {
        let default = match term.operation {
            Operation::Aggregate(_, default) | Operation::Constant(default) => constant_bits(default),
            _ => 0,
        };
        let bits = default + term.children().len() * INPUT_BITS;
        // Of two as short, `tokens < 3` and not `3 > tokens`.
        let is_constant = |input: &Id| self.graph[*input].data.constant().is_some();
        let is_odd =
            matches!(term.operation, Operation::Compare(_) | Operation::Arithmetic(_)) && term.children().first().is_some_and(is_constant);
        (usize::from(term.is_operation()), 2 * bits + usize::from(is_odd))
    }

    /// A choice for every class by the sets of classes that the choices need.
    fn greedy(&self) -> Choice {
        let mut sets: BTreeMap<Id, (Cost, BTreeMap<Id, Cost>)> = BTreeMap::new();
        let mut choice = Choice::new();
        let mut classes: Vec<Id> = self.graph.classes().map(|class| class.id).collect();
        classes.sort_unstable();
        loop {
            let mut has_changed = false;
            for &class in &classes {
                for term in self.candidates(class) {
                    let inputs: Option<Vec<_>> = term.children().iter().map(|&input| sets.get(&self.graph.find(input))).collect();
                    let Some(inputs) = inputs.filter(|inputs| !inputs.iter().any(|(_, set)| set.contains_key(&class))) else { continue };
                    let mut set: BTreeMap<Id, Cost> =
                        inputs.into_iter().flat_map(|(_, set)| set.iter().map(|(&id, &cost)| (id, cost))).collect();
                    set.insert(class, self.own_cost(term));
                    let cost = set.values().fold((0, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1));
                    if sets.get(&class).is_none_or(|(least, _)| cost < *least) {
                        sets.insert(class, (cost, set));
                        choice.insert(class, term.clone().map_children(|input| self.graph.find(input)));
                        has_changed = true;
                    }
                }
            }
            if !has_changed {
                return choice;
            }
        }
    }

    /// The needed classes, inputs first; `None` if one needs itself or has no term.
    fn needed(&self, choice: &Choice) -> Option<Vec<Id>> {
        let mut order = Vec::new();
        let mut done: BTreeSet<Id> = BTreeSet::new();
        let mut above: BTreeSet<Id> = BTreeSet::new();
        let mut open = vec![(self.root, false)];
        while let Some((class, inputs_done)) = open.pop() {
            if inputs_done {
                above.remove(&class);
                done.insert(class);
                order.push(class);
            } else if !done.contains(&class) {
                if !above.insert(class) {
                    return None;
                }
                open.push((class, true));
                open.extend(choice.get(&class)?.children().iter().rev().filter(|input| !done.contains(input)).map(|&input| (input, false)));
            }
        }
        Some(order)
    }

    fn cost(&self, choice: &Choice) -> Option<Cost> {
        let needed = self.needed(choice)?;
        Some(needed.iter().map(|class| self.own_cost(&choice[class])).fold((0, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1)))
    }

    /// Exchanges single terms, each followed by those that help then, while the program becomes shorter; `most` tries in all.
    fn improve(&self, choice: &mut Choice, most: usize) -> Option<Cost> {
        let mut cost = self.cost(choice)?;
        let mut tries = 0;
        while let Some(less) = self.exchange(choice, cost, None, &mut tries, most) {
            cost = less;
        }
        'again: loop {
            for (class, term) in self.exchanges(choice)? {
                let mut other = choice.clone();
                other.insert(class, term);
                let Some(mut other_cost) = self.cost(&other).filter(|other_cost| other_cost.0 <= cost.0 + 1) else { continue };
                while let Some(less) = self.exchange(&mut other, other_cost, Some(class), &mut tries, most) {
                    other_cost = less;
                }
                if other_cost < cost {
                    (*choice, cost) = (other, other_cost);
                    continue 'again;
                }
                if tries >= most {
                    break;
                }
            }
            return Some(cost);
        }
    }

    /// The first exchange that makes the program shorter, done; that of `fixed` is not tried.
    fn exchange(&self, choice: &mut Choice, cost: Cost, fixed: Option<Id>, tries: &mut usize, most: usize) -> Option<Cost> {
        for (class, term) in self.exchanges(choice)? {
            if Some(class) == fixed || *tries >= most {
                continue;
            }
            *tries += 1;
            let before = choice.insert(class, term);
            match self.cost(choice).filter(|other| *other < cost) {
                Some(less) => return Some(less),
                None => before.map(|before| choice.insert(class, before)),
            };
        }
        None
    }

    fn exchanges(&self, choice: &Choice) -> Option<Vec<(Id, Term)>> {
        let mut exchanges = Vec::new();
        for class in self.needed(choice)? {
            for term in self.candidates(class) {
                let term = term.clone().map_children(|input| self.graph.find(input));
                if choice.get(&class) != Some(&term) {
                    exchanges.push((class, term));
                }
            }
        }
        Some(exchanges)
    }

    /// The chosen terms as a graph: operations of many inputs first, since an early one has fewer to choose from.
    fn graph_of(&self, choice: &Choice) -> Option<(Graph, NodeId)> {
        let mut waiting = self.needed(choice)?;
        let mut graph = Graph::default();
        let mut nodes: BTreeMap<Id, NodeId> = BTreeMap::new();
        while !waiting.is_empty() {
            let is_ready = |class: &Id| choice[class].children().iter().all(|input| nodes.contains_key(input));
            let rank = |class: Id| {
                let term = &choice[&class];
                // What is no operation is in nobody's way.
                if term.is_operation() { Self::reads(choice, term) } else { usize::MAX }
            };
            let ready = waiting.iter().enumerate().filter(|(_, class)| is_ready(class));
            let (place, _) = ready.max_by_key(|&(place, &class)| (rank(class), waiting.len() - place))?;
            let class = waiting.remove(place);
            let node = choice[&class].intern(&mut graph, |input| nodes[&input]);
            nodes.insert(class, node);
        }
        nodes.get(&self.root).map(|&output| (graph, output))
    }

    /// How many sequences an operation reads, a selector's key and query in its place.
    fn reads(choice: &Choice, term: &Term) -> usize {
        let own = |input: &Id| choice.get(input).filter(|term| matches!(term.operation, Operation::Select(_))).map_or(1, |_| 2);
        term.children().iter().map(own).sum()
    }
}

/// About what an input of an operation takes.
const INPUT_BITS: usize = 4;

fn constant_bits(constant: Constant) -> usize {
    match constant {
        _ if i8::try_from(number(constant)).is_err() => 16,
        Constant::Token(_) => 8,
        Constant::Index(_) | Constant::Boolean(_) => 1,
    }
}
