//! Figure: exact match beyond the training lengths while runs are trained.

use super::palette::{FAINT, INK};
use super::panel::{Grid, MARGIN, Panel};
use super::svg::{LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, name_colour, nothing_drawn, optional, role_colour, setting_name};
use crate::analysis::{Analysis, Course, Erosion};
use crate::evidence::{Evidence, Role};
use crate::number::{list, plural, share};

const TITLE: &str = "Exact match beyond the training lengths, during training";
const NOTHING: &str = "no checkpoint was measured";

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let caption = "Each line is a run: the mean exact match at out-of-distribution lengths up to the horizon, by training step. The dotted line is the \
                   same run at in-distribution lengths. A ring marks the checkpoint that was best beyond the training lengths: an oracle's choice, which nobody who trains can make; \
                   a dot marks the end of training, on which verdicts rest. Dashed grey lines are runs that did not fit."
        .to_owned();
    let description = describe(&analysis.erosion);
    Figure {
        name: "exact_match_during_training".to_owned(),
        title: TITLE.to_owned(),
        caption,
        svg: draw(evidence, &analysis.erosion, &description),
        csv: table(&analysis.erosion),
        description,
    }
}

/// What the end of training is worth, and what the best checkpoint was.
fn describe(settings: &[Erosion]) -> String {
    let one = |setting: &Erosion| {
        let name = setting_name(&setting.task, setting.len_train_max);
        match setting.last.zip(setting.best) {
            Some((last, best)) => format!("{name} {} and {}", share(last), share(best)),
            None => format!("{name} no run that fitted"),
        }
    };
    let all: Vec<String> = settings.iter().map(one).collect();
    if all.is_empty() {
        return nothing_drawn(NOTHING);
    }
    format!(
        "Median of the mean exact match beyond the training lengths, at the end of training and at the best checkpoint: {}.",
        list(&all)
    )
}

fn draw(evidence: &Evidence, settings: &[Erosion], description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if settings.is_empty() {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    let line = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), Stroke::new(INK, 1.6));
    let dotted = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), inside_stroke(INK));
    let ring = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.mark((x + w / 2.0, y), 4.0, false, "#ffffff", Stroke::new(INK, 1.4));
    let dot = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.mark((x + w / 2.0, y), 2.8, false, INK, Stroke::new(INK, 0.0));
    let dashed = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.line((x, y), (x + w, y), unfit_stroke());
    let items: [LegendItem<'_>; 5] = [
        (&line, "beyond the training lengths"),
        (&dotted, "inside"),
        (&ring, "best checkpoint (oracle)"),
        (&dot, "end of training"),
        (&dashed, "run that did not fit"),
    ];
    let grid = Grid::new(settings.len(), svg.legend((MARGIN, 38.0), &items) + 12.0);
    for (idx, setting) in settings.iter().enumerate() {
        draw_panel(&mut svg, evidence, setting, grid.place(idx));
    }
    svg.finish(grid.bottom(), TITLE, description)
}

fn inside_stroke(colour: &str) -> Stroke<'_> {
    Stroke::new(colour, 1.0).dashed("1.5 2.5")
}

fn unfit_stroke() -> Stroke<'static> {
    Stroke::new(FAINT, 1.2).dashed("5 3")
}

fn draw_panel(svg: &mut Svg, evidence: &Evidence, setting: &Erosion, place: ((f64, f64), f64)) {
    let task = evidence.tasks.iter().find(|task| task.task == setting.task);
    let colour = task.map_or(INK, |task| role_colour(task.role));
    let control = if task.is_some_and(|task| task.role == Role::Control) { " · control" } else { "" };
    let steps = setting.courses.iter().filter_map(Course::last).map(|point| point.step).max().unwrap_or(1);
    let panel = Panel {
        name: &format!("{}{control}", setting.task),
        colour: task.map_or(INK, |task| name_colour(task.role)),
        remark: &format!("trained to {}, {}", setting.len_train_max, plural(setting.courses.len(), "run")),
        x_max: steps as f64,
        x_label: "training step",
        x_step: 1.0,
        y_label: "exact match (share)",
    };
    let plot = panel.draw(svg, place, |_, _| {});
    for course in &setting.courses {
        let beyond: Vec<(f64, f64)> = course.points.iter().map(|point| plot.at(point.step as f64, point.beyond)).collect();
        if !course.fitted {
            svg.polyline(&beyond, unfit_stroke());
            continue;
        }
        let inside = course.points.iter().filter_map(|point| Some(plot.at(point.step as f64, point.inside?)));
        svg.polyline(&inside.collect::<Vec<_>>(), inside_stroke(colour));
        svg.polyline(&beyond, Stroke::new(colour, 1.6).faded(0.8));
        if let Some(best) = course.best() {
            svg.mark(plot.at(best.step as f64, best.beyond), 4.0, false, "#ffffff", Stroke::new(colour, 1.4));
        }
        if let Some(last) = course.last() {
            svg.mark(plot.at(last.step as f64, last.beyond), 2.8, false, colour, Stroke::new(colour, 0.0));
        }
    }
}

fn table(settings: &[Erosion]) -> String {
    let header = ["task", "cell", "seed_init", "seed_data", "len_train_max", "fitted", "step", "inside", "beyond", "best", "last"];
    let mut rows = Vec::new();
    for setting in settings {
        for course in &setting.courses {
            for point in &course.points {
                rows.push(vec![
                    setting.task.clone(),
                    course.cell.clone(),
                    course.seed_init.to_string(),
                    course.seed_data.to_string(),
                    setting.len_train_max.to_string(),
                    course.fitted.to_string(),
                    point.step.to_string(),
                    optional(point.inside),
                    point.beyond.to_string(),
                    (course.best() == Some(*point)).to_string(),
                    (course.last() == Some(*point)).to_string(),
                ]);
            }
        }
    }
    csv_table(&header, &rows)
}
