//! Figure: exact match by evaluated length, one panel per task and training length.

use std::collections::BTreeMap;

use super::palette::{FAINT, GREEN, INK, ORANGE, PURPLE, QUIET, SHADE, VERMILLION};
use super::panel::{Grid, MARGIN, Panel, Plot};
use super::svg::{Anchor, LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, name_colour, nothing_drawn, optional, role_colour, setting_name, split_word};
use crate::analysis::setting::{RecordsByRun, Setting, settings};
use crate::analysis::{Analysis, CurvePoint, RunSummary};
use crate::evidence::{Evidence, Role};
use crate::number::list;
use crate::prediction::{PredictedCurve, Predictor};
use crate::record::Metric;
use crate::statistics::fit::Fit;
use crate::statistics::median;

const TITLE: &str = "Exact match by evaluated length";
const NOTHING: &str = "no run to show";

/// The runs of one task with one longest training length, and what was predicted of them.
struct Curves<'a> {
    setting: Setting<'a>,
    predicted: &'a [PredictedCurve],
    /// Median exact match of the runs that fitted, where the model is told the length of answers; empty where that changes nothing.
    with_length: Vec<(usize, f64)>,
}

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let panels = panels(evidence, analysis);
    let tau = evidence.sweep.reach_tau;
    let caption = format!(
        "Each panel is a task. The thick line is the median over the seeds that fitted, each thin line is one seed with its exact \
         95 % binomial interval as a light band. Lengths in the grey range were seen in training; the dotted line is tau = {tau}, \
         the exact match that reach asks for. A task generalizes as far as its line stays above tau to the right of the grey range. \
         Dashed grey lines are runs that did not fit (in-distribution exact match below {gate}): they show a failure to learn, not \
         a failure to generalize. Long dashes in colour were predicted before training. Short dashes are the median where \
         an oracle tells the model how long answers are, drawn where that changes anything. Orange panels are negative controls.",
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

fn panels<'a>(evidence: &'a Evidence, analysis: &'a Analysis) -> Vec<Curves<'a>> {
    let records = RecordsByRun::new(evidence);
    let of_setting = |setting: Setting<'a>| {
        let mut of_task = evidence.predictions.iter().filter(|predictions| predictions.task == setting.task.task);
        let predicted = of_task.find(|predictions| predictions.len_train_max == setting.len_train_max);
        let told = setting.fitted().flat_map(|run| records.of(run, &run.outcome.distribution, Metric::ExactMatchWithLength));
        let with_length = medians(told.map(|record| (record.len_eval, record.value)));
        let changes = with_length != median_curve(setting.fitted());
        Curves {
            predicted: predicted.map_or(&[], |predictions| &predictions.curves),
            with_length: if changes { with_length } else { Vec::new() },
            setting,
        }
    };
    settings(evidence, &analysis.runs).into_iter().map(of_setting).collect()
}

