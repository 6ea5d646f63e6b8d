//! Parquet as rows of JSON. All of its columns come over; what the tables of Hugging Face say of their classes stands
//! beside them.

use serde_json::{Map, Value};

/// What a file holds.
#[derive(Default)]
pub struct Table {
    /// In the order of the file.
    pub rows: Vec<Map<String, Value>>,
    /// The features, as the library `datasets` says them.
    pub features: Value,
}

/// Reads a file.
///
/// # Errors
/// If it is no whole Parquet file, or one that this reader does not know, in words for the person.
#[cfg(not(feature = "parquet"))]
pub fn table(_: &super::FileInMemory) -> Result<Table, String> {
    Err("this program was built without Parquet; save the dataset as JSON Lines".to_owned())
}

#[cfg(feature = "parquet")]
pub use with_crate::table;

#[cfg(feature = "parquet")]
mod with_crate {
    use std::time::Duration;

    use bytes::Bytes;
    use parquet::basic::Compression;
    use parquet::file::metadata::ParquetMetaData;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, Row};
    use serde_json::{Map, Value, json};

    use super::super::FileInMemory;
    use super::super::guard::guarded;
    use super::super::parquet_bytes::{Claimed, claimed, is_shallow};
    use super::Table;

    /// Longer than the largest honest file takes.
    const LIMIT: Duration = Duration::from_secs(120);
    /// A small file can say the same large thing again and again.
    const MOST_BYTES: usize = 500_000_000;
    /// As many values are some gigabytes before they are rows.
    const MOST_VALUES: u64 = 10_000_000;

    /// Reads a file.
    ///
    /// # Errors
    /// If it is no whole Parquet file, or one that this reader does not know, in words for the person.
    pub fn table(file: &FileInMemory) -> Result<Table, String> {
        if !is_shallow(&file.bytes) {
            let words = "its footer is damaged, or its columns lie too deep in one another";
            return Err(words.to_owned());
        }
        let bytes = Bytes::from(file.bytes.clone());
        guarded(LIMIT, move || read(bytes))?
    }

    fn read(bytes: Bytes) -> Result<Table, String> {
        let reader = SerializedFileReader::new(bytes.clone()).map_err(|error| error.to_string())?;
        refuse_compression(reader.metadata())?;
        refuse_claims(&bytes, reader.metadata())?;
        let metadata = reader.metadata().file_metadata();
        let pairs = metadata.key_value_metadata().into_iter().flatten();
        let said = pairs
            .filter(|pair| pair.key == "huggingface")
            .find_map(|pair| serde_json::from_str::<Value>(pair.value.as_deref()?).ok());
        let features = said.and_then(|said| said.pointer("/info/features").cloned());
        let mut table = Table {
            rows: Vec::new(),
            features: features.unwrap_or_default(),
        };
        let mut size = 0;
        for row in reader
            .get_row_iter(None)
            .map_err(|error| error.to_string())?
        {
            let row = row.map_err(|error| error.to_string())?;
            table.rows.push(object(&row, &mut size));
            if size > MOST_BYTES {
                let megabytes = MOST_BYTES / 1_000_000;
                return Err(format!(
                    "it grows to more than {megabytes} MB, which is refused"
                ));
            }
        }
        Ok(table)
    }

    /// The strong compressions may turn a few bytes into any number of them before anybody can count.
    fn refuse_compression(metadata: &ParquetMetaData) -> Result<(), String> {
        let columns = metadata.row_groups().iter().flat_map(|rows| rows.columns());
        let mut kinds = columns.map(|column| column.compression());
        let known = [Compression::UNCOMPRESSED, Compression::SNAPPY];
        match kinds.find(|kind| !known.contains(kind)) {
            None => Ok(()),
            Some(other) => Err(format!(
                "it is compressed with {other}, which is not read here; save it with Snappy, which is usual, or as JSON Lines"
            )),
        }
    }

    /// The reader makes room for whatever a page claims to hold, and a few bytes can claim any number of values.
    fn refuse_claims(file: &[u8], metadata: &ParquetMetaData) -> Result<(), String> {
        let columns = metadata.row_groups().iter().flat_map(|rows| rows.columns());
        let pages = columns.map(|column| {
            let (start, length) = column.byte_range();
            let start = usize::try_from(start).ok()?;
            file.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        });
        let mut sum = Claimed::default();
        for pages in pages {
            let Some(of_column) = pages.and_then(claimed) else {
                return Err("the pages of a column hold less than they claim".to_owned());
            };
            sum.bytes = sum.bytes.saturating_add(of_column.bytes);
            sum.values = sum.values.saturating_add(of_column.values);
        }
        if sum.values > MOST_VALUES || sum.bytes > MOST_BYTES as u64 {
            return Err(format!(
                "it holds {} values of {} MB; more than {MOST_VALUES} or {} MB are refused: save only the columns that matter, or split it",
                sum.values,
                sum.bytes / 1_000_000,
                MOST_BYTES / 1_000_000
            ));
        }
        Ok(())
    }

    /// A row as JSON; counts its bytes.
    fn object(row: &Row, size: &mut usize) -> Map<String, Value> {
        /// More for many keys; two million rows are what JSON may have too.
        const OBJECT: usize = 250;
        *size += OBJECT;
        let columns = row.get_column_iter();
        columns
            .map(|(name, field)| {
                *size += name.len();
                (name.clone(), value(field, size))
            })
            .collect()
    }

    fn value(field: &Field, size: &mut usize) -> Value {
        const NUMBER: usize = 32;
        *size += match field {
            Field::Str(words) => NUMBER + words.len(),
            _ => NUMBER,
        };
        match field {
            Field::Null => Value::Null,
            Field::Bool(yes) => json!(yes),
            Field::Byte(number) => json!(number),
            Field::Short(number) => json!(number),
            Field::Int(number) => json!(number),
            Field::Long(number) => json!(number),
            Field::UByte(number) => json!(number),
            Field::UShort(number) => json!(number),
            Field::UInt(number) => json!(number),
            Field::ULong(number) => json!(number),
            Field::Float(number) => json!(number),
            Field::Double(number) => json!(number),
            Field::Str(words) => json!(words),
            Field::Group(row) => Value::Object(object(row, size)),
            Field::ListInternal(list) => {
                let elements = list.elements().iter();
                elements.map(|field| value(field, size)).collect()
            }
            // Times, decimals, bytes and maps are no part of texts and spans; they are kept as words.
            other => json!(other.to_string()),
        }
    }
}
