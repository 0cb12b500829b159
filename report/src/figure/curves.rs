//! Figure: exact match by evaluated length, one panel per task and training length.

use std::collections::BTreeMap;

use super::axis::Scale;
use super::label::shorten;
use super::palette::{FAINT, GREEN, GRID, INK, ORANGE, PURPLE, QUIET, SHADE, VERMILLION};
use super::svg::{Anchor, LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, name_colour, optional, role_colour};
use crate::analysis::{Analysis, CurvePoint, RunSummary};
use crate::evidence::{Evidence, Role, TaskInfo};
use crate::number::list;
use crate::prediction::{PredictedCurve, Predictor};
use crate::record::Split;
use crate::statistics::fit::Fit;
use crate::statistics::median;

const TITLE: &str = "Exact match by evaluated length";
const NOTHING: &str = "no run to show";
const MARGIN: f64 = 16.0;
const PLOT_HEIGHT: f64 = 112.0;
const PANEL_HEIGHT: f64 = PLOT_HEIGHT + 82.0;
const AXIS_ROOM: f64 = 38.0;

/// The runs of one task with one longest training length.
struct Panel<'a> {
    task: &'a TaskInfo,
    len_train_max: usize,
    runs: Vec<&'a RunSummary>,
    predicted: &'a [PredictedCurve],
}

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let panels = panels(evidence, analysis);
    let tau = evidence.sweep.reach_tau;
    let caption = format!(
        "Each panel is a task. The thick line is the median over the seeds that fitted, each thin line is one seed with its exact \
         95 % binomial interval as a light band. Lengths in the grey range were seen in training; the dotted line is tau = {tau}, \
         the exact match that reach asks for. A task generalizes as far as its line stays above tau to the right of the grey range. \
         Dashed grey lines are runs that did not fit (in-distribution exact match below {gate}): they show a failure to learn, not \
         a failure to generalize. Long dashes in colour were predicted before training. Orange panels are negative controls.",
        gate = evidence.sweep.fit_gate
    );
    let description = describe(&panels, tau);
    Figure {
        name: "exact_match_by_length".to_owned(),
        title: TITLE.to_owned(),
        caption,
        svg: draw(&panels, tau, &description),
        csv: table(&panels),
        description,
    }
}

fn panels<'a>(evidence: &'a Evidence, analysis: &'a Analysis) -> Vec<Panel<'a>> {
    let mut panels = Vec::new();
    for task in &evidence.tasks {
        let mut by_len: BTreeMap<usize, Vec<&RunSummary>> = BTreeMap::new();
        for run in analysis.runs.iter().filter(|run| run.outcome.task == task.task) {
            by_len.entry(run.outcome.len_train_max).or_default().push(run);
        }
        let predicted = |len_train_max: usize| {
            let mut of_task = evidence.predictions.iter().filter(|predictions| predictions.task == task.task);
            of_task.find(|predictions| predictions.len_train_max == len_train_max).map_or(&[][..], |predictions| &predictions.curves)
        };
        panels.extend(by_len.into_iter().map(|(len_train_max, runs)| Panel {
            task,
            len_train_max,
            runs,
            predicted: predicted(len_train_max),
        }));
    }
    panels
}

/// Where each panel's thick line leaves tau, panels that do alike together.
fn describe(panels: &[Panel<'_>], tau: f64) -> String {
    let (mut right, mut falls, mut unfit) = (Vec::new(), Vec::new(), Vec::new());
    for panel in panels {
        let name = format!("{} (trained to {})", panel.task.task, panel.len_train_max);
        let fitted: Vec<&RunSummary> = panel.runs.iter().copied().filter(|run| run.fitted()).collect();
        let middle = median_curve(&fitted);
        match (middle.iter().find(|(_, value)| *value < tau), middle.last()) {
            (Some((len, _)), _) => falls.push(format!("{name} at length {len}")),
            (None, Some((len, _))) => right.push(format!("{name} to length {len}")),
            (None, None) => unfit.push(name),
        }
    }
    let groups = [
        (format!("Median exact match stays at {tau} or above at every evaluated length"), right),
        (format!("Median exact match first falls below {tau}"), falls),
        ("No run fitted".to_owned(), unfit),
    ];
    let sentences: Vec<String> =
        groups.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}: {}.", list(names))).collect();
    if sentences.is_empty() { format!("Nothing is drawn: {NOTHING}.") } else { sentences.join(" ") }
}

