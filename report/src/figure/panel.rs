//! Small multiples: panels of one kind in a grid, each with its name, a remark, and axes.

use super::WIDTH;
use super::axis::Scale;
use super::label::shorten;
use super::palette::{FAINT, GRID};
use super::svg::{Anchor, Stroke, Svg, Type};

/// Between the edge of a figure and what is in it.
pub(super) const MARGIN: f64 = 16.0;
const PLOT_HEIGHT: f64 = 112.0;
const PANEL_HEIGHT: f64 = PLOT_HEIGHT + 82.0;
const AXIS_ROOM: f64 = 38.0;

/// Where panels stand: up to three in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    top: f64,
    columns: usize,
    pitch: f64,
    panels: usize,
}

impl Grid {
    pub(super) fn new(panels: usize, top: f64) -> Self {
        let columns = match panels {
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        Self { top, columns, pitch: (WIDTH - 2.0 * MARGIN) / columns as f64, panels }
    }

    /// The upper left corner of a panel, and its width.
    pub(super) fn place(self, idx: usize) -> ((f64, f64), f64) {
        let corner = (MARGIN + (idx % self.columns) as f64 * self.pitch, self.top + (idx / self.columns) as f64 * PANEL_HEIGHT);
        (corner, self.pitch - 10.0)
    }

    /// The lower edge of all panels.
    pub(super) fn bottom(self) -> f64 {
        self.top + self.panels.div_ceil(self.columns) as f64 * PANEL_HEIGHT
    }
}

/// A panel whose vertical axis is a share.
pub(super) struct Panel<'a> {
    pub(super) name: &'a str,
    pub(super) colour: &'a str,
    pub(super) remark: &'a str,
    /// The largest value of the horizontal axis, which begins at 0.
    pub(super) x_max: f64,
    pub(super) x_label: &'a str,
    /// Smallest step between ticks.
    pub(super) x_step: f64,
    pub(super) y_label: &'a str,
}

/// Where data stand in a panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) x: Scale,
    pub(super) y: Scale,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Plot {
    /// A point of data in pixels.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }
}

impl Panel<'_> {
    /// Draws everything but data; `behind` draws what lies below the grid.
    pub(super) fn draw(&self, svg: &mut Svg, (corner, width): ((f64, f64), f64), behind: impl FnOnce(&mut Svg, &Plot)) -> Plot {
        let (left, right) = (corner.0 + AXIS_ROOM, corner.0 + width);
        let (top, bottom) = (corner.1 + 38.0, corner.1 + 38.0 + PLOT_HEIGHT);
        let x = Scale::new((0.0, self.x_max * 1.03), (left, right));
        let y = Scale::new((0.0, 1.04), (bottom, top));
        let plot = Plot { x, y, left, right, top, bottom };
        let name = shorten(self.name, Type::HEAD.size, true, right - left);
        svg.text((left, corner.1 + 14.0), &name, Type::HEAD.in_colour(self.colour));
        svg.text((left, corner.1 + 29.0), &shorten(self.remark, 10.0, false, right - left), Type::SMALL);
        behind(svg, &plot);
        for share in [0.0, 0.5, 1.0] {
            svg.line((left, y.at(share)), (right, y.at(share)), Stroke::new(GRID, 1.0));
            svg.text((left - 5.0, y.at(share) + 3.5), &share.to_string(), Type::SMALL.at(Anchor::End));
        }
        for value in x.ticks(if self.x_max > 999.0 { 4 } else { 5 }, self.x_step) {
            svg.line((x.at(value), bottom), (x.at(value), bottom + 3.5), Stroke::new(FAINT, 1.0));
            svg.text((x.at(value), bottom + 14.5), &value.to_string(), Type::SMALL.at(Anchor::Middle));
        }
        svg.line((left, bottom), (right, bottom), Stroke::new(FAINT, 1.0));
        let x_label = shorten(self.x_label, 10.0, false, right - left + 16.0);
        svg.text((f64::midpoint(left, right), bottom + 29.0), &x_label, Type::SMALL.at(Anchor::Middle));
        svg.text_upwards((corner.0 + 10.0, f64::midpoint(top, bottom)), self.y_label, Type::SMALL);
        plot
    }
}
