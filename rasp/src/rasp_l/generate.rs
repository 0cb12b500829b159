//! The autoregressive run: the last output token becomes the next input token.

use crate::rasp_l::evaluate::{self, EvaluationError, State};
use crate::rasp_l::graph::{Kind, Type};
use crate::rasp_l::program::Program;

/// A program asked again and again for the token after an input that grows.
///
/// As [`Run`](crate::rasp_l::Run), and cheaper: what no later position reads is computed for the newest position of each chunk alone.
///
/// ```
/// let program = rasp::rasp_l::Program::parse("max.rasp", "#lang rasp-l\naggregate_max(select(True, True, ==), tokens);")?;
/// let mut generation = program.generation()?;
/// generation.extend(&[1, 5, 3])?;
/// assert_eq!(generation.next_token()?, 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Generation {
    program: Program,
    state: State,
}

impl Generation {
    pub(crate) fn new(program: Program) -> Result<Self, EvaluationError> {
        let found = program.graph().ty(program.output());
        if found != Type::Sequence(Kind::Token) {
            return Err(EvaluationError::NotTokens { found });
        }
        let state = State::new(program.next_token_plan());
        Ok(Generation { program, state })
    }

    /// Puts tokens after the input.
    ///
    /// # Errors
    /// As [`Run::extend`](crate::rasp_l::Run::extend): faults are found at all positions, not only at the last.
    pub fn extend(&mut self, tokens: &[i8]) -> Result<(), EvaluationError> {
        self.state.extend(self.program.next_token_plan(), tokens).map_err(|fault| self.program.explain(fault))
    }

    /// The token after the input, which is the last of the program's output.
    ///
    /// # Errors
    /// [`EvaluationError::EmptyInput`] before the first token; [`EvaluationError::NextIsSentinel`]; the error that `extend` has met.
    pub fn next_token(&self) -> Result<i8, EvaluationError> {
        evaluate::check(&self.program, &self.state)?;
        let next = self.state.last(self.program.next_token_plan(), self.program.output());
        i8::try_from(next).map_err(|_| EvaluationError::NextIsSentinel { sentinel: next as i16 })
    }

    /// How many tokens the input has.
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Whether the input is empty, as it is at first.
    pub fn is_empty(&self) -> bool {
        self.state.len() == 0
    }

    /// Empties the input.
    pub fn reset(&mut self) {
        self.state.reset(self.program.next_token_plan());
    }
}

/// Runs `program` on `prompt` and on its own tokens until `end` comes or there are `most` of them; gives the tokens after the prompt.
pub(crate) fn generate(program: &Program, prompt: &[i8], end: Option<i8>, most: usize) -> Result<Vec<i8>, EvaluationError> {
    let mut generation = program.generation()?;
    let mut tokens = Vec::new();
    while tokens.len() < most {
        generation.extend(tokens.last().map_or(prompt, std::slice::from_ref))?;
        let next = generation.next_token()?;
        tokens.push(next);
        if Some(next) == end {
            break;
        }
    }
    Ok(tokens)
}
