//! The evaluator against the definitions of the language, written out cell by cell, on random flows and inputs.

use super::{Memo, Plan, Value};
use crate::atom::{self, Atom, AtomLimits};
use crate::comparison::Comparison;
use crate::fault::{Fault, FaultClass};
use crate::flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Reading, Table, UnaryMap};
use crate::input::Input;
use crate::sequence::SequenceKind;
use proptest::prelude::*;

/// Values by definition: sequences of atoms, and matrices in which a cell may have no answer.
#[derive(Clone, Debug)]
enum Slow {
    Sequence(Vec<Atom>),
    Selector(Vec<Vec<Result<bool, Fault>>>),
}

fn kind(values: &[Atom]) -> Option<SequenceKind> {
    let all = |fits: fn(&Atom) -> bool| values.iter().all(fits);
    if all(|value| matches!(value, Atom::Text(_))) {
        Some(SequenceKind::Text)
    } else if all(|value| matches!(value, Atom::Bool(_))) {
        Some(SequenceKind::Bool)
    } else if all(|value| matches!(value, Atom::Bool(_) | Atom::Int(_))) {
        Some(SequenceKind::Int)
    } else {
        all(|value| !matches!(value, Atom::Text(_))).then_some(SequenceKind::Float)
    }
}

/// Evaluates every node in order, up to the first fault.
fn slowly(flow: &Flow, input: &Input) -> Result<Vec<Slow>, (NodeId, FaultClass)> {
    let mut values: Vec<Slow> = Vec::new();
    for (id, node) in flow.nodes() {
        values.push(slow_node(node, &values, input).map_err(|fault| (id, fault.class()))?);
        if let Some(Slow::Selector(rows)) = values.last()
            && let Some(fault) = rows.iter().flatten().find_map(|cell| cell.as_ref().err())
        {
            return Err((id, fault.class()));
        }
    }
    Ok(values)
}

fn slow_node(node: &Node, values: &[Slow], input: &Input) -> Result<Slow, Fault> {
    let len = input.len();
    let limits = AtomLimits::default();
    let at = |id: NodeId, position: usize| match &values[id.idx()] {
        Slow::Sequence(values) => values[position].clone(),
        Slow::Selector(_) => unreachable!("a selector is no sequence"),
    };
    let cell = |id: NodeId, query: usize, key: usize| match &values[id.idx()] {
        Slow::Selector(rows) => rows[query][key].clone(),
        Slow::Sequence(_) => unreachable!("a sequence is no selector"),
    };
    let matrix = |cell: &dyn Fn(usize, usize) -> Result<bool, Fault>| {
        Ok(Slow::Selector((0..len).map(|query| (0..len).map(|key| cell(query, key)).collect()).collect()))
    };
    let value = |position: usize| -> Result<Atom, Fault> {
        match node {
            Node::Tokens(reading) => atom::read(*reading, &input.items()[position]),
            Node::Indices => Ok(Atom::int(position as i64)),
            Node::Constant(atom) => Ok(atom.clone()),
            Node::Map(Map::Unary(op, operand)) => atom::unary(*op, &at(*operand, position)),
            Node::Map(Map::Binary(op, left, right)) => {
                let side = |operand: &Operand| match operand {
                    Operand::Node(id) => at(*id, position),
                    Operand::Atom(atom) => atom.clone(),
                };
                atom::binary(*op, &side(left), &side(right), &limits)
            }
            Node::Map(Map::Where { condition, yes, no }) => Ok(at(if at(*condition, position).truth() { *yes } else { *no }, position)),
            Node::Map(Map::In(item, list)) => Ok(Atom::Bool(list.iter().any(|atom| atom.python_eq(&at(*item, position))))),
            Node::Map(Map::Lookup(Table::Dict(entries), key)) => {
                let key = at(*key, position);
                let entry = entries.iter().find(|(other, _)| other.python_eq(&key));
                entry.map(|(_, value)| value.clone()).ok_or_else(|| Fault::language("no such key"))
            }
            Node::Map(Map::Lookup(..)) => unreachable!("these flows index dictionaries only"),
            Node::Aggregate { selector, value, default } => {
                let selected: Vec<usize> = (0..len).filter(|&key| cell(*selector, position, key) == Ok(true)).collect();
                let all: Vec<Atom> = (0..len).map(|key| at(*value, key)).collect();
                match selected[..] {
                    [] => Ok(default.clone().unwrap_or(Atom::int(0))),
                    [only] => Ok(all[only].clone()),
                    _ if !matches!(kind(&all), Some(SequenceKind::Int | SequenceKind::Float)) => Err(Fault::arithmetic("no numbers")),
                    _ => {
                        let mut sum = Atom::int(0);
                        for &key in &selected {
                            sum = atom::binary(BinaryMap::Add, &sum, &all[key], &limits)?;
                        }
                        let sum = atom::binary(BinaryMap::Multiply, &sum, &Atom::Float(1.0), &limits)?;
                        atom::binary(BinaryMap::Divide, &sum, &Atom::int(selected.len() as i64), &limits)
                    }
                }
            }
            _ => unreachable!("selectors are done below"),
        }
    };
    match node {
        Node::Select { key, query, comparison } => matrix(&|row, column| atom::compare(*comparison, &at(*key, column), &at(*query, row))),
        Node::NotSelector(inner) => matrix(&|row, column| cell(*inner, row, column).map(|selected| !selected)),
        Node::AndSelectors(left, right) => {
            matrix(&|row, column| if cell(*left, row, column)? { cell(*right, row, column) } else { Ok(false) })
        }
        Node::OrSelectors(left, right) => {
            matrix(&|row, column| if cell(*left, row, column)? { Ok(true) } else { cell(*right, row, column) })
        }
        _ => {
            let values: Vec<Atom> = (0..len).map(value).collect::<Result<_, _>>()?;
            if kind(&values).is_none() {
                return Err(Fault::language("text and numbers"));
            }
            Ok(Slow::Sequence(values))
        }
    }
}

