//! `tasks` and `devices`: what there is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rasp::rasp_l::{Program, ProgramLength};
use serde_json::json;
use tasks::random::stream;
use tasks::{Entry, Task, TaskSpec};

use super::TasksCommand;
use super::random;
use crate::error::Error;
use crate::printer::Printer;

pub(super) fn tasks(command: TasksCommand, printer: Printer) -> Result<(), Error> {
    match command {
        TasksCommand::List { markdown } => list(markdown, printer),
        TasksCommand::Show { task } => show(task, printer),
        TasksCommand::Random { core_ops, count, seed, out } => random::draw(core_ops, count, seed, out.as_deref(), printer),
        TasksCommand::Sample { task, length, count, seed, alphabet, distribution } => {
            let task = tasks::build(&TaskSpec { name: task, alphabet })?;
            for index in 0..count {
                let example = task.sample_as(&distribution, length, &mut stream(seed, &format!("eval/{length}"), index as u64))?;
                let vocabulary = task.vocabulary();
                if printer.json() {
                    printer.value(&json!({ "prompt": vocabulary.show(&example.prompt), "answer": vocabulary.show(&example.answer) }))?;
                } else {
                    printer.data(&example.show(vocabulary))?;
                }
            }
            Ok(())
        }
    }
}

/// A row of the catalogue.
struct Row {
    task: Arc<dyn Task>,
    program: Option<Program>,
}

fn rows() -> Result<Vec<Row>, Error> {
    let row = |entry: &&Entry| {
        let task = tasks::build(&TaskSpec { name: entry.name.to_owned(), alphabet: None })?;
        let program = entry.program.map(|(file, source)| Program::parse(file, source)).transpose()?;
        Ok(Row { task, program })
    };
    tasks::catalogue().iter().map(row).collect()
}

impl Row {
    fn limit(&self) -> String {
        self.task.length_limit().map_or_else(|| "none".to_owned(), |limit| limit.to_string())
    }

    fn alphabet(&self) -> String {
        let entry = self.task.entry();
        match &entry.alphabet_bounds {
            None => format!("{}, fixed", entry.alphabet_default),
            Some(bounds) => format!("{}, or {} to {}", entry.alphabet_default, bounds.start(), bounds.end()),
        }
    }

    /// `6 operations, strict`.
    fn length(&self) -> String {
        match &self.program {
            None => "none known".to_owned(),
            Some(program) => match program.length().core_operations {
                1 => format!("1 operation, {}", program.profile()),
                operations => format!("{operations} operations, {}", program.profile()),
            },
        }
    }

    fn json(&self) -> serde_json::Value {
        let entry = self.task.entry();
        let measures = self.program.as_ref().map(|program| program.length().measures().into_iter().collect::<BTreeMap<_, _>>());
        json!({
            "name": entry.name, "version": entry.version, "summary": entry.summary, "format": entry.format, "unit": entry.unit,
            "alphabet": entry.alphabet_default, "limit": self.task.length_limit(), "tokens": self.task.vocabulary().len(),
            "program": entry.program.map(|(file, _)| file), "profile": self.program.as_ref().map(|program| program.profile().name()),
            "measures": measures,
        })
    }
}

fn list(markdown: bool, printer: Printer) -> Result<(), Error> {
    let rows = rows()?;
    if markdown {
        return printer.data(&as_markdown(&rows));
    }
    if printer.json() {
        return rows.iter().try_for_each(|row| printer.value(&row.json()));
    }
    let width = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (name_width, length_width) = (width(&|row| row.task.name().len()), width(&|row| row.length().len()));
    let line = |row: &Row| {
        let (task, length, limit) = (&row.task, row.length(), row.limit());
        format!(
            "{:name_width$}  v{}  {length:length_width$}  limit {limit:4}  {:3} tokens  {}",
            task.name(),
            task.version(),
            task.vocabulary().len(),
            task.summary()
        )
    };
    printer.data(&rows.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The catalogue as a page of the documentation.
fn as_markdown(rows: &[Row]) -> String {
    let mut page = "# Tasks\n\n\
        `rasplab tasks list --markdown` writes this page; `rasplab tasks show NAME` shows a task's program, `rasplab tasks sample NAME --length 5` draws examples.\n\
        Lengths are counted in the unit named; \"limit\" is the largest length with the alphabet that is the default. Program lengths are core operations\n\
        ([program-length.md](program-length.md)) and the profile of RASP-L that the program needs ([rasp-l.md](rasp-l.md)). Where no program is known, the task is a control.\n\n\
        | task | version | asks | example | length counts | alphabet | limit | tokens | program | bits | attention depth |\n\
        |---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let (task, entry) = (&row.task, row.task.entry());
        let length = row.program.as_ref().map(Program::length);
        let measure = |of: &dyn Fn(&ProgramLength) -> usize| length.as_ref().map_or_else(String::new, |length| of(length).to_string());
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | `{}` | {} | {} | {} | {} | {} | {} | {} |",
            entry.name,
            entry.version,
            entry.summary.replace('|', "\\|"),
            entry.format.replace('|', "\\|"),
            entry.unit,
            row.alphabet(),
            row.limit(),
            task.vocabulary().len(),
            row.length(),
            measure(&|length| length.bits),
            measure(&|length| length.attention_depth)
        );
    }
    page
}

fn show(name: String, printer: Printer) -> Result<(), Error> {
    let task = tasks::build(&TaskSpec { name, alphabet: None })?;
    let entry = task.entry();
    let row = Row { task: Arc::clone(&task), program: None };
    let (alphabet, distributions) = (row.alphabet(), task.distributions().join(", "));
    let limit = task.length_limit().map_or_else(String::new, |limit| format!(", at most {limit}"));
    let program = match entry.program {
        None => "none known\n".to_owned(),
        Some((file, source)) => {
            let program = Program::parse(file, source)?;
            let measures: Vec<String> = program.length().measures().iter().map(|(name, value)| format!("{name} {value}")).collect();
            format!("{file} (profile {}, {})\n\n{source}", program.profile(), measures.join(", "))
        }
    };
    let (name, version) = (entry.name, entry.version);
    let (summary, format, unit) = (entry.summary, entry.format, entry.unit);
    printer.data(&format!(
        "{name}, version {version}: {summary}\nexample   {format}\nlength    {unit}{limit}\nalphabet  {alphabet}\ndraws     {distributions}\nprogram   {program}"
    ))
}

pub(super) fn devices(printer: Printer) -> Result<(), Error> {
    let best = transformer::best_device();
    for device in transformer::devices() {
        if printer.json() {
            printer.value(&json!({
                "name": device.name, "available": device.available, "description": device.description, "auto": device.name == best,
            }))?;
        } else {
            let mark = if device.available { "available  " } else { "unavailable" };
            let auto = if device.name == best { " (what `auto` is here)" } else { "" };
            printer.data(&format!("{:10} {mark}  {}{auto}", device.name, device.description))?;
        }
    }
    Ok(())
}
