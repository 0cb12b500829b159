//! The full display of a sequence: the input above the output, in columns.

use super::{count_equal, is_uniform, kind_name, show_sequence};
use crate::atom::Atom;
use crate::interpret::Machine;
use crate::object::Object;
use crate::sequence::Sequence;

impl Machine {
    /// Goes on with a line that has begun; `short_label` stands before values that are all equal, which are shown on that line.
    pub(super) fn columns(&mut self, input: &Object, sequence: &Sequence, indent: &str, short_label: &str) {
        if is_uniform(sequence) {
            self.output.label(format!(" {short_label} "));
            self.output.value(show_sequence(sequence));
            self.output.label(" [skipped full display: identical values]\n");
            return;
        }
        let input = input.unpack().unwrap_or_default();
        let input: Vec<String> = match input.iter().map(|item| item.atom().cloned()).collect::<Option<Vec<Atom>>>() {
            Some(atoms) => minority_only(&atoms),
            None => input.iter().map(|item| item.to_text(&self.flow)).collect(),
        };
        let output = minority_only(&sequence.iter().collect::<Vec<_>>());
        let width = input.iter().chain(&output).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let line = |cells: &[String]| cells.iter().map(|cell| format!("{cell:>width$}")).collect::<Vec<_>>().join(" ");
        self.output.label(format!("\n{indent} \t\tinput:   "));
        self.output.value(line(&input));
        self.output.label(" \t (strings)\n");
        self.output.label(format!("{indent} \t\toutput:  "));
        self.output.value(line(&output));
        self.output.label(format!(" \t ({}s)\n", kind_name(sequence.kind())));
    }
}

/// As Python's `str` shows each value; of booleans only the rarer ones, or all if there are as many of both.
fn minority_only(values: &[Atom]) -> Vec<String> {
    if !matches!(values.first(), Some(Atom::Bool(_))) {
        return values.iter().map(Atom::to_python_str).collect();
    }
    let (trues, falses) = (count_equal(values, true), count_equal(values, false));
    let yes = if trues <= falses { "T" } else { "" };
    let no = if falses <= trues { "F" } else { "" };
    values.iter().map(|value| if value.truth() { yes } else { no }.to_owned()).collect()
}
