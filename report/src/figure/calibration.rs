//! Figures: confidence and its error by evaluated length, and smooth reliability diagrams.

use super::palette::{BLUE, FAINT, GREEN, INK, ORANGE, PURPLE, SHADE, VERMILLION};
use super::panel::{Grid, MARGIN, Panel, Plot};
use super::svg::{LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, name_colour, nothing_drawn, optional, role_colour, setting_name, split_word};
use crate::analysis::{Analysis, Calibration, MeasuredCalibration, Reliability, ReliabilityCurve};
use crate::calibration::ReliabilityPoint;
use crate::evidence::{Evidence, Role};
use crate::number::{list, plural, share};

const BY_LENGTH: &str = "Confidence and exact match by evaluated length";
const RELIABILITY: &str = "Reliability: exact match at each confidence";
const NOTHING: &str = "no run that fitted was measured";

pub(super) fn by_length(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let caption = "Medians over the runs that fitted. Where the dashed line of confidence falls with the thick line of exact match, failure is announced; where it stays up, failure is silent. \
                   The orange line is SmoothECE, the calibration error of the confidence in answers; noise alone exceeds the grey line one time in twenty."
        .to_owned();
    let description = describe_by_length(&analysis.calibration);
    Figure {
        name: "calibration_by_length".to_owned(),
        title: BY_LENGTH.to_owned(),
        caption,
        svg: draw_by_length(evidence, &analysis.calibration, &description),
        csv: table_by_length(&analysis.calibration),
        description,
    }
}

/// How each task fails beyond its training lengths.
fn describe_by_length(settings: &[Calibration]) -> String {
    let one = |setting: &Calibration| format!("{} {}", setting_name(&setting.task, setting.len_train_max), setting.failure);
    let all: Vec<String> = settings.iter().map(one).collect();
    if all.is_empty() {
        return nothing_drawn(NOTHING);
    }
    format!("Whether failure beyond the training lengths is announced by falling confidence: {}.", list(&all))
}

fn draw_by_length(evidence: &Evidence, settings: &[Calibration], description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), BY_LENGTH, Type::TITLE);
    if settings.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, BY_LENGTH, description);
    }
    let exact = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), Stroke::new(INK, 2.4));
    let confidence = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), confidence_stroke(INK));
    let error = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), error_stroke());
    let null = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), null_stroke());
    let shade = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.rect((x, y - 5.0), (w, 10.0), SHADE);
    let items: [LegendItem<'_>; 5] = [
        (&exact, "exact match"),
        (&confidence, "mean confidence"),
        (&error, "SmoothECE"),
        (&null, "its noise, 95 %"),
        (&shade, "training lengths"),
    ];
    let grid = Grid::new(settings.len(), svg.legend((MARGIN, 38.0), &items) + 12.0);
    for (idx, setting) in settings.iter().enumerate() {
        let (name, role, unit) = head(evidence, &setting.task);
        let colour = role.map_or(INK, role_colour);
        let panel = Panel {
            name: &name,
            colour: role.map_or(INK, name_colour),
            remark: &format!("trained to {}, {}: {}", setting.len_train_max, plural(setting.runs, "run"), setting.failure),
            x_max: setting.points.last().map_or(setting.len_train_max, |point| point.len_eval) as f64,
            x_label: &format!("length ({unit})"),
            x_step: 1.0,
            y_label: "share",
        };
        let plot = panel.draw(&mut svg, grid.place(idx), |svg, plot| {
            svg.rect((plot.left, plot.top), (plot.x.at(setting.len_train_max as f64) - plot.left, plot.bottom - plot.top), SHADE);
        });
        let line = |of: &dyn Fn(&MeasuredCalibration) -> f64| -> Vec<(f64, f64)> {
            let points = setting.points.iter().filter_map(|point| Some((point.len_eval, point.smooth_ece()?)));
            points.map(|(len, measured)| plot.at(len as f64, of(measured))).collect()
        };
        svg.polyline(&line(&|measured| measured.null_high), null_stroke());
        svg.polyline(&line(&|measured| measured.value), error_stroke());
        let points = || setting.points.iter();
        svg.polyline(
            &points().map(|point| plot.at(point.len_eval as f64, point.exact_match)).collect::<Vec<_>>(),
            Stroke::new(colour, 2.4),
        );
        svg.polyline(
            &points().map(|point| plot.at(point.len_eval as f64, point.confidence)).collect::<Vec<_>>(),
            confidence_stroke(colour),
        );
    }
    svg.finish(grid.bottom(), BY_LENGTH, description)
}

/// Name, role and unit of a task.
fn head<'a>(evidence: &'a Evidence, name: &str) -> (String, Option<Role>, &'a str) {
    let task = evidence.tasks.iter().find(|task| task.task == name);
    let control = if task.is_some_and(|task| task.role == Role::Control) { " · control" } else { "" };
    (format!("{name}{control}"), task.map(|task| task.role), task.map_or("", |task| task.unit.as_str()))
}

fn confidence_stroke(colour: &str) -> Stroke<'_> {
    Stroke::new(colour, 1.6).dashed("5 3")
}

fn error_stroke() -> Stroke<'static> {
    Stroke::new(ORANGE, 1.8)
}

fn null_stroke() -> Stroke<'static> {
    Stroke::new(FAINT, 1.0)
}

fn table_by_length(settings: &[Calibration]) -> String {
    let header = [
        "task",
        "len_train_max",
        "runs",
        "len_eval",
        "split",
        "exact_match",
        "confidence",
        "calibration_gap",
        "error_gap",
        "measure",
        "value",
        "null_mean",
        "null_high",
        "examples",
    ];
    let mut rows = Vec::new();
    for setting in settings {
        for point in &setting.points {
            for measured in &point.measures {
                rows.push(vec![
                    setting.task.clone(),
                    setting.len_train_max.to_string(),
                    setting.runs.to_string(),
                    point.len_eval.to_string(),
                    split_word(point.split),
                    point.exact_match.to_string(),
                    point.confidence.to_string(),
                    optional(point.gap.map(|gap| gap.calibration)),
                    optional(point.gap.map(|gap| gap.error)),
                    measured.measure.as_str().to_owned(),
                    measured.value.to_string(),
                    measured.null_mean.to_string(),
                    measured.null_high.to_string(),
                    measured.examples.to_string(),
                ]);
            }
        }
    }
    csv_table(&header, &rows)
}

pub(super) fn reliability(analysis: &Analysis) -> Figure {
    let caption = "One run that fitted for each task and training length, of 60 at most. On the diagonal, of answers given with a confidence of 0.8, 0.8 are right; below it the model is overconfident. Lines are \
                   smoothed at the scale of their own error (SmoothECE), as thick as there are examples, most at the dot, with 95 % bootstrap bands."
        .to_owned();
    let description = describe_reliability(&analysis.reliability);
    Figure {
        name: "reliability".to_owned(),
        title: RELIABILITY.to_owned(),
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
    svg.text((MARGIN, 28.0), RELIABILITY, Type::TITLE);
    if diagrams.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, RELIABILITY, description);
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
    svg.finish(grid.bottom(), RELIABILITY, description)
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
