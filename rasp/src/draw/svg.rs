//! A picture as an SVG document: shapes and text with their attributes in place, no style sheet, no font file.

use super::layout::{self, ACCENT, Align, Area, Fill, GROUND, Picture, RULE, Shape, Style, TINT};
use super::scene::Scene;
use super::text::escaped;
use std::fmt::Write as _;

const FONT: &str = "Noto Sans, Helvetica, Arial, sans-serif";

impl Scene {
    /// The picture as a standalone SVG document, white behind.
    ///
    /// Columns are keys, rows are queries, and a filled cell is a selected pair. The text is in Noto Sans where there is one.
    pub fn to_svg(&self) -> String {
        let Picture { width, height, parts } = layout::picture(self);
        let title = escaped(&format!("Computation flow of {} on {}", self.title, self.input.join(" ")));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" font-family=\"{FONT}\">\n<title>{title}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
            width = pixels(width),
            height = pixels(height),
        );
        for (id, shapes) in parts {
            let _ = writeln!(svg, "<g id=\"{id}\">");
            for shape in shapes {
                write_shape(&mut svg, &shape);
            }
            svg.push_str("</g>\n");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn write_shape(svg: &mut String, shape: &Shape) {
    // Writing to a String cannot fail.
    let _ = match shape {
        Shape::Fill { area, fill } => writeln!(svg, "<rect {} {}/>", box_of(*area), paint(*fill)),
        Shape::Lattice { area, columns, rows } => {
            writeln!(svg, "<path d=\"{}\" fill=\"none\" stroke=\"{RULE}\" stroke-width=\"1\"/>", rules(*area, *columns, *rows))
        }
        Shape::Text { x, baseline, text, style, align } => {
            let text = if style.capitals { text.to_uppercase() } else { text.clone() };
            let (x, y) = (pixels(*x), pixels(*baseline));
            writeln!(svg, "<text x=\"{x}\" y=\"{y}\" {}>{}</text>", type_of(*style, *align), escaped(&text))
        }
    };
}

fn box_of(area: Area) -> String {
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    format!("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", pixels(area.left), pixels(area.top), pixels(width), pixels(height))
}

fn paint(fill: Fill) -> String {
    let (colour, radius) = match fill {
        Fill::Ground => (GROUND, 8),
        Fill::Cell => ("#ffffff", 0),
        Fill::Result => (TINT, 0),
        Fill::Selected => (ACCENT, 2),
    };
    let corner = if radius == 0 { String::new() } else { format!(" rx=\"{radius}\"") };
    format!("fill=\"{colour}\"{corner}")
}

/// The outline of some cells and the lines between them.
fn rules(area: Area, columns: usize, rows: usize) -> String {
    let Area { left, top, right, bottom } = area;
    let mut path = String::new();
    for idx in 0..=columns {
        let x = left + (right - left) * idx as f64 / columns as f64;
        let _ = write!(path, "M{} {}V{}", pixels(x), pixels(top), pixels(bottom));
    }
    for idx in 0..=rows {
        let y = top + (bottom - top) * idx as f64 / rows as f64;
        let _ = write!(path, "M{} {}H{}", pixels(left), pixels(y), pixels(right));
    }
    path
}

fn type_of(style: Style, align: Align) -> String {
    let weight = if style.bold { " font-weight=\"700\"" } else { "" };
    let spacing = if style.spacing > 0.0 { format!(" letter-spacing=\"{}\"", pixels(style.spacing)) } else { String::new() };
    let anchor = match align {
        Align::Left => "",
        Align::Middle => " text-anchor=\"middle\"",
        Align::Right => " text-anchor=\"end\"",
    };
    format!("font-size=\"{}\" fill=\"{}\"{weight}{spacing}{anchor}", pixels(style.size), style.colour)
}

/// A coordinate to a hundredth of a pixel, without trailing zeros.
fn pixels(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use crate::layers::programs;
    use proptest::prelude::*;

    /// For each group its shapes in number and its texts in order.
    fn outline(svg: &str) -> String {
        let group = |group: &str| {
            let (id, shapes) = group.split_once('>').unwrap();
            let texts: Vec<&str> = shapes.lines().filter_map(|line| line.strip_suffix("</text>")?.rsplit('>').next()).collect();
            let [rects, paths] = ["<rect", "<path"].map(|tag| shapes.matches(tag).count());
            format!("{id}: {rects} areas, {paths} lattices\n  {}\n", texts.join(" | "))
        };
        svg.split("<g ").skip(1).map(group).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_small_program_as_a_picture() {
        let svg = sample::scene(programs::hist_bos, "§aa").to_svg();
        let head: Vec<&str> = svg.lines().take(2).collect();
        insta::assert_snapshot!(format!("{}\n{}", head.join("\n"), outline(&svg)));
    }

    #[test]
    fn text_that_means_something_in_xml_is_escaped() {
        let svg = sample::scene(programs::sort, "<&\">").to_svg();
        assert_eq!(sample::unbalanced(&svg), None);
        assert!(svg.contains(">&lt;</text>") && svg.contains(">&amp;</text>"));
    }

    #[test]
    fn an_input_without_items_is_an_empty_table() {
        assert_eq!(sample::unbalanced(&sample::scene(programs::hist, "").to_svg()), None);
    }

    proptest! {
        #[test]
        fn random_pictures_are_well_formed(recipe in sample::recipes()) {
            let svg = sample::random(&recipe).to_svg();
            prop_assert_eq!(sample::unbalanced(&svg), None);
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
        }
    }
}
