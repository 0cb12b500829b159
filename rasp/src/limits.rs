//! How much a session may use before it stops with an error instead of hanging or exhausting the memory.

/// Bounds on one session; each can be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls of functions inside one another.
    pub call_depth: usize,
    /// Expressions evaluated by one statement, those inside the functions that it calls included.
    pub steps: u64,
    /// Calls of functions by one statement; each has an environment of its own.
    pub calls: u64,
    /// S-ops and selectors of the whole session.
    pub nodes: usize,
    /// Elements of one list, dictionary or range, and of what a `for` may loop over.
    pub elements: usize,
    /// Files that load one another.
    pub load_depth: usize,
    /// Bits of one integer.
    pub integer_bits: u64,
    /// Bytes of one text.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            call_depth: 1_000,
            steps: 20_000_000,
            calls: 1_000_000,
            nodes: 1_000_000,
            elements: 1_000_000,
            load_depth: 50,
            integer_bits: 1 << 20,
            text_bytes: 1 << 24,
        }
    }
}
