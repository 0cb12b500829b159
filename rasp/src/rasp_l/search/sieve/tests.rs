//! The sieve against last operations that are made, and what it looks up against what it would compute.

use super::*;
use crate::rasp_l::search::battery::Sequence;
use crate::rasp_l::search::layout::Scored;
use crate::rasp_l::search::line::Line;
use crate::rasp_l::search::space::Operations;
use crate::rasp_l::search::vectors::with_vectors;
use crate::rasp_l::search::view::{Take, Unfilled};
use crate::rasp_l::search::words::compare;
use proptest::prelude::*;

/// A state, a last line that it could have, and a last operation that reads it.
#[derive(Clone, Debug)]
struct Draws {
    inputs: Vec<Vec<i8>>,
    /// One a line; the last two are the last line's and the last operation's.
    lines: Vec<u32>,
    required: u32,
    /// Whether only the last place of each input is scored.
    late: bool,
}

fn draws(longest: usize) -> impl Strategy<Value = Draws> {
    let inputs = proptest::collection::vec(proptest::collection::vec(-1_i8..4, 1..=longest), 1..6);
    (inputs, proptest::collection::vec(any::<u32>(), 2..9), any::<u32>(), any::<bool>()).prop_map(|(inputs, lines, required, late)| Draws {
        inputs,
        lines,
        required,
        late,
    })
}

fn layout(inputs: &[Vec<i8>], late: bool, target: impl Fn(usize, usize) -> i8) -> Layout {
    let of_input = |(number, tokens): (usize, &Vec<i8>)| Sequence {
        tokens: tokens.clone(),
        targets: (if late { tokens.len() - 1 } else { 0 }..tokens.len()).map(|place| (place, target(number, place))).collect(),
    };
    let sequences: Vec<Sequence> = inputs.iter().enumerate().map(of_input).collect();
    Layout::new(&sequences)
}

/// A line that reads these slots and comes to something, if the draw makes one.
fn drawn(space: &Space, view: &View<'_>, reading: u32, draw: u32, fits: impl Fn(Line, Kind) -> bool) -> Option<(Line, Kind, Vec<Chunk>)> {
    let mut lines = Vec::new();
    line::visit(space, &view.kinds, reading, |line, kind| {
        if fits(line, kind) {
            lines.push((line, kind));
        }
    });
    let (line, kind) = *lines.get(draw as usize % lines.len().max(1))?;
    Some((line, kind, view.evaluate(line)?))
}

/// A sieve that is ready for the drawn last line, that line's kind and value, and what else the drawn last operation reads. The targets are what that
/// operation gives.
fn made(space: &Space, draws: &Draws) -> Option<(Sieve, Kind, Vec<Chunk>, u32)> {
    made_in(space, draws, &layout(&draws.inputs, draws.late, |_, _| 0), |_, _, _| true).map(|(_, made)| made)
}

/// What is drawn.
enum Drawn {
    Line,
    LastLine,
    LastOperation,
}

/// As [`made`], of lines that fit; with the state.
#[expect(clippy::type_complexity, reason = "what `made` gives")]
fn made_in<'v>(
    space: &'v Space,
    draws: &Draws,
    without_targets: &'v Layout,
    fits: impl Fn(Drawn, Line, Kind) -> bool,
) -> Option<(View<'v>, (Sieve, Kind, Vec<Chunk>, u32))> {
    let mut view = View::new(space, without_targets, true);
    view.add_selectors(None);
    let (rest, last) = draws.lines.split_at(draws.lines.len() - 2);
    for &draw in rest {
        let (_, kind, value) = drawn(space, &view, 0, draw, |line, kind| fits(Drawn::Line, line, kind))?;
        view.push(kind, &value);
        view.add_selectors(Some(view.kinds.len() as Slot - 1));
    }
    let (_, kind, value) = drawn(space, &view, 0, last[0], |line, kind| fits(Drawn::LastLine, line, kind))?;
    let mut with_child = view.clone();
    with_child.push(kind, &value);
    let child = view.kinds.len();
    let (line, _, targets) =
        drawn(space, &with_child, 1 << child, last[1], |line, kind| kind == Kind::Token && fits(Drawn::LastOperation, line, kind))?;

    let width = without_targets.width;
    let target = |lane: usize| targets[lane / LANES][lane % LANES];
    let layout = layout(&draws.inputs, draws.late, |number, place| target(number * width + place));
    let mut sieve = Sieve::new(space, &layout);
    for slot in 0..child as Slot {
        sieve.push(&view, slot);
    }
    sieve.begin(&view);
    let lines = (1 << child) - (1 << line::leaves(space));
    Some((view, (sieve, kind, value, line.reads() & lines & draws.required)))
}

fn space(full: bool) -> Space {
    let few = Operations::of_names(["+", "==", "if", "width", "max", "select==", "select<"]).unwrap();
    Space::new(if full { Operations::named("full").unwrap() } else { few }, [0, 1])
}

