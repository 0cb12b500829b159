//! The analysis for a terminal: an aligned table, the result, the warnings.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::Analysis;
use super::ranking::{RankAgreement, Ranking};
use super::verdict::{FAR_RATIO, SeedReach, Verdict};
use crate::evidence::Role;
use crate::number::{self, bound, dash, lens};
use crate::statistics::binomial::Share;

/// Reaches of single seeds shown before the rest is counted.
const REACHES_SHOWN: usize = 6;

/// Verdicts, predictors, overall result, warnings; ends with a line break.
pub(crate) fn render(analysis: &Analysis) -> String {
    let far = format!("EM at {FAR_RATIO}×");
    let header = ["task", "program", "trained to", "fitted", "EM in-dist.", "reach", "ratio", "per seed", &far, "verdict"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(analysis.verdicts.iter().map(row));
    let mut text = table(&rows);
    if !analysis.rankings.is_empty() {
        let header = ["predictor, the best first", "cells", "orders reach", "orders EM beyond", "curve off by"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(analysis.rankings.iter().map(ranking_row));
        let _ = write!(text, "\n{}", table(&rows));
    }
    let _ = write!(text, "\n{}\n", analysis.conclusion.sentence);
    let _ = writeln!(text, "{}", analysis.conclusion.caution);
    if let Some(sentence) = super::stopping::sentence(&analysis.stopping) {
        let _ = writeln!(text, "Failures to stop: {sentence}");
    }
    if let Some(sentence) = super::calibration::sentence(&analysis.calibration) {
        let _ = writeln!(text, "Calibration: {sentence}");
    }
    for warning in &analysis.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

fn row(verdict: &Verdict) -> Vec<String> {
    let rate = |share: Share| share.rate().map_or_else(dash, number::share);
    vec![
        if verdict.role == Role::Control { format!("{} (control)", verdict.task) } else { verdict.task.clone() },
        verdict.program_length_words(),
        lens(&verdict.len_train_max),
        format!("{}/{}", verdict.runs_fitted, verdict.runs_attempted),
        rate(verdict.in_distribution),
        verdict.reach.map_or_else(dash, |reach| bound(&number::short(reach.len), reach.censored)),
        verdict.reach.map_or_else(dash, |reach| bound(&format!("{}×", number::short(reach.ratio)), reach.censored)),
        reaches(&verdict.reaches),
        verdict.far.as_ref().map_or_else(dash, |far| rate(far.share)),
        verdict.status.to_string(),
    ]
}

fn ranking_row(ranking: &Ranking) -> Vec<String> {
    vec![
        ranking.predictor.clone(),
        ranking.cells.to_string(),
        agreement(&ranking.reach),
        agreement(&ranking.area),
        ranking.error.map_or_else(dash, number::share),
    ]
}

fn agreement(agreement: &RankAgreement) -> String {
    let interval = agreement.interval.map(|interval| format!(" ({})", number::signed_interval(interval)));
    match (agreement.rho, &agreement.note) {
        (Some(rho), _) => number::signed(rho) + &interval.unwrap_or_default(),
        (None, note) => note.clone().unwrap_or_else(dash),
    }
}

fn reaches(reaches: &[SeedReach]) -> String {
    if reaches.is_empty() {
        return dash();
    }
    let shown = reaches.iter().take(REACHES_SHOWN);
    let mut parts: Vec<String> = shown.map(|reach| format!("{}{}", if reach.censored { "≥" } else { "" }, reach.len)).collect();
    if reaches.len() > REACHES_SHOWN {
        parts.push(format!("+{}", reaches.len() - REACHES_SHOWN));
    }
    parts.join(" ")
}

/// Rows with their columns aligned, the first one underlined; two spaces between columns.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (idx, row) in rows.iter().enumerate() {
        let pad = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width - cell.width()));
        let cells: Vec<String> = row.iter().zip(&widths).map(pad).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        if idx == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            let _ = writeln!(text, "{}", rule.join("  "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_for_wide_characters() {
        let rows = [["task", "reach"], ["並べ替え", "≥ 60"], ["sort", "40"]].map(|row| row.map(str::to_owned).to_vec());
        insta::assert_snapshot!(table(&rows), @r"
        task      reach
        ────────  ─────
        並べ替え  ≥ 60
        sort      40
        ");
    }
}
