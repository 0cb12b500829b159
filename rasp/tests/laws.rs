//! Laws that hold for every program, tried on random well-typed ones.
//!
//! A random program is built as a tree here, printed as text for the crate, and evaluated by the naive definition written below:
//! whole n x n matrices, one position at a time.

use proptest::prelude::*;
use rasp::rasp_l::{EvaluationError, Program, Sequence, Value};

/// A random sequence expression.
#[derive(Clone, Debug)]
enum Seq {
    Tokens,
    Indices,
    Token(i8),
    Truth(bool),
    Binary(&'static str, Box<Seq>, Box<Seq>),
    Unary(&'static str, Box<Seq>),
    Step(Box<Seq>, i8),
    Where(Box<Seq>, Box<Seq>, Box<Seq>),
    Aggregate(&'static str, Box<Sel>, Box<Seq>, Option<i8>),
    Width(Box<Sel>),
}

#[derive(Clone, Debug)]
struct Sel {
    key: Seq,
    query: Seq,
    comparison: &'static str,
}

impl Seq {
    fn text(&self) -> String {
        match self {
            Seq::Tokens => "tokens".to_owned(),
            Seq::Indices => "indices".to_owned(),
            Seq::Token(token) => token.to_string(),
            Seq::Truth(value) => if *value { "True" } else { "False" }.to_owned(),
            Seq::Binary(operator, left, right) => format!("({} {operator} {})", left.text(), right.text()),
            Seq::Unary(operator, operand) => format!("({operator} {})", operand.text()),
            Seq::Step(index, steps) => format!("({} + {steps})", index.text()),
            Seq::Where(condition, yes, no) => format!("({} if {} else {})", yes.text(), condition.text(), no.text()),
            Seq::Aggregate(name, selector, value, None) => format!("{name}({}, {})", selector.text(), value.text()),
            Seq::Aggregate(name, selector, value, Some(default)) => {
                format!("{name}({}, {}, {default})", selector.text(), value.text())
            }
            Seq::Width(selector) => format!("selector_width({})", selector.text()),
        }
    }

    /// The value at every position, as an integer whatever its kind; `None` where a token leaves int8 anywhere.
    fn naive(&self, tokens: &[i8]) -> Option<Vec<i32>> {
        let zip = |left: &Seq, right: &Seq| Some(left.naive(tokens)?.into_iter().zip(right.naive(tokens)?));
        let len = tokens.len();
        match self {
            Seq::Tokens => Some(tokens.iter().map(|&token| i32::from(token)).collect()),
            Seq::Indices => Some((0..len as i32).collect()),
            Seq::Token(token) => Some(vec![i32::from(*token); len]),
            Seq::Truth(value) => Some(vec![i32::from(*value); len]),
            Seq::Binary("and", left, right) => Some(zip(left, right)?.map(|(a, b)| a & b).collect()),
            Seq::Binary("or", left, right) => Some(zip(left, right)?.map(|(a, b)| a | b).collect()),
            Seq::Binary("+", left, right) => zip(left, right)?.map(|(a, b)| int8(a + b)).collect(),
            Seq::Binary("-", left, right) => zip(left, right)?.map(|(a, b)| int8(a - b)).collect(),
            Seq::Binary("*", left, right) => zip(left, right)?.map(|(a, b)| int8(a * b)).collect(),
            Seq::Binary("%", left, right) => zip(left, right)?
                .map(|(a, b)| if b == 0 { None } else { int8(a - b * (f64::from(a) / f64::from(b)).floor() as i32) })
                .collect(),
            Seq::Binary(comparison, left, right) => Some(zip(left, right)?.map(|(a, b)| i32::from(holds(comparison, a, b))).collect()),
            Seq::Unary("not", operand) => Some(operand.naive(tokens)?.into_iter().map(|a| 1 - a).collect()),
            Seq::Unary(_, operand) => operand.naive(tokens)?.into_iter().map(|a| int8(-a)).collect(),
            Seq::Step(index, steps) => Some(index.naive(tokens)?.into_iter().map(|a| a + i32::from(*steps)).collect()),
            Seq::Where(condition, yes, no) => {
                let branches = zip(yes, no)?;
                Some(condition.naive(tokens)?.into_iter().zip(branches).map(|(c, (a, b))| if c == 1 { a } else { b }).collect())
            }
            Seq::Aggregate(name, selector, value, default) => {
                let (matrix, values) = (selector.naive(tokens)?, value.naive(tokens)?);
                let default = i32::from(default.unwrap_or(0));
                let row = |row: &Vec<bool>| {
                    let chosen: Vec<i32> = values.iter().zip(row).filter(|&(_, &selected)| selected).map(|(&value, _)| value).collect();
                    match *name {
                        _ if chosen.is_empty() => default,
                        "aggregate_max" => chosen.into_iter().max().unwrap_or(default),
                        "aggregate_min" => chosen.into_iter().min().unwrap_or(default),
                        _ => (f64::from(chosen.iter().sum::<i32>()) / chosen.len() as f64).trunc() as i32,
                    }
                };
                Some(matrix.iter().map(row).collect())
            }
            Seq::Width(selector) => {
                let matrix = selector.naive(tokens)?;
                Some(matrix.iter().map(|row| row.iter().filter(|&&selected| selected).count() as i32).collect())
            }
        }
    }
}

impl Sel {
    fn text(&self) -> String {
        format!("select({}, {}, {})", self.key.text(), self.query.text(), self.comparison)
    }

    fn naive(&self, tokens: &[i8]) -> Option<Vec<Vec<bool>>> {
        let (key, query) = (self.key.naive(tokens)?, self.query.naive(tokens)?);
        let len = tokens.len();
        Some((0..len).map(|i| (0..len).map(|j| j <= i && holds(self.comparison, key[j], query[i])).collect()).collect())
    }
}

fn int8(value: i32) -> Option<i32> {
    (-128..=127).contains(&value).then_some(value)
}

fn holds(comparison: &str, a: i32, b: i32) -> bool {
    match comparison {
        "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

fn comparison() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="])
}

fn pair(strategy: &BoxedStrategy<Seq>) -> impl Strategy<Value = (Box<Seq>, Box<Seq>)> + use<> {
    (strategy.clone().prop_map(Box::new), strategy.clone().prop_map(Box::new))
}

struct Kinds {
    token: BoxedStrategy<Seq>,
    index: BoxedStrategy<Seq>,
    /// Compared with one another, whatever their selectors: programs of the published profile.
    width: BoxedStrategy<Seq>,
    truth: BoxedStrategy<Seq>,
}

/// Random expressions of each kind, at most `depth` operations deep.
fn kinds(depth: usize) -> Kinds {
    let token = prop_oneof![3 => Just(Seq::Tokens), 1 => (-3..=9_i8).prop_map(Seq::Token)].boxed();
    let index = Just(Seq::Indices).boxed();
    let truth = any::<bool>().prop_map(Seq::Truth).boxed();
    if depth == 0 {
        let all = Sel { key: Seq::Tokens, query: Seq::Tokens, comparison: "==" };
        return Kinds { token, index, width: Just(Seq::Width(Box::new(all))).boxed(), truth };
    }
    let inner = kinds(depth - 1);
    let alike = || prop_oneof![pair(&inner.token), pair(&inner.index), pair(&inner.width), pair(&inner.truth)];
    let selector =
        (alike(), comparison()).prop_map(|((key, query), comparison)| Box::new(Sel { key: *key, query: *query, comparison })).boxed();
    let choice = |kind: &BoxedStrategy<Seq>, truth: &BoxedStrategy<Seq>| {
        (truth.clone(), pair(kind)).prop_map(|(condition, (yes, no))| Seq::Where(Box::new(condition), yes, no)).boxed()
    };
    let names = || prop::sample::select(vec!["aggregate", "aggregate_max", "aggregate_min"]);
    let token_aggregate = (names(), selector.clone(), inner.token.clone(), prop::option::of(-3..9_i8))
        .prop_map(|(name, selector, value, default)| Seq::Aggregate(name, selector, Box::new(value), default));
    let index_aggregate = |index: &BoxedStrategy<Seq>| {
        (prop::sample::select(vec!["aggregate_max", "aggregate_min"]), selector.clone(), index.clone(), prop::option::of(-1..=0_i8))
            .prop_map(|(name, selector, value, default)| Seq::Aggregate(name, selector, Box::new(value), default))
    };
    let step = |index: &BoxedStrategy<Seq>| (index.clone(), -3..=3_i8).prop_map(|(index, steps)| Seq::Step(Box::new(index), steps));
    let arithmetic = (prop::sample::select(vec!["+", "-", "*", "%"]), pair(&inner.token))
        .prop_map(|(operator, (left, right))| Seq::Binary(operator, left, right));
    Kinds {
        token: prop_oneof![
            2 => token,
            2 => arithmetic,
            1 => inner.token.clone().prop_map(|operand| Seq::Unary("-", Box::new(operand))),
            2 => choice(&inner.token, &inner.truth),
            4 => token_aggregate,
        ]
        .boxed(),
        index: prop_oneof![1 => index, 1 => step(&inner.index), 2 => index_aggregate(&inner.index)].boxed(),
        width: prop_oneof![2 => selector.clone().prop_map(Seq::Width), 1 => step(&inner.width), 1 => index_aggregate(&inner.width)].boxed(),
        truth: prop_oneof![
            1 => truth,
            4 => (comparison(), alike()).prop_map(|(comparison, (left, right))| Seq::Binary(comparison, left, right)),
            1 => (prop::sample::select(vec!["and", "or"]), pair(&inner.truth)).prop_map(|(operator, (left, right))| Seq::Binary(operator, left, right)),
            1 => inner.truth.clone().prop_map(|operand| Seq::Unary("not", Box::new(operand))),
            1 => choice(&inner.truth, &inner.truth),
        ]
        .boxed(),
    }
}

fn any_sequence() -> impl Strategy<Value = Seq> {
    let Kinds { token, index, width, truth } = kinds(3);
    prop_oneof![token, index, width, truth]
}

fn inputs() -> impl Strategy<Value = Vec<i8>> {
    prop::collection::vec(-3..10_i8, 1..12)
}

/// The program of one statement; `None` if constants in it fold to a fault, or all of it to a constant.
fn program(body: &str) -> Option<Program> {
    match Program::parse("random.rasp", &format!("#lang rasp-l\n{body}")) {
        Ok(program) => Some(program),
        Err(problems) => {
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code().as_str()).collect();
            assert!(codes.iter().all(|&code| matches!(code, "E0302" | "E0502")), "{problems}");
            None
        }
    }
}

fn integers(sequence: Sequence) -> Vec<i32> {
    match sequence {
        Sequence::Tokens(values) => values.into_iter().map(i32::from).collect(),
        Sequence::Indices(values) => values,
        Sequence::Booleans(values) => values.into_iter().map(i32::from).collect(),
    }
}

proptest! {
    #[test]
    fn fused_evaluation_equals_the_naive_definition(sequence in any_sequence(), tokens in inputs()) {
        let Some(program) = program(&format!("{};", sequence.text())) else { return Ok(()) };
        match program.evaluate(&tokens) {
            Ok(output) => prop_assert_eq!(Some(integers(output)), sequence.naive(&tokens)),
            Err(EvaluationError::Overflow { .. } | EvaluationError::RemainderByZero { .. }) => {
                prop_assert_eq!(None, sequence.naive(&tokens));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn no_position_depends_on_a_later_token(sequence in any_sequence(), tokens in inputs(), other in inputs(), keep in 1..12_usize) {
        let Some(program) = program(&format!("{};", sequence.text())) else { return Ok(()) };
        let keep = keep.min(tokens.len());
        let changed: Vec<i8> = tokens[..keep].iter().chain(&other).copied().collect();
        if let (Ok(before), Ok(after)) = (program.evaluate(&tokens), program.evaluate(&changed)) {
            prop_assert_eq!(&integers(before)[..keep], &integers(after)[..keep]);
        }
    }

    #[test]
    fn writing_an_expression_twice_costs_nothing(sequence in any_sequence()) {
        let text = sequence.text();
        let (Some(once), Some(twice)) = (program(&format!("{text};")), program(&format!("a = {text}; b = {text}; a == b;"))) else { return Ok(()) };
        prop_assert_eq!(once.length().core_operations + 1, twice.length().core_operations);
        prop_assert_eq!(once.length().tree_operations * 2 + 1, twice.length().tree_operations);
        prop_assert_eq!(once.length().attention_depth, twice.length().attention_depth);
        prop_assert_eq!(once.length().heads, twice.length().heads);
    }

    #[test]
    fn a_name_or_a_function_costs_nothing(sequence in any_sequence()) {
        let text = sequence.text();
        let body = format!("def f(tokens_, indices_) {{ return {}; }} x = tokens; f(x, indices);", text.replace("tokens", "tokens_").replace("indices", "indices_"));
        let (Some(plain), Some(named)) = (program(&format!("{text};")), program(&body)) else { return Ok(()) };
        prop_assert_eq!(plain.length().core_operations, named.length().core_operations);
    }

    #[test]
    fn a_selector_by_name_is_its_matrix(comparison in comparison(), tokens in inputs()) {
        let Some(program) = program(&format!("s = select(tokens, tokens + 1, {comparison}); selector_width(s);")) else { return Ok(()) };
        let Ok(Value::Selector(matrix)) = program.evaluate_named("s", &tokens) else { return Err(TestCaseError::fail("no selector")) };
        for query in 0..tokens.len() {
            for key in 0..tokens.len() {
                let expected = key <= query && holds(comparison, i32::from(tokens[key]), i32::from(tokens[query]) + 1);
                prop_assert_eq!(matrix.selects(query, key), expected);
            }
        }
    }

    #[test]
    fn sort_generates_the_sorted_tokens(tokens in prop::collection::hash_set(0..=127_i8, 0..40)) {
        let Some(sort) = program("sep = -1; eos = -2; aggregate_min(select(tokens, tokens, >), tokens, eos);") else { return Ok(()) };
        let prompt: Vec<i8> = tokens.iter().copied().chain([-1]).collect();
        let mut sorted: Vec<i8> = tokens.into_iter().collect();
        sorted.sort_unstable();
        sorted.push(-2);
        prop_assert_eq!(sort.generate(&prompt, -2, 100), Ok(sorted));
    }
}
