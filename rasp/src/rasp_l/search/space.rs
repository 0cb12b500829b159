//! Which programs are searched: the operations, the constants and the profile. A certificate is about one space and no other.

use crate::comparison::Comparison;
use crate::rasp_l::discipline::Profile;
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::operation::Arithmetic;
use std::fmt;

/// The programs that are searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// What a line may be.
    pub operations: Operations,
    /// Tokens that may be written, in increasing order: as operands and as defaults. `True` and `False` always may be, and -1 and 0 as the defaults of
    /// indices.
    pub constants: Vec<i8>,
    /// Which widths may be compared: in the strict profile each is a type of its own.
    pub profile: Profile,
}

impl Space {
    /// The operations over these constants and 0, which is the default that need not be written; each once and in order, in the strict profile.
    pub fn new(operations: Operations, constants: impl IntoIterator<Item = i8>) -> Self {
        let mut constants: Vec<i8> = constants.into_iter().chain([0]).collect();
        constants.sort_unstable();
        constants.dedup();
        Space { operations, constants, profile: Profile::Strict }
    }
}

/// A set of core operations. Each costs one, whatever its inputs are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an operation that a set has or has not")]
pub struct Operations {
    /// Of two tokens.
    pub arithmetic: Vec<Arithmetic>,
    /// A token's negative.
    pub negate: bool,
    /// An index moved by one, either way.
    pub step: bool,
    /// Of two values of one kind, to a boolean. `<` allows `>` too, and `<=` allows `>=`: they are the same with their operands swapped.
    pub compare: Vec<Comparison>,
    /// `not`, `and`, `or`.
    pub connect: bool,
    /// The conditional.
    pub choose: bool,
    /// Selector widths.
    pub width: bool,
    /// Of aggregations.
    pub reductions: Vec<Reduction>,
    /// Of selectors.
    pub select: Vec<Comparison>,
}

const ARITHMETIC: [Arithmetic; 4] = [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Remainder];
const REDUCTIONS: [Reduction; 3] = [Reduction::Max, Reduction::Min, Reduction::Mean];
const COMPARE: [Comparison; 4] = [Comparison::Equal, Comparison::NotEqual, Comparison::Less, Comparison::LessOrEqual];

/// The names of sets: every operation of the language; all but `* %`, negation and `!=`; all but arithmetic and negation; aggregations, widths and steps
/// of an index alone.
pub const NAMED_OPERATIONS: [&str; 4] = ["full", "basic", "no-arithmetic", "attention"];

impl Operations {
    /// Every operation of the language.
    pub fn full() -> Self {
        Operations {
            arithmetic: ARITHMETIC.into(),
            negate: true,
            step: true,
            compare: COMPARE.into(),
            connect: true,
            choose: true,
            width: true,
            reductions: REDUCTIONS.into(),
            select: Comparison::ALL.into(),
        }
    }

    /// No operation.
    fn none() -> Self {
        Operations {
            arithmetic: Vec::new(),
            negate: false,
            step: false,
            compare: Vec::new(),
            connect: false,
            choose: false,
            width: false,
            reductions: Vec::new(),
            select: Vec::new(),
        }
    }

    /// One of [`NAMED_OPERATIONS`].
    pub fn named(name: &str) -> Option<Self> {
        let full = Operations::full();
        Some(match name {
            "full" => full,
            "basic" => Operations {
                arithmetic: vec![Arithmetic::Add, Arithmetic::Subtract],
                negate: false,
                compare: vec![Comparison::Equal, Comparison::Less],
                select: Comparison::ALL.into_iter().filter(|&comparison| comparison != Comparison::NotEqual).collect(),
                ..full
            },
            "no-arithmetic" => Operations { arithmetic: Vec::new(), negate: false, ..full },
            "attention" => Operations { step: true, width: true, reductions: full.reductions, select: full.select, ..Operations::none() },
            _ => return None,
        })
    }

    /// The operations of these names, which are those that [`names`](Self::names) gives.
    ///
    /// # Errors
    /// The first name that is none.
    pub fn of_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, &'n str> {
        let mut chosen = Operations::none();
        for name in names {
            chosen.add(name).ok_or(name)?;
        }
        Ok(chosen)
    }

    fn add(&mut self, name: &str) -> Option<()> {
        match name {
            "negate" => self.negate = true,
            "step" => self.step = true,
            "connect" => self.connect = true,
            "if" => self.choose = true,
            "width" => self.width = true,
            _ => {
                if let Some(&arithmetic) = ARITHMETIC.iter().find(|arithmetic| arithmetic.symbol() == name) {
                    add(&mut self.arithmetic, &ARITHMETIC, arithmetic);
                } else if let Some(&reduction) = REDUCTIONS.iter().find(|&&reduction| reduction_name(reduction) == name) {
                    add(&mut self.reductions, &REDUCTIONS, reduction);
                } else if let Some(comparison) = COMPARE.into_iter().find(|comparison| comparison.symbol() == name) {
                    add(&mut self.compare, &COMPARE, comparison);
                } else {
                    let comparison = Comparison::read(name.strip_prefix("select")?)?;
                    add(&mut self.select, &Comparison::ALL, comparison);
                }
            }
        }
        Some(())
    }

    /// The operations by name, in a fixed order: `+ - * % negate step == != < <= connect if width max min mean`, and the selectors' comparisons as
    /// `select==` and so on.
    pub fn names(&self) -> Vec<String> {
        let word = |present: bool, name: &str| present.then(|| name.to_owned());
        let mut names: Vec<String> = self.arithmetic.iter().map(|arithmetic| arithmetic.symbol().to_owned()).collect();
        names.extend(word(self.negate, "negate"));
        names.extend(word(self.step, "step"));
        names.extend(self.compare.iter().map(|comparison| comparison.symbol().to_owned()));
        names.extend(
            [(self.connect, "connect"), (self.choose, "if"), (self.width, "width")]
                .into_iter()
                .filter_map(|(present, name)| word(present, name)),
        );
        names.extend(self.reductions.iter().map(|&reduction| reduction_name(reduction).to_owned()));
        names.extend(self.select.iter().map(|comparison| format!("select{}", comparison.symbol())));
        names
    }
}

impl fmt::Display for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

fn reduction_name(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::Mean => "mean",
        Reduction::Max => "max",
        Reduction::Min => "min",
    }
}

/// Adds a member, keeping the order of `all`.
fn add<T: Copy + PartialEq>(chosen: &mut Vec<T>, all: &[T], member: T) {
    *chosen = all.iter().copied().filter(|candidate| *candidate == member || chosen.contains(candidate)).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_made_again_from_its_names() {
        for name in NAMED_OPERATIONS {
            let operations = Operations::named(name).unwrap();
            let names = operations.names();
            assert_eq!(Operations::of_names(names.iter().map(String::as_str)), Ok(operations));
        }
        assert_eq!(Operations::of_names(["max", "select==", "sellect"]), Err("sellect"));
        assert_eq!(Operations::of_names(["select<", "min", "select==", "max"]).unwrap().to_string(), "max min select== select<");
    }
}
