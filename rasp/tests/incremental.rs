//! Evaluation piece by piece, against the definition of the language on random programs and inputs.

#[path = "support/random_program.rs"]
mod random_program;
#[path = "support/reference.rs"]
mod reference;

use proptest::prelude::*;
use rasp::rasp_l::{EvaluationError, Profile, Program, Sequence};
use reference::{Slow, integers, slow};

fn parse(source: &str) -> Program {
    Program::parse("random.rasp", source).unwrap_or_else(|problems| panic!("{source}\n{problems}"))
}

fn inputs(most: usize) -> impl Strategy<Value = Vec<i8>> {
    prop_oneof![
        4 => prop::collection::vec(-3..10_i8, 1..most),
        1 => prop::collection::vec(any::<i8>(), 1..most),
    ]
}

/// The lengths of the pieces that the input comes in.
fn pieces() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![3 => Just(1), 2 => 1..5_usize, 1 => 5..30_usize], 1..20)
}

/// The ends of the pieces of an input; the last piece is as long as need be.
fn ends(pieces: &[usize], len: usize) -> Vec<usize> {
    let sums = pieces.iter().scan(0, |end, piece| {
        *end += piece;
        Some(*end)
    });
    let mut ends: Vec<usize> = sums.take_while(|&end| end < len).collect();
    ends.push(len);
    ends
}

/// The program's output by definition.
fn expected(program: &Program, tokens: &[i8]) -> Result<Vec<i64>, reference::SlowFault> {
    reference::evaluate(program.graph(), program.output(), tokens).map(|value| match value {
        Slow::Sequence(values) => values,
        Slow::Selector(_) => unreachable!("an output is no selector"),
    })
}

fn every_node_is_as_defined(source: &str, tokens: &[i8]) -> Result<(), TestCaseError> {
    let program = parse(source);
    for (name, node) in program.names() {
        match (program.evaluate_named(name, tokens), reference::evaluate(program.graph(), node, tokens)) {
            (Ok(found), Ok(expected)) => prop_assert_eq!(slow(found), expected, "{} on {:?} in\n{}", name, tokens, source),
            (Err(error), Err(fault)) => {
                prop_assert!(fault.is(&program, &error), "{} is not {:?} on {:?} in\n{}", error, fault, tokens, source);
            }
            (found, expected) => prop_assert!(false, "{} on {:?}: {:?}, not {:?} in\n{}", name, tokens, found, expected, source),
        }
    }
    Ok(())
}

#[test]
fn a_long_input_costs_no_more_per_token_than_a_short_one() {
    // Were the prefix gone through for every token, this would take hours.
    let program = parse("#lang rasp-l\nnext = mode(tokens) + (1 if minimum(tokens) < shift_right(tokens, 2, 5) else 0);");
    let mut generation = program.generation().unwrap();
    for position in 0..300_000 {
        generation.extend(&[(position % 7) as i8]).unwrap();
        generation.next_token().unwrap();
    }
}

