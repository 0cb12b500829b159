//! A sweep's folder in the formats of other tools. It is only read; what is going on in it goes on.

mod event;
#[cfg(feature = "parquet")]
mod parquet;
mod tensorboard;

#[cfg(feature = "parquet")]
pub use self::parquet::export as to_parquet;
pub use tensorboard::export as to_tensorboard;