/// One node to be made of what is there: an operation, and numbers that choose its inputs.
#[derive(Clone, Debug)]
struct Recipe {
    operation: u8,
    choices: [usize; 3],
    atom: Atom,
    comparison: Comparison,
}

fn atoms() -> impl Strategy<Value = Atom> {
    prop_oneof![
        4 => (-3..5_i64).prop_map(Atom::int),
        2 => prop_oneof![Just(0.5), Just(1.0), Just(0.1), Just(-2.25), Just(1e300)].prop_map(Atom::Float),
        1 => any::<bool>().prop_map(Atom::Bool),
        2 => "[ab]{0,2}".prop_map(|text: String| Atom::text(&text)),
        1 => prop_oneof![Just(i64::MAX), Just(3 << 57), Just(1 << 53)].prop_map(Atom::int),
    ]
}

fn recipes() -> impl Strategy<Value = Vec<Recipe>> {
    let comparison = prop_oneof![
        Just(Comparison::Equal),
        Just(Comparison::NotEqual),
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
    ];
    let recipe = (any::<u8>(), any::<[usize; 3]>(), atoms(), comparison);
    let recipe = recipe.prop_map(|(operation, choices, atom, comparison)| Recipe { operation, choices, atom, comparison });
    proptest::collection::vec(recipe, 1..14)
}

