//! Why a statement or an evaluation of the `rasp` dialect has no result.

use crate::diagnostic::Code;
use std::fmt;

/// What kind of fault. The reference interpreter tells these classes apart, and so do the scripts that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultClass {
    /// A value of the wrong kind for an operation of the language, or a name that is not there: the reference's "ignoring input".
    Language,
    /// An operation on atoms without a result, such as a division by zero or text plus a number: the reference's "something went wrong".
    Arithmetic,
    /// A call of something that cannot be called: the reference's "not implemented".
    NotCallable,
    /// A limit of this interpreter was reached; [`Limits`](crate::Limits) can be raised.
    Limit,
}

/// A fault, with the way out in its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    class: FaultClass,
    code: Code,
    message: String,
    help: Option<String>,
}

impl Fault {
    pub(crate) fn new(class: FaultClass, message: impl Into<String>) -> Self {
        let code = match class {
            FaultClass::Language => Code::WrongValue,
            FaultClass::Arithmetic => Code::NoResult,
            FaultClass::NotCallable => Code::NotAFunction,
            FaultClass::Limit => Code::LimitReached,
        };
        Fault { class, code, message: message.into(), help: None }
    }

    #[must_use]
    pub(crate) fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// The way out, where the message alone does not name it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn language(message: impl Into<String>) -> Self {
        Fault::new(FaultClass::Language, message)
    }

    pub(crate) fn arithmetic(message: impl Into<String>) -> Self {
        Fault::new(FaultClass::Arithmetic, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Fault::new(FaultClass::Limit, message)
    }

    /// What kind of fault.
    pub fn class(&self) -> FaultClass {
        self.class
    }

    /// Its code in diagnostics.
    pub fn diagnostic_code(&self) -> Code {
        self.code
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The way out, if the message does not name it.
    pub fn way_out(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, ": {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
