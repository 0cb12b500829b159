//! Where everything in a picture goes: a [`Scene`] becomes shapes at coordinates, measured so that no text lies over another.
//!
//! All lengths are CSS pixels, most of them multiples of 8. Knows no flow and no file format.

mod block;
mod shape;
mod table;

use super::scene::Scene;
use super::text;
use block::Block;
pub(super) use shape::{ACCENT, Align, Area, Fill, GROUND, Picture, QUIET, RULE, Shape, Style, TINT};
use table::Table;

const MARGIN: f64 = 24.0;
/// Between a panel's edge and its contents.
const PADDING: f64 = 16.0;
const BETWEEN_PANELS: f64 = 16.0;
const LONGEST_TITLE: f64 = 320.0;
const LONGEST_INPUT_TEXT: f64 = 400.0;
/// How to read a head.
const LEGEND: &str = "Columns are keys, rows are queries. A cell is filled where the comparison holds, the key on its left side.";

/// The picture of a scene.
pub(super) fn picture(scene: &Scene) -> Picture {
    let table = Table::of(scene);
    let mut panels = vec![("input".to_owned(), table.input(scene))];
    for (idx, layer) in scene.layers.iter().enumerate() {
        panels.push((format!("layer-{}", idx + 1), table.layer(layer, idx + 1)));
    }
    let (heading, legend) = (heading(scene), legend(scene));
    let width = panels.iter().map(|(_, panel)| panel.width + 2.0 * PADDING).fold(heading.width.max(legend.width), f64::max);

    let mut y = MARGIN + heading.height + 16.0;
    let mut parts = vec![("heading".to_owned(), heading.moved(MARGIN, MARGIN).collect())];
    for (id, panel) in panels {
        let ground = Area::at(MARGIN, y, width, panel.height + 2.0 * PADDING);
        let mut shapes = vec![Shape::Fill { area: ground, fill: Fill::Ground }];
        shapes.extend(panel.moved(MARGIN + PADDING, y + PADDING));
        parts.push((id, shapes));
        y = ground.bottom + BETWEEN_PANELS;
    }
    let height = y + legend.height + MARGIN - if scene.layers.is_empty() { BETWEEN_PANELS } else { 0.0 };
    parts.push(("legend".to_owned(), legend.moved(MARGIN, y).collect()));
    Picture { width: (width + 2.0 * MARGIN).ceil(), height: height.ceil(), parts }
}

/// The s-op, the input and the size of the program.
fn heading(scene: &Scene) -> Block {
    let mut block = Block::default();
    let title = text::shortened(&scene.title, Style::TITLE.size, LONGEST_TITLE);
    block.text(0.0, 16.0, &title, Style::TITLE, Align::Left);
    let on = Style::TITLE.width(&title) + 8.0;
    block.text(on, 16.0, "on", Style::NOTE, Align::Left);
    let input = text::shortened(&scene.input.join(" "), Style::NOTE.size, LONGEST_INPUT_TEXT);
    block.text(on + 24.0, 16.0, &input, Style::NOTE, Align::Left);
    block.text(0.0, 38.0, &summary(scene), Style::NOTE, Align::Left);
    block
}

fn legend(scene: &Scene) -> Block {
    let mut block = Block::default();
    if !scene.layers.is_empty() {
        block.text(0.0, 10.0, LEGEND, Style::ROLE, Align::Left);
    }
    block
}

/// How many layers and heads there are.
pub(super) fn summary(scene: &Scene) -> String {
    let list = |counts: &[usize]| counts.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let heads: Vec<usize> = scene.layers.iter().map(|layer| layer.heads.len()).collect();
    let layers = match heads.len() {
        0 => return "no attention layer".to_owned(),
        1 => "1 layer".to_owned(),
        layers => format!("{layers} layers"),
    };
    let merged =
        if scene.merged_heads == heads { String::new() } else { format!(" ({} if equal heads are merged)", list(&scene.merged_heads)) };
    format!("{layers}, heads per layer: {}{merged}", list(&heads))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::layers::programs;
    use proptest::prelude::*;

    fn overlap(one: Area, other: Area) -> bool {
        let apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
        !apart
    }

    fn inside(inner: Area, outer: Area) -> bool {
        inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right && inner.bottom <= outer.bottom
    }

    /// What is wrong with a picture, if anything.
    fn fault(picture: &Picture) -> Option<String> {
        let canvas = Area { left: 0.0, top: 0.0, right: picture.width, bottom: picture.height };
        let shapes: Vec<&Shape> = picture.parts.iter().flat_map(|(_, shapes)| shapes).collect();
        let outside = shapes.iter().find(|shape| !inside(shape.area(), canvas));
        let texts: Vec<&Shape> = shapes.iter().copied().filter(|shape| matches!(shape, Shape::Text { .. })).collect();
        let cells: Vec<&Shape> = shapes.iter().copied().filter(|shape| matches!(shape, Shape::Lattice { .. })).collect();
        let clash = |group: &[&Shape]| {
            let pairs = group.iter().enumerate().flat_map(|(idx, one)| group[..idx].iter().map(move |other| (*one, *other)));
            pairs.into_iter().find(|(one, other)| overlap(one.area(), other.area())).map(|pair| format!("{pair:?}"))
        };
        // Text in cells stays in its own cell, other text out of all cells.
        let across =
            texts.iter().find(|text| cells.iter().any(|cell| overlap(text.area(), cell.area()) && !inside(text.area(), cell.area())));
        outside.or(across).map(|shape| format!("{shape:?}")).or_else(|| clash(&texts)).or_else(|| clash(&cells))
    }

    #[test]
    fn pictures_of_the_known_programs_have_everything_in_its_place() {
        for (program, input) in [
            (programs::hist as programs::Program, "hello"),
            (programs::sort, "thequickbrownfoxjump"),
            (programs::dyck2, "(()){}"),
            (programs::double_hist, "aabbbc"),
        ] {
            assert_eq!(fault(&picture(&sample::scene(program, input))), None, "{input}");
        }
    }

    #[test]
    fn the_summary_counts_layers_heads_and_merged_heads() {
        assert_eq!(summary(&sample::scene(programs::sort, "ba")), "2 layers, heads per layer: 2, 1");
        assert_eq!(summary(&sample::scene(programs::Sketch::tokens, "ba")), "no attention layer");
        let twice: programs::Program = |sketch| {
            let (one, other) = (programs::hist_bos(sketch), programs::hist_bos(sketch));
            sketch.add(one, other)
        };
        assert_eq!(summary(&sample::scene(twice, "ba")), "1 layer, heads per layer: 2 (1 if equal heads are merged)");
    }

    proptest! {
        #[test]
        fn in_random_pictures_nothing_overlaps_or_leaves_the_canvas(recipe in sample::recipes()) {
            prop_assert_eq!(fault(&picture(&sample::random(&recipe))), None);
        }
    }
}
