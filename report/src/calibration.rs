//! Whether a model's confidence says how often it is right, at each length: measures, their noise, and what they hide.
//!
//! A measure of calibration takes one confidence and one outcome for each example. For a model that answers, the confidence is the probability of
//! its whole greedy answer and the outcome is exact match. The headline is [`smooth_ece`] of these: it has no bins to choose,
//! changes little when confidences change little, and has a diagram that shows it. Beside a falling exact match it says whether failure is
//! announced, confidence falling too, or silent. Several measures stand beside it so that no finding rests on the choice of one: the smooth
//! calibration error keeps closest to the distance from the nearest calibrated model but has no diagram, and the binned error is what most papers print
//! but jumps where a confidence crosses an edge. All of them are above 0 for a calibrated model with few examples, so a value is read beside its
//! [null band](null::null_band).
//!
//! | file | what it holds | source |
//! |---|---|---|
//! | [`smooth`], [`diagram`] | `SmoothECE` and the smooth reliability diagram | Błasiok and Nakkiran 2023, <https://arxiv.org/abs/2309.12236> |
//! | [`lipschitz`], [`laplace`], [`interval`] | measures within known factors of the distance from calibration | Błasiok et al. 2022, <https://arxiv.org/abs/2211.16886> |
//! | [`recalibration`] | what a Lipschitz change of the confidences would gain in squared loss | Błasiok et al. 2023, <https://arxiv.org/abs/2305.18764> |
//! | [`groups`] | errors that cancel in a pool of lengths | Błasiok et al. 2023, <https://arxiv.org/abs/2304.09424> |
//! | [`gap`] | how calibration and error change from the training lengths on | Carrell et al. 2022, <https://arxiv.org/abs/2210.01964> |
//! | [`binned`] | the usual error with bins, for comparison | |
//! | [`null`](mod@null) | what each measure would be if the confidences were true | |
//!
//! Examples must be independent of one another: tokens of one answer are not, so bands of token confidences are too narrow.

pub mod binned;
mod confidences;
mod cosine;
pub mod diagram;
pub mod gap;
pub mod groups;
pub mod interval;
pub mod laplace;
pub mod lipschitz;
pub mod null;
pub mod recalibration;
mod record;
pub mod smooth;

pub use binned::binned_ece;
pub use confidences::Confidences;
pub use diagram::{ReliabilityPoint, reliability, reliability_band};
pub use gap::{GeneralizationGap, generalization_gap};
pub use groups::{GroupError, Multicalibration, multicalibration};
pub use interval::{interval_ce, surrogate_interval_ce};
pub use laplace::{LaplaceError, laplace_error};
pub use lipschitz::smooth_calibration_error;
pub use null::{NullBand, null_band};
pub use recalibration::{Recalibration, recalibrate};
pub use record::{CalibrationRecord, Measure};
pub use smooth::{SmoothEce, smooth_ece, smooth_ece_at};
