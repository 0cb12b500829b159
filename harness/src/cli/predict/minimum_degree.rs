//! `predict minimum-degree`: the interpolator of the prompts that the training lengths have.

use serde_json::json;
use tasks::EOS;
use tasks::minimum_degree::{MinimumDegree, SeenInputs, boolean};

use super::row::{self, Guess};
use super::{Range, TestArgs};
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn predict(args: &TestArgs, train_lengths: Range, printer: Printer) -> Result<(), Error> {
    let task = row::task(args)?;
    let seen = SeenInputs::draw(&*task, train_lengths.clone(), args.seed)?;
    let interpolator = MinimumDegree::fit(task.name(), &seen)?;
    let rows = row::rows(&*task, args, |example| {
        let (bits, answer) = boolean(&*task, example)?;
        let prediction = interpolator.predict(task.name(), bits)?;
        let shown = match prediction.bit {
            Some(bit) => format!("{} (the polynomial is {:.4})", task.vocabulary().show(&[bit, EOS]), prediction.value),
            None => "a tie: the polynomial is 0".to_owned(),
        };
        Ok(Guess { right: prediction.bit == Some(answer), shown, seen: Some(seen.contains(bits)) })
    })?;
    printer.note(&describe(&interpolator, &seen, &train_lengths));
    row::print(&json!({ "predictor": "minimum-degree", "task": task.name(), "distribution": args.distribution }), &rows, printer)
}

fn describe(interpolator: &MinimumDegree, seen: &SeenInputs, lengths: &Range) -> String {
    let constant: Vec<String> = interpolator.constant_bits().iter().map(usize::to_string).collect();
    let ignored = if constant.is_empty() {
        "all of which change".to_owned()
    } else {
        format!("of which these never change and are ignored: {}", constant.join(" "))
    };
    let (prompts, bits, degree) = (seen.len(), seen.bits(), interpolator.degree());
    format!(
        "seen: {prompts} distinct prompts at lengths {} to {}, of {bits} bits, {ignored}; least degree {degree}",
        lengths.start(),
        lengths.end()
    )
}
