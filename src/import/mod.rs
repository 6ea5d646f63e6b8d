//! Bytes in, a small project and warnings out; one file a format.
//!
//! Reading other people's files gives what could be read plus warnings; ninety-nine good lines are not lost
//! to one bad.

pub mod brat;
pub mod conll;
pub mod csv;
pub mod jsonl;

use std::fmt;

use thiserror::Error;

use crate::model::{AttributeValue, Project, Texts};
use crate::text::Text;

/// A file that an export made, or that an importer is given. Formats know no disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInMemory {
    /// From the chosen place, with `/` between the parts.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A document's id as the name of a file on every system: what cannot stand there becomes its code number,
/// so that two ids never share a file. Ids made by the program hardly ever need it.
pub fn file_stem(id: &str) -> String {
    let is_bad = |c: char| c.is_control() || r#"\/:*?"<>|"#.contains(c);
    let escaped = |c: char| {
        if is_bad(c) {
            format!("_u{:04X}_", u32::from(c))
        } else {
            c.to_string()
        }
    };
    id.chars().map(escaped).collect()
}

/// What could be read, and what could not.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Documents with their annotations, links and regions.
    pub project: Project,
    /// The texts of the documents.
    pub texts: Texts,
    /// One for each thing that could not be read.
    pub warnings: Vec<Warning>,
}

impl Imported {
    fn warn(&mut self, line_number: usize, words: impl Into<String>) {
        self.warnings.push(Warning {
            line_number,
            words: words.into(),
        });
    }
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Counts from 1.
    pub line_number: usize,
    /// What is wrong, and what was done instead.
    pub words: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line_number, self.words)
    }
}

/// Why nothing at all could be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The bytes are no text in UTF-8.
    #[error("the file is not in UTF-8")]
    NotUtf8,
    /// It is something else.
    #[error("this is not a file in the format {0}")]
    WrongFormat(&'static str),
}

/// The characters of a file, without a byte order mark.
fn words_of(bytes: &[u8]) -> Result<&str, ImportError> {
    let words = std::str::from_utf8(bytes).map_err(|_| ImportError::NotUtf8)?;
    Ok(words.trim_start_matches('\u{FEFF}'))
}

/// A text as it was exported: a mark at its start is one of its characters, since offsets count it.
fn text_of(bytes: &[u8]) -> Result<Text, ImportError> {
    let words = std::str::from_utf8(bytes).map_err(|_| ImportError::NotUtf8)?;
    Ok(Text::new(words.to_owned()))
}

/// A JSON value as an attribute's value; lists, objects and null are none.
fn attribute(value: serde_json::Value) -> Option<AttributeValue> {
    match value {
        serde_json::Value::String(words) => Some(AttributeValue::Words(words.into())),
        serde_json::Value::Number(number) => number.as_f64().map(AttributeValue::Number),
        serde_json::Value::Bool(value) => Some(AttributeValue::YesNo(value)),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            None
        }
    }
}
