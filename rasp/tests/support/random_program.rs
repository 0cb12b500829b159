//! Random RASP-L programs, as text that `Program::parse_in` accepts.
//!
//! A program is a row of statements, each an operation on values named above it, of every kind there is: each comparison with each reduction, keys and
//! queries that are tokens, positions, widths, booleans and constants, chains of steps, defaults outside int8, calls of the library.
//! Its names are `tokens`, `indices`, `v0`, `v1`, ... for sequences, `s0`, ... for selectors; it ends with an output.

use proptest::prelude::*;
use rasp::rasp_l::Profile;
use std::fmt::Write;

/// Programs of up to `most` statements that the profile admits.
pub(crate) fn programs(profile: Profile, most: usize) -> impl Strategy<Value = String> {
    ending(profile, most, |_| true)
}

/// The same, ending with tokens, so that they can generate.
pub(crate) fn token_programs(profile: Profile, most: usize) -> impl Strategy<Value = String> {
    ending(profile, most, |kind| kind == Kind::Token)
}

fn ending(profile: Profile, most: usize, wanted: fn(Kind) -> bool) -> impl Strategy<Value = String> {
    let statement = prop::array::uniform8(any::<u16>());
    (prop::collection::vec(statement, 1..=most), 0..4_usize).prop_map(move |(statements, back)| {
        let mut writer = Writer::new(profile);
        for choices in statements {
            writer.statement(Choices { choices, next: 0 });
        }
        writer.finish(wanted, back)
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Token,
    Position,
    /// The width that this value is, or was made from.
    Width(usize),
    Boolean,
}

impl Kind {
    fn is_index(self) -> bool {
        matches!(self, Kind::Position | Kind::Width(_))
    }
}

#[derive(Clone, Debug)]
struct Named {
    name: String,
    kind: Kind,
    may_hold_sentinel: bool,
}

/// The numbers that a statement is made of, used in turn.
struct Choices {
    choices: [u16; 8],
    next: usize,
}

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.next += 1;
        // The later uses of a number look at other bits of it.
        let number = usize::from(self.choices[self.next % 8].rotate_left((self.next / 8 * 5) as u32));
        number % bound
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

struct Writer {
    profile: Profile,
    text: String,
    sequences: Vec<Named>,
    selectors: Vec<String>,
    widths: usize,
}

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const SMALL: [&str; 8] = ["-3", "-1", "0", "1", "2", "3", "5", "9"];

impl Writer {
    fn new(profile: Profile) -> Self {
        let input = |name: &str, kind| Named { name: name.to_owned(), kind, may_hold_sentinel: false };
        let sequences = vec![input("tokens", Kind::Token), input("indices", Kind::Position)];
        Writer { profile, text: "#lang rasp-l\n".to_owned(), sequences, selectors: Vec::new(), widths: 0 }
    }

    fn finish(mut self, wanted: fn(Kind) -> bool, back: usize) -> String {
        let mut fitting = self.sequences.iter().rev().filter(|named| wanted(named.kind));
        let last = fitting.clone().next();
        let output = fitting.nth(back).or(last).map_or("tokens", |named| &named.name);
        let _ = writeln!(self.text, "{output};");
        self.text
    }

    fn published(&self) -> bool {
        self.profile == Profile::Published
    }

    fn statement(&mut self, mut choices: Choices) {
        match choices.below(16) {
            0 => self.arithmetic(&mut choices),
            1 => self.remainder(&mut choices),
            2 => self.step(&mut choices),
            3 => self.compare(&mut choices),
            4 => self.connect(&mut choices),
            5 => self.choose(&mut choices),
            6 => self.selector(&mut choices),
            7 => self.width(&mut choices),
            8..=12 => self.aggregate(&mut choices),
            _ => self.library(&mut choices),
        }
    }

    fn define(&mut self, kind: Kind, may_hold_sentinel: bool, value: &str) {
        let name = format!("v{}", self.sequences.len() - 2);
        let _ = writeln!(self.text, "{name} = {value};");
        self.sequences.push(Named { name, kind, may_hold_sentinel });
    }

    /// A value of a kind; the later ones are likelier.
    fn value(&self, choices: &mut Choices, fits: impl Fn(&Named) -> bool) -> Option<Named> {
        let fitting: Vec<&Named> = self.sequences.iter().filter(|named| fits(named)).collect();
        let count = fitting.len();
        (count > 0).then(|| fitting[count - 1 - choices.below(count).min(choices.below(count))].clone())
    }

    fn token(&self, choices: &mut Choices) -> Named {
        self.value(choices, |named| named.kind == Kind::Token).expect("the input is tokens")
    }

    fn boolean(&self, choices: &mut Choices) -> String {
        let found = self.value(choices, |named| named.kind == Kind::Boolean);
        found
            .map_or_else(|| format!("({} {} {})", self.token(choices).name, choices.pick(&COMPARISONS), choices.pick(&SMALL)), |it| it.name)
    }

    fn token_or_constant(&self, choices: &mut Choices) -> (String, bool) {
        if choices.below(3) == 0 { (choices.pick(&SMALL).to_owned(), false) } else { named(self.token(choices)) }
    }

    /// Two values that may be compared; at most one is a constant.
    fn pair(&self, choices: &mut Choices) -> (String, String) {
        let left = self.value(choices, |_| true).expect("there is the input");
        let is_width = |kind| matches!(kind, Kind::Width(_));
        let alike = |other: &Named| other.kind == left.kind || (self.published() && is_width(other.kind) && is_width(left.kind));
        let constant = match left.kind {
            Kind::Token => Some(choices.pick(&SMALL)),
            Kind::Boolean => Some(choices.pick(&["True", "False"])),
            _ => None,
        };
        let right = self.value(choices, alike).map_or_else(|| left.name.clone(), |it| it.name);
        match (choices.below(6), constant) {
            (0, Some(constant)) => (left.name, constant.to_owned()),
            (1, Some(constant)) => (constant.to_owned(), left.name),
            (2, _) => (right, left.name),
            _ => (left.name, right),
        }
    }

    fn arithmetic(&mut self, choices: &mut Choices) {
        let left = self.token(choices).name;
        let (right, _) = self.token_or_constant(choices);
        let value = match choices.below(6) {
            0 => format!("-{left}"),
            1 => format!("{left} * {right}"),
            2 => format!("{right} - {left}"),
            3 => format!("{left} % {right}"),
            _ => format!("{left} + {right}"),
        };
        self.define(Kind::Token, false, &value);
    }

    /// Arithmetic that seldom fails.
    fn remainder(&mut self, choices: &mut Choices) {
        let operator = choices.pick(&["+", "-"]);
        let (left, right) = (self.token(choices).name, self.token(choices).name);
        let value = match choices.below(3) {
            0 => format!("{left} % {}", choices.pick(&["-7", "2", "10", "127"])),
            1 => format!("{left} % 8 {operator} {right} % -5"),
            _ => format!("({left} % 10) * ({right} % 12)"),
        };
        self.define(Kind::Token, false, &value);
    }

    fn step(&mut self, choices: &mut Choices) {
        let index = self.value(choices, |named| named.kind.is_index()).expect("there are the indices");
        let steps = if self.published() { choices.pick(&[1, 2, 3, 100]) } else { 1 };
        self.define(index.kind, false, &format!("{} {} {steps}", index.name, choices.pick(&["+", "-"])));
    }

    fn compare(&mut self, choices: &mut Choices) {
        let (left, right) = self.pair(choices);
        self.define(Kind::Boolean, false, &format!("{left} {} {right}", choices.pick(&COMPARISONS)));
    }

    fn connect(&mut self, choices: &mut Choices) {
        let (left, right) = (self.boolean(choices), self.boolean(choices));
        let value = match choices.below(3) {
            0 => format!("not {left}"),
            1 => format!("{left} and {right}"),
            _ => format!("{left} or {right}"),
        };
        self.define(Kind::Boolean, false, &value);
    }

    fn choose(&mut self, choices: &mut Choices) {
        let condition = self.boolean(choices);
        if choices.below(4) == 0 {
            let (yes, no) = (self.boolean(choices), choices.pick(&["True", "False", "tokens == 1"]));
            self.define(Kind::Boolean, false, &format!("{yes} if {condition} else {no}"));
        } else {
            let ((yes, yes_may), (no, no_may)) = (self.token_or_constant(choices), self.token_or_constant(choices));
            self.define(Kind::Token, yes_may || no_may, &format!("{yes} if {condition} else {no}"));
        }
    }

    fn new_selector(&self, choices: &mut Choices) -> String {
        let all = ["True, True, ==", "0, 0, <=", "1, 0, <", "indices, indices, <=", "indices, indices, <"];
        if choices.below(12) == 0 {
            return format!("select({})", choices.pick(&all));
        }
        let (key, query) = self.pair(choices);
        format!("select({key}, {query}, {})", choices.pick(&COMPARISONS))
    }

    fn selector(&mut self, choices: &mut Choices) {
        let name = format!("s{}", self.selectors.len());
        let _ = writeln!(self.text, "{name} = {};", self.new_selector(choices));
        self.selectors.push(name);
    }

    fn any_selector(&self, choices: &mut Choices) -> String {
        match self.selectors.len() {
            count if count > 0 && choices.below(4) == 0 => self.selectors[choices.below(count)].clone(),
            _ => self.new_selector(choices),
        }
    }

    fn width(&mut self, choices: &mut Choices) {
        let value = format!("selector_width({})", self.any_selector(choices));
        self.define_width(&value);
    }

    /// Each width is a kind of its own, unless the same one was written before.
    fn define_width(&mut self, value: &str) {
        self.widths += 1;
        self.define(Kind::Width(self.widths), false, value);
    }

    fn aggregate(&mut self, choices: &mut Choices) {
        let selector = self.any_selector(choices);
        let value = self.value(choices, |_| true).expect("there is the input");
        let (default, is_sentinel) = self.default(choices, value.kind);
        let averages = value.kind == Kind::Token && !value.may_hold_sentinel;
        let name = if averages {
            choices.pick(&["aggregate", "aggregate_max", "aggregate_min"])
        } else {
            choices.pick(&["aggregate_max", "aggregate_min"])
        };
        let may_hold_sentinel = value.kind == Kind::Token && (value.may_hold_sentinel || is_sentinel);
        self.define(value.kind, may_hold_sentinel, &format!("{name}({selector}, {}{default})", value.name));
    }

    /// A default of the kind as a last argument, and whether it is no int8.
    fn default(&self, choices: &mut Choices, kind: Kind) -> (String, bool) {
        let choice = choices.below(8);
        match (kind, choice) {
            (_, 0) => (String::new(), false),
            (Kind::Boolean, _) => (format!(", {}", choices.pick(&["True", "False"])), false),
            (_, 1 | 2) if self.published() => (format!(", {}", choices.pick(&[-999, 999, -32_768, 128])), true),
            (Kind::Token, _) => (format!(", {}", choices.pick(&SMALL)), false),
            _ => (format!(", {}", choices.pick(&[-1, 0])), false),
        }
    }

    fn library(&mut self, choices: &mut Choices) {
        let (x, may_hold_sentinel) = named(self.token(choices));
        let (query, _) = self.token_or_constant(choices);
        let small = choices.pick(&SMALL);
        let steps = if self.published() { choices.below(4) } else { 1 };
        let position = self.value(choices, |named| named.kind == Kind::Position).map_or_else(|| "indices".to_owned(), |it| it.name);
        let index_default = choices.pick(&[-1, 0]);
        match choices.below(10) {
            0 | 1 => self.define(Kind::Token, may_hold_sentinel, &format!("shift_right({x}, {steps}, {small})")),
            2 => {
                let value = format!("cumsum({})", self.boolean(choices));
                self.define_width(&value);
            }
            3 => self.define_width(&format!("num_prev({x}, {query})")),
            4 => self.define(Kind::Boolean, false, &format!("has_seen({x}, {query})")),
            5 => self.define(Kind::Position, false, &format!("firsts({x}, {query}, {index_default})")),
            6 => self.define(Kind::Position, false, &format!("lasts({x}, {query}, {index_default})")),
            7 => self.define(Kind::Token, may_hold_sentinel, &format!("index_select({x}, {position}, {small})")),
            8 => self.define(Kind::Position, false, &format!("{}({x})", choices.pick(&["argmax", "argmin"]))),
            _ => self.define(
                Kind::Token,
                true,
                &format!("induct({x}, {query}, {steps}, {small}, {})", if self.published() { -999 } else { -9 }),
            ),
        }
    }
}

fn named(named: Named) -> (String, bool) {
    (named.name, named.may_hold_sentinel)
}
