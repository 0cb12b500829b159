//! Figure: confidence, exact match and calibration error by evaluated length.

use super::palette::{FAINT, INK, ORANGE, SHADE};
use super::panel::{Grid, MARGIN, Panel};
use super::svg::{LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, name_colour, nothing_drawn, optional, role_colour, setting_name, split_word};
use crate::analysis::{Analysis, Calibration, MeasuredCalibration};
use crate::evidence::{Evidence, Role};
use crate::number::{list, plural};

const TITLE: &str = "Confidence and exact match by evaluated length";
const NOTHING: &str = "no run that fitted was measured";

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let caption = "Medians over the runs that fitted. Where the dashed line of confidence falls with the thick line of exact match, failure is announced; where it stays up, failure is silent. \
                   The orange line is SmoothECE, the calibration error of the confidence in answers; noise alone exceeds the grey line one time in twenty."
        .to_owned();
    let description = describe_by_length(&analysis.calibration);
    Figure {
        name: "calibration_by_length".to_owned(),
        title: TITLE.to_owned(),
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
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if settings.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
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
    svg.finish(grid.bottom(), TITLE, description)
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
