//! Statistics on plain numbers: intervals of shares, reach, fit, rank correlations, resampling, variance components, power. Knows
//! nothing of tasks or reports.

pub mod binomial;
pub mod clustered_pairs;
pub mod fit;
pub mod partial;
pub mod permutation;
pub mod power;
pub mod rank;
pub mod ranked_pairs;
pub mod reach;
pub mod resample;
pub mod sign_flip;
mod summary;
pub mod variance;

pub use summary::{median, quantile};
