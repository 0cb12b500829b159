//! Who executes the runs of a sweep: now the workers of this machine.

pub mod local;
