//! A text that statements are read from.

/// The text and its name, for messages.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}
