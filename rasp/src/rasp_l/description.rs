//! Description length: how many bits it takes to say which program it is, under a prior that is stated here and nowhere else.
//!
//! The prior makes a program by drawing the number n of its operations with probability 2^-(length of n + 1 in Elias's gamma code), then each
//! operation in turn, uniformly among the 41 forms below, then each of its inputs uniformly among `tokens`, `indices`, "a constant" and the
//! operations drawn before. The last operation is the output. Types are not looked at, so that the count can be made by hand:
//! the prior also makes programs that are none, and no two orders of one program are told apart.
//!
//! Source of the code for n: Elias 1975, <https://doi.org/10.1109/TIT.1975.1055349>.

use crate::rasp_l::graph::{Constant, Graph, Node, NodeId};
use crate::rasp_l::length::is_operation;

/// `+ - * %`, negation, successor, predecessor, six comparisons, `not`, `and`, `or`, the conditional; and for each of six comparisons a mean, a
/// maximum, a minimum and a width.
const FORMS: f64 = 17.0 + 6.0 * 4.0;

/// A token as a constant.
const TOKEN_BITS: f64 = 8.0;
/// A truth value as a constant; and the default of an aggregated index, which is -1 or 0.
const CHOICE_BITS: f64 = 1.0;
/// A constant outside int8, as the sentinels of the published profile are.
const SENTINEL_BITS: f64 = 16.0;

/// The bits of the operations among `needed`.
pub(crate) fn bits(graph: &Graph, needed: &[NodeId]) -> f64 {
    let mut operations = 0_usize;
    let mut bits = 0.0;
    for &id in needed {
        let node = graph.node(id);
        if !is_operation(&node) {
            continue;
        }
        // `tokens`, `indices`, a constant, or an operation before.
        let choice = ((3 + operations) as f64).log2();
        bits += FORMS.log2();
        for input in inputs(graph, &node) {
            bits += choice + constant_bits(graph.node(input));
        }
        if let Node::Aggregate { default, .. } = node {
            bits += default_bits(default);
        }
        operations += 1;
    }
    bits + gamma_bits(operations)
}

/// What an operation reads, its selector's key and query in place of the selector.
fn inputs(graph: &Graph, node: &Node) -> Vec<NodeId> {
    let unfold = |input: NodeId| match graph.node(input) {
        Node::Select { key, query, .. } => vec![key, query],
        _ => vec![input],
    };
    node.inputs().flat_map(unfold).collect()
}

fn constant_bits(node: Node) -> f64 {
    if let Node::Constant(constant) = node { default_bits(constant) } else { 0.0 }
}

fn default_bits(constant: Constant) -> f64 {
    match constant {
        _ if constant.is_sentinel() => SENTINEL_BITS,
        Constant::Token(_) => TOKEN_BITS,
        Constant::Index(_) | Constant::Boolean(_) => CHOICE_BITS,
    }
}

/// The length of Elias's gamma code of `count + 1`.
fn gamma_bits(count: usize) -> f64 {
    f64::from(2 * (count + 1).ilog2() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rasp_l::Program;

    fn bits_of(body: &str) -> f64 {
        let program = Program::parse("f.rasp", &format!("#lang rasp-l\n{body}")).unwrap_or_else(|problems| panic!("{problems}"));
        bits(program.graph(), &program.graph().needed_for(program.output()))
    }

    #[test]
    fn bits_are_what_a_hand_counts() {
        let form = 41_f64.log2();
        // n = 1: 3 bits. One form; key, query and value among 3; a token as default.
        assert!((bits_of("aggregate_min(select(tokens, tokens, >), tokens, -2);") - (3.0 + form + 3.0 * 3_f64.log2() + 8.0)).abs() < 1e-9);
        // n = 2: 3 bits. A comparison with a constant among 3 inputs, then a conditional among 4, with two constants.
        assert!((bits_of("2 if tokens == 1 else 0;") - (3.0 + 2.0 * form + 2.0 * 3_f64.log2() + 8.0 + 3.0 * 2.0 + 16.0)).abs() < 1e-9);
        assert!((bits_of("tokens;") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_shared_is_described_once() {
        assert!(bits_of("a = tokens * 2; a * a;") < bits_of("(tokens * 2) * (tokens * 3);"));
    }
}
