//! Runs of a program on inputs that grow at the end, over and over.

use super::{EvaluationError, State};
use crate::rasp_l::graph::Type;
use crate::rasp_l::program::Program;
use crate::rasp_l::value::Sequence;

/// A program on an input that grows at the end: every output so far, none computed twice.
///
/// A new token costs about the same time for each operation that the output reads, however long the input is; selections by `<`, `<=`, `>`, `>=` and
/// `!=` cost a logarithm of the number of distinct keys. A run that is used again on another input, after [`reset`](Self::reset), allocates nothing
/// unless that is the longest so far.
///
/// ```
/// let program = rasp::rasp_l::Program::parse("max.rasp", "#lang rasp-l\naggregate_max(select(True, True, ==), tokens);")?;
/// let mut run = program.run();
/// run.extend(&[1, 5, 3])?;
/// run.extend(&[7])?;
/// assert_eq!(run.output()?.to_string(), "1 5 5 7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Run {
    program: Program,
    state: State,
}

impl Run {
    pub(crate) fn new(program: Program) -> Self {
        let state = State::new(program.output_plan());
        Run { program, state }
    }

    /// Puts tokens after the input.
    ///
    /// # Errors
    /// [`EvaluationError::Overflow`], [`EvaluationError::RemainderByZero`] and [`EvaluationError::Sentinel`] at any of the new positions: of the first
    /// operation that fails, at the first of them. The run then gives that error to everything until it is reset.
    pub fn extend(&mut self, tokens: &[i8]) -> Result<(), EvaluationError> {
        self.state.extend(self.program.output_plan(), tokens).map_err(|fault| self.program.explain(fault))
    }

    /// The output: one value per token of the input.
    ///
    /// # Errors
    /// [`EvaluationError::EmptyInput`] before the first token; the error that the run has met.
    pub fn output(&self) -> Result<Sequence, EvaluationError> {
        check(&self.program, &self.state)?;
        match self.program.graph().ty(self.program.output()) {
            Type::Sequence(kind) => Ok(self.state.sequence(self.program.output_plan(), self.program.output(), kind)),
            Type::Selector => unreachable!("the elaborator checked that the output is a sequence"),
        }
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
        self.state.reset(self.program.output_plan());
    }
}

/// Whether the state has values.
pub(crate) fn check(program: &Program, state: &State) -> Result<(), EvaluationError> {
    match state.fault() {
        Some(fault) => Err(program.explain(fault.clone())),
        None if state.len() == 0 => Err(EvaluationError::EmptyInput),
        None => Ok(()),
    }
}