fn draw(panels: &[Panel<'_>], tau: f64, description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if panels.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    let top = legend(&mut svg, panels, tau) + 12.0;
    let columns = match panels.len() {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let pitch = (WIDTH - 2.0 * MARGIN) / columns as f64;
    for (idx, panel) in panels.iter().enumerate() {
        let corner = (MARGIN + (idx % columns) as f64 * pitch, top + (idx / columns) as f64 * PANEL_HEIGHT);
        draw_panel(&mut svg, panel, corner, pitch - 10.0, tau);
    }
    svg.finish(top + panels.len().div_ceil(columns) as f64 * PANEL_HEIGHT, TITLE, description)
}

fn legend(svg: &mut Svg, panels: &[Panel<'_>], tau: f64) -> f64 {
    let tau_words = format!("tau = {tau}");
    let thin = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), Stroke::new(INK, 1.0).faded(0.6));
    let thick = |svg: &mut Svg, (x, y): (f64, f64), w: f64| {
        svg.line((x, y), (x + w, y), Stroke::new(INK, 2.4));
        svg.mark((x + w / 2.0, y), 2.6, false, INK, Stroke::new(INK, 0.0));
    };
    let band = |svg: &mut Svg, (x, y): (f64, f64), w: f64| {
        svg.polygon(&[(x, y - 5.0), (x + w, y - 5.0), (x + w, y + 5.0), (x, y + 5.0)], INK, 0.16);
    };
    let shade = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.rect((x, y - 5.0), (w, 10.0), SHADE);
    let dotted = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), tau_stroke());
    let dashed = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), unfit_stroke());
    let control = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), Stroke::new(VERMILLION, 2.4));
    let mut items: Vec<LegendItem<'_>> = vec![
        (&thick, "median of seeds that fitted"),
        (&thin, "one seed"),
        (&band, "its 95 % interval"),
        (&shade, "training lengths"),
        (&dotted, &tau_words),
    ];
    if panels.iter().any(|panel| panel.runs.iter().any(|run| run.fit == Fit::NotFitted)) {
        items.push((&dashed, "run that did not fit"));
    }
    let predicted = |svg: &mut Svg, (x, y): (f64, f64), w: f64, predictor| svg.line((x, y), (x + w, y), predicted_stroke(predictor));
    let of_program = |svg: &mut Svg, at: (f64, f64), w: f64| predicted(svg, at, w, Predictor::ShortestProgram);
    let of_mixture = |svg: &mut Svg, at: (f64, f64), w: f64| predicted(svg, at, w, Predictor::ShortestMixture);
    let of_polynomial = |svg: &mut Svg, at: (f64, f64), w: f64| predicted(svg, at, w, Predictor::MinimumDegree);
    let predictors: [(Predictor, LegendItem<'_>); 3] = [
        (Predictor::ShortestProgram, (&of_program, "predicted: shortest program")),
        (Predictor::ShortestMixture, (&of_mixture, "predicted: mixture of shortest")),
        (Predictor::MinimumDegree, (&of_polynomial, "predicted: minimum degree")),
    ];
    for (predictor, item) in predictors {
        if panels.iter().any(|panel| panel.predicted.iter().any(|curve| curve.predictor == predictor)) {
            items.push(item);
        }
    }
    if panels.iter().any(|panel| panel.task.role == Role::Control) {
        items.push((&control, "negative control"));
    }
    svg.legend((MARGIN, 38.0), &items)
}

fn tau_stroke() -> Stroke<'static> {
    Stroke::new(INK, 1.1).dashed("1.5 3")
}

