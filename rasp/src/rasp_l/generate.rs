//! The autoregressive run: the last output token becomes the next input token.

use crate::rasp_l::evaluate::EvaluationError;
use crate::rasp_l::graph::{Kind, Type};
use crate::rasp_l::program::Program;
use crate::rasp_l::value::Sequence;

/// Runs `program` on `prompt` and on its own tokens until `end` comes or there are `most` of them; gives the tokens after the prompt.
pub(crate) fn generate(program: &Program, prompt: &[i8], end: Option<i8>, most: usize) -> Result<Vec<i8>, EvaluationError> {
    let found = program.graph().ty(program.output());
    if found != Type::Sequence(Kind::Token) {
        return Err(EvaluationError::NotTokens { found });
    }
    let mut tokens = prompt.to_vec();
    for _ in 0..most {
        let next = match program.evaluate(&tokens)? {
            Sequence::Tokens(output) => output.last().copied().ok_or(EvaluationError::EmptyInput)?,
            other => unreachable!("the output is tokens, not {other:?}"),
        };
        let next = i8::try_from(next).map_err(|_| EvaluationError::NextIsSentinel { sentinel: next })?;
        tokens.push(next);
        if Some(next) == end {
            break;
        }
    }
    Ok(tokens.split_off(prompt.len()))
}
