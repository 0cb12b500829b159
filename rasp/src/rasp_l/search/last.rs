//! Last operations: which of them give the wanted tokens, by evaluating each. Slow, exact, and rarely needed; [`sieve`](super::sieve) rules out most.

use super::kernel::{Chunk, LANES};
use super::layout::Layout;
use super::line::{self, Kind, Line, Select};
use super::space::Space;
use super::view::View;
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::operation::Arithmetic;

/// Gives each operation on the view's slots that reads all slots of `reading`, gives the target at each scored position, and has no fault at any.
///
/// Where nothing depends on the default, only the first is given.
pub(super) fn visit_fitting(space: &Space, view: &View<'_>, reading: u32, mut give: impl FnMut(Line)) {
    let mut settled = None;
    line::visit(space, &view.kinds, reading, |line, kind| {
        if kind != Kind::Token || line.reads() & reading != reading {
            return;
        }
        // Lines that differ by their default come one after another.
        if let Line::Aggregate { select, value, reduction, .. } = line
            && settled == Some((select, value, reduction))
        {
            return;
        }
        if view.layout.scored.iter().all(|scored| token_at(view, line, scored.lane, scored.start) == Some(scored.target))
            && fits(view, line)
        {
            if let Line::Aggregate { select, value, reduction, .. } = line
                && !selects_nothing_somewhere(view, select)
            {
                settled = Some((select, value, reduction));
            }
            give(line);
        }
    });
}

fn fits(view: &View<'_>, line: Line) -> bool {
    view.evaluate(line).is_some_and(|values| agrees(view.layout, &values))
}

/// Whether the values are the tokens wanted, at each scored position.
pub(super) fn agrees(layout: &Layout, values: &[Chunk]) -> bool {
    layout.scored.iter().all(|scored| values[scored.lane / LANES][scored.lane % LANES] == scored.target)
}

fn at(view: &View<'_>, slot: line::Slot, lane: usize) -> i8 {
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
fn token_at(view: &View<'_>, operation: Line, lane: usize, start: usize) -> Option<i8> {
    let at = |slot| at(view, slot, lane);
    match operation {
        Line::Arithmetic(operation, left, right) => arithmetic(operation, at(left), at(right)),
        Line::Negate(input) => at(input).checked_neg(),
        Line::Where(condition, yes, no) => Some(if at(condition) != 0 { at(yes) } else { at(no) }),
        Line::Aggregate { select, value, reduction, default } => {
            let values = selected(view, select, lane, start).map(|other| self::at(view, value, other));
            Some(match reduction {
                Reduction::Max => values.max().unwrap_or(default),
                Reduction::Min => values.min().unwrap_or(default),
                Reduction::Mean => {
                    let (sum, count) = values.fold((0, 0), |(sum, count), value| (sum + i32::from(value), count + 1));
                    if count == 0 { default } else { (sum / count) as i8 }
                }
            })
        }
        _ => unreachable!("it gives no tokens"),
    }
}

fn arithmetic(operation: Arithmetic, left: i8, right: i8) -> Option<i8> {
    operation.apply(i16::from(left), i16::from(right)).ok().map(|result| result as i8)
}
