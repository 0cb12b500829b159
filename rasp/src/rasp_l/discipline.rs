//! The discipline of RASP-L: the rules that a program obeys, and the few places where the paper's own listings bend them.
//!
//! Source: Zhou et al. 2023, appendix E, <https://arxiv.org/abs/2310.16028>; what the listings do beside their rules is in `docs/rasp-l.md`.

use crate::diagnostic::Code;
use std::fmt;

/// How strictly the rules are kept. A program of the strict profile is one of the published profile too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// Every rule as the paper states it.
    Strict,
    /// Also what the paper's listings do beside their rules, in three places, and nothing else.
    #[default]
    Published,
}

impl Profile {
    /// As written on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Strict => "strict",
            Profile::Published => "published",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A rule of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Int8,
    Index,
    Width,
    Attention,
    Default,
    StraightLine,
    Sequences,
    Boolean,
}

impl Rule {
    /// The rule, as diagnostics quote it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Rule::Int8 => "rule of RASP-L: every value that is no index is an int8, and elementwise operations map int8 to int8",
            Rule::Index => {
                "rule of RASP-L: an index is a type of its own, which is only compared with an index, moved to the next or the one before, \
                 selected by, and aggregated by max or min; it is never added, and never cast to or from an int8"
            }
            Rule::Width => "rule of RASP-L: each selector width is an index type of its own, which is compared with nothing but itself",
            Rule::Attention => {
                "rule of RASP-L: attention is one operation, which compares a key with a query and reduces the values by mean, max or min, or \
                 counts them; a selector is nothing else's input"
            }
            Rule::Default => "rule of RASP-L: where nothing is selected, an aggregation gives a constant of the values' type",
            Rule::StraightLine => {
                "rule of RASP-L: a program is a straight line; each line is a core operation or a call of another program, without control flow"
            }
            Rule::Sequences => "rule of RASP-L: a variable is a sequence of values or a selector, and nothing else",
            Rule::Boolean => {
                "rule of rasplab: a truth value is no number; the paper's listings, written in Python, let 0 and 1 stand for it"
            }
        }
    }
}

/// Where the paper's own listings do what its rules forbid. Each use is named by a diagnostic: a warning in the published profile, a problem in
/// the strict one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bend {
    /// Listing 5 (`binary_mode`) compares the widths of two selectors.
    WidthsCompared,
    /// Listing 3 (`shift_right`, `induct_prev`) adds a constant to an index, to be read as so many steps.
    SeveralSteps,
    /// Listing 3 (`induct_kqv`, `induct_prev`) has the default -999, which is no int8.
    Sentinel,
}

impl Bend {
    pub(crate) fn code(self) -> Code {
        match self {
            Bend::WidthsCompared => Code::WidthsCompared,
            Bend::SeveralSteps => Code::SeveralSteps,
            Bend::Sentinel => Code::Sentinel,
        }
    }

    pub(crate) fn rule(self) -> Rule {
        match self {
            Bend::WidthsCompared => Rule::Width,
            Bend::SeveralSteps => Rule::Index,
            Bend::Sentinel => Rule::Int8,
        }
    }
}