/// Where each panel's thick line leaves tau, panels that do alike together.
fn describe(panels: &[Curves<'_>], tau: f64) -> String {
    let (mut right, mut falls, mut unfit) = (Vec::new(), Vec::new(), Vec::new());
    for Curves { setting, .. } in panels {
        let name = setting_name(&setting.task.task, setting.len_train_max);
        let middle = median_curve(setting.fitted());
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
    if sentences.is_empty() { nothing_drawn(NOTHING) } else { sentences.join(" ") }
}

fn draw(panels: &[Curves<'_>], tau: f64, description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if panels.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    let grid = Grid::new(panels.len(), legend(&mut svg, panels, tau) + 12.0);
    for (idx, panel) in panels.iter().enumerate() {
        draw_panel(&mut svg, panel, grid.place(idx), tau);
    }
    svg.finish(grid.bottom(), TITLE, description)
}

fn legend(svg: &mut Svg, panels: &[Curves<'_>], tau: f64) -> f64 {
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
    if panels.iter().any(|panel| panel.setting.runs.iter().any(|run| run.fit == Fit::NotFitted)) {
        items.push((&dashed, "run that did not fit"));
    }
    let told = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), told_stroke(INK));
    if panels.iter().any(|panel| !panel.with_length.is_empty()) {
        items.push((&told, "median when told the length (oracle)"));
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
    if panels.iter().any(|panel| panel.setting.task.role == Role::Control) {
        items.push((&control, "negative control"));
    }
    svg.legend((MARGIN, 38.0), &items)
}

fn tau_stroke() -> Stroke<'static> {
    Stroke::new(INK, 1.1).dashed("1.5 3")
}

fn told_stroke(colour: &str) -> Stroke<'_> {
    Stroke::new(colour, 1.4).dashed("3 2").faded(0.8)
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

fn draw_panel(svg: &mut Svg, curves: &Curves<'_>, place: ((f64, f64), f64), tau: f64) {
    let setting = &curves.setting;
    let colour = role_colour(setting.task.role);
    let longest = setting.runs.iter().flat_map(|run| &run.curve).map(|point| point.len_eval).max().unwrap_or(0);
    let control = if setting.task.role == Role::Control { " · control" } else { "" };
    let panel = Panel {
        name: &format!("{}{control}", setting.task.task),
        colour: name_colour(setting.task.role),
        remark: &remark(setting),
        x_max: longest.max(setting.len_train_max).max(1) as f64,
        x_label: &format!("length ({})", setting.task.unit),
        x_step: 1.0,
        y_label: "exact match (share)",
    };
    let shade = |svg: &mut Svg, plot: &Plot| {
        svg.rect((plot.left, plot.top), (plot.x.at(setting.len_train_max as f64) - plot.left, plot.bottom - plot.top), SHADE);
    };
    let plot = panel.draw(svg, place, shade);
    svg.line((plot.left, plot.y.at(tau)), (plot.right, plot.y.at(tau)), tau_stroke());
    for curve in curves.predicted {
        let points = curve.points.iter().map(|point| plot.at(point.len_eval as f64, point.exact_match));
        svg.polyline(&points.collect::<Vec<_>>(), predicted_stroke(curve.predictor));
    }
    let told = curves.with_length.iter().map(|&(len, value)| plot.at(len as f64, value));
    svg.polyline(&told.collect::<Vec<_>>(), told_stroke(colour));
    draw_runs(svg, setting, &plot, colour);
    if setting.runs.iter().all(|run| run.curve.is_empty()) {
        svg.text_over(plot.middle(), "no records", Type::PLAIN.at(Anchor::Middle).in_colour(QUIET));
    } else if setting.fitted().next().is_none() {
        svg.text_over(plot.middle(), "did not fit", Type::HEAD.at(Anchor::Middle).in_colour(QUIET));
    }
}

/// What a panel holds.
fn remark(setting: &Setting<'_>) -> String {
    let fitted = setting.fitted().count();
    let lost = setting.runs.iter().filter(|run| !run.finished()).count();
    let lost = if lost > 0 { format!(", {lost} unfinished") } else { String::new() };
    format!("trained to {}, {fitted} of {} fitted{lost}", setting.len_train_max, setting.runs.len())
}

fn draw_runs(svg: &mut Svg, setting: &Setting<'_>, plot: &Plot, colour: &str) {
    let place = |point: &CurvePoint| plot.at(point.len_eval as f64, point.exact_match);
    for run in setting.runs.iter().filter(|run| !run.fitted() && !run.curve.is_empty()) {
        svg.polyline(&run.curve.iter().map(place).collect::<Vec<_>>(), unfit_stroke());
    }
    let opacity = (0.5 / setting.fitted().count().max(1) as f64).clamp(0.04, 0.22);
    for run in setting.fitted() {
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (point, interval) in run.curve.iter().filter_map(|point| Some((point, point.interval?))) {
            upper.push(plot.at(point.len_eval as f64, interval.high));
            lower.push(plot.at(point.len_eval as f64, interval.low));
        }
        upper.extend(lower.into_iter().rev());
        svg.polygon(&upper, colour, opacity);
    }
    for run in setting.fitted() {
        svg.polyline(&run.curve.iter().map(place).collect::<Vec<_>>(), Stroke::new(colour, 1.0).faded(0.5));
    }
    let middle: Vec<(f64, f64)> = median_curve(setting.fitted()).into_iter().map(|(len, value)| plot.at(len as f64, value)).collect();
    svg.polyline(&middle, Stroke::new(colour, 2.4));
    for point in middle {
        svg.mark(point, 2.4, false, colour, Stroke::new("#ffffff", 0.6));
    }
}

/// Median exact match by evaluated length.
fn median_curve<'a>(runs: impl Iterator<Item = &'a RunSummary>) -> Vec<(usize, f64)> {
    medians(runs.flat_map(|run| &run.curve).map(|point| (point.len_eval, point.exact_match)))
}

fn medians(points: impl Iterator<Item = (usize, f64)>) -> Vec<(usize, f64)> {
    let mut by_len: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (len, value) in points {
        by_len.entry(len).or_default().push(value);
    }
    by_len.into_iter().filter_map(|(len, values)| Some((len, median(&values)?))).collect()
}

fn table(panels: &[Curves<'_>]) -> String {
    let header =
        ["task", "cell", "seed_init", "seed_data", "len_train_max", "len_eval", "split", "exact_match", "low", "high", "examples", "run"];
    let mut rows = Vec::new();
    for panel in panels {
        for curve in panel.predicted {
            for point in &curve.points {
                rows.push(vec![
                    panel.setting.task.task.clone(),
                    String::new(),
                    String::new(),
                    String::new(),
                    panel.setting.len_train_max.to_string(),
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
    for run in panels.iter().flat_map(|panel| &panel.setting.runs) {
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
