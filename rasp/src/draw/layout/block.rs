//! Shapes put together before their place is known.

use super::shape::{Align, Area, Fill, Shape, Style};

/// Shapes around their own origin, and how far they reach from it.
#[derive(Default)]
pub(super) struct Block {
    shapes: Vec<Shape>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Block {
    pub(super) fn fill(&mut self, area: Area, fill: Fill) {
        self.add(Shape::Fill { area, fill });
    }

    /// Ruled cells on a common ground.
    pub(super) fn lattice(&mut self, area: Area, columns: usize, rows: usize, fill: Fill) {
        if columns > 0 && rows > 0 {
            self.fill(area, fill);
            self.add(Shape::Lattice { area, columns, rows });
        }
    }

    pub(super) fn text(&mut self, x: f64, baseline: f64, text: &str, style: Style, align: Align) {
        if !text.trim().is_empty() {
            self.add(Shape::Text { x, baseline, text: text.to_owned(), style, align });
        }
    }

    /// Another block with its origin at a point.
    pub(super) fn put(&mut self, other: Block, x: f64, y: f64) {
        for shape in other.moved(x, y) {
            self.add(shape);
        }
    }

    pub(super) fn moved(self, x: f64, y: f64) -> impl Iterator<Item = Shape> {
        self.shapes.into_iter().map(move |shape| shape.moved(x, y))
    }

    fn add(&mut self, shape: Shape) {
        let area = shape.area();
        self.width = self.width.max(area.right);
        self.height = self.height.max(area.bottom);
        self.shapes.push(shape);
    }
}
