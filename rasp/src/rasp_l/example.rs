//! A program's own examples, run: what it writes after a prompt, or its output at every position.

use crate::diagnostic::{Diagnostic, Diagnostics, Problems};
use crate::example::{self, Claim, Example, Tested};
use crate::rasp_l::program::Program;
use crate::rasp_l::symbol::InputError;
use crate::rasp_l::value::Sequence;
use crate::span::Span;

/// An example whose words are understood.
struct Readable {
    example: Example,
    input: Vec<i8>,
    expected: Expected,
}

enum Expected {
    Answer(Vec<i8>),
    /// As words, since they may be indices or booleans.
    Output(Vec<String>),
}

pub(crate) fn test(program: &Program) -> Result<Tested, Diagnostics> {
    let mut problems = Problems::default();
    let source = program.source();
    let examples = example::read(source, &mut problems);
    let readable: Vec<Readable> = examples.into_iter().filter_map(|example| understand(program, example, &mut problems)).collect();
    if let Some(problems) = problems.finish(program.name(), source) {
        return Err(problems);
    }
    let mut failures = Problems::default();
    let mut failed = 0;
    for problem in readable.iter().filter_map(|readable| try_out(program, readable)) {
        failed += 1;
        failures.push(problem);
    }
    Ok(Tested { examples: readable.len(), failed, failures: failures.finish(program.name(), source) })
}

fn understand(program: &Program, example: Example, problems: &mut Problems) -> Option<Readable> {
    let source = program.source();
    let mut tokens = |span: Span, what: &str| match program.read_tokens(&source[span.start..span.end]) {
        Ok(tokens) if tokens.is_empty() => {
            problems.push(example::malformed(format!("the example has no {what}"), example.input.to(example.expected)));
            None
        }
        Ok(tokens) => Some(tokens),
        Err(error) => {
            let (word, message) = misread(&source[span.start..span.end], span.start, &error);
            problems.push(example::malformed(message, word));
            None
        }
    };
    let input = tokens(example.input, "input");
    let expected = match example.claim {
        Claim::Writes => tokens(example.expected, "answer").map(Expected::Answer),
        Claim::Gives => {
            let words = source[example.expected.start..example.expected.end].split_whitespace();
            Some(Expected::Output(words.map(str::to_owned).collect()))
        }
    };
    Some(Readable { example, input: input?, expected: expected? })
}

/// The word that cannot be read, and why.
fn misread(text: &str, start: usize, error: &InputError) -> (Span, String) {
    let (position, message) = match error {
        InputError::UnknownWord { position, word, way_out } => {
            (*position, format!("`{word}` is neither an integer nor a symbol of the program: {way_out}"))
        }
        InputError::OutOfRange { position, word } => (*position, format!("{word} is outside -128..=127, so it is no token")),
    };
    let mut offset = 0;
    let mut span = Span::new(start, start + text.len());
    for word in text.split_whitespace().take(position) {
        offset += text[offset..].find(word).unwrap_or(0);
        span = Span::new(start + offset, start + offset + word.len());
        offset += word.len();
    }
    (span, message)
}

/// The problem, if the example fails.
fn try_out(program: &Program, Readable { example, input, expected }: &Readable) -> Option<Diagnostic> {
    let result = match expected {
        Expected::Answer(answer) => program.generate_at_most(input, program.symbol("eos"), answer.len()).map(|found| {
            let words = |tokens: &[i8]| tokens.iter().map(|&token| program.show_token(token)).collect::<Vec<_>>();
            (words(&found), words(answer))
        }),
        Expected::Output(expected) => {
            program.evaluate(input).map(|output| (shown(program, &output), canonical(program, &output, expected)))
        }
    };
    match result {
        Ok((found, expected)) if found == expected => None,
        Ok((found, expected)) => {
            let place = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
            let what = if matches!(example.claim, Claim::Writes) { "writes" } else { "gives" };
            let problem = example::failed(example, format!("the program {what} `{}`", found.join(" ")));
            Some(match (found.get(place), expected.get(place)) {
                (Some(found), Some(expected)) => problem.note(format!("word {} is `{found}`, not `{expected}`", place + 1)),
                (None, _) => problem.note(format!("it ends after {place} of {} words", expected.len())),
                (_, None) => problem.note(format!("it has {} words, not {place}", found.len())),
            })
        }
        Err(error) => Some(example::failed(example, "no result").note(error.to_string())),
    }
}

/// An output as words, tokens by their names.
fn shown(program: &Program, output: &Sequence) -> Vec<String> {
    match output {
        Sequence::Tokens(tokens) => tokens.iter().map(|&token| program.show_token(token)).collect(),
        other => other.to_string().split(' ').map(str::to_owned).collect(),
    }
}

/// What was expected of an output, with the names that `shown` gives: two symbols may name one token.
fn canonical(program: &Program, output: &Sequence, expected: &[String]) -> Vec<String> {
    let one = |word: &String| match output {
        Sequence::Tokens(_) => program.read_tokens(word).map_or_else(|_| word.clone(), |tokens| program.show_token(tokens[0])),
        Sequence::Booleans(_) if word == "True" => "T".to_owned(),
        Sequence::Booleans(_) if word == "False" => "F".to_owned(),
        _ => word.clone(),
    };
    expected.iter().map(one).collect()
}
