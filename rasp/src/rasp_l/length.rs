//! Program length: measures of a program, defined so that two people who count by hand agree. `docs/program-length.md` defines them at length.
//!
//! All but `statements` and `syntax_nodes` are taken on the graph that the program's **output** depends on, after functions are inlined
//! and constants are folded: an operation whose inputs are all constants is itself a constant. No other identity is applied;
//! `a < b` and `b > a` are two operations.
//!
//! What one operation is: each `+ - * %`, negation, comparison, `not`, `and`, `or` and conditional (`a if c else b`) of sequences;
//! each step of an index, so that `indices + 3` is three; each aggregation; each selector width.
//! What costs nothing: `tokens`, `indices`, constants (symbols among them), and a selector,
//! since RASP-L's `kqv` makes one operation of it and the aggregation or width that reads it.

use crate::rasp_l::description;
use crate::rasp_l::graph::NodeId;
use crate::rasp_l::graph::{Graph, Node};
use crate::rasp_l::layers;
use crate::syntax::{Expr, Form, Statement, StatementForm};

/// The names of the measures, in the order of [`ProgramLength`]'s fields.
pub const MEASURES: [&str; 9] = [
    "statements",
    "core_operations",
    "inlined_operations",
    "tree_operations",
    "syntax_nodes",
    "bits",
    "attention_operations",
    "attention_depth",
    "heads",
];

/// How long a program is, by each measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramLength {
    /// Top-level statements and the statements (`return` among them) of each function of the file that is called, each function once.
    /// Neither `def` itself nor a symbol's definition, a top-level `name = integer;`, is counted, and nothing of the library.
    pub statements: usize,
    /// Distinct operations: the same operation on the same inputs counts once, however often it is written. The primary measure.
    pub core_operations: usize,
    /// Operations as they are written, functions inlined: a value with a name is computed once, an expression that is written twice is computed
    /// twice. An operation that the output does not need is not
    /// counted; one that it needs is, each time that the file writes it.
    pub inlined_operations: usize,
    /// Operations when nothing is shared: a value that is read twice is counted twice. `usize::MAX` where it would be more.
    pub tree_operations: usize,
    /// Nodes of the whole file's syntax tree: one for each statement (functions and their `return` included), parameter, literal (its sign
    /// included), name that is read, operator, call and comparison argument. Parentheses and comments are none.
    pub syntax_nodes: usize,
    /// The description of the shared operations in bits, rounded up: their number and one in Elias's gamma code, then each operation as one of 41, each
    /// of its inputs as one of all that could stand there, and each constant in 8 bits or 1.
    pub bits: usize,
    /// Distinct aggregations and selector widths.
    pub attention_operations: usize,
    /// The most attention operations on any path from the input to the output: the layers that the program needs.
    pub attention_depth: usize,
    /// For each attention layer, first to last, the distinct selectors read in it, when every operation is done as early as can be.
    pub heads: Vec<usize>,
}

impl ProgramLength {
    /// Every measure by name, in the order above; heads as their total.
    pub fn measures(&self) -> Vec<(&'static str, usize)> {
        let values = [
            self.statements,
            self.core_operations,
            self.inlined_operations,
            self.tree_operations,
            self.syntax_nodes,
            self.bits,
            self.attention_operations,
            self.attention_depth,
            self.heads.iter().sum(),
        ];
        MEASURES.into_iter().zip(values).collect()
    }
}

/// Measures the nodes `needed` for an output, inputs first; the two counts of the text are given.
pub(crate) fn measure(graph: &Graph, needed: &[NodeId], statements: usize, syntax_nodes: usize) -> ProgramLength {
    let mut tree = vec![0_usize; graph.len()];
    let mut core_operations = 0;
    let mut inlined_operations = 0;
    let mut attention_operations = 0;
    let mut tree_operations = 0;
    for &id in needed {
        let node = graph.node(id);
        let own = usize::from(is_operation(&node));
        core_operations += own;
        inlined_operations += own * graph.occurrences(id);
        attention_operations += usize::from(node.is_attention());
        tree_operations = node.inputs().map(|input| tree[input.idx()]).fold(own, usize::saturating_add);
        tree[id.idx()] = tree_operations;
    }
    let heads: Vec<usize> = layers::schedule(graph, needed).heads.iter().map(Vec::len).collect();
    ProgramLength {
        statements,
        core_operations,
        inlined_operations,
        tree_operations,
        syntax_nodes,
        bits: description::bits(graph, needed).ceil() as usize,
        attention_operations,
        attention_depth: heads.len(),
        heads,
    }
}

/// Whether a node counts as an operation.
pub(crate) fn is_operation(node: &Node) -> bool {
    match node {
        Node::Tokens | Node::Indices | Node::Constant(_) | Node::Select { .. } => false,
        Node::Map(_) | Node::Aggregate { .. } | Node::Width { .. } => true,
    }
}

/// How many nodes the syntax tree of a program has, as [`ProgramLength::syntax_nodes`] counts them.
pub(crate) fn syntax_nodes<'t>(statements: impl IntoIterator<Item = &'t Statement>) -> usize {
    let nodes = statements.into_iter().map(|statement| match &statement.form {
        StatementForm::Define(function) => {
            2 + function.parameters.len() + syntax_nodes(&function.body) + function.results.iter().map(nodes_of).sum::<usize>()
        }
        StatementForm::Assign { values, .. } => 1 + values.iter().map(nodes_of).sum::<usize>(),
        StatementForm::Show(value) => 1 + nodes_of(value),
        // RASP-L has no others.
        _ => 1,
    });
    nodes.sum()
}

fn nodes_of(expr: &Expr) -> usize {
    let inner: usize = match &expr.form {
        Form::Call { arguments, .. } => arguments.iter().map(nodes_of).sum(),
        _ if expr.integer().is_some() => 0,
        _ => expr.children().into_iter().map(nodes_of).sum(),
    };
    1 + inner
}
