//! The search against plain enumeration, planted programs and the interpreter.

use super::*;
use super::line::{Kind, Line, Select, Slot};
use crate::rasp_l::graph::Reduction;
use crate::rasp_l::{Profile, Program};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// The values of one slot at every position of every sequence, computed one at a time.
type Plain = Vec<i32>;

fn leaf_values(space: &Space, sequences: &[Sequence]) -> Vec<(Kind, Plain)> {
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
fn plain(line: Line, slots: &[(Kind, Plain)], sequences: &[Sequence]) -> Option<Plain> {
    let mut start = 0;
    let mut values = Vec::new();
    for sequence in sequences {
        for place in start..start + sequence.tokens.len() {
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
        start += sequence.tokens.len();
    }
    Some(values)
}

fn agrees(values: &Plain, sequences: &[Sequence]) -> bool {
    let mut start = 0;
    sequences.iter().all(|sequence| {
        let holds = sequence.targets.iter().all(|&(place, target)| values[start + place] == i32::from(target));
        start += sequence.tokens.len();
        holds
    })
}

/// What a program does on the battery: the values of its lines but the last as a set, and the last one's.
type Behaviour = (BTreeSet<(u8, Plain)>, Plain);

fn class(kind: Kind) -> u8 {
    match kind {
        Kind::Token => 0,
        Kind::Boolean => 1,
        Kind::Index(_) => 2,
    }
}

/// Every program of `size` lines that agrees, each line computed anew: no equal values left out, no sieve, lines in any order, unused lines too.
fn by_plain_enumeration(space: &Space, battery: &Battery, size: usize) -> BTreeSet<Behaviour> {
    fn descend(space: &Space, sequences: &[Sequence], left: usize, slots: &mut Vec<(Kind, Plain)>, found: &mut BTreeSet<Behaviour>) {
        let kinds: Vec<Kind> = slots.iter().map(|(kind, _)| *kind).collect();
        let mut next = Vec::new();
        line::visit(space, &kinds, 0, |line, kind| next.push((line, kind)));
        for (line, kind) in next {
            let Some(values) = plain(line, slots, sequences) else { continue };
            if left == 1 {
                if kind == Kind::Token && agrees(&values, sequences) {
                    let lines = &slots[line::leaves(space)..];
                    found.insert((lines.iter().map(|(kind, values)| (class(*kind), values.clone())).collect(), values));
                }
            } else {
                slots.push((kind.in_slot(slots.len() as Slot), values));
                descend(space, sequences, left - 1, slots, found);
                slots.pop();
            }
        }
    }
    let mut found = BTreeSet::new();
    let mut slots = leaf_values(space, battery.sequences());
    descend(space, battery.sequences(), size, &mut slots, &mut found);
    found
}

fn search(space: &Space, battery: &Battery, size: usize) -> (Search, Outcome) {
    let search = Search::new(space, battery, size).unwrap();
    let mut worker = search.worker();
    let mut whole = Outcome::default();
    for shard in 0..search.shards() {
        let outcome = worker.run(shard, usize::MAX, &AtomicBool::new(false)).unwrap();
        whole.counts += outcome.counts;
        whole.agreeing += outcome.agreeing;
        whole.found.extend(outcome.found);
    }
    (search, whole)
}

fn behaviour(space: &Space, battery: &Battery, found: &Found) -> Behaviour {
    let mut slots = leaf_values(space, battery.sequences());
    for &line in &found.lines {
        let kind = match line {
            Line::Width(_) => line::NEW_WIDTH,
            Line::Compare(..) | Line::Not(_) | Line::And(..) | Line::Or(..) => Kind::Boolean,
            Line::Arithmetic(..) | Line::Negate(_) => Kind::Token,
            Line::Successor(input) | Line::Predecessor(input) | Line::Where(_, input, _) | Line::Aggregate { value: input, .. } => {
                slots[usize::from(input)].0
            }
        };
        let values = plain(line, &slots, battery.sequences()).expect("a program that was found has no fault");
        slots.push((kind, values));
    }
    let (_, last) = slots.pop().expect("a program has lines");
    (slots[line::leaves(space)..].iter().map(|(kind, values)| (class(*kind), values.clone())).collect(), last)
}

/// Sequences over 0, 1, 2 with these targets.
fn battery(sequences: &[Sequence]) -> Battery {
    let mut battery = Battery::new();
    for sequence in sequences {
        battery.add(sequence.clone()).unwrap();
    }
    battery
}

/// A battery that some program of `size` lines agrees with at every position, if the draws make one of tokens without faults.
fn planted(space: &Space, size: usize, draws: &[u32], inputs: &[Vec<i8>]) -> Option<Battery> {
    let mut sequences: Vec<Sequence> = inputs.iter().map(|tokens| Sequence { tokens: tokens.clone(), targets: vec![(0, 0)] }).collect();
    let mut slots = leaf_values(space, &sequences);
    for &draw in &draws[..size] {
        let kinds: Vec<Kind> = slots.iter().map(|(kind, _)| *kind).collect();
        let mut next = Vec::new();
        // A line reads the one before, so that most are needed.
        let reading = if slots.len() > line::leaves(space) { 1 << (slots.len() - 1) } else { 0 };
        line::visit(space, &kinds, reading, |line, kind| next.push((line, kind)));
        let (line, kind) = *next.get(draw as usize % next.len().max(1))?;
        slots.push((kind.in_slot(slots.len() as Slot), plain(line, &slots, &sequences)?));
    }
    let (kind, output) = slots.pop()?;
    let mut rest = output.into_iter();
    for sequence in &mut sequences {
        let of_sequence: Vec<i32> = rest.by_ref().take(sequence.tokens.len()).collect();
        sequence.targets = of_sequence.iter().enumerate().map(|(place, &target)| (place, target as i8)).collect();
    }
    (kind == Kind::Token).then(|| battery(&sequences))
}

fn inputs() -> impl Strategy<Value = Vec<Vec<i8>>> {
    proptest::collection::vec(proptest::collection::vec(-1_i8..3, 1..5), 2..6)
}

fn small_space() -> Space {
    Space::new(Operations::of_names(["+", "==", "if", "width", "max", "mean", "select==", "select<"]).unwrap(), [0, 1])
}

fn assert_same(space: &Space, battery: &Battery, largest: usize) {
    for size in 1..=largest {
        let expected = by_plain_enumeration(space, battery, size);
        let (search, outcome) = search(space, battery, size);
        let found: BTreeSet<Behaviour> = outcome.found.iter().map(|found| behaviour(space, battery, found)).collect();
        assert_eq!(found, expected, "size {size}");
        for found in &outcome.found {
            assert_is_right(&search, found, size);
        }
        if !expected.is_empty() {
            // Beyond the shortest size the search gives representatives only.
            break;
        }
    }
}

/// The interpreter gives the targets too, and counts as many operations.
fn assert_is_right(search: &Search, found: &Found, size: usize) {
    let source = search.source(found, &[]);
    let program = Program::parse_in(Profile::Strict, "found.rasp", &source).unwrap_or_else(|problems| panic!("{problems}\n{source}"));
    assert_eq!(program.length().core_operations, size, "{source}");
    for sequence in search.battery().sequences() {
        let mut run = program.generation().unwrap();
        for (place, &token) in sequence.tokens.iter().enumerate() {
            run.extend(&[token]).unwrap_or_else(|fault| panic!("{fault}\n{source}"));
            for &(_, target) in sequence.targets.iter().filter(|&&(scored, _)| scored == place) {
                assert_eq!(run.next_token(), Ok(target), "{source}{sequence:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn with_every_operation_the_shortest_programs_are_those_of_plain_enumeration(inputs in inputs(), draws: [u32; 2]) {
        let space = Space::new(Operations::full(), [-1, 0]);
        for size in [1, 2] {
            if let Some(battery) = planted(&space, size, &draws, &inputs) {
                assert_same(&space, &battery, 1);
            }
        }
    }

    #[test]
    fn with_few_operations_the_shortest_programs_are_those_of_plain_enumeration(inputs in inputs(), draws: [u32; 3]) {
        let space = small_space();
        for size in [2, 3] {
            if let Some(battery) = planted(&space, size, &draws, &inputs) {
                assert_same(&space, &battery, 2);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn a_planted_program_is_found_or_a_shorter_one(inputs in inputs(), draws: [u32; 3], size in 1_usize..=3, full: bool) {
        let space = if full { Space::new(Operations::full(), [-1, 0]) } else { small_space() };
        if let Some(battery) = planted(&space, size, &draws, &inputs) {
            let mut found = false;
            for size in 0..=size {
                let (search, outcome) = search(&space, &battery, size);
                for found in outcome.found.iter().take(20) {
                    assert_is_right(&search, found, size);
                }
                found |= outcome.agreeing > 0;
                if found {
                    break;
                }
            }
            prop_assert!(found, "{battery:?}");
        }
    }
}
