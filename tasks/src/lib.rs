//! Algorithmic tasks, each a generator of examples at a given length, with the RASP-L programs that solve them.
//!
//! A [`Task`] draws a prompt of the asked length and knows its answer. Tokens are the bounded integers of RASP-L, `i8`: data
//! tokens are not negative, the special tokens such as [`SEP`] and [`EOS`] are. A [`Vocabulary`] turns them into the token ids of a
//! model and into text.
//!
//! ```
//! use tasks::{TaskSpec, build, random};
//!
//! let sort = build(&TaskSpec { name: "sort".to_owned(), alphabet: Some(20) })?;
//! let example = sort.sample(3, &mut random::stream(0, "data", 0))?;
//! assert_eq!(example.show(sort.vocabulary()), "17 8 13 sep => 8 13 17 eos");
//! assert_eq!(sort.answer(&example.prompt)?, example.answer);
//!
//! // Distinct tokens: an alphabet of 20 cannot hold 21 of them.
//! assert!(sort.sample(21, &mut random::stream(0, "data", 0)).is_err());
//! # Ok::<(), tasks::TaskError>(())
//! ```
//!
//! The crate is pure: the same seed gives the same examples on every machine, and nothing here reads a file or a clock.

mod addition;
pub mod agreement;
mod bits;
mod catalogue;
mod copy;
mod count;
mod coupling;
mod error;
mod flip_flop;
mod formal;
mod hints;
mod increment;
mod interleaved_majority;
pub mod minimum_degree;
mod mode;
mod own;
pub mod random;
mod random_program;
mod residue;
mod reverse;
pub mod shortest;
mod sort;
mod task;
mod vocabulary;

pub use addition::Addition;
pub use bits::BitTask;
pub use bits::conjunction_fixed::ConjunctionFixed;
pub use bits::parity_hints::ParityHints;
pub use bits::parity_mod10::ParityMod10;
pub use catalogue::{ALPHABET_MAX, Entry, TaskSpec, build, catalogue};
pub use copy::CopyTask;
pub use count::Count;
pub use coupling::{Counted, Coupling};
pub use error::TaskError;
pub use flip_flop::FlipFlop;
pub use formal::MembershipTask;
pub use formal::even_length::EvenLength;
pub use increment::Increment;
pub use interleaved_majority::InterleavedMajority;
pub use mode::Mode;
pub use mode::scratchpad::ModeScratchpad;
pub use own::{Answer, Draw, OwnTask, Prompts};
pub use random_program::{RANDOM_ALPHABET, RandomProgram, Sampler};
pub use residue::ResidueTask;
pub use sort::Sort;
pub use task::{Example, Length, STANDARD, Task};
pub use vocabulary::{COMMA, EOS, EVEN, ODD, PLUS, SEP, SOS, Vocabulary};
