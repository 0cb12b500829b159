//! A snapshot as text, for what is no terminal.

use std::fmt::Write as _;

use super::snapshot::{LengthPoint, RunLook, Snapshot, State};

/// Characters of a curve.
const CURVE: usize = 24;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A snapshot as lines: how far the sweep is, and each run with its curve of in-distribution exact match.
pub fn in_words(snapshot: &Snapshot) -> String {
    let mut text = snapshot.status.in_short();
    let width = snapshot.runs.iter().map(|run| run.run.as_str().len()).max().unwrap_or(0);
    for run in &snapshot.runs {
        let RunLook { run: name, steps, looks, .. } = run;
        let last = looks.last();
        let step = last.map_or(0, |look| look.step);
        let _ = write!(text, "\n{:width$}  {}, step {step} of {steps}", name.as_str(), state(&run.state));
        if let Some(look) = last {
            let _ = write!(text, "  loss {:.3}  exact match {:.3}  {}", look.loss, look.exact_match, curve(run));
        }
        if !run.by_length.is_empty() {
            let _ = write!(text, "\n{:width$}  by length:{}", "", lengths(&run.by_length));
        }
    }
    text
}

/// A state in a word or two.
pub(super) fn state(state: &State) -> String {
    match state {
        State::Running => "running".to_owned(),
        State::Stopped => "stopped".to_owned(),
        State::Failed => "failed".to_owned(),
        State::Ended(status) => status.to_string(),
    }
}

/// In-distribution exact match over the looks, as bars of eighths.
fn curve(run: &RunLook) -> String {
    let looks = &run.looks;
    let shown = looks.len().min(CURVE);
    // Each bar is the last look of its share of them.
    let bar = |at: usize| {
        let look = looks[(at + 1) * looks.len() / shown - 1];
        BARS[((look.exact_match * BARS.len() as f64) as usize).min(BARS.len() - 1)]
    };
    (0..shown).map(bar).collect()
}

/// `2 1.00  4 0.95 | 6 0.60`: the training lengths stand before the bar.
fn lengths(points: &[LengthPoint]) -> String {
    let mut text = String::new();
    for (at, point) in points.iter().enumerate() {
        let crosses = at > 0 && point.split != points[at - 1].split;
        let _ = write!(text, "{} {} {:.2}", if crosses { " |" } else { "" }, point.len_eval, point.exact_match);
    }
    text
}
