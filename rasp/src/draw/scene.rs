//! What a picture of an s-op shows: rows of cells and matrices, layer by layer. Knows no coordinates.

use super::formula::{formula, label};
use crate::flow::{Flow, Naming, Node, NodeId};
use crate::layers::Layers;

/// The most positions that a picture shows; more would not be readable on a page.
pub const LONGEST_INPUT: usize = 40;

/// The value of an s-op or selector on one input, its atoms as the language shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cells {
    /// One text per position.
    Sequence(Vec<String>),
    /// For each query position, whether it selects each key position.
    Matrix(Vec<Vec<bool>>),
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// The input has too many positions.
    #[error("an input of {positions} positions is too long to draw: use one of at most {LONGEST_INPUT}")]
    TooLong {
        /// How many positions the input has.
        positions: usize,
    },
    /// A value is not one of this input.
    #[error("the value of {name} has not one cell for each of the {positions} positions: evaluate it on the input that is drawn")]
    Misfit {
        /// The s-op or selector.
        name: String,
        /// How many positions the input has.
        positions: usize,
    },
}

/// The computation flow of an s-op on one input, ready to be drawn.
///
/// Layer by layer it holds the heads, each with its keys, queries, selection matrix, values and results, and then the elementwise
/// s-ops of the layer. Hidden are constants, and those elementwise s-ops that nobody named and only one other elementwise s-op reads.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(super) title: String,
    pub(super) input: Vec<String>,
    /// The tokens and indices that the output depends on.
    pub(super) base: Vec<Row>,
    /// The elementwise s-ops before the first layer.
    pub(super) before: Vec<Row>,
    pub(super) layers: Vec<LayerScene>,
    /// For each layer the number of its heads after merging.
    pub(super) merged_heads: Vec<usize>,
}

/// One attention layer and the elementwise s-ops after it.
#[derive(Clone, Debug)]
pub(super) struct LayerScene {
    pub(super) heads: Vec<HeadScene>,
    pub(super) feed_forward: Vec<Row>,
}

/// One head. All rows and the matrix have a cell for each position.
#[derive(Clone, Debug)]
pub(super) struct HeadScene {
    /// If its author named the selector.
    pub(super) name: Option<String>,
    pub(super) formula: String,
    /// The keys of its comparisons, each once, in the order of the formula.
    pub(super) keys: Vec<Row>,
    /// The queries, likewise; at least one.
    pub(super) queries: Vec<Row>,
    pub(super) matrix: Vec<Vec<bool>>,
    /// The values that its aggregations read, and what comes of them.
    pub(super) outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) value: Row,
    pub(super) result: Row,
}

/// A named sequence.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) node: NodeId,
    pub(super) name: String,
    /// What it computes, if the name does not say so.
    pub(super) formula: Option<String>,
    pub(super) cells: Vec<String>,
    /// The s-ops that it is computed from, through all hidden ones.
    pub(super) reads: Vec<NodeId>,
}

impl Scene {
    /// What a picture of `output` shows on an input, given as its items' texts; `cells` gives the value of each node on that input.
    ///
    /// # Errors
    /// [`DrawError::TooLong`] beyond [`LONGEST_INPUT`] positions; [`DrawError::Misfit`] for a value of another shape.
    pub fn new(flow: &Flow, output: NodeId, input: &[String], cells: impl Fn(NodeId) -> Cells) -> Result<Scene, DrawError> {
        if input.len() > LONGEST_INPUT {
            return Err(DrawError::TooLong { positions: input.len() });
        }
        let layers = Layers::of(flow, output);
        let builder = Builder { flow, positions: input.len(), hidden: hidden(flow, output), cells };
        let base = flow.needed_for(&[output]).into_iter().filter(|id| matches!(flow.node(*id), Node::Tokens(_) | Node::Indices));
        Ok(Scene {
            title: label(flow, output),
            input: input.to_vec(),
            base: base.map(|id| builder.row(id)).collect::<Result<_, _>>()?,
            before: builder.feed_forward(&layers.elementwise[0])?,
            layers: (0..layers.depth()).map(|idx| builder.layer(&layers, idx)).collect::<Result<_, _>>()?,
            merged_heads: layers.merged_heads,
        })
    }
}

