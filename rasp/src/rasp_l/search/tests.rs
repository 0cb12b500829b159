//! The search against plain enumeration, planted programs and the interpreter.

use super::line::{Kind, Line, Slot};
use super::plain::{Plain, leaf_values, plain, visit_agreeing};
use super::*;
use crate::rasp_l::{Profile, Program};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

mod ablation;
mod known;

/// What a program does on the battery: the values of its lines but the last as a set, and the last one's.
type Behaviour = (BTreeSet<(u8, Plain)>, Plain);

fn class(kind: Kind) -> u8 {
    match kind {
        Kind::Token => 0,
        Kind::Boolean => 1,
        Kind::Index(_) => 2,
    }
}

/// The behaviours of all programs of `size` lines that agree.
fn by_plain_enumeration(space: &Space, battery: &Battery, size: usize) -> BTreeSet<Behaviour> {
    let mut behaviours = BTreeSet::new();
    visit_agreeing(space, battery, size, &mut |lines| {
        let (last, others) = lines.split_last().expect("there are lines");
        behaviours.insert((others.iter().map(|(kind, values)| (class(*kind), values.clone())).collect(), last.1.clone()));
        true
    });
    behaviours
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

/// A selector that selects as another does on the screen, and not elsewhere, is needed by the only program.
#[test]
fn what_selects_the_same_on_the_screen_is_not_lost() {
    let mut battery = Battery::new();
    let mut state = 1_u32;
    for _ in 0..16 {
        let tokens: Vec<i8> = (0..8)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as i8 & 3
            })
            .collect();
        let targets = (0..8).map(|place| (place, 5 + tokens[..=place].iter().copied().max().unwrap())).collect();
        battery.add(Sequence { tokens, targets }).unwrap();
    }
    let tokens = vec![5, 1, 5, 0, 2, 5, 1, 4, 3];
    let targets = [10, 6, 6, 6, 7, 7, 7, 9, 9].into_iter().enumerate().collect();
    battery.add(Sequence { tokens, targets }).unwrap();
    let space = Space::new(Operations::of_names(["+", "==", "max", "select=="]).unwrap(), [5]);
    let agreeing = (0..=3).map(|size| search(&space, &battery, size).1.agreeing).collect::<Vec<_>>();
    assert_eq!(agreeing[..3], [0, 0, 0]);
    assert!(agreeing[3] > 0);
}

fn inputs() -> impl Strategy<Value = Vec<Vec<i8>>> {
    proptest::collection::vec(proptest::collection::vec(-1_i8..3, 1..5), 2..6)
}

/// So many and so long that the screen is a small part of them.
fn many_inputs() -> impl Strategy<Value = Vec<Vec<i8>>> {
    proptest::collection::vec(proptest::collection::vec(-1_i8..6, 1..13), 40..60)
}

fn small_space() -> Space {
    Space::new(Operations::of_names(["+", "==", "if", "width", "max", "mean", "select==", "select<"]).unwrap(), [0, 1])
}

/// The search finds what plain enumeration finds; gives the size at which some program agrees.
fn assert_same(space: &Space, battery: &Battery, largest: usize) -> Option<usize> {
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
            return Some(size);
        }
    }
    None
}

/// The interpreter gives the targets too, and counts as many operations.
fn assert_is_right(search: &Search, found: &Found, size: usize) {
    assert_gives_the_targets(&search.source(found, &[], &[]), search.space().profile, search.battery(), size);
}

/// The interpreter counts so many operations of a text, and gives the targets.
fn assert_gives_the_targets(source: &str, profile: Profile, battery: &Battery, size: usize) {
    let program = Program::parse_in(profile, "found.rasp", source).unwrap_or_else(|problems| panic!("{problems}\n{source}"));
    assert_eq!(program.length().core_operations, size, "{source}");
    for sequence in battery.sequences() {
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
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn what_the_screen_cannot_tell_apart_is_told_apart_on_all_sequences(inputs in many_inputs(), draws: [u32; 3], size in 2_usize..=3) {
        let space = small_space();
        if let Some(battery) = planted(&space, size, &draws, &inputs) {
            assert_same(&space, &battery, 2);
            let outcomes = (0..=size).map(|size| search(&space, &battery, size).1.agreeing);
            prop_assert!(outcomes.sum::<u64>() > 0, "{battery:?}");
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

/// Counting from one number to another: so many last lines are still possible at the first positions that some shards go on one by one.
#[test]
fn a_shard_comes_to_the_same_after_any_other() {
    let count = |from: i8, to: i8| Sequence::of(&[from, to, -1], &(from..=to).chain([-2]).collect::<Vec<i8>>());
    let battery = battery(&(0..20).flat_map(|from| (from..from + 4).map(move |to| count(from, to))).collect::<Vec<_>>());
    let space = Space::new(Operations::of_names(["+", "-", "max", "select<"]).unwrap(), [-2, -1, 1]);
    let search = Search::new(&space, &battery, 4).unwrap();
    let mut worker = search.worker();
    let run = |worker: &mut Worker<'_>, shard| worker.run(shard, 1, &AtomicBool::new(false)).unwrap();
    for shard in 0..search.shards() {
        assert_eq!(run(&mut worker, shard), run(&mut search.worker(), shard), "shard {shard}");
    }
}

/// Spaces so small that five operations are searched in a moment; the second cannot copy a value.
const SMALL: [&str; 3] = ["- mean select<", "<= if min select<", "width min select<="];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_longer_planted_program_is_found_where_the_screen_says_little(
        inputs in many_inputs(), draws: [u32; 5], size in 4_usize..=5, operations in proptest::sample::select(&SMALL[..]),
        one: bool,
    ) {
        // With a second constant five operations take fifty times as long.
        let constants = if one && size == 4 { vec![0, 1] } else { vec![0] };
        let space = Space::new(Operations::of_names(operations.split(' ')).unwrap(), constants);
        if let Some(battery) = planted(&space, size, &draws, &inputs) {
            let agreeing = (0..=size).map(|size| search(&space, &battery, size).1.agreeing);
            prop_assert!(agreeing.into_iter().any(|agreeing| agreeing > 0), "{battery:?}");
        }
    }
}
