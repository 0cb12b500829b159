//! A program that was found, as a text.

use super::enumerate::{Found, Search};
use super::line::{self, Kind, Line, Select, Slot};
use super::space::Space;
use crate::rasp_l::graph::Reduction;
use std::fmt::Write as _;

impl Search {
    /// A program that was found, as the text of a `.rasp` file. Tokens that are among the `symbols` are written by name.
    pub fn source(&self, found: &Found, symbols: &[(&str, i8)]) -> String {
        let names = Names { space: &self.space, symbols };
        let mut text = String::from("#lang rasp-l\n\n");
        for (name, token) in symbols {
            let _ = writeln!(text, "{name} = {token};");
        }
        if !symbols.is_empty() {
            text.push('\n');
        }
        let leaves = line::leaves(&self.space);
        if found.lines.is_empty() {
            text.push_str("tokens;\n");
        }
        for (number, &line) in found.lines.iter().enumerate() {
            let name = names.slot((leaves + number) as Slot);
            let _ = writeln!(text, "{name} = {};", names.line(line, found));
        }
        text
    }
}

struct Names<'n> {
    space: &'n Space,
    symbols: &'n [(&'n str, i8)],
}

impl Names<'_> {
    fn slot(&self, slot: Slot) -> String {
        match slot {
            line::TOKENS => "tokens".to_owned(),
            line::INDICES => "indices".to_owned(),
            line::FALSE => "False".to_owned(),
            line::TRUE => "True".to_owned(),
            _ if usize::from(slot) < line::leaves(self.space) => self.token(self.space.constants[usize::from(slot - line::FIRST_CONSTANT)]),
            _ => format!("v{}", usize::from(slot) - line::leaves(self.space) + 1),
        }
    }

    fn token(&self, token: i8) -> String {
        let symbol = self.symbols.iter().find(|(_, other)| *other == token);
        symbol.map_or_else(|| token.to_string(), |(name, _)| (*name).to_owned())
    }

    fn select(&self, Select { key, query, comparison }: Select) -> String {
        format!("select({}, {}, {})", self.slot(key), self.slot(query), comparison.symbol())
    }

    fn line(&self, line: Line, found: &Found) -> String {
        let pair = |left: Slot, symbol: &str, right: Slot| format!("{} {symbol} {}", self.slot(left), self.slot(right));
        match line {
            Line::Arithmetic(operation, left, right) => pair(left, operation.symbol(), right),
            Line::Negate(input) => format!("-{}", self.slot(input)),
            Line::Successor(input) => format!("{} + 1", self.slot(input)),
            Line::Predecessor(input) => format!("{} - 1", self.slot(input)),
            Line::Compare(comparison, left, right) => pair(left, comparison.symbol(), right),
            Line::Not(input) => format!("not {}", self.slot(input)),
            Line::And(left, right) => pair(left, "and", right),
            Line::Or(left, right) => pair(left, "or", right),
            Line::Where(condition, yes, no) => format!("{} if {} else {}", self.slot(yes), self.slot(condition), self.slot(no)),
            Line::Width(select) => format!("selector_width({})", self.select(select)),
            Line::Aggregate { select, value, reduction, default } => {
                let name = match reduction {
                    Reduction::Mean => "aggregate",
                    Reduction::Max => "aggregate_max",
                    Reduction::Min => "aggregate_min",
                };
                let default = match kind_of(self.space, value, found) {
                    Kind::Boolean => if default == 0 { "False" } else { "True" }.to_owned(),
                    Kind::Index(_) => default.to_string(),
                    Kind::Token => self.token(default),
                };
                format!("{name}({}, {}, {default})", self.select(select), self.slot(value))
            }
        }
    }
}

fn kind_of(space: &Space, slot: Slot, found: &Found) -> Kind {
    let leaves = line::leaves(space);
    match usize::from(slot).checked_sub(leaves) {
        None => line::leaf_kinds(space)[usize::from(slot)],
        Some(number) => match found.lines[number] {
            Line::Arithmetic(..) | Line::Negate(_) => Kind::Token,
            Line::Compare(..) | Line::Not(_) | Line::And(..) | Line::Or(..) => Kind::Boolean,
            Line::Width(_) => line::NEW_WIDTH,
            Line::Successor(input) | Line::Predecessor(input) | Line::Where(_, input, _) | Line::Aggregate { value: input, .. } => {
                kind_of(space, input, found)
            }
        },
    }
}
