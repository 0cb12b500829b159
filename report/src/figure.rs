//! Figures: vector pictures with captions, their data as CSV, and a PNG of the same drawing.

mod axis;
mod calibration;
mod curves;
mod forest;
mod label;
mod panel;
mod raster;
mod reliability;
mod scatter;
mod svg;
mod training;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::error::ReportError;
use crate::evidence::{Evidence, Role};
use crate::record::Split;

pub use raster::png;

/// Width of every figure, in CSS pixels: at 6.5 inches across, 11 px text prints at 7 points.
const WIDTH: f64 = 720.0;

/// A picture, what it says, and the numbers in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// File name without an extension.
    pub name: String,
    /// Title, also drawn in the picture.
    pub title: String,
    /// How to read it, in a few sentences.
    pub caption: String,
    /// What it shows, in a few sentences made from the data: the picture for those who cannot see it.
    pub description: String,
    /// The drawing: a standalone SVG document.
    pub svg: String,
    /// The data behind the drawing, with one header.
    pub csv: String,
}

impl Figure {
    /// The drawing as PNG bytes, at twice its size in CSS pixels, in the font of this package.
    ///
    /// # Errors
    /// [`ReportError::ReadSvg`] or [`ReportError::WritePng`] when the rasterizer refuses; the SVG stands on its own.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        png(&self.name, &self.svg)
    }
}

/// The figures of a report: exact match by length, reach by program length, correlations, exact match during training,
/// confidence by length, reliability.
///
/// Always all, in this order; one without data says so in its place.
pub fn figures(evidence: &Evidence, analysis: &Analysis) -> Vec<Figure> {
    vec![
        curves::figure(evidence, analysis),
        scatter::figure(evidence, analysis),
        forest::figure(evidence, analysis),
        training::figure(evidence, analysis),
        calibration::figure(evidence, analysis),
        reliability::figure(analysis),
    ]
}

/// Colours that readers with any colour vision tell apart. Source: Okabe and Ito 2008, <https://jfly.uni-koeln.de/color/>.
mod palette {
    pub(super) const BLUE: &str = "#0072B2";
    pub(super) const VERMILLION: &str = "#D55E00";
    pub(super) const GREEN: &str = "#009E73";
    pub(super) const PURPLE: &str = "#CC79A7";
    /// Darker than theirs, whose lines are too faint on white.
    pub(super) const ORANGE: &str = "#AD7700";
    /// Vermillion dark enough for text on white.
    pub(super) const RUST: &str = "#B34A00";
    pub(super) const INK: &str = "#222222";
    pub(super) const QUIET: &str = "#5f6368";
    pub(super) const FAINT: &str = "#8a8f94";
    pub(super) const GRID: &str = "#e3e5e8";
    pub(super) const SHADE: &str = "#eef0f3";
}

/// The colour of a task.
fn role_colour(role: Role) -> &'static str {
    match role {
        Role::Solvable => palette::BLUE,
        Role::Control => palette::VERMILLION,
    }
}

/// The colour of a task's name.
fn name_colour(role: Role) -> &'static str {
    match role {
        Role::Solvable => palette::BLUE,
        Role::Control => palette::RUST,
    }
}

/// Rows as CSV text; a table that cannot be written is empty, as memory cannot refuse.
fn csv_table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let written = writer.write_record(header).and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)));
    written.map_err(ReportError::WriteCsv).and_then(|()| crate::table::finish_csv(writer)).unwrap_or_default()
}

/// A task and its longest training length, in a description.
fn setting_name(task: &str, len_train_max: usize) -> String {
    format!("{task} (trained to {len_train_max})")
}

/// The description of a figure that only says why it is empty.
fn nothing_drawn(why: &str) -> String {
    format!("Nothing is drawn: {why}.")
}

/// `in` or `out`.
fn split_word(split: Split) -> String {
    if split == Split::In { "in" } else { "out" }.to_owned()
}

/// A number or an empty field.
fn optional(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
