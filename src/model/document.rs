//! Documents and the people and programs that annotate them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AnnotatorId, DocumentId};
use crate::text::LineEnds;

/// One source text and where it came from. The words themselves stay in their own file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What annotations refer to it by.
    pub id: DocumentId,
    /// Where its text lies, from the folder of the project file, with `/` between the parts.
    pub path: String,
    /// SHA-256 of the bytes on disk, in hexadecimal, as `sha256sum` prints it.
    pub sha256: String,
    /// How many bytes lie on disk.
    pub size_bytes: u64,
    /// How the bytes became characters.
    pub encoding: Encoding,
    /// Title, outlet, date and so on, as the codebook names them.
    pub fields: BTreeMap<Arc<str>, String>,
    /// How far each annotator is. Who is missing here is [`DocumentState::NotAssigned`].
    pub states: BTreeMap<AnnotatorId, DocumentState>,
}

impl Document {
    /// The title field if there is one, else the file's name.
    pub fn title(&self) -> &str {
        let title = self
            .fields
            .get("title")
            .map(String::as_str)
            .filter(|title| !title.is_empty());
        title.unwrap_or_else(|| self.path.rsplit('/').next().unwrap_or(&self.path))
    }

    /// How far an annotator is with this document.
    pub fn state_of(&self, annotator_id: &AnnotatorId) -> DocumentState {
        self.states.get(annotator_id).copied().unwrap_or_default()
    }
}

/// How the bytes of a file became characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// The WHATWG name, such as `UTF-8` or `windows-1252`.
    pub name: String,
    /// Whether the file begins with a byte order mark, which is no part of the text.
    pub has_byte_order_mark: bool,
    /// Whether some bytes meant nothing and stand as U+FFFD in the text.
    pub is_lossy: bool,
    /// How its lines end.
    pub line_ends: LineEnds,
}

impl Default for Encoding {
    fn default() -> Self {
        Self {
            name: "UTF-8".to_owned(),
            has_byte_order_mark: false,
            is_lossy: false,
            line_ends: LineEnds::default(),
        }
    }
}

/// How far an annotator is with a document. “Finished” without annotations says that there is
/// nothing to mark, which is not the same as “new”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum DocumentState {
    /// It is not theirs to do.
    #[default]
    NotAssigned,
    /// Theirs to do, not yet begun.
    New,
    /// Begun.
    InProgress,
    /// Done.
    Finished,
}

impl DocumentState {
    /// Every state, in order.
    pub const ALL: [DocumentState; 4] = [
        Self::NotAssigned,
        Self::New,
        Self::InProgress,
        Self::Finished,
    ];

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAssigned => "not assigned",
            Self::New => "new",
            Self::InProgress => "in progress",
            Self::Finished => "finished",
        }
    }
}

/// Who says so: a person or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotator {
    /// Part of the id of everything they make.
    pub id: AnnotatorId,
    /// In full.
    pub name: String,
    /// Person or program.
    pub kind: AnnotatorKind,
}

/// Person or program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnnotatorKind {
    /// Somebody who reads and decides.
    #[default]
    Person,
    /// A model or script.
    Program,
}
