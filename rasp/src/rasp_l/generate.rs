//! The autoregressive run: the last output token becomes the next input token.

use crate::rasp_l::evaluate::EvaluationError;
use crate::rasp_l::graph::{Kind, Type};
use crate::rasp_l::program::Program;
use crate::rasp_l::value::Sequence;

/// Runs `program` on `prompt` and on its own tokens until `end` comes; gives the tokens after the prompt, `end` included.
pub(crate) fn generate(program: &Program, prompt: &[i8], end: i8, max_new: usize) -> Result<Vec<i8>, EvaluationError> {
    let found = program.graph().ty(program.output());
    if found != Type::Sequence(Kind::Token) {
        return Err(EvaluationError::NotTokens { found });
    }
    let mut tokens = prompt.to_vec();
    for _ in 0..max_new {
        let next = match program.evaluate(&tokens)? {
            Sequence::Tokens(output) => output.last().copied().ok_or(EvaluationError::EmptyInput)?,
            other => unreachable!("the output is tokens, not {other:?}"),
        };
        let next = i8::try_from(next).map_err(|_| EvaluationError::NextIsSentinel { sentinel: next })?;
        tokens.push(next);
        if next == end {
            return Ok(tokens.split_off(prompt.len()));
        }
    }
    Err(EvaluationError::NoEnd { end, tokens: tokens.split_off(prompt.len()) })
}