#[test]
fn chains_of_steps_are_gone_through_once() {
    let statements = (0..5_000).map(|idx| format!("a{} = a{idx} + 100; ", idx + 1)).collect::<Vec<_>>().concat();
    let program = parse(&format!("#lang rasp-l\na0 = indices; {statements} aggregate_max(select(a5000, a4999, >), a2500);"));
    assert_eq!(program.evaluate(&[1, 2]), Ok(Sequence::Indices(vec![250_000, 250_001])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn every_node_of_a_random_program_is_as_defined(source in random_program::programs(Profile::Published, 25), tokens in inputs(40)) {
        every_node_is_as_defined(&source, &tokens)?;
    }

    #[test]
    fn strict_programs_are_strict(source in random_program::programs(Profile::Strict, 25)) {
        let program = Program::parse_in(Profile::Strict, "random.rasp", &source);
        prop_assert!(program.is_ok(), "{}\n{}", source, program.unwrap_err());
    }

    #[test]
    fn a_run_in_pieces_is_the_run_at_once(source in random_program::programs(Profile::Published, 25), tokens in inputs(60), pieces in pieces()) {
        let program = parse(&source);
        let mut run = program.run();
        let mut start = 0;
        for end in ends(&pieces, tokens.len()) {
            match (run.extend(&tokens[start..end]), expected(&program, &tokens[..end])) {
                (Ok(()), Ok(expected)) => prop_assert_eq!(run.output().map(integers), Ok(expected)),
                (Err(error), Err(fault)) => {
                    prop_assert!(fault.is(&program, &error), "{} is not {:?}", error, fault);
                    prop_assert_eq!(run.output(), Err(error.clone()));
                    prop_assert_eq!(run.extend(&[0]), Err(error));
                    return Ok(());
                }
                (found, expected) => prop_assert!(false, "{:?}, not {:?}", found, expected),
            }
            start = end;
        }
    }

    #[test]
    fn next_tokens_are_the_last_of_the_output(source in random_program::token_programs(Profile::Published, 25), tokens in inputs(60), pieces in pieces()) {
        let program = parse(&source);
        let mut generation = program.generation().unwrap();
        prop_assert_eq!(generation.next_token(), Err(EvaluationError::EmptyInput));
        let mut start = 0;
        for end in ends(&pieces, tokens.len()) {
            match (generation.extend(&tokens[start..end]), expected(&program, &tokens[..end])) {
                (Ok(()), Ok(expected)) => match generation.next_token() {
                    Ok(token) => prop_assert_eq!(Some(&i64::from(token)), expected.last()),
                    Err(error) => {
                        let sentinel = *expected.last().unwrap() as i16;
                        prop_assert_eq!(error, EvaluationError::NextIsSentinel { sentinel });
                    }
                },
                (Err(error), Err(fault)) => {
                    prop_assert!(fault.is(&program, &error), "{} is not {:?}", error, fault);
                    prop_assert_eq!(generation.next_token(), Err(error));
                    return Ok(());
                }
                (found, expected) => prop_assert!(false, "{:?}, not {:?}", found, expected),
            }
            start = end;
        }
    }

    #[test]
    fn after_a_reset_nothing_is_left(source in random_program::token_programs(Profile::Published, 20), inputs in prop::collection::vec(inputs(50), 2..5)) {
        let program = parse(&source);
        let (mut run, mut generation) = (program.run(), program.generation().unwrap());
        for tokens in &inputs {
            let half = tokens.len() / 2;
            for piece in [&tokens[..half], &tokens[half..]] {
                let extended = run.extend(piece);
                prop_assert_eq!(generation.extend(piece), extended);
            }
            match expected(&program, tokens) {
                Ok(expected) => {
                    prop_assert_eq!(run.output().map(integers), Ok(expected.clone()));
                    prop_assert_eq!(generation.next_token().ok().map(i64::from), expected.last().copied().filter(|it| i8::try_from(*it).is_ok()));
                }
                Err(_) => prop_assert!(run.output().is_err() && generation.next_token().is_err()),
            }
            run.reset();
            generation.reset();
            prop_assert_eq!((run.len(), generation.len()), (0, 0));
        }
    }

    #[test]
    fn generation_is_evaluation_over_and_over(source in random_program::token_programs(Profile::Published, 15), prompt in inputs(20), end in -3..10_i8) {
        let program = parse(&source);
        let mut tokens = prompt.clone();
        let expected = loop {
            let next = match program.evaluate(&tokens) {
                Ok(Sequence::Tokens(output)) => *output.last().unwrap(),
                Ok(other) => panic!("{other:?} are no tokens"),
                Err(error) => break Err(error),
            };
            let Ok(token) = i8::try_from(next) else { break Err(EvaluationError::NextIsSentinel { sentinel: next }) };
            tokens.push(token);
            if token == end {
                break Ok(tokens.split_off(prompt.len()));
            }
            if tokens.len() == prompt.len() + 30 {
                break Err(EvaluationError::NoEnd { end, tokens: tokens.split_off(prompt.len()) });
            }
        };
        prop_assert_eq!(program.generate(&prompt, end, 30), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_node_is_as_defined_on_long_inputs(source in random_program::programs(Profile::Published, 20), tokens in inputs(400)) {
        every_node_is_as_defined(&source, &tokens)?;
    }
}
