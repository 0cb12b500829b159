//! Last operations: which of them give the wanted tokens, by evaluating each. Slow, exact, and rarely needed; [`sieve`](super::sieve) rules out most.

use super::kernel::{Chunk, LANES};
use super::layout::{Layout, Scored};
use super::line::{self, Kind, Line, Select, Slot};
use super::space::Space;
use super::view::View;
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::operation::Arithmetic;

/// Gives each operation on the view's slots that reads all slots of `reading`, gives the target at each scored position, and has no fault at any.
///
/// Where nothing depends on the default, only the first is given.
pub(super) fn visit_fitting(space: &Space, view: &View<'_>, reading: u32, mut give: impl FnMut(Line)) {
    let Some((&first, others)) = view.layout.scored.split_first() else { return };
    // Lines that differ by their reduction and default come one after another.
    let (mut settled, mut newest) = (None, None);
    line::visit(space, &view.kinds, reading, |line, kind| {
        if kind != Kind::Token || line.reads() & reading != reading {
            return;
        }
        let gives_first = if let Line::Aggregate { select, value, reduction, default } = line {
            if settled == Some((select, value, reduction)) {
                return;
            }
            let chosen = match newest {
                Some((input, chosen)) if input == (select, value) => chosen,
                _ => Chosen::new(view, select, value, first),
            };
            newest = Some(((select, value), chosen));
            chosen.map_or(default, |chosen| chosen.reduced(reduction)) == first.target
        } else {
            token_at(view, line, first) == Some(first.target)
        };
        if gives_first && others.iter().all(|&scored| token_at(view, line, scored) == Some(scored.target)) && fits(view, line) {
            if let Line::Aggregate { select, value, reduction, .. } = line
                && !selects_nothing_somewhere(view, select)
            {
                settled = Some((select, value, reduction));
            }
            give(line);
        }
    });
}

/// The values that a selector selects at one position, at least one.
#[derive(Clone, Copy, Debug)]
struct Chosen {
    max: i8,
    min: i8,
    sum: i32,
    count: i32,
}

impl Chosen {
    /// `None` where nothing is selected.
    fn new(view: &View<'_>, select: Select, value: Slot, scored: Scored) -> Option<Self> {
        let alone = |value: i8| Chosen { max: value, min: value, sum: i32::from(value), count: 1 };
        let values = selected(view, select, scored.lane, scored.start).map(|lane| alone(at(view, value, lane)));
        values.reduce(|all, other| Chosen {
            max: all.max.max(other.max),
            min: all.min.min(other.min),
            sum: all.sum + other.sum,
            count: all.count + other.count,
        })
    }

    fn reduced(self, reduction: Reduction) -> i8 {
        match reduction {
            Reduction::Max => self.max,
            Reduction::Min => self.min,
            Reduction::Mean => (self.sum / self.count) as i8,
        }
    }
}

fn fits(view: &View<'_>, line: Line) -> bool {
    view.evaluate(line).is_some_and(|values| agrees(view.layout, &values))
}

/// Whether the values are the tokens wanted, at each scored position.
pub(super) fn agrees(layout: &Layout, values: &[Chunk]) -> bool {
    layout.scored.iter().all(|scored| values[scored.lane / LANES][scored.lane % LANES] == scored.target)
}

fn at(view: &View<'_>, slot: Slot, lane: usize) -> i8 {
    view.value(slot)[lane / LANES][lane % LANES]
}

fn selected<'v>(view: &'v View<'_>, select: Select, lane: usize, start: usize) -> impl Iterator<Item = usize> + use<'v> {
    let query = at(view, select.query, lane);
    (start..=lane).filter(move |&other| select.comparison.holds(&at(view, select.key, other), &query))
}

fn selects_nothing_somewhere(view: &View<'_>, select: Select) -> bool {
    let lanes = view.layout.chunks * LANES;
    let is_position = |&lane: &usize| view.layout.valid[lane / LANES][lane % LANES] != 0;
    (0..lanes).filter(is_position).any(|lane| selected(view, select, lane, lane - lane % view.layout.width).next().is_none())
}

/// The token that a line gives at one position, computed from the definition; `None` where it has a fault there.
fn token_at(view: &View<'_>, operation: Line, scored: Scored) -> Option<i8> {
    let at = |slot| at(view, slot, scored.lane);
    match operation {
        Line::Arithmetic(operation, left, right) => arithmetic(operation, at(left), at(right)),
        Line::Negate(input) => at(input).checked_neg(),
        Line::Where(condition, yes, no) => Some(if at(condition) != 0 { at(yes) } else { at(no) }),
        Line::Aggregate { select, value, reduction, default } => {
            Some(Chosen::new(view, select, value, scored).map_or(default, |chosen| chosen.reduced(reduction)))
        }
        _ => unreachable!("it gives no tokens"),
    }
}

fn arithmetic(operation: Arithmetic, left: i8, right: i8) -> Option<i8> {
    operation.apply(i16::from(left), i16::from(right)).ok().map(|result| result as i8)
}
