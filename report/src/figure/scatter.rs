//! Figure: reach ratio against program length, one point per run and one median per task.

use super::axis::Scale;
use super::label::{Area, label_area, place_labels, shorten, text_width};
use super::palette::{BLUE, FAINT, GRID, INK, QUIET, SHADE, VERMILLION};
use super::svg::{Anchor, LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, nothing_drawn, optional, role_colour};
use crate::analysis::conclusion::numbers;
use crate::analysis::verdict::{FAR_RATIO, NEAR_RATIO};
use crate::analysis::{Analysis, Verdict};
use crate::evidence::{Evidence, Role};
use crate::number::{bound, list, short, words};

const TITLE: &str = "Reach by program length";
const NOTHING: &str = "no run fitted, so no reach to show";
const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 20.0;
const PLOT_HEIGHT: f64 = 300.0;
/// From this many tasks on the plot is half as high again.
const MANY_TASKS: usize = 13;
/// Width of the column of tasks without a known program.
const COLUMN: f64 = 150.0;
const LABEL: f64 = 11.0;
/// Longest label, in CSS pixels.
const LABEL_WIDTH: f64 = 190.0;
/// From this distance a line ties a label to its median.
const LEADER_FROM: f64 = 14.0;
/// How far to the right of its median a run stands.
const RUNS_ASIDE: f64 = 13.0;

/// A task with its place on the drawing.
struct Spot<'a> {
    verdict: &'a Verdict,
    centre: (f64, f64),
    /// One place per run, in the order of the verdict's reaches.
    runs: Vec<(f64, f64)>,
}

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let measure = &evidence.sweep.primary.measure;
    let caption = format!(
        "Each large mark is a task: its median reach over the seeds that fitted, divided by the longest training length. Small open \
         marks beside it are its single runs. A triangle pointing up means that the run was still right at the longest length evaluated, so that the true \
         value is at least this. Above the line at {FAR_RATIO}× a task generalizes; at or below {NEAR_RATIO}× it does not. The conjecture \
         predicts that marks fall from the upper left to the lower right. Tasks without a known program stand in the column \
         at the right; correlations over all tasks rank them after every program. Tasks without a run that fitted are absent."
    );
    let description = describe(analysis, measure);
    Figure {
        name: "reach_by_program_length".to_owned(),
        title: TITLE.to_owned(),
        caption,
        svg: draw(analysis, measure, &description),
        csv: table(&analysis.verdicts, measure),
        description,
    }
}

/// The tasks that have a mark.
fn shown(analysis: &Analysis) -> Vec<&Verdict> {
    let has_mark = |verdict: &&Verdict| verdict.reach.is_some() && (verdict.program_length.is_some() || !verdict.has_program);
    analysis.verdicts.iter().filter(has_mark).collect()
}

/// Every mark, from the shortest program to the longest, then the tasks without one.
fn describe(analysis: &Analysis, measure: &str) -> String {
    let mut shown = shown(analysis);
    if shown.is_empty() {
        return nothing_drawn(NOTHING);
    }
    shown.sort_by(|a, b| length_or_last(a).total_cmp(&length_or_last(b)));
    let mark = |verdict: &Verdict| {
        let ratio = verdict.reach.map(|reach| bound(&format!("{}×", short(reach.ratio)), reach.censored)).unwrap_or_default();
        match verdict.program_length {
            Some(length) => format!("{} with {} reaches {ratio}", verdict.task, short(length)),
            None => format!("{} without a known program reaches {ratio}", verdict.task),
        }
    };
    let marks: Vec<String> = shown.into_iter().map(mark).collect();
    format!("Tasks by {}, with median reach over training length: {}.", words(measure), list(&marks))
}

fn length_or_last(verdict: &Verdict) -> f64 {
    verdict.program_length.unwrap_or(f64::INFINITY)
}

