//! One line of a program that is being searched: an operation on values that are already there, and every line that could come next.
//!
//! Values stand in slots: the leaves first, then the lines in the order in which they were chosen. [`visit`] is the definition of the space: it is
//! what the fast enumeration is tested against, and what gives the last operations of a program that passed the sieve.

use super::space::Space;
use crate::comparison::Comparison;
use crate::rasp_l::discipline::Profile;
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::operation::Arithmetic;

/// The place of a value.
pub(super) type Slot = u8;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Token,
    Boolean,
    /// Indices of two numbers are two types.
    Index(u8),
}

/// Positions in the input.
pub(super) const POSITION: Kind = Kind::Index(0);
/// A width that is no line yet: when it becomes one, it is a type of its own.
pub(super) const NEW_WIDTH: Kind = Kind::Index(u8::MAX);
/// All widths, where they may be compared.
const ANY_WIDTH: Kind = Kind::Index(1);

impl Kind {
    /// The kind of the line in `slot`.
    pub(super) fn in_slot(self, slot: Slot) -> Kind {
        if self == NEW_WIDTH { Kind::Index(2 + slot) } else { self }
    }

    pub(super) fn is_index(self) -> bool {
        matches!(self, Kind::Index(_))
    }
}

/// A selector's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Select {
    pub(super) key: Slot,
    pub(super) query: Slot,
    pub(super) comparison: Comparison,
}

