//! One table of operations and their results in Python, held against all of ours.

use super::{Atom, AtomLimits, binary, unary};
use crate::comparison::Comparison;
use crate::fault::{Fault, FaultClass};
use crate::flow::{BinaryMap, UnaryMap};
use num_bigint::BigInt;

/// Recorded from Python 3.11: operation, operands and result as `repr` writes them, or what was raised; `complex` is our own word.
const CASES: &str = include_str!("python.txt");

/// An atom as `repr` writes it; text has no escapes here.
fn atom(repr: &str) -> Atom {
    match repr {
        "True" => Atom::Bool(true),
        "False" => Atom::Bool(false),
        _ => match repr.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            Some(text) => Atom::text(text),
            None => match repr.parse::<BigInt>() {
                Ok(value) => Atom::Int(value.into()),
                Err(_) => Atom::Float(repr.parse().unwrap()),
            },
        },
    }
}

fn apply(op: &str, operands: &[Atom]) -> Result<Atom, Fault> {
    if let [operand] = operands {
        let op = match op {
            "-" => UnaryMap::Negate,
            "+" => UnaryMap::Plus,
            "round" => UnaryMap::Round,
            "not" => UnaryMap::Not,
            _ => panic!("no operation is called {op}"),
        };
        return unary(op, operand);
    }
    let op = match op {
        "^" => BinaryMap::Power,
        "*" => BinaryMap::Multiply,
        "/" => BinaryMap::Divide,
        "%" => BinaryMap::Remainder,
        "+" => BinaryMap::Add,
        "-" => BinaryMap::Subtract,
        _ => BinaryMap::Compare(Comparison::read(op).unwrap()),
    };
    binary(op, &operands[0], &operands[1], &AtomLimits::default())
}

/// What went wrong with one line of the table, if anything did.
fn difference(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [op, operands @ .., python] = fields.as_slice() else { panic!("not a case: {line}") };
    let operands: Vec<Atom> = operands.iter().map(|repr| atom(repr)).collect();
    let agrees = match apply(op, &operands) {
        Ok(ours) => ours.python_repr() == *python,
        Err(fault) => {
            let class = if *python == "complex" { FaultClass::Language } else { FaultClass::Arithmetic };
            assert!(!fault.message().contains('\n'), "{fault}");
            (python.ends_with("Error") || *python == "complex") && fault.class() == class
        }
    };
    (!agrees).then(|| format!("{line} is here {:?}", apply(op, &operands)))
}

#[test]
fn every_operation_gives_the_result_of_python() {
    let differences: Vec<String> = CASES.lines().filter_map(difference).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