fn draw(analysis: &Analysis, measure: &str, description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((LEFT - 46.0, 28.0), TITLE, Type::TITLE);
    let shown = shown(analysis);
    if shown.is_empty() {
        svg.text((LEFT - 46.0, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    if let Some(primary) = analysis.primary() {
        svg.text(
            (LEFT - 46.0, 45.0),
            &format!("{}, {}: {}", primary.scope, primary.outcome, numbers(primary)),
            Type::PLAIN.in_colour(QUIET),
        );
    }
    let top = legend(&mut svg, &shown) + 14.0;
    let bottom = top + if shown.len() < MANY_TASKS { PLOT_HEIGHT } else { 1.5 * PLOT_HEIGHT };
    let column = shown.iter().any(|verdict| verdict.program_length.is_none());
    let x_right = if column { RIGHT - COLUMN - 14.0 } else { RIGHT };
    let x = x_scale(&shown, x_right);
    let highest = shown.iter().flat_map(|verdict| &verdict.reaches).map(|reach| reach.ratio).fold(FAR_RATIO, f64::max);
    let y = Scale::new((0.0, highest * 1.12), (bottom, top));

    axes(&mut svg, x, y, (x_right, bottom, top), measure, column);
    let spots: Vec<Spot<'_>> = shown.iter().map(|verdict| spot(verdict, x, y)).collect();
    let spots = apart(spots);
    marks(&mut svg, &spots);
    let words = limits()
        .map(|(ratio, words)| label_area((LEFT + 5.0, y.at(ratio) - 4.0), text_width(words, Type::SMALL.size, false), Type::SMALL.size));
    let lines = limits().map(|(ratio, _)| Area { left: LEFT, top: y.at(ratio) - 1.5, right: RIGHT, bottom: y.at(ratio) + 1.5 });
    labels(&mut svg, &spots, Area { left: LEFT + 2.0, top, right: RIGHT, bottom: bottom - 2.0 }, &[words, lines].concat());
    svg.finish(bottom + 52.0, TITLE, description)
}

fn legend(svg: &mut Svg, shown: &[&Verdict]) -> f64 {
    let white = Stroke::new("#ffffff", 1.4);
    let mark = |svg: &mut Svg, (x, y): (f64, f64), w: f64, colour: &str| svg.mark((x + w / 2.0, y), 6.0, false, colour, white);
    let task = |svg: &mut Svg, at: (f64, f64), w: f64| mark(svg, at, w, BLUE);
    let control = |svg: &mut Svg, at: (f64, f64), w: f64| mark(svg, at, w, VERMILLION);
    let run = |svg: &mut Svg, (x, y): (f64, f64), w: f64| run_mark(svg, (x + w / 2.0, y), false, QUIET);
    let bound = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.mark((x + w / 2.0, y + 1.0), 5.0, true, QUIET, white);
    let mut items: Vec<LegendItem<'_>> = vec![(&task, "median of a task"), (&run, "one run")];
    if shown.iter().any(|verdict| verdict.role == Role::Control) {
        items.push((&control, "negative control"));
    }
    if shown.iter().any(|verdict| verdict.reaches.iter().any(|reach| reach.censored)) {
        items.push((&bound, "lower bound: right at every evaluated length"));
    }
    svg.legend((LEFT - 46.0, 54.0), &items)
}

/// From somewhat below the shortest program to somewhat above the longest, whole numbers.
fn x_scale(shown: &[&Verdict], right: f64) -> Scale {
    let lengths: Vec<f64> = shown.iter().filter_map(|verdict| verdict.program_length).collect();
    let (low, high) = lengths.iter().fold((f64::INFINITY, 0.0f64), |(low, high), l| (low.min(*l), high.max(*l)));
    let low = if low.is_finite() { low } else { 0.0 };
    let room = ((high - low) * 0.1).max(1.0);
    Scale::new(((low - room).max(0.0), high + room), (LEFT, right))
}

fn axes(svg: &mut Svg, x: Scale, y: Scale, edges: (f64, f64, f64), measure: &str, column: bool) {
    let (x_right, bottom, top) = edges;
    if column {
        svg.rect((RIGHT - COLUMN, top), (COLUMN, bottom - top), SHADE);
        let middle = RIGHT - COLUMN / 2.0;
        svg.text((middle, bottom + 16.0), "none known", Type::SMALL.at(Anchor::Middle));
        svg.line((RIGHT - COLUMN, bottom), (RIGHT, bottom), Stroke::new(FAINT, 1.0));
    }
    for ratio in y.ticks(6, 0.5) {
        svg.line((LEFT, y.at(ratio)), (RIGHT, y.at(ratio)), Stroke::new(GRID, 1.0));
        svg.text((LEFT - 6.0, y.at(ratio) + 3.5), &format!("{}×", short(ratio)), Type::SMALL.at(Anchor::End));
    }
    for (ratio, words) in limits() {
        svg.line((LEFT, y.at(ratio)), (RIGHT, y.at(ratio)), Stroke::new(INK, 1.1).dashed("1.5 3"));
        svg.text_over((LEFT + 5.0, y.at(ratio) - 4.0), words, Type::SMALL);
    }
    svg.line((LEFT, bottom), (x_right, bottom), Stroke::new(FAINT, 1.0));
    for length in x.ticks(8, 1.0) {
        svg.line((x.at(length), bottom), (x.at(length), bottom + 4.0), Stroke::new(FAINT, 1.0));
        svg.text((x.at(length), bottom + 16.0), &short(length), Type::SMALL.at(Anchor::Middle));
    }
    let middle = f64::midpoint(LEFT, x_right);
    svg.text((middle, bottom + 36.0), &format!("program length ({})", words(measure)), Type::PLAIN.at(Anchor::Middle));
    let y_label = "reach ratio (reach ÷ longest training length)";
    svg.text_upwards((LEFT - 42.0, f64::midpoint(top, bottom)), y_label, Type::PLAIN);
}

/// The reach ratios that part the verdicts, with their meaning.
fn limits() -> [(f64, &'static str); 2] {
    [(NEAR_RATIO, "longest training length"), (FAR_RATIO, "generalizes from here up")]
}

fn spot(verdict: &Verdict, x: Scale, y: Scale) -> Spot<'_> {
    let across = verdict.program_length.map_or(RIGHT - COLUMN / 2.0, |length| x.at(length));
    let ratio = verdict.reach.map_or(0.0, |reach| reach.ratio);
    let runs = verdict.reaches.iter().map(|reach| (across, y.at(reach.ratio))).collect();
    Spot { verdict, centre: (across, y.at(ratio)), runs }
}

/// Moves medians that hide each other a little to the side, and sets runs beside their median, next to each other where they
/// agree. Tasks without a program share the width of their column, which has no scale.
fn apart(mut spots: Vec<Spot<'_>>) -> Vec<Spot<'_>> {
    let mut centres: Vec<(f64, f64)> = Vec::new();
    let unknown = spots.iter().filter(|spot| spot.verdict.program_length.is_none()).count();
    let mut next_unknown = 0;
    for spot in &mut spots {
        if spot.verdict.program_length.is_none() {
            next_unknown += 1;
            spot.centre.0 = RIGHT - COLUMN + (COLUMN - 20.0) * (f64::from(next_unknown) - 0.5) / unknown as f64;
        } else {
            let free = |x: f64| centres.iter().all(|(px, py)| (px - x).abs() > 8.0 || (py - spot.centre.1).abs() > 8.0);
            let mut shifts = [0.0, 9.0, -9.0, 18.0, -18.0].into_iter();
            spot.centre.0 += shifts.find(|shift| free(spot.centre.0 + shift)).unwrap_or(0.0);
        }
        centres.push(spot.centre);
        let mut placed: Vec<(f64, f64)> = Vec::new();
        for run in &mut spot.runs {
            let free = |x: f64| placed.iter().all(|(px, py)| (px - x).abs() > 5.0 || (py - run.1).abs() > 5.0);
            let mut columns = (0..8).map(|step| spot.centre.0 + RUNS_ASIDE + f64::from(step) * 6.5);
            run.0 = columns.find(|x| free(*x)).unwrap_or(spot.centre.0 + RUNS_ASIDE);
            placed.push(*run);
        }
    }
    spots
}

fn run_mark(svg: &mut Svg, centre: (f64, f64), censored: bool, colour: &str) {
    svg.mark(centre, 2.6, censored, "#ffffff", Stroke::new(colour, 1.2));
}

fn marks(svg: &mut Svg, spots: &[Spot<'_>]) {
    for spot in spots {
        let colour = role_colour(spot.verdict.role);
        let ys = || spot.runs.iter().map(|run| run.1);
        let (highest, lowest) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
        let x = spot.centre.0 + RUNS_ASIDE;
        svg.line((x, highest), (x, lowest), Stroke::new(colour, 1.0).faded(0.35));
    }
    for spot in spots {
        let censored = spot.verdict.reach.is_some_and(|reach| reach.censored);
        svg.mark(spot.centre, 6.5, censored, role_colour(spot.verdict.role), Stroke::new("#ffffff", 1.4));
    }
    for spot in spots {
        for (run, reach) in spot.runs.iter().zip(&spot.verdict.reaches) {
            run_mark(svg, *run, reach.censored, role_colour(spot.verdict.role));
        }
    }
}

fn labels(svg: &mut Svg, spots: &[Spot<'_>], bounds: Area, furniture: &[Area]) {
    let name = |spot: &Spot<'_>| shorten(&spot.verdict.task, LABEL, false, LABEL_WIDTH);
    let names: Vec<String> = spots.iter().map(name).collect();
    let centres: Vec<(f64, f64)> = spots.iter().map(|spot| spot.centre).collect();
    let mut taken: Vec<Area> = centres.iter().map(|centre| Area::around(*centre, 9.0)).collect();
    taken.extend(furniture);
    taken.extend(spots.iter().flat_map(|spot| &spot.runs).map(|run| Area::around(*run, 5.0)));
    let places = place_labels(&centres, &names, LABEL, bounds, &taken);
    let labelled = || spots.iter().zip(places.iter().zip(&names));
    for (spot, (place, name)) in labelled() {
        let area = label_area(*place, text_width(name, LABEL, false), LABEL);
        if spot.runs.iter().chain([&spot.centre]).all(|own| area.distance(*own) > LEADER_FROM) {
            svg.line(spot.centre, area.nearest(spot.centre), Stroke::new(FAINT, 0.8));
        }
    }
    for (_, (place, name)) in labelled() {
        svg.text_over(*place, name, Type { size: LABEL, ..Type::PLAIN });
    }
}

fn table(verdicts: &[Verdict], measure: &str) -> String {
    let header = [
        "task",
        "role",
        "measure",
        "program_length",
        "seed_init",
        "seed_data",
        "len_train_max",
        "reach",
        "reach_ratio",
        "censored",
        "task_median_reach_ratio",
    ];
    let mut rows = Vec::new();
    for verdict in verdicts {
        for reach in &verdict.reaches {
            rows.push(vec![
                verdict.task.clone(),
                if verdict.role == Role::Control { "control" } else { "solvable" }.to_owned(),
                measure.to_owned(),
                optional(verdict.program_length),
                reach.seed_init.to_string(),
                reach.seed_data.to_string(),
                reach.len_train_max.to_string(),
                reach.len.to_string(),
                reach.ratio.to_string(),
                reach.censored.to_string(),
                optional(verdict.reach.map(|median| median.ratio)),
            ]);
        }
    }
    csv_table(&header, &rows)
}
