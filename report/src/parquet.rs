//! Records as Parquet: the columns of `results.csv`, with their types.

use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::error::ReportError;
use crate::record::{Record, Split};

/// Seeds may be any 64 bits. Lengths are signed, so that a difference of two columns may be below 0.
const SCHEMA: &str = "message results {
    required binary sweep (string);
    required binary cell (string);
    required binary task (string);
    required int64 seed_init (integer(64, false));
    required int64 seed_data (integer(64, false));
    required int64 len_train_max;
    required int64 len_eval;
    required binary split (string);
    required binary distribution (string);
    required binary metric (string);
    required double value;
    required int64 examples;
    optional double low;
    optional double high;
}";

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// Records as a Parquet file: the columns of `results.csv`, texts as strings, seeds as unsigned and counts as signed 64-bit numbers; an interval that is not there is null.
///
/// # Errors
/// [`ReportError::WriteParquet`].
pub fn write_parquet(records: &[Record]) -> std::result::Result<Vec<u8>, ReportError> {
    Ok(write(records)?)
}

fn write(records: &[Record]) -> Result<Vec<u8>> {
    let (schema, properties) = (parse_message_type(SCHEMA)?, WriterProperties::default());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let texts = |group: &mut Group<'_>, of: fn(&Record) -> &str| {
        column::<ByteArrayType>(group, &records.iter().map(|record| ByteArray::from(of(record))).collect::<Vec<_>>(), None)
    };
    let integers = |group: &mut Group<'_>, of: fn(&Record) -> u64| {
        column::<Int64Type>(group, &records.iter().map(|record| of(record).cast_signed()).collect::<Vec<_>>(), None)
    };
    let numbers = |group: &mut Group<'_>, of: fn(&Record) -> Option<f64>, may_be_absent: bool| {
        let levels: Vec<i16> = records.iter().map(|record| of(record).is_some().into()).collect();
        column::<DoubleType>(group, &records.iter().filter_map(of).collect::<Vec<_>>(), may_be_absent.then_some(&levels))
    };
    texts(&mut group, |record| &record.sweep)?;
    texts(&mut group, |record| &record.cell)?;
    texts(&mut group, |record| &record.task)?;
    integers(&mut group, |record| record.seed_init)?;
    integers(&mut group, |record| record.seed_data)?;
    integers(&mut group, |record| record.len_train_max as u64)?;
    integers(&mut group, |record| record.len_eval as u64)?;
    texts(&mut group, |record| match record.split {
        Split::In => "in",
        Split::Out => "out",
    })?;
    texts(&mut group, |record| &record.distribution)?;
    texts(&mut group, |record| record.metric.as_str())?;
    numbers(&mut group, |record| Some(record.value), false)?;
    integers(&mut group, |record| record.examples)?;
    numbers(&mut group, |record| record.low, true)?;
    numbers(&mut group, |record| record.high, true)?;
    group.close()?;
    writer.into_inner()
}

/// Writes the next column; `levels` are 1 where an optional value is there.
fn column<T: DataType>(group: &mut Group<'_>, values: &[T::T], levels: Option<&Vec<i16>>) -> Result<()> {
    let missing = || ParquetError::General("the schema has fewer columns than are written".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels.map(Vec::as_slice), None)?;
    column.close()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    use proptest::prelude::*;

    use super::*;
    use crate::record::Metric;
    use crate::table::Row;

    fn read(file: Vec<u8>) -> Vec<Record> {
        let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
        let columns: Vec<String> =
            reader.metadata().file_metadata().schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
        assert_eq!(columns, Record::COLUMNS);
        let record = |row: std::result::Result<parquet::record::Row, ParquetError>| {
            let row = row.unwrap();
            let text = |at: usize| row.get_string(at).unwrap().clone();
            let integer = |at: usize| row.get_long(at).unwrap().cast_unsigned();
            Record {
                sweep: text(0),
                cell: text(1),
                task: text(2),
                seed_init: row.get_ulong(3).unwrap(),
                seed_data: row.get_ulong(4).unwrap(),
                len_train_max: integer(5) as usize,
                len_eval: integer(6) as usize,
                split: if text(7) == "in" { Split::In } else { Split::Out },
                distribution: text(8),
                metric: if text(9) == "loss" { Metric::Loss } else { Metric::ExactMatch },
                value: row.get_double(10).unwrap(),
                examples: integer(11),
                low: row.get_double(12).ok(),
                high: row.get_double(13).ok(),
            }
        };
        reader.get_row_iter(None).unwrap().map(record).collect()
    }

    #[test]
    fn no_records_still_have_columns() {
        assert_eq!(read(write_parquet(&[]).unwrap()), []);
    }

    proptest! {
        #[test]
        fn records_come_back_as_they_were(
            sweep in ".*", task in "\\PC*", distribution in "\\PC*", seed_init: u64, seed_data: u64, lengths in 0usize..1000,
            out: bool, loss in proptest::num::f64::NORMAL, is_loss: bool, low in proptest::option::of(0.0f64..=1.0), rows in 1usize..4,
        ) {
            let split = if out { Split::Out } else { Split::In };
            let metric = if is_loss { Metric::Loss } else { Metric::ExactMatch };
            let record = |row: usize| Record {
                sweep: sweep.clone(), cell: format!("0a1b-{row}"), task: task.clone(), seed_init, seed_data, len_train_max: lengths,
                len_eval: lengths + row, split, distribution: distribution.clone(), metric, value: loss, examples: row as u64, low, high: Some(1.0),
            };
            let records: Vec<Record> = (0..rows).map(record).collect();
            prop_assert_eq!(read(write_parquet(&records).unwrap()), records);
        }
    }
}