fn unfit_stroke() -> Stroke<'static> {
    Stroke::new(FAINT, 1.2).dashed("5 3")
}

fn predicted_stroke(predictor: Predictor) -> Stroke<'static> {
    match predictor {
        Predictor::ShortestProgram => Stroke::new(GREEN, 1.8).dashed("9 3"),
        Predictor::ShortestMixture => Stroke::new(PURPLE, 1.6).dashed("5 4"),
        Predictor::MinimumDegree => Stroke::new(ORANGE, 1.6).dashed("9 3 2 3"),
    }
}

fn draw_panel(svg: &mut Svg, panel: &Panel<'_>, corner: (f64, f64), width: f64, tau: f64) {
    let (left, right) = (corner.0 + AXIS_ROOM, corner.0 + width);
    let (top, bottom) = (corner.1 + 38.0, corner.1 + 38.0 + PLOT_HEIGHT);
    let colour = role_colour(panel.task.role);
    head(svg, panel, (left, corner.1), right - left);

    let longest = panel.runs.iter().flat_map(|run| &run.curve).map(|point| point.len_eval).max().unwrap_or(0);
    let x = Scale::new((0.0, longest.max(panel.len_train_max).max(1) as f64 * 1.03), (left, right));
    let y = Scale::new((0.0, 1.04), (bottom, top));
    svg.rect((left, top), (x.at(panel.len_train_max as f64) - left, bottom - top), SHADE);
    for share in [0.0, 0.5, 1.0] {
        svg.line((left, y.at(share)), (right, y.at(share)), Stroke::new(GRID, 1.0));
        svg.text((left - 5.0, y.at(share) + 3.5), &share.to_string(), Type::SMALL.at(Anchor::End));
    }
    for len in x.ticks(5, 1.0) {
        svg.line((x.at(len), bottom), (x.at(len), bottom + 3.5), Stroke::new(FAINT, 1.0));
        svg.text((x.at(len), bottom + 14.5), &len.to_string(), Type::SMALL.at(Anchor::Middle));
    }
    svg.line((left, bottom), (right, bottom), Stroke::new(FAINT, 1.0));
    let unit = shorten(&format!("length ({})", panel.task.unit), 10.0, false, right - left + 16.0);
    svg.text((f64::midpoint(left, right), bottom + 29.0), &unit, Type::SMALL.at(Anchor::Middle));
    svg.text_upwards((corner.0 + 10.0, f64::midpoint(top, bottom)), "exact match (share)", Type::SMALL);
    svg.line((left, y.at(tau)), (right, y.at(tau)), tau_stroke());

    for curve in panel.predicted {
        let points = curve.points.iter().map(|point| (x.at(point.len_eval as f64), y.at(point.exact_match)));
        svg.polyline(&points.collect::<Vec<_>>(), predicted_stroke(curve.predictor));
    }
    draw_runs(svg, panel, x, y, colour);
    let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    if panel.runs.iter().all(|run| run.curve.is_empty()) {
        svg.text_over(middle, "no records", Type::PLAIN.at(Anchor::Middle).in_colour(QUIET));
    } else if !panel.runs.iter().any(|run| run.fitted()) {
        svg.text_over(middle, "did not fit", Type::HEAD.at(Anchor::Middle).in_colour(QUIET));
    }
}

/// Name, and below it what the panel holds.
fn head(svg: &mut Svg, panel: &Panel<'_>, at: (f64, f64), width: f64) {
    let control = if panel.task.role == Role::Control { " · control" } else { "" };
    let name = shorten(&format!("{}{control}", panel.task.task), Type::HEAD.size, true, width);
    svg.text((at.0, at.1 + 14.0), &name, Type::HEAD.in_colour(name_colour(panel.task.role)));
    let fitted = panel.runs.iter().filter(|run| run.fitted()).count();
    let attempted = panel.runs.len();
    let lost = panel.runs.iter().filter(|run| !run.finished()).count();
    let mut remark = format!("trained to {}, {fitted} of {attempted} fitted", panel.len_train_max);
    if lost > 0 {
        remark = format!("{remark}, {lost} unfinished");
    }
    svg.text((at.0, at.1 + 29.0), &shorten(&remark, 10.0, false, width), Type::SMALL);
}