/// Looks at an aggregation of this value with the others that differ by their default alone.
struct Together<'t> {
    sieve: &'t mut Sieve,
    value: &'t [Chunk],
    required: u32,
    passes: Vec<bool>,
}

impl Take for Together<'_> {
    fn take(&mut self, _: Line, _: Kind, _: &[Chunk]) {}

    fn take_defaults(&mut self, aggregation: &Unfilled<'_>, out: &mut [Chunk]) {
        if !Sieve::looks_at_together(aggregation.kind, aggregation.defaults) {
            return;
        }
        for (number, &default) in aggregation.defaults.iter().enumerate() {
            if aggregation.fill(default, out) == self.value {
                let left = self.sieve.left_with_defaults(aggregation, self.required);
                assert_eq!(
                    left.prospects[number],
                    self.sieve.prospects(&words_of(self.value)),
                    "what is known of all defaults is what each has"
                );
                let roles = left.roles(number);
                let passes = roles.is_some_and(|roles| self.sieve.passes(aggregation.kind, self.value, self.required, roles));
                self.passes.push(passes);
            }
        }
    }
}

fn words_of(value: &[Chunk]) -> Vec<u64> {
    value.iter().flat_map(chunk_words).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_a_last_operation_gives_passes(draws in prop_oneof![draws(5), draws(8), draws(12), draws(20), draws(32)], full: bool) {
        if let Some((mut sieve, kind, value, required)) = made(&space(full), &draws) {
            prop_assert!(sieve.passes(kind, &value, required, Roles::ALL));
            prop_assert!(sieve.passes(kind, &value, 0, Roles::ALL), "nothing required, and after another line");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_a_last_operation_gives_passes_among_other_defaults(
        draws in prop_oneof![draws(5), draws(8), draws(12), draws(32)],
        role in 0..5,
        full: bool,
        constants in proptest::collection::btree_set(-3_i8..6, 2..DEFAULTS_TOGETHER),
    ) {
        let space = Space::new(space(full).operations, constants);
        let without_targets = layout(&draws.inputs, draws.late, |_, _| 0);
        let fits = |drawn, line, kind| match (drawn, role) {
            (Drawn::LastLine, _) => kind == Kind::Token && matches!(line, Line::Aggregate { .. }),
            (Drawn::LastOperation, 0) => matches!(line, Line::Arithmetic(..) | Line::Negate(_)),
            (Drawn::LastOperation, 1) => matches!(line, Line::Where(..)),
            (Drawn::LastOperation, _) => matches!(line, Line::Aggregate { .. }),
            (Drawn::Line, _) => role != 1 || kind == Kind::Boolean,
        };
        if let Some((mut view, (mut sieve, _, value, required))) = made_in(&space, &draws, &without_targets, fits) {
            let mut together = Together { sieve: &mut sieve, value: &value, required, passes: Vec::new() };
            view.derive(None, 0, 0, &mut together);
            prop_assert!(together.passes.iter().all(|&passes| passes));
        }
    }
}

proptest! {
    #[test]
    fn calculations_that_are_looked_up_are_those_computed(draws in draws(20), full: bool) {
        if let Some((sieve, _, value, _)) = made(&space(full), &draws) {
            let words = words_of(&value);
            let calculations = &sieve.calculations;
            let expected = calculations.positions[..calculations.looked_up]
                .iter()
                .fold(u128::MAX, |all, position| all & sieve.calculations_of(position, byte(&words, position.lane)));
            let at = |lane| Some(byte(&words, lane));
            prop_assert_eq!(calculations.with_any(at), expected);
            for slot in 0..sieve.kinds.len() {
                prop_assert_eq!(calculations.with_one(slot, at), expected & 0xff << calculate::shift(slot));
            }
        }
    }

    #[test]
    fn tables_hold_what_each_set_comes_to(draws in draws(12), full: bool, sets in proptest::collection::vec(1_u32..4096, 20)) {
        if let Some((sieve, ..)) = made(&space(full), &draws) {
            for (number, set) in (0..sieve.first).flat_map(|number| sets.iter().map(move |set| (number, set))) {
                let set = set & sieve.positions[number].prefix;
                let slots = sieve.bits[sieve.kinds.len()];
                let (expected, found) = (sieve.reductions_of_slots(number, set, slots), sieve.sets_of(number)[set as usize]);
                prop_assert_eq!(found & slots & !DEFAULTS, expected & slots & !DEFAULTS);
                prop_assert_eq!(is_possible(found & slots), is_possible(expected & slots));
            }
        }
    }

    /// Where sums modulo 256 are exact, what is possible is what is so with some selector.
    #[test]
    fn what_could_be_reduced_is_what_some_selector_reduces(draws in prop_oneof![draws(5), draws(12), draws(20), draws(32)], full: bool) {
        let Some((mut sieve, Kind::Token, value, required)) = made(&space(full), &draws) else { return Ok(()) };
        let words = words_of(&value);
        // So that no sum of up to 32 differences from a target is right modulo 256 alone.
        let is_small = |value: &i8| (-3..=3).contains(value);
        let values = words.iter().flat_map(|word| word.to_le_bytes().map(u8::cast_signed));
        prop_assume!(values.chain(sieve.positions.iter().map(|position| position.target)).all(|value| is_small(&value)));
        let prospects = sieve.prospects(&words);
        let is_alive = |of: &dyn Fn(usize, &Position) -> u32| {
            let positions = sieve.positions.iter().enumerate();
            own::is_possible(positions.fold(own::small(prospects), |alive, (number, position)| {
                alive & own::small(position.reductions(position.against(&words, sieve.width), &words, of(number, position)))
            }))
        };
        let by_pair = |key: &[u64], query: &[u64]| {
            sieve.space.operations.select.iter().any(|&comparison| {
                is_alive(&|_, position| {
                    let (equal, less) = compare(&key[position.word..], sieve.width, byte(query, position.lane));
                    position::selections(equal, less, position.prefix)[comparison as usize]
                })
            })
        };
        let is_partner = |slot: &usize| sieve.kinds[*slot] == Kind::Token && required & !(1 << slot) == 0;
        let by_itself = required == 0 && by_pair(&words, &words)
            || (0..sieve.kinds.len()).filter(is_partner).map(|slot| sieve.words_of(slot)).any(|other| by_pair(&words, other) || by_pair(other, &words));
        let reads_all = |selector: &usize| required & !sieve.reads[*selector] == 0;
        let by_some = (0..sieve.reads.len()).filter(reads_all).any(|selector| is_alive(&|number, _| sieve.sets[selector * sieve.positions.len() + number]));
        sieve.own.clear();
        let candidate = Candidate { words: &words, required, prospects };
        prop_assert_eq!(sieve.could_reduce_itself(&candidate), by_itself);
        prop_assert_eq!(sieve.could_be_reduced(&candidate), by_some);
    }

    #[test]
    fn what_is_narrowed_is_possible_where_some_byte_is(mut alive: [u8; LANES], reductions: [u8; LANES], most in 0..=LANES) {
        let reductions = std::array::from_fn(|lane| if lane < most { reductions[lane] } else { 0 });
        let expected: Bits = std::array::from_fn(|lane| alive[lane] & reductions[lane]);
        prop_assert_eq!(own::narrow(&mut alive, &reductions), expected.into_iter().any(own::is_possible));
        prop_assert_eq!(alive, expected);
    }

    /// Sums are modulo 256: of large values, sets may seem to have the target as their mean, but never seem not to.
    #[test]
    fn what_a_new_line_comes_to_over_many_sets_is_what_its_values_do(
        values: [i8; 32], small: bool, targets in proptest::collection::vec((any::<i8>(), 1..=32_usize, 0..6_usize), 1..4),
        sets in proptest::collection::vec(any::<u32>(), LANES),
    ) {
        let of = |value: i8| if small { value % 3 } else { value };
        let words: Vec<u64> = values.chunks(8).map(|values| u64::from_le_bytes(std::array::from_fn(|place| of(values[place]).cast_unsigned()))).collect();
        let of_target = |&(target, prefix_len, default): &(i8, usize, usize)| {
            let defaults = [of(target); 5].map(|target| target.wrapping_add(1));
            let defaults: Vec<i8> = defaults.into_iter().take(default).chain([of(target)]).collect();
            position(Scored { lane: prefix_len - 1, start: 0, target: of(target) }, if default == 5 { &[] } else { &defaults }, &[])
        };
        let positions: Vec<Position> = targets.iter().map(of_target).collect();
        let mut own = Own::new(positions.len());
        for (number, position) in positions.iter().enumerate() {
            let sets: Vec<u32> = sets.iter().enumerate().map(|(lane, set)| if lane == 0 { 0 } else { set & position.prefix }).collect();
            let found = reductions(&mut own, &words, &positions, number, &sets);
            for (&set, found) in sets.iter().zip(found) {
                let expected = own::small(position.reductions(position.against(&words, 4), &words, set));
                prop_assert_eq!(expected & !found & own::SMALL_REDUCTIONS, 0);
                prop_assert!(!small || expected & own::SMALL_REDUCTIONS == found & own::SMALL_REDUCTIONS);
                prop_assert!(set != 0 || found == expected);
                prop_assert!(set == 0 || found & own::SMALL_DEFAULTS == own::SMALL_DEFAULTS);
            }
        }
    }
}

/// What a new line comes to over sets of places.
fn reductions(own: &mut Own, words: &[u64], positions: &[Position], number: usize, sets: &[u32]) -> Bits {
    let of_word = |word: usize| std::array::from_fn(|lane| (sets[lane] >> (8 * word)) as u8);
    with_vectors!(Kernels::new(), |vectors| { own.reductions(vectors, words, positions, number, of_word) })
}
