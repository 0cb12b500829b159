//! Inputs on which a session tries its s-ops out.

use crate::evaluate::{Memo, Value};
use crate::fault::Fault;
use crate::flow::{Flow, NodeId};
use crate::object::Object;
use std::cell::RefCell;

/// An input, and the values that it has given so far.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) object: Object,
    memo: Option<RefCell<Memo>>,
}

impl Trial {
    pub(crate) fn new(object: Object, flow: &Flow) -> Self {
        let memo = object.input(flow).map(|input| RefCell::new(Memo::new(input)));
        Trial { object, memo }
    }

    /// The value of a node on this input.
    ///
    /// # Errors
    /// The fault of the evaluation, or that the object is no input.
    pub(crate) fn evaluate(&self, flow: &Flow, node: NodeId) -> Result<Value, Fault> {
        self.memo(flow)?.borrow_mut().evaluate(flow, node)
    }

    /// Whether a node has a value on this input.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub(crate) fn check(&self, flow: &Flow, node: NodeId) -> Result<(), Fault> {
        self.memo(flow)?.borrow_mut().check(flow, node)
    }

    fn memo(&self, flow: &Flow) -> Result<&RefCell<Memo>, Fault> {
        match &self.memo {
            Some(memo) => Ok(memo),
            None => Err(Fault::language(format!(
                "an s-op or selector is applied to text, a list or a dictionary that is not empty, not to {}",
                self.object.describe(flow, Some(60))
            ))),
        }
    }
}
