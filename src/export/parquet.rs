//! The rows of a Hugging Face folder as Parquet, column by column. What the columns are stands in the file as the library `datasets` says it,
//! so that classes come back as names.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};

use super::huggingface::{Column, HUGGINGFACE, classes, columns, folder, rows};
use super::{Exporting, FileInMemory, Format, LossReport};
use crate::model::TagId;

/// Hugging Face folder with Parquet.
pub const PARQUET: Format = Format {
    name: "huggingface-parquet",
    title: "Hugging Face dataset as Parquet",
    description: "The same in one packed table; for large datasets, pandas, polars, DuckDB",
    write,
    ..HUGGINGFACE
};

/// So many rows lie together; a reader that wants a few need not unpack the rest.
const ROWS_OF_GROUP: usize = 1000;

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    let classes = classes(exporting);
    let classes: Vec<&str> = classes.into_iter().map(TagId::as_str).collect();
    let rows: Vec<Value> = rows(exporting).collect();
    let bytes = written(&columns(), &rows, &classes);
    folder(exporting, "data/train.parquet", bytes)
}

/// The file. Columns of classes hold the number of each class.
fn written(columns: &[Column], rows: &[Value], classes: &[&str]) -> Vec<u8> {
    let bytes = try_written(columns, rows, classes);
    debug_assert!(bytes.is_ok(), "memory does not fail: {:?}", bytes.err());
    bytes.unwrap_or_default()
}

fn try_written(columns: &[Column], rows: &[Value], classes: &[&str]) -> Result<Vec<u8>> {
    let schema = format!("message rows {{ {} }}", fields(columns, classes));
    let said = format!(
        "{{\"info\":{{\"features\":{}}}}}",
        features(columns, classes)
    );
    let said = KeyValue::new("huggingface".to_owned(), said);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![said]))
        .build();
    let schema = Arc::new(parse_message_type(&schema)?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    for rows in rows.chunks(ROWS_OF_GROUP) {
        let mut group = writer.next_row_group()?;
        for column in columns {
            write_column(&mut group, column, rows, classes)?;
        }
        group.close()?;
    }
    writer.into_inner()
}

/// The columns in Parquet's words. Lists have the three levels that its specification asks for.
fn fields(columns: &[Column], classes: &[&str]) -> String {
    let field = |column: &Column| match column {
        Column::Words(name) => format!("optional binary {name} (STRING);"),
        Column::Class(name) if classes.is_empty() => format!("optional binary {name} (STRING);"),
        Column::Number(name) | Column::Class(name) => format!("optional int64 {name};"),
        Column::List(name, inner) => {
            let inner = fields(inner, classes);
            format!(
                "optional group {name} (LIST) {{ repeated group list {{ optional group element {{ {inner} }} }} }}"
            )
        }
    };
    columns.iter().map(field).collect()
}

/// The columns in the words of the library, as JSON. It compares them with the table, so their order has to be the same.
fn features(columns: &[Column], classes: &[&str]) -> String {
    let value = |kind: &str| json!({"dtype": kind, "_type": "Value"}).to_string();
    let feature = |column: &Column| {
        let feature = match column {
            Column::Number(_) => value("int64"),
            Column::Class(_) if !classes.is_empty() => {
                json!({"names": classes, "_type": "ClassLabel"}).to_string()
            }
            Column::Words(_) | Column::Class(_) => value("string"),
            // A list of one, which old and new versions of the library understand.
            Column::List(_, inner) => format!("[{}]", features(inner, classes)),
        };
        format!("{}:{feature}", json!(column.name()))
    };
    let features: Vec<String> = columns.iter().map(feature).collect();
    format!("{{{}}}", features.join(","))
}

fn write_column(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    column: &Column,
    rows: &[Value],
    classes: &[&str],
) -> Result<()> {
    match column {
        Column::List(name, inner) => {
            for column in inner {
                let mut cells = Cells::default();
                for row in rows {
                    let list = row.get(*name).and_then(Value::as_array);
                    cells.add_list(list.map_or(&[], Vec::as_slice), column.name());
                }
                write_cells(group, column, cells, classes)?;
            }
            Ok(())
        }
        column => {
            let mut cells = Cells::default();
            for row in rows {
                cells.add(row.get(column.name()), 0, 0);
            }
            write_cells(group, column, cells, classes)
        }
    }
}

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Self::Words(name) | Self::Number(name) | Self::Class(name) | Self::List(name, _) => {
                name
            }
        }
    }
}

/// The values of a column, and how deep each place of it is filled.
#[derive(Default)]
struct Cells<'a> {
    values: Vec<&'a Value>,
    /// How many of the optional and repeated things around a value are there, itself included.
    depths: Vec<i16>,
    /// 1 where a list goes on.
    repeats: Vec<i16>,
}

impl<'a> Cells<'a> {
    /// A list that is there, an entry in it, an entry that is no null.
    const IN_LIST: i16 = 3;

    fn add(&mut self, value: Option<&'a Value>, around: i16, repeat: i16) {
        let value = value.filter(|value| !value.is_null());
        self.depths.push(around + i16::from(value.is_some()));
        self.repeats.push(repeat);
        self.values.extend(value);
    }

    fn add_list(&mut self, list: &'a [Value], name: &str) {
        for (index, entry) in list.iter().enumerate() {
            self.add(entry.get(name), Self::IN_LIST, i16::from(index > 0));
        }
        if list.is_empty() {
            self.depths.push(1);
            self.repeats.push(0);
        }
    }
}

fn write_cells(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    column: &Column,
    cells: Cells<'_>,
    classes: &[&str],
) -> Result<()> {
    let words = |value: &&Value| ByteArray::from(value.as_str().unwrap_or_default());
    let class = |value: &&Value| {
        let name = value.as_str().unwrap_or_default();
        let number = classes.iter().position(|class| *class == name);
        number.unwrap_or_default() as i64
    };
    let values = cells.values.iter();
    match column {
        Column::Number(_) => {
            let numbers = values.map(|value| value.as_i64().unwrap_or_default());
            write_values::<Int64Type>(group, &numbers.collect::<Vec<_>>(), &cells)
        }
        Column::Class(_) if !classes.is_empty() => {
            write_values::<Int64Type>(group, &values.map(class).collect::<Vec<_>>(), &cells)
        }
        _ => write_values::<ByteArrayType>(group, &values.map(words).collect::<Vec<_>>(), &cells),
    }
}

fn write_values<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    cells: &Cells<'_>,
) -> Result<()> {
    if let Some(mut column) = group.next_column()? {
        let writer = column.typed::<T>();
        writer.write_batch(values, Some(&cells.depths), Some(&cells.repeats))?;
        column.close()?;
    }
    Ok(())
}
