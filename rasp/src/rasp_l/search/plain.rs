//! Plain enumeration: every program of a size, nothing left out, each line computed by its definition. What the search is checked against.
//!
//! It shares with the search what a line can be ([`line`]), and nothing else: no lanes, no equal values, no sieve, no order of lines. Its steps grow with
//! every program there is, so it is for sizes 0 to 2, and for 3 and 4 where operations are few.

use super::battery::{Battery, Sequence};
use super::line::{self, Kind, Line, Select, Slot};
use super::space::Space;
use crate::rasp_l::graph::Reduction;

/// The values of one slot at every position of every sequence, computed one at a time.
pub(super) type Plain = Vec<i32>;

pub(super) fn leaf_values(space: &Space, sequences: &[Sequence]) -> Vec<(Kind, Plain)> {
    let each = |value: &dyn Fn(&Sequence, usize) -> i32| {
        sequences.iter().flat_map(|sequence| (0..sequence.tokens.len()).map(move |place| value(sequence, place))).collect()
    };
    let mut leaves = vec![
        (Kind::Token, each(&|sequence, place| i32::from(sequence.tokens[place]))),
        (line::POSITION, each(&|_, place| place as i32)),
        (Kind::Boolean, each(&|_, _| 0)),
        (Kind::Boolean, each(&|_, _| 1)),
    ];
    leaves.extend(space.constants.iter().map(|&constant| (Kind::Token, each(&|_, _| i32::from(constant)))));
    leaves
}

/// A line by its definition; `None` where it has a fault.
pub(super) fn plain(line: Line, slots: &[(Kind, Plain)], sequences: &[Sequence]) -> Option<Plain> {
    let of_sequences = places(sequences).map(|(start, sequence)| of_sequence(line, slots, start, sequence.tokens.len()));
    Some(of_sequences.collect::<Option<Vec<Plain>>>()?.concat())
}

/// Whether a line has no fault and gives each target; the first sequence on which it does not decides.
fn agrees(line: Line, slots: &[(Kind, Plain)], sequences: &[Sequence]) -> bool {
    places(sequences).all(|(start, sequence)| {
        let values = of_sequence(line, slots, start, sequence.tokens.len());
        values.is_some_and(|values| sequence.targets.iter().all(|&(place, target)| values[place] == i32::from(target)))
    })
}

/// Each sequence, with the place of its first value among those of all.
fn places(sequences: &[Sequence]) -> impl Iterator<Item = (usize, &Sequence)> {
    sequences.iter().scan(0, |start, sequence| {
        let here = *start;
        *start += sequence.tokens.len();
        Some((here, sequence))
    })
}

fn of_sequence(line: Line, slots: &[(Kind, Plain)], start: usize, len: usize) -> Option<Plain> {
    let mut values = Vec::with_capacity(len);
    for place in start..start + len {
        let at = |slot: Slot| slots[usize::from(slot)].1[place];
        let selected = |select: Select| {
            let value = move |slot: Slot, place: usize| slots[usize::from(slot)].1[place];
            (start..=place).filter(move |&other| select.comparison.holds(&value(select.key, other), &value(select.query, place)))
        };
        let int8 = |value: i32| i8::try_from(value).ok().map(i32::from);
        values.push(match line {
            Line::Arithmetic(operation, left, right) => i32::from(operation.apply(at(left) as i16, at(right) as i16).ok()?),
            Line::Negate(input) => int8(-at(input))?,
            Line::Successor(input) => at(input) + 1,
            Line::Predecessor(input) => at(input) - 1,
            Line::Compare(comparison, left, right) => i32::from(comparison.holds(&at(left), &at(right))),
            Line::Not(input) => 1 - at(input),
            Line::And(left, right) => at(left) & at(right),
            Line::Or(left, right) => at(left) | at(right),
            Line::Where(condition, yes, no) => at(if at(condition) == 1 { yes } else { no }),
            Line::Width(select) => selected(select).count() as i32,
            Line::Aggregate { select, value, reduction, default } => {
                let chosen: Vec<i32> = selected(select).map(|other| slots[usize::from(value)].1[other]).collect();
                match reduction {
                    _ if chosen.is_empty() => i32::from(default),
                    Reduction::Max => chosen.iter().copied().max()?,
                    Reduction::Min => chosen.iter().copied().min()?,
                    Reduction::Mean => chosen.iter().sum::<i32>() / chosen.len() as i32,
                }
            }
        });
    }
    Some(values)
}

/// Calls `found` with the values of the lines of every program of `size` operations that agrees with the battery, until it says to stop.
pub(super) fn visit_agreeing(space: &Space, battery: &Battery, size: usize, found: &mut impl FnMut(&[(Kind, Plain)]) -> bool) {
    let mut slots = leaf_values(space, battery.sequences());
    if size == 0 {
        let tokens = &slots[usize::from(line::TOKENS)].1;
        let gives = |(start, sequence): (usize, &Sequence)| {
            sequence.targets.iter().all(|&(place, target)| tokens[start + place] == i32::from(target))
        };
        if places(battery.sequences()).all(gives) {
            found(&[]);
        }
        return;
    }
    descend(space, battery.sequences(), size, &mut slots, found);
}

fn descend(
    space: &Space,
    sequences: &[Sequence],
    left: usize,
    slots: &mut Vec<(Kind, Plain)>,
    found: &mut impl FnMut(&[(Kind, Plain)]) -> bool,
) -> bool {
    let kinds: Vec<Kind> = slots.iter().map(|(kind, _)| *kind).collect();
    let mut next = Vec::new();
    line::visit(space, &kinds, 0, |line, kind| next.push((line, kind)));
    for (line, kind) in next {
        if left == 1 && (kind != Kind::Token || !agrees(line, slots, sequences)) {
            continue;
        }
        if let Some(values) = plain(line, slots, sequences) {
            slots.push((kind.in_slot(slots.len() as Slot), values));
            let goes_on = if left == 1 { found(&slots[line::leaves(space)..]) } else { descend(space, sequences, left - 1, slots, found) };
            slots.pop();
            if !goes_on {
                return false;
            }
        }
    }
    true
}

/// Whether some program of `size` operations agrees with the battery, by plain enumeration.
pub fn some_agrees(space: &Space, battery: &Battery, size: usize) -> bool {
    let mut some = false;
    visit_agreeing(space, battery, size, &mut |_| {
        some = true;
        false
    });
    some
}