/// A flow of the recipes: everything is well-formed, and anything may be a fault on an input.
fn cook(recipes: &[Recipe]) -> Flow {
    let mut flow = Flow::default();
    let mut add = |node| flow.add(node, "x", Naming::Derived);
    let mut sequences = vec![add(Node::Tokens(Reading::AsIs)), add(Node::Indices)];
    let mut selectors = vec![add(Node::Select { key: sequences[1], query: sequences[1], comparison: Comparison::LessOrEqual })];
    for Recipe { operation, choices, atom, comparison } in recipes {
        let sequence = |choice: usize| sequences[choices[choice] % sequences.len()];
        let selector = |choice: usize| selectors[choices[choice] % selectors.len()];
        let binaries = [BinaryMap::Add, BinaryMap::Subtract, BinaryMap::Multiply, BinaryMap::Divide, BinaryMap::Remainder, BinaryMap::And];
        let unaries = [UnaryMap::Negate, UnaryMap::Plus, UnaryMap::Round, UnaryMap::Not, UnaryMap::Indicator];
        let node = match operation % 16 {
            0 => Node::Constant(atom.clone()),
            1 => Node::Map(Map::Unary(unaries[choices[2] % 5], sequence(0))),
            2 => Node::Map(Map::Binary(binaries[choices[2] % 6], Operand::Node(sequence(0)), Operand::Node(sequence(1)))),
            3 => Node::Map(Map::Binary(binaries[choices[2] % 6], Operand::Node(sequence(0)), Operand::Atom(atom.clone()))),
            4 => Node::Map(Map::Binary(BinaryMap::Compare(*comparison), Operand::Atom(atom.clone()), Operand::Node(sequence(0)))),
            5 => Node::Map(Map::Where { condition: sequence(0), yes: sequence(1), no: sequence(2) }),
            6 => Node::Map(Map::In(sequence(0), vec![atom.clone(), Atom::int(1)].into())),
            7 => Node::Map(Map::Lookup(
                Table::Dict(vec![(Atom::int(0), atom.clone()), (Atom::int(1), Atom::int(7)), (Atom::text("a"), Atom::text("b"))].into()),
                sequence(0),
            )),
            8 | 9 => Node::Select { key: sequence(0), query: sequence(1), comparison: *comparison },
            10 => Node::NotSelector(selector(0)),
            11 => Node::AndSelectors(selector(0), selector(1)),
            12 => Node::OrSelectors(selector(0), selector(1)),
            13 => Node::Aggregate { selector: selector(0), value: sequence(1), default: Some(atom.clone()) },
            _ => Node::Aggregate { selector: selector(0), value: sequence(1), default: None },
        };
        let is_selector = node.is_selector();
        let id = add(node);
        if is_selector { selectors.push(id) } else { sequences.push(id) }
    }
    flow
}

fn inputs() -> impl Strategy<Value = Input> {
    let texts = proptest::collection::vec("[abc]".prop_map(|text: String| Atom::text(&text)), 1..9);
    let numbers = proptest::collection::vec(prop_oneof![4 => (-2..4_i64).prop_map(Atom::int), 1 => atoms()], 1..9);
    let long = proptest::collection::vec((0..3_i64).prop_map(Atom::int), 60..70);
    prop_oneof![4 => texts, 4 => numbers, 1 => long].prop_filter_map("an input has one type", |atoms| {
        kind(&atoms)?;
        Input::atoms(atoms)
    })
}

fn show(value: &Value) -> String {
    match value {
        Value::Sequence(sequence) => format!("{:?}", sequence.iter().collect::<Vec<_>>()),
        Value::Selector(matrix) => matrix.to_string(),
    }
}

