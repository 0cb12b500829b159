//! Statistics on plain numbers: intervals of shares, reach, fit, rank correlations, resampling. Knows nothing of tasks or reports.

pub mod binomial;
pub mod fit;
pub mod rank;
pub mod reach;
pub mod resample;
mod summary;

pub use summary::{median, quantile};
