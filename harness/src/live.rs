//! A sweep while it runs, as people watch it: one look at its folder is a [`Snapshot`], which is drawn on a terminal or written as text. It only reads, and takes the folder
//! as it finds it: a file that is being written, or is damaged, is left out until it is whole.

mod draw;
mod snapshot;
mod text;

pub use draw::{Measure, View, draw};
pub use snapshot::{LengthPoint, RunLook, Snapshot, State, Watch};
pub use text::in_words;
