//! What can go wrong between records and a report.

/// Why records could not be read or a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A row of a results table is not a record.
    #[error("line {line}: not a row of this table")]
    ReadRow {
        /// Line of the file, counted from 1; the header is line 1.
        line: u64,
        /// What the CSV reader says.
        source: csv::Error,
    },
    /// A row says what cannot be, as a share outside `[0, 1]`.
    #[error("line {line}: {reason}")]
    ImpossibleRow {
        /// Line of the file, counted from 1; the header is line 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Calibration was asked of no examples.
    #[error("no examples to measure calibration on: evaluate at least one")]
    NoConfidences,
    /// A confidence is no probability.
    #[error("confidence of example {place} must lie in [0, 1], not {value}: evaluate the checkpoint again")]
    ConfidenceOutOfRange {
        /// Place of the example in what was given, counted from 0.
        place: usize,
        /// What was given; NaN where the model's outputs were not finite.
        value: f64,
    },
    /// Rows could not be written as CSV.
    #[error("rows could not be written as csv")]
    WriteCsv(#[source] csv::Error),
    /// Records could not be written as Parquet.
    #[cfg(feature = "parquet")]
    #[error("records could not be written as parquet: {0}: use results.csv")]
    WriteParquet(#[from] parquet::errors::ParquetError),
    /// A figure's SVG is not one that the rasterizer reads.
    #[error("figure {figure} could not be read as svg: use its .svg file and report this as a defect")]
    ReadSvg {
        /// Name of the figure.
        figure: String,
        /// What the SVG reader says.
        source: Box<resvg::usvg::Error>,
    },
    /// A figure's picture could not be made.
    #[error("figure {figure} could not be written as png ({reason}): use its .svg file")]
    WritePng {
        /// Name of the figure.
        figure: String,
        /// What the rasterizer says.
        reason: String,
    },
    /// The HTML template failed.
    #[error("the page could not be written as html")]
    WriteHtml(#[source] askama::Error),
}
