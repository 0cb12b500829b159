//! Figure: smooth reliability diagrams, one panel a task and training length.

use super::palette::{BLUE, FAINT, GREEN, INK, PURPLE, VERMILLION};
use super::panel::{Grid, MARGIN, Panel, Plot};
use super::svg::{LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, nothing_drawn, optional, setting_name, split_word};
use crate::analysis::{Analysis, Reliability, ReliabilityCurve};
use crate::calibration::ReliabilityPoint;
use crate::number::{list, share};

const TITLE: &str = "Reliability: exact match at each confidence";
const NOTHING: &str = "no run that fitted was measured";

pub(super) fn figure(analysis: &Analysis) -> Figure {
    let caption = "One run that fitted for each task and training length, of 60 at most. On the diagonal, of answers given with a confidence of 0.8, 0.8 are right; below it the model is overconfident. Lines are \
                   smoothed at the scale of their own error (SmoothECE), as thick as there are examples, most at the dot, with 95 % bootstrap bands."
        .to_owned();
    let description = describe_reliability(&analysis.reliability);
    Figure {
        name: "reliability".to_owned(),
        title: TITLE.to_owned(),
        caption,
        svg: draw_reliability(&analysis.reliability, &description),
        csv: table_of_reliability(&analysis.reliability),
        description,
    }
}

/// Of the training lengths, then of lengths beyond, the shortest first.
const COLOURS: [&str; 4] = [BLUE, GREEN, PURPLE, VERMILLION];

/// The error of each line.
fn describe_reliability(diagrams: &[Reliability]) -> String {
    let one = |diagram: &Reliability| {
        let errors: Vec<String> = diagram.curves.iter().map(|curve| format!("{} at {}", share(curve.smooth_ece), curve.of)).collect();
        format!("{}: {}", setting_name(&diagram.task, diagram.len_train_max), list(&errors))
    };
    let all: Vec<String> = diagrams.iter().map(one).collect();
    if all.is_empty() { nothing_drawn(NOTHING) } else { format!("SmoothECE of each line. {}.", all.join(". ")) }
}

fn draw_reliability(diagrams: &[Reliability], description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if diagrams.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    let sample =
        |colour: &'static str| move |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), Stroke::new(colour, 2.4));
    let samples = COLOURS.map(sample);
    let words = ["training lengths", "first length beyond", "a middle one", "the longest"];
    let items: Vec<LegendItem<'_>> = samples.iter().zip(words).map(|(sample, words)| (sample as _, words)).collect();
    let grid = Grid::new(diagrams.len(), svg.legend((MARGIN, 38.0), &items) + 12.0);
    for (idx, diagram) in diagrams.iter().enumerate() {
        let lens: Vec<&str> = diagram.curves.iter().skip(1).map(|curve| curve.of.trim_start_matches("length ")).collect();
        let panel = Panel {
            name: &diagram.task,
            colour: INK,
            remark: &format!("trained to {}; {} · seeds {}", diagram.len_train_max, lens.join(", "), diagram.seeds),
            x_max: 1.0,
            x_label: "confidence in the answer",
            x_step: 0.5,
            y_label: "exact match (share)",
        };
        let plot = panel.draw(&mut svg, grid.place(idx), |_, _| {});
        svg.line(plot.at(0.0, 0.0), plot.at(1.0, 1.0), Stroke::new(FAINT, 1.0).dashed("1.5 3"));
        // With a single length beyond, it is the first; with two, the first and the longest.
        let colours: Vec<&str> = match diagram.curves.len() {
            3 => vec![COLOURS[0], COLOURS[1], COLOURS[3]],
            _ => COLOURS.to_vec(),
        };
        for (curve, colour) in diagram.curves.iter().zip(colours) {
            draw_curve(&mut svg, curve, &plot, colour);
        }
    }
    svg.finish(grid.bottom(), TITLE, description)
}

fn draw_curve(svg: &mut Svg, curve: &ReliabilityCurve, plot: &Plot, colour: &str) {
    // A model that always has the same confidence has no line, but a place.
    let densest = curve.points.iter().max_by(|one, other| one.density.total_cmp(&other.density));
    if let Some((point, accuracy)) = densest.and_then(|point| Some((point, point.accuracy?))) {
        svg.mark(plot.at(point.confidence, accuracy), 2.8, false, colour, Stroke::new(colour, 0.0));
    }
    let largest = curve.points.iter().map(|point| point.density).fold(0.0, f64::max);
    // Where hardly anybody is there is nothing to see.
    let is_seen = |point: &ReliabilityPoint| point.density > 0.01 * largest;
    let seen = || curve.points.iter().zip(&curve.band).filter(|(point, _)| is_seen(point));
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for (point, interval) in seen().filter_map(|(point, interval)| Some((point, (*interval)?))) {
        upper.push(plot.at(point.confidence, interval.high));
        lower.push(plot.at(point.confidence, interval.low));
    }
    upper.extend(lower.into_iter().rev());
    svg.polygon(&upper, colour, 0.12);
    for pair in curve.points.windows(2).filter(|pair| pair.iter().all(is_seen)) {
        if let (Some(from), Some(to)) = (pair[0].accuracy, pair[1].accuracy) {
            let share = f64::midpoint(pair[0].density, pair[1].density) / largest;
            let stroke = Stroke::new(colour, 0.8 + 4.0 * share.sqrt());
            svg.line(plot.at(pair[0].confidence, from), plot.at(pair[1].confidence, to), stroke);
        }
    }
}

fn table_of_reliability(diagrams: &[Reliability]) -> String {
    let header = [
        "task",
        "len_train_max",
        "cell",
        "seeds",
        "of",
        "split",
        "examples",
        "smooth_ece",
        "confidence",
        "exact_match",
        "low",
        "high",
        "density",
    ];
    let mut rows = Vec::new();
    for diagram in diagrams {
        for curve in &diagram.curves {
            for (point, interval) in curve.points.iter().zip(&curve.band) {
                rows.push(vec![
                    diagram.task.clone(),
                    diagram.len_train_max.to_string(),
                    diagram.cell.clone(),
                    diagram.seeds.clone(),
                    curve.of.clone(),
                    split_word(curve.split),
                    curve.examples.to_string(),
                    curve.smooth_ece.to_string(),
                    point.confidence.to_string(),
                    optional(point.accuracy),
                    optional(interval.map(|interval| interval.low)),
                    optional(interval.map(|interval| interval.high)),
                    point.density.to_string(),
                ]);
            }
        }
    }
    csv_table(&header, &rows)
}