fn draw_runs(svg: &mut Svg, panel: &Panel<'_>, x: Scale, y: Scale, colour: &str) {
    let place = |point: &CurvePoint| (x.at(point.len_eval as f64), y.at(point.exact_match));
    let fitted: Vec<&RunSummary> = panel.runs.iter().copied().filter(|run| run.fitted()).collect();
    for run in panel.runs.iter().filter(|run| !run.fitted() && !run.curve.is_empty()) {
        svg.polyline(&run.curve.iter().map(place).collect::<Vec<_>>(), unfit_stroke());
    }
    let opacity = (0.5 / fitted.len().max(1) as f64).clamp(0.04, 0.22);
    for run in &fitted {
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (point, interval) in run.curve.iter().filter_map(|point| Some((point, point.interval?))) {
            upper.push((x.at(point.len_eval as f64), y.at(interval.high)));
            lower.push((x.at(point.len_eval as f64), y.at(interval.low)));
        }
        upper.extend(lower.into_iter().rev());
        svg.polygon(&upper, colour, opacity);
    }
    for run in &fitted {
        svg.polyline(&run.curve.iter().map(place).collect::<Vec<_>>(), Stroke::new(colour, 1.0).faded(0.5));
    }
    let middle: Vec<(f64, f64)> = median_curve(&fitted).into_iter().map(|(len, value)| (x.at(len as f64), y.at(value))).collect();
    svg.polyline(&middle, Stroke::new(colour, 2.4));
    for point in middle {
        svg.mark(point, 2.4, false, colour, Stroke::new("#ffffff", 0.6));
    }
}

/// Median exact match by evaluated length.
fn median_curve(runs: &[&RunSummary]) -> Vec<(usize, f64)> {
    let mut by_len: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for point in runs.iter().flat_map(|run| &run.curve) {
        by_len.entry(point.len_eval).or_default().push(point.exact_match);
    }
    by_len.into_iter().filter_map(|(len, values)| Some((len, median(&values)?))).collect()
}

fn split_word(split: Split) -> String {
    if split == Split::In { "in" } else { "out" }.to_owned()
}

fn table(panels: &[Panel<'_>]) -> String {
    let header =
        ["task", "cell", "seed_init", "seed_data", "len_train_max", "len_eval", "split", "exact_match", "low", "high", "examples", "run"];
    let mut rows = Vec::new();
    for panel in panels {
        for curve in panel.predicted {
            for point in &curve.points {
                rows.push(vec![
                    panel.task.task.clone(),
                    String::new(),
                    String::new(),
                    String::new(),
                    panel.len_train_max.to_string(),
                    point.len_eval.to_string(),
                    split_word(point.split),
                    point.exact_match.to_string(),
                    optional(point.interval.map(|interval| interval.low)),
                    optional(point.interval.map(|interval| interval.high)),
                    point.examples.to_string(),
                    format!("predicted: {}", curve.predictor.as_str()),
                ]);
            }
        }
    }
    for run in panels.iter().flat_map(|panel| &panel.runs) {
        for point in &run.curve {
            rows.push(vec![
                run.outcome.task.clone(),
                run.outcome.cell.clone(),
                run.outcome.seed_init.to_string(),
                run.outcome.seed_data.to_string(),
                run.outcome.len_train_max.to_string(),
                point.len_eval.to_string(),
                split_word(point.split),
                point.exact_match.to_string(),
                optional(point.interval.map(|interval| interval.low)),
                optional(point.interval.map(|interval| interval.high)),
                point.share.examples.to_string(),
                run.fate(),
            ]);
        }
    }
    csv_table(&header, &rows)
}
