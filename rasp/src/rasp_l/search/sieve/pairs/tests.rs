//! Pairs against every last operation, evaluated.

use super::*;
use crate::rasp_l::search::battery::Sequence;
use crate::rasp_l::search::last::visit_fitting;
use crate::rasp_l::search::layout::Layout;
use crate::rasp_l::search::line::{self, Line};
use crate::rasp_l::search::pool::Pool;
use crate::rasp_l::search::space::{Operations, Space};
use crate::rasp_l::search::view::View;
use proptest::prelude::*;

/// The state of the leaves and one line, and the values that it makes possible.
struct State<'s> {
    view: View<'s>,
    sieve: Sieve,
    pool: Pool,
    /// The items of the pool that are no leaves, and the first of them that reads the line.
    items: Vec<usize>,
    newest: usize,
}

fn state<'s>(space: &'s Space, layout: &'s Layout, draw: u32) -> Option<State<'s>> {
    let mut view = View::new(space, layout, true);
    let mut sieve = Sieve::new(space, layout);
    let mut pool = Pool::new(layout.chunks, layout.chunks);
    for slot in 0..view.kinds.len() as Slot {
        sieve.push(&view, slot);
        pool.add(None, view.kinds[usize::from(slot)], view.value(slot), || view.value(slot).to_vec());
    }
    let leaves = pool.len();
    derive(&mut view, &mut pool, None);
    let first = leaves + draw as usize % (pool.len() - leaves).max(1);
    let kind = (first < pool.len()).then(|| pool.kind(first))?;
    view.push(kind, pool.value(first));
    let slot = view.kinds.len() as Slot - 1;
    sieve.push(&view, slot);
    let newest = pool.len();
    derive(&mut view, &mut pool, Some(slot));
    sieve.begin(&view);
    let items = (leaves..pool.len()).filter(|&item| item != first).collect();
    Some(State { view, sieve, pool, items, newest })
}

fn derive(view: &mut View<'_>, pool: &mut Pool, newest: Option<Slot>) {
    let known = view.add_selectors(newest);
    let mut made: Vec<(Line, Kind, Vec<Chunk>)> = Vec::new();
    view.derive(newest, known, 0, &mut |line: Line, kind: Kind, value: &[Chunk]| made.push((line, kind, value.to_vec())));
    for (line, kind, value) in made {
        pool.add(Some(line), kind, &value, || value.clone());
    }
}

impl State<'_> {
    /// The last operations that read two items and what else must be read, and give the targets, by evaluating each.
    fn fitting(&mut self, space: &Space, pair: [usize; 2], required: u32) -> Vec<Line> {
        let mut reading = required;
        for item in pair {
            reading |= 1 << self.view.kinds.len();
            self.view.push(self.pool.kind(item), self.pool.value(item));
        }
        let mut fitting = Vec::new();
        visit_fitting(space, &self.view, reading, |line| fitting.push(line));
        self.view.pop();
        self.view.pop();
        fitting
    }
}

fn sequences(inputs: &[Vec<i8>], targets: impl Fn(usize, usize) -> i8) -> Vec<Sequence> {
    let of = |(number, tokens): (usize, &Vec<i8>)| {
        let targets = (0..tokens.len()).map(|place| (place, targets(number, place))).collect();
        Sequence { tokens: tokens.clone(), targets }
    };
    inputs.iter().enumerate().map(of).collect()
}

fn inputs() -> impl Strategy<Value = Vec<Vec<i8>>> {
    proptest::collection::vec(proptest::collection::vec(-1_i8..4, 1..12), 2..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// The targets are what some last operation makes of two values; whether others agree too is found out by evaluating every one.
    #[test]
    fn a_pair_is_found_if_and_only_if_some_last_operation_agrees(
        inputs in inputs(), draws: [u32; 4], full: bool, others in proptest::collection::vec(any::<[prop::sample::Index; 2]>(), 60),
    ) {
        let operations = if full { Operations::full() } else { Operations::of_names(["-", "==", "if", "width", "max", "mean", "select==", "select<"]).unwrap() };
        let space = Space::new(operations, [-1, 0, 2]);
        let unscored = sequences(&inputs, |_, _| 0);
        let layout = Layout::new(&unscored);
        let Some(mut planted) = state(&space, &layout, draws[0]) else { return Ok(()) };
        let pair = [draws[1], draws[2]].map(|draw| planted.items[draw as usize % planted.items.len()]);
        let both = 0b11 << planted.view.kinds.len();
        for item in pair {
            planted.view.push(planted.pool.kind(item), planted.pool.value(item));
        }
        let mut last = Vec::new();
        line::visit(&space, &planted.view.kinds, both, |line, kind| {
            if kind == Kind::Token && line.reads() & both == both {
                last.push(line);
            }
        });
        prop_assume!(pair[0] != pair[1] && !last.is_empty());
        let values = planted.view.evaluate(last[draws[3] as usize % last.len()]);
        prop_assume!(values.is_some());
        let values = values.unwrap();
        let at = |number: usize, place: usize| {
            let lane = number * layout.width + place;
            values[lane / 64][lane % 64]
        };

        let scored = sequences(&inputs, at);
        let layout = Layout::new(&scored);
        let mut state = state(&space, &layout, draws[0]).unwrap();
        let line = 1_u32 << (state.view.kinds.len() - 1);
        for unread in [0, line] {
            let mut pairs = Pairs::default();
            let newest = state.newest;
            let origin = |item: usize| match item {
                _ if item >= newest => Origin::Newest,
                _ if item.is_multiple_of(3) => Origin::Before,
                _ => Origin::After,
            };
            for &item in &state.items {
                pairs.add(&state.sieve, state.pool.kind(item), state.pool.screen(item), origin(item), state.pool.reads(item) & unread);
            }
            let mut found = Vec::new();
            pairs.find(&state.sieve, unread, |one, other| found.push([one, other]));
            let drawn = others.iter().map(|pair| pair.map(|index| index.index(pairs.items.len())));
            let planted = pair.map(|item| state.items.iter().position(|&other| other == item).unwrap());
            let mut tried: Vec<[usize; 2]> = drawn.chain(found.iter().copied().take(60)).chain([planted]).collect();
            for pair in &mut tried {
                pair.sort_unstable();
            }
            for pair in tried.into_iter().filter(|pair| pair[0] != pair[1]) {
                let items = pair.map(|number| state.items[number]);
                let required = unread & !state.pool.reads(items[0]) & !state.pool.reads(items[1]);
                let makes_sets = origin(items[0]).pairs_with(origin(items[1])) && required.count_ones() <= 1;
                let fitting = state.fitting(&space, items, required);
                prop_assert_eq!(found.contains(&pair), makes_sets && !fitting.is_empty(), "{:?} {:?}", items, fitting);
            }
        }
    }
}
