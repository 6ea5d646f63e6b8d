//! Annotations and what joins and surrounds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{AnnotationId, AnnotatorId, ClaimId, DocumentId, LinkId, RegionId, TagId};
use crate::text::{Span, Spans, Text};

/// What stands between the pieces of a discontinuous quote.
pub const QUOTE_JOIN: &str = " … ";

/// One annotator says: these words carry this tag, with these attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Made of who says so and a number.
    pub id: AnnotationId,
    /// Where the words stand.
    pub document_id: DocumentId,
    /// Which words.
    pub spans: Spans,
    /// The tag that they carry.
    pub tag_id: TagId,
    /// By name. A value that equals the codebook's default may be missing.
    pub attributes: Attributes,
    /// A remark for people.
    pub note: Arc<str>,
    /// Whether every annotator is expected to mark this.
    pub tier: Tier,
    /// The words as they stood when they were marked, by which the span is found again; see [`quote_of`].
    pub quote: Arc<str>,
    /// `None` where another tool did not say.
    pub created_at: Option<Timestamp>,
    /// The last change, if there was one.
    pub changed: Option<Stamp>,
}

impl Annotation {
    /// Who says so.
    pub fn annotator_id(&self) -> &AnnotatorId {
        &self.id.annotator_id
    }

    /// Whether the text still reads as it did when the words were marked.
    pub fn agrees_with(&self, text: &Text) -> bool {
        match self.spans.count() {
            1 => text.slice(self.spans.first()) == Some(&*self.quote),
            _ => quote_of(text, &self.spans).as_deref() == Some(&*self.quote),
        }
    }
}

/// The words of the spans, pieces joined by [`QUOTE_JOIN`]. `None` where a piece is not in the text.
pub fn quote_of(text: &Text, spans: &Spans) -> Option<String> {
    let pieces: Option<Vec<&str>> = spans.iter().map(|span| text.slice(span)).collect();
    Some(pieces?.join(QUOTE_JOIN))
}

/// Values by attribute name.
pub type Attributes = BTreeMap<Arc<str>, AttributeValue>;

/// A value of an attribute. What kind it should be stands in the codebook, so that a value from
/// elsewhere that does not fit is kept and found by the check instead of being lost.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// A choice, text, entity or date.
    Words(Arc<str>),
    /// Always finite.
    Number(f64),
    /// Yes or no.
    YesNo(bool),
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Number(number) => number.fmt(f),
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
        }
    }
}

/// Whether every annotator is expected to mark this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tier {
    /// Its absence is an error.
    #[default]
    Core,
    /// Its absence is none.
    Optional,
}

/// Who and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Who.
    pub by: AnnotatorId,
    /// When.
    pub at: Timestamp,
}

/// From one annotation to another, maybe in another document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Made of who says so and a number.
    pub id: LinkId,
    /// As the codebook names it.
    pub kind: Arc<str>,
    /// Where it begins.
    pub from: AnnotationId,
    /// Where it ends.
    pub to: AnnotationId,
    /// `None` where another tool did not say.
    pub created_at: Option<Timestamp>,
}

/// A set-aside piece of a text that is not running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Made of who set it aside and a number.
    pub id: RegionId,
    /// In which document.
    pub document_id: DocumentId,
    /// As the codebook names it.
    pub kind: Arc<str>,
    /// Which piece.
    pub span: Span,
    /// Its words, as for annotations.
    pub quote: Arc<str>,
}

/// Annotations, in one document or many, that say the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Made of who found it and a number.
    pub id: ClaimId,
    /// What they all say, in one sentence.
    pub statement: String,
    /// Those that say it.
    pub annotation_ids: BTreeSet<AnnotationId>,
}
