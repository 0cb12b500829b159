//! The computation flow of an s-op on one input as a picture, layer by layer: in SVG, ready for a page, and in DOT, for graphviz.
//!
//! A [`Scene`] is what a picture shows, in words and cells; `scene` makes it, and knows the flow but no coordinates. `layout` gives
//! everything its place and knows no flow; `svg` and `dot` write formats. Values come from the caller, so nothing here evaluates.

mod dot;
mod formula;
mod layout;
#[cfg(test)]
mod sample;
mod scene;
mod svg;
mod text;

pub use scene::{Cells, DrawError, LONGEST_INPUT, Scene};

use crate::evaluate::Value;
use crate::fault::Fault;
use crate::flow::{Flow, NodeId};
use std::cell::RefCell;

/// The picture of an s-op on an input, and what it is called.
#[derive(Clone, Debug)]
pub struct Drawing {
    title: String,
    scene: Scene,
}

impl Drawing {
    /// Draws `sop` on an input of these `items`; `value` evaluates a node on it.
    pub(crate) fn new(
        flow: &Flow,
        sop: NodeId,
        title: String,
        items: &[String],
        value: impl Fn(NodeId) -> Result<Value, Fault>,
    ) -> Result<Self, Fault> {
        let failed = RefCell::new(None);
        let cells = |id: NodeId| match value(id) {
            Ok(Value::Sequence(sequence)) => Cells::Sequence(sequence.iter().map(|value| value.rounded()).collect()),
            Ok(Value::Selector(matrix)) => {
                let row = |query| (0..matrix.len()).map(|key| matrix.selects(query, key)).collect();
                Cells::Matrix((0..matrix.len()).map(row).collect())
            }
            Err(fault) => {
                failed.borrow_mut().get_or_insert(fault);
                Cells::Sequence(Vec::new())
            }
        };
        let scene = Scene::new(flow, sop, items, cells);
        match (failed.into_inner(), scene) {
            (Some(fault), _) => Err(fault),
            (None, Err(error)) => Err(Fault::language(error.to_string())),
            (None, Ok(scene)) => Ok(Drawing { title, scene }),
        }
    }

    /// The s-op and its input, as in `hist("hello")`.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// As an SVG document.
    pub fn svg(&self) -> String {
        self.scene.to_svg()
    }

    /// As a graph in graphviz's language.
    pub fn dot(&self) -> String {
        self.scene.to_dot()
    }
}