fn show_slow(value: &Slow) -> String {
    match value {
        Slow::Sequence(values) => format!("{values:?}"),
        Slow::Selector(rows) => {
            let row = |row: &Vec<Result<bool, Fault>>| {
                let cells: Vec<&str> = row.iter().map(|cell| if *cell == Ok(true) { "1" } else { "." }).collect();
                cells.join(" ") + "\n"
            };
            rows.iter().map(row).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_node_has_the_value_of_its_definition(recipes in recipes(), input in inputs()) {
        let flow = cook(&recipes);
        let mut memo = Memo::new(input.clone());
        match slowly(&flow, &input) {
            Ok(expected) => {
                for (id, _) in flow.nodes() {
                    prop_assert_eq!(show(&memo.evaluate(&flow, id).unwrap()), show_slow(&expected[id.idx()]));
                }
                let ids: Vec<NodeId> = flow.nodes().map(|(id, _)| id).collect();
                let values = Plan::new(&flow, &ids).evaluate(&input).unwrap();
                for (value, expected) in values.iter().zip(&expected) {
                    prop_assert_eq!(show(value), show_slow(expected));
                }
            }
            Err((failed, class)) => {
                let fault = flow.nodes().find_map(|(id, _)| Some((id, memo.evaluate(&flow, id).err()?))).unwrap();
                prop_assert_eq!((fault.0, fault.1.class()), (failed, class));
                let ids: Vec<NodeId> = flow.nodes().map(|(id, _)| id).take(failed.idx() + 1).collect();
                let error = Plan::new(&flow, &ids).evaluate(&input).unwrap_err();
                prop_assert_eq!((error.node(), error.fault().class()), (failed, class));
            }
        }
    }
}

#[test]
fn products_larger_than_their_sum_do_not_overflow() {
    let mut flow = Flow::default();
    let mut add = |node| flow.add(node, "x", Naming::Derived);
    let (tokens, indices) = (add(Node::Tokens(Reading::AsIs)), add(Node::Indices));
    let selectors = [0, 1, 2].map(|_| {
        let zero = add(Node::Map(Map::Binary(BinaryMap::Multiply, Operand::Node(indices), Operand::Atom(Atom::int(0)))));
        add(Node::Select { key: zero, query: zero, comparison: Comparison::Equal })
    });
    // Of three selectors an odd number, which needs four times the product of all.
    let mut odd = |left, right| {
        let (not_left, not_right) = (add(Node::NotSelector(left)), add(Node::NotSelector(right)));
        let (only_left, only_right) = (add(Node::AndSelectors(left, not_right)), add(Node::AndSelectors(not_left, right)));
        add(Node::OrSelectors(only_left, only_right))
    };
    let two = odd(selectors[0], selectors[1]);
    let three = odd(two, selectors[2]);
    let mean = add(Node::Aggregate { selector: three, value: tokens, default: None });
    let input = Input::atoms(vec![Atom::int(3 << 57); 8]).unwrap();
    assert_eq!(show(&Plan::new(&flow, &[mean]).evaluate(&input).unwrap()[0]), format!("{:?}", vec![Atom::Float((3_i64 << 57) as f64); 8]));
}

#[test]
fn of_two_faults_the_first_made_is_told() {
    let mut flow = Flow::default();
    let mut add = |node| flow.add(node, "x", Naming::Derived);
    let indices = add(Node::Indices);
    let no_entry = add(Node::Map(Map::Lookup(Table::Dict(vec![].into()), indices)));
    let no_quotient = add(Node::Map(Map::Binary(BinaryMap::Divide, Operand::Node(indices), Operand::Atom(Atom::int(0)))));
    let sum = add(Node::Map(Map::Binary(BinaryMap::Add, Operand::Node(no_quotient), Operand::Node(no_entry))));
    let input = Input::text("ab").unwrap();
    assert_eq!(Memo::new(input.clone()).evaluate(&flow, sum).unwrap_err().class(), FaultClass::Language);
    let error = Plan::new(&flow, &[sum]).evaluate(&input).unwrap_err();
    assert_eq!((error.node(), error.fault().class()), (no_entry, FaultClass::Language));
}

/// What the standard library makes of a selector to count what it selects.
fn width(flow: &mut Flow, selector: NodeId) -> NodeId {
    let mut add = |node| flow.add(node, "x", Naming::Derived);
    let int = |value| Operand::Atom(Atom::int(value));
    let (indices, zero, one) = (add(Node::Indices), add(Node::Constant(Atom::int(0))), add(Node::Constant(Atom::int(1))));
    let first = add(Node::Select { key: indices, query: zero, comparison: Comparison::Equal });
    let is_first = add(Node::Map(Map::Binary(BinaryMap::Compare(Comparison::Equal), Operand::Node(indices), int(0))));
    let is_first = add(Node::Map(Map::Unary(UnaryMap::Indicator, is_first)));
    let with_first = add(Node::OrSelectors(selector, first));
    let share = add(Node::Aggregate { selector: with_first, value: is_first, default: None });
    let inverse = add(Node::Map(Map::Binary(BinaryMap::Divide, int(1), Operand::Node(share))));
    let others = add(Node::Map(Map::Binary(BinaryMap::Subtract, Operand::Node(inverse), int(1))));
    let and_first = add(Node::AndSelectors(selector, first));
    let own = add(Node::Aggregate { selector: and_first, value: one, default: Some(Atom::int(0)) });
    let sum = add(Node::Map(Map::Binary(BinaryMap::Add, Operand::Node(others), Operand::Node(own))));
    add(Node::Map(Map::Unary(UnaryMap::Round, sum)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn recognizing_a_width_changes_nothing(recipes in recipes(), input in inputs()) {
        let mut flow = cook(&recipes);
        let selectors: Vec<NodeId> = flow.nodes().filter(|(_, node)| node.is_selector()).map(|(id, _)| id).collect();
        for selector in selectors {
            let counted = width(&mut flow, selector);
            let plan = Plan::new(&flow, &[counted]);
            prop_assert!(plan.has_width());
            let slow = Memo::new(input.clone()).evaluate(&flow, counted);
            match plan.evaluate(&input) {
                Ok(values) => prop_assert_eq!(show(&values[0]), show(&slow.unwrap())),
                Err(error) => prop_assert_eq!(error.fault().class(), slow.unwrap_err().class()),
            }
        }
    }
}
