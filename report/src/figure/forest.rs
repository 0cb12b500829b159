//! Figure: every correlation with its interval, as a forest plot.

use super::axis::Scale;
use super::label::shorten;
use super::palette::{BLUE, GRID, INK, QUIET, SHADE};
use super::svg::{Anchor, LegendItem, Stroke, Svg, Type};
use super::{Figure, WIDTH, csv_table, nothing_drawn, optional};
use crate::analysis::conclusion::numbers;
use crate::analysis::correlation::RESAMPLES;
use crate::analysis::{Analysis, Correlation, Outcome, Scope};
use crate::evidence::Evidence;
use crate::number::{p_value, plural, signed, signed_interval, words};
use crate::statistics::binomial::Interval;

const TITLE: &str = "Does program length predict generalization?";
const NOTHING: &str = "no correlation is defined on these tasks";
const MARGIN: f64 = 16.0;
const PLOT_LEFT: f64 = 168.0;
const PLOT_RIGHT: f64 = 470.0;
const ROW: f64 = 17.0;
/// Between one measure and the next.
const GAP: f64 = 4.0;

pub(super) fn figure(evidence: &Evidence, analysis: &Analysis) -> Figure {
    let caption = format!(
        "Each row is Spearman's rank correlation over tasks between a measure of program length and an outcome, with its 95 % \
         bootstrap interval ({RESAMPLES} resamples of tasks, and of runs within them). Left of 0, tasks with shorter programs generalize further, as the conjecture \
         predicts. Filled: all tasks, those without a known program ranked last. Open: tasks with a known program only; where filled and \
         open differ, the controls carry the result. The shaded row ({}) is the analysis declared beforehand; the others are \
         looked at as well and not corrected for their number.",
        words(&evidence.sweep.primary.measure)
    );
    let description = describe(analysis);
    Figure {
        name: "correlations".to_owned(),
        title: TITLE.to_owned(),
        caption,
        svg: draw(&analysis.correlations, &description),
        csv: table(&analysis.correlations),
        description,
    }
}

/// The declared correlation in numbers, and on which side of 0 the others lie.
fn describe(analysis: &Analysis) -> String {
    let defined: Vec<(f64, Option<Interval>)> = analysis.correlations.iter().filter_map(|c| Some((c.rho?, c.interval))).collect();
    let Some(primary) = analysis.primary().filter(|_| !defined.is_empty()) else {
        return nothing_drawn(NOTHING);
    };
    let below = defined.iter().filter(|(rho, _)| *rho < 0.0).count();
    let clear = defined.iter().filter(|(_, interval)| interval.is_some_and(|interval| interval.high < 0.0)).count();
    format!(
        "The declared analysis, {} against {} ({}): {}. Of the {} shown, {below} lie below 0, {clear} of them with their whole interval.",
        words(&primary.measure),
        primary.outcome,
        primary.scope,
        numbers(primary),
        plural(defined.len(), "correlation"),
    )
}

fn draw(correlations: &[Correlation], description: &str) -> String {
    let mut svg = Svg::new(WIDTH);
    svg.text((MARGIN, 28.0), TITLE, Type::TITLE);
    if correlations.iter().all(|correlation| correlation.rho.is_none()) {
        svg.text((MARGIN, 56.0), NOTHING, Type::PLAIN);
        return svg.finish(72.0, TITLE, description);
    }
    let filled = |svg: &mut Svg, (x, y): (f64, f64), w: f64| sample(svg, (x, y), w, Scope::AllTasks);
    let open = |svg: &mut Svg, (x, y): (f64, f64), w: f64| sample(svg, (x, y), w, Scope::ProgramsOnly);
    let shaded = |svg: &mut Svg, (x, y): (f64, f64), w: f64| svg.rect((x, y - 6.0), (w, 12.0), SHADE);
    let items: [LegendItem<'_>; 3] =
        [(&filled, "all tasks"), (&open, "tasks with a known program"), (&shaded, "declared primary analysis")];
    let top = svg.legend((MARGIN, 38.0), &items) + 8.0;
    let x = Scale::new((-1.0, 1.0), (PLOT_LEFT, PLOT_RIGHT));
    let columns = [(PLOT_RIGHT + 20.0, "rho"), (PLOT_RIGHT + 62.0, "95 % interval"), (WIDTH - 82.0, "p"), (WIDTH - 16.0, "tasks")];
    let mut y = top;
    for outcome in Outcome::ALL {
        let of_outcome: Vec<&Correlation> = correlations.iter().filter(|c| c.outcome == outcome).collect();
        y += 18.0;
        svg.text((MARGIN, y), &format!("outcome: {outcome}"), Type::HEAD);
        for (at, words) in columns {
            let anchor = if words == "tasks" { Anchor::End } else { Anchor::Start };
            svg.text((at, y), words, Type::SMALL.at(anchor));
        }
        y += 8.0;
        let block = y;
        let row_top = |row: usize| block + row as f64 * ROW + (row / Scope::ALL.len()) as f64 * GAP;
        let height = row_top(of_outcome.len()) - block;
        if let Some(row) = of_outcome.iter().position(|correlation| correlation.primary) {
            svg.rect((MARGIN - 6.0, row_top(row) + 0.5), (WIDTH - 2.0 * MARGIN + 12.0, ROW), SHADE);
        }
        for rho in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let stroke = if rho == 0.0 { Stroke::new(QUIET, 1.2) } else { Stroke::new(GRID, 1.0) };
            svg.line((x.at(rho), block), (x.at(rho), block + height), stroke);
        }
        for (row, correlation) in of_outcome.iter().enumerate() {
            draw_row(&mut svg, correlation, row_top(row) + ROW / 2.0 + 0.5, x);
        }
        y = block + height;
    }
    for rho in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        svg.text((x.at(rho), y + 13.0), &tick(rho), Type::SMALL.at(Anchor::Middle));
    }
    svg.text((x.at(0.0), y + 29.0), "Spearman's rho (no unit)", Type::PLAIN.at(Anchor::Middle));
    svg.text((x.at(0.0) - 12.0, y + 45.0), "← shorter programs go further", Type::SMALL.at(Anchor::End));
    svg.text((x.at(0.0) + 12.0, y + 45.0), "longer programs go further →", Type::SMALL);
    svg.finish(y + 58.0, TITLE, description)
}

