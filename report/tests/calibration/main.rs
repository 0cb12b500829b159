//! Measures of calibration: recorded cases, slow references and laws.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod laws;
mod recorded;