/// For each node up to the output whether it is too minor to be shown.
fn hidden(flow: &Flow, output: NodeId) -> Vec<bool> {
    let needed = flow.needed_for(&[output]);
    let mut readers = vec![0_usize; output.idx() + 1];
    let mut read_by_map = vec![false; output.idx() + 1];
    for &id in &needed {
        for input in flow.node(id).inputs() {
            readers[input.idx()] += 1;
            read_by_map[input.idx()] |= matches!(flow.node(id), Node::Map(_));
        }
    }
    let mut hidden = vec![false; output.idx() + 1];
    for id in needed {
        let step = readers[id.idx()] == 1 && read_by_map[id.idx()] && flow.naming(id) == Naming::Derived;
        hidden[id.idx()] = match flow.node(id) {
            Node::Constant(_) => true,
            Node::Map(_) => step,
            _ => false,
        };
    }
    hidden
}

struct Builder<'a, C> {
    flow: &'a Flow,
    positions: usize,
    hidden: Vec<bool>,
    cells: C,
}

impl<C: Fn(NodeId) -> Cells> Builder<'_, C> {
    fn layer(&self, layers: &Layers, idx: usize) -> Result<LayerScene, DrawError> {
        let head = |selector: &NodeId| self.head(*selector, &layers.aggregates[idx]);
        let heads = layers.heads[idx].iter().map(head).collect::<Result<_, _>>()?;
        Ok(LayerScene { heads, feed_forward: self.feed_forward(&layers.elementwise[idx + 1])? })
    }

    fn feed_forward(&self, ids: &[NodeId]) -> Result<Vec<Row>, DrawError> {
        ids.iter().filter(|id| !self.hidden[id.idx()]).map(|id| self.row(*id)).collect()
    }

    fn head(&self, selector: NodeId, aggregates: &[NodeId]) -> Result<HeadScene, DrawError> {
        let (keys, queries) = compared(self.flow, selector);
        let mut outcomes = Vec::new();
        for &id in aggregates {
            match self.flow.node(id) {
                Node::Aggregate { selector: read, value, .. } if *read == selector => {
                    outcomes.push(Outcome { value: self.row(*value)?, result: self.row(id)? });
                }
                _ => {}
            }
        }
        let named = self.flow.naming(selector) == Naming::Given;
        Ok(HeadScene {
            name: named.then(|| self.flow.name(selector).to_owned()),
            formula: formula(self.flow, selector),
            keys: self.distinct_rows(&keys)?,
            queries: self.distinct_rows(&queries)?,
            matrix: self.matrix(selector)?,
            outcomes,
        })
    }

    /// Rows that a reader can tell apart.
    fn distinct_rows(&self, ids: &[NodeId]) -> Result<Vec<Row>, DrawError> {
        let mut rows: Vec<Row> = Vec::new();
        for &id in ids {
            let row = self.row(id)?;
            if !rows.iter().any(|shown| (&shown.name, &shown.cells) == (&row.name, &row.cells)) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn row(&self, id: NodeId) -> Result<Row, DrawError> {
        let cells = match (self.cells)(id) {
            Cells::Sequence(cells) if cells.len() == self.positions => cells,
            _ => return Err(self.misfit(id)),
        };
        let name = label(self.flow, id);
        let formula = match self.flow.node(id) {
            Node::Map(_) => Some(formula(self.flow, id)).filter(|formula| *formula != name),
            _ => None,
        };
        Ok(Row { node: id, name, formula, cells, reads: self.reads(id) })
    }

    fn matrix(&self, selector: NodeId) -> Result<Vec<Vec<bool>>, DrawError> {
        match (self.cells)(selector) {
            Cells::Matrix(rows) if rows.len() == self.positions && rows.iter().all(|row| row.len() == self.positions) => Ok(rows),
            _ => Err(self.misfit(selector)),
        }
    }

    fn misfit(&self, id: NodeId) -> DrawError {
        DrawError::Misfit { name: label(self.flow, id), positions: self.positions }
    }

    /// The shown inputs of an elementwise s-op: hidden ones stand for what they read.
    fn reads(&self, id: NodeId) -> Vec<NodeId> {
        let mut reads = Vec::new();
        let mut open = if matches!(self.flow.node(id), Node::Map(_)) { vec![id] } else { Vec::new() };
        while let Some(reader) = open.pop() {
            for input in self.flow.node(reader).inputs() {
                if self.hidden[input.idx()] {
                    open.push(input);
                } else if !reads.contains(&input) {
                    reads.push(input);
                }
            }
        }
        reads
    }
}

/// The keys and the queries of a selector's comparisons, in the order in which its formula names them.
fn compared(flow: &Flow, selector: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
    let (mut keys, mut queries) = (Vec::new(), Vec::new());
    let mut seen = vec![false; selector.idx() + 1];
    let mut open = vec![selector];
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.idx()], true) {
            continue;
        }
        match flow.node(id) {
            Node::Select { key, query, .. } => {
                keys.push(*key);
                queries.push(*query);
            }
            node => open.extend(node.inputs().collect::<Vec<_>>().into_iter().rev()),
        }
    }
    (keys, queries)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::layers::programs::{self, Sketch};

    fn names(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn a_head_shows_the_keys_and_queries_of_all_its_comparisons() {
        let scene = sample::scene(programs::hist_bos, "§aba");
        let head = &scene.layers[0].heads[0];
        assert_eq!((names(&head.keys), names(&head.queries)), (vec!["tokens", "indices"], vec!["tokens", "0"]));
        assert_eq!(head.matrix[3], [true, true, false, true]);
        assert_eq!(head.outcomes[0].result.cells, ["1", "0.333", "0.5", "0.333"]);
        assert_eq!(scene.layers[0].feed_forward[0].cells, ["0.0", "2.0", "1.0", "2.0"]);
    }

    #[test]
    fn aggregations_of_one_selector_in_one_layer_share_a_head() {
        let scene = sample::scene(programs::dyck1, "()");
        let results: Vec<&str> = scene.layers[0].heads[0].outcomes.iter().map(|outcome| outcome.result.name.as_str()).collect();
        assert_eq!(results, ["opened_share", "closed_share"]);
        assert_eq!(scene.layers[0].heads[0].name.as_deref(), Some("up_to_self"));
    }

    #[test]
    fn unnamed_steps_are_hidden_and_their_inputs_read_through_them() {
        let scene = sample::scene(programs::hist, "aa");
        assert_eq!((names(&scene.base), names(&scene.before)), (vec!["tokens", "indices"], vec!["is_first"]));
        let hist = &scene.layers[0].feed_forward[0];
        assert_eq!((names(&scene.layers[0].feed_forward), hist.reads.len()), (vec!["hist"], 2));
    }

    #[test]
    fn unnamed_steps_that_attention_reads_are_shown() {
        let scene = sample::scene(programs::dyck1, "()");
        assert_eq!(names(&scene.before), ["indicator(tokens == \"(\")", "indicator(tokens == \")\")"]);
    }

    #[test]
    fn long_inputs_are_refused_before_anything_is_evaluated() {
        let mut sketch = Sketch::default();
        let tokens = sketch.tokens();
        let input = vec!["a".to_owned(); LONGEST_INPUT + 1];
        let refused = Scene::new(&sketch.flow, tokens, &input, |_| panic!("evaluated")).unwrap_err();
        assert_eq!(refused.to_string(), "an input of 41 positions is too long to draw: use one of at most 40");
    }

    #[test]
    fn values_of_another_input_are_refused() {
        let mut sketch = Sketch::default();
        let length = programs::length(&mut sketch);
        let input = ["a".to_owned(), "b".to_owned()];
        let short = |_| Cells::Sequence(vec!["1".to_owned()]);
        let refused = Scene::new(&sketch.flow, length, &input, short).unwrap_err();
        assert_eq!(refused, DrawError::Misfit { name: "indices".to_owned(), positions: 2 });
        let no_matrix = |_| Cells::Sequence(vec!["1".to_owned(); 2]);
        assert!(matches!(Scene::new(&sketch.flow, length, &input, no_matrix), Err(DrawError::Misfit { name, .. }) if name == "full_s"));
    }
}