fn tick(rho: f64) -> String {
    signed(rho).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn sample(svg: &mut Svg, at: (f64, f64), width: f64, scope: Scope) {
    svg.line(at, (at.0 + width, at.1), Stroke::new(BLUE, 1.6));
    dot(svg, (at.0 + width / 2.0, at.1), scope);
}

fn dot(svg: &mut Svg, at: (f64, f64), scope: Scope) {
    let fill = if scope == Scope::AllTasks { BLUE } else { "#ffffff" };
    svg.mark(at, 4.2, false, fill, Stroke::new(BLUE, 1.6));
}

fn draw_row(svg: &mut Svg, correlation: &Correlation, y: f64, x: Scale) {
    let base = y + 3.8;
    let kind = Type { bold: correlation.primary, ..Type::PLAIN };
    if correlation.scope == Scope::AllTasks {
        let measure = words(&correlation.measure);
        svg.text((MARGIN, base), &shorten(&measure, kind.size, kind.bold, PLOT_LEFT - MARGIN - 12.0), kind);
    }
    if let Some(rho) = correlation.rho {
        if let Some(interval) = correlation.interval {
            svg.line((x.at(interval.low), y), (x.at(interval.high), y), Stroke::new(BLUE, 1.6));
        }
        dot(svg, (x.at(rho), y), correlation.scope);
        svg.text((PLOT_RIGHT + 20.0, base), &signed(rho), kind);
        let interval = correlation.interval.map_or_else(|| "none".to_owned(), signed_interval);
        svg.text((PLOT_RIGHT + 62.0, base), &interval, kind);
    } else {
        let note = correlation.note.as_deref().unwrap_or("undefined");
        let room = WIDTH - PLOT_RIGHT - 70.0;
        svg.text((PLOT_RIGHT + 20.0, base), &shorten(note, 10.0, false, room), Type::SMALL);
    }
    if let Some(p) = correlation.p_value {
        svg.text((WIDTH - 82.0, base), p_value(p).trim_start_matches("= "), kind);
    }
    svg.text((WIDTH - 16.0, base), &correlation.tasks.to_string(), kind.at(Anchor::End).in_colour(INK));
}

fn table(correlations: &[Correlation]) -> String {
    let header = [
        "measure",
        "outcome",
        "scope",
        "primary",
        "tasks",
        "rho",
        "low",
        "high",
        "tau_b",
        "p_value",
        "p_exact",
        "resamples_used",
        "resamples_dropped",
        "note",
    ];
    let rows = correlations.iter().map(|c| {
        vec![
            c.measure.clone(),
            c.outcome.to_string(),
            c.scope.to_string(),
            c.primary.to_string(),
            c.tasks.to_string(),
            optional(c.rho),
            optional(c.interval.map(|interval| interval.low)),
            optional(c.interval.map(|interval| interval.high)),
            optional(c.tau_b),
            optional(c.p_value),
            c.p_exact.to_string(),
            c.resamples_used.to_string(),
            c.resamples_dropped.to_string(),
            c.note.clone().unwrap_or_default(),
        ]
    });
    csv_table(&header, &rows.collect::<Vec<_>>())
}
