//! What pictures are made of, and how it looks.

use super::super::text;

/// Shapes at coordinates from the upper left corner, in CSS pixels; later shapes lie over earlier ones.
#[derive(Clone, Debug)]
pub(in super::super) struct Picture {
    pub(in super::super) width: f64,
    pub(in super::super) height: f64,
    /// An id for each group of shapes.
    pub(in super::super) parts: Vec<(String, Vec<Shape>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Shape {
    Fill {
        area: Area,
        fill: Fill,
    },
    /// Thin rules around and between cells of equal size.
    Lattice {
        area: Area,
        columns: usize,
        rows: usize,
    },
    Text {
        x: f64,
        baseline: f64,
        text: String,
        style: Style,
        align: Align,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Area {
    pub(in super::super) left: f64,
    pub(in super::super) top: f64,
    pub(in super::super) right: f64,
    pub(in super::super) bottom: f64,
}

/// What an area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Fill {
    /// Behind a layer.
    Ground,
    /// Behind the cells of what is read.
    Cell,
    /// Behind the cells of what is computed here.
    Result,
    /// A selected pair of positions.
    Selected,
}

/// On which side of its point text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Align {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Style {
    /// Height of the font, in CSS pixels.
    pub(in super::super) size: f64,
    pub(in super::super) colour: &'static str,
    pub(in super::super) bold: bool,
    /// Extra space after each character, in CSS pixels.
    pub(in super::super) spacing: f64,
    pub(in super::super) capitals: bool,
}

/// The one accent is the blue of Okabe and Ito 2008, <https://jfly.uni-koeln.de/color/>: dark in greyscale, apart for all eyes.
pub(in super::super) const ACCENT: &str = "#0072b2";
pub(in super::super) const TINT: &str = "#e4eff6";
pub(in super::super) const GROUND: &str = "#f6f7f8";
pub(in super::super) const RULE: &str = "#d3d7dc";
pub(in super::super) const INK: &str = "#1f2328";
pub(in super::super) const QUIET: &str = "#5b6269";

impl Style {
    pub(super) const CELL: Style = Style { size: 10.5, colour: INK, bold: false, spacing: 0.0, capitals: false };
    pub(super) const SMALL_CELL: Style = Style { size: 9.5, ..Style::CELL };
    pub(super) const NAME: Style = Style { size: 11.0, ..Style::CELL };
    pub(super) const NOTE: Style = Style { size: 11.0, colour: QUIET, ..Style::CELL };
    pub(super) const ROLE: Style = Style { size: 9.5, colour: QUIET, ..Style::CELL };
    pub(super) const TITLE: Style = Style { size: 18.0, bold: true, ..Style::CELL };
    pub(super) const SECTION: Style = Style { size: 10.5, bold: true, spacing: 1.0, capitals: true, ..Style::CELL };
    pub(super) const HEAD: Style = Style { size: 9.0, bold: true, spacing: 0.9, capitals: true, colour: QUIET };

    /// Of one line in this style.
    pub(in super::super) fn width(self, text: &str) -> f64 {
        let regular = if self.capitals { text::width(&text.to_uppercase(), self.size) } else { text::width(text, self.size) };
        let weight = if self.bold { 1.1 } else { 1.0 };
        regular * weight + self.spacing * text.chars().count() as f64
    }
}

impl Area {
    pub(super) fn at(left: f64, top: f64, width: f64, height: f64) -> Area {
        Area { left, top, right: left + width, bottom: top + height }
    }

    pub(super) fn inset(self, by: f64) -> Area {
        Area { left: self.left + by, top: self.top + by, right: self.right - by, bottom: self.bottom - by }
    }

    pub(super) fn moved(self, x: f64, y: f64) -> Area {
        Area { left: self.left + x, top: self.top + y, right: self.right + x, bottom: self.bottom + y }
    }
}

impl Shape {
    /// What the shape covers, as measured.
    pub(in super::super) fn area(&self) -> Area {
        match self {
            Shape::Fill { area, .. } | Shape::Lattice { area, .. } => *area,
            Shape::Text { x, baseline, text, style, align } => {
                let width = style.width(text);
                let left = match align {
                    Align::Left => *x,
                    Align::Middle => x - width / 2.0,
                    Align::Right => x - width,
                };
                Area::at(left, baseline - 0.8 * style.size, width, style.size)
            }
        }
    }

    pub(super) fn moved(self, right: f64, down: f64) -> Shape {
        match self {
            Shape::Fill { area, fill } => Shape::Fill { area: area.moved(right, down), fill },
            Shape::Lattice { area, columns, rows } => Shape::Lattice { area: area.moved(right, down), columns, rows },
            Shape::Text { x, baseline, text, style, align } => Shape::Text { x: x + right, baseline: baseline + down, text, style, align },
        }
    }
}
