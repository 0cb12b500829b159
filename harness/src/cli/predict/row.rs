//! The rows of a prediction, one a length, as a table or as JSON Lines. It knows nothing of where predictions come from.

use std::sync::Arc;

use report::{Metric, Share};
use serde::Serialize;
use serde_json::{Value, json};
use tasks::random::stream;
use tasks::{Example, Task, TaskSpec};

use super::TestArgs;
use crate::error::Error;
use crate::printer::Printer;

/// What was predicted at one length.
pub(super) struct Row {
    length: usize,
    right: Share,
    /// Of the examples that were not seen in training; `None` where nothing is trained on.
    right_unseen: Option<Share>,
    first_wrong: Option<Wrong>,
}

/// A prompt that is answered wrongly.
#[derive(Serialize)]
struct Wrong {
    prompt: String,
    predicted: String,
    answer: String,
}

/// What is said of one example.
pub(super) struct Guess {
    pub(super) right: bool,
    /// The prediction, as people read it.
    pub(super) shown: String,
    /// Whether training has met the prompt; `None` where nothing is trained on.
    pub(super) seen: Option<bool>,
}

/// The task of the arguments, which has all of their lengths.
pub(super) fn task(args: &TestArgs) -> Result<Arc<dyn Task>, Error> {
    let task = tasks::build(&TaskSpec { name: args.task.clone(), alphabet: args.alphabet })?;
    task.check_length(*args.test_lengths.start())?;
    task.check_length(*args.test_lengths.end())?;
    Ok(task)
}

/// Draws the examples of each length and has each guessed.
pub(super) fn rows(task: &dyn Task, args: &TestArgs, mut guess: impl FnMut(&Example) -> Result<Guess, Error>) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for length in args.test_lengths.clone() {
        let mut row = Row { length, right: Share::default(), right_unseen: None, first_wrong: None };
        for index in 0..args.count {
            let rng = &mut stream(args.seed, &format!("eval/{length}"), index as u64);
            let example = task.sample_as(&args.distribution, length, rng)?;
            let Guess { right, shown, seen } = guess(&example)?;
            let share = Share { successes: u64::from(right), examples: 1 };
            row.right = row.right + share;
            if let Some(seen) = seen {
                let unseen = row.right_unseen.unwrap_or_default();
                row.right_unseen = Some(if seen { unseen } else { unseen + share });
            }
            if !right && row.first_wrong.is_none() {
                let [prompt, answer] = [&example.prompt, &example.answer].map(|tokens| task.vocabulary().show(tokens));
                row.first_wrong = Some(Wrong { prompt, predicted: shown, answer });
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Prints the rows: a table and the first wrong prompt of all, or one JSON value a length, which begins as `head`.
pub(super) fn print(head: &Value, rows: &[Row], printer: Printer) -> Result<(), Error> {
    if printer.json() {
        return rows.iter().try_for_each(|row| printer.value(&row.json(head)));
    }
    let mut lines = vec![["length", "right", "examples", "accuracy", "95 % interval", "unseen", "right of unseen"].map(str::to_owned)];
    lines.extend(rows.iter().map(Row::cells));
    let has_unseen = rows.iter().any(|row| row.right_unseen.is_some());
    let columns = if has_unseen { 7 } else { 5 };
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: &[String; 7]| {
        let cells: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        cells.join("  ")
    };
    let table = lines.iter().map(line).collect::<Vec<_>>().join("\n");
    let first_wrong = rows.iter().find_map(|row| row.first_wrong.as_ref().map(|wrong| wrong.show(row.length)));
    printer.data(&(table + &first_wrong.unwrap_or_default()))
}

impl Wrong {
    fn show(&self, length: usize) -> String {
        let Self { prompt, predicted, answer } = self;
        format!("\n\nfirst wrong, at length {length}\n  prompt     {prompt}\n  predicted  {predicted}\n  right      {answer}")
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let Share { successes, examples } = self.right;
        let interval = self.right.interval().map_or_else(String::new, |interval| format!("{:.4} to {:.4}", interval.low, interval.high));
        let accuracy = self.right.rate().map_or_else(String::new, |rate| format!("{rate:.4}"));
        let unseen = self.right_unseen.unwrap_or_default();
        let [length, successes, examples] = [self.length as u64, successes, examples].map(|count| count.to_string());
        [length, successes, examples, accuracy, interval, unseen.examples.to_string(), unseen.successes.to_string()]
    }

    fn json(&self, head: &Value) -> Value {
        let mut row = head.clone();
        let interval = self.right.interval();
        row["len_eval"] = self.length.into();
        row["metric"] = Metric::ExactMatch.as_str().into();
        row["value"] = json!(self.right.rate());
        row["low"] = json!(interval.map(|interval| interval.low));
        row["high"] = json!(interval.map(|interval| interval.high));
        row["examples"] = self.right.examples.into();
        row["first_wrong"] = json!(self.first_wrong);
        if let Some(unseen) = self.right_unseen {
            row["examples_unseen"] = unseen.examples.into();
            row["value_unseen"] = json!(unseen.rate());
        }
        row
    }
}
