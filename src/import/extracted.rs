//! What was taken out of a source that is no plain text.

use serde::{Deserialize, Serialize};

/// The words of a source, and how they were had.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Extracted {
    /// As they become a document's text.
    pub words: String,
    /// The title, if the source has one.
    pub title: String,
    /// By what the words were taken out.
    pub by: String,
    /// What was left out, and what may have gone wrong.
    pub remarks: Vec<String>,
}

impl Extracted {
    /// By what the words were taken out, and what is to be known of it.
    pub fn how(&self) -> String {
        let parts = std::iter::once(&self.by).chain(&self.remarks);
        parts.map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}