impl Select {
    /// The slots that it reads, as bits.
    #[inline]
    pub(super) fn reads(self) -> u32 {
        1 << self.key | 1 << self.query
    }
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Line {
    Arithmetic(Arithmetic, Slot, Slot),
    Negate(Slot),
    Successor(Slot),
    Predecessor(Slot),
    Compare(Comparison, Slot, Slot),
    Not(Slot),
    And(Slot, Slot),
    Or(Slot, Slot),
    Where(Slot, Slot, Slot),
    Width(Select),
    Aggregate { select: Select, value: Slot, reduction: Reduction, default: i8 },
}

impl Line {
    /// The slots that it reads, as bits.
    #[inline]
    pub(super) fn reads(self) -> u32 {
        match self {
            Line::Negate(input) | Line::Successor(input) | Line::Predecessor(input) | Line::Not(input) => 1 << input,
            Line::Arithmetic(_, left, right) | Line::Compare(_, left, right) | Line::And(left, right) | Line::Or(left, right) => {
                1 << left | 1 << right
            }
            Line::Where(condition, yes, no) => 1 << condition | 1 << yes | 1 << no,
            Line::Width(select) => select.reads(),
            Line::Aggregate { select, value, .. } => select.reads() | 1 << value,
        }
    }
}

/// The leaves, in the order of their slots: `tokens`, `indices`, `False`, `True` and the constants.
pub(super) const TOKENS: Slot = 0;
pub(super) const INDICES: Slot = 1;
pub(super) const FALSE: Slot = 2;
pub(super) const TRUE: Slot = 3;
pub(super) const FIRST_CONSTANT: Slot = 4;

/// How many leaves there are.
pub(super) fn leaves(space: &Space) -> usize {
    usize::from(FIRST_CONSTANT) + space.constants.len()
}

/// The kinds of the leaves.
pub(super) fn leaf_kinds(space: &Space) -> Vec<Kind> {
    [Kind::Token, POSITION, Kind::Boolean, Kind::Boolean].into_iter().chain(space.constants.iter().map(|_| Kind::Token)).collect()
}

/// Whether the slot is a constant.
pub(super) fn is_constant(space: &Space, slot: Slot) -> bool {
    slot >= FALSE && usize::from(slot) < leaves(space)
}

/// The kind of every width that is no line yet.
pub(super) fn width_kind(space: &Space) -> Kind {
    if space.profile == Profile::Strict { NEW_WIDTH } else { ANY_WIDTH }
}

/// The defaults of an aggregation of a kind.
pub(super) fn defaults(space: &Space, kind: Kind) -> &[i8] {
    match kind {
        Kind::Token => &space.constants,
        Kind::Boolean => &[0, 1],
        Kind::Index(_) => &[-1, 0],
    }
}

/// Calls `visit` with every line over slots of these kinds that reads a slot of `reading` (0: any line), and its kind.
///
/// Lines that read constants alone are none: the language folds them. Of lines that differ by the order of operands that does not matter, one is
/// given. All selectors without a variable select everything or nothing, so two of them stand for all.
pub(super) fn visit(space: &Space, kinds: &[Kind], reading: u32, mut visit: impl FnMut(Line, Kind)) {
    visit_elementwise(space, kinds, reading, &mut visit);
    let mut give = |line: Line, kind| {
        if reading == 0 || line.reads() & reading != 0 {
            visit(line, kind);
        }
    };
    let slots = 0..kinds.len() as Slot;
    let kind = |slot: Slot| kinds[usize::from(slot)];
    let operations = &space.operations;
    visit_selects(space, kinds, |select| {
        if operations.width {
            give(Line::Width(select), width_kind(space));
        }
        for value in slots.clone() {
            for &reduction in &operations.reductions {
                if reduction != Reduction::Mean || kind(value) == Kind::Token {
                    for &default in defaults(space, kind(value)) {
                        give(Line::Aggregate { select, value, reduction, default }, kind(value));
                    }
                }
            }
        }
    });
}

/// As [`visit`], elementwise lines alone.
pub(super) fn visit_elementwise(space: &Space, kinds: &[Kind], reading: u32, mut visit: impl FnMut(Line, Kind)) {
    let mut give = |line: Line, kind| {
        if reading == 0 || line.reads() & reading != 0 {
            visit(line, kind);
        }
    };
    let slots = 0..kinds.len() as Slot;
    let operations = &space.operations;
    let kind = |slot: Slot| kinds[usize::from(slot)];
    let constant = |slot: Slot| is_constant(space, slot);
    for left in slots.clone() {
        match kind(left) {
            _ if constant(left) => {}
            Kind::Token if operations.negate => give(Line::Negate(left), Kind::Token),
            Kind::Boolean if operations.connect => give(Line::Not(left), Kind::Boolean),
            index @ Kind::Index(_) if operations.step => {
                give(Line::Successor(left), index);
                give(Line::Predecessor(left), index);
            }
            _ => {}
        }
        for right in slots.clone() {
            if kind(left) != kind(right) || constant(left) && constant(right) {
                continue;
            }
            if kind(left) == Kind::Token {
                for &arithmetic in &operations.arithmetic {
                    if left <= right || matches!(arithmetic, Arithmetic::Subtract | Arithmetic::Remainder) {
                        give(Line::Arithmetic(arithmetic, left, right), Kind::Token);
                    }
                }
            }
            for &comparison in &operations.compare {
                if left < right || left > right && matches!(comparison, Comparison::Less | Comparison::LessOrEqual) {
                    give(Line::Compare(comparison, left, right), Kind::Boolean);
                }
            }
            if kind(left) == Kind::Boolean && operations.connect && left < right {
                give(Line::And(left, right), Kind::Boolean);
                give(Line::Or(left, right), Kind::Boolean);
            }
        }
    }
    if operations.choose {
        for condition in slots.clone().filter(|&slot| kind(slot) == Kind::Boolean && !constant(slot)) {
            for yes in slots.clone().filter(|&slot| !kind(slot).is_index()) {
                for no in slots.clone().filter(|&slot| kind(slot) == kind(yes) && slot != yes) {
                    give(Line::Where(condition, yes, no), kind(yes));
                }
            }
        }
    }
}

/// Calls `visit` with every selector over slots of these kinds.
pub(super) fn visit_selects(space: &Space, kinds: &[Kind], mut visit: impl FnMut(Select)) {
    let slots = 0..kinds.len() as Slot;
    for key in slots.clone() {
        for query in slots.clone() {
            if kinds[usize::from(key)] == kinds[usize::from(query)] && !(is_constant(space, key) && is_constant(space, query)) {
                for &comparison in &space.operations.select {
                    visit(Select { key, query, comparison });
                }
            }
        }
    }
    visit(Select { key: TRUE, query: TRUE, comparison: Comparison::Equal });
    visit(Select { key: TRUE, query: FALSE, comparison: Comparison::Equal });
}
